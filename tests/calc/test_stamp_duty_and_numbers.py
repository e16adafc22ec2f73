"""印紙税・法人番号・相互牽制."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopfin.calc import corporate_number, stamp_duty
from coopfin.calc.yen import ImpossibleTerms
from coopfin.segregation import may_check


@pytest.mark.parametrize(
    ("amount", "duty"),
    [
        (99_999, 0),
        (100_000, 200),
        (1_000_000, 200),
        (1_000_001, 400),
        (2_000_000, 400),
        (2_000_001, 600),
        (3_000_001, 1_000),
        (5_000_001, 2_000),
        (10_000_001, 4_000),
        (20_000_001, 6_000),
        (30_000_001, 10_000),
        (50_000_001, 20_000),
        (100_000_001, 40_000),
        (200_000_001, 60_000),
        (300_000_001, 100_000),
        (500_000_001, 150_000),
        (1_000_000_000, 150_000),
        (1_000_000_001, 200_000),
        (None, 0),
    ],
)
def test_a_bill_bears_duty_by_its_amount(amount, duty):
    assert stamp_duty.bill_duty(amount) == duty


def test_a_deed_without_an_amount_bears_200_yen():
    assert stamp_duty.deed_duty(None) == 200


def test_electronic_papers_bear_nothing():
    assert stamp_duty.deed_duty(50_000_000, electronic=True) == 0
    assert stamp_duty.bill_duty(50_000_000, electronic=True) == 0
    assert stamp_duty.fixed_duty("master_agreement", electronic=True) == 0


def test_the_duty_is_explained():
    assert stamp_duty.explain_deed(10_000_000).formula == "第1号の3文書、契約金額10,000,000円 = 10,000円"
    assert stamp_duty.explain_bill(10_000_000).formula == "第3号文書、手形金額10,000,000円 = 2,000円"
    assert stamp_duty.explain_deed(None).amount == 200
    assert "電子" in stamp_duty.explain_deed(1_000_000, electronic=True).formula
    assert "電子" in stamp_duty.explain_bill(1_000_000, electronic=True).formula
    assert stamp_duty.explain_bill(None).amount == 0
    assert "第7号" in stamp_duty.explain_fixed("master_agreement").formula
    assert "電子" in stamp_duty.explain_fixed("master_agreement", electronic=True).formula


def test_impossible_papers_are_refused():
    with pytest.raises(ImpossibleTerms, match="印紙税の表"):
        stamp_duty.fixed_duty("poem")
    with pytest.raises(ImpossibleTerms, match="マイナス"):
        stamp_duty.deed_duty(-1)


@given(st.integers(min_value=0, max_value=10**11), st.integers(min_value=0, max_value=10**11))
def test_a_larger_amount_never_bears_less(amount, more):
    assert stamp_duty.deed_duty(amount + more) >= stamp_duty.deed_duty(amount)
    assert stamp_duty.bill_duty(amount + more) >= stamp_duty.bill_duty(amount)


def test_a_corporate_number_is_accepted_in_any_width():
    assert corporate_number.normalise("７００００１２０５０００２") == "7000012050002"
    assert corporate_number.normalise("7-0000-1205-0002 ") == "7000012050002"


@pytest.mark.parametrize(
    ("text", "words"),
    [("700001205000", "13桁"), ("8000012050002", "検査数字"), ("T7000012050002", "13桁"), ("", "13桁")],
)
def test_a_wrong_corporate_number_is_refused_with_a_sentence(text, words):
    assert not corporate_number.is_valid(text)
    with pytest.raises(ImpossibleTerms, match=words):
        corporate_number.normalise(text)


def test_nobody_checks_his_own_work():
    assert may_check("u1", "u2")
    assert not may_check("u1", "u1")
    assert not may_check(None, "u1")
    assert not may_check("u1", None)
