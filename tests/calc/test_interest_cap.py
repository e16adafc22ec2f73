"""The cap on interest: fees count, what is withheld is tested on what was received, and instalments on what is owed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopfin.calc import interest, interest_cap, yen
from coopfin.calc.interest_cap import cap_rate, damages_within, hold_against_cap, hold_balances_against_cap
from coopfin.calc.yen import ImpossibleTerms


@pytest.mark.parametrize(
    ("principal", "rate"), [(1, 20), (99_999, 20), (100_000, 18), (999_999, 18), (1_000_000, 15), (10**9, 15)]
)
def test_the_rate_of_the_cap_falls_with_the_principal(principal, rate):
    assert cap_rate(principal) == rate


def test_a_flat_fee_counts_as_interest():
    """5% for thirty days and a fee of 11,000 yen on a million: 18.4% a year."""
    charged = yen.interest(1_000_000, Decimal(5), 30)
    found = hold_against_cap(1_000_000, charged, 11_000, 30)
    assert yen.decimal_text(found.annual_rate, 1) == "18.4"
    assert not found.within
    assert hold_against_cap(1_000_000, charged, 0, 30).within


def test_what_is_withheld_for_a_year_is_held_against_what_was_received():
    charged = yen.interest(10_000_000, Decimal("14.5"), 365)
    assert hold_against_cap(10_000_000, charged, 0, 365).within
    found = hold_against_cap(10_000_000, charged, 0, 365, withheld=True)
    assert (found.within_art1, found.within_art2, found.received) == (True, False, 8_550_000)
    assert found.excess_to_principal == 1_450_000 - 1_282_500


def test_the_cap_itself_is_allowed():
    found = hold_against_cap(1_000_000, 150_000, 0, 365)
    assert (found.cap_amount, found.within) == (150_000, True)
    assert not hold_against_cap(1_000_000, 150_001, 0, 365).within


def test_instalments_are_held_against_what_is_still_owed():
    """A fee taken from the whole sum weighs more when the sum is paid back sooner."""
    balances = [(1_200_000 - 100_000 * month, 30) for month in range(12)]
    charged = sum(yen.interest(balance, Decimal(14), days) for balance, days in balances)
    assert hold_balances_against_cap(1_200_000, charged, balances).within
    assert not hold_balances_against_cap(1_200_000, charged + 20_000, balances).within


@pytest.mark.parametrize(("rate", "within"), [("14.5", True), ("20", True), ("20.0001", False), ("21.9", False)])
def test_damages_have_a_cap_of_their_own(rate, within):
    assert damages_within(Decimal(rate)) is within


def test_no_principal_and_no_negative_charge():
    with pytest.raises(ImpossibleTerms):
        hold_against_cap(0, 1, 0, 30)
    with pytest.raises(ImpossibleTerms):
        hold_against_cap(1_000_000, -1, 0, 30)
    assert hold_against_cap(1_000_000, 0, 0, 0).annual_rate is None


@given(
    principal=st.integers(10_000, 10**10),
    rate=st.decimals(min_value=0, max_value=15, places=2),
    days=st.integers(1, 3_660),
)
def test_what_is_charged_at_the_rate_of_the_cap_or_below_is_within(principal, rate, days):
    charged = yen.interest(principal, rate, days)
    assert hold_against_cap(principal, charged, 0, days).within


@given(
    principal=st.integers(1_000_000, 10**9),
    rate=st.decimals(min_value=1, max_value=13, places=1),
    days=st.integers(1, 300),
)
def test_withholding_never_widens_the_cap(principal, rate, days):
    bill = interest.bill_disbursement(principal, rate, Decimal(0), days=days)
    found = hold_against_cap(principal, bill.interest, bill.fee, bill.days, withheld=True)
    assert found.art2_cap_amount <= found.cap_amount
    assert found.received == bill.net
    assert found.cap_rate == interest_cap.TOP_RATE
