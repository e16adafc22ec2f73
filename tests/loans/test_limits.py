"""限度額（計算）."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopfin.calc.yen import ImpossibleTerms
from loans import limits
from loans.limits import LimitKind, check_after, check_all, check_limit


def test_a_balance_equal_to_the_limit_is_allowed():
    check = check_limit(limit=30_000_000, outstanding=18_000_000, request=12_000_000)
    assert (check.after, check.headroom, check.within, check.percent) == (30_000_000, 0, True, "100.0")


def test_one_yen_more_is_not():
    check = check_limit(kind=LimitKind.MEMBER, limit=30_000_000, outstanding=18_000_000, request=12_000_001)
    assert (check.within, check.excess, check.headroom) == (False, 1, -1)
    assert check.sentence == "1組合員に対する貸付残高の最高限度30,000,000円に対し実行後30,000,001円で、1円超えます。"


def test_approved_but_undisbursed_cases_hold_headroom():
    check = check_limit(limit=30_000_000, outstanding=10_000_000, committed=15_000_000, request=6_000_000)
    assert (check.headroom_before, check.within) == (5_000_000, False)


def test_what_is_rewritten_at_the_same_moment_frees_its_place():
    check = check_limit(limit=30_000_000, outstanding=30_000_000, request=10_000_000, replaced=10_000_000)
    assert check.within
    assert "書換・返済10,000,000円" in check.explanation[0].formula


def test_the_check_says_what_is_left():
    check = check_limit(limit=30_000_000, outstanding=18_000_000, request=2_000_000)
    assert check.sentence.endswith("残り10,000,000円です。")
    assert check.percent == "66.7"


def test_a_limit_of_zero_has_no_percentage():
    assert check_limit(limit=0, request=1).percent is None


@pytest.mark.parametrize("name", ["limit", "outstanding", "committed", "request", "replaced"])
def test_negative_amounts_are_refused(name):
    with pytest.raises(ImpossibleTerms, match="マイナス"):
        check_limit(**{"limit": 1, name: -1})


def test_more_than_the_balance_cannot_be_replaced():
    with pytest.raises(ImpossibleTerms, match="残高を超えています"):
        check_limit(limit=10, outstanding=1, request=1, replaced=2)


def test_every_failing_limit_is_listed():
    checks = check_all(
        check_after(LimitKind.MEMBER, limit=10, after=11),
        check_after(LimitKind.COOPERATIVE_BORROWING, limit=10, after=10),
        check_after(LimitKind.BANK_FACILITY, limit=10, after=12),
        None,
    )
    assert checks.blocking == (LimitKind.MEMBER, LimitKind.BANK_FACILITY)
    assert checks.blocked
    assert not checks.within
    assert checks.of(LimitKind.COOPERATIVE_BORROWING).within
    assert checks.of(LimitKind.GUARANTEE) is None


def test_own_funds_beyond_the_need_lower_no_limit():
    estimate = limits.estimate_borrowing_limit(prev_year_end_borrowing=80, turnover_need=10, own_funds=25)
    assert (estimate.new_borrowing_need, estimate.limit) == (0, 80)


def test_sales_are_cut_to_the_unit():
    assert limits.member_limit_by_sales(uniform=10**9, annual_sales=146_000_000, months=2, unit=1).limit == 24_333_333
    assert limits.member_limit_by_sales(uniform=10**9, annual_sales=146_000_000, months=2).limit == 24_330_000
    with pytest.raises(ImpossibleTerms):
        limits.member_limit_by_sales(uniform=1, annual_sales=1, months=1, unit=0)


def test_backing_is_capped_by_the_uniform_limit():
    found = limits.member_limit_by_backing(uniform=10, collateral_cover=8, share_capital=1, deposits=2)
    assert (found.basis_amount, found.limit) == (11, 10)
    with pytest.raises(ImpossibleTerms):
        limits.member_limit_by_backing(uniform=-1)


def test_use_by_non_members_is_tested_exactly_not_by_the_rounded_figure():
    assert limits.nonmember_use(member_use=100_000_000, nonmember_use=20_000_000).within
    over = limits.nonmember_use(member_use=100_000_000, nonmember_use=20_000_001)
    assert (over.percent, over.within) == ("20.0", False)
    assert not limits.nonmember_use(member_use=0, nonmember_use=1).within
    with pytest.raises(ImpossibleTerms):
        limits.nonmember_use(member_use=-1, nonmember_use=0)


@given(*[st.integers(0, 10**12)] * 4, st.data())
def test_what_is_within_never_leaves_more_out_than_the_limit(limit, outstanding, committed, request, data):
    replaced = data.draw(st.integers(0, outstanding))
    check = check_limit(limit=limit, outstanding=outstanding, committed=committed, request=request, replaced=replaced)
    assert check.within == (check.headroom >= 0) == (check.excess == 0)
    assert check.headroom + check.after == limit
