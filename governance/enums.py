"""機関・会議の選択肢。"""

from django.db import models


class BodyKind(models.TextChoices):
    """機関。"""

    GENERAL_MEETING = "general_meeting", "総会"
    BOARD = "board", "理事会"
    COMMITTEE = "committee", "金融委員会"


class FinanceBusiness(models.TextChoices):
    """定款の金融条項が認める事業（H2.1-a）。条項は事業ごとに別に要る。"""

    LENDING = "lending", "資金の貸付・手形の割引と、そのための借入"
    GUARANTEE = "guarantee", "債務の保証と、債権の取立て"


class MemberLimitMode(models.TextChoices):
    """③ の範囲で組合員ごとの限度をどう定めるか（手引き Q&A 2）。"""

    UNIFORM = "uniform", "一律"
    BACKING = "backing", "裏付け（担保・出資金・預り金）"
    SALES = "sales", "売上等基準"


class SeatTitle(models.TextChoices):
    """席の名。委員長は金融委員会の席であり、役割（ログインの権限）ではない。"""

    PRESIDENT = "president", "理事長"
    VICE_PRESIDENT = "vice_president", "副理事長"
    MANAGING_DIRECTOR = "managing_director", "専務理事"
    DIRECTOR = "director", "理事"
    CHAIR = "chair", "委員長"
    MEMBER = "member", "委員"
    AUDITOR = "auditor", "監事"


CHAIR_TITLES = (SeatTitle.PRESIDENT, SeatTitle.CHAIR)
DIRECTOR_TITLES = (
    SeatTitle.PRESIDENT,
    SeatTitle.VICE_PRESIDENT,
    SeatTitle.MANAGING_DIRECTOR,
    SeatTitle.DIRECTOR,
)

#: 機関ごとの席の名。監事は理事会に出席するが、議決には加わらない。
TITLES_OF = {
    BodyKind.GENERAL_MEETING: (),
    BodyKind.BOARD: (*DIRECTOR_TITLES, SeatTitle.AUDITOR),
    BodyKind.COMMITTEE: (SeatTitle.CHAIR, SeatTitle.MEMBER),
}


#: 議事録を開いて確定できる、長の席
PRESIDING_TITLES = {BodyKind.GENERAL_MEETING: (SeatTitle.PRESIDENT,), BodyKind.BOARD: (SeatTitle.PRESIDENT,),
                    BodyKind.COMMITTEE: (SeatTitle.CHAIR,)}  # fmt: skip


class MeetingKind(models.TextChoices):
    """総会の別。理事会・金融委員会では空。"""

    ORDINARY = "ordinary", "通常総会"
    EXTRAORDINARY = "extraordinary", "臨時総会"


class MeetingState(models.TextChoices):
    """会議の状態。記録を終えると「終了」、議長が議事録を確定すると「議事録確定」。開かずにやめたものは「招集取消」。"""

    CONVENED = "convened", "招集済"
    OPEN = "open", "開催中"
    CLOSED = "closed", "終了"
    FINALISED = "finalised", "議事録確定"
    CALLED_OFF = "called_off", "招集取消"


#: 出席と議決の記録を変えられない状態
FINISHED_STATES = (MeetingState.CLOSED, MeetingState.FINALISED, MeetingState.CALLED_OFF)


class AttendanceKind(models.TextChoices):
    """出席の仕方。書面とオンラインは、定款・規約に定めのある機関だけ。"""

    PRESENT = "present", "出席"
    ONLINE = "online", "オンライン"
    WRITTEN = "written", "書面"
    ABSENT = "absent", "欠席"


class CarryKind(models.TextChoices):
    """議案が次の会議に送られたわけ。"""

    CONTINUED = "continued", "継続審議"
    ADJOURNED = "adjourned", "流会"


class OrdinaryQuorum(models.TextChoices):
    """総会の普通議決の定足数。特別議決はつねに総組合員の半数以上（中小企業等協同組合法 53条）。"""

    HALF = "half", "総組合員の半数以上"
    MAJORITY = "majority", "総組合員の過半数"
    THIRD = "third", "総組合員の3分の1以上"


class VoteChoice(models.TextChoices):
    """議決。"""

    YES = "yes", "賛成"
    NO = "no", "反対"
    ABSTAIN = "abstain", "棄権"


class OpinionChoice(models.TextChoices):
    """金融委員の意見。"""

    FOR = "for", "賛成"
    CONDITIONAL = "conditional", "条件付賛成"
    AGAINST = "against", "反対"


class ItemState(models.TextChoices):
    """議案の状態。"""

    WAITING = "waiting", "付議待ち"
    ON_AGENDA = "on_agenda", "議案"
    DECIDED = "decided", "議決済"
    WITHDRAWN = "withdrawn", "取下げ"


OPEN_STATES = (ItemState.WAITING, ItemState.ON_AGENDA)


class ItemResult(models.TextChoices):
    """議案の結果（金融委員会は答申、理事会は決定）。"""

    FAVOURABLE = "favourable", "可"
    CONDITIONAL = "conditional", "条件付可"
    UNFAVOURABLE = "unfavourable", "否"
    CONTINUED = "continued", "継続審議"
