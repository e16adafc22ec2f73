"""円の計算: exact sums in integer yen, each able to explain itself (handbook ch. 3).

Multiply first, divide last: dividing by 365 before multiplying by the days loses a yen even with Decimal,
so every sum is held as a Fraction and rounded exactly once.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor

BASIS = 365  # 約定書 第3条: 365 days, in leap years too


class Rounding(StrEnum):
    """円未満の端数処理: what happens to a fraction of a yen. A policy value, since published practice differs."""

    FLOOR = "floor"
    HALF_UP = "half_up"


ROUNDING_LABELS = {Rounding.FLOOR: "円未満切捨て", Rounding.HALF_UP: "円未満四捨五入"}


class ImpossibleTerms(ValueError):
    """条件の誤り: terms from which no sum can be made. The message is a sentence for whoever typed them."""


@dataclass(frozen=True)
class Explanation:
    """計算の説明: one line of a 利息計算書: what, how, how much (yen)."""

    label: str
    formula: str
    amount: int

    def __str__(self):
        return f"{self.label}: {self.formula}"


def exact(value):
    """正確な数: int, Decimal, Fraction or decimal text as a Fraction. Floats are refused: they are not money."""
    if isinstance(value, (bool, float)):
        raise TypeError("金額・利率に浮動小数点数は使えません。")
    if isinstance(value, (int, Fraction, Decimal, str)):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError, OverflowError):
            raise ImpossibleTerms(f"「{value}」は数として読めません。") from None
    raise TypeError(f"金額・利率として使えない型です: {type(value).__name__}")


def round_yen(value, rounding=Rounding.FLOOR):
    """端数処理: a Fraction of yen to whole yen, once, at the very end."""
    try:
        rounding = Rounding(rounding)
    except ValueError:
        raise ImpossibleTerms(f"端数処理「{rounding}」は使えません。切捨てか四捨五入を選んでください。") from None
    value = exact(value)
    return floor(value + Fraction(1, 2)) if rounding is Rounding.HALF_UP else floor(value)


def interest(principal, rate, days, basis=BASIS, rounding=Rounding.FLOOR):
    """利息（日割）: principal (yen) × rate (% per year) × days ÷ basis, rounded once (handbook ch. 3)."""
    principal, rate = exact(principal), exact(rate)
    if principal < 0:
        raise ImpossibleTerms("元金がマイナスです。")
    if rate < 0:
        raise ImpossibleTerms("利率がマイナスです。")
    if days < 0:
        raise ImpossibleTerms("日数がマイナスです。")
    if basis < 1:
        raise ImpossibleTerms("年の日数は1以上にしてください。")
    return round_yen(principal * rate * days / (100 * basis), rounding)


def fee(principal, rate, days, basis=BASIS, rounding=Rounding.FLOOR):
    """転貸手数料（日割）: computed like interest but always a separate line, rounded separately (handbook ch. 3)."""
    return interest(principal, rate, days, basis, rounding)


def explain_interest(principal, rate, days, basis=BASIS, rounding=Rounding.FLOOR, label="利息"):
    """利息の説明: the amount together with the words of its own sum."""
    amount = interest(principal, rate, days, basis, rounding)
    return Explanation(
        label,
        f"{group(principal)}円 × 年{rate_text(rate)}% × {days}日 ÷ {basis} = {group(amount)}円"
        f"（{ROUNDING_LABELS[Rounding(rounding)]}）",
        amount,
    )


def group(amount):
    """桁区切り: 1234567 as 1,234,567 (with a plain minus; for screens use words.format_yen)."""
    return f"{amount:,}"


def rate_text(rate):
    """利率の表示: percent per year with at least one decimal and no idle zeros: 6.000 → 6.0, 1.950 → 1.95."""
    rate = exact(rate)
    text = decimal_text(rate, 9)
    return text if "." in text else f"{text}.0"


def decimal_text(value, places, keep_zeros=False):
    """小数の表示: half-up to `places` decimals, idle zeros stripped unless wanted."""
    value = exact(value)
    sign = "-" if value < 0 else ""
    scaled = floor(abs(value) * 10**places + Fraction(1, 2))
    whole, part = divmod(scaled, 10**places)
    digits = f"{part:0{places}d}" if places else ""
    if not keep_zeros:
        digits = digits.rstrip("0")
    if not whole and not digits.strip("0"):
        sign = ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def percent_of(part, whole, places=1, keep_zeros=True):
    """割合（％）: part ÷ whole as text, half-up; None when there is nothing to divide by (shown as 「-」)."""
    whole = exact(whole)
    if not whole:
        return None
    return decimal_text(exact(part) * 100 / whole, places, keep_zeros)


def percent_amount(amount, percent, rounding=Rounding.FLOOR):
    """率を掛けた額: amount (yen) × percent ÷ 100 in whole yen, as for 掛目."""
    return round_yen(exact(amount) * exact(percent) / 100, rounding)


def simple_annual_rate(net, repay, days, basis=BASIS):
    """実質年率（単利・％）: what money costs whose interest is taken in advance. A Fraction; None for no days."""
    net = exact(net)
    if net <= 0 or days <= 0:
        return None
    return (exact(repay) - net) / net * basis / days * 100
