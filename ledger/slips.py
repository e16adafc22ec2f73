"""伝票の下書き（Slip）。純粋な値で、貸借が合わなければ作れない（ドメイン D3）。"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledger.accounts import AccountCode, Side


class UnbalancedSlip(ValueError):
    """貸借が合わない、または金額のない伝票。"""


@dataclass(frozen=True)
class SlipLine:
    """伝票の一行。金額は正の円整数。member は補助科目（組合員）、reference は契約番号。"""

    side: Side
    account: AccountCode
    amount: int
    member: Any = None
    reference: str = ""
    memo: str = ""

    @property
    def account_label(self) -> str:
        return self.account.label

    @property
    def member_label(self) -> str:
        return str(self.member) if self.member is not None else ""


def debit(account: AccountCode, amount: int, **more) -> SlipLine:
    """借方の行。"""
    return SlipLine(Side.DEBIT, account, amount, **more)


def credit(account: AccountCode, amount: int, **more) -> SlipLine:
    """貸方の行。"""
    return SlipLine(Side.CREDIT, account, amount, **more)


@dataclass(frozen=True)
class Slip:
    """貸借の合った伝票。0円の行は作るときに落とす。"""

    description: str
    lines: tuple[SlipLine, ...]

    def __post_init__(self):
        lines = tuple(line for line in self.lines if line.amount)
        object.__setattr__(self, "lines", lines)
        if any(not isinstance(line.amount, int) or line.amount < 0 for line in lines):
            raise UnbalancedSlip("伝票の金額は正の円整数でなければなりません。")
        if not lines or self.debit_total != self.credit_total:
            raise UnbalancedSlip(f"貸借が合いません（借方 {self.debit_total:,}円、貸方 {self.credit_total:,}円）。")

    @property
    def debit_total(self) -> int:
        return sum(line.amount for line in self.lines if line.side is Side.DEBIT)

    @property
    def credit_total(self) -> int:
        return sum(line.amount for line in self.lines if line.side is Side.CREDIT)

    @property
    def total(self) -> int:
        return self.debit_total

    def reversed(self, description: str) -> Slip:
        """貸借を入れ替えた伝票（訂正の赤）。"""
        from dataclasses import replace

        return Slip(description, tuple(replace(line, side=line.side.opposite) for line in self.lines))
