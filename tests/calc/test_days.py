"""日数と暦."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopfin.calc import days
from coopfin.calc.yen import ImpossibleTerms

DATES = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def test_one_end_leaves_the_first_day_out():
    assert days.count_days(date(2026, 9, 30), date(2026, 10, 10), "one_end") == 10
    assert days.count_days(date(2026, 9, 30), date(2026, 10, 10), "both_ends") == 11


def test_days_do_not_run_backwards():
    with pytest.raises(ImpossibleTerms, match="より前"):
        days.count_days(date(2026, 10, 1), date(2026, 9, 30))


def test_an_unknown_count_is_refused():
    with pytest.raises(ImpossibleTerms, match="片端か両端"):
        days.count_days(date(2026, 9, 1), date(2026, 9, 30), "no_end")


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 11, 23), False),  # 勤労感謝の日
        (date(2026, 9, 22), False),  # 国民の休日, between two holidays
        (date(2027, 3, 22), False),  # 振替休日
        (date(2026, 12, 30), True),
        (date(2026, 12, 31), False),
        (date(2029, 1, 1), False),
        (date(2029, 1, 2), False),
        (date(2029, 1, 3), False),
        (date(2029, 1, 4), True),
        (date(2150, 1, 2), False),  # beyond the tables the year's turn still counts
    ],
)
def test_banks_are_open_or_closed(day, open_):
    assert days.is_business_day(day) is open_


def test_a_holiday_rolls_to_the_next_business_day():
    assert days.roll(date(2026, 11, 21)) == date(2026, 11, 24)
    assert days.roll(date(2026, 12, 31)) == date(2027, 1, 4)


def test_nothing_rolls_when_the_rule_says_so():
    assert days.roll(date(2026, 11, 21), "none") == date(2026, 11, 21)


def test_an_unknown_roll_is_refused():
    with pytest.raises(ImpossibleTerms, match="休日の扱い"):
        days.roll(date(2026, 11, 21), "preceding")


def test_a_bill_is_presented_within_three_business_days():
    assert days.presentment_days(date(2026, 12, 30)) == (date(2026, 12, 30), date(2027, 1, 4), date(2027, 1, 5))


def test_the_anchor_day_comes_back_after_a_short_month():
    january = date(2027, 1, 31)
    february = days.add_months(january, 1, anchor=31)
    march = days.add_months(february, 1, anchor=31)
    assert (february, march) == (date(2027, 2, 28), date(2027, 3, 31))


def test_a_leap_year_has_a_29th():
    assert days.add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert days.add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)


def test_months_are_taken_off_across_the_year():
    assert days.add_months(date(2027, 1, 31), -2) == date(2026, 11, 30)


def test_a_date_beyond_the_calendar_is_refused():
    with pytest.raises(ImpossibleTerms):
        days.add_months(date(9999, 12, 1), 1)
    with pytest.raises(ImpossibleTerms, match="約定日"):
        days.add_months(date(2026, 1, 1), 1, anchor=32)


@pytest.mark.parametrize(
    ("start", "end", "anchor", "months"),
    [
        (date(2026, 4, 20), date(2026, 5, 20), None, 1),
        (date(2026, 4, 20), date(2026, 5, 25), None, None),
        (date(2026, 4, 30), date(2026, 5, 31), 31, 1),
        (date(2026, 4, 30), date(2026, 5, 31), None, None),
        (date(2026, 1, 31), date(2026, 2, 28), None, 1),
        (date(2026, 4, 20), date(2026, 4, 20), None, 0),
        (date(2026, 5, 20), date(2026, 4, 20), None, None),
    ],
)
def test_whole_months_are_recognised(start, end, anchor, months):
    assert days.whole_months(start, end, anchor) == months


def test_the_fiscal_year_begins_in_april_by_default():
    assert days.fiscal_year(date(2027, 3, 31)) == 2026
    assert days.fiscal_year(date(2027, 4, 1)) == 2027
    assert days.fiscal_year_start(date(2027, 3, 31)) == date(2026, 4, 1)
    assert days.fiscal_year_end(date(2026, 4, 1)) == date(2027, 3, 31)


def test_another_first_month_moves_the_fiscal_year():
    assert days.fiscal_year(date(2027, 3, 31), start_month=1) == 2027
    assert days.fiscal_year_end(date(2026, 7, 1), start_month=7) == date(2027, 6, 30)


@given(DATES)
def test_rolling_ends_on_an_open_day_and_never_goes_back(day):
    rolled = days.roll(day)
    assert rolled >= day
    assert days.is_business_day(rolled)
    assert days.roll(rolled) == rolled


@given(DATES, st.integers(min_value=-300, max_value=300))
def test_adding_months_with_the_anchor_can_be_undone(day, months):
    there = days.add_months(day, months, day.day)
    assert days.add_months(there, -months, day.day) == day
    assert (there.year - day.year) * 12 + there.month - day.month == months
