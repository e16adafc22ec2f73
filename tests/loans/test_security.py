"""Security and guarantors of a case: proposed, added, removed, and only while the case may still change."""

from datetime import date

import pytest

from collateral.enums import GuaranteeScope
from collateral.guarantee_deed import Relation
from collateral.models import Asset, Guarantee, SecurityInterest
from coopfin import log
from coopfin.flow import StepRefused
from coopfin.roles import Role
from loans import coverage, protection
from loans.enums import ApplicationState as S
from loans.models import Application, LoanSecurity
from loans.operations import security
from members.enums import MemberKind, OfficerTitle
from members.models import Person
from tests.factories.collateral import make_asset, make_interest
from tests.factories.core import make_user
from tests.factories.loans import TODAY as ON
from tests.factories.loans import deed_terms, fresh, make_application
from tests.factories.members import make_member, make_person
from tests.factories.security import add_land, land, make_small_office, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_small_office()


@pytest.fixture
def application(office):
    """A bill loan of 10,000,000 yen, whose representative is proposed as guarantor."""
    return make_application(office)


# --- the proposed representative ----------------------------------------------------------


def test_the_representative_is_proposed_with_a_root_guarantee_for_a_bill(application):
    guarantee = application.guarantees.get().guarantee
    assert guarantee.person == application.member.representative
    assert guarantee.relation == Relation.REPRESENTATIVE
    assert (guarantee.scope, guarantee.maximum_amount) == (GuaranteeScope.ROOT, 10_000_000)
    assert guarantee.fixed_on == date(2031, 11, 24)


def test_the_representative_is_proposed_as_co_signer_of_a_deed(office):
    guarantee = make_application(office, terms=deed_terms()).guarantees.get().guarantee
    assert (guarantee.scope, guarantee.maximum_amount, guarantee.fixed_on) == (GuaranteeScope.SPECIFIC, None, None)


def test_nobody_is_proposed_for_a_sole_proprietor(office):
    member = make_member(kind=MemberKind.SOLE, representative_title=OfficerTitle.OWNER)
    application = make_application(office, member=member)
    assert not application.guarantees.exists()
    assert security.propose_representative(application, by=office.clerk, on=ON) is None


def test_proposing_twice_changes_nothing(application, office):
    first = application.guarantees.get()
    assert security.propose_representative(application, by=office.clerk, on=ON) == first
    assert application.guarantees.count() == 1


# --- adding and removing ------------------------------------------------------------------


def test_a_new_asset_with_a_senior_lien_becomes_security_of_the_case(application, office):
    version = application.version
    link = add_land(
        application, office, rank=2,
        seniors=[
            {
                "kind": "mortgage", "holder": "北陸銀行", "registered": 30_000_000, "balance": 28_000_000,
                "balance_on": ON, "evidence": "残高証明書",
            }
        ],
    )  # fmt: skip
    assert link.interest.debtor == application.member
    (row,) = protection.cover_of(application).rows
    assert (row.lending_value, row.seniors, row.margin, row.cover) == (35_000_000, 28_000_000, 7_000_000, 7_000_000)
    assert fresh(application).version == application.version == version + 1
    assert log.timeline(application).first().label == "担保を付ける"


def test_a_known_asset_is_used_again_at_the_next_rank(application, office):
    asset = make_asset(owner=application.member)
    make_interest(asset=asset, rank=1, amount=20_000_000)
    link = security.add_security(
        application, asset=asset, right="mortgage", amount=10_000_000, rank=2, by=office.clerk, on=ON
    )
    assert link.interest.asset == asset
    assert protection.cover_of(application).cover == 10_000_000


def test_what_the_register_refuses_leaves_nothing_behind(application, office):
    with pytest.raises(StepRefused, match="設定できるのは 抵当権・根抵当権"):
        security.add_security(
            application, new_asset=land(application), right="pledge", amount=1, by=office.clerk, on=ON
        )
    assert not Asset.objects.exists()
    assert not SecurityInterest.objects.exists()


def test_removing_security_keeps_the_asset_and_releases_the_interest(application, office):
    link = add_land(application, office)
    security.remove_security(application, link, by=office.clerk, on=ON, reason="評価が低い")
    assert not LoanSecurity.objects.exists()
    assert SecurityInterest.objects.get().released_on == ON
    assert Asset.objects.exists()
    assert log.timeline(application).first().reason == "評価が低い"


def test_removing_twice_is_refused_with_a_sentence(application, office):
    link = add_land(application, office)
    kept = LoanSecurity.objects.get(pk=link.pk)
    security.remove_security(application, link, by=office.clerk, on=ON)
    with pytest.raises(StepRefused, match="すでに外されています"):
        security.remove_security(application, kept, by=office.clerk, on=ON)


def test_a_new_person_can_stand_as_guarantor(application, office):
    link = security.add_guarantee(
        application, new_person={"name": "田中 実", "kana": "タナカ ミノル", "address": "金沢市彦三町一丁目1番"},
        relation=Relation.RELATIVE_OR_FRIEND.value, by=office.clerk, on=ON,
    )  # fmt: skip
    assert link.guarantee.person == Person.objects.get(name="田中 実")
    assert link.guarantee.scope == GuaranteeScope.ROOT
    assert coverage.interested_persons(application, on=ON)[link.guarantee.person] == "この申込の保証人"


def test_a_new_person_needs_a_name_a_reading_and_an_address(application, office):
    with pytest.raises(StepRefused) as refused:
        security.add_guarantee(
            application, new_person={"name": " "}, relation=Relation.RELATIVE_OR_FRIEND.value, by=office.clerk, on=ON
        )
    assert {finding.code for finding in refused.value.findings} == {"name", "kana", "address"}


def test_the_same_guarantor_stands_once(application, office):
    with pytest.raises(StepRefused, match="すでに保証人です"):
        security.add_guarantee(
            application, person=application.member.representative, relation=Relation.REPRESENTATIVE.value,
            by=office.clerk, on=ON,
        )  # fmt: skip


def test_a_scope_that_does_not_belong_to_the_type_is_refused(application, office):
    with pytest.raises(StepRefused, match="手形貸付の保証は根保証です"):
        security.add_guarantee(
            application, person=make_person(), relation=Relation.RELATIVE_OR_FRIEND.value,
            scope=GuaranteeScope.SPECIFIC, by=office.clerk, on=ON,
        )  # fmt: skip


def test_a_removed_guarantor_stays_in_the_register_as_released(application, office):
    security.remove_guarantee(application, application.guarantees.get(), by=office.clerk, on=ON, reason="GLによる")
    assert not application.guarantees.exists()
    assert Guarantee.objects.get().released_on == ON


def test_guarantees_follow_the_type_when_the_terms_change(application, office):
    Application.objects.filter(pk=application.pk).update(
        **deed_terms(maturity_on=date(2031, 11, 30)), version=application.version
    )
    application = fresh(application)
    assert security.follow_terms(application, by=office.clerk, on=ON) == 1
    guarantee = application.guarantees.get().guarantee
    assert (guarantee.scope, guarantee.maximum_amount, guarantee.fixed_on) == (GuaranteeScope.SPECIFIC, None, None)
    assert security.follow_terms(application, by=office.clerk, on=ON) == 0


def test_a_chosen_maximum_is_kept_and_only_raised_to_the_amount(application, office):
    guarantee = application.guarantees.get().guarantee
    Guarantee.objects.filter(pk=guarantee.pk).update(maximum_amount=15_000_000)
    assert security.follow_terms(application, by=office.clerk, on=ON) == 0
    Application.objects.filter(pk=application.pk).update(amount=18_000_000)
    assert security.follow_terms(fresh(application), by=office.clerk, on=ON) == 1
    assert Guarantee.objects.get().maximum_amount == 18_000_000


def test_a_withdrawn_case_releases_what_was_never_registered(application, office):
    link = add_land(application, office)
    registered = security.add_security(
        application, new_asset=land(application, kind="building", haircut_rate=60), right="mortgage", amount=1_000_000,
        registered_on=ON, by=office.clerk, on=ON,
    )  # fmt: skip
    security.release_all(application, by=office.clerk, on=ON)
    assert SecurityInterest.objects.get(pk=link.interest_id).released_on == ON
    assert SecurityInterest.objects.get(pk=registered.interest_id).released_on is None
    assert not Guarantee.objects.live().exists()
    assert LoanSecurity.objects.count() == 2


# --- when and by whom ---------------------------------------------------------------------


@pytest.mark.parametrize("state", S)
def test_security_changes_only_before_the_committee_and_after_a_return(state, application, office):
    application = put(application, state)
    if state in (S.DRAFT, S.RECEIVED, S.INVESTIGATION, S.RETURNED):
        assert add_land(application, office)
    else:
        with pytest.raises(StepRefused, match="付議の前だけ"):
            add_land(application, office)
        with pytest.raises(StepRefused, match="付議の前だけ"):
            security.remove_guarantee(application, application.guarantees.get(), by=office.clerk, on=ON)


@pytest.mark.parametrize("state", S)
def test_a_deed_is_recorded_until_the_contract_is_done(state, application, office):
    application = put(application, state)
    record = {"informed_on": ON, "by": office.clerk, "on": ON}
    if state in (S.READY, S.DISBURSED, S.DECLINED, S.WITHDRAWN):
        with pytest.raises(StepRefused, match="契約が済むまで"):
            security.record_deed(application.guarantees.get(), **record)
    else:
        link = security.record_deed(application.guarantees.get(), **record)
        assert link.guarantee.informed_on == ON


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.DIRECTOR, Role.PRESIDENT, Role.AUDITOR, Role.ADMIN])
def test_only_the_secretariat_changes_security(role, application):
    other = make_user(role)
    with pytest.raises(StepRefused, match="権限がありません"):
        security.add_security(application, new_asset=land(application), right="mortgage", amount=1, by=other, on=ON)
    with pytest.raises(StepRefused, match="権限がありません"):
        security.record_deed(application.guarantees.get(), informed_on=ON, by=other, on=ON)


def test_the_second_of_two_writers_is_refused(application, office):
    mine, theirs = fresh(application), fresh(application)
    add_land(mine, office)
    with pytest.raises(StepRefused, match="ほかの人が更新しました"):
        add_land(theirs, office)
    assert LoanSecurity.objects.count() == 1


# --- one security for several loans -------------------------------------------------------


def test_a_revolving_mortgage_already_set_is_used_again_and_a_plain_one_is_not(application, office):
    plain = add_land(application, office).interest
    revolving = make_interest(
        asset=make_asset(owner=application.member), debtor=application.member, right="revolving_mortgage"
    )
    following = make_application(office, member=application.member)
    link = security.use_interest(following, interest=revolving, by=office.clerk, on=ON)
    assert log.timeline(following).first().label == "設定済の担保権を使う"
    with pytest.raises(StepRefused, match="すでにこの申込に付いています"):
        security.use_interest(following, interest=revolving, by=office.clerk, on=ON)
    with pytest.raises(StepRefused, match="一つの債権だけを担保し、すでにほかの貸付"):
        security.use_interest(following, interest=plain, by=office.clerk, on=ON)
    with pytest.raises(StepRefused, match="ほかの組合員の債務"):
        security.use_interest(following, interest=make_interest(), by=office.clerk, on=ON)
    # Taken off this case, it still secures the other one.
    security.use_interest(application, interest=revolving, by=office.clerk, on=ON)
    security.remove_security(following, link, by=office.clerk, on=ON)
    revolving.refresh_from_db()
    assert revolving.released_on is None


def test_a_declined_case_does_not_undo_the_security_of_another(application, office):
    shared = make_interest(
        asset=make_asset(owner=application.member), debtor=application.member, right="revolving_mortgage"
    )
    following = make_application(office, member=application.member)
    for case in (application, following):
        security.use_interest(case, interest=shared, by=office.clerk, on=ON)
    security.release_all(application, by=office.clerk, on=ON)
    shared.refresh_from_db()
    assert shared.released_on is None
    put(application, S.WITHDRAWN)
    security.release_all(following, by=office.clerk, on=ON)
    shared.refresh_from_db()
    assert shared.released_on == ON


def test_a_joint_mortgage_names_the_same_right_and_amount_of_the_same_case(application, office):
    leader = add_land(application, office).interest
    building = land(application, kind="building", description="同所 家屋番号20番", haircut_rate=60)
    add = {"new_asset": building, "joint_with": leader, "by": office.clerk, "on": ON}
    with pytest.raises(StepRefused) as refused:
        security.add_security(application, right="revolving_mortgage", amount=9_000_000, **add)
    assert {finding.code for finding in refused.value.findings} == {"right", "amount"}
    link = security.add_security(application, right="mortgage", amount=10_000_000, **add)
    assert link.interest.joint_with == leader
    stranger = make_application(office, member=make_member())
    with pytest.raises(StepRefused, match="この申込の担保から"):
        security.add_security(stranger, right="mortgage", amount=10_000_000, **{**add, "new_asset": building})
