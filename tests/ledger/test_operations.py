"""伝票の操作: 起票・計上・差戻し・訂正・承認の持ち主。"""

from datetime import date

import pytest
from django.db import transaction

from coopfin.flow import StepRefused, passed
from coopfin.models import ActionLog, Cooperative, DelegatedAct, Sequence
from coopfin.roles import Role
from ledger import approvals, balances, operations
from ledger.accounts import AccountCode, Side
from ledger.models import Account, Voucher, VoucherKind, VoucherState
from ledger.slips import Slip, UnbalancedSlip, credit, debit
from tests.factories.core import make_cooperative, make_user
from tests.factories.ledger import load_accounts, make_slip, make_voucher
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


@pytest.fixture
def clerk():
    return make_user(Role.CLERK, name="山田 花子")


@pytest.fixture
def chief():
    return make_user(Role.CHIEF, name="中村 誠")


def refusal(act, *args, **kwargs) -> str:
    with pytest.raises(StepRefused) as caught:
        act(*args, **kwargs)
    return " ".join(finding.text for finding in caught.value.findings)


# --- 起票 ----------------------------------------------------------------------------------
def test_a_prepared_voucher_has_no_number_and_is_in_no_balance(clerk):
    voucher = make_voucher(maker=clerk)
    assert (voucher.state, voucher.number, voucher.fiscal_year) == (VoucherState.PREPARED, None, 2026)
    assert balances.balance(AccountCode.ORDINARY_DEPOSIT, on=DAY) == 0
    assert ActionLog.objects.about(voucher).get().verb == "prepare"


@pytest.mark.parametrize(
    ("start_month", "dated_on", "year"),
    [
        (4, date(2026, 3, 31), 2025), (4, date(2026, 4, 1), 2026), (1, date(2026, 1, 1), 2026),
        (10, date(2026, 9, 30), 2025), (10, date(2026, 10, 1), 2026),
    ],
)  # fmt: skip
def test_the_fiscal_year_follows_the_date_and_the_cooperative(start_month, dated_on, year):
    make_cooperative(fiscal_start_month=start_month)
    assert make_voucher(dated_on=dated_on).fiscal_year == year


def test_an_account_that_needs_a_member_is_refused_without_one(clerk):
    load_accounts()
    make_cooperative()
    slip = make_slip(debit_account=AccountCode.BILL_LOANS)
    text = refusal(operations.prepare, slip, dated_on=DAY, by=clerk, on=DAY)
    assert "「手形貸付」の行には組合員が要ります。" in text


def test_an_account_outside_the_chart_is_refused(clerk):
    make_cooperative()
    load_accounts()
    Account.objects.filter(code="227").delete()
    assert "科目表にない科目です" in refusal(operations.prepare, make_slip(), dated_on=DAY, by=clerk, on=DAY)


def test_nothing_can_be_prepared_before_the_cooperative_is_entered(clerk):
    load_accounts()
    assert "組合の登録がありません" in refusal(operations.prepare, make_slip(), dated_on=DAY, by=clerk, on=DAY)


def test_an_unbalanced_slip_cannot_even_be_built():
    with pytest.raises(UnbalancedSlip):
        Slip("不一致", (debit(AccountCode.CASH, 2), credit(AccountCode.ORDINARY_DEPOSIT, 1)))


# --- 計上 ----------------------------------------------------------------------------------
def test_posting_gives_number_moment_and_checker_at_once(clerk, chief):
    voucher = make_voucher(maker=clerk)
    posted = operations.post(voucher, by=chief, on=DAY)
    assert (posted.state, posted.number, posted.checked_by) == (VoucherState.POSTED, 1, chief)
    assert posted.posted_at is not None
    assert voucher.is_posted, "the caller's own object shows it too"
    assert balances.balance(AccountCode.ORDINARY_DEPOSIT, on=DAY) == 100_000
    assert [entry.verb for entry in ActionLog.objects.about(voucher)] == ["post", "prepare"]


def test_the_maker_cannot_post(chief):
    voucher = make_voucher(maker=chief)
    text = refusal(operations.post, voucher, by=chief, on=DAY)
    assert text == "起票した本人（中村 誠）は承認できません。別の権限者にお願いしてください。"


def test_a_voucher_is_posted_only_once(chief):
    voucher = make_voucher(posted=True)
    assert "「計上済」" in refusal(operations.post, voucher, by=chief, on=DAY)
    assert Sequence.objects.get(name="voucher").last_number == 1


def test_stored_lines_that_no_longer_balance_are_not_posted(chief):
    voucher = make_voucher()
    voucher.lines.filter(side=Side.DEBIT).update(amount=1)
    assert "貸借が合いません（借方 1円、貸方 100,000円）。" in refusal(operations.post, voucher, by=chief, on=DAY)


def test_numbers_run_without_gaps_per_fiscal_year(chief):
    this_year = [make_voucher(posted=True, checker=chief).number for _ in range(3)]
    last_year = [make_voucher(posted=True, checker=chief, dated_on=date(2026, 3, 31)).number for _ in range(2)]
    assert (this_year, last_year) == ([1, 2, 3], [1, 2])


def test_a_posting_taken_back_leaves_no_gap(chief):
    make_voucher(posted=True)
    second = make_voucher()
    with transaction.atomic():
        assert operations.post(second, by=chief, on=DAY).number == 2
        transaction.set_rollback(True)
    second.refresh_from_db()
    assert second.is_waiting
    assert operations.post(second, by=chief, on=DAY).number == 2


# --- 差戻し --------------------------------------------------------------------------------
def test_a_voucher_is_sent_back_with_a_reason_and_takes_no_number(chief):
    voucher = make_voucher()
    operations.reject(voucher, by=chief, on=DAY, reason="金額が通帳と違います")
    assert (voucher.state, voucher.number, voucher.rejected_reason) == (
        VoucherState.REJECTED, None, "金額が通帳と違います",
    )  # fmt: skip
    assert "差戻し" in refusal(operations.post, voucher, by=chief, on=DAY)
    assert make_voucher(posted=True).number == 1


def test_sending_back_needs_a_reason_another_person_and_a_waiting_voucher(clerk, chief):
    voucher = make_voucher(maker=chief)
    assert "理由を記入" in refusal(operations.reject, voucher, by=make_user(Role.PRESIDENT), on=DAY, reason=" ")
    assert "起票した本人" in refusal(operations.reject, voucher, by=chief, on=DAY, reason="x")
    posted = make_voucher(posted=True)
    assert "待っていません" in refusal(operations.reject, posted, by=chief, on=DAY, reason="x")


# --- 訂正 ----------------------------------------------------------------------------------
def test_a_correction_is_the_exact_reversal_and_brings_the_balance_back(clerk, chief):
    member = make_member()
    voucher = make_voucher(
        make_slip(500, debit_account=AccountCode.BILL_LOANS, member=member, reference="T-2026-001"), posted=True
    )
    reversal = operations.prepare_reversal(voucher, by=clerk, on=DAY, reason="二重の起票", dated_on=DAY)
    assert (reversal.kind, reversal.reverses, reversal.reason) == (VoucherKind.REVERSAL, voucher, "二重の起票")
    assert operations.mirrors(reversal.lines.all(), voucher.lines.all())
    assert balances.balance(AccountCode.BILL_LOANS, on=DAY, member=member) == 500
    operations.post(reversal, by=chief, on=DAY)
    assert balances.balance(AccountCode.BILL_LOANS, on=DAY, member=member) == 0
    assert voucher.reversed_by == reversal


def test_what_cannot_be_corrected_is_refused_with_the_reason(clerk, chief):
    give = {"by": clerk, "on": DAY, "dated_on": DAY}
    assert "計上済の伝票だけ" in refusal(operations.prepare_reversal, make_voucher(), reason="x", **give)
    voucher = make_voucher(posted=True)
    assert "理由を記入" in refusal(operations.prepare_reversal, voucher, reason="", **give)
    early = {**give, "dated_on": date(2026, 11, 23)}
    assert "より前にはできません" in refusal(operations.prepare_reversal, voucher, reason="x", **early)
    late = {**give, "dated_on": date(2026, 11, 25)}
    assert "まだ来ていない日付" in refusal(operations.prepare_reversal, voucher, reason="x", **late)
    reversal = operations.prepare_reversal(voucher, reason="x", **give)
    assert "すでに起票されています" in refusal(operations.prepare_reversal, voucher, reason="x", **give)
    operations.post(reversal, by=chief, on=DAY)
    assert "訂正伝票（赤）は訂正できません" in refusal(operations.prepare_reversal, reversal, reason="x", **give)


def test_a_correction_that_was_sent_back_can_be_prepared_again(clerk, chief):
    voucher = make_voucher(posted=True)
    first = operations.prepare_reversal(voucher, by=clerk, on=DAY, reason="x", dated_on=DAY)
    operations.reject(first, by=chief, on=DAY, reason="理由が足りません")
    second = operations.prepare_reversal(voucher, by=clerk, on=DAY, reason="二重の起票のため", dated_on=DAY)
    assert Voucher.objects.get(pk=voucher.pk).reversed_by == second


# --- 自由起票と開始伝票 --------------------------------------------------------------------
def test_free_entry_is_refused_without_permission_in_the_future_and_on_loan_accounts(clerk):
    load_accounts()
    make_cooperative()
    auditor, tomorrow = make_user(Role.AUDITOR), date(2026, 11, 25)
    assert "権限がありません" in refusal(operations.enter, make_slip(), dated_on=DAY, by=auditor, on=DAY)
    assert "まだ来ていない" in refusal(operations.enter, make_slip(), dated_on=tomorrow, by=clerk, on=DAY)
    loan = make_slip(debit_account=AccountCode.DEED_LOANS, member=make_member())
    assert "貸付の実行・回収の画面から" in refusal(operations.enter, loan, dated_on=DAY, by=clerk, on=DAY)
    assert operations.enter(make_slip(), dated_on=DAY, by=clerk, on=DAY).is_waiting


def test_an_opening_voucher_carries_borrowings_into_the_balance(clerk, chief):
    load_accounts()
    make_cooperative()
    slip = Slip(
        "開始残高",
        (
            debit(AccountCode.ORDINARY_DEPOSIT, 150_000_000),
            credit(AccountCode.BORROWINGS_ON_DEED, 100_000_000),
            credit(AccountCode.SHARE_CAPITAL, 50_000_000),
        ),
    )
    voucher = operations.enter(slip, dated_on=date(2026, 4, 1), by=clerk, on=DAY, kind=VoucherKind.OPENING)
    assert operations.approve(voucher, by=chief, on=DAY) == "伝票 2026-0001 を計上しました。"
    borrowings = (AccountCode.BORROWINGS_ON_BILL, AccountCode.BORROWINGS_ON_DEED)
    assert balances.balance(borrowings, on=date(2026, 3, 31)) == 0
    assert balances.balance(borrowings, on=date(2026, 4, 1)) == 100_000_000


def test_an_opening_voucher_after_the_first_deal_or_on_loans_is_warned(chief):
    make_voucher(posted=True, dated_on=date(2026, 5, 1))
    slip = make_slip(debit_account=AccountCode.DEED_LOANS, member=make_member())
    late = make_voucher(slip, dated_on=date(2026, 6, 1), kind=VoucherKind.OPENING)
    warned = " ".join(f.text for f in operations.approval_findings(late, by=chief, on=DAY) if f.warns)
    assert "初めての取引（2026年5月1日）より後" in warned
    assert "貸付台帳には載りません（限度額には数えます）" in warned
    assert "理由を記入" in refusal(operations.approve, late, by=chief, on=DAY)
    operations.approve(late, by=chief, on=DAY, reason="旧システムからの移行")
    record = ActionLog.objects.about(late).get(verb="overrule")
    assert record.reason == "旧システムからの移行"


def test_an_opening_balance_that_was_corrected_may_be_entered_again(clerk, chief):
    slip = make_slip(credit_account=AccountCode.SHARE_CAPITAL)
    first = make_voucher(slip, posted=True, kind=VoucherKind.OPENING)
    red = operations.reverse(first, by=clerk, on=DAY, reason="金額の誤り", dated_on=DAY)
    operations.approve(red, by=chief, on=DAY)
    again = make_voucher(slip, kind=VoucherKind.OPENING)
    assert not [f for f in operations.opening_findings(again, again.lines.all()) if "すでに計上" in f.text]


@pytest.mark.parametrize("role", [Role.CLERK, Role.COMMITTEE, Role.DIRECTOR, Role.AUDITOR, Role.ADMIN])
def test_a_role_without_the_permission_can_neither_approve_nor_send_back(role):
    voucher, user = make_voucher(), make_user(role)
    assert "権限がありません" in refusal(operations.approve, voucher, by=user, on=DAY)
    assert "権限がありません" in refusal(operations.send_back, voucher, by=user, on=DAY, reason="x")


def test_a_tampered_correction_is_not_approved(clerk, chief):
    voucher = make_voucher(posted=True)
    red = operations.reverse(voucher, by=clerk, on=DAY, reason="x", dated_on=DAY)
    red.lines.update(amount=7)
    assert "貸借を入れ替えたものになっていません" in refusal(operations.approve, red, by=chief, on=DAY)


def test_every_approval_locks_the_cooperative_first(chief, django_assert_num_queries, monkeypatch):
    voucher, order = make_voucher(), []
    lock = Cooperative.lock
    monkeypatch.setattr(Cooperative, "lock", classmethod(lambda cls: order.append("cooperative") or lock()))
    monkeypatch.setattr(Sequence, "next", classmethod(lambda cls, *args: order.append("number") or 1))
    operations.approve(voucher, by=chief, on=DAY)
    assert order == ["cooperative", "number"]


# --- 持ち主 --------------------------------------------------------------------------------
class Owner:
    """上の階の持ち主の代わり。"""

    def __init__(self, voucher):
        self.voucher, self.calls = voucher, []

    def owns(self, voucher):
        return voucher.pk == self.voucher.pk

    def findings(self, voucher, *, by, on):
        return [passed("持ち主が確かめました。")]

    def approve(self, voucher, *, by, on, reason=""):
        operations.post(voucher, by=by, on=on)
        return "貸付を実行しました。"

    def reject(self, voucher, *, by, on, reason):
        self.calls.append(("reject", reason))

    def prepare_reversal(self, voucher, *, by, on, reason, dated_on):
        self.calls.append(("reverse", reason))
        return voucher

    act = DelegatedAct.DISBURSE

    def vouchers(self):
        return [self.voucher.pk]

    def hidden_from(self, user, on):
        return []

    def context(self, voucher, *, user, on):
        return {"links": [("貸付 T-2026-001", "/loans/1/")], "explanation": ["利息 = 元金 × 率 × 日数"]}


def test_the_owner_of_a_voucher_approves_it_in_its_own_way(monkeypatch, client, clerk, chief):
    monkeypatch.setattr(approvals, "_handlers", [])
    voucher, other = make_voucher(maker=clerk), make_voucher(maker=clerk)
    owner = approvals.register(Owner(voucher))
    assert approvals.owner_of(other) is None
    assert [f.text for f in operations.approval_findings(voucher, by=chief, on=DAY)] == ["持ち主が確かめました。"]
    client.force_login(chief)
    page = client.get(voucher.get_absolute_url()).content.decode()
    assert "貸付 T-2026-001" in page
    assert "利息 = 元金 × 率 × 日数" in page
    operations.send_back(voucher, by=chief, on=DAY, reason="戻す")
    assert operations.approve(voucher, by=chief, on=DAY) == "貸付を実行しました。"
    operations.reverse(voucher, by=clerk, on=DAY, reason="訂正", dated_on=DAY)
    assert owner.calls == [("reject", "戻す"), ("reverse", "訂正")]
