"""What a case is covered by, what is said about its guarantors, and who is too near to decide it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collateral.enums import AssetKind, GuaranteeScope
from collateral.guarantee_deed import Relation
from loans import coverage, protection
from loans.enums import LoanType
from loans.models import Application, LoanGuarantee, LoanSecurity
from members.enums import MemberKind, OfficerTitle
from tests.factories.collateral import MORTGAGE, REVOLVING, make_asset, make_guarantee, make_interest, make_upload
from tests.factories.core import make_user
from tests.factories.loans import bill_terms, deed_terms
from tests.factories.members import make_member, make_officer, make_person
from tests.factories.security import make_review

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 24)
CONTRACT = date(2026, 11, 30)


def case(member=None, *, terms=None, **changes):
    """A draft as a row, without the operations around it: the guarantors are those the test names."""
    terms = terms or deed_terms(maturity_on=date(2031, 11, 30))
    return Application.objects.create(member=member or make_member(), created_by=make_user(), **{**terms, **changes})


def stand_behind(application, **changes):
    values = {"debtor": application.member, **changes}
    return LoanGuarantee.objects.create(application=application, guarantee=make_guarantee(**values))


def representative_of(application, **changes):
    return stand_behind(
        application, person=application.member.representative, relation=Relation.REPRESENTATIVE.value, **changes
    )


def secure(application, *, asset=None, **changes):
    interest = make_interest(asset=asset or make_asset(), debtor=application.member, **changes)
    return LoanSecurity.objects.create(application=application, interest=interest)


def told(findings, code):
    return [finding for finding in findings if finding.code == code]


def levels(findings, code):
    return [finding.level for finding in told(findings, code)]


# --- cover --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seniors", "amount", "rank", "value", "margin", "cover"),
    [
        ([], 30_000_000, 1, 40_000_000, 40_000_000, 30_000_000),
        ([(MORTGAGE, 30_000_000, None)], 30_000_000, 2, 40_000_000, 10_000_000, 10_000_000),
        ([(MORTGAGE, 30_000_000, 8_500_000)], 35_000_000, 2, 40_000_000, 31_500_000, 31_500_000),
        ([(REVOLVING, 12_000_000, 3)], 30_000_000, 2, 40_000_000, 28_000_000, 28_000_000),
    ],
)
def test_a_row_shows_value_seniors_margin_and_cover(seniors, amount, rank, value, margin, cover):
    application = case(amount=45_000_000)
    link = secure(application, asset=make_asset(seniors=seniors), amount=amount, rank=rank)
    result = protection.cover_of(application)
    (row,) = result.rows
    assert (row.appraised, row.haircut_rate, row.lending_value) == (50_000_000, Decimal(80), value)
    assert (row.seniors, row.margin, row.amount, row.cover) == (value - margin, margin, amount, cover)
    assert row.link == link.pk
    assert row.explanation[-1].amount == cover
    assert (result.exposure, result.secured, result.unsecured) == (45_000_000, cover, 45_000_000 - cover)


def test_the_ratio_is_rounded_half_up_to_one_decimal():
    application = case(amount=45_000_000)
    secure(application, amount=41_000_000, asset=make_asset(appraised=100_000_000))
    assert protection.cover_of(application).ratio == "91.1"
    assert protection.cover_of(case(amount=1)).ratio == "0.0"


def test_several_securities_are_added_and_capped_at_the_amount():
    application = case(amount=20_000_000)
    secure(application, amount=12_000_000)
    secure(application, amount=11_000_000, asset=make_asset(kind=AssetKind.BUILDING))
    result = protection.cover_of(application)
    assert (result.cover, result.secured, result.unsecured, result.ratio) == (23_000_000, 20_000_000, 0, "100.0")
    assert result.lending_value == 80_000_000
    assert result.is_full


def test_two_interests_of_ours_on_one_asset_do_not_count_the_value_twice():
    application = case(amount=60_000_000)
    asset = make_asset()
    secure(application, asset=asset, amount=30_000_000, rank=1)
    secure(application, asset=asset, amount=30_000_000, rank=2)
    assert [row.cover for row in protection.cover_of(application).rows] == [30_000_000, 10_000_000]


def test_the_value_lent_on_for_another_member_is_not_lent_on_again():
    asset = make_asset()
    make_interest(asset=asset, amount=25_000_000, rank=1)
    application = case(amount=30_000_000)
    secure(application, asset=asset, rank=2)
    (row,) = protection.cover_of(application).rows
    assert row.cover == 15_000_000
    assert "当組合 第1順位" in row.liens[0].holder


def test_a_joint_mortgage_on_land_and_building_covers_its_claim_once():
    application = case(amount=45_000_000)
    leader = secure(application, amount=45_000_000).interest
    building = make_asset(kind=AssetKind.BUILDING, appraised=10_000_000)
    secure(application, asset=building, amount=45_000_000, joint_with=leader)
    result = protection.cover_of(application)
    assert [row.cover for row in result.rows] == [40_000_000, 5_000_000]
    assert (result.cover, result.ratio) == (45_000_000, "100.0")
    assert "合わせて45,000,000円まで" in result.rows[1].explanation[-1].formula


def approved(application):
    Application.objects.filter(pk=application.pk).update(
        state="approved", received_on=ON, received_by=application.created_by, sequence=application.pk,
        fiscal_year=2026, number=f"2026-{application.pk:04}", approved_on=ON, decided_by=make_user(),
        approval_expires_on=date(2027, 2, 24),
    )  # fmt: skip
    return Application.objects.get(pk=application.pk)


def test_what_an_approved_loan_draws_from_a_shared_mortgage_is_not_there_for_the_next_case():
    first = case(amount=25_000_000)
    link = secure(first, right="revolving_mortgage", amount=35_000_000)
    second = case(first.member, amount=20_000_000)
    LoanSecurity.objects.create(application=second, interest=link.interest)
    assert protection.cover_of(second).cover == 35_000_000
    first = approved(first)
    (row,) = protection.cover_of(second).rows
    assert (row.capacity, row.taken, row.cover, row.drawn) == (35_000_000, 25_000_000, 10_000_000, 10_000_000)
    assert row.others == (first.number,)
    assert protection.cover_of(first).cover == 35_000_000
    (finding,) = told(coverage.collateral_findings(second), "shared")
    assert first.number in finding.text
    assert "10,000,000円" in finding.detail
    approved(second)
    assert protection.cover_of(Application.objects.get(pk=second.pk)).secured == 10_000_000


def test_the_members_exposure_is_drawn_against_everything_that_secures_it():
    first = case(amount=25_000_000)
    secure(first, amount=5_000_000, right="mortgage")
    approved(first)
    second = case(first.member, amount=20_000_000)
    secure(second, asset=make_asset(kind=AssetKind.BUILDING), right="revolving_mortgage", amount=30_000_000)
    found = protection.of_member(second, ON)
    assert (found.outstanding, found.committed, found.requested) == (0, 25_000_000, 20_000_000)
    # The mortgage covers its own loan, the revolving one its case first and the rest of the member's loans after it.
    assert [item.drawn for item in found.items] == [5_000_000, 30_000_000]
    assert (found.by_collateral, found.unsecured, found.ratio) == (35_000_000, 10_000_000, "77.8")
    assert [segment.amount for segment in found.bar.segments] == [35_000_000, 10_000_000]


def test_an_appraisal_beyond_its_months_and_a_balance_confirmed_long_ago_are_warned_about():
    application = case()
    asset = make_asset(appraised_on=date(2025, 11, 23), seniors=[(MORTGAGE, 9_000_000, 1), (REVOLVING, 5, 1)])
    asset.seniors.filter(kind=MORTGAGE).update(balance_on=date(2025, 10, 1))
    secure(application, asset=asset, rank=3)
    found = coverage.collateral_findings(application, on=ON)
    assert levels(found, "stale-appraisal") == ["warn"]
    (senior,) = told(found, "stale-senior")
    assert senior.url == asset.get_absolute_url()
    assert not told(coverage.collateral_findings(application, on=date(2025, 11, 23)), "stale-appraisal")


def test_a_case_without_security_has_no_cover():
    result = protection.cover_of(case(amount=5_000_000))
    assert (result.rows, result.cover, result.unsecured) == ((), 0, 5_000_000)


def test_an_unsaved_application_has_no_cover_and_no_guarantors():
    application = Application(member=make_member(), **deed_terms(maturity_on=date(2031, 11, 30)))
    assert protection.cover_of(application).rows == ()
    assert levels(coverage.guarantor_findings(application), "representative") == ["block"]


# --- findings on collateral ---------------------------------------------------------------


def test_full_cover_passes_and_short_cover_warns():
    full, short = case(amount=30_000_000), case(amount=32_608_696)
    secure(full, asset=make_asset(kind=AssetKind.BUILDING))
    secure(short, asset=make_asset(kind=AssetKind.BUILDING))
    assert levels(coverage.collateral_findings(full), "cover") == ["pass"]
    (finding,) = told(coverage.collateral_findings(short), "cover")
    assert finding.warns
    assert "92.0%" in finding.text
    assert "2,608,696円" in finding.detail


def test_no_security_at_all_is_warned_about_unless_somebody_stands_behind_it():
    application = case()
    assert levels(coverage.collateral_findings(application), "unsecured") == ["warn"]
    stand_behind(application)
    assert levels(coverage.collateral_findings(application), "unsecured") == ["pass"]


def test_a_forest_is_warned_about():
    application = case()
    secure(application, asset=make_asset(kind=AssetKind.FOREST, description="白山市の山林"))
    (finding,) = told(coverage.collateral_findings(application), "unsuitable")
    assert finding.warns
    assert finding.url == LoanSecurity.objects.get().interest.asset.get_absolute_url()


def test_land_wants_its_building_unless_it_is_bare():
    application = case()
    link = secure(application)
    assert levels(coverage.collateral_findings(application), "land-without-building") == ["warn"]
    link.interest.asset.description += "（更地）"
    link.interest.asset.save()
    assert not told(coverage.collateral_findings(application), "land-without-building")


def test_land_with_its_building_is_not_warned_about():
    application = case()
    secure(application)
    secure(application, asset=make_asset(kind=AssetKind.BUILDING, description="同所 家屋番号20番"))
    assert not told(coverage.collateral_findings(application), "land-without-building")


# --- the representative -------------------------------------------------------------------


def test_a_company_without_its_representative_and_without_a_reason_is_stopped():
    application = case()
    (finding,) = told(coverage.guarantor_findings(application), "representative")
    assert finding.blocks
    assert finding.url.endswith("/guarantee/add/")


def test_the_representative_as_guarantor_passes():
    application = case()
    representative_of(application)
    assert levels(coverage.guarantor_findings(application), "representative") == ["pass"]


def test_leaving_the_representative_out_passes_with_a_recorded_reason():
    application = case()
    make_review(
        application, decision="waive", reason="法人と個人の分離、財務基盤、情報開示を確かめた。", explained=False
    )
    found = coverage.guarantor_findings(application, contract_on=CONTRACT, level="block")
    (finding,) = told(found, "representative")
    assert finding.level == "pass"
    assert "法人と個人の分離" in finding.detail
    assert levels(found, "guideline") == ["pass"]


def test_a_review_that_wants_the_representative_is_no_reason_for_leaving_him_out():
    application = case()
    make_review(application)
    assert levels(coverage.guarantor_findings(application), "representative") == ["block"]


def test_taking_the_representatives_guarantee_asks_for_the_guideline_and_its_explanation_by_the_contract():
    application = case()
    representative_of(application, informed_on=ON, told="finances,debts,collateral")
    at_contract = {"contract_on": CONTRACT, "level": "block"}
    assert levels(coverage.guarantor_findings(application), "guideline") == ["warn"]
    (nothing,) = told(coverage.guarantor_findings(application, **at_contract), "guideline")
    assert nothing.blocks
    assert nothing.url.endswith("/guarantee/review/")
    review = make_review(application, explained=False)
    (finding,) = told(coverage.guarantor_findings(application, **at_contract), "guideline")
    assert finding.blocks
    assert "説明したことが記録されていません" in finding.text
    review.findings.get(criterion="finances").delete()
    application = Application.objects.get(pk=application.pk)
    (finding,) = told(coverage.guarantor_findings(application, **at_contract), "guideline")
    assert "財務基盤がまだ確かめられていません" in finding.text
    review.delete()
    make_review(application)
    found = coverage.guarantor_findings(Application.objects.get(pk=application.pk), **at_contract)
    assert levels(found, "guideline") == ["pass"]


def test_a_waiver_beside_the_standing_representative_is_a_contradiction():
    application = case()
    representative_of(application)
    make_review(application, decision="waive", reason="要件をすべて満たす。")
    (finding,) = told(coverage.guarantor_findings(application, contract_on=CONTRACT, level="block"), "guideline")
    assert "どちらかを直してください" in finding.text


def test_a_sole_proprietor_needs_no_representative():
    member = make_member(kind=MemberKind.SOLE, representative_title=OfficerTitle.OWNER)
    assert coverage.guarantor_findings(case(member)) == []


# --- the notarial deed --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relation", "needed"),
    [
        (Relation.REPRESENTATIVE, False),
        (Relation.DIRECTOR, False),
        (Relation.MAJORITY_SHAREHOLDER, False),
        (Relation.AUDITOR, True),
        (Relation.REPRESENTATIVES_SPOUSE_WORKING, True),
        (Relation.RELATIVE_OR_FRIEND, True),
    ],
)
def test_a_third_party_needs_a_deed_warned_at_approval_and_stopped_at_contract(relation, needed):
    application = case()
    person = application.member.representative if relation == Relation.REPRESENTATIVE else make_person()
    title = OfficerTitle.MAJORITY_SHAREHOLDER if relation == Relation.MAJORITY_SHAREHOLDER else OfficerTitle.DIRECTOR
    make_officer(member=application.member, person=person, title=title)
    stand_behind(application, person=person, relation=relation.value)
    at_approval = coverage.guarantor_findings(application)
    at_contract = coverage.guarantor_findings(application, contract_on=CONTRACT, level="block")
    assert levels(at_approval, "deed") == (["warn"] if needed else ["pass"])
    assert levels(at_contract, "deed") == (["block"] if needed else ["pass"])


@pytest.mark.parametrize(
    ("deed_on", "valid"),
    [
        (date(2026, 10, 29), False),
        (date(2026, 10, 30), True),
        (date(2026, 11, 29), True),
        (date(2026, 11, 30), False),
        (date(2026, 12, 1), False),
    ],
)
def test_a_deed_counts_within_the_month_before_the_contract(deed_on, valid):
    application = case()
    link = stand_behind(
        application, deed_on=deed_on, deed_office="金沢公証人合同役場", deed_number="令和8年第123号",
        informed_on=date(2026, 10, 1), told="finances,debts,collateral",
    )  # fmt: skip
    (finding,) = told(coverage.guarantor_findings(application, contract_on=CONTRACT, level="block"), "deed")
    assert finding.level == ("pass" if valid else "block")
    if not valid:
        assert finding.url.endswith(f"/guarantee/{link.pk}/deed/")


def test_a_recorded_deed_passes_while_the_day_of_the_contract_is_unknown():
    application = case()
    stand_behind(application, deed_on=date(2026, 11, 20), deed_office="金沢", deed_number="1")
    assert levels(coverage.guarantor_findings(application), "deed") == ["pass"]


def test_a_corporate_guarantor_needs_neither_deed_nor_information():
    application = case()
    stand_behind(application, member=make_member(), relation=Relation.AFFILIATED_COMPANY.value)
    found = coverage.guarantor_findings(application, contract_on=CONTRACT, level="block")
    assert levels(found, "deed") == ["pass"]
    assert not told(found, "information")


def test_a_sole_proprietor_member_as_guarantor_is_an_individual():
    application = case()
    shop = make_member(kind=MemberKind.SOLE, representative_title=OfficerTitle.OWNER)
    stand_behind(application, member=shop)
    assert levels(coverage.guarantor_findings(application), "deed") == ["warn"]


def test_an_exemption_that_the_register_does_not_bear_out_is_warned_about():
    application = case()
    director = make_officer(member=application.member)
    link = stand_behind(application, person=director.person, relation=Relation.DIRECTOR.value)
    assert not told(coverage.guarantor_findings(application, contract_on=CONTRACT), "evidence")
    director.to_on = date(2026, 11, 1)
    director.save()
    (finding,) = told(coverage.guarantor_findings(application, contract_on=CONTRACT), "evidence")
    assert finding.warns
    assert str(link.guarantee.guarantor) in finding.text
    assert finding.url.endswith(f"/guarantee/{link.pk}/deed/")


@pytest.mark.parametrize(
    ("relation", "title"),
    [
        (Relation.SPOUSE_WORKING, OfficerTitle.SPOUSE),
        (Relation.JOINT_PROPRIETOR, OfficerTitle.OWNER),
    ],
)
def test_a_proprietors_working_spouse_or_partner_is_exempt_when_registered_as_such(relation, title):
    member = make_member(kind=MemberKind.SOLE, representative_title=OfficerTitle.OWNER)
    application, person = case(member), make_person()
    stand_behind(application, person=person, relation=relation.value)
    assert levels(coverage.guarantor_findings(application, on=ON), "evidence") == ["warn"]
    make_officer(member=member, person=person, title=title)
    assert levels(coverage.guarantor_findings(application, on=ON), "deed") == ["pass"]


# --- information, scope, maximum ----------------------------------------------------------


@pytest.mark.parametrize(
    ("informed_on", "expected"),
    [(None, "block"), (CONTRACT, "pass"), (date(2026, 12, 1), "block"), (date(2026, 11, 1), "pass")],
)
def test_every_individual_must_have_been_informed_by_the_contract(informed_on, expected):
    application = case()
    told_all = "finances,debts,collateral" if informed_on else ""
    upload = make_upload(application, application.created_by)
    representative_of(application, informed_on=informed_on, told=told_all, confirmation=upload)
    found = coverage.guarantor_findings(application, contract_on=CONTRACT, level="block")
    assert levels(found, "information") == [expected]


def test_what_the_guarantor_was_not_told_and_a_missing_confirmation_are_named():
    application = case()
    link = representative_of(application, informed_on=ON, told="finances")
    (finding,) = told(coverage.guarantor_findings(application), "information")
    assert "ほかの債務・ほかの担保について説明を受けたことが記録されていません" in finding.text
    link.guarantee.told = "finances,debts,collateral"
    link.guarantee.save()
    at_contract = coverage.guarantor_findings(application, contract_on=CONTRACT, level="block")
    assert levels(at_contract, "confirmation") == ["warn"]
    assert levels(coverage.guarantor_findings(application), "information") == ["pass"]


def test_a_simple_guarantee_is_warned_about_with_its_reason():
    application = case()
    stand_behind(application, kind="simple", kind_reason="保証人の希望")
    (finding,) = told(coverage.guarantor_findings(application), "kind")
    assert finding.warns
    assert "保証人の希望" in finding.detail


def test_the_exception_from_the_deed_is_shown_by_the_register_or_by_a_paper_that_was_seen():
    application = case()
    link = stand_behind(application, relation=Relation.MAJORITY_SHAREHOLDER.value)
    at_contract = {"contract_on": CONTRACT, "level": "block"}
    (finding,) = told(coverage.guarantor_findings(application, **at_contract), "evidence")
    assert finding.blocks
    link.guarantee.exception_evidence, link.guarantee.exception_seen_on = "株主名簿", ON
    link.guarantee.save()
    (finding,) = told(coverage.guarantor_findings(application, **at_contract), "deed")
    assert finding.level == "pass"
    assert "株主名簿" in finding.detail


def test_missing_information_only_warns_before_the_contract():
    application = case()
    representative_of(application)
    assert levels(coverage.guarantor_findings(application), "information") == ["warn"]


@pytest.mark.parametrize(
    ("terms", "scope"),
    [(bill_terms(), GuaranteeScope.SPECIFIC), (deed_terms(maturity_on=date(2031, 11, 30)), GuaranteeScope.ROOT)],
)
def test_the_scope_follows_the_type_of_the_loan(terms, scope):
    application = case(terms=terms)
    representative_of(application, scope=scope, maximum_amount=20_000_000 if scope == GuaranteeScope.ROOT else None)
    (finding,) = told(coverage.guarantor_findings(application), "scope")
    assert finding.blocks
    assert coverage.SCOPE_OF[LoanType(application.loan_type)].label in finding.text


def test_a_maximum_below_the_amount_is_warned_about():
    application = case(terms=bill_terms())
    representative_of(application, scope=GuaranteeScope.ROOT, maximum_amount=9_999_999, fixed_on=date(2031, 11, 24))
    assert levels(coverage.guarantor_findings(application), "maximum") == ["warn"]


@pytest.mark.parametrize("fixed_on", [None, CONTRACT, date(2031, 12, 1)])
def test_a_root_guarantee_whose_fixing_date_does_not_suit_the_contract_is_stopped(fixed_on):
    application = case(terms=bill_terms())
    representative_of(application, scope=GuaranteeScope.ROOT, maximum_amount=10_000_000, fixed_on=fixed_on)
    found = coverage.guarantor_findings(application, contract_on=CONTRACT, level="block")
    assert levels(found, "fixed_on") == ["block"]


# --- interested persons -------------------------------------------------------------------


def test_the_representative_and_the_officers_in_office_are_interested():
    application = case()
    director = make_officer(member=application.member).person
    former = make_officer(member=application.member, to_on=date(2026, 3, 31)).person
    future = make_officer(member=application.member, from_on=date(2027, 6, 1)).person
    found = coverage.interested_persons(application, on=ON)
    assert found == {
        application.member.representative: "申込先の代表者",
        director: "申込先の役員（取締役）",
    }
    assert former in coverage.interested_persons(application, on=date(2026, 3, 30))
    assert future not in found


def test_guarantors_and_owners_are_interested():
    application = case()
    guarantor, owner = make_person(), make_person()
    stand_behind(application, person=guarantor)
    secure(application, asset=make_asset(owner=owner))
    found = coverage.interested_persons(application, on=ON)
    assert found[guarantor] == "この申込の保証人"
    assert found[owner] == "担保の所有者"


def test_the_people_of_a_corporate_guarantor_and_of_an_owning_member_are_interested():
    application = case()
    backer, owner = make_member(), make_member()
    auditor = make_officer(member=backer, title=OfficerTitle.AUDITOR).person
    gone = make_officer(member=owner, to_on=date(2026, 11, 24)).person
    stand_behind(application, member=backer, relation=Relation.AFFILIATED_COMPANY.value)
    secure(application, asset=make_asset(owner=owner))
    found = coverage.interested_persons(application, on=ON)
    assert found[backer.representative] == f"保証人 {backer}の代表者"
    assert found[auditor] == f"保証人 {backer}の役員（監査役）"
    assert found[owner.representative] == f"担保の所有者 {owner}の代表者"
    assert gone not in found


def test_others_are_not_interested():
    application = case()
    stranger = make_person()
    make_guarantee(person=stranger)
    make_interest(asset=make_asset(owner=stranger))
    assert stranger not in coverage.interested_persons(application, on=ON)


def test_whoever_is_interested_cannot_see_the_case_and_nobody_else_is_shut_out():
    application = case()
    backer = make_member()
    stand_behind(application)
    stand_behind(application, member=backer, relation=Relation.AFFILIATED_COMPANY.value)
    secure(application)
    secure(application, asset=make_asset(owner=make_member(), kind=AssetKind.BUILDING))
    make_officer(member=application.member)
    for person in coverage.interested_persons(application, on=ON):
        assert not Application.objects.not_interested(person, ON).exists(), person
    assert Application.objects.not_interested(make_person(), ON).exists()


def test_the_number_of_queries_does_not_grow_with_the_case():
    application = case()
    for _ in range(2):
        stand_behind(application)
        stand_behind(application, member=make_member(), relation=Relation.AFFILIATED_COMPANY.value)
        secure(application, asset=make_asset(owner=make_member(), seniors=[(MORTGAGE, 1_000_000, None)]), rank=2)
        make_officer(member=application.member)
    coverage.interested_persons(Application.objects.get(), on=ON)
    with CaptureQueriesContext(connection) as few:
        coverage.interested_persons(Application.objects.get(), on=ON)
    for _ in range(6):
        stand_behind(application)
        secure(application, asset=make_asset(owner=make_member(), seniors=[(MORTGAGE, 1_000_000, None)]), rank=2)
        make_officer(member=application.member)
    with CaptureQueriesContext(connection) as many:
        assert len(coverage.interested_persons(Application.objects.get(), on=ON)) == 1 + 8 + 8 + 2 + 8
    assert len(many) == len(few) <= 13
