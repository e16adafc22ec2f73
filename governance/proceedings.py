"""会議の記録を一度に読む: 席・出席・議案・継続審議。画面・議事録・会議資料が同じものを見る。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, prefetch_related_objects

from governance.enums import CHAIR_TITLES, SeatTitle
from governance.models import (
    AgendaItem,
    Attendance,
    Continuation,
    Meeting,
    MemberAttendance,
    Opinion,
    Recusal,
    Seat,
    Vote,
)
from governance.workflow import member_attendance, person_of, seats_at


@dataclass(frozen=True)
class Veil:
    """議案を伏せるわけ: 代わりに書く文、会議の頁と手もとの画面で添える説明。"""

    text: str
    why: str
    in_room: str

    def __str__(self):
        return self.text


INTERESTED = Veil(
    "利害関係のため非表示",
    "特別の利害関係があるため、この議案は表示されません。定足数にも議決にも数えられません。",
    "特別の利害関係があるため、この議案の審議と議決には加われません。審議のあいだは席を外してください。"
    "次の議案に移ると、この画面が変わります。",
)
CLOSED = Veil(
    "閲覧の制限のため非表示",
    "この案件は閲覧が制限されています。読むには、事務局長の許しが要ります。",
    "この案件は閲覧が制限されています。読んで議決に加わるには、事務局長の許しが要ります。",
)


@dataclass
class Proceedings:
    """一つの会議の記録。"""

    meeting: Meeting
    #: 開催日に在任する席（監事も）。席の名の順に
    seats: list[Seat]
    #: 席の番号 → 出席
    attendances: dict[int, Attendance]
    items: list[AgendaItem]
    continuations: list[Continuation]
    members: MemberAttendance | None = None

    @property
    def voting(self) -> list[Seat]:
        """議決に加わる席。"""
        return [seat for seat in self.seats if seat.title != SeatTitle.AUDITOR]

    @property
    def here(self) -> list[Seat]:
        """出席した席（書面を含む）。"""
        return [seat for seat in self.seats if seat.pk in self.attendances and self.attendances[seat.pk].is_present]

    @property
    def in_room(self) -> list[Seat]:
        """その場にいた席（オンラインを含む）。"""
        return [seat for seat in self.here if self.attendances[seat.pk].is_in_room]

    @property
    def chair(self) -> Seat | None:
        """議長の席。その場にいる長、いなければ先頭の出席者。総会の議長は席ではなく、選任された人。"""
        if self.meeting.is_general:
            return None
        able = [seat for seat in self.in_room if seat.title != SeatTitle.AUDITOR]
        return next((seat for seat in able if seat.title in CHAIR_TITLES), able[0] if able else None)

    def acting_chair(self, item: AgendaItem) -> Seat | None:
        """その議案で議長を代行した席。議長に特別の利害関係がなければ（または代われる人がいなければ）None。"""
        recused = {recusal.person_id for recusal in item.recusals.all()}
        if self.chair is None or self.chair.person_id not in recused:
            return None
        able = (seat for seat in self.in_room if seat.title != SeatTitle.AUDITOR and seat.person_id not in recused)
        return next(able, None)

    @property
    def chair_text(self) -> str:
        """議長の役名と氏名。"""
        if self.meeting.is_general:
            return self.members.chair_name if self.members else ""
        return f"{self.chair.get_title_display()} {self.chair.person}" if self.chair else ""

    def hidden_from(self, user, on: date) -> dict[int, Veil]:
        """この人に伏せる議案の番号（継続審議・流会で送られたものも） → 伏せるわけ。"""
        every = {item.pk for item in self.items} | {record.item_id for record in self.continuations}
        if not every:
            return {}
        items = AgendaItem.objects.filter(pk__in=every).order_by()
        found = dict.fromkeys(items.closed_to(user, on).values_list("pk", flat=True), CLOSED)
        if person_of(user) is not None:
            found |= dict.fromkeys(items.hidden_from(user, on).values_list("pk", flat=True), INTERESTED)
        return found


def items_of(meeting: Meeting):
    """議案を、除斥・議決・意見とともに読む。"""
    return (
        meeting.items.select_related("recorded_by", "content_type")
        .prefetch_related(
            Prefetch("recusals", queryset=Recusal.objects.select_related("person")),
            Prefetch("votes", queryset=Vote.objects.select_related("seat__person")),
            Prefetch("opinions", queryset=Opinion.objects.select_related("seat__person")),
        )
        .order_by("order", "pk")
    )


#: 席の名の順（理事長・副理事長・専務理事・理事・監事）。署名も、議長の代行も、この順に。
_RANKS = {title.value: rank for rank, title in enumerate(SeatTitle)}


def by_rank(seat: Seat) -> tuple[int, int]:
    """席の並び。"""
    return _RANKS[seat.title], seat.pk


def read(meeting: Meeting) -> Proceedings:
    """会議の記録を読む。議案の数で問合せは増えない。"""
    seats = sorted(seats_at(meeting), key=by_rank)
    prefetch_related_objects([meeting], "attendances")
    attendances = list(meeting.attendances.all())
    items = list(items_of(meeting))
    for item in items:
        item.meeting, item.body = meeting, meeting.body
    continuations = meeting.continuations.select_related("item").prefetch_related("item__recusals")
    return Proceedings(
        meeting=meeting,
        seats=seats,
        attendances={attendance.seat_id: attendance for attendance in attendances},
        items=items,
        continuations=list(continuations.order_by("order", "pk")),
        members=member_attendance(meeting) if meeting.is_general else None,
    )
