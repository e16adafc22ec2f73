"""利息の上限（利息制限法1条・2条・3条・7条）: interest and everything that counts as interest, held against the cap.

Stamp duty, registration tax and other public charges are no interest; whoever calls leaves them out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from .yen import BASIS, ImpossibleTerms, exact

#: 元本がこの額未満なら、この年率（%）まで。最後は、それ以上の元本。
BRACKETS = ((100_000, 20), (1_000_000, 18))
TOP_RATE = 15
#: 営業的な貸付の損害金の上限（7条）
DAMAGES_CAP = 20


def cap_rate(principal):
    """上限の年率（%）: by the size of the principal (art. 1)."""
    return next((rate for below, rate in BRACKETS if principal < below), TOP_RATE)


@dataclass(frozen=True, kw_only=True)
class CapTest:
    """利息の上限の試し: yen, percent per year. The `art2` figures are None unless interest was withheld."""

    principal: int
    #: みなし利息（利息と、利息とみなす手数料）
    deemed_interest: int
    #: 元本×日数の和（一括なら、元本×日数）
    principal_days: int
    cap_rate: int
    cap_amount: int
    received: int | None = None
    art2_cap_amount: int | None = None
    basis: int = BASIS

    @property
    def annual_rate(self) -> Fraction | None:
        """年率に直した利息（%）: on what is really owed, day by day."""
        if not self.principal_days:
            return None
        return Fraction(self.deemed_interest * 100 * self.basis, self.principal_days)

    @property
    def within_art1(self) -> bool:
        return self.deemed_interest <= self.cap_amount

    @property
    def within_art2(self) -> bool | None:
        return None if self.art2_cap_amount is None else self.deemed_interest <= self.art2_cap_amount

    @property
    def excess_to_principal(self) -> int | None:
        """元本の支払に充てたものとみなされる額（2条）."""
        return None if self.art2_cap_amount is None else max(0, self.deemed_interest - self.art2_cap_amount)

    @property
    def within(self) -> bool:
        return self.within_art1 and self.within_art2 is not False


def hold_against_cap(principal, interest, fees_counted, days, *, withheld=False, basis=BASIS):
    """期日一括の貸付の上限の試し: one principal for so many days. Withheld interest is tested on what was received."""
    if principal <= 0:
        raise ImpossibleTerms("元本は1円以上にしてください。")
    return hold_balances_against_cap(
        principal, interest + fees_counted, [(principal, days)], withheld=interest + fees_counted if withheld else 0,
        basis=basis,
    )  # fmt: skip


def hold_balances_against_cap(principal, deemed, balances: Iterable[tuple[int, int]], *, withheld=0, basis=BASIS):
    """分割返済の上限の試し: `balances` are the principal owed and for how many days; `withheld` what was taken in advance.

    The bracket is that of the principal in both articles, the stricter reading. What is withheld lowers the principal
    of art. 2 on every day that anything is owed.
    """
    if deemed < 0 or withheld < 0:
        raise ImpossibleTerms("利息や手数料に負の数は使えません。")
    rows = [(balance, days) for balance, days in balances if balance > 0 and days > 0]
    rate = cap_rate(principal)
    whole = sum(balance * days for balance, days in rows)
    lowered = sum(max(0, balance - withheld) * days for balance, days in rows)
    return CapTest(
        principal=principal,
        deemed_interest=deemed,
        principal_days=whole,
        cap_rate=rate,
        cap_amount=floor(Fraction(whole * rate, 100 * basis)),
        received=principal - withheld if withheld else None,
        art2_cap_amount=floor(Fraction(lowered * rate, 100 * basis)) if withheld else None,
        basis=basis,
    )


def damages_within(rate) -> bool:
    """損害金の率が上限の内か（7条、営業的金銭消費貸借）: the same for every principal."""
    return exact(rate) <= DAMAGES_CAP
