"""練習用の組合の総会と議事録。限度額は、本物の総会の議決で決まる。"""

from __future__ import annotations

from datetime import date, time, timedelta

from coopfin import proposals
from coopfin.models import User
from desk.demo.cast import LIMITS, make_limits
from governance import operations as governance
from governance.enums import AttendanceKind, BodyKind, ItemResult, MeetingKind
from governance.models import Body, LimitResolution, Meeting
from governance.printing import issue_minutes, issue_notice
from members.models import Member

#: 議長が議事録を確定するまでの日数
DAYS_TO_FINALISE = 3


def hold_general_meeting(users: dict[str, User], held_on: date, *, number: int) -> LimitResolution:
    """通常総会: 限度額を提案し、議案にし、組合員が議決し、別の人が承認する。議事録は理事長が確定する。"""
    clerk, president = users["yamada"], users["komatsu"]
    called_on = held_on - timedelta(days=14)
    proposal = make_limits(users["kanri"], effective_on=held_on, **LIMITS)
    meeting = governance.convene(
        body=Body.objects.get(kind=BodyKind.GENERAL_MEETING), kind=MeetingKind.ORDINARY, number=number,
        held_on=held_on, starts_at=time(10, 0), place="組合会館 大会議室", by=clerk, on=called_on,
    )  # fmt: skip
    item = governance.table(proposal, by=clerk, on=called_on)
    governance.put_on_agenda(item, meeting=meeting, by=clerk, on=called_on)
    issue_notice(meeting, by=clerk, on=called_on)
    members = Member.objects.current(held_on).count()
    in_person, by_proxy = members * 6 // 10, members // 10
    governance.record_members(
        meeting, in_person=in_person, by_proxy=by_proxy, in_writing=0, chair_name="森本 隆", by=clerk, on=held_on
    )
    governance.record_attendance(
        meeting,
        entries={
            seat.pk: (AttendanceKind.PRESENT, time(10, 0), None)
            for seat in governance.seats_of(BodyKind.BOARD, held_on)
        },
        by=clerk,
        on=held_on,
    )
    votes = in_person + by_proxy
    governance.decide_general(item, result=ItemResult.FAVOURABLE, yes=votes - 1, no=1, comment="", by=clerk, on=held_on)
    governance.close_meeting(Meeting.objects.get(pk=meeting.pk), ends_at=time(11, 40), by=clerk, on=held_on)
    finalise(meeting, by=president, on=held_on + timedelta(days=DAYS_TO_FINALISE))
    proposal.refresh_from_db()
    return proposals.approve(proposal, by=users["kitamura"], on=held_on, permission="governance.approve_resolution")


def finalise(meeting: Meeting, *, by: User, on: date) -> None:
    """議長が議事録を確定し、発行する。"""
    governance.finalise(Meeting.objects.select_related("body").get(pk=meeting.pk), by=by, on=on)
    issue_minutes(meeting, by=by, on=on)


def finalise_old_boards(by: User, today: date, *, waiting: int = 2) -> int:
    """終わった理事会の議事録を、新しい二つを除いて確定する。確定した数を返す。"""
    closed = Meeting.objects.to_finalise().filter(body__kind=BodyKind.BOARD).order_by("held_on", "pk")
    old = list(closed)[: max(closed.count() - waiting, 0)]
    for meeting in old:
        finalise(meeting, by=by, on=min(today, meeting.held_on + timedelta(days=DAYS_TO_FINALISE)))
    return len(old)
