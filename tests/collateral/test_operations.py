"""Registering security: what may be set on what, who may stand behind whom, and what is kept of it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from collateral import checks, operations, valuation
from collateral.enums import RIGHTS_OF, AssetKind, GuaranteeScope, RightKind, SeniorKind, refused_right
from collateral.guarantee_deed import Relation
from collateral.models import Asset, Guarantee, SecurityInterest, SeniorLien
from coopfin import log
from coopfin.flow import StepRefused
from coopfin.roles import Role
from members.enums import MemberKind, OfficerTitle
from tests.factories.collateral import MORTGAGE, REVOLVING, make_asset, make_guarantee, make_interest
from tests.factories.core import make_policy, make_user
from tests.factories.members import make_member, make_officer, make_person

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 24)

M, R, P, A = RightKind.MORTGAGE, RightKind.REVOLVING_MORTGAGE, RightKind.PLEDGE, RightKind.ASSIGNMENT
MP, RP = RightKind.MORTGAGE_AND_PLEDGE, RightKind.REVOLVING_MORTGAGE_AND_PLEDGE

# Written out again from the handbook's table, not read from the product's.
HANDBOOK = {
    AssetKind.LAND: {M, R},
    AssetKind.BUILDING: {M, R},
    AssetKind.FOREST: {M, R},
    AssetKind.LEASEHOLD_WITH_BUILDING: {M, R},
    AssetKind.REGISTERED_LEASEHOLD_WITH_BUILDING: {MP, RP},
    AssetKind.SUPERFICIES: {M, R},
    AssetKind.LAND_LEASE: {P},
    AssetKind.MACHINERY: {A},
    AssetKind.FACTORY: {M, R},
    AssetKind.REGISTERED_SHIP: {M, R},
    AssetKind.OTHER_SHIP: {A},
    AssetKind.VEHICLE: {M, R},
    AssetKind.RECEIVABLE: {P, A},
    AssetKind.SECURITIES: {P, A},
}


@pytest.fixture
def clerk():
    return make_user(Role.CLERK)


def refusals(refused):
    return {finding.code: finding.text for finding in refused.value.findings}


def new_asset(**changes):
    values = {
        "kind": AssetKind.LAND,
        "description": "金沢市鞍月二丁目20番",
        "owner": None,
        "appraised": 50_000_000,
        "appraised_on": date(2026, 11, 2),
        "appraisal_method": "road",
        "haircut_rate": Decimal(70),
    }
    return {**values, **changes}


# --- the matrix ---------------------------------------------------------------------------


def test_the_table_knows_every_kind():
    assert set(HANDBOOK) == set(AssetKind) == set(RIGHTS_OF)


@pytest.mark.parametrize("kind", AssetKind)
@pytest.mark.parametrize("right", RightKind)
def test_a_right_can_be_set_only_where_the_handbook_allows_it(kind, right, clerk):
    asset, debtor = make_asset(kind=kind), make_member()
    set_it = {"asset": asset, "debtor": debtor, "right": right, "amount": 1_000_000, "by": clerk, "on": ON}
    if right in HANDBOOK[kind]:
        assert operations.register_interest(**set_it).right == right
    else:
        with pytest.raises(StepRefused) as refused:
            operations.register_interest(**set_it)
        sentence = refusals(refused)["right"]
        assert kind.label in sentence
        assert all(allowed.label in sentence for allowed in HANDBOOK[kind])
        assert not SecurityInterest.objects.exists()


def test_the_model_refuses_the_wrong_right_as_well():
    interest = SecurityInterest(asset=make_asset(kind=AssetKind.MACHINERY), debtor=make_member(), right=M, amount=1)
    with pytest.raises(ValidationError, match="譲渡担保権"):
        interest.full_clean()


def test_a_refusal_names_the_rights_that_are_allowed():
    assert refused_right("machinery", "mortgage") == (
        "機械設備に設定できるのは 譲渡担保権 です（手引き 第2章2 二 c）。"
    )


def test_the_kind_of_a_mortgaged_asset_cannot_become_one_that_takes_no_mortgage(clerk):
    make_policy()
    interest = make_interest()
    with pytest.raises(StepRefused) as refused:
        operations.update_asset(interest.asset, kind=AssetKind.MACHINERY, haircut_rate=Decimal(0), by=clerk, on=ON)
    assert "right" in refusals(refused)


# --- assets and senior liens --------------------------------------------------------------


def test_an_asset_is_registered_with_its_seniors_and_logged(clerk):
    make_policy()
    owner = make_member()
    asset = operations.register_asset(
        **new_asset(owner=owner), by=clerk, on=ON,
        seniors=[{"kind": "revolving", "holder": "北陸銀行", "registered": 12_000_000, "balance": None}],
    )  # fmt: skip
    assert asset.owner == owner
    assert [lien.holder for lien in asset.seniors.all()] == ["北陸銀行"]
    assert log.timeline(asset).get().label == "担保物件の登録"
    assert asset.history.count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "castle"}, "kind"),
        ({"description": "  "}, "description"),
        ({"owner": None}, "owner"),
        ({"appraised": -1}, "appraised"),
        ({"appraised": None}, "appraised"),
        ({"appraised_on": date(2026, 11, 25)}, "appraised_on"),
        ({"appraised_on": None}, "appraised_on"),
        ({"appraisal_method": ""}, "appraisal_method"),
        ({"haircut_rate": Decimal("100.1")}, "haircut_rate"),
        ({"haircut_rate": Decimal("-1")}, "haircut_rate"),
        ({"haircut_rate": Decimal("70.0001")}, "haircut_reason"),
    ],
)
def test_an_asset_that_says_too_little_or_the_impossible_is_refused(changes, code, clerk):
    make_policy()
    values = new_asset(**{"owner": make_person(), **changes})
    with pytest.raises(StepRefused) as refused:
        operations.register_asset(**values, by=clerk, on=ON)
    assert set(refusals(refused)) == {code}
    assert not Asset.objects.exists()


def test_a_haircut_may_go_down_freely_and_up_with_a_reason(clerk):
    make_policy()
    owner = make_person()
    low = operations.register_asset(**new_asset(owner=owner, haircut_rate=Decimal(50)), by=clerk, on=ON)
    assert low.haircut_rate == 50
    high = operations.register_asset(
        **new_asset(owner=owner, haircut_rate=Decimal(80)),
        haircut_reason="駅前の商業地で流動性が高い。",
        by=clerk,
        on=ON,
    )
    assert high.haircut_rate == 80
    assert log.timeline(high).get().reason == "駅前の商業地で流動性が高い。"


def test_without_a_policy_every_haircut_needs_a_reason(clerk):
    with pytest.raises(StepRefused, match="掛目の定めがありません"):
        operations.register_asset(**new_asset(owner=make_person()), by=clerk, on=ON)


def test_an_update_that_leaves_a_high_haircut_alone_does_not_ask_for_its_reason_again(clerk):
    make_policy()
    asset = make_asset(haircut_rate=Decimal(80))
    changed = operations.update_asset(asset, appraised=48_000_000, by=clerk, on=ON)
    assert changed.appraised == 48_000_000
    assert log.timeline(asset).get().detail["changes"] == {"appraised": [50_000_000, 48_000_000]}


def test_an_update_without_a_change_leaves_no_trace(clerk):
    make_policy()
    asset = make_asset()
    before = asset.history.count()
    operations.update_asset(asset, appraised=asset.appraised, by=clerk, on=ON)
    assert asset.history.count() == before
    assert not log.timeline(asset).exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "pawn"}, "kind"),
        ({"holder": " "}, "holder"),
        ({"registered": 0}, "registered"),
        ({"balance": -1}, "balance"),
        ({"balance": 30_000_001}, "balance"),
        ({"balance": None}, "balance"),
        ({"balance_on": None}, "balance_on"),
        ({"balance_on": date(2026, 11, 25)}, "balance_on"),
        ({"evidence": " "}, "evidence"),
    ],
)
def test_a_senior_lien_must_make_sense(changes, code, clerk):
    values = {
        "kind": "mortgage", "holder": "北陸銀行", "registered": 30_000_000, "balance": 8_500_000,
        "balance_on": date(2026, 11, 2), "evidence": "残高証明書",
    }  # fmt: skip
    with pytest.raises(StepRefused) as refused:
        operations.add_senior(make_asset(), **{**values, **changes}, by=clerk, on=ON)
    assert set(refusals(refused)) == {code}
    assert not SeniorLien.objects.exists()


def test_seniors_are_replaced_by_what_the_page_shows(clerk):
    asset = make_asset(seniors=[(MORTGAGE, 30_000_000, 8_500_000), (REVOLVING, 5_000_000, None)])
    kept, gone = asset.seniors.order_by("pk")
    rows = [
        {
            "kind": "mortgage",
            "holder": kept.holder,
            "registered": 30_000_000,
            "balance": 8_500_000,
            "balance_on": kept.balance_on,
            "evidence": kept.evidence,
        },
        {"kind": "mortgage", "holder": "のと信用金庫", "registered": 2_000_000, "balance": None},
    ]
    assert operations.replace_seniors(asset, rows, by=clerk, on=ON)
    assert set(asset.seniors.values_list("holder", "registered")) == {
        (kept.holder, 30_000_000),
        ("のと信用金庫", 2_000_000),
    }
    assert not SeniorLien.objects.filter(pk=gone.pk).exists()
    assert SeniorLien.objects.filter(pk=kept.pk).exists()
    assert not operations.replace_seniors(asset, rows, by=clerk, on=ON)


def test_our_rank_comes_after_the_senior_liens_and_is_taken_once(clerk):
    asset, debtor = make_asset(seniors=[(MORTGAGE, 10_000_000, None)]), make_member()
    set_it = {"asset": asset, "debtor": debtor, "right": M, "amount": 1_000_000, "by": clerk, "on": ON}
    with pytest.raises(StepRefused, match="第2順位以下"):
        operations.register_interest(**set_it, rank=1)
    second = operations.register_interest(**set_it, rank=2)
    with pytest.raises(StepRefused, match="第2順位には、すでに"):
        operations.register_interest(**set_it, rank=2)
    operations.release_interest(second, by=clerk, on=ON)
    assert operations.register_interest(**set_it, rank=2)


@pytest.mark.parametrize("amount", [0, -1, None])
def test_an_interest_needs_an_amount(amount, clerk):
    with pytest.raises(StepRefused) as refused:
        operations.register_interest(asset=make_asset(), debtor=make_member(), right=M, amount=amount, by=clerk, on=ON)
    assert "amount" in refusals(refused)


def test_only_who_edits_may_register(clerk):
    auditor = make_user(Role.AUDITOR)
    with pytest.raises(StepRefused, match="権限がありません"):
        operations.add_senior(make_asset(), kind="mortgage", holder="北陸銀行", registered=1, by=auditor, on=ON)


# --- what covers what ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("appraised", "haircut", "seniors", "amount", "value", "margin", "cover"),
    [
        # CL-01, CL-04, CL-07 of the collateral vectors, and one senior lien of each other sort.
        (50_000_000, 80, [], 30_000_000, 40_000_000, 40_000_000, 30_000_000),
        (50_000_000, 80, [(MORTGAGE, 30_000_000, None)], 30_000_000, 40_000_000, 10_000_000, 10_000_000),
        (8_000_000, 0, [], 8_000_000, 0, 0, 0),
        (50_000_000, 80, [(MORTGAGE, 30_000_000, 8_500_000)], 40_000_000, 40_000_000, 31_500_000, 31_500_000),
        (50_000_000, 80, [(REVOLVING, 30_000_000, 1)], 30_000_000, 40_000_000, 10_000_000, 10_000_000),
        (10_000_001, 70, [(REVOLVING, 9_000_000, None)], 1_000_000, 7_000_000, 0, 0),
    ],
)
def test_cover_is_value_times_haircut_less_seniors(appraised, haircut, seniors, amount, value, margin, cover):
    asset = make_asset(appraised=appraised, haircut_rate=Decimal(haircut), seniors=seniors)
    result = make_interest(asset=asset, amount=amount, rank=len(seniors) + 1).cover_on(asset)
    assert (result.lending_value, result.margin, result.cover) == (value, margin, cover)


def test_our_own_earlier_interest_comes_before_a_later_one():
    asset = make_asset()
    make_interest(asset=asset, right=R, amount=25_000_000, rank=1)
    second = make_interest(asset=asset, amount=30_000_000, rank=2)
    fresh = Asset.objects.with_cover().get()
    assert second.cover_on(fresh).margin == 15_000_000
    assert fresh.cover == 40_000_000


def test_a_released_interest_takes_nothing_away(clerk):
    asset = make_asset()
    first = make_interest(asset=asset, amount=25_000_000, rank=1)
    second = make_interest(asset=asset, amount=30_000_000, rank=2)
    operations.release_interest(first, by=clerk, on=ON)
    assert second.cover_on(Asset.objects.get()).cover == 30_000_000


# --- guarantees ---------------------------------------------------------------------------


def guarantee_of(debtor, clerk, **changes):
    values = {"relation": Relation.RELATIVE_OR_FRIEND.value, "scope": GuaranteeScope.SPECIFIC.value}
    return operations.register_guarantee(debtor=debtor, **{**values, **changes}, by=clerk, on=ON)


def test_a_root_guarantee_of_an_individual_needs_a_maximum_and_a_fixing_date(clerk):
    with pytest.raises(StepRefused) as refused:
        guarantee_of(make_member(), clerk, person=make_person(), scope="root")
    assert set(refusals(refused)) == {"maximum_amount", "fixed_on"}


@pytest.mark.parametrize(
    ("fixed_on", "allowed"),
    [
        (date(2031, 11, 24), True),
        (date(2031, 11, 25), False),
        (date(2026, 11, 25), True),
        (date(2026, 11, 24), False),
        (None, False),
    ],
)
def test_the_fixing_date_lies_within_five_years(fixed_on, allowed, clerk):
    terms = {"person": make_person(), "scope": "root", "maximum_amount": 10_000_000, "fixed_on": fixed_on}
    if allowed:
        assert guarantee_of(make_member(), clerk, **terms).fixed_on == fixed_on
    else:
        with pytest.raises(StepRefused) as refused:
            guarantee_of(make_member(), clerk, **terms)
        assert set(refusals(refused)) == {"fixed_on"}


def test_a_company_may_give_a_root_guarantee_without_a_fixing_date(clerk):
    given = guarantee_of(
        make_member(), clerk, member=make_member(), relation=Relation.AFFILIATED_COMPANY.value, scope="root",
        maximum_amount=5_000_000,
    )  # fmt: skip
    assert given.fixed_on is None
    assert not given.is_individual


def test_the_debtor_cannot_guarantee_his_own_debt(clerk):
    company = make_member()
    with pytest.raises(StepRefused, match="債務者自身"):
        guarantee_of(company, clerk, member=company, relation=Relation.AFFILIATED_COMPANY.value)


def test_a_sole_proprietor_is_the_debtor_himself(clerk):
    shop = make_member(kind=MemberKind.SOLE, representative_title=OfficerTitle.OWNER)
    with pytest.raises(StepRefused, match="債務者本人"):
        guarantee_of(shop, clerk, person=shop.representative)


@pytest.mark.parametrize(
    ("kind", "who", "relation", "allowed"),
    [
        (MemberKind.CORPORATE, "person", Relation.DIRECTOR, True),
        (MemberKind.CORPORATE, "person", Relation.SPOUSE_WORKING, False),
        (MemberKind.CORPORATE, "person", Relation.AFFILIATED_COMPANY, False),
        (MemberKind.CORPORATE, "member", Relation.AFFILIATED_COMPANY, True),
        (MemberKind.CORPORATE, "member", Relation.DIRECTOR, False),
        (MemberKind.SOLE, "person", Relation.SPOUSE_WORKING, True),
        (MemberKind.SOLE, "person", Relation.DIRECTOR, False),
    ],
)
def test_the_relation_fits_the_debtor_and_the_guarantor(kind, who, relation, allowed, clerk):
    debtor = make_member(kind=kind)
    guarantor = {"person": make_person()} if who == "person" else {"member": make_member()}
    if allowed:
        assert guarantee_of(debtor, clerk, **guarantor, relation=relation.value)
    else:
        with pytest.raises(StepRefused) as refused:
            guarantee_of(debtor, clerk, **guarantor, relation=relation.value)
        assert set(refusals(refused)) == {"relation"}


def test_only_the_representative_guarantees_as_representative(clerk):
    company = make_member()
    with pytest.raises(StepRefused, match="代表者として登録されていません"):
        guarantee_of(company, clerk, person=make_person(), relation=Relation.REPRESENTATIVE.value)
    assert guarantee_of(company, clerk, person=company.representative, relation=Relation.REPRESENTATIVE.value)


def test_a_guarantee_has_one_guarantor(clerk):
    with pytest.raises(StepRefused, match="どちらか一方"):
        guarantee_of(make_member(), clerk)
    with pytest.raises(StepRefused, match="どちらか一方"):
        guarantee_of(make_member(), clerk, person=make_person(), member=make_member())


@pytest.mark.parametrize(
    ("deed", "codes"),
    [
        ({"deed_on": date(2026, 11, 20)}, {"deed_office", "deed_number"}),
        ({"deed_office": "金沢公証人合同役場"}, {"deed_on", "deed_number"}),
        (
            {"deed_on": date(2026, 11, 25), "deed_office": "金沢公証人合同役場", "deed_number": "令和8年第123号"},
            {"deed_on"},
        ),
        ({"informed_on": date(2026, 11, 25)}, {"informed_on"}),
    ],
)
def test_a_deed_is_recorded_whole_and_not_in_the_future(deed, codes, clerk):
    guarantee = make_guarantee()
    with pytest.raises(StepRefused) as refused:
        operations.update_guarantee(guarantee, **deed, by=clerk, on=ON)
    assert set(refusals(refused)) == codes


def test_a_recorded_deed_is_kept_with_its_history(clerk):
    guarantee = make_guarantee()
    operations.update_guarantee(
        guarantee, deed_on=date(2026, 11, 20), deed_office="金沢公証人合同役場", deed_number="令和8年第123号",
        informed_on=date(2026, 11, 10), by=clerk, on=ON,
    )  # fmt: skip
    kept = Guarantee.objects.get()
    assert (kept.deed_on, kept.informed_on) == (date(2026, 11, 20), date(2026, 11, 10))
    assert kept.history.count() == 2
    assert log.timeline(kept).get().detail["changes"]["deed_on"] == [None, "2026-11-20"]


def test_a_released_guarantee_stays_in_the_register_with_its_date(clerk):
    guarantee = make_guarantee()
    operations.release_guarantee(guarantee, by=clerk, on=ON, reason="差し替え")
    assert Guarantee.objects.get().released_on == ON
    assert not Guarantee.objects.live().exists()


# --- promises of the database -------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (make_asset, {"owner_person": None}),
        (make_asset, {"appraised": -1}),
        (make_interest, {"amount": 0}),
        (make_guarantee, {"scope": "root", "maximum_amount": None}),
        (make_guarantee, {"scope": "root", "maximum_amount": 0}),
    ],
)
def test_the_database_refuses_what_the_checks_refuse(make, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        make(**changes)


def test_the_database_refuses_two_guarantors_and_a_lien_of_nothing():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_guarantee(person=make_person(), member=make_member())
    with pytest.raises(IntegrityError), transaction.atomic():
        make_asset(seniors=[(MORTGAGE, 0, None)])


# --- unsuitable security ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "description", "warned"),
    [
        (AssetKind.FOREST, "白山市の山林", True),
        (AssetKind.LAND, "地目 田 1,200㎡", True),
        (AssetKind.LAND, "農地（市街化区域内）", False),
        (AssetKind.LAND, "農地（市街化区域外）", True),
        (AssetKind.LAND, "登記地目 山林、現況 更地", True),
        (AssetKind.LAND, "金沢市高田町1番 宅地", False),
        (AssetKind.LAND, "市街化調整区域の宅地", True),
        (AssetKind.BUILDING, "係争中の倉庫", True),
        (AssetKind.BUILDING, "所有権移転請求権仮登記あり", True),
        (AssetKind.LAND, "共有持分2分の1", True),
        (AssetKind.LAND, "無道路地", True),
    ],
)
def test_security_that_sells_badly_is_warned_about_but_not_refused(kind, description, warned):
    found = checks.unsuitable(kind, description)
    assert len(found) == int(warned)
    assert all(finding.warns for finding in found)


def test_the_assets_offered_for_a_member_are_its_own_and_its_peoples():
    member = make_member()
    director = make_officer(member=member).person
    former = make_officer(member=member, to_on=date(2026, 3, 31)).person
    own, of_director = make_asset(owner=member), make_asset(owner=director)
    of_representative, already = make_asset(owner=member.representative), make_interest(debtor=member).asset
    make_asset(owner=former)
    make_asset()
    offered = Asset.objects.offered_for(member, ON).distinct()
    assert set(offered) == {own, of_director, of_representative, already}


def test_a_senior_kind_is_the_same_word_in_the_sum():
    assert {kind.value for kind in SeniorKind} == {kind.value for kind in valuation.LienKind}
