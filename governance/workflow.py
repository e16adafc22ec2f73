"""席・定足数・賛否の確かめ（ドメイン E）。読むだけで、何も変えない。数え方は governance.voting にある。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coopfin.flow import Finding, block, passed
from governance import voting
from governance.enums import AttendanceKind, BodyKind, ItemResult, ItemState, OpinionChoice, VoteChoice
from governance.models import AgendaItem, Meeting, Seat

BOARD_SOURCE = "中小企業等協同組合法 36条の6"
COMMITTEE_SOURCE = "金融委員会規約"
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


def source_of(item: AgendaItem) -> str:
    """定足数と議決のよりどころ。"""
    return BOARD_SOURCE if item.body.kind == BodyKind.BOARD else COMMITTEE_SOURCE


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

    @property
    def is_board(self) -> bool:
        return self.kind == BodyKind.BOARD

    @property
    def who(self) -> str:
        return "理事" if self.is_board else "委員"

    def quorum_text(self) -> str:
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
            if not self.is_board:
                text = text.replace("出席", "意見を述べた委員")
            found = [block(text, self.source, code="quorum", detail=self.quorum_text(), **link)]
        votes = [text for text in self.missing if text.startswith("賛成")]
        if result in PASSING and self.yes < self.needed:
            text = " ".join(votes) or self.votes_text()
            found.append(block(f"可決できません。{text}", self.source, code="majority", **link))
        elif result == ItemResult.UNFAVOURABLE and self.passed:
            text = f"賛成 {self.yes}名が過半数（{self.needed}名）に達しているので、否とは記録できません。"
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


def standing(item: AgendaItem, *, on: date, seats=None) -> Standing:
    """議案の定足数と賛否。議決済の議案は、その時に記録した人数を返す。

    seats はその日に議決に加わる席（議案の多い画面が一度だけ読んで渡す）。なければここで読む。
    """
    url = item.meeting.get_absolute_url() if item.meeting_id else ""
    if item.state == ItemState.DECIDED:
        return _as_recorded(item, url)
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
            members=counts["seated"], interested=counts["interested"], present=len(choices), yes=yes
        )
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
        needed=present // 2 + 1,
        met=present >= (item.quorum or 0),
        passed=item.result in PASSING,
        source=source_of(item),
        url=url,
    )


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
