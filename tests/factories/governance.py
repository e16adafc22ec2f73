"""機関・席・決議・会議・議案。"""

import itertools
from dataclasses import dataclass
from datetime import date, time

from django.utils import timezone

from coopfin.models import Proposal, User
from coopfin.roles import Role
from governance import operations
from governance.enums import AttendanceKind, BodyKind, SeatTitle
from governance.models import Body, DesignatedBank, LimitResolution, Meeting, Seat
from members.models import Person
from tests.factories.core import make_user

_serial = itertools.count(1)

BODY_NAMES = {BodyKind.GENERAL_MEETING: "総会", BodyKind.BOARD: "理事会", BodyKind.COMMITTEE: "金融委員会"}
BODY_SOURCES = {
    BodyKind.GENERAL_MEETING: "定款 第42条",
    BodyKind.BOARD: "定款 第32条",
    BodyKind.COMMITTEE: "金融委員会規約 第4条",
}
#: 試験の会議の日。席はこれより前から、任期はこれより後まで。
HELD_ON = date(2026, 11, 25)
SEATED_FROM = date(2025, 5, 28)


@dataclass(frozen=True)
class Seated:
    """席と、その人と、利用者。"""

    seat: Seat
    person: Person
    user: User


def make_person_with_user(*roles, name=None):
    """ログインする人。"""
    number = next(_serial)
    user = make_user(*roles, name=name or f"小松 {number}郎")
    return Person.objects.create(name=user.name, kana=f"コマツ {number}", user=user)


def make_body(kind=BodyKind.BOARD, *, seats_min=0, remote_allowed=False, **changes):
    """機関。同じ種類があれば、それを改めて返す。"""
    values = {
        "name": BODY_NAMES[kind],
        "seats_min": seats_min,
        "remote_allowed": remote_allowed,
        "source": BODY_SOURCES[kind],
        **changes,
    }
    return Body.objects.update_or_create(kind=kind, defaults=values)[0]


def make_seat(person=None, *, body=None, title=None, from_on=SEATED_FROM, to_on=None):
    """席。人を渡さなければ、ログインする人を一人作る。"""
    body = body or Body.objects.filter(kind=BodyKind.BOARD).first() or make_body()
    board = body.kind == BodyKind.BOARD
    title = title or (SeatTitle.DIRECTOR if board else SeatTitle.MEMBER)
    if person is None:
        role = Role.DIRECTOR if board else Role.COMMITTEE
        person = make_person_with_user(Role.PRESIDENT if title == SeatTitle.PRESIDENT else role)
    return Seat.objects.create(body=body, person=person, title=title, from_on=from_on, to_on=to_on)


def _seats(body, count, chair):
    seats = [make_seat(body=body, title=chair if number == 0 else None) for number in range(count)]
    return [Seated(seat, seat.person, seat.person.user) for seat in seats]


def make_board(count=5, *, seats_min=0, remote_allowed=False):
    """理事会と count 人の理事（先頭が理事長）。"""
    return _seats(make_body(BodyKind.BOARD, seats_min=seats_min, remote_allowed=remote_allowed), count,
                  SeatTitle.PRESIDENT)  # fmt: skip


def make_committee(count=3):
    """金融委員会と count 人の委員（先頭が委員長）。"""
    return _seats(make_body(BodyKind.COMMITTEE), count, SeatTitle.CHAIR)


def make_resolution(*, approved=True, effective_on=date(2026, 5, 28), banks=("北陸第一銀行",), proposer=None,
                    approver=None, **changes):  # fmt: skip
    """限度額の決議（承認済なら二人で決めたもの）。"""
    values = {
        "meeting_name": "第48回通常総会",
        "item_number": "第5号議案",
        "resolved_on": min(effective_on, date(2026, 5, 28)),
        "borrowing_limit": 500_000_000,
        "guarantee_limit": 0,
        "member_loan_limit": 50_000_000,
        "member_guarantee_limit": 0,
        **changes,
    }
    resolution = LimitResolution(effective_on=effective_on, proposed_by=proposer or make_user(Role.ADMIN), **values)
    if approved:
        resolution.status = Proposal.Status.APPROVED
        resolution.decided_by = approver or make_user(Role.CHIEF)
        resolution.decided_at = timezone.now()
    resolution.save()
    DesignatedBank.objects.bulk_create(DesignatedBank(resolution=resolution, name=name) for name in banks)
    return resolution


def make_meeting(body=None, *, held_on=HELD_ON, present=(), by=None, number=None):
    """会議。present に席を渡すと、その人たちが出席したところまで進める。"""
    body = body or Body.objects.filter(kind=BodyKind.BOARD).first() or make_body()
    if number is None:
        last = Meeting.objects.filter(body=body).order_by("-number").first()
        number = last.number + 1 if last else 1
    meeting = Meeting.objects.create(
        body=body, number=number, held_on=held_on, starts_at=time(14, 0), place="組合会館 2階会議室"
    )
    if present:
        attend(meeting, *present, by=by)
        meeting.refresh_from_db()
    return meeting


def attend(meeting, *seats, by=None, kind=AttendanceKind.PRESENT, arrived_at=time(14, 0), left_at=None):
    """出席を記録する。"""
    seats = [getattr(seat, "seat", seat) for seat in seats]
    return operations.record_attendance(
        meeting,
        entries={seat.pk: (kind, arrived_at, left_at) for seat in seats},
        by=by or make_user(Role.CLERK),
        on=meeting.held_on,
    )


def make_item(kind=BodyKind.BOARD, *, target=None, interested=None, meeting=None, title=None, by=None, on=None):
    """議案。target は何についてか（なければ人を一人）。meeting を渡すと、その議案に載せる。"""
    by = by or make_user(Role.CLERK)
    on = on or (meeting.held_on if meeting else HELD_ON)
    target = target or Person.objects.create(name=f"能登 {next(_serial)}郎")
    item = operations.submit(
        body_kind=kind,
        title=title or "能登精機株式会社 設備資金 20,000,000円の貸付",
        target=target,
        target_url=f"/loans/applications/{target.pk}/",
        decide_url=f"/loans/applications/{target.pk}/decide/",
        interested=interested or {},
        by=by,
        on=on,
    )
    if meeting is not None:
        item = operations.put_on_agenda(item, meeting=meeting, by=by, on=on)
    return item


def vote(item, *pairs, by=None):
    """(席, 議決) の並びを、記録する人が記録する。"""
    by = by or make_user(Role.CLERK)
    for seat, choice in pairs:
        operations.cast_vote(item, seat=getattr(seat, "seat", seat), choice=choice, by=by, on=item.meeting.held_on)
