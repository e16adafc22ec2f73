"""道: 申込が受付から実行まで進むこと、進めないときに理由を言うこと。"""

from datetime import date, time
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.utils import Error as DatabaseError

from collateral.guarantee_deed import Relation
from coopfin.flow import StaleObject, StepRefused
from coopfin.models import Proposal, Sequence
from coopfin.roles import Role
from desk.demo import road
from governance import operations as governance
from governance.enums import AttendanceKind, BodyKind, ItemResult, VoteChoice
from governance.models import Body, LimitResolution, Seat
from loans import headroom, items
from loans.enums import ApplicationState as S
from loans.enums import FundingResult, FundingSource, LoanState
from loans.limits import LimitKind
from loans.models import Application, Loan
from loans.operations import application as applications
from loans.operations import conditions, security
from loans.operations import contract as contracts
from loans.operations import review as reviews
from members.models import Person
from tests.factories.loans import (
    REASON,
    TODAY,
    bill_terms,
    deed_terms,
    findings_for,
    fresh,
    make_application,
    make_application_in,
)
from tests.factories.members import make_member, make_officer, make_person


@pytest.fixture
def office(made_office, db):
    return made_office()


def codes(refusal):
    return [finding.code for finding in refusal.value.findings]


# --- 受付 ----------------------------------------------------------------------------------


def test_receipt_gives_gapless_numbers_and_fixes_the_policy(office):
    first = applications.receive(make_application(office), by=office.clerk, on=TODAY, reason=REASON)
    second = applications.receive(
        make_application(office, terms=deed_terms()), by=office.clerk, on=TODAY, reason=REASON
    )
    assert (first.number, second.number) == ("2026-0001", "2026-0002")
    assert first.policy is not None
    assert first.received_by == office.clerk


def test_a_receipt_that_fails_gives_its_number_back(office):
    application = make_application(office)
    try:
        with transaction.atomic():
            applications.receive(application, by=office.clerk, on=TODAY, reason=REASON)
            raise InterruptedError("停電")
    except InterruptedError:
        pass
    again = applications.receive(fresh(application), by=office.clerk, on=TODAY, reason=REASON)
    assert again.number == "2026-0001"
    assert Sequence.objects.get(name="application", fiscal_year=2026).last_number == 1


def test_the_fiscal_year_of_a_number_turns_in_april(office):
    application = make_application(
        office, terms=bill_terms(disburse_on=date(2027, 4, 1), maturity_on=date(2027, 5, 31))
    )
    received = applications.receive(application, by=office.clerk, on=date(2027, 4, 1), reason=REASON)
    assert received.number == "2027-0001"


def test_every_limit_that_is_passed_is_named_at_receipt(office):
    LimitResolution.objects.update(member_loan_limit=9_999_999, borrowing_limit=5_000_000)
    application = make_application(office, terms=bill_terms(funding_source=FundingSource.BANK))
    with pytest.raises(StepRefused) as refusal:
        applications.receive(application, by=office.clerk, on=TODAY, reason=REASON)
    assert codes(refusal) == [f"limit-{LimitKind.MEMBER}", f"limit-{LimitKind.COOPERATIVE_BORROWING}"]
    assert "1円超えます" in str(refusal.value)
    assert "第5号議案" in refusal.value.findings[0].source
    assert fresh(application).state == S.DRAFT


def test_a_balance_equal_to_the_limit_is_within_it(office):
    LimitResolution.objects.update(member_loan_limit=10_000_000)
    received = applications.receive(make_application(office), by=office.clerk, on=TODAY, reason=REASON)
    assert received.state == S.RECEIVED


def test_own_funds_do_not_use_the_borrowing_limit(office):
    LimitResolution.objects.update(borrowing_limit=0)
    application = make_application(office, terms=bill_terms(funding_source=FundingSource.OWN))
    assert headroom.of(application, TODAY).borrowing is None
    assert applications.receive(application, by=office.clerk, on=TODAY, reason=REASON).state == S.RECEIVED


def test_warnings_need_a_reason_and_the_reason_is_kept(office):
    application = make_application(office, terms=bill_terms(maturity_on=date(2027, 11, 24)))
    with pytest.raises(StepRefused) as refusal:
        applications.receive(application, by=office.clerk, on=TODAY)
    assert codes(refusal) == ["overrule"]
    assert "1年以上" in refusal.value.findings[0].detail
    received = applications.receive(fresh(application), by=office.clerk, on=TODAY, reason="季節の事情による")
    assert received.state == S.RECEIVED


def test_a_paper_bill_beyond_the_last_clearing_day_is_warned_of(office):
    application = make_application(office, terms=bill_terms(maturity_on=date(2027, 4, 1)))
    found = {f.code: f for f in findings_for(application, "receive", by=office.clerk, on=TODAY)}
    assert found["paper-bill"].warns
    on_the_day = make_application(office, terms=bill_terms(maturity_on=date(2027, 3, 31)))
    assert "paper-bill" not in {f.code for f in findings_for(on_the_day, "receive", by=office.clerk, on=TODAY)}


def test_a_member_who_left_gets_no_loan(office):
    member = make_member(joined_on=date(2000, 4, 1), left_on=date(2026, 3, 31))
    with pytest.raises(StepRefused) as refusal:
        applications.receive(make_application(office, member=member), by=office.clerk, on=TODAY, reason=REASON)
    assert "left" in codes(refusal)


def test_a_member_about_to_leave_is_warned_of(office):
    application = make_application(office, member=make_member(left_on=date(2027, 3, 31)))
    found = {f.code: f for f in findings_for(application, "receive", by=office.clerk, on=TODAY)}
    assert found["leaving"].warns
    assert "令和9年3月31日に脱退する予定" in found["leaving"].text


def test_a_stale_page_is_refused_and_nothing_is_done_twice(office):
    application = make_application(office)
    stale = fresh(application)
    applications.receive(application, by=office.clerk, on=TODAY, reason=REASON)
    with pytest.raises(StaleObject) as refusal:
        applications.receive(stale, by=office.clerk, on=TODAY, reason=REASON)
    assert "ほかの人が更新しました" in str(refusal.value)
    assert Sequence.objects.get(name="application", fiscal_year=2026).last_number == 1


def test_terms_are_frozen_once_the_committee_has_the_case(office):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    with pytest.raises(StepRefused):
        applications.update_terms(application, terms=bill_terms(amount=1), by=office.clerk, on=TODAY)
    assert fresh(application).amount == 10_000_000


# --- 金融委員会 ----------------------------------------------------------------------------


def test_nothing_goes_to_the_committee_without_an_investigation(office):
    application = make_application_in(office, S.INVESTIGATION)
    assert not hasattr(application, "investigation")
    with pytest.raises(StepRefused) as refusal:
        reviews.submit_to_committee(fresh(application), by=office.clerk, on=TODAY, reason=REASON)
    assert "investigation" in codes(refusal)


def test_an_opinion_is_not_a_decision(office):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    road.committee_opinions(application, office, TODAY)
    assert fresh(application).state == S.COMMITTEE_QUEUE
    recommended = road.recommend(application, office, TODAY)
    assert recommended.state == S.RECOMMENDED
    with pytest.raises(StepRefused):
        reviews.decide(recommended, result=ItemResult.FAVOURABLE, by=office.chief, on=TODAY, reason=REASON)


def test_the_committee_needs_the_opinions_of_a_majority(office):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    for user in office.committee[:2]:  # 4名のうち2名では、過半数の3名に一人足りない
        reviews.give_opinion(fresh(application), choice="for", text="妥当である", by=user, on=TODAY)
    with pytest.raises(StepRefused) as refusal:
        road.recommend(application, office, TODAY)
    assert "quorum" in codes(refusal)
    reviews.give_opinion(fresh(application), choice="for", text="妥当である", by=office.committee[2], on=TODAY)
    assert road.recommend(application, office, TODAY).state == S.RECOMMENDED


def test_a_committee_member_who_became_an_officer_after_the_opinion_counts_no_longer(office):
    """付議のあとで申込先の取締役になった委員の意見は、答申のときに除かれ、定足数にも数えない。"""
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    road.committee_opinions(application, office, TODAY)
    turned = office.committee[2].person
    make_officer(application.member, turned)
    road.recommend(application, office, TODAY)
    item = items.last_decided(application, BodyKind.COMMITTEE)
    assert (item.seated, item.eligible, item.present, item.yes) == (4, 3, 3, 3)
    assert not item.opinions.filter(seat__person=turned).exists()


def test_an_interested_committee_member_gives_no_opinion_and_does_not_see_the_case(office):
    member_of_committee = office.committee[3]
    application = make_application(office, member=make_member(representative=member_of_committee.person))
    application, _ = road.bring(application, S.COMMITTEE_QUEUE, office, TODAY)
    assert not Application.objects.visible_to(member_of_committee, TODAY).filter(pk=application.pk).exists()
    assert Application.objects.visible_to(office.committee[0], TODAY).filter(pk=application.pk).exists()
    with pytest.raises(StepRefused) as refusal:
        reviews.give_opinion(fresh(application), choice="for", text="賛成", by=member_of_committee, on=TODAY)
    assert "interested" in codes(refusal)


@pytest.mark.parametrize(
    ("terms", "code", "words"),
    [
        (bill_terms(maturity_on=date(2027, 2, 20)), "bill-holiday", "2027年2月20日）が銀行の休業日"),
        (bill_terms(disburse_on=date(2026, 11, 2)), "past", "実行希望日（2026年11月2日）が過ぎています"),
    ],
)
@pytest.mark.parametrize("step", ["receive", "submit_to_committee", "approve"])
def test_a_day_that_does_not_fit_is_said_at_each_decision_but_stops_none(office, terms, code, words, step):
    application = make_application(office, terms=terms)
    found = [f for f in findings_for(application, step, by=office.clerk, on=TODAY) if f.code == code]
    assert [(words in finding.text, finding.warns) for finding in found] == [(True, True)]


# --- 理事会 --------------------------------------------------------------------------------


def test_the_receiver_cannot_decide(office):
    chief_receives = road.Office(**{**vars(office), "clerk": office.chief})
    application = make_application_in(chief_receives, S.BOARD_QUEUE)
    road.hold_board([application], office, TODAY)
    with pytest.raises(StepRefused) as refusal:
        reviews.decide(fresh(application), result=ItemResult.FAVOURABLE, by=office.chief, on=TODAY, reason=REASON)
    assert "receiver" in codes(refusal)
    decided = reviews.decide(
        fresh(application), result=ItemResult.FAVOURABLE, by=office.president, on=TODAY, reason=REASON
    )
    assert decided.state == S.APPROVED


def test_a_director_who_received_the_case_has_no_vote_on_it(office):
    """専務理事が事務局長を兼ねる組合: 出席には数えるが、自分の受け付けた案件の議決には加われない。"""
    kaga = office.cast["kaga"]
    kaga.set_roles([Role.DIRECTOR, Role.CHIEF])
    application = make_application_in(road.Office(**{**vars(office), "clerk": kaga}), S.BOARD_QUEUE)
    seat = Seat.objects.get(body__kind=BodyKind.BOARD, person__user=kaga)
    meeting = governance.convene(
        body=seat.body, held_on=TODAY, starts_at=time(14, 0), place="組合会館", by=office.clerk, on=TODAY
    )
    item = governance.put_on_agenda(
        items.open_item(application, BodyKind.BOARD), meeting=meeting, by=office.clerk, on=TODAY
    )
    governance.record_attendance(
        meeting, entries={seat.pk: (AttendanceKind.PRESENT, None, None)}, by=office.clerk, on=TODAY
    )
    for recorder in (kaga, office.clerk):
        with pytest.raises(StepRefused) as refusal:
            governance.cast_vote(item, seat=seat, choice=VoteChoice.YES, by=recorder, on=TODAY)
        assert "barred" in codes(refusal)
    assert governance.standing(item, on=TODAY).present == 1


def test_the_database_too_refuses_a_decision_by_the_receiver(office):
    application = make_application_in(office, S.APPROVED)
    with pytest.raises(DatabaseError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(decided_by=application.received_by)


def test_a_board_that_misses_its_quorum_by_one_decides_nothing(office):
    application = make_application_in(office, S.BOARD_QUEUE)
    road.hold_board([application], office, TODAY, absent=5)  # 9名のうち4名。定足数は5名
    with pytest.raises(StepRefused) as refusal:
        road.decide(application, office, TODAY)
    assert "quorum" in codes(refusal)
    assert "あと1名足りません" in str(refusal.value)
    assert fresh(application).state == S.BOARD_QUEUE


def test_an_interested_director_counts_neither_for_the_quorum_nor_for_the_vote(office):
    noto = Person.objects.get(name="能登 一郎")
    application = make_application(office, member=make_member(representative=noto))
    application, _ = road.bring(application, S.BOARD_QUEUE, office, TODAY)
    road.hold_board([application], office, TODAY, absent=4)
    item = items.open_item(application, BodyKind.BOARD)
    standing = governance.standing(item, on=TODAY)
    assert (standing.seated, standing.interested, standing.eligible, standing.quorum) == (9, 1, 8, 5)
    assert standing.present == 4  # 出席5名のうち能登さんを除く
    with pytest.raises(StepRefused) as refusal:
        road.decide(application, office, TODAY)
    assert "quorum" in codes(refusal)


def test_a_tie_fails(office):
    application = make_application_in(office, S.BOARD_QUEUE)
    board = Body.objects.get(kind=BodyKind.BOARD)
    meeting = governance.convene(
        body=board, held_on=TODAY, starts_at=time(14), place="会議室", by=office.clerk, on=TODAY
    )
    item = governance.put_on_agenda(
        items.open_item(application, BodyKind.BOARD), meeting=meeting, by=office.clerk, on=TODAY
    )
    seats = list(governance.seats_of(BodyKind.BOARD, TODAY))[:6]
    governance.record_attendance(
        meeting,
        entries={seat.pk: (AttendanceKind.PRESENT, time(14), None) for seat in seats},
        by=office.clerk,
        on=TODAY,
    )
    for number, seat in enumerate(seats):
        choice = VoteChoice.YES if number < 3 else VoteChoice.NO
        governance.cast_vote(item, seat=seat, choice=choice, by=office.clerk, on=TODAY)
    with pytest.raises(StepRefused) as refusal:
        road.decide(application, office, TODAY)
    assert "majority" in codes(refusal)


def test_without_a_valid_resolution_nothing_can_be_approved(office):
    application = make_application_in(office, S.BOARD_QUEUE)
    road.hold_board([application], office, TODAY)
    LimitResolution.objects.update(status=Proposal.Status.PROPOSED, decided_by=None, decided_at=None)
    with pytest.raises(StepRefused) as refusal:
        road.decide(application, office, TODAY)
    assert "no-resolution" in codes(refusal)


def test_limits_are_counted_again_at_the_decision(office):
    LimitResolution.objects.update(member_loan_limit=15_000_000)
    member = make_member()
    first = make_application_in(office, S.BOARD_QUEUE, member=member)
    second = make_application_in(office, S.BOARD_QUEUE, member=member)
    road.hold_board([first, second], office, TODAY)
    assert road.decide(first, office, TODAY).state == S.APPROVED
    with pytest.raises(StepRefused) as refusal:
        road.decide(second, office, TODAY)
    assert f"limit-{LimitKind.MEMBER}" in codes(refusal)


def test_a_conditional_decision_needs_its_conditions_met_before_the_loan_is_ready(office):
    application = make_application_in(
        office, S.CONTRACTING, result=ItemResult.CONDITIONAL, conditions=["火災保険を確かめること"]
    )
    road.sign_papers(application, office, TODAY)
    with pytest.raises(StepRefused) as refusal:
        contracts.confirm_ready(fresh(application), by=office.chief, on=TODAY, reason=REASON)
    assert "condition" in codes(refusal)
    condition = application.conditions.get()
    conditions.meet(fresh(application), condition, evidence="証券の写し", by=office.clerk, on=TODAY)
    assert contracts.confirm_ready(fresh(application), by=office.chief, on=TODAY, reason=REASON).state == S.READY


def test_whoever_made_the_contract_cannot_confirm_it_and_the_database_agrees(office):
    """確認した人は貸付に残り、契約手続をした人と同じなら、データベースも断る。"""
    application = make_application_in(office, S.CONTRACTING)
    road.sign_papers(application, office, TODAY)
    Loan.objects.update(contracted_by=office.chief)
    with pytest.raises(StepRefused) as refusal:
        contracts.confirm_ready(fresh(application), by=office.chief, on=TODAY, reason=REASON)
    assert "contract-maker" in codes(refusal)
    loan = contracts.confirm_ready(fresh(application), by=office.president, on=TODAY, reason=REASON).loan
    assert (loan.contracted_by, loan.confirmed_by, loan.confirmed_on) == (office.chief, office.president, TODAY)
    for broken in (
        {"confirmed_by": office.chief},
        {"confirmed_by": None},
        {"confirmed_by": None, "confirmed_on": None, "state": "active", "disbursed_on": TODAY},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Loan.objects.filter(pk=loan.pk).update(**broken)


def test_a_returned_case_carries_its_reason_and_walks_again(office):
    application = make_application_in(office, S.BOARD_QUEUE)
    with pytest.raises(StepRefused) as refusal:
        applications.return_(application, by=office.chief, on=TODAY, reason=" ")
    assert "reason" in codes(refusal)
    returned = applications.return_(fresh(application), by=office.chief, on=TODAY, reason="見積書を取り直すこと")
    assert returned.state == S.RETURNED
    assert items.open_item(returned, BodyKind.BOARD) is None
    again = applications.investigate(fresh(returned), by=office.clerk, on=TODAY, reason=REASON)
    assert again.state == S.INVESTIGATION


# --- 保証人 --------------------------------------------------------------------------------


def with_third_party(office, **deed):
    application = make_application(office)
    security.add_guarantee(
        application, person=make_person(name="田中 実"), relation=Relation.RELATIVE_OR_FRIEND, informed_on=TODAY,
        by=office.clerk, on=TODAY, **deed,
    )  # fmt: skip
    return fresh(application)


def test_a_missing_notarial_deed_warns_at_approval_and_blocks_at_contract(office):
    application, _ = road.bring(with_third_party(office), S.BOARD_QUEUE, office, TODAY)
    road.hold_board([application], office, TODAY)
    at_approval = [
        f for f in findings_for(application, "approve", by=office.chief, on=TODAY) if "公正証書" in f.text and f.warns
    ]
    assert at_approval
    assert at_approval[0].url
    assert road.decide(application, office, TODAY).state == S.APPROVED
    with pytest.raises(StepRefused) as refusal:
        contracts.begin(fresh(application), contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    assert any("465条の6" in finding.source for finding in refusal.value.findings)


@pytest.mark.parametrize(
    ("deed_on", "accepted"),
    [
        (date(2026, 10, 24), True),  # ちょうど一か月前
        (date(2026, 10, 23), False),
        (date(2026, 11, 23), True),
        (date(2026, 11, 24), False),  # 契約と同じ日
    ],
)
def test_the_notarial_deed_is_made_within_the_month_before_the_contract(office, deed_on, accepted):
    application = with_third_party(office, deed_on=deed_on, deed_office="金沢公証役場", deed_number="令和8年第1号")
    application, _ = road.bring(application, S.APPROVED, office, TODAY)
    if accepted:
        assert contracts.begin(fresh(application), contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON).number
    else:
        with pytest.raises(StepRefused):
            contracts.begin(fresh(application), contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)


# --- 原資と契約 ----------------------------------------------------------------------------


def funding(application, office, **changes):
    values = {
        "bank": "商工組合中央金庫 金沢支店",
        "decided_on": TODAY,
        "result": FundingResult.AS_APPLIED,
        "amount": application.amount,
        "bank_rate": Decimal("1.9"),
        "maturity_on": application.maturity_on,
        "document_reference": "商中金発第8号",
        "by": office.clerk,
        "on": TODAY,
        "reason": REASON,
    }
    return contracts.record_funding(fresh(application), **{**values, **changes})


def test_a_bank_funded_case_waits_for_the_bank(office):
    application = make_application_in(office, S.APPROVED, terms=deed_terms())
    with pytest.raises(StepRefused) as refusal:
        contracts.begin(application, contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    assert "funding" in codes(refusal)
    funding(application, office)
    assert contracts.begin(fresh(application), contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)


def test_terms_changed_by_the_bank_go_back_to_the_board(office):
    application = make_application_in(office, S.APPROVED, terms=deed_terms())
    funding(
        application, office, result=FundingResult.CHANGED, amount=10_000_000,
        new_terms={"amount": 10_000_000, "interest_rate": Decimal("2.4")},
    )  # fmt: skip
    back = fresh(application)
    assert (back.state, back.amount, back.interest_rate) == (S.BOARD_QUEUE, 10_000_000, Decimal("2.4"))
    assert back.approved_on is None
    with pytest.raises(StepRefused):
        contracts.begin(back, contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    road.hold_board([back], office, TODAY)
    approved = road.decide(back, office, TODAY)
    loan = contracts.begin(fresh(approved), contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    assert loan.principal == 10_000_000


def test_a_refusal_by_the_bank_stops_the_contract(office):
    application = make_application_in(office, S.APPROVED, terms=deed_terms())
    funding(application, office, result=FundingResult.REFUSED, amount=0)
    with pytest.raises(StepRefused) as refusal:
        contracts.begin(fresh(application), contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    assert "funding-refused" in codes(refusal)


def test_an_approval_expires(office):
    application = make_application_in(office, S.APPROVED)
    assert application.approval_expires_on == date(2027, 2, 24)
    with pytest.raises(StepRefused) as refusal:
        contracts.begin(
            application, contracted_on=date(2027, 2, 25), by=office.clerk, on=date(2027, 2, 25), reason=REASON
        )
    assert "expired" in codes(refusal)


def test_the_maker_of_the_contract_cannot_confirm_it(office):
    chief_contracts = road.Office(**{**vars(office), "clerk": office.chief, "chief": office.president})
    application = make_application_in(chief_contracts, S.CONTRACTING)
    road.sign_papers(application, chief_contracts, TODAY)
    with pytest.raises(StepRefused) as refusal:
        contracts.confirm_ready(fresh(application), by=office.chief, on=TODAY, reason=REASON)
    assert "contract-maker" in codes(refusal)


def test_a_cancelled_contract_keeps_its_number_and_voids_its_papers(office):
    application = make_application_in(office, S.READY)
    number = application.loan.number
    cancelled = contracts.cancel(application, by=office.clerk, on=TODAY, reason="契約日を改めるため")
    assert cancelled.state == S.APPROVED
    assert cancelled.contracts.get().state == LoanState.CANCELLED
    again = contracts.begin(fresh(cancelled), contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    assert (number, again.number) == ("T-2026-001", "T-2026-002")
