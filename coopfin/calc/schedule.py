"""証書貸付の償還予定: every standard way of repaying a deed loan (handbook ch. 3 (2)).

元金均等・元利均等・期日一括・金額指定, with 据置, intervals, rounding unit, 初回/最終回調整, 休日の繰下げ, 日割/月割,
後取/前取. Whole yen; the balance ends at zero and is never negative.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from .days import Count, Roll, add_months, count_days, roll, whole_months
from .yen import BASIS, ROUNDING_LABELS, Explanation, ImpossibleTerms, Rounding, exact, group, rate_text, round_yen


class Method(StrEnum):
    """返済方法."""

    EQUAL_PRINCIPAL = "equal_principal"
    EQUAL_PAYMENT = "equal_payment"
    BULLET = "bullet"
    CUSTOM = "custom"


class Adjust(StrEnum):
    """端数調整回: the instalment that takes up the remainder."""

    FIRST = "first"
    LAST = "last"


class Basis(StrEnum):
    """利息の計算単位: by days over 365, or by months over 12."""

    DAILY_365 = "daily_365"
    MONTHLY = "monthly"


class InterestTo(StrEnum):
    """利息の終わり: interest runs to the nominal due date or to the day rolled past a holiday."""

    NOMINAL = "nominal"
    ADJUSTED = "adjusted"


class Timing(StrEnum):
    """利息の取り方: 後取 after the period, 前取 before it."""

    ARREARS = "arrears"
    ADVANCE = "advance"


METHOD_LABELS = {
    Method.EQUAL_PRINCIPAL: "元金均等",
    Method.EQUAL_PAYMENT: "元利均等",
    Method.BULLET: "期日一括",
    Method.CUSTOM: "金額指定",
}
ADJUST_LABELS = {Adjust.FIRST: "初回調整", Adjust.LAST: "最終回調整"}
BASIS_LABELS = {Basis.DAILY_365: "日割（365日）", Basis.MONTHLY: "月割"}
INTEREST_TO_LABELS = {InterestTo.NOMINAL: "約定日まで", InterestTo.ADJUSTED: "実際の支払日まで"}
TIMING_LABELS = {Timing.ARREARS: "後取", Timing.ADVANCE: "前取"}
INTERVALS = (1, 2, 3, 4, 6, 12)


class UnknownOption(ImpossibleTerms):
    """選択の誤り: an option that does not exist, or does not go with another."""


class DueDatesWrong(ImpossibleTerms):
    """期日の誤り: due dates before the disbursement or out of order."""


class GraceTooLong(ImpossibleTerms):
    """据置の誤り: no instalment left in which to repay."""


class CustomAmountsWrong(ImpossibleTerms):
    """指定金額の誤り: the amounts do not make up the loan."""


class PaymentBelowInterest(ImpossibleTerms):
    """返済額の不足: the level payment does not even cover the interest."""


@dataclass(frozen=True, kw_only=True)
class ScheduleTerms:
    """償還条件: yen, percent per year, months. `due_dates` replaces first_due_on where they are irregular.

    `unit` rounds the instalments of 元金均等 only; `custom` belongs to 金額指定 only.
    """

    principal: int
    rate: Decimal
    disbursed_on: date
    instalments: int
    first_due_on: date | None = None
    method: str = Method.EQUAL_PRINCIPAL
    grace: int = 0
    interval: int = 1
    anchor: int | None = None
    unit: int = 1
    adjust: str = Adjust.LAST
    basis: str = Basis.DAILY_365
    first_count: str = Count.ONE_END
    roll: str = Roll.NONE
    interest_to: str = InterestTo.NOMINAL
    interest_timing: str = Timing.ARREARS
    payment_rounding: str = Rounding.FLOOR
    interest_rounding: str = Rounding.FLOOR
    fee_rate: Decimal = Decimal(0)
    custom: tuple[int, ...] = ()
    due_dates: tuple[date, ...] = ()
    year_days: int = BASIS


@dataclass(frozen=True)
class Instalment:
    """約定の一回分: `balance` is what is owed after it. With 前取 there is a row 0 on the day of disbursement."""

    no: int
    due_on: date
    pay_on: date
    days: int
    principal: int
    interest: int
    fee: int
    balance: int
    explanation: tuple[Explanation, ...] = field(default=(), compare=False, repr=False)

    @property
    def payment(self):
        """返済額: everything to be paid on the day: principal + interest + fee."""
        return self.principal + self.interest + self.fee

    @property
    def principal_and_interest(self):
        """元利: what a level payment levels; the fee is another line and another account."""
        return self.principal + self.interest


@dataclass(frozen=True)
class Schedule:
    """償還予定表: the instalments and their totals (yen)."""

    terms: ScheduleTerms
    instalments: tuple[Instalment, ...]
    level_payment: int | None
    explanation: tuple[Explanation, ...] = field(default=(), compare=False, repr=False)

    def __iter__(self):
        return iter(self.instalments)

    def __len__(self):
        return len(self.instalments)

    @property
    def total_principal(self):
        """元金合計."""
        return sum(row.principal for row in self.instalments)

    @property
    def total_interest(self):
        """利息合計."""
        return sum(row.interest for row in self.instalments)

    @property
    def total_fee(self):
        """手数料合計."""
        return sum(row.fee for row in self.instalments)

    @property
    def total_payment(self):
        """返済額合計: principal, interest and fee."""
        return self.total_principal + self.total_interest + self.total_fee

    @property
    def last_due_on(self):
        """最終弁済期限（名目）."""
        return self.instalments[-1].due_on


@dataclass(frozen=True)
class _Period:
    due_on: date
    pay_on: date
    days: int
    year_part: Fraction  # what share of a year is charged
    words: str


def build(terms):
    """償還予定表の作成: raises ImpossibleTerms with a Japanese sentence when the terms cannot be met."""
    terms = _checked(terms)
    periods = _periods(terms)
    level = _level(terms, periods) if terms.method == Method.EQUAL_PAYMENT else None
    if terms.interest_timing == Timing.ADVANCE:
        rows = _in_advance(terms, periods, _planned(terms))
    elif level is None:
        rows = _in_arrears(terms, periods, _planned(terms))
    else:
        rows = _level_rows(terms, periods, level)
    rows = tuple(rows)
    return Schedule(terms, rows, level, _explain(terms, level, rows))


def level_payment(principal, rate, instalments, interval=1, first_period=Fraction(1), rounding=Rounding.FLOOR):
    """元利均等の返済額: A = P(1+i·f) ÷ Σ(1+i)^-j for j = 0…n-1, i the rate of one interval, in whole yen.

    `first_period` f is the length of the first period in intervals (k months of m: k/m), as published for
    loans whose first due date is not one interval away; with f = 1 it is the ordinary formula.
    """
    if instalments < 1:
        raise ImpossibleTerms("返済回数は1回以上にしてください。")
    i = exact(rate) * interval / 1200
    if i == 0:
        amount = exact(principal) / instalments
    else:
        v = 1 / (1 + i)
        amount = exact(principal) * (1 + i * first_period) * (1 - v) / (1 - v**instalments)
    return round_yen(amount, rounding)


def due_dates(terms):
    """約定日の列: by interval from the first due date, keeping the anchor day (31 → 2/28 → 3/31)."""
    if terms.due_dates:
        return tuple(terms.due_dates)
    anchor = terms.anchor or terms.first_due_on.day
    later = (add_months(terms.first_due_on, terms.interval * k, anchor) for k in range(1, terms.instalments))
    return terms.first_due_on, *later


def _checked(terms):
    for name, kind in _OPTIONS:
        if getattr(terms, name) not in set(kind):
            raise UnknownOption(f"{_OPTION_NAMES[name]}に「{getattr(terms, name)}」は使えません。")
    n = terms.instalments
    if isinstance(terms.principal, bool) or not isinstance(terms.principal, int):
        raise TypeError("貸付金額は整数の円です。")
    if terms.principal <= 0:
        raise ImpossibleTerms("貸付金額は1円以上にしてください。")
    if exact(terms.rate) < 0 or exact(terms.fee_rate) < 0:
        raise ImpossibleTerms("利率がマイナスです。")
    if not 1 <= n <= 1200:
        raise ImpossibleTerms("返済回数は1回から1200回までにしてください。")
    if terms.interval not in INTERVALS:
        raise UnknownOption("返済間隔は1・2・3・4・6・12か月から選んでください。")
    if terms.unit < 1:
        raise ImpossibleTerms("端数の単位は1円以上にしてください。")
    if terms.year_days < 1:
        raise ImpossibleTerms("年の日数は1以上にしてください。")
    if terms.grace < 0 or (terms.grace >= n and terms.grace > 0):
        raise GraceTooLong(f"据置が{terms.grace}回では、{n}回のうちに元金を返す回が残りません。")
    if terms.anchor is not None and not 1 <= terms.anchor <= 31:
        raise DueDatesWrong("約定日は1から31までの日にしてください。")
    _check_dates(terms)
    _check_custom(terms)
    if terms.method == Method.EQUAL_PAYMENT and terms.interest_timing == Timing.ADVANCE:
        raise UnknownOption("元利均等では利息の前取はできません。後取にするか、ほかの返済方法を選んでください。")
    return terms


def _check_dates(terms):
    if terms.due_dates:
        if len(terms.due_dates) != terms.instalments:
            raise DueDatesWrong(f"期日が{len(terms.due_dates)}件で、返済回数{terms.instalments}回に合いません。")
        if any(later <= earlier for earlier, later in pairwise(terms.due_dates)):
            raise DueDatesWrong("期日は早い順に、重ならないように並べてください。")
        first = terms.due_dates[0]
    elif terms.first_due_on is None:
        raise DueDatesWrong("初回の約定日を入れてください。")
    else:
        first = terms.first_due_on
    if first < terms.disbursed_on:
        raise DueDatesWrong(f"初回の約定日（{first}）が貸付日（{terms.disbursed_on}）より前です。")


def _check_custom(terms):
    if terms.method != Method.CUSTOM:
        return
    if len(terms.custom) != terms.instalments:
        raise CustomAmountsWrong(f"指定した金額が{len(terms.custom)}件で、返済回数{terms.instalments}回に合いません。")
    if any(amount < 0 for amount in terms.custom):
        raise CustomAmountsWrong("指定した元金にマイナスの金額があります。")
    if sum(terms.custom) != terms.principal:
        raise CustomAmountsWrong(
            f"指定した元金の合計{group(sum(terms.custom))}円が、貸付金額{group(terms.principal)}円に合いません。"
        )
    if terms.grace:
        raise UnknownOption("金額指定では据置を別に入れられません。据置の回の元金を0円にしてください。")


_OPTIONS = (
    ("method", Method),
    ("adjust", Adjust),
    ("basis", Basis),
    ("first_count", Count),
    ("roll", Roll),
    ("interest_to", InterestTo),
    ("interest_timing", Timing),
    ("payment_rounding", Rounding),
    ("interest_rounding", Rounding),
)
_OPTION_NAMES = {
    "method": "返済方法",
    "adjust": "端数調整",
    "basis": "利息の計算単位",
    "first_count": "初回の日数",
    "roll": "休日の扱い",
    "interest_to": "利息の終わり",
    "interest_timing": "利息の取り方",
    "payment_rounding": "返済額の端数処理",
    "interest_rounding": "利息の端数処理",
}


def _periods(terms):
    """利息期間: from the previous due (or pay) date to this one; the first from the disbursement."""
    periods, start = [], terms.disbursed_on
    for number, due_on in enumerate(due_dates(terms), start=1):
        pay_on = roll(due_on, terms.roll)
        end = pay_on if terms.interest_to == InterestTo.ADJUSTED else due_on
        days = count_days(start, end, terms.first_count if number == 1 else Count.ONE_END)
        part, words = _charged(terms, number, due_on, days)
        periods.append(_Period(due_on, pay_on, days, part, words))
        start = end
    return periods


def _charged(terms, number, due_on, days):
    """期間の年割: days/365; by months m/12, and for a first period of whole months k/12, otherwise its days."""
    if terms.basis == Basis.MONTHLY:
        months = _first_months(terms, due_on) if number == 1 else terms.interval
        if months is not None:
            return Fraction(months, 12), f"{months}か月 ÷ 12"
    return Fraction(days, terms.year_days), f"{days}日 ÷ {terms.year_days}"


def _first_months(terms, due_on):
    return whole_months(terms.disbursed_on, due_on, terms.anchor or due_on.day)


def _level(terms, periods):
    """返済額の計算: an odd first period changes it only by months and without 据置 (published tables)."""
    first = Fraction(1)
    if terms.basis == Basis.MONTHLY and not terms.grace:
        first = periods[0].year_part * 12 / terms.interval
    return level_payment(
        terms.principal,
        terms.rate,
        terms.instalments - terms.grace,
        terms.interval,
        first,
        terms.payment_rounding,
    )


def _planned(terms):
    """元金の計画: what principal falls due in each instalment, known before any interest."""
    n, grace = terms.instalments, terms.grace
    if terms.method == Method.CUSTOM:
        return list(terms.custom)
    if terms.method == Method.BULLET:
        return [0] * (n - 1) + [terms.principal]
    each = terms.principal // (n - grace) // terms.unit * terms.unit
    amounts = [0] * grace + [each] * (n - grace)
    amounts[grace if terms.adjust == Adjust.FIRST else -1] += terms.principal - each * (n - grace)
    return amounts


def _charges(terms, balance, period):
    """利息と手数料: on the same balance for the same period, each rounded by itself."""
    rows = []
    for label, rate in (("利息", terms.rate), ("転貸手数料", terms.fee_rate)):
        amount = round_yen(balance * exact(rate) / 100 * period.year_part, terms.interest_rounding)
        formula = (
            f"{group(balance)}円 × 年{rate_text(rate)}% × {period.words} = {group(amount)}円"
            f"（{ROUNDING_LABELS[Rounding(terms.interest_rounding)]}）"
        )
        rows.append(Explanation(label, formula, amount))
    return rows[0].amount, rows[1].amount, tuple(rows if exact(terms.fee_rate) else rows[:1])


def _in_arrears(terms, periods, planned):
    balance = terms.principal
    for number, (period, principal) in enumerate(zip(periods, planned, strict=True), start=1):
        interest, fee, words = _charges(terms, balance, period)
        balance -= principal
        yield Instalment(number, period.due_on, period.pay_on, period.days, principal, interest, fee, balance, words)


def _in_advance(terms, periods, planned):
    """利息前取: each row collects the interest of the period that follows, on the balance after its repayment."""
    balance = terms.principal
    opening = _Period(terms.disbursed_on, terms.disbursed_on, 0, Fraction(0), "")
    for number, (row, principal) in enumerate(zip([opening, *periods], [0, *planned], strict=True)):
        balance -= principal
        interest, fee, words, days = 0, 0, (), 0
        if number < len(periods) and balance:
            interest, fee, words = _charges(terms, balance, periods[number])
            days = periods[number].days
        yield Instalment(number, row.due_on, row.pay_on, days, principal, interest, fee, balance, words)


def _level_rows(terms, periods, level):
    if terms.adjust == Adjust.LAST:
        return _repay_level(terms, periods, level)
    # 初回調整: the first repayment takes so much more or less that the last payment does not exceed the level
    # payment. Interest feeds back on itself, so the amount is searched: a larger first repayment never raises the last.
    plain = _repay_level(terms, periods, level)
    first = plain[terms.grace].principal
    # Narrow enough: a yen more in the first repayment takes at least a yen off the last payment.
    reach = abs(plain[-1].principal_and_interest - level) + 1
    low, high = max(0, first - reach), min(terms.principal, first + reach)
    while low < high:
        middle = (low + high) // 2
        if _reaches_level(terms, periods, level, middle):
            high = middle
        else:
            low = middle + 1
    return _repay_level(terms, periods, level, low)


def _reaches_level(terms, periods, level, first_principal):
    try:
        return _repay_level(terms, periods, level, first_principal)[-1].principal_and_interest <= level
    except PaymentBelowInterest:  # a first repayment so small that the balance would never come down
        return False


def _repay_level(terms, periods, level, first_principal=None):
    rows, balance, last = [], terms.principal, len(periods)
    for number, period in enumerate(periods, start=1):
        interest, fee, words = _charges(terms, balance, period)
        if number == last:
            principal = balance
        elif number <= terms.grace:
            principal = 0
        elif number == terms.grace + 1 and first_principal is not None:
            principal = first_principal
        else:
            if level < interest and balance:
                raise PaymentBelowInterest(
                    f"{number}回目の利息{group(interest)}円が、毎回の返済額{group(level)}円を超えます。"
                    "初回の約定日を早めるか、回数を減らしてください。"
                )
            principal = min(level - interest, balance)
        balance -= principal
        rows.append(
            Instalment(number, period.due_on, period.pay_on, period.days, principal, interest, fee, balance, words)
        )
    return rows


def _explain(terms, level, rows):
    words = []
    if level is not None:
        n = terms.instalments - terms.grace
        words.append(
            Explanation(
                "毎回の返済額",
                f"{group(terms.principal)}円を年{rate_text(terms.rate)}%、{terms.interval}か月ごと{n}回の元利均等で "
                f"{group(level)}円（{ROUNDING_LABELS[Rounding(terms.payment_rounding)]}）",
                level,
            )
        )
    interest = sum(row.interest for row in rows)
    words.append(Explanation("利息合計", f"各回の利息の合計 = {group(interest)}円", interest))
    return tuple(words)
