"""残高と試算表: 正常な側の符号、日付の境、補助、問い合わせの数。"""

from datetime import date

import pytest

from ledger import balances
from ledger.accounts import AccountCode
from ledger.slips import Slip, credit, debit
from tests.factories.ledger import make_slip, make_voucher
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


@pytest.fixture
def members():
    return make_member("白山精機"), make_member("能登鉄工")


@pytest.fixture
def book(members):
    """手引きの手形貸付（1,000万円、利息 147,945円、手数料 2,465円）と、その一部の回収。"""
    first, second = members
    disbursed = Slip(
        "手形貸付の実行",
        (
            debit(AccountCode.BILL_LOANS, 10_000_000, member=first, reference="T-2026-001"),
            credit(AccountCode.LOAN_INTEREST, 147_945, member=first, reference="T-2026-001"),
            credit(AccountCode.ON_LENDING_FEE, 2_465, member=first, reference="T-2026-001"),
            credit(AccountCode.ORDINARY_DEPOSIT, 9_849_590),
        ),
    )
    make_voucher(disbursed, posted=True, dated_on=date(2026, 10, 31))
    make_voucher(
        make_slip(
            500,
            debit_account=AccountCode.BILL_LOANS,
            credit_account=AccountCode.ORDINARY_DEPOSIT,
            member=second,
            reference="T-2026-002",
        ),
        posted=True,
        dated_on=date(2026, 11, 1),
    )
    make_voucher(
        make_slip(
            4_000_000,
            debit_account=AccountCode.ORDINARY_DEPOSIT,
            credit_account=AccountCode.BILL_LOANS,
            member=first,
            reference="T-2026-001",
        ),
        posted=True,
        dated_on=date(2026, 11, 2),
    )
    make_voucher(make_slip(99), dated_on=date(2026, 11, 2))  # 承認待ちは数えない
    return disbursed  # fmt: skip


def test_a_balance_is_in_the_sign_of_its_normal_side(book):
    assert balances.balance(AccountCode.BILL_LOANS, on=DAY) == 6_000_500
    assert balances.balance(AccountCode.ORDINARY_DEPOSIT, on=DAY) == -5_850_090
    assert balances.balance(AccountCode.LOAN_INTEREST, on=DAY) == 147_945
    assert balances.balance([AccountCode.LOAN_INTEREST, AccountCode.ON_LENDING_FEE], on=DAY) == 150_410


def test_a_balance_counts_the_day_itself_and_nothing_later(book):
    assert balances.balance(AccountCode.BILL_LOANS, on=date(2026, 10, 30)) == 0
    assert balances.balance(AccountCode.BILL_LOANS, on=date(2026, 10, 31)) == 10_000_000
    assert balances.balance(AccountCode.BILL_LOANS, on=date(2026, 11, 1)) == 10_000_500


def test_a_balance_of_one_member_or_one_contract(book, members):
    first, second = members
    assert balances.balance(AccountCode.BILL_LOANS, on=DAY, member=first) == 6_000_000
    assert balances.balance(AccountCode.BILL_LOANS, on=DAY, reference="T-2026-002") == 500
    assert balances.balance(AccountCode.BILL_LOANS, on=DAY, member=second, reference="T-2026-001") == 0


def test_accounts_of_different_sides_cannot_be_added_up(book):
    with pytest.raises(ValueError, match="正常な側の違う"):
        balances.balance([AccountCode.CASH, AccountCode.SHARE_CAPITAL], on=DAY)


def test_sub_balances_add_up_to_the_account_and_leave_out_what_is_settled(book, members):
    first, second = members
    subs = balances.sub_balances(AccountCode.BILL_LOANS, DAY)
    assert [(sub.member_id, sub.reference, sub.amount) for sub in subs] == [
        (first.pk, "T-2026-001", 6_000_000),
        (second.pk, "T-2026-002", 500),
    ]
    make_voucher(
        make_slip(500, debit_account=AccountCode.ORDINARY_DEPOSIT, credit_account=AccountCode.BILL_LOANS,
                  member=second, reference="T-2026-002"),
        posted=True, dated_on=DAY,
    )  # fmt: skip
    assert len(balances.sub_balances(AccountCode.BILL_LOANS, DAY)) == 1
    assert sum(sub.amount for sub in subs) == balances.balance(AccountCode.BILL_LOANS, on=date(2026, 11, 23))


def test_the_trial_balance_of_a_month(book):
    trial = balances.trial_balance(from_on=date(2026, 11, 1), to_on=date(2026, 11, 30))
    rows = {row.account.code: (row.carried, row.debit, row.credit, row.balance) for row in trial.rows}
    assert rows["131"] == (10_000_000, 500, 4_000_000, 6_000_500)
    assert rows["113"] == (-9_849_590, 4_000_000, 500, -5_850_090)
    assert rows["411"] == (147_945, 0, 0, 147_945)
    assert "227" not in rows
    assert (trial.debit_total, trial.credit_total, trial.difference) == (4_000_500, 4_000_500, 0)
    assert trial.balanced
    assert [group["label"] for group in trial.groups()] == ["資産", "収益"]
    assert trial.debit_balance == trial.credit_balance == 150_410


def test_a_trial_balance_of_nothing_is_balanced():
    trial = balances.trial_balance(from_on=DAY, to_on=DAY)
    assert trial.rows == ()
    assert trial.balanced


def test_every_reading_takes_a_fixed_number_of_queries(book, members, django_assert_num_queries):
    with django_assert_num_queries(1):
        balances.balance(AccountCode.BILL_LOANS, on=DAY, member=members[0])
    with django_assert_num_queries(1):
        balances.sub_balances(AccountCode.BILL_LOANS, DAY)
    with django_assert_num_queries(2):
        list(balances.trial_balance(from_on=DAY, to_on=DAY).groups())
