"""帳簿の照合: 合っていれば静かに終わり、どこかを壊せば、それを名指しして 0 以外で終わること。"""

import pytest
from django.core.management import call_command
from django.db import connection

from ledger.accounts import AccountCode
from ledger.models import VoucherKind, VoucherLine
from ledger.slips import Slip, credit, debit
from loans import checks
from loans.enums import ApplicationState as S
from loans.enums import FundingSource
from loans.models import Application, Instalment, Loan, LoanEvent
from members import merging
from members.debts import debts_of
from tests.factories.ledger import make_voucher
from tests.factories.loans import TODAY, deed_terms, make_application_in, make_office
from tests.factories.members import make_member


@pytest.fixture(scope="module")
def made(for_the_module):
    def world():
        office = make_office()
        bill = make_application_in(office, S.DISBURSED)
        deed = make_application_in(office, S.DISBURSED, terms=deed_terms(funding_source=FundingSource.OWN))
        return bill.loan, deed.loan

    return for_the_module(world)


@pytest.fixture
def books(made, db):
    """手形一件と証書一件を実行した帳簿。"""
    return made()


def without_triggers():
    """引き金を外して（この試験の取引の中だけ）帳簿を壊せるようにする。"""
    from ledger import triggers

    triggers.remove(connection)


def test_clean_books_say_so(books, capsys):
    call_command("check_books")
    assert "すべて合っています" in capsys.readouterr().out


def test_a_problem_ends_the_command_with_an_error_and_names_the_row(books, capsys):
    bill, _ = books
    LoanEvent.objects.filter(loan=bill).update(principal=9_000_000, cash=8_849_590)
    with pytest.raises(SystemExit) as end:
        call_command("check_books")
    assert end.value.code == 1
    assert bill.number in capsys.readouterr().out


def test_an_event_that_differs_from_the_ledger_is_named(books):
    bill, _ = books
    LoanEvent.objects.filter(loan=bill).update(principal=9_000_000, cash=8_849_590)
    assert [bill.number in sentence for sentence in checks.balances_agree()] == [True]
    assert any("手形貸付" in sentence for sentence in checks.controls_agree())


def test_a_ledger_line_without_a_loan_is_named(books):
    without_triggers()
    VoucherLine.objects.filter(account_id="132").update(reference="S-2026-999")
    assert any("S-2026-999" in sentence for sentence in checks.balances_agree())


def test_interest_that_differs_from_the_voucher_is_named(books):
    bill, _ = books
    LoanEvent.objects.filter(loan=bill).update(interest=147_944, fee=2_466)
    found = checks.events_match_vouchers()
    assert len(found) == 2
    assert all(bill.number in sentence for sentence in found)


@pytest.mark.parametrize("field", ["principal", "interest", "fee", "balance", "days"])
def test_a_row_of_the_schedule_that_was_not_computed_is_named(books, field):
    _, deed = books
    Instalment.objects.filter(loan=deed, no=3).update(**{field: 1})
    assert [f"{deed.number} 第3回" in sentence for sentence in checks.schedules_follow_the_terms()] == [True]


def test_a_missing_row_of_the_schedule_is_named(books):
    _, deed = books
    Instalment.objects.filter(loan=deed, no=60).delete()
    assert any("59回、計算では60回" in sentence for sentence in checks.schedules_follow_the_terms())


def test_a_loan_account_moved_without_a_loan_is_named(books):
    """貸付の科目を、貸付でも開始残高でもない伝票が動かした。"""
    bill, _ = books
    without_triggers()
    slip = Slip(
        "手で動かした",
        (debit(AccountCode.BILL_LOANS, 5_000_000, member=bill.member), credit(AccountCode.CURRENT_DEPOSIT, 5_000_000)),
    )
    voucher = make_voucher(slip, posted=True)
    assert voucher.kind == VoucherKind.TRANSFER
    assert any(str(bill.member) in sentence and "5,000,000" in sentence for sentence in checks.controls_agree())


def test_a_borrowing_for_a_loan_that_is_not_there_is_named(books):
    slip = Slip(
        "借入",
        (
            debit(AccountCode.CURRENT_DEPOSIT, 5_000_000),
            credit(AccountCode.BORROWINGS_ON_BILL, 5_000_000, reference="T-2026-999"),
        ),
    )
    make_voucher(slip, posted=True)
    assert ["T-2026-999" in sentence for sentence in checks.borrowings_name_their_loans()] == [True]


def test_an_opening_balance_is_no_difference(books):
    bill, _ = books
    slip = Slip(
        "開始残高",
        (
            debit(AccountCode.BILL_LOANS, 5_000_000, member=bill.member),
            credit(AccountCode.RETAINED_EARNINGS, 5_000_000),
        ),
    )
    make_voucher(slip, posted=True, kind=VoucherKind.OPENING)
    assert checks.controls_agree() == []


def test_a_line_booked_to_another_member_is_named(books):
    without_triggers()
    VoucherLine.objects.filter(account_id="131").update(member=make_member("七尾鋳造株式会社"))
    assert any("七尾鋳造株式会社" in sentence for sentence in checks.controls_agree())
    assert any("七尾鋳造株式会社" in sentence for sentence in checks.contracts_agree())


def test_a_loan_of_another_member_than_the_applicant_is_named(books):
    bill, _ = books
    Loan.objects.filter(pk=bill.pk).update(member=make_member("七尾鋳造株式会社"))
    assert any("申込者と違います" in sentence for sentence in checks.contracts_agree())
    assert any("七尾鋳造株式会社" in sentence for sentence in checks.controls_agree())


def test_a_principal_that_was_not_applied_for_or_paid_out_is_named(books):
    bill, _ = books
    Loan.objects.filter(pk=bill.pk).update(principal=99_000_000)
    found = [sentence for sentence in checks.contracts_agree() if "99,000,000" in sentence]
    assert any("申込の金額" in sentence for sentence in found)
    assert any("契約の元金" in sentence for sentence in found)


def test_states_that_contradict_each_other_are_named(books):
    bill, deed = books
    Application.objects.filter(pk=bill.application_id).update(state=S.READY)
    Loan.objects.filter(pk=deed.pk).update(state="cancelled")
    found = checks.states_agree()
    assert any(bill.number in sentence for sentence in found)
    assert any(deed.application.number in sentence for sentence in found)


def test_a_missing_number_is_named(books):
    bill, _ = books
    Loan.objects.filter(pk=bill.pk).update(sequence=7)
    Application.objects.filter(pk=bill.application_id).update(sequence=9)
    found = checks.numbers_are_gapless()
    assert any("契約番号" in sentence for sentence in found)
    assert any("受付番号" in sentence for sentence in found)


def test_an_event_on_another_day_than_its_voucher_is_named(books):
    bill, _ = books
    LoanEvent.objects.filter(loan=bill).update(on="2026-11-30")
    assert any("日付" in sentence for sentence in checks.states_agree())


# --- what the books tell the register of members ---------------------------------------------


def test_the_register_of_members_hears_what_a_member_owes(books):
    bill, _ = books
    assert [(debt.label, debt.amount, debt.url) for debt in debts_of(bill.member, TODAY)] == [
        (f"貸付 {bill.number}", bill.principal, bill.get_absolute_url())
    ]
    assert debts_of(make_member(), TODAY) == []


def test_a_member_with_cases_is_not_merged_into_another(books):
    bill, _ = books
    plan = merging.plan(make_member(), bill.member, bill.contracted_by)
    assert {"cases", "books"} <= {finding.code for finding in plan.findings if finding.blocks}
