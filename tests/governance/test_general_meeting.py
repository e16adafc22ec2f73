"""総会: convening, attendance by numbers, ordinary and special resolutions, and what they do to a proposal."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from coopfin import proposals
from coopfin.flow import StepRefused
from coopfin.roles import Role
from governance import operations, voting
from governance.enums import BodyKind, ItemResult, ItemState, MeetingKind
from governance.models import LimitResolution, Meeting
from tests.factories.core import make_cooperative, make_user
from tests.factories.governance import HELD_ON, attend, make_board, make_body, make_resolution
from tests.factories.members import make_members

pytestmark = pytest.mark.django_db
MEMBERS = 12


def convene(kind=MeetingKind.ORDINARY, *, held_on=HELD_ON, **more):
    return operations.convene(
        body=make_body(BodyKind.GENERAL_MEETING, proxy_allowed=True, written_allowed=True), kind=kind, held_on=held_on,
        starts_at=time(10, 0), place="組合会館", by=make_user(Role.CLERK), on=held_on - timedelta(days=20), **more,
    )  # fmt: skip


def proposal(**changes):
    return make_resolution(
        approved=False, meeting_name="", item_number="", resolved_on=None, member_loan_limit=80_000_000, **changes
    )


def refusal(operation, *args, **kwargs):
    with pytest.raises(StepRefused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


@pytest.fixture
def house():
    """An ordinary general meeting, convened, with one proposal on its agenda, among twelve members."""
    make_cooperative()
    make_board(3)
    make_members(MEMBERS)
    meeting = convene(number=49)
    found = proposal()
    item = operations.put_on_agenda(
        operations.table(found, by=make_user(Role.CLERK), on=HELD_ON), meeting=meeting, by=make_user(Role.CLERK),
        on=HELD_ON,
    )  # fmt: skip
    return Meeting.objects.get(pk=meeting.pk), found, item


def come(meeting, *, in_person=6, by_proxy=1, in_writing=1, by=None):
    return operations.record_members(
        meeting, in_person=in_person, by_proxy=by_proxy, in_writing=in_writing, chair_name="小松 正",
        by=by or make_user(Role.CLERK), on=HELD_ON,
    )  # fmt: skip


def decide(item, *, yes, no=0, result=ItemResult.FAVOURABLE, **more):
    return operations.decide_general(item, result=result, yes=yes, no=no, by=make_user(Role.CLERK), on=HELD_ON, **more)


def approve(found):
    return proposals.approve(found, by=make_user(Role.CHIEF), on=HELD_ON, permission="governance.approve_resolution")


def test_ordinary_meetings_count_on_and_extraordinary_ones_begin_anew_each_fiscal_year():
    make_cooperative()
    make_board(1)
    assert str(convene(number=49)) == "第49回通常総会"
    assert str(convene(held_on=date(2027, 5, 25))) == "第50回通常総会"
    assert str(convene(MeetingKind.EXTRAORDINARY)) == "2026年度第1回臨時総会"
    assert str(convene(MeetingKind.EXTRAORDINARY)) == "2026年度第2回臨時総会"
    assert str(convene(MeetingKind.EXTRAORDINARY, held_on=date(2027, 4, 1))) == "2027年度第1回臨時総会"
    assert "第51回からです" in refusal(convene, number=50)


def test_a_resolution_carried_fills_the_proposal_and_only_then_may_another_person_approve(house):
    meeting, found, item = house
    assert "付議中です" in refusal(approve, found)
    come(meeting)
    done = decide(item, yes=6, no=1)
    found.refresh_from_db()
    assert (found.decision, found.citation, found.resolved_on) == (done, "第49回通常総会 第1号議案", HELD_ON)
    assert found.effective_on == HELD_ON  # it was meant to begin in May, before the meeting
    assert (done.number, done.present, done.yes, done.no, done.abstain) == ("第49回通常総会 第1号議案", 8, 6, 1, 1)
    assert approve(found).is_approved
    assert LimitResolution.current(HELD_ON).member_loan_limit == 80_000_000


def test_what_is_tabled_or_was_carried_is_not_taken_back_by_its_proposer_alone(house):
    meeting, found, item = house
    taking_back = {"by": found.proposed_by, "on": HELD_ON, "reason": "気が変わった"}
    assert "先に付議を取り下げて" in refusal(proposals.withdraw, found, **taking_back)
    come(meeting)
    decide(item, yes=6, no=1)
    assert "可決されています" in refusal(proposals.withdraw, found, **taking_back)
    assert approve(found).is_approved


def test_what_was_voted_down_can_never_be_approved_nor_be_tabled_again(house):
    meeting, found, item = house
    come(meeting)
    decide(item, yes=3, no=5, result=ItemResult.UNFAVOURABLE)
    assert "否決されました" in refusal(approve, found)
    assert "すでに議案になっています" in refusal(operations.table, found, by=make_user(Role.CLERK), on=HELD_ON)
    with pytest.raises(IntegrityError), transaction.atomic():
        LimitResolution.objects.filter(pk=found.pk).update(
            status="approved", decided_by=make_user(Role.CHIEF), decided_at="2026-11-25T00:00:00+09:00"
        )


def test_a_proposal_without_a_meeting_must_be_tabled_first_and_a_typed_one_may_not():
    make_board(1)
    make_body(BodyKind.GENERAL_MEETING)
    waiting = proposal()
    assert "議決がまだありません" in refusal(approve, waiting)
    assert waiting.approval_findings(HELD_ON)[0].url.endswith(f"/governance.limitresolution/{waiting.pk}/table/")
    typed = make_resolution(approved=False)
    assert "決議として書かれています" in refusal(operations.table, typed, by=make_user(Role.CLERK), on=HELD_ON)
    assert approve(typed).is_approved
    assert "権限がありません" in refusal(operations.table, waiting, by=make_user(Role.PRESIDENT), on=HELD_ON)
    waiting.meeting_name = "第49回通常総会"
    with pytest.raises(ValidationError, match="三つとも"):
        waiting.clean()


def reject(found):
    return proposals.reject(
        found, by=make_user(Role.CHIEF), on=HELD_ON, permission="governance.approve_resolution", reason="金額の誤り"
    )


def test_what_the_meeting_is_to_resolve_is_not_rejected_under_its_hands(house):
    _, found, item = house
    assert "先に付議を取り下げてください" in refusal(reject, found)
    operations.take_back(item, reason="金額の誤り", by=make_user(Role.CLERK), on=HELD_ON)
    assert reject(found).status == "rejected"


def test_a_resolution_written_by_hand_is_none_of_a_meeting_that_stands_in_the_records(house):
    """Every decision rests on a body that really had the power: the record of the meeting says what it resolved."""
    for told in ({"meeting_name": "第49回通常総会", "resolved_on": date(2026, 5, 28)}, {"resolved_on": HELD_ON}):
        typed = make_resolution(approved=False, effective_on=HELD_ON, **told)
        assert "この提案はその議案にありません" in refusal(approve, typed)
    later = make_resolution(
        approved=False, effective_on=HELD_ON + timedelta(days=9), resolved_on=HELD_ON + timedelta(days=9)
    )
    assert [(one.code, one.warns) for one in later.approval_findings(HELD_ON)] == [("no-record", True)]
    assert approve(make_resolution(approved=False)).is_approved


def test_what_was_tabled_by_mistake_is_taken_back_with_a_reason_and_tabled_again(house):
    meeting, found, item = house
    clerk = make_user(Role.CLERK)
    assert "理由を記入" in refusal(operations.take_back, item, reason="", by=clerk, on=HELD_ON)
    assert "権限がありません" in refusal(
        operations.take_back, item, reason="x", by=make_user(Role.PRESIDENT), on=HELD_ON
    )
    operations.take_back(item, reason="金額の誤り", by=clerk, on=HELD_ON)
    assert not found.is_frozen
    assert "議決がまだありません" in refusal(approve, found)
    again = operations.put_on_agenda(
        operations.table(found, by=clerk, on=HELD_ON), meeting=meeting, by=clerk, on=HELD_ON
    )
    come(meeting)
    assert decide(again, yes=8).number == "第49回通常総会 第2号議案"
    assert approve(found).is_approved


def test_members_are_counted_on_the_day_and_no_more_may_be_present_than_there_are(house):
    meeting, _, item = house
    assert "超えています" in refusal(come, meeting, in_person=MEMBERS, by_proxy=1)
    assert "組合員の出席が記録されていない" in refusal(decide, item, yes=1)
    body = meeting.body
    body.proxy_allowed = body.written_allowed = False
    body.save()
    told = refusal(come, meeting)
    assert "代理人による議決は、定款に定めがありません" in told
    assert "書面による議決は、定款に定めがありません" in told
    assert (
        come(meeting, by_proxy=0, in_writing=0).text == "組合員総数12名のうち出席6名（本人6名・代理人0名・書面議決0名）"
    )


def test_votes_are_held_against_those_present_and_against_the_majority(house):
    meeting, _, item = house
    come(meeting, in_person=4)
    assert "賛成" in refusal(decide, item, yes=7)
    assert "合計が" in refusal(decide, item, yes=4, no=3)
    assert "3票足りません" not in refusal(decide, item, yes=3, no=3)
    assert "可否同数は否決です" in refusal(decide, item, yes=3, no=3)
    assert "否とは記録できません" in refusal(decide, item, yes=4, no=2, result=ItemResult.UNFAVOURABLE)
    assert "可否同数" in refusal(decide, item, yes=3, no=3, casting=True)  # the articles give the chair no word
    body = meeting.body
    body.chair_breaks_tie = True
    body.save()
    done = decide(item, yes=3, no=3, casting=True)
    assert done.by_casting_vote
    assert done.state == ItemState.DECIDED


def test_a_special_resolution_asks_two_thirds(house):
    meeting, _, item = house
    item.special = True
    item.save()
    come(meeting)  # 8 of 12
    assert "3分の2以上" in refusal(decide, item, yes=5, no=3)
    assert decide(item, yes=6, no=2).yes == 6


def test_without_half_of_the_members_the_meeting_cannot_decide(house):
    meeting, _, item = house
    come(meeting, in_person=3)  # 5 of 12
    told = refusal(decide, item, yes=5)
    assert "定足数6名に対し出席5名" in told
    assert voting.general_meeting_vote(members=12, present_votes=5, yes=5, special=False).met is False


def test_what_is_tabled_is_frozen_and_a_continued_item_waits_for_the_next_meeting(house):
    meeting, found, item = house
    come(meeting)
    assert found.is_frozen
    again = decide(item, yes=0, result=ItemResult.CONTINUED, comment="資料を待つ")
    assert (again.state, again.meeting_id) == (ItemState.WAITING, None)
    attend(meeting, *meeting_seats(meeting))
    closed = operations.close_meeting(Meeting.objects.get(pk=meeting.pk), by=make_user(Role.CLERK), on=HELD_ON)
    assert closed.is_closed


def meeting_seats(meeting):
    """総会に出席する役員の席。"""
    return list(operations.seats_of(BodyKind.BOARD, meeting.held_on))
