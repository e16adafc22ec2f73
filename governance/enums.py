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


class MeetingState(models.TextChoices):
    """会議の状態。"""

    CONVENED = "convened", "招集済"
    OPEN = "open", "開催中"
    CLOSED = "closed", "終了"


class AttendanceKind(models.TextChoices):
    """出席の仕方。"""

    PRESENT = "present", "出席"
    ONLINE = "online", "オンライン"
    ABSENT = "absent", "欠席"


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
