"""担保評価と保証意思宣明公正証書（計算）."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collateral import guarantee_deed, valuation
from collateral.guarantee_deed import Debtor, Entity, Relation
from collateral.valuation import LienKind, SeniorLien
from coopfin.calc.yen import ImpossibleTerms


def revolving(maximum, balance=None):
    return SeniorLien(kind=LienKind.REVOLVING, registered=maximum, balance=balance)


def mortgage(registered, balance=None):
    return SeniorLien(kind=LienKind.MORTGAGE, registered=registered, balance=balance)


def test_a_senior_revolving_lien_counts_with_its_whole_maximum():
    found = valuation.cover(50_000_000, 80, [revolving(30_000_000, balance=5_000_000)], 30_000_000)
    assert (found.lending_value, found.margin, found.cover) == (40_000_000, 10_000_000, 10_000_000)


def test_a_senior_mortgage_counts_with_its_confirmed_balance():
    found = valuation.cover(50_000_000, 80, [mortgage(30_000_000, balance=12_000_000)], 30_000_000)
    assert (found.margin, found.cover) == (28_000_000, 28_000_000)


def test_an_unconfirmed_mortgage_counts_as_registered():
    assert valuation.cover(50_000_000, 80, [mortgage(30_000_000)], 30_000_000).margin == 10_000_000


def test_a_paid_off_mortgage_takes_nothing_away():
    assert valuation.cover(50_000_000, 80, [mortgage(30_000_000, balance=0)], 30_000_000).margin == 40_000_000


def test_seniors_beyond_the_value_leave_nothing():
    found = valuation.cover(50_000_000, 80, [revolving(60_000_000)], 30_000_000)
    assert (found.margin, found.cover) == (0, 0)


def test_without_our_own_amount_the_whole_margin_covers():
    assert valuation.cover(50_000_000, Decimal("75.5")).cover == 37_750_000


def test_the_cover_explains_itself():
    rows = valuation.cover(50_000_000, 80, [mortgage(30_000_000)], 30_000_000).explanation
    assert rows[0].formula == "50,000,000円 × 掛目80.0% = 40,000,000円（円未満切捨て）"
    assert rows[1].formula == "抵当の登記債権額（残高未確認） △30,000,000円"
    assert rows[-1].amount == 10_000_000


def test_the_reason_of_each_deduction_is_named():
    assert revolving(1).reason == "根抵当の極度額"
    assert mortgage(1, balance=1).reason == "抵当の確認済残高"


def test_the_lending_value_is_cut_to_whole_yen():
    assert valuation.lending_value(99, 50) == 49


def test_shares_count_at_the_lower_price():
    assert valuation.share_lending_value(1000, 900, 987, 60) == 540_000
    assert valuation.cover_of_shares(1000, 1234, 987, 60, our_amount=500_000).cover == 500_000


def test_a_joint_maximum_counts_once():
    assert valuation.joint_cover([12_000_000, 9_000_000], 30_000_000) == 21_000_000


def test_cumulative_maximums_go_with_their_properties():
    with pytest.raises(ImpossibleTerms, match="物件の数"):
        valuation.cumulative_cover([1], [1, 2])


def test_the_same_rank_never_yields_more_than_the_claim():
    assert valuation.same_rank_cover(50_000_000, 12_000_000, [8_000_000]) == 12_000_000
    assert valuation.same_rank_cover(10_000_000, 12_000_000, [8_000_000]) == 6_000_000


def test_a_joint_senior_is_spread_to_the_last_yen():
    assert valuation.allocate_joint_senior([1, 1, 1], 100).allocated == (34, 33, 33)
    with pytest.raises(ImpossibleTerms, match="割り付け"):
        valuation.allocate_joint_senior([0, 0], 100)


def test_protection_stops_at_the_exposure():
    found = valuation.protection(10_000_000, 30_000_000, 1)
    assert (found.secured, found.unsecured, found.ratio) == (10_000_000, 0, "100.0")
    assert valuation.protection(0).ratio is None


def test_impossible_figures_are_refused():
    with pytest.raises(ImpossibleTerms, match="掛目"):
        valuation.lending_value(1, 101)
    with pytest.raises(ImpossibleTerms, match="評価額がマイナス"):
        valuation.lending_value(-1, 50)


@given(st.integers(0, 10**10), st.integers(0, 100), st.integers(0, 10**10), st.integers(0, 10**10))
def test_cover_never_exceeds_value_margin_or_claim(appraised, ratio, senior, ours):
    found = valuation.cover(appraised, ratio, [revolving(senior)], ours)
    assert found.cover == min(found.margin, ours)
    assert 0 <= found.margin <= found.lending_value <= appraised


YEN = st.integers(0, 10**10)
LIENS = st.lists(
    st.builds(SeniorLien, kind=st.sampled_from(list(LienKind)), registered=YEN, balance=st.none() | YEN), max_size=4
)


@given(YEN, YEN, st.integers(0, 100), st.integers(0, 100), LIENS, YEN)
def test_cover_grows_with_the_value_and_with_the_haircut_rate(appraised, more, ratio, better, liens, ours):
    low, high = sorted((ratio, better))
    least = valuation.cover(appraised, low, liens, ours).cover
    assert least <= valuation.cover(appraised + more, low, liens, ours).cover
    assert least <= valuation.cover(appraised, high, liens, ours).cover


@given(YEN, st.integers(0, 100), LIENS, LIENS, YEN)
def test_every_senior_lien_takes_away_and_none_gives(appraised, ratio, liens, further, ours):
    before, after = (valuation.cover(appraised, ratio, found, ours) for found in (liens, [*liens, *further]))
    assert after.margin <= before.margin
    assert after.cover <= before.cover
    taken = sum(lien.deduction for lien in further)
    assert before.margin - after.margin <= taken


@given(st.lists(YEN, min_size=1, max_size=6), YEN)
def test_a_joint_claim_is_counted_once_over_all_properties(margins, maximum):
    shares = valuation.joint_shares(margins, maximum)
    assert sum(shares) == valuation.joint_cover(margins, maximum) <= maximum
    assert all(0 <= share <= margin for share, margin in zip(shares, margins, strict=True))


@st.composite
def _drawings(draw):
    capacities = dict(enumerate(draw(st.lists(YEN, min_size=1, max_size=5))))
    exposures = {f"loan {i}": amount for i, amount in enumerate(draw(st.lists(YEN, min_size=1, max_size=5)))}
    pairs = draw(st.lists(st.tuples(st.sampled_from(list(capacities)), st.sampled_from(list(exposures))), max_size=25))
    return capacities, exposures, pairs


@given(_drawings())
def test_the_covers_of_all_loans_never_exceed_what_an_item_is_worth_nor_a_loan_what_is_owed(drawing):
    capacities, exposures, pairs = drawing
    drawn = valuation.draw(capacities, exposures, pairs)
    assert set(drawn) <= set(pairs)
    assert all(amount > 0 for amount in drawn.values())
    for item, capacity in capacities.items():
        assert sum(amount for (of, _), amount in drawn.items() if of == item) <= capacity
    for loan, owed in exposures.items():
        assert sum(amount for (_, to), amount in drawn.items() if to == loan) <= owed


@given(_drawings(), st.data())
def test_a_better_item_never_covers_less_in_all(drawing, data):
    capacities, exposures, pairs = drawing
    item, more = data.draw(st.sampled_from(list(capacities))), data.draw(YEN)
    before = sum(valuation.draw(capacities, exposures, pairs).values())
    after = sum(valuation.draw({**capacities, item: capacities[item] + more}, exposures, pairs).values())
    assert before <= after <= before + more


@given(YEN, st.integers(0, 100), LIENS, st.lists(YEN, min_size=1, max_size=5))
def test_our_own_ranks_on_one_property_share_its_margin(appraised, ratio, liens, claims):
    """Each of our liens has those before it as seniors, as `Asset.liens_before` lays them."""
    margin = valuation.cover(appraised, ratio, liens).margin
    before, covers = list(liens), []
    for claim in claims:
        covers.append(valuation.cover(appraised, ratio, before, claim).cover)
        before.append(mortgage(claim))
    assert sum(covers) <= margin


def test_a_senior_is_named_by_its_kind():
    tax = SeniorLien(kind=LienKind.TAX, registered=2_000_000)
    assert (tax.deduction, tax.reason) == (2_000_000, "租税の登記債権額（残高未確認）")
    assert SeniorLien(kind=LienKind.ENTERPRISE, registered=5, balance=3).reason == "企業価値担保権の確認済残高"


# ---------------------------------------------------------------- the notarial deed


@pytest.mark.parametrize(
    ("relation", "debtor", "required"),
    [
        (Relation.REPRESENTATIVE, Debtor.COMPANY, False),
        (Relation.DIRECTOR, Debtor.COMPANY, False),
        (Relation.MAJORITY_SHAREHOLDER, Debtor.COMPANY, False),
        (Relation.AUDITOR, Debtor.COMPANY, True),
        (Relation.REPRESENTATIVES_SPOUSE_WORKING, Debtor.COMPANY, True),
        (Relation.RELATIVE_OR_FRIEND, Debtor.COMPANY, True),
        (Relation.JOINT_PROPRIETOR, Debtor.SOLE_PROPRIETOR, False),
        (Relation.SPOUSE_WORKING, Debtor.SOLE_PROPRIETOR, False),
        (Relation.SPOUSE_WORKING, Debtor.COMPANY, True),
        (Relation.SPOUSE_NOT_WORKING, Debtor.SOLE_PROPRIETOR, True),
        (Relation.COOPERATIVE_DIRECTOR, Debtor.COOPERATIVE, False),
        (Relation.BORROWING_MEMBERS_REPRESENTATIVE, Debtor.COOPERATIVE, True),
    ],
)
def test_who_stands_inside_the_business_needs_no_deed(relation, debtor, required):
    answer = guarantee_deed.deed_required(relation, debtor)
    assert answer.required is required
    assert bool(answer) is required
    assert answer.article.startswith("民法465条の")
    assert guarantee_deed.RELATION_LABELS[relation] in answer.reason


def test_a_company_as_guarantor_needs_no_deed():
    assert not guarantee_deed.deed_required(Relation.AFFILIATED_COMPANY, Debtor.COMPANY, Entity.CORPORATE)
    assert guarantee_deed.deed_required(Relation.AFFILIATED_COMPANY, Debtor.COMPANY, Entity.INDIVIDUAL)


@pytest.mark.parametrize(
    ("deed_on", "contract_on", "valid"),
    [
        (date(2026, 10, 29), date(2026, 11, 30), False),
        (date(2026, 10, 30), date(2026, 11, 30), True),
        (date(2026, 11, 29), date(2026, 11, 30), True),
        (date(2026, 11, 30), date(2026, 11, 30), False),
        (date(2027, 2, 28), date(2027, 3, 31), True),  # no 2/31: the last day of February
        (date(2027, 2, 27), date(2027, 3, 31), False),
        (date(2028, 2, 29), date(2028, 3, 30), True),
        (None, date(2026, 11, 30), False),
    ],
)
def test_the_deed_is_made_within_the_month_before(deed_on, contract_on, valid):
    answer = guarantee_deed.deed_valid(deed_on, contract_on)
    assert answer.valid is valid
    assert answer.reason.endswith("。")
    assert answer.article == "民法465条の6"


def test_every_relation_and_debtor_has_a_japanese_name():
    assert set(guarantee_deed.RELATION_LABELS) == set(Relation)
    assert set(guarantee_deed.DEBTOR_LABELS) == set(Debtor)
    assert set(guarantee_deed.ENTITY_LABELS) == set(Entity)
