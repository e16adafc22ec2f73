"""実行: 見たとおりに起票され、別の人の承認で計上され、逆の伝票で訂正されること。"""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.utils import Error as DatabaseError

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from governance.models import LimitResolution
from ledger import balances
from ledger import operations as ledger
from ledger.accounts import AccountCode
from ledger.models import Voucher, VoucherKind, VoucherState
from ledger.slips import Slip, credit, debit
from loans import headroom
from loans.enums import ApplicationState as S
from loans.enums import EventKind, FundingSource, LoanState
from loans.limits import LimitKind
from loans.models import Loan, LoanEvent
from loans.operations import disbursement as disbursements
from tests.factories.loans import (
    REASON,
    TODAY,
    bill_terms,
    deed_terms,
    fresh,
    make_application,
    make_application_in,
)
from tests.factories.members import make_member


@pytest.fixture
def office(made_office, db):
    return made_office()


def prepare(application, office, *, on=TODAY):
    return disbursements.prepare(fresh(application), disburse_on=on, by=office.clerk, on=on, reason=REASON)


def lines(voucher):
    return [(line.side, line.account.name, line.amount) for line in voucher.lines.select_related("account")]


def codes(refusal):
    return [finding.code for finding in refusal.value.findings]


def test_the_handbooks_bill_loan_books_147945_and_2465_and_9849590(office):
    application = make_application_in(office, S.READY)  # HB-V1: 1,000万円、6%、手数料0.1%、90日
    event = prepare(application, office)
    assert event.voucher.number is None
    disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    voucher = Voucher.objects.get(pk=event.voucher.pk)
    assert lines(voucher) == [
        ("debit", "手形貸付", 10_000_000),
        ("credit", "貸付金利息", 147_945),
        ("credit", "転貸手数料", 2_465),
        ("credit", "当座預金", 9_849_590),
    ]
    assert voucher.number == 1
    loan = fresh(application).loan
    assert (loan.state, loan.disbursed_on) == (LoanState.ACTIVE, TODAY)
    assert fresh(application).state == S.DISBURSED
    assert Loan.objects.with_balance().get(pk=loan.pk).balance == 10_000_000


def test_a_deed_loan_books_its_principal_and_keeps_its_schedule(office):
    application = make_application_in(office, S.READY, terms=deed_terms(funding_source=FundingSource.OWN))
    event = prepare(application, office)
    what = disbursements.preview(fresh(application).loan, disburse_on=TODAY)
    disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    loan = fresh(application).loan
    assert lines(event.voucher) == [("debit", "証書貸付", 12_000_000), ("credit", "当座預金", 12_000_000)]
    kept = [(row.no, row.pay_on, row.principal, row.interest, row.fee, row.balance) for row in loan.instalments.all()]
    seen = [
        (row.no, row.pay_on, row.principal, row.interest, row.fee, row.balance) for row in what.computation.instalments
    ]
    assert kept == seen
    assert sum(row.principal for row in loan.instalments.all()) == 12_000_000
    assert loan.instalments.last().balance == 0


def test_what_is_prepared_is_in_no_balance(office):
    application = make_application_in(office, S.READY)
    prepare(application, office)
    assert balances.balance([AccountCode.BILL_LOANS], on=TODAY) == 0
    assert headroom.member_outstanding(application.member, TODAY) == 0
    assert LoanEvent.objects.posted().count() == 0


def test_the_maker_cannot_approve(office):
    event = prepare(make_application_in(office, S.READY), office)
    with pytest.raises(StepRefused):
        disbursements.approve(event.voucher, by=office.clerk, on=TODAY, reason=REASON)
    chief_made = disbursements.reject(event.voucher, by=office.chief, on=TODAY, reason="日付を改める")
    again = disbursements.prepare(
        fresh(chief_made.loan.application), disburse_on=TODAY, by=office.chief, on=TODAY, reason=REASON
    )
    with pytest.raises(StepRefused) as refusal:
        disbursements.approve(again.voucher, by=office.chief, on=TODAY, reason=REASON)
    assert "承認" in str(refusal.value)
    assert disbursements.approve(again.voucher, by=office.president, on=TODAY, reason=REASON)


def test_the_database_too_refuses_a_voucher_checked_by_its_maker(office):
    event = prepare(make_application_in(office, S.READY), office)
    with pytest.raises(DatabaseError), transaction.atomic():
        Voucher.objects.filter(pk=event.voucher.pk).update(
            state=VoucherState.REJECTED, checked_by=event.voucher.made_by, rejected_reason="自分で"
        )


def test_a_second_approval_books_nothing(office):
    event = prepare(make_application_in(office, S.READY), office)
    disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    with pytest.raises(StepRefused):
        disbursements.approve(event.voucher, by=office.president, on=TODAY, reason=REASON)
    assert Voucher.objects.posted().count() == 1


def test_only_one_disbursement_waits_at_a_time(office):
    application = make_application_in(office, S.READY)
    prepare(application, office)
    with pytest.raises(StepRefused) as refusal:
        prepare(application, office)
    assert "waiting" in codes(refusal)


@pytest.mark.parametrize(
    ("day", "code"),
    [(date(2026, 11, 22), "before-contract"), (date(2026, 11, 28), "holiday"), (date(2027, 2, 22), "after-maturity")],
)
def test_impossible_days_of_disbursement_are_refused(office, day, code):
    application = make_application_in(office, S.READY)
    with pytest.raises(StepRefused) as refusal:
        disbursements.prepare(application, disburse_on=day, by=office.clerk, on=TODAY, reason=REASON)
    assert code in codes(refusal)


def test_a_different_sum_than_the_previewed_one_is_not_posted(office):
    application = make_application_in(office, S.READY)
    event = prepare(application, office)
    Loan.objects.filter(pk=event.loan.pk).update(interest_rate=Decimal("6.5"))
    with pytest.raises(StepRefused) as refusal:
        disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    assert codes(refusal) == ["differs"]
    assert "9,849,590" in refusal.value.findings[0].detail
    assert Voucher.objects.posted().count() == 0


def test_limits_are_counted_once_more_at_the_disbursement(office):
    member = make_member()
    first = make_application_in(office, S.READY, member=member)
    event = prepare(first, office)
    type(headroom.of(first, TODAY).resolution).objects.update(member_loan_limit=9_000_000)
    with pytest.raises(StepRefused) as refusal:
        disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    assert f"limit-{LimitKind.MEMBER}" in codes(refusal)
    assert Voucher.objects.posted().count() == 0


def test_a_rejected_slip_can_be_prepared_again(office):
    application = make_application_in(office, S.READY)
    event = prepare(application, office)
    with pytest.raises(StepRefused):
        disbursements.reject(event.voucher, by=office.chief, on=TODAY, reason="")
    disbursements.reject(event.voucher, by=office.chief, on=TODAY, reason="実行日を一日延ばす")
    again = prepare(application, office, on=date(2026, 11, 25))
    disbursements.approve(again.voucher, by=office.chief, on=date(2026, 11, 25), reason=REASON)
    assert again.interest == 146_301  # 89日分


def test_a_disbursement_is_corrected_by_a_linked_reversal_and_can_be_made_anew(office):
    application = make_application_in(office, S.READY)
    event = prepare(application, office)
    disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    undone = disbursements.prepare_reversal(
        event.voucher, dated_on=TODAY, by=office.clerk, on=TODAY, reason="実行日の誤り"
    )
    assert undone.kind == EventKind.REVERSAL
    with pytest.raises(StepRefused):
        disbursements.approve(undone.voucher, by=office.clerk, on=TODAY)
    disbursements.approve(undone.voucher, by=office.president, on=TODAY)
    application = fresh(application)
    assert application.state == S.READY
    assert Loan.objects.with_balance().get(pk=application.loan.pk).balance == 0
    reversal = Voucher.objects.get(pk=undone.voucher.pk)
    assert (reversal.kind, reversal.reverses_id, reversal.number) == (VoucherKind.REVERSAL, event.voucher.pk, 2)
    again = prepare(application, office, on=date(2026, 11, 25))
    disbursements.approve(again.voucher, by=office.chief, on=date(2026, 11, 25), reason=REASON)
    assert Loan.objects.with_balance().get(pk=application.loan.pk).balance == 10_000_000
    with pytest.raises(StepRefused):
        disbursements.prepare_reversal(undone.voucher, dated_on=TODAY, by=office.clerk, on=TODAY, reason="もう一度")


def test_bank_funded_balances_use_the_borrowing_limit_until_the_borrowing_is_booked(office):
    opening = Slip(
        "開始残高",
        (
            debit(AccountCode.CURRENT_DEPOSIT, 30_000_000),
            credit(AccountCode.BORROWINGS_ON_DEED, 20_000_000),
            credit(AccountCode.RETAINED_EARNINGS, 10_000_000),
        ),
    )
    voucher = ledger.enter(opening, dated_on=date(2026, 4, 1), by=office.clerk, on=TODAY, kind=VoucherKind.OPENING)
    ledger.approve(voucher, by=office.president, on=TODAY)
    assert headroom.borrowing_outstanding(TODAY) == 20_000_000
    application = make_application_in(office, S.DISBURSED, terms=bill_terms(funding_source=FundingSource.BANK))
    assert headroom.borrowing_outstanding(TODAY) == 30_000_000
    loan = application.loan
    borrowed = Slip(
        "転貸原資の借入",
        (
            debit(AccountCode.CURRENT_DEPOSIT, 10_000_000),
            credit(AccountCode.BORROWINGS_ON_BILL, 10_000_000, reference=loan.number),
        ),
    )
    voucher = ledger.enter(borrowed, dated_on=TODAY, by=office.clerk, on=TODAY)
    ledger.approve(voucher, by=office.chief, on=TODAY)
    assert headroom.borrowing_outstanding(TODAY) == 30_000_000  # 二重には数えない


def book_borrowing(office, loan, amount):
    """契約番号を付けた借入の記帳。"""
    slip = Slip(
        "転貸原資の借入",
        (
            debit(AccountCode.CURRENT_DEPOSIT, amount),
            credit(AccountCode.BORROWINGS_ON_BILL, amount, reference=loan.number),
        ),
    )
    ledger.approve(ledger.enter(slip, dated_on=TODAY, by=office.clerk, on=TODAY), by=office.chief, on=TODAY)


def test_a_part_of_the_borrowing_in_the_ledger_leaves_the_rest_of_the_loan_counted(office):
    application = make_application_in(office, S.DISBURSED, terms=bill_terms(funding_source=FundingSource.BANK))
    book_borrowing(office, application.loan, 1)
    assert headroom.borrowing_outstanding(TODAY) == 10_000_000


def test_a_bank_that_pays_first_does_not_block_its_own_case(office):
    """銀行が先に貸し、借入が記帳されてから組合員に実行する（手引き F4 ①）。その案件をもう一度は数えない。"""
    LimitResolution.objects.update(borrowing_limit=15_000_000)
    application = make_application_in(office, S.READY, terms=bill_terms(funding_source=FundingSource.BANK))
    book_borrowing(office, application.loan, 10_000_000)
    check = headroom.of(fresh(application), TODAY).borrowing
    assert (check.outstanding, check.committed, check.request, check.after) == (10_000_000, 0, 0, 10_000_000)
    other = make_application(office, terms=bill_terms(funding_source=FundingSource.BANK))
    assert headroom.of(other, TODAY).borrowing.after == 20_000_000  # ほかの案件からは、一度だけ見える
    event = disbursements.prepare(fresh(application), disburse_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    assert headroom.borrowing_outstanding(TODAY) == 10_000_000


def test_an_opening_loan_balance_counts_against_the_members_limit(office):
    """使い始める前からの貸付残高（開始伝票）も、③ の残高である。"""
    member = make_member()
    slip = Slip(
        "開始残高",
        (
            debit(AccountCode.BILL_LOANS, 45_000_000, member=member),
            credit(AccountCode.RETAINED_EARNINGS, 45_000_000),
        ),
    )
    voucher = ledger.enter(slip, dated_on=date(2026, 4, 1), by=office.clerk, on=TODAY, kind=VoucherKind.OPENING)
    ledger.approve(voucher, by=office.president, on=TODAY, reason=REASON)
    check = headroom.of(make_application(office, member=member), TODAY).member
    assert (check.outstanding, check.within) == (45_000_000, False)


def test_committed_cases_use_headroom_before_they_are_disbursed(office):
    member = make_member()
    make_application_in(office, S.APPROVED, member=member)
    second = make_application(office, member=member)
    check = headroom.of(second, TODAY).member
    assert (check.outstanding, check.committed, check.request) == (0, 10_000_000, 10_000_000)


def test_every_verb_of_the_road_is_in_the_log_with_who_and_why(office):
    application = make_application_in(office, S.DISBURSED)
    verbs = list(ActionLog.objects.about(application).order_by("pk").values_list("verb", flat=True))
    for verb in ("draft", "receive", "investigate", "record_investigation", "submit_to_committee", "opinion", "recommend",
                 "submit_to_board", "approve", "contract", "issue_paper", "receive_signed", "confirm_ready",
                 "prepare_disbursement", "disburse"):  # fmt: skip
        assert verb in verbs, verb
