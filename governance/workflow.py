"""席・定足数・賛否の確かめ（ドメイン E）。読むだけで、何も変えない。数え方は governance.voting にある。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.contenttypes.models import ContentType

from coopfin.flow import Finding, block, passed
from coopfin.segregation import may_check
from governance import voting
from governance.enums import (
    PRESIDING_TITLES,
    AttendanceKind,
    BodyKind,
    ItemResult,
    ItemState,
    MeetingState,
    OpinionChoice,
    VoteChoice,
)
from governance.models import AgendaItem, Meeting, MemberAttendance, Resolved, Seat

BOARD_SOURCE = "中小企業等協同組合法 36条の6"
COMMITTEE_SOURCE = "金融委員会規約"
ORDINARY_SOURCE = "中小企業等協同組合法 52条"
SPECIAL_SOURCE = "中小企業等協同組合法 53条"
MINUTES_SOURCE = "中小企業等協同組合法 36条の7"
GENERAL_MINUTES_SOURCE = "中小企業等協同組合法 53条の4"
PASSING = (ItemResult.FAVOURABLE, ItemResult.CONDITIONAL)


def seats_of(body_kind: str, on: date):
    """その日に在任する席（議決に加わるもの）。"""
    return Seat.objects.of(body_kind).current(on).voting().select_related("body", "person", "person__user")


def person_seats(person, on: date):
    """その人がその日に持つ席。"""
    if person is None:
        return Seat.objects.none()
    return Seat.objects.filter(person=person).current(on).select_related("body", "person")


def person_of(user):
    """利用者に結ばれた人。なければ None。"""
    return getattr(user, "person", None)


def seats_at(meeting: Meeting):
    """会議の日に在任し、出欠を記録する席（監事も）。総会では、出席する理事会の席。"""
    kind = BodyKind.BOARD if meeting.is_general else meeting.body.kind
    return Seat.objects.of(kind).current(meeting.held_on).select_related("body", "person", "person__user")


def source_of(item: AgendaItem) -> str:
    """定足数と議決のよりどころ。"""
    if item.body.is_general:
        return SPECIAL_SOURCE if item.special else ORDINARY_SOURCE
    return BOARD_SOURCE if item.body.kind == BodyKind.BOARD else COMMITTEE_SOURCE


def concerns_proposal(item: AgendaItem) -> bool:
    """決議による定め（限度額など）を決める議案か。結果は会議のページから記録する。"""
    model = ContentType.objects.get_for_id(item.content_type_id).model_class()
    return model is not None and issubclass(model, Resolved)


def member_attendance(meeting: Meeting) -> MemberAttendance | None:
    """組合員の出席の数（総会）。まだ記録していなければ None。"""
    try:
        return meeting.member_attendance
    except MemberAttendance.DoesNotExist:
        return None


@dataclass(frozen=True, kw_only=True)
class Tally:
    """総会で数えた賛否。casting は、可否同数のときに議長が可と決したこと。"""

    yes: int
    no: int
    casting: bool = False


def day_of(item: AgendaItem, on: date) -> date:
    """在任を判定する日。会議の議案ならその開催日。"""
    return item.meeting.held_on if item.meeting_id else on


@dataclass(frozen=True, kw_only=True)
class Standing:
    """一つの議案の定足数と賛否（人数）。理事会は出席と挙手、金融委員会は述べられた意見を数える。

    quorum は定足数、needed は可決に要る賛成、missing は足りないことの文。
    """

    kind: str
    seated: int
    interested: int
    eligible: int
    quorum: int
    present: int
    yes: int
    no: int
    abstain: int
    needed: int
    met: bool
    passed: bool
    missing: tuple[str, ...] = ()
    #: 出席しているが、議決をまだ記録していない人数（棄権として数える）
    silent: int = 0
    source: str = ""
    url: str = ""

    #: 可決に要る数の言い方
    majority: str = "過半数"

    @property
    def is_board(self) -> bool:
        return self.kind == BodyKind.BOARD

    @property
    def is_general(self) -> bool:
        return self.kind == BodyKind.GENERAL_MEETING

    @property
    def who(self) -> str:
        return {BodyKind.BOARD: "理事", BodyKind.COMMITTEE: "委員"}.get(self.kind, "組合員")

    def quorum_text(self) -> str:
        if self.is_general:
            return f"組合員総数 {self.eligible}名のうち、必要 {self.quorum}名、出席 {self.present}名。"
        recused = f"・除斥 {self.interested}名" if self.interested else ""
        present = "出席" if self.is_board else "意見を述べた委員"
        return (
            f"議決に加われる{self.who} {self.eligible}名（在任 {self.seated}名{recused}）のうち、"
            f"必要 {self.quorum}名、{present} {self.present}名。"
        )

    def votes_text(self) -> str:
        return f"賛成 {self.yes}名・反対 {self.no}名・棄権 {self.abstain}名。可決には {self.needed}名の賛成が要ります。"

    def findings(self, result: str = "") -> list[Finding]:
        """確認事項。result を渡すと、その結果に賛否がふさわしいかも確かめる。"""
        link = {"url": self.url, "url_label": "会議のページで記録する"} if self.url else {}
        quorum_missing = [text for text in self.missing if not text.startswith("賛成")]
        if self.met:
            found = [passed(f"定足数を満たしています。{self.quorum_text()}", self.source, code="quorum", **link)]
        else:
            text = " ".join(quorum_missing) or f"定足数を満たしていません。{self.quorum_text()}"
            if self.kind == BodyKind.COMMITTEE:
                text = text.replace("出席", "意見を述べた委員")
            found = [block(text, self.source, code="quorum", detail=self.quorum_text(), **link)]
        votes = [text for text in self.missing if text.startswith("賛成")]
        if result in PASSING and self.yes < self.needed:
            text = " ".join(votes) or self.votes_text()
            found.append(block(f"可決できません。{text}", self.source, code="majority", **link))
        elif result == ItemResult.UNFAVOURABLE and self.passed:
            text = f"賛成 {self.yes}名が{self.majority}（{self.needed}名）に達しているので、否とは記録できません。"
            found.append(block(text, self.source, code="majority", **link))
        elif self.met:
            found.append(passed(self.votes_text(), self.source, code="majority", **link))
        return found


def recused_people(item: AgendaItem) -> set[int]:
    """除斥された人の番号。"""
    return {recusal.person_id for recusal in item.recusals.all()}


def present_seats(item: AgendaItem, seats) -> list[Seat]:
    """その議案に出席している席。会議を退席した人は、すでに議決を記録した議案にだけ出席していたとみる。"""
    if item.meeting_id is None:
        return []
    voted = {vote.seat_id for vote in item.votes.all()}
    here = {
        attendance.seat_id
        for attendance in item.meeting.attendances.all()
        if attendance.kind != AttendanceKind.ABSENT and (attendance.left_at is None or attendance.seat_id in voted)
    }
    return [seat for seat in seats if seat.pk in here]


def standing(item: AgendaItem, *, on: date, seats=None, tally: Tally | None = None) -> Standing:
    """議案の定足数と賛否。議決済の議案は、その時に記録した人数を返す。

    seats はその日に議決に加わる席（議案の多い画面が一度だけ読んで渡す）。なければここで読む。
    tally は総会で数えた賛否。なければ定足数だけを見る。
    """
    url = item.meeting.get_absolute_url() if item.meeting_id else ""
    if item.state == ItemState.DECIDED:
        return _as_recorded(item, url)
    if item.body.is_general:
        return _general(item, url, tally)
    seats = list(seats_of(item.body.kind, day_of(item, on)) if seats is None else seats)
    recused = recused_people(item)
    able = [seat for seat in seats if seat.person_id not in recused]
    counts = {"seated": len(seats), "interested": len(seats) - len(able)}
    if item.body.kind == BodyKind.BOARD:
        here = {seat.pk for seat in present_seats(item, able)}
        choices = [vote.choice for vote in item.votes.all() if vote.seat_id in here]
        yes, no = choices.count(VoteChoice.YES), choices.count(VoteChoice.NO)
        vote = voting.board_vote(present=len(here), yes=yes, seats_min=item.body.seats_min, **counts)
        present, silent = len(here), len(here) - len(choices)
    else:
        able_pks = {seat.pk for seat in able}
        choices = [opinion.choice for opinion in item.opinions.all() if opinion.seat_id in able_pks]
        yes = choices.count(OpinionChoice.FOR) + choices.count(OpinionChoice.CONDITIONAL)
        no = choices.count(OpinionChoice.AGAINST)
        vote = voting.committee_vote(
            members=counts["seated"], interested=counts["interested"], present=len(choices), yes=yes,
            quorum=item.body.committee_quorum,
        )  # fmt: skip
        present, silent = len(choices), 0
    return Standing(
        kind=item.body.kind,
        **counts,
        eligible=vote.eligible,
        quorum=vote.quorum,
        present=present,
        yes=yes,
        no=no,
        abstain=present - yes - no,
        needed=vote.needed,
        met=vote.met,
        passed=vote.passed,
        missing=vote.missing,
        silent=silent,
        source=source_of(item),
        url=url,
    )


def _general(item: AgendaItem, url: str, tally: Tally | None) -> Standing:
    """総会の定足数と賛否。組合員の出席は数で記録する。"""
    here = member_attendance(item.meeting) if item.meeting_id else None
    total, present = (here.total, here.votes) if here else (0, 0)
    vote = voting.general_meeting_vote(
        members=total, present_votes=present, yes=tally.yes if tally else None, special=item.special,
        quorum_rule=item.body.ordinary_quorum, casting=bool(tally and tally.casting and item.body.chair_breaks_tie),
    )  # fmt: skip
    yes, no = (tally.yes, tally.no) if tally else (0, 0)
    met = vote.met and here is not None
    missing = vote.missing if here else ("組合員の出席が記録されていません。",)
    return Standing(
        kind=item.body.kind, seated=total, interested=0, eligible=total, quorum=vote.quorum, present=present, yes=yes,
        no=no, abstain=present - yes - no, needed=vote.needed, met=met, passed=met and vote.passed, missing=missing,
        source=source_of(item), url=url, majority="3分の2" if item.special else "過半数",
    )  # fmt: skip


def _as_recorded(item: AgendaItem, url: str) -> Standing:
    seated, eligible, present = item.seated or 0, item.eligible or 0, item.present or 0
    yes, no = item.yes or 0, item.no or 0
    return Standing(
        kind=item.body.kind,
        seated=seated,
        interested=seated - eligible,
        eligible=eligible,
        quorum=item.quorum or 0,
        present=present,
        yes=yes,
        no=no,
        abstain=present - yes - no,
        needed=_needed(item, present, yes),
        majority="3分の2" if item.special else "過半数",
        met=present >= (item.quorum or 0),
        passed=item.result in PASSING,
        source=source_of(item),
        url=url,
    )


def _needed(item: AgendaItem, present: int, yes: int) -> int:
    if item.special:
        return -(-present * 2 // 3)
    return yes if item.by_casting_vote else present // 2 + 1


def may_preside(meeting: Meeting, user, *, chair: Seat | None) -> bool:
    """議事録を確定できる人か。その会議の議長か、理事長（委員会では委員長）。"""
    person = person_of(user)
    if person is None:
        return False
    if chair is not None and chair.person_id == person.pk and not meeting.is_general:
        return True
    titles = PRESIDING_TITLES[meeting.body.kind]
    return any(seat.person_id == person.pk and seat.title in titles for seat in seats_at(meeting))


def finalising_findings(meeting: Meeting, *, by, chair: Seat | None) -> list[Finding]:
    """議事録を確定してよいか（画面と操作が同じ文を使う）。"""
    source = GENERAL_MINUTES_SOURCE if meeting.is_general else MINUTES_SOURCE
    link = {"url": meeting.get_absolute_url(), "url_label": "会議を見る"}
    found = []
    if meeting.is_finalised:
        found.append(block("議事録はすでに確定しています。", source, code="state", **link))
    elif meeting.state != MeetingState.CLOSED:
        text = "会議の記録が終わっていません。記録する人が「会議を終える」と、確定できます。"
        found.append(block(text, source, code="state", **link))
    if not may_preside(meeting, by, chair=chair):
        head = "委員長" if meeting.body.kind == BodyKind.COMMITTEE else "理事長"
        text = f"議事録を確定できるのは、議長か{head}です。"
        if chair is not None and not meeting.is_general:
            text = f"議事録を確定できるのは、議長（{chair.person}さん）か{head}です。"
        found.append(block(text, source, code="chair"))
    if meeting.closed_by_id and not may_check(meeting.closed_by_id, by.pk):
        text = f"記録を終えた本人（{meeting.closed_by}）は、議事録を確定できません。"
        found.append(block(text, "相互牽制（手引き 第2章1 e）", code="same-person"))
    return found


def who_concludes(item: AgendaItem, *, on: date, barred=None, seats=None) -> Seat | None:
    """答申をまとめる人の席。委員長、だめなら就任のいちばん早い委員（除斥・欠席・受付した人・ログインできない人を除く）。"""
    recused = recused_people(item)
    absent = set()
    if item.meeting_id:
        absent = {a.seat_id for a in item.meeting.attendances.all() if a.kind == AttendanceKind.ABSENT}

    def able(seat):
        user = seat.person.user
        return (
            seat.person_id not in recused
            and seat.pk not in absent
            and user is not None
            and user.is_active
            and user.pk not in (barred or {})
        )

    if seats is None:
        seats = seats_of(BodyKind.COMMITTEE, day_of(item, on))
    return min(
        (seat for seat in seats if able(seat)),
        key=lambda seat: (not seat.is_chair, seat.from_on, seat.pk),
        default=None,
    )


def unfinished_items(meeting: Meeting):
    """議決も継続審議も取下げもされていない議案。"""
    return meeting.items.undecided()
