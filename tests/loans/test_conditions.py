"""条件: 委員が求め、答申が集め、理事会が定め、証拠で満たし、理事会だけが免除する。"""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from coopfin.flow import StepRefused
from desk.demo import road
from governance import operations as governance
from governance.enums import AttendanceKind, BodyKind, ItemResult, OpinionChoice, SeatTitle, VoteChoice
from governance.models import Meeting
from loans import items
from loans.conditions import Wanted, adopted, gathered
from loans.enums import ApplicationState as S
from loans.enums import ConditionDue, ConditionKind
from loans.models import Condition, ProposedCondition
from loans.operations import application as applications
from loans.operations import conditions
from loans.operations import contract as contracts
from loans.operations import disbursement as disbursements
from loans.operations import review as reviews
from tests.factories.loans import REASON, TODAY, fresh, make_application_in, make_office
from tests.loans.pages import Desk, stop_the_clock, text_of

DEED = Wanted("公正証書を作成すること", ConditionKind.GUARANTOR, ConditionDue.CONTRACT, date(2026, 12, 10))
INSURANCE = Wanted("火災保険に質権を設定すること", ConditionKind.COLLATERAL, ConditionDue.DISBURSEMENT)


# --- まとめ方（データベースを使わない） -------------------------------------------------------


def test_the_same_condition_asked_for_twice_is_gathered_once_at_its_earliest():
    later = Wanted(DEED.text, DEED.kind, ConditionDue.DISBURSEMENT)
    undated = Wanted(DEED.text, DEED.kind, ConditionDue.CONTRACT)
    assert gathered([later, INSURANCE, undated, DEED]) == [DEED, INSURANCE]


def test_what_the_board_made_of_the_advice_is_told():
    assert adopted(DEED, [DEED, INSURANCE]) == "答申のとおり"
    assert adopted(Wanted(DEED.text, DEED.kind), [DEED]) == "答申を改めた"
    assert adopted(INSURANCE, [DEED]) == "答申にない"


# --- 道のり ---------------------------------------------------------------------------------


def codes(refusal):
    return {finding.code for finding in refusal.value.findings}


def make_world():
    """承認済（契約までの条件と実行までの条件つき）の案件、付議中の案件。"""
    office = make_office(borrowing_limit=2_000_000_000, member_limit=500_000_000)
    approved = make_application_in(office, S.APPROVED, result=ItemResult.CONDITIONAL, conditions=[DEED, INSURANCE])
    queued = make_application_in(office, S.COMMITTEE_QUEUE, member=approved.member)
    return office, approved, queued


@pytest.fixture(scope="module")
def made(for_the_module):
    return for_the_module(make_world)


@pytest.fixture
def world(made, db, monkeypatch):
    stop_the_clock(monkeypatch)
    return made()


@pytest.fixture
def office(world):
    return world[0]


@pytest.fixture
def case(world):
    return world[1]


def of(case, wanted) -> Condition:
    return Condition.objects.get(application=case, text=wanted.text)


def meet(office, case, wanted, **more):
    return conditions.meet(
        fresh(case), of(case, wanted), evidence="原本を確かめた。", by=office.clerk, on=TODAY, **more
    )


def test_members_ask_the_advice_gathers_and_the_board_decides(world):
    office, _, case = world
    for user, asked in zip(office.committee, ([DEED], [DEED, INSURANCE], []), strict=False):
        choice = OpinionChoice.CONDITIONAL if asked else OpinionChoice.FOR
        reviews.give_opinion(fresh(case), choice=choice, text="理由", conditions=asked, by=user, on=TODAY)
    # Written again, the second opinion asks for less.
    reviews.give_opinion(
        fresh(case), choice="conditional", text="理由", conditions=[INSURANCE], by=office.committee[1], on=TODAY
    )
    item = items.open_item(case, BodyKind.COMMITTEE)
    asked = [one.wanted for one in ProposedCondition.objects.filter(item=item, opinion__isnull=False)]
    assert asked == [DEED, INSURANCE]
    reviews.recommend(
        fresh(case), result=ItemResult.CONDITIONAL, conditions=gathered(asked), by=office.committee[0], on=TODAY,
        reason=REASON,
    )  # fmt: skip
    item.refresh_from_db()
    assert item.conditions.splitlines() == [DEED.described, INSURANCE.described]
    reviews.submit_to_board(fresh(case), by=office.clerk, on=TODAY, reason=REASON)
    road.hold_board([fresh(case)], office, TODAY)
    road.decide(case, office, TODAY, result=ItemResult.CONDITIONAL, conditions=[DEED])
    condition = of(case, DEED)
    assert (condition.wanted, condition.decision.body.kind) == (DEED, BodyKind.BOARD)


@pytest.mark.parametrize(("choice", "asked"), [("conditional", []), ("for", [DEED])])
def test_an_opinion_and_its_conditions_agree(world, choice, asked):
    office, _, case = world
    with pytest.raises(StepRefused) as refusal:
        reviews.give_opinion(
            fresh(case), choice=choice, text="理由", conditions=asked, by=office.committee[0], on=TODAY
        )
    assert "conditions" in codes(refusal)


def test_the_contract_waits_for_what_is_due_before_it_and_the_money_for_the_rest(office, case):
    with pytest.raises(StepRefused) as refusal:
        contracts.begin(fresh(case), contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    assert [f.text for f in refusal.value.findings if f.code == "condition"] == [
        "理事会の条件「公正証書を作成すること」（契約まで）を満たしたことが記録されていません。"
    ]
    meet(office, case, DEED)
    contracts.begin(fresh(case), contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    road.sign_papers(case, office, TODAY)
    meet(office, case, INSURANCE)
    contracts.confirm_ready(fresh(case), by=office.chief, on=TODAY, reason=REASON)
    event = disbursements.prepare(fresh(case), disburse_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    # What turns out not to be met after all stops the money, even when the slip waits already.
    conditions.unmeet(fresh(case), of(case, INSURANCE), reason="別の建物の保険だった。", by=office.clerk, on=TODAY)
    with pytest.raises(StepRefused) as refusal:
        disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    assert "condition" in codes(refusal)


def test_a_condition_is_met_once_and_not_in_the_future(office, case):
    with pytest.raises(StepRefused):
        meet(office, case, DEED, met_on=TODAY + timedelta(days=1))
    assert meet(office, case, DEED, met_on=TODAY - timedelta(days=1)).met_on == TODAY - timedelta(days=1)
    with pytest.raises(StepRefused):
        meet(office, case, DEED)
    with pytest.raises(StepRefused):
        conditions.unmeet(fresh(case), of(case, DEED), reason=" ", by=office.clerk, on=TODAY)


def ask(office, case, wanted):
    condition = conditions.ask_waiver(
        fresh(case), of(case, wanted), reason="保険会社が引き受けない。", by=office.clerk, on=TODAY
    )
    return condition


def board_on(office, item, choice=VoteChoice.YES):
    """The item is put before a meeting of the board, and voted on."""
    road.hold_board([], office, TODAY)
    meeting = Meeting.objects.filter(body__kind=BodyKind.BOARD).order_by("-pk").first()
    governance.put_on_agenda(item, meeting=meeting, by=office.clerk, on=TODAY)
    item.refresh_from_db()
    here = meeting.attendances.exclude(kind=AttendanceKind.ABSENT).exclude(seat__title=SeatTitle.AUDITOR)
    for row in here.select_related("seat"):
        governance.cast_vote(item, seat=row.seat, choice=choice, comment="", by=office.clerk, on=TODAY)


def test_only_the_board_waives(office, case):
    condition = ask(office, case, INSURANCE)
    with pytest.raises(StepRefused) as refusal:
        conditions.decide_waiver(fresh(case), condition, result=ItemResult.FAVOURABLE, by=office.chief, on=TODAY)
    assert "no-meeting" in codes(refusal)
    board_on(office, condition.waiver)
    with pytest.raises(StepRefused):
        conditions.decide_waiver(fresh(case), condition, result=ItemResult.FAVOURABLE, by=office.clerk, on=TODAY)
    waived = conditions.decide_waiver(fresh(case), condition, result=ItemResult.FAVOURABLE, by=office.chief, on=TODAY)
    assert (waived.state_label, waived.waived_by) == ("免除", office.chief)
    assert "条件の免除" in waived.waiver.title
    assert waived.waiver.target_url == case.get_absolute_url()
    with pytest.raises(StepRefused):
        ask(office, case, INSURANCE)


def test_a_waiver_refused_leaves_the_condition(office, case):
    condition = ask(office, case, INSURANCE)
    board_on(office, condition.waiver, VoteChoice.NO)
    with pytest.raises(StepRefused):
        conditions.decide_waiver(fresh(case), condition, result=ItemResult.FAVOURABLE, by=office.chief, on=TODAY)
    kept = conditions.decide_waiver(
        fresh(case), condition, result=ItemResult.UNFAVOURABLE, comment="保全が足りない。", by=office.chief, on=TODAY
    )
    assert kept.is_outstanding
    assert ask(office, case, INSURANCE).waiver.is_open


def test_a_return_ends_the_conditions_and_takes_their_waiver_from_the_board(office, case):
    meet(office, case, DEED)
    waiver = ask(office, case, INSURANCE).waiver
    applications.return_(fresh(case), by=office.chief, on=TODAY, reason="担保を替える。")
    waiver.refresh_from_db()
    assert not waiver.is_open
    assert [of(case, one).state_label for one in (DEED, INSURANCE)] == ["満たした", "失効"]


def test_the_database_keeps_a_waiver_whole(case):
    with pytest.raises(IntegrityError), transaction.atomic():
        Condition.objects.filter(pk=of(case, DEED).pk).update(waived_on=TODAY)


def test_the_pages_meet_unmeet_and_ask(office, case, client):
    desk, deed, insurance = Desk(client, office.clerk), of(case, DEED), of(case, INSURANCE)
    assert "契約まで（2026年12月10日）" in text_of(desk.get("conditions", case.pk))
    future = desk.send("conditions", case.pk, condition=deed.pk, evidence="原本", met_on="R9.1.1")
    assert future.status_code == 422
    assert "先の日付です" in text_of(future)
    assert desk.send("conditions", case.pk, condition=deed.pk, evidence="原本").status_code == 302
    assert desk.send("condition_unmeet", case.pk, deed.pk, reason="").status_code == 422
    assert desk.send("condition_unmeet", case.pk, deed.pk, reason="別の証書だった。").status_code == 302
    assert desk.send("condition_ask", case.pk, insurance.pk, reason="引き受ける会社がない。").status_code == 302
    told = text_of(desk.get("application", case.pk))
    assert "免除を理事会に付議しています" in told
    chief = Desk(client, office.chief)
    refused = chief.send("condition_waiver", case.pk, insurance.pk, result="favourable")
    assert "議案に載っていません" in text_of(refused)
    board_on(office, of(case, INSURANCE).waiver)
    assert chief.send("condition_waiver", case.pk, insurance.pk, result="favourable").status_code == 302
    assert "理事会が免除しました" in text_of(chief.get("application", case.pk))
