"""二人が同時に会議と台帳を動かす。どちらが先でも、記録は一通りにしか読めない。"""

from datetime import timedelta

import pytest

from coopfin import proposals
from coopfin.models import User
from coopfin.roles import Role
from governance import operations
from governance.enums import AttendanceKind
from governance.models import LimitResolution, Meeting, Minutes, Seat, Vote
from loans.models import Application
from loans.operations.application import create_draft
from members.models import Member
from members.operations import merge
from tests.factories.core import make_cooperative, make_policy, make_user
from tests.factories.governance import (
    HELD_ON,
    attend,
    make_board,
    make_item,
    make_meeting,
    make_resolution,
    vote,
)
from tests.factories.loans import bill_terms
from tests.factories.members import make_member
from tests.races.support import racers

HERE = "tests.races.test_governance"
ROUNDS = 5


def act(what, by, **numbers):
    """一方の競争相手がすること。"""
    return ACTS[what](User.objects.get(pk=by), **numbers)


def _approve(by, proposal):
    found = LimitResolution.objects.get(pk=proposal)
    proposals.approve(found, by=by, on=HELD_ON, permission="governance.approve_resolution")


def _reject(by, proposal):
    found = LimitResolution.objects.get(pk=proposal)
    proposals.reject(found, by=by, on=HELD_ON, permission="governance.approve_resolution", reason="議事録の金額と違う")


def _finalise(by, meeting):
    operations.finalise(Meeting.objects.get(pk=meeting), by=by, on=HELD_ON)


def _adjourn(by, meeting):
    operations.adjourn(Meeting.objects.get(pk=meeting), reason="定足数に足りない", by=by, on=HELD_ON)


def _vote(by, meeting):
    item = Meeting.objects.get(pk=meeting).items.get()
    operations.cast_vote(item, seat=Seat.objects.get(person__user=by), choice="yes", by=by, on=HELD_ON)


def _merge(by, kept, gone):
    members = Member.everyone.in_bulk([kept, gone])
    merge(kept=members[kept], gone=members[gone], reason="同じ会社", by=by, on=HELD_ON)


def _draft(by, member):
    create_draft(member=Member.everyone.get(pk=member), terms=bill_terms(), by=by, on=HELD_ON)


ACTS = {
    "approve": _approve, "reject": _reject, "finalise": _finalise, "adjourn": _adjourn, "vote": _vote,
    "merge": _merge, "draft": _draft,
}  # fmt: skip


@pytest.fixture(scope="module")
def race(django_db_setup):
    """競争相手の二つの過程。始めるのに時間がかかるので、この頁の試験で使い回す。"""
    with racers() as race:
        yield race


def _refused_kindly(outcomes):
    for outcome in outcomes:
        assert outcome.won or outcome.error in ("StepRefused", "StaleObject"), outcome


@pytest.mark.transaction
@pytest.mark.parametrize("other", ["approve", "reject"])
def test_a_proposal_is_decided_once_by_whoever_comes_first(race, other):
    chief, president = make_user(Role.CHIEF), make_user(Role.PRESIDENT)
    for number in range(ROUNDS):
        found = make_resolution(approved=False, effective_on=HELD_ON + timedelta(days=number))
        outcomes = race(
            f"{HERE}:act",
            {"what": "approve", "by": chief.pk, "proposal": found.pk},
            {"what": other, "by": president.pk, "proposal": found.pk},
        )
        _refused_kindly(outcomes)
        assert sorted(outcome.won for outcome in outcomes) == [False, True], outcomes
        found.refresh_from_db()
        assert (found.decided_by_id == chief.pk) == outcomes[0].won


@pytest.mark.transaction
def test_the_minutes_are_finalised_once(race):
    make_cooperative()
    seats = make_board(3)
    clerk = make_user(Role.CLERK)
    for _ in range(ROUNDS):
        # 理事長が欠けた会議では、議長になった理事も、理事長も確定できる。
        meeting = make_meeting(present=seats[1:])
        attend(meeting, seats[0], kind=AttendanceKind.ABSENT, arrived_at=None)
        operations.close_meeting(meeting, by=clerk, on=HELD_ON)
        outcomes = race(
            f"{HERE}:act",
            {"what": "finalise", "by": seats[0].user.pk, "meeting": meeting.pk},
            {"what": "finalise", "by": seats[1].user.pk, "meeting": meeting.pk},
        )
        _refused_kindly(outcomes)
        assert sorted(outcome.won for outcome in outcomes) == [False, True], outcomes
        assert Minutes.objects.filter(meeting=meeting).count() == 1


@pytest.mark.transaction
def test_no_vote_slips_into_a_meeting_that_is_being_adjourned(race):
    make_cooperative()
    seats = make_board(5)
    clerk = make_user(Role.CLERK)
    for _ in range(ROUNDS):
        meeting = make_meeting(present=seats[:2])
        item = make_item(meeting=meeting)
        vote(item, (seats[1], "yes"))
        outcomes = race(
            f"{HERE}:act",
            {"what": "adjourn", "by": clerk.pk, "meeting": meeting.pk},
            {"what": "vote", "by": seats[0].user.pk, "meeting": meeting.pk},
        )
        assert outcomes[0].won, outcomes
        # 議決が間に合わなければ、議案はもうその会議になく、断られる。
        assert outcomes[1].won or outcomes[1].error in ("StepRefused", "StaleObject", "DoesNotExist"), outcomes
        assert not Vote.objects.filter(item=item).exists()
        item.refresh_from_db()
        assert item.meeting_id is None


@pytest.mark.transaction
def test_no_case_begins_for_a_member_that_is_being_merged_away(race):
    make_cooperative()
    make_policy(effective_on=HELD_ON)
    chief, clerk = make_user(Role.CHIEF), make_user(Role.CLERK)
    for _ in range(ROUNDS):
        kept, gone = make_member(), make_member(corporate_number="")
        outcomes = race(
            f"{HERE}:act",
            {"what": "merge", "by": chief.pk, "kept": kept.pk, "gone": gone.pk},
            {"what": "draft", "by": clerk.pk, "member": gone.pk},
        )
        _refused_kindly(outcomes)
        assert sorted(outcome.won for outcome in outcomes) == [False, True], outcomes
        merged = Member.everyone.get(pk=gone.pk).is_merged
        assert merged == outcomes[0].won
        assert Application.objects.filter(member=gone).exists() == outcomes[1].won
