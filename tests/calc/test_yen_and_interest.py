"""円の計算と手形貸付: sums, their rounding and their explanations."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopfin.calc import days, interest, yen
from coopfin.calc.yen import ImpossibleTerms

AMOUNTS = st.integers(min_value=0, max_value=10**12)
RATES = st.decimals(min_value=0, max_value=20, places=3)
PERIODS = st.integers(min_value=0, max_value=4000)


def test_the_handbooks_bill_comes_out_to_the_yen():
    result = interest.bill_disbursement(10_000_000, Decimal("6.0"), Decimal("0.1"), days=90)
    assert (result.interest, result.fee, result.net) == (147_945, 2_465, 9_849_590)
    assert result.effective_rate == Decimal("6.193")


def test_the_explanation_says_the_sum_in_words():
    result = interest.bill_disbursement(10_000_000, Decimal("6.000"), Decimal("0.1"), days=90)
    rows = {row.label: row for row in result.explanation}
    assert rows["利息"].formula == "10,000,000円 × 年6.0% × 90日 ÷ 365 = 147,945円（円未満切捨て）"
    assert rows["転貸手数料"].amount == 2_465
    assert rows["差引支払額"].formula == "10,000,000円 － 147,945円 － 2,465円 = 9,849,590円"


def test_the_explanation_names_the_days_when_dates_are_given():
    result = interest.bill_disbursement(
        10_000_000, Decimal(6), Decimal(0), date(2026, 7, 3), date(2026, 9, 30), "both_ends"
    )
    assert [row.label for row in result.explanation] == ["日数", "利息", "差引支払額"]
    assert result.explanation[0].formula == "2026年7月3日から2026年9月30日まで 90日（両端）"


def test_counting_both_ends_costs_a_day_more():
    dates = date(2026, 7, 3), date(2026, 9, 30)
    both = interest.bill_disbursement(10_000_000, Decimal(6), Decimal(0), *dates, "both_ends")
    one = interest.bill_disbursement(10_000_000, Decimal(6), Decimal(0), *dates, "one_end")
    assert (both.days, both.interest) == (90, 147_945)
    assert (one.days, one.interest) == (89, 146_301)


def test_half_up_rounding_gives_another_yen():
    assert yen.interest(10_000_000, Decimal("0.1"), 90) == 2_465
    assert yen.interest(10_000_000, Decimal("0.1"), 90, rounding="half_up") == 2_466
    result = interest.bill_disbursement(10_000_000, Decimal(6), Decimal("0.1"), days=90, rounding="half_up")
    assert result.fee == 2_466
    assert "（円未満四捨五入）" in result.explanation[1].formula


def test_another_basis_gives_another_sum():
    assert yen.interest(10_000_000, Decimal(6), 90, basis=360) == 150_000
    assert interest.bill_disbursement(10_000_000, Decimal(6), days=90, basis=360).interest == 150_000


def test_it_multiplies_first_and_divides_last():
    assert yen.interest(3_000_000, Decimal("0.7"), 146) == 8_400


def test_interest_and_fee_are_rounded_apart():
    together = yen.interest(10_000_000, Decimal("6.1"), 90)
    assert together == 150_410
    assert yen.interest(1_000_001, Decimal("1.1"), 7) + yen.fee(1_000_001, Decimal("0.3"), 7) == 210 + 57
    assert yen.interest(1_000_001, Decimal("1.4"), 7) == 268


def test_a_half_yen_is_rounded_up_and_floored_down():
    assert yen.round_yen(Fraction(5, 2), "half_up") == 3
    assert yen.round_yen(Fraction(5, 2), "floor") == 2


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"principal": 0, "rate": Decimal(6), "days": 90}, "1円以上"),
        ({"principal": 100, "rate": Decimal(-1), "days": 90}, "利率がマイナス"),
        ({"principal": 100, "rate": Decimal(1), "days": -1}, "日数がマイナス"),
        ({"principal": 100, "rate": Decimal(1)}, "または日数"),
        (
            {"principal": 100, "rate": Decimal(1), "start": date(2026, 9, 30), "maturity": date(2026, 9, 1)},
            "期日が貸付日より前",
        ),
        ({"principal": 100, "rate": Decimal(20), "days": 3650}, "支払う金額が残りません"),
        ({"principal": 100, "rate": Decimal(1), "days": 1, "rounding": "up"}, "端数処理"),
        (
            {
                "principal": 100,
                "rate": Decimal(1),
                "days": 5,
                "start": date(2026, 9, 1),
                "maturity": date(2026, 9, 30),
            },
            "日数が貸付日と期日に合いません",
        ),
    ],
)
def test_impossible_terms_are_refused_with_a_sentence(terms, words):
    with pytest.raises(ImpossibleTerms, match=words):
        interest.bill_disbursement(**terms)


def test_floats_are_not_money():
    with pytest.raises(TypeError):
        yen.interest(1000.0, Decimal(1), 1)
    with pytest.raises(TypeError):
        yen.interest(1000, 1.5, 1)


def test_a_loan_of_no_days_has_no_effective_rate():
    result = interest.bill_disbursement(1_000_000, Decimal(6), days=0)
    assert result.effective_rate is None
    assert interest.describe_rate(result) == ""


def test_the_effective_rate_reads_as_a_phrase():
    result = interest.bill_disbursement(10_000_000, Decimal(6), Decimal("0.1"), days=90)
    assert interest.describe_rate(result) == "実質年率 6.193%"


@pytest.mark.parametrize(
    ("value", "places", "keep", "text"),
    [
        (Fraction(1, 3), 1, True, "0.3"),
        (Decimal("2.25"), 1, True, "2.3"),
        (20, 1, True, "20.0"),
        (Decimal("6.1931"), 4, False, "6.1931"),
        (Decimal("6.1000"), 4, False, "6.1"),
        (Decimal("-0.01"), 1, True, "0.0"),
        (Decimal("-1.5"), 1, True, "-1.5"),
        (7, 0, False, "7"),
    ],
)
def test_percentages_are_rounded_half_up(value, places, keep, text):
    assert yen.decimal_text(value, places, keep) == text


def test_a_share_of_nothing_is_no_percentage():
    assert yen.percent_of(5, 0) is None


@given(AMOUNTS, RATES, RATES, PERIODS)
def test_a_bigger_rate_never_lowers_interest(principal, rate, more, number):
    assert yen.interest(principal, rate + more, number) >= yen.interest(principal, rate, number)


@given(AMOUNTS, RATES, PERIODS)
def test_half_up_is_floor_or_one_yen_more(principal, rate, number):
    low = yen.interest(principal, rate, number)
    assert yen.interest(principal, rate, number, rounding="half_up") - low in (0, 1)


@given(
    st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    st.lists(st.integers(min_value=1, max_value=400), min_size=1, max_size=6),
)
def test_splitting_a_period_never_changes_the_days_charged(start, parts):
    ends = [start]
    for part in parts:
        ends.append(ends[-1] + timedelta(days=part))
    whole = days.both_ends(start, ends[-1])
    first, *later = pairwise(ends)
    assert days.both_ends(*first) + sum(days.one_end(*span) for span in later) == whole


@given(
    st.integers(min_value=1, max_value=10**11),
    RATES,
    st.decimals(min_value=0, max_value=1, places=2),
    st.integers(min_value=0, max_value=365),
)
def test_what_is_lent_is_paid_out_or_prepaid(principal, rate, fee_rate, number):
    result = interest.bill_disbursement(principal, rate, fee_rate, days=number)
    assert result.net + result.interest + result.fee == principal
