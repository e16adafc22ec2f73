"""残高（ドメイン D3）: 計上済の仕訳だけを数え、日付はいつも受け取る。集計はデータベースがし、問い合わせの数は一定。

金額は円の整数で、科目の正常な側（資産・費用は借方、ほかは貸方）を正とする。
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField, Case, F, Q, Sum, Value, When, Window
from django.db.models.functions import Coalesce

from ledger.accounts import AccountCode, AccountKind, Side
from ledger.models import Account, VoucherLine, VoucherState

DEBIT, CREDIT = Q(side=Side.DEBIT), Q(side=Side.CREDIT)


def posted_lines():
    """計上済の伝票の行。"""
    return VoucherLine.objects.filter(voucher__state=VoucherState.POSTED)


def _sum(condition: Q):
    return Coalesce(Sum("amount", filter=condition), 0, output_field=BigIntegerField())


def _signed(normal_side: Side):
    """正常な側を正とする金額。"""
    return Case(When(side=normal_side, then=F("amount")), default=-F("amount"), output_field=BigIntegerField())


def balance(codes: AccountCode | Iterable[AccountCode], *, on: date, member=None, reference: str | None = None) -> int:
    """その日の終わりの残高（円）。同じ側の科目なら、いくつかをまとめて求められる。"""
    wanted = [AccountCode(codes)] if isinstance(codes, str) else [AccountCode(code) for code in codes]
    sides = {code.kind.normal_side for code in wanted}
    if len(sides) != 1:
        raise ValueError("正常な側の違う科目の残高は、まとめて求められません。")
    lines = posted_lines().filter(account__in=[str(code) for code in wanted], voucher__dated_on__lte=on)
    if member is not None:
        lines = lines.filter(member=member)
    if reference is not None:
        lines = lines.filter(reference=reference)
    return lines.aggregate(total=Sum(_signed(sides.pop())))["total"] or 0


@dataclass(frozen=True)
class TrialRow:
    """試算表の一行。"""

    account: Account
    carried: int
    debit: int
    credit: int

    @property
    def balance(self) -> int:
        """残高。科目の正常な側を正とする。"""
        moved = self.debit - self.credit
        return self.carried + (moved if self.account.normal_side is Side.DEBIT else -moved)

    @property
    def kind_label(self) -> str:
        return AccountKind(self.account.kind).label


@dataclass(frozen=True)
class TrialBalance:
    """合計残高試算表。"""

    from_on: date
    to_on: date
    rows: tuple[TrialRow, ...]

    def _of_side(self, side: Side, what: str) -> int:
        return sum(getattr(row, what) for row in self.rows if row.account.normal_side is side)

    @property
    def debit_total(self) -> int:
        return sum(row.debit for row in self.rows)

    @property
    def credit_total(self) -> int:
        return sum(row.credit for row in self.rows)

    @property
    def debit_carried(self) -> int:
        """資産・費用の前残の計。"""
        return self._of_side(Side.DEBIT, "carried")

    @property
    def credit_carried(self) -> int:
        """負債・純資産・収益の前残の計。"""
        return self._of_side(Side.CREDIT, "carried")

    @property
    def debit_balance(self) -> int:
        """資産・費用の残高の計。"""
        return self._of_side(Side.DEBIT, "balance")

    @property
    def credit_balance(self) -> int:
        """負債・純資産・収益の残高の計。"""
        return self._of_side(Side.CREDIT, "balance")

    @property
    def difference(self) -> int:
        """借方残高 − 貸方残高。0 でなければ帳簿が壊れている。"""
        return self.debit_balance - self.credit_balance

    @property
    def balanced(self) -> bool:
        return self.difference == 0 and self.debit_total == self.credit_total

    def groups(self):
        """区分ごとの行と小計。"""
        for kind in AccountKind:
            rows = [row for row in self.rows if row.account.kind == kind]
            if rows:
                yield {
                    "label": kind.label,
                    "rows": rows,
                    **{
                        name: sum(getattr(row, name) for row in rows)
                        for name in ("carried", "debit", "credit", "balance")
                    },
                }


def trial_balance(*, from_on: date, to_on: date) -> TrialBalance:
    """合計残高試算表: 期首前の残り・期間の借方と貸方・期末の残高を、動きのあった科目ごとに。"""
    within = Q(voucher__dated_on__gte=from_on)
    sums = {
        row["account"]: row
        for row in posted_lines()
        .filter(voucher__dated_on__lte=to_on)
        .order_by()
        .values("account")
        .annotate(
            before_debit=_sum(DEBIT & ~within),
            before_credit=_sum(CREDIT & ~within),
            debit=_sum(DEBIT & within),
            credit=_sum(CREDIT & within),
        )
    }
    rows = []
    for account in Account.objects.all():
        if row := sums.get(account.code):
            carried = row["before_debit"] - row["before_credit"]
            sign = 1 if account.normal_side is Side.DEBIT else -1
            rows.append(TrialRow(account, sign * carried, row["debit"], row["credit"]))
    return TrialBalance(from_on, to_on, tuple(rows))


@dataclass(frozen=True)
class SubBalance:
    """補助残高: 組合員・契約番号ごと。"""

    member_id: int | None
    member_number: str
    member_name: str
    reference: str
    amount: int


def sub_balances(code: AccountCode, on: date) -> list[SubBalance]:
    """補助残高の一覧（残高が0のものは除く）。合計は、その科目の残高に等しい。"""
    side = AccountCode(code).kind.normal_side
    rows = (
        posted_lines()
        .filter(account=str(AccountCode(code)), voucher__dated_on__lte=on)
        .order_by()
        .values("member_id", "member__number", "member__name", "reference")
        .annotate(amount_sum=Sum(_signed(side)))
        .order_by("member__number", "reference")
    )
    return [
        SubBalance(
            row["member_id"],
            row["member__number"] or "",
            row["member__name"] or "",
            row["reference"],
            row["amount_sum"],
        )
        for row in rows
        if row["amount_sum"]
    ]


def account_lines(account: Account, *, from_on: date, to_on: date, member=None, carried: int = 0):
    """総勘定元帳の行。running に、繰越からの残高を付ける（頁に分けても変わらない）。"""
    lines = posted_lines().filter(account=account, voucher__dated_on__range=(from_on, to_on))
    if member is not None:
        lines = lines.filter(member=member)
    order = [F("voucher__dated_on"), F("voucher__fiscal_year"), F("voucher__number"), F("order"), F("pk")]
    running = Window(Sum(_signed(account.normal_side)), order_by=[one.asc() for one in order])
    return (
        lines.select_related("voucher", "member")
        .annotate(running=Value(carried, output_field=BigIntegerField()) + running)
        .order_by("voucher__dated_on", "voucher__fiscal_year", "voucher__number", "order", "pk")
    )
