"""練習用の組合の総会と議事録。限度額は、本物の総会の議決で決まる。"""

from __future__ import annotations

from datetime import date, time, timedelta

from coopfin import proposals
from coopfin.models import User
from desk.demo.cast import LIMITS, make_limits
from desk.demo.road import DAYS_TO_FINALISE, finalise
from governance import operations as governance
from governance.enums import AttendanceKind, BodyKind, ItemResult, MeetingKind
from governance.models import Body, LimitResolution, Meeting
from governance.printing import issue_notice
from governance.workflow import seats_at
from members.models import Member


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
        entries={seat.pk: (AttendanceKind.PRESENT, time(10, 0), None) for seat in seats_at(meeting)},
        by=clerk,
        on=held_on,
    )
    votes = in_person + by_proxy
    governance.decide_general(item, result=ItemResult.FAVOURABLE, yes=votes - 1, no=1, comment="", by=clerk, on=held_on)
    governance.close_meeting(Meeting.objects.get(pk=meeting.pk), ends_at=time(11, 40), by=clerk, on=held_on)
    finalise(meeting, by=president, on=held_on + timedelta(days=DAYS_TO_FINALISE))
    proposal.refresh_from_db()
    return proposals.approve(proposal, by=users["kitamura"], on=held_on, permission="governance.approve_resolution")
