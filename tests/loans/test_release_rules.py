"""実行までの決めごと: 脱退・期限・書類・保証・訂正のすき間から、貸付が漏れ出ないこと。"""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from coopfin.flow import StepRefused
from desk.demo import road
from documents import operations as documents
from documents.access import may_void
from documents.models import IssuedDocument
from ledger import operations as ledger
from ledger.accounts import AccountCode
from ledger.slips import Slip, credit, debit
from loans import headroom, items, paperwork
from loans.enums import ApplicationState as S
from loans.enums import FundingSource
from loans.operations import application as applications
from loans.operations import contract as contracts
from loans.operations import disbursement as disbursements
from loans.operations import review as reviews
from loans.papers import MASTER_AGREEMENT
from loans.workflow import documents_of
from members.models import Member
from tests.factories.loans import REASON, TODAY, bill_terms, fresh, make_application, make_application_in
from tests.factories.members import make_officer, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(made_office, db):
    return made_office()


def codes(refusal):
    return [finding.code for finding in refusal.value.findings]


def leave(application, on):
    Member.objects.filter(pk=application.member_id).update(left_on=on)


def prepare(application, office, *, disburse_on=TODAY, on=TODAY):
    return disbursements.prepare(fresh(application), disburse_on=disburse_on, by=office.clerk, on=on, reason=REASON)


# --- 脱退 ----------------------------------------------------------------------------------


def test_a_member_who_left_after_the_receipt_is_not_approved(office):
    application = make_application_in(office, S.RECOMMENDED)
    leave(application, TODAY)
    reviews.submit_to_board(fresh(application), by=office.clerk, on=TODAY, reason=REASON)
    road.hold_board([fresh(application)], office, TODAY)
    with pytest.raises(StepRefused) as refusal:
        road.decide(application, office, TODAY)
    assert "left" in codes(refusal)


def test_a_member_who_left_after_the_approval_gets_no_contract(office):
    application = make_application_in(office, S.APPROVED)
    leave(application, TODAY)
    with pytest.raises(StepRefused) as refusal:
        contracts.begin(application, contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    assert "left" in codes(refusal)


def test_a_member_who_left_after_the_contract_gets_no_money(office):
    application = make_application_in(office, S.READY)
    leave(application, TODAY)
    with pytest.raises(StepRefused) as refusal:
        prepare(application, office)
    assert "left" in codes(refusal)


def test_a_member_who_left_while_the_voucher_waits_gets_no_money(office):
    application = make_application_in(office, S.READY)
    event = prepare(application, office)
    leave(application, TODAY)
    with pytest.raises(StepRefused) as refusal:
        disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    assert "left" in codes(refusal)


# --- 日付 ----------------------------------------------------------------------------------


def test_money_is_not_handed_over_after_the_decision_has_run_out(office):
    application = make_application_in(office, S.READY, terms=bill_terms(maturity_on=date(2027, 3, 31)))
    late = fresh(application).approval_expires_on + timedelta(days=1)
    with pytest.raises(StepRefused) as refusal:
        prepare(application, office, disburse_on=late)
    assert "after-expiry" in codes(refusal)


def test_a_voucher_is_not_posted_before_its_day(office):
    application = make_application_in(office, S.READY)
    event = prepare(application, office, disburse_on=date(2026, 12, 1))
    with pytest.raises(StepRefused) as refusal:
        disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    assert "future" in codes(refusal)
    disbursements.approve(event.voucher, by=office.chief, on=date(2026, 12, 1), reason=REASON)
    assert fresh(application).state == S.DISBURSED


# --- 約定書と契約の取りやめ ----------------------------------------------------------------


def test_the_signed_master_agreement_outlives_a_contract_that_is_called_off(office):
    first = make_application_in(office, S.READY)
    second = make_application_in(office, S.READY, member=first.member)
    assert MASTER_AGREEMENT not in paperwork.papers_for(second.loan)
    contracts.cancel(fresh(first), by=office.clerk, on=TODAY, reason="申込者の申出")
    assert MASTER_AGREEMENT not in paperwork.papers_for(fresh(second).loan)
    event = prepare(second, office)
    disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)


def test_a_master_agreement_that_another_loan_stands_on_cannot_be_voided(office):
    first = make_application_in(office, S.READY)
    contracts.cancel(fresh(first), by=office.clerk, on=TODAY, reason="申込者の申出")
    agreement = documents_of(first.contracts.get()).get()
    assert not may_void(agreement, office.clerk, TODAY)
    own = make_application_in(office, S.CONTRACTING)
    road.sign_papers(own, office, TODAY)
    agreement = documents_of(fresh(own).loan).get(paper=MASTER_AGREEMENT.code)
    assert may_void(agreement, office.clerk, TODAY)
    make_application_in(office, S.READY, member=own.member)
    assert not may_void(agreement, office.clerk, TODAY)


def test_a_paper_in_the_making_dies_with_its_contract(office, monkeypatch):
    application = make_application_in(office, S.CONTRACTING)

    def cancelled_meanwhile(html):
        contracts.cancel(fresh(application), by=office.clerk, on=TODAY, reason="申込者の申出")
        return b"%PDF", 1

    monkeypatch.setattr("documents.operations.render_pdf", cancelled_meanwhile)
    loan = application.loan
    with pytest.raises(StepRefused):
        contracts.issue_paper(fresh(application), code=MASTER_AGREEMENT.code, by=office.clerk, on=TODAY)
    assert not documents_of(loan).exists()
    assert not IssuedDocument.objects.filter(object_id=loan.pk, voided_at=None).exists()


def test_no_paper_is_issued_for_a_contract_called_off_a_moment_ago(office):
    application = make_application_in(office, S.CONTRACTING)
    seen = type(application).objects.prefetch_related("contracts").get(pk=application.pk)
    loan = seen.loan
    contracts.cancel(fresh(application), by=office.clerk, on=TODAY, reason="申込者の申出")
    with pytest.raises(StepRefused):
        contracts.issue_paper(seen, code=MASTER_AGREEMENT.code, by=office.clerk, on=TODAY)
    assert not IssuedDocument.objects.filter(object_id=loan.pk, voided_at=None).exists()


def test_money_is_not_handed_over_when_a_paper_was_voided(office):
    application = make_application_in(office, S.READY)
    documents.void(documents_of(application.loan).first(), reason="刷り損じ", by=office.clerk, on=TODAY)
    with pytest.raises(StepRefused) as refusal:
        prepare(application, office)
    assert any(code.startswith("paper-") for code in codes(refusal))


# --- 意見 ----------------------------------------------------------------------------------


def test_two_members_who_give_their_opinions_at_once_are_both_heard(office):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    one, other = fresh(application), fresh(application)
    for seen, user in ((one, office.committee[0]), (other, office.committee[1])):
        reviews.give_opinion(seen, choice="for", text="返済の見通しがある。", by=user, on=TODAY)
    assert items.open_item(application, "committee").opinions.count() == 2


# --- 訂正 ----------------------------------------------------------------------------------


def test_the_page_of_a_correction_after_the_maturity_opens(office, client):
    application = make_application_in(office, S.DISBURSED)
    event = application.loan.events.get()
    late = application.maturity_on + timedelta(days=10)
    undone = disbursements.prepare_reversal(event.voucher, dated_on=late, by=office.clerk, on=late, reason="口座違い")
    client.force_login(office.chief)
    assert client.get(undone.voucher.get_absolute_url()).status_code == 200


def test_a_borrowing_that_was_corrected_away_still_counts_for_its_loan(office):
    application = make_application_in(office, S.DISBURSED, terms=bill_terms(funding_source=FundingSource.BANK))
    assert headroom.borrowing_outstanding(TODAY) == 10_000_000
    number = application.loan.number
    slip = Slip(
        "転貸借入",
        (
            debit(AccountCode.CURRENT_DEPOSIT, 10_000_000),
            credit(AccountCode.BORROWINGS_ON_BILL, 10_000_000, reference=number),
        ),
    )
    voucher = ledger.prepare(slip, dated_on=TODAY, by=office.clerk, on=TODAY)
    ledger.post(voucher, by=office.chief, on=TODAY)
    assert headroom.borrowing_outstanding(TODAY) == 10_000_000
    red = ledger.prepare_reversal(voucher, by=office.clerk, on=TODAY, reason="誤り", dated_on=TODAY)
    ledger.post(red, by=office.chief, on=TODAY)
    assert headroom.borrowing_outstanding(TODAY) == 10_000_000


# --- 保証人 --------------------------------------------------------------------------------


def test_one_who_is_no_longer_the_representative_needs_the_notarial_deed(office):
    application = make_application_in(office, S.APPROVED)
    Member.objects.filter(pk=application.member_id).update(representative=make_person())
    with pytest.raises(StepRefused) as refusal:
        contracts.begin(fresh(application), contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    assert "evidence" in codes(refusal) or "deed" in codes(refusal)


# --- 権限 ----------------------------------------------------------------------------------


def test_a_correction_is_prepared_only_by_those_who_may(office):
    application = make_application_in(office, S.DISBURSED)
    voucher = application.loan.events.get().voucher
    with pytest.raises(StepRefused):
        disbursements.prepare_reversal(voucher, dated_on=TODAY, by=office.committee[0], on=TODAY, reason="x")


def test_an_interested_clerk_writes_no_draft_for_their_own_firm(office):
    own = make_officer(person=office.chief.person).member
    with pytest.raises(StepRefused) as refusal:
        applications.create_draft(member=own, terms=bill_terms(), by=office.chief, on=TODAY)
    assert codes(refusal) == ["interested"]


def test_an_interested_person_touches_nothing_on_the_way(office):
    draft, ready = make_application(office), make_application_in(office, S.CONTRACTING)
    for application in (draft, ready):
        make_officer(member=application.member, person=office.chief.person)
    more = {"by": office.chief, "on": TODAY}
    touches = [
        lambda: applications.update_terms(fresh(draft), terms=bill_terms(amount=1_000_000), **more),
        lambda: contracts.issue_paper(fresh(ready), code=MASTER_AGREEMENT.code, **more),
    ]
    for touch in touches:
        with pytest.raises(StepRefused) as refusal:
            touch()
        assert codes(refusal) == ["interested"]


@pytest.mark.parametrize("name", ["committee", "directors"])
def test_those_without_the_permission_touch_nothing_on_the_way(office, name):
    user = getattr(office, name)[0]
    draft, contracting = make_application(office), make_application_in(office, S.CONTRACTING)
    more = {"by": user, "on": TODAY}
    touches = [
        lambda: applications.create_draft(member=draft.member, terms=bill_terms(), **more),
        lambda: applications.update_terms(fresh(draft), terms=bill_terms(), **more),
        lambda: contracts.issue_paper(fresh(contracting), code=MASTER_AGREEMENT.code, **more),
    ]
    for touch in touches:
        with pytest.raises(StepRefused) as refusal:
            touch()
        assert "permission" in codes(refusal)


def test_the_voucher_page_shows_an_interested_person_nothing_of_the_case(office, client):
    application = make_application_in(office, S.DISBURSED)
    voucher = application.loan.events.get().voucher
    client.force_login(office.president)
    assert application.get_absolute_url() in client.get(voucher.get_absolute_url()).content.decode()
    make_officer(member=application.member, person=office.president.person)
    page = client.get(voucher.get_absolute_url())
    assert page.status_code == 200
    assert application.get_absolute_url() not in page.content.decode()
    assert application.title not in page.content.decode()


def test_a_paper_of_another_contract_is_not_received_here(office):
    one, other = make_application_in(office, S.CONTRACTING), make_application_in(office, S.CONTRACTING)
    paper = contracts.issue_paper(fresh(other), code=MASTER_AGREEMENT.code, by=office.clerk, on=TODAY)
    with pytest.raises(StepRefused):
        contracts.receive_signed(fresh(one), paper, by=office.clerk, on=TODAY)


def test_an_opinion_typed_before_the_case_was_submitted_anew_is_refused(office, client):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    client.force_login(office.committee[1])
    page = reverse("loans:opinion", args=[application.pk])
    seen = items.open_item(application, "committee")
    applications.return_(fresh(application), by=office.chief, on=TODAY, reason="金額の見直し")
    applications.investigate(fresh(application), by=office.clerk, on=TODAY)
    reviews.submit_to_committee(fresh(application), by=office.clerk, on=TODAY, reason=REASON)
    response = client.post(page, {"choice": "for", "text": "返済の見通しがある。", "version": str(seen.pk)})
    assert response.status_code == 422
    assert "返済の見通しがある。" in response.content.decode()
    assert items.open_item(application, "committee").opinions.count() == 0
