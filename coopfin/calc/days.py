"""日数と暦: day counts, bank business days, month arithmetic and fiscal years (handbook ch. 3 and 4)."""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from .yen import ImpossibleTerms


class Count(StrEnum):
    """日数の数え方: 片端 leaves the first day out, 両端 counts both ends."""

    ONE_END = "one_end"
    BOTH_ENDS = "both_ends"


class Roll(StrEnum):
    """休日の扱い: what happens to a due date on which banks are closed."""

    NONE = "none"
    FOLLOWING = "following"


COUNT_LABELS = {Count.ONE_END: "片端", Count.BOTH_ENDS: "両端"}
ROLL_LABELS = {Roll.NONE: "そのまま", Roll.FOLLOWING: "翌営業日"}

# The holiday tables are reliable inside these years only; outside them weekends and the year's turn still count.
_FIRST_YEAR, _LAST_YEAR = 1949, 2099


def one_end(start, end):
    """片端の日数: the first day is not charged, the last is."""
    return (end - start).days


def both_ends(start, end):
    """両端の日数: first and last day are both charged."""
    return (end - start).days + 1


def count_days(start, end, count=Count.ONE_END):
    """日数: by 片端 or 両端."""
    try:
        count = Count(count)
    except ValueError:
        raise ImpossibleTerms(f"日数の数え方「{count}」は使えません。片端か両端を選んでください。") from None
    if end < start:
        raise ImpossibleTerms(f"終わりの日（{end}）が始めの日（{start}）より前です。")
    return both_ends(start, end) if count is Count.BOTH_ENDS else one_end(start, end)


@lru_cache(maxsize=256)
def _closed_days(year):
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return frozenset()
    from holidays import country_holidays  # slow to import and to build: only when first asked, one year at a time

    return frozenset(country_holidays("JP", years=year, categories=("public", "bank")))


def is_business_day(day):
    """銀行営業日: not Saturday, Sunday, a national holiday, nor 12/31–1/3 (銀行法施行令5条)."""
    if day.weekday() >= 5 or (day.month, day.day) in {(12, 31), (1, 1), (1, 2), (1, 3)}:
        return False
    return day not in _closed_days(day.year)


def roll(day, rule=Roll.FOLLOWING):
    """休日の繰下げ: the day itself, or the next bank business day."""
    try:
        rule = Roll(rule)
    except ValueError:
        raise ImpossibleTerms(f"休日の扱い「{rule}」は使えません。") from None
    if rule is Roll.FOLLOWING:
        while not is_business_day(day):
            day += timedelta(days=1)
    return day


def next_business_day(day):
    """翌営業日: strictly after `day`."""
    return roll(day + timedelta(days=1))


def presentment_days(maturity):
    """呈示期間: the day of payment (maturity or next business day) and two business days more (手形法38条)."""
    first = roll(maturity)
    second = next_business_day(first)
    return first, second, next_business_day(second)


def month_end(year, month):
    """月末日."""
    return date(year, month, monthrange(year, month)[1])


def add_months(day, months, anchor=None):
    """月の加算: keeps the anchor day, clipped to the end of the month: 1/31 → 2/28 → 3/31 (民法143条2項)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    if not date.min.year <= year <= date.max.year:
        raise ImpossibleTerms("日付が扱える範囲を超えています。")
    wanted = anchor or day.day
    if not 1 <= wanted <= 31:
        raise ImpossibleTerms("約定日は1から31までの日にしてください。")
    return date(year, month, min(wanted, monthrange(year, month)[1]))


def whole_months(start, end, anchor=None):
    """丸々の月数: how many months lie between two dates, or None when days are left over.

    A start on the clipped anchor day counts as standing on it: 4/30 to 5/31 with anchor 31 is one month.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    if months < 0:
        return None
    if add_months(start, months) == end:
        return months
    if anchor and add_months(start, 0, anchor) == start and add_months(start, months, anchor) == end:
        return months
    return None


def fiscal_year(day, start_month=4):
    """年度: the calendar year in which the fiscal year of `day` began."""
    return day.year if day.month >= start_month else day.year - 1


def fiscal_year_start(day, start_month=4):
    """年度の初日: the first day of the fiscal year that contains `day`."""
    return date(fiscal_year(day, start_month), start_month, 1)


def fiscal_year_end(day, start_month=4):
    """年度の末日: the last day of the fiscal year that contains `day`."""
    return add_months(fiscal_year_start(day, start_month), 12) - timedelta(days=1)
