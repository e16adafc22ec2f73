"""手形貸付の計算: prepaid interest, on-lending fee and what is left to pay out (handbook ch. 3 (1)(一))."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .days import COUNT_LABELS, Count, count_days
from .yen import (
    BASIS,
    Explanation,
    ImpossibleTerms,
    Rounding,
    exact,
    explain_interest,
    group,
    rate_text,
    simple_annual_rate,
)


@dataclass(frozen=True, kw_only=True)
class BillTerms:
    """手形貸付の条件: rates are percent per year. Either two dates or a number of days."""

    principal: int
    rate: Decimal
    fee_rate: Decimal = Decimal(0)
    start: date | None = None
    maturity: date | None = None
    count: str = Count.BOTH_ENDS
    days: int | None = None
    rounding: str = Rounding.FLOOR
    basis: int = BASIS


@dataclass(frozen=True, kw_only=True)
class BillDisbursement:
    """手形貸付実行の計算結果: yen; `net` is what the member receives."""

    terms: BillTerms
    days: int
    interest: int
    fee: int
    net: int
    effective_rate: Decimal | None
    explanation: tuple[Explanation, ...]

    @property
    def principal(self):
        """元金（手形金額）."""
        return self.terms.principal


def bill_disbursement(
    principal,
    rate,
    fee_rate=Decimal(0),
    start=None,
    maturity=None,
    count=Count.BOTH_ENDS,
    rounding=Rounding.FLOOR,
    *,
    days=None,
    basis=BASIS,
):
    """手形貸付の実行計算: interest and fee prepaid, each rounded by itself, and the net payment (handbook ch. 3).

    The days come from the two dates by `count` (両端 for a new bill), or straight from `days`.
    """
    return disburse(
        BillTerms(
            principal=principal,
            rate=rate,
            fee_rate=fee_rate,
            start=start,
            maturity=maturity,
            count=count,
            days=days,
            rounding=rounding,
            basis=basis,
        )
    )


def disburse(terms):
    """手形貸付の実行計算: the same from a BillTerms."""
    if terms.principal <= 0:
        raise ImpossibleTerms("貸付金額は1円以上にしてください。")
    day_row = ()
    if terms.days is not None:
        if terms.start and terms.maturity and count_days(terms.start, terms.maturity, terms.count) != terms.days:
            raise ImpossibleTerms("日数が貸付日と期日に合いません。")
        days = terms.days
    elif terms.start and terms.maturity:
        if terms.maturity < terms.start:
            raise ImpossibleTerms("期日が貸付日より前です。")
        days = count_days(terms.start, terms.maturity, terms.count)
        way = COUNT_LABELS[Count(terms.count)]
        day_row = (Explanation("日数", f"{_day(terms.start)}から{_day(terms.maturity)}まで {days}日（{way}）", days),)
    else:
        raise ImpossibleTerms("貸付日と期日、または日数を入れてください。")
    interest_row = explain_interest(terms.principal, terms.rate, days, terms.basis, terms.rounding, "利息")
    fee_row = explain_interest(terms.principal, terms.fee_rate, days, terms.basis, terms.rounding, "転貸手数料")
    net = terms.principal - interest_row.amount - fee_row.amount
    if net <= 0:
        raise ImpossibleTerms("利息と手数料を差し引くと、支払う金額が残りません。")
    net_row = Explanation(
        "差引支払額",
        f"{group(terms.principal)}円 － {group(interest_row.amount)}円 － {group(fee_row.amount)}円 = {group(net)}円",
        net,
    )
    rows = [*day_row, interest_row, *([fee_row] if exact(terms.fee_rate) else []), net_row]
    return BillDisbursement(
        terms=terms,
        days=days,
        interest=interest_row.amount,
        fee=fee_row.amount,
        net=net,
        effective_rate=effective_rate(net, terms.principal, days, terms.basis),
        explanation=tuple(rows),
    )


def _day(day):
    return f"{day.year}年{day.month}月{day.day}日"


def effective_rate(net, repay, days, basis=BASIS):
    """実質年率: percent per year to 3 decimals, half-up; None when no day is charged."""
    rate = simple_annual_rate(net, repay, days, basis)
    if rate is None:
        return None
    # Exact down to far beyond the third decimal before the one rounding that counts.
    quotient = Decimal(rate.numerator * 10**12 // rate.denominator).scaleb(-12)
    return quotient.quantize(Decimal("0.001"), ROUND_HALF_UP)


def describe_rate(result):
    """実質年率の文: for the screen beside the sum."""
    if result.effective_rate is None:
        return ""
    return f"実質年率 {rate_text(result.effective_rate)}%"
