"""What the borrower can repay, whether form and term fit, and what he will owe: the sums, without a database."""

from datetime import date

import pytest

from loans import judgement
from loans.judgement import Scenario, Terms, judge_long, judge_short, project, yearly_principal

START = date(2026, 11, 24)
FIGURES = {
    "profit": 4_000_000, "startup_profit": 500_000, "shortfall_profit": 1_500_000, "depreciation": 2_000_000,
    "other_repayments": 1_000_000,
}  # fmt: skip


def monthly(number, principal, *, grace=0):
    return [
        (date(2026 + (10 + no) // 12, (10 + no) % 12 + 1, 24), 0 if no <= grace else principal)
        for no in range(1, number + 1)
    ]


def test_a_year_ends_on_the_anniversary_of_the_disbursement():
    assert yearly_principal([(date(2027, 11, 24), 1), (date(2027, 11, 25), 2)], START) == [1, 2]
    assert yearly_principal([(date(2029, 11, 24), 5)], START) == [0, 0, 5]
    assert yearly_principal(monthly(24, 100), START) == [1_200, 1_200]
    assert yearly_principal([], START) == []


def test_every_scenario_is_held_against_its_own_year():
    found = judge_long(FIGURES, [900_000, 3_600_000, 3_600_000])
    assert [(one.label, one.source, one.repayment, one.margin, one.holds) for one in found.scenarios] == [
        ("計画どおりのとき", 6_000_000, 4_600_000, 1_400_000, True),
        ("立上り期", 2_500_000, 1_900_000, 600_000, True),
        ("計画を下回るとき", 3_500_000, 4_600_000, -1_100_000, False),
    ]
    assert [test.label for test in found.failing] == ["計画を下回るとき"]
    assert not found.holds
    assert "3,500,000円が、年の返済4,600,000円に1,100,000円足りません" in found.failing[0].sentence


def test_exactly_enough_is_enough():
    assert Scenario(label="計画", profit=1, depreciation=2, this_loan=2, other_loans=1).holds


def test_a_loss_lowers_what_can_be_repaid():
    found = judge_long({**FIGURES, "shortfall_profit": -3_000_000}, [1_000_000])
    assert found.scenarios[2].source == -1_000_000
    assert found.scenarios[2].margin == -3_000_000


def test_missing_figures_are_named_and_nothing_is_judged_on_half_of_them():
    found = judge_long({**FIGURES, "depreciation": None, "profit": None}, [1])
    assert found.missing == ("税引後利益（計画）", "減価償却費")
    assert (found.scenarios, found.holds, found.is_whole) == ((), False, False)
    assert judge_long(FIGURES, []).missing == ("償還予定",)


@pytest.mark.parametrize(
    ("receivables", "turnover", "failing"),
    [
        (10_000_000, 90, []),
        (9_999_999, 90, ["返す財源"]),
        (10_000_000, 89, ["期間"]),
        (0, 0, ["返す財源", "期間"]),
    ],
)
def test_short_money_comes_back_from_the_trade_and_within_its_turnover(receivables, turnover, failing):
    found = judge_short({"receivables": receivables, "turnover_days": turnover}, 10_000_000, 90)
    assert [test.label for test in found.failing] == failing
    assert found.is_whole


def test_short_money_without_figures_names_them():
    assert judge_short({}, 1, 1).missing == ("入る予定の売掛金・未収金", "回転の日数")
    assert judge_short({"receivables": 1}, 1, 1).missing == ("回転の日数",)


@pytest.mark.parametrize(
    ("purpose", "maturity", "long"),
    [
        ("equipment", date(2026, 12, 24), True),
        ("working", date(2027, 11, 23), False),
        ("working", date(2027, 11, 24), True),
    ],
)
def test_equipment_is_always_long_and_working_capital_from_a_year(purpose, maturity, long):
    assert judgement.is_long(purpose, START, maturity) is long


@pytest.mark.parametrize(
    ("terms", "codes"),
    [
        ({"is_bill": True, "maturity_on": date(2027, 11, 23)}, []),
        ({"is_bill": True, "maturity_on": date(2027, 11, 24)}, ["term"]),
        ({"is_bill": False, "method": "equal_principal", "maturity_on": date(2027, 11, 23)}, ["term"]),
        ({"is_bill": False, "method": "equal_principal", "maturity_on": date(2027, 11, 24)}, []),
        ({"is_bill": False, "method": "bullet", "maturity_on": date(2028, 11, 24)}, ["bullet"]),
        ({"is_bill": False, "method": "equal_payment", "maturity_on": date(2028, 11, 24), "grace_installments": 3}, ["grace"]),
        (
            {"is_bill": False, "method": "equal_payment", "maturity_on": date(2028, 11, 24), "grace_installments": 3,
             "purpose": "equipment"},
            [],
        ),
    ],
)  # fmt: skip
def test_the_yardsticks_of_form_and_term(terms, codes):
    found = judgement.guidance(Terms(**{"purpose": "working", "disburse_on": START, **terms}))
    assert [advice.code for advice in found] == codes


def test_what_is_owed_rises_with_disbursements_and_falls_with_repayments():
    first, second, third = date(2026, 12, 1), date(2027, 1, 4), date(2027, 2, 1)
    events = [(third, -9_000), (first, 5_000), (second, -1_000), (second, 2_000)]
    assert project(3_000, events) == [(first, 8_000), (second, 9_000), (third, 0)]
    assert project(3_000, []) == []
