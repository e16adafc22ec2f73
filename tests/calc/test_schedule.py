"""償還予定表: every option changes a number, and nothing is ever lost."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopfin.calc import schedule
from coopfin.calc.schedule import ScheduleTerms, build, level_payment
from coopfin.calc.yen import ImpossibleTerms


def terms(**changes):
    standard = ScheduleTerms(
        principal=10_000_000,
        rate=Decimal("3.0"),
        disbursed_on=date(2026, 4, 20),
        instalments=24,
        first_due_on=date(2026, 5, 20),
    )
    return replace(standard, **changes)


def principals(result):
    return [row.principal for row in result]


# ---------------------------------------------------------------- each option changes a number


def test_equal_principal_leaves_the_remainder_to_the_last():
    result = build(terms())
    assert principals(result)[:2] == [416_666, 416_666]
    assert principals(result)[-1] == 416_682


def test_the_remainder_may_go_first():
    result = build(terms(adjust="first"))
    assert principals(result)[0] == 416_682
    assert principals(result)[-1] == 416_666


def test_the_unit_rounds_the_instalments_down():
    assert principals(build(terms(unit=1000)))[0] == 416_000


def test_equal_payment_keeps_principal_and_interest_level():
    result = build(terms(method="equal_payment"))
    assert result.level_payment == 429_812
    assert {row.principal_and_interest for row in result.instalments[:-1]} == {429_812}


def test_the_level_payment_may_be_rounded_half_up():
    assert build(terms(method="equal_payment", principal=1_000_000, payment_rounding="floor")).level_payment == 42_981
    assert build(terms(method="equal_payment", principal=1_000_009, payment_rounding="floor")).level_payment == 42_981
    assert build(terms(method="equal_payment", principal=1_000_009, payment_rounding="half_up")).level_payment == 42_982


def test_the_unit_leaves_the_level_payment_alone():
    assert build(terms(method="equal_payment", unit=1000)).level_payment == 429_812


def test_the_first_of_level_payments_may_take_the_difference():
    last = build(terms(method="equal_payment"))
    first = build(terms(method="equal_payment", adjust="first"))
    assert last.instalments[-1].payment == 430_270
    assert {row.payment for row in first.instalments[1:-1]} == {429_812}
    assert first.instalments[0].payment > 429_812
    assert 429_812 - first.instalments[-1].payment in range(3)


def test_interest_by_months_differs_from_interest_by_days():
    assert build(terms()).instalments[0].interest == 24_657
    assert build(terms(basis="monthly")).instalments[0].interest == 25_000


def test_an_odd_first_period_of_whole_months_is_charged_by_months():
    result = build(terms(basis="monthly", interval=6, method="equal_payment", first_due_on=date(2026, 7, 20)))
    assert result.instalments[0].interest == 75_000
    assert result.level_payment == level_payment(10_000_000, Decimal(3), 24, 6, Fraction(3, 6))
    assert result.level_payment < level_payment(10_000_000, Decimal(3), 24, 6)


def test_an_odd_first_period_with_days_left_over_is_charged_by_days():
    result = build(terms(basis="monthly", first_due_on=date(2026, 5, 25)))
    assert result.instalments[0].interest == 10_000_000 * 3 * 35 // 36500
    assert result.instalments[1].interest == 23_958


def test_the_first_period_may_count_both_ends():
    assert build(terms(first_count="both_ends")).instalments[0].days == 31
    assert build(terms(first_count="both_ends")).instalments[0].interest == 25_479
    assert build(terms(first_count="both_ends")).instalments[1].days == 31


def test_grace_instalments_pay_interest_only():
    result = build(terms(grace=3))
    assert principals(result)[:4] == [0, 0, 0, 476_190]
    assert result.instalments[0].interest == 24_657


def test_grace_with_the_remainder_first_puts_it_into_the_first_repayment():
    assert principals(build(terms(grace=3, adjust="first")))[:4] == [0, 0, 0, 476_200]


def test_a_bullet_repays_everything_at_the_end():
    assert principals(build(terms(method="bullet", instalments=3))) == [0, 0, 10_000_000]


def test_custom_amounts_are_taken_as_they_are():
    result = build(terms(method="custom", instalments=3, custom=(0, 4_000_000, 6_000_000)))
    assert principals(result) == [0, 4_000_000, 6_000_000]


def test_a_longer_interval_moves_the_due_dates():
    result = build(terms(interval=3, instalments=3))
    assert [row.due_on for row in result] == [date(2026, 5, 20), date(2026, 8, 20), date(2026, 11, 20)]


def test_the_anchor_returns_to_the_end_of_the_month():
    result = build(terms(first_due_on=date(2027, 2, 28), anchor=31, instalments=3))
    assert [row.due_on for row in result] == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    without = build(terms(first_due_on=date(2027, 2, 28), instalments=2))
    assert without.instalments[1].due_on == date(2027, 3, 28)


def test_irregular_due_dates_are_kept():
    dates = date(2026, 7, 15), date(2026, 12, 10)
    result = build(terms(instalments=2, first_due_on=None, due_dates=dates))
    assert [row.due_on for row in result] == list(dates)
    assert [row.days for row in result] == [86, 148]
    assert result.last_due_on == date(2026, 12, 10)


def test_a_holiday_moves_the_payment_but_not_the_interest():
    result = build(terms(first_due_on=date(2026, 6, 20), instalments=2, roll="following"))
    assert result.instalments[0].pay_on == date(2026, 6, 22)
    assert result.instalments[0].days == 61


def test_interest_may_run_to_the_day_of_payment():
    result = build(terms(first_due_on=date(2026, 6, 20), instalments=2, roll="following", interest_to="adjusted"))
    assert [row.days for row in result] == [63, 29]  # 7/20 is 海の日
    assert result.instalments[0].interest == 51_780


def test_without_rolling_the_payment_stays_on_the_holiday():
    assert build(terms(first_due_on=date(2026, 6, 20))).instalments[0].pay_on == date(2026, 6, 20)


def test_interest_in_advance_is_taken_at_disbursement():
    result = build(terms(interest_timing="advance", instalments=2))
    first, second, last = result.instalments
    assert (first.no, first.due_on, first.principal, first.interest) == (0, date(2026, 4, 20), 0, 24_657)
    assert (second.no, second.principal, second.interest) == (1, 5_000_000, 12_739)
    assert (last.no, last.principal, last.interest, last.balance) == (2, 5_000_000, 0, 0)


def test_interest_may_be_rounded_half_up():
    assert build(terms()).instalments[1].interest == 24_417
    assert build(terms(interest_rounding="half_up")).instalments[1].interest == 24_418


def test_the_fee_is_charged_for_the_same_days_and_rounded_apart():
    row = build(terms(fee_rate=Decimal("0.2"))).instalments[0]
    assert (row.interest, row.fee) == (24_657, 1_643)
    assert row.payment == row.principal + 24_657 + 1_643
    assert build(terms(fee_rate=Decimal("0.2"))).total_fee > 0


def test_the_fee_is_no_part_of_the_level_payment():
    result = build(terms(method="equal_payment", fee_rate=Decimal("0.2")))
    assert result.level_payment == 429_812
    assert result.instalments[0].payment == 429_812 + 1_643


def test_another_year_length_changes_the_interest():
    assert build(terms(year_days=360)).instalments[0].interest == 25_000


# ---------------------------------------------------------------- edges


def test_a_loan_without_interest_is_still_repaid():
    level = build(terms(rate=Decimal(0), method="equal_payment", principal=1_000_000, instalments=7))
    assert level.level_payment == 142_857
    assert level.total_interest == 0
    assert level.instalments[-1].payment == 142_858


def test_one_instalment_repays_all():
    for method in ("equal_principal", "equal_payment", "bullet"):
        assert principals(build(terms(method=method, instalments=1))) == [10_000_000]


def test_less_yen_than_instalments_fall_on_the_last():
    assert principals(build(terms(principal=5, instalments=7))) == [0, 0, 0, 0, 0, 0, 5]
    assert principals(build(terms(principal=5, instalments=7, adjust="first"))) == [5, 0, 0, 0, 0, 0, 0]


def test_half_up_level_payments_stop_when_all_is_repaid():
    result = build(
        terms(principal=7, instalments=12, rate=Decimal(0), method="equal_payment", payment_rounding="half_up")
    )
    assert principals(result) == [1] * 7 + [0] * 5


def test_a_first_due_date_on_the_day_of_disbursement_charges_nothing():
    result = build(terms(first_due_on=date(2026, 4, 20)))
    assert (result.instalments[0].days, result.instalments[0].interest) == (0, 0)


def test_a_schedule_explains_itself():
    result = build(terms(method="equal_payment"))
    assert result.explanation[0].label == "毎回の返済額"
    assert "429,812円" in result.explanation[0].formula
    assert result.instalments[0].explanation[0].formula == (
        "10,000,000円 × 年3.0% × 30日 ÷ 365 = 24,657円（円未満切捨て）"
    )
    monthly = build(terms(basis="monthly", fee_rate=Decimal("0.1"))).instalments[0].explanation
    assert monthly[0].formula == "10,000,000円 × 年3.0% × 1か月 ÷ 12 = 25,000円（円未満切捨て）"
    assert monthly[1].label == "転貸手数料"


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"first_due_on": date(2026, 4, 19)}, schedule.DueDatesWrong, "より前"),
        ({"first_due_on": None}, schedule.DueDatesWrong, "初回の約定日"),
        ({"grace": 24}, schedule.GraceTooLong, "元金を返す回が残りません"),
        ({"grace": -1}, schedule.GraceTooLong, "据置"),
        ({"method": "custom", "instalments": 2, "custom": (1, 2)}, schedule.CustomAmountsWrong, "合計3円"),
        ({"method": "custom", "instalments": 3, "custom": (1, 2)}, schedule.CustomAmountsWrong, "2件"),
        (
            {"method": "custom", "instalments": 2, "custom": (-1, 10_000_001)},
            schedule.CustomAmountsWrong,
            "マイナス",
        ),
        (
            {"method": "custom", "instalments": 2, "custom": (0, 10_000_000), "grace": 1},
            schedule.UnknownOption,
            "据置",
        ),
        ({"method": "equal_payment", "interest_timing": "advance"}, schedule.UnknownOption, "前取"),
        (
            {"method": "equal_payment", "first_due_on": date(2045, 5, 20), "instalments": 240},
            schedule.PaymentBelowInterest,
            "1回目の利息",
        ),
        ({"instalments": 0}, ImpossibleTerms, "返済回数"),
        ({"principal": 0}, ImpossibleTerms, "1円以上"),
        ({"rate": Decimal(-1)}, ImpossibleTerms, "マイナス"),
        ({"interval": 5}, schedule.UnknownOption, "返済間隔"),
        ({"unit": 0}, ImpossibleTerms, "単位"),
        ({"anchor": 32}, schedule.DueDatesWrong, "約定日"),
        ({"method": "balloon"}, schedule.UnknownOption, "返済方法"),
        ({"roll": "preceding"}, schedule.UnknownOption, "休日の扱い"),
        ({"instalments": 2, "due_dates": (date(2026, 5, 20),)}, schedule.DueDatesWrong, "1件"),
        (
            {"instalments": 2, "due_dates": (date(2026, 6, 20), date(2026, 5, 20))},
            schedule.DueDatesWrong,
            "早い順",
        ),
    ],
)
def test_impossible_terms_are_refused_with_a_sentence(changes, error, words):
    with pytest.raises(error, match=words) as refused:
        build(terms(**changes))
    assert isinstance(refused.value, ValueError)
    assert str(refused.value).endswith("。")


def test_yen_are_whole():
    with pytest.raises(TypeError):
        build(terms(principal=1.5))


# ---------------------------------------------------------------- promises for every schedule


@st.composite
def any_terms(draw):
    number = draw(st.integers(min_value=1, max_value=60))
    method = draw(st.sampled_from(["equal_principal", "equal_payment", "bullet"]))
    timing = "arrears" if method == "equal_payment" else draw(st.sampled_from(["arrears", "advance"]))
    start = draw(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
    return ScheduleTerms(
        principal=draw(st.integers(min_value=1, max_value=10**9)),
        rate=draw(st.decimals(min_value=0, max_value=15, places=3)),
        disbursed_on=start,
        instalments=number,
        first_due_on=start.replace(day=1, year=start.year + 1) if draw(st.booleans()) else start,
        method=method,
        grace=draw(st.integers(min_value=0, max_value=number - 1)),
        interval=draw(st.sampled_from([1, 3, 6, 12])),
        anchor=draw(st.none() | st.integers(min_value=1, max_value=31)),
        unit=draw(st.sampled_from([1, 100, 1000])),
        adjust=draw(st.sampled_from(["first", "last"])),
        basis=draw(st.sampled_from(["daily_365", "monthly"])),
        first_count=draw(st.sampled_from(["one_end", "both_ends"])),
        roll=draw(st.sampled_from(["none", "following"])),
        interest_to=draw(st.sampled_from(["nominal", "adjusted"])),
        interest_timing=timing,
        payment_rounding=draw(st.sampled_from(["floor", "half_up"])),
        interest_rounding=draw(st.sampled_from(["floor", "half_up"])),
        fee_rate=draw(st.sampled_from([Decimal(0), Decimal("0.3")])),
    )


def built(given_terms):
    """The schedule, or None where the terms are impossible and said so."""
    try:
        return build(given_terms)
    except schedule.PaymentBelowInterest:
        return None


@given(any_terms())
def test_the_principal_sums_to_the_loan_and_the_balance_ends_at_zero(given_terms):
    if (result := built(given_terms)) is None:
        return
    assert result.total_principal == given_terms.principal
    assert result.instalments[-1].balance == 0
    assert all(row.balance >= 0 and row.principal >= 0 and row.interest >= 0 and row.fee >= 0 for row in result)
    assert result.total_payment == given_terms.principal + result.total_interest + result.total_fee


@given(any_terms())
def test_every_day_is_charged_once(given_terms):
    if (result := built(given_terms)) is None:
        return
    last = result.instalments[-1]
    end = last.pay_on if given_terms.interest_to == "adjusted" else last.due_on
    extra = 1 if given_terms.first_count == "both_ends" else 0
    charged = sum(row.days for row in result)
    if given_terms.interest_timing == "advance":
        # Days after the loan is repaid cannot be charged, and with 前取 no row shows them.
        assert charged <= (end - given_terms.disbursed_on).days + extra
    else:
        assert charged == (end - given_terms.disbursed_on).days + extra


@given(any_terms(), st.decimals(min_value=0, max_value=5, places=3))
def test_a_bigger_rate_never_lowers_the_total_interest(given_terms, more):
    if given_terms.method == "equal_payment":
        given_terms = replace(given_terms, method="equal_principal")
    lower, higher = build(given_terms), build(replace(given_terms, rate=given_terms.rate + more))
    assert higher.total_interest >= lower.total_interest
