"""Security and guarantors of a case: when they may change, what a page shows before it is real, who may open it."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from collateral.enums import AssetKind, GuaranteeScope, RightKind
from collateral.guarantee_deed import Relation
from collateral.models import Asset, Guarantee, SecurityInterest
from coopfin import log
from coopfin.flow import StepRefused
from coopfin.roles import Role
from loans import coverage
from loans.enums import ApplicationState as S
from loans.models import Application, LoanGuarantee, LoanSecurity
from loans.operations import security
from members.enums import MemberKind, OfficerTitle
from members.models import Person
from tests.factories.collateral import MORTGAGE, make_asset, make_interest
from tests.factories.core import make_cooperative, make_policy, make_user
from tests.factories.loans import TODAY as ON
from tests.factories.loans import bill_terms, deed_terms, fresh, make_application
from tests.factories.members import make_member, make_officer, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("coopfin.views.business_date", lambda: ON)


@pytest.fixture
def office():
    make_cooperative()
    make_policy()
    return SimpleNamespace(clerk=make_user(Role.CLERK))


@pytest.fixture
def application(office):
    """A bill loan of 10,000,000 yen, whose representative is proposed as guarantor."""
    return make_application(office)


def put(application, state):
    """Stand in a later state without the road there (the row promises a decision, so give it one)."""
    changes = {"state": state}
    if state not in (S.DRAFT, S.WITHDRAWN):
        changes |= {
            "received_on": ON, "received_by": application.created_by, "sequence": 1, "fiscal_year": 2026,
            "number": "2026-0001",
        }  # fmt: skip
    if state in (S.APPROVED, S.CONTRACTING, S.READY, S.DISBURSED):
        changes |= {
            "approved_on": ON,
            "approval_expires_on": ON + timedelta(days=90),
            "decided_by": make_user(Role.CHIEF),
        }
    Application.objects.filter(pk=application.pk).update(**changes)
    return fresh(application)


def land(application, **changes):
    return {
        "kind": "land",
        "description": "金沢市鞍月二丁目20番 更地",
        "owner": application.member,
        "appraised": 50_000_000,
        "appraised_on": date(2026, 11, 2),
        "appraisal_method": "路線価",
        "haircut_rate": 70,
        **changes,
    }


def add_land(application, office, **changes):
    return security.add_security(
        application, new_asset=land(application), right="mortgage", amount=10_000_000, **changes, by=office.clerk, on=ON
    )


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
        seniors=[{"kind": "mortgage", "holder": "北陸銀行", "registered": 30_000_000, "balance": 28_000_000}],
    )  # fmt: skip
    assert link.interest.debtor == application.member
    (row,) = coverage.cover_of(application).rows
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
    assert coverage.cover_of(application).cover == 10_000_000


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


# --- pages --------------------------------------------------------------------------------


@pytest.fixture
def browsing(client, application, office):
    client.force_login(office.clerk)
    return client


def page(name, application, *more):
    return reverse(f"loans:{name}", args=[application.pk, *more])


def security_form(application, **changes):
    """What the page sends: 土地, one senior mortgage."""
    return {
        "version": str(application.version),
        "token": "one-token",
        "kind": "land",
        "description": "金沢市鞍月二丁目20番 更地",
        "owner": f"m:{application.member_id}",
        "appraised": "5,000万",
        "appraised_on": "R8.11.2",
        "appraisal_method": "路線価",
        "haircut_rate": "７０",
        "haircut_reason": "",
        "right": "mortgage",
        "amount": "１０，０００，０００",
        "rank": "2",
        "shown_kind": "land",
        "seniors-TOTAL_FORMS": "1",
        "seniors-INITIAL_FORMS": "0",
        "seniors-0-kind": "mortgage",
        "seniors-0-holder": "北陸銀行",
        "seniors-0-registered": "3000万円",
        "seniors-0-balance": "28,000,000",
        **changes,
    }


def errors(response):
    assert response.status_code == 422
    form = response.context["form"]
    return {field: " ".join(messages) for field, messages in form.errors.items()}


def test_the_page_takes_full_width_digits_man_and_wareki(browsing, application):
    response = browsing.post(page("security_add", application), security_form(application))
    assert response.status_code == 302, response.context["form"].errors
    assert response.url == application.get_absolute_url()
    asset = Asset.objects.get()
    assert (asset.appraised, asset.appraised_on, asset.haircut_rate) == (50_000_000, date(2026, 11, 2), 70)
    assert asset.seniors.get().balance == 28_000_000
    assert coverage.cover_of(application).cover == 7_000_000


def test_pressing_twice_adds_once(browsing, application):
    sent = security_form(application)
    first = browsing.post(page("security_add", application), sent)
    second = browsing.post(page("security_add", application), sent)
    assert (first.status_code, second.status_code, second.url) == (302, 302, first.url)
    assert LoanSecurity.objects.count() == 1
    assert Asset.objects.count() == 1


def test_a_stale_page_is_refused_and_keeps_what_was_typed(browsing, application, office):
    sent = security_form(application)
    security.propose_representative(application, by=office.clerk, on=ON)
    add_land(application, office)
    response = browsing.post(page("security_add", application), sent)
    assert "ほかの人が更新しました" in errors(response)["__all__"]
    assert "3000万円" in response.content.decode()
    assert "金沢市鞍月二丁目20番 更地" in response.content.decode()
    assert LoanSecurity.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("kind", "", "種類を選んで"),
        ("kind", "castle", ""),
        ("description", " ", "物件の表示"),
        ("owner", "", "一人（一社）"),
        ("owner", "p:999999", "台帳に見つかりません"),
        ("owner", "x:1", "選び直して"),
        ("owner", "p:99999999999999999999999", "選び直して"),
        ("owner", "p:1'; drop table", "選び直して"),
        ("appraised", "-1", ""),
        ("appraised", "たくさん", "金額として読めません"),
        ("appraised_on", "2026-02-30", ""),
        ("appraised_on", "2199-01-01", "先の日付"),
        ("haircut_rate", "101", "100"),
        ("haircut_rate", "NaN", ""),
        ("right", "pledge", "抵当権・根抵当権"),
        ("right", "crown", "担保権"),
        ("amount", "0", "1円以上"),
        ("amount", "", "債権額・極度額"),
        ("rank", "0", ""),
        ("rank", "1", "先順位が1件"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(field, value, sentence, browsing, application):
    response = browsing.post(page("security_add", application), security_form(application, **{field: value}))
    assert sentence in errors(response)[field]
    assert not Asset.objects.exists()


def test_a_haircut_above_the_policy_asks_for_a_reason_beside_it(browsing, application):
    response = browsing.post(page("security_add", application), security_form(application, haircut_rate="70.5"))
    assert "方針の70.0%を超えます" in errors(response)["haircut_reason"]
    accepted = security_form(application, haircut_rate="70.5", haircut_reason="駅前の商業地")
    assert browsing.post(page("security_add", application), accepted).status_code == 302


def test_a_wrong_senior_row_is_named_and_nothing_is_lost(browsing, application):
    sent = security_form(application, **{"seniors-0-balance": "3億"})
    response = browsing.post(page("security_add", application), sent)
    assert response.status_code == 422
    assert "確認済の残高が登記の債権額30,000,000円を超えています" in response.content.decode()
    assert not Asset.objects.exists()


def test_an_empty_or_removed_senior_row_does_not_count(browsing, application):
    sent = security_form(
        application, rank="1",
        **{
            "seniors-TOTAL_FORMS": "2", "seniors-0-DELETE": "on", "seniors-0-holder": "",
            "seniors-1-kind": "mortgage", "seniors-1-holder": "", "seniors-1-registered": "", "seniors-1-balance": "",
        },
    )  # fmt: skip
    assert browsing.post(page("security_add", application), sent).status_code == 302
    assert not Asset.objects.get().seniors.exists()


def test_a_registered_asset_is_chosen_by_its_link_and_its_seniors_are_shown(browsing, application):
    asset = make_asset(owner=application.member, seniors=[(MORTGAGE, 30_000_000, 8_500_000)])
    response = browsing.get(page("security_add", application))
    assert list(response.context["offered"]) == [asset]
    chosen = browsing.get(page("security_add", application), {"asset": asset.pk})
    assert "北陸銀行 金沢支店" in chosen.content.decode()
    lien = asset.seniors.get()
    sent = {
        "version": str(application.version), "token": "t", "right": "revolving_mortgage", "amount": "1000万", "rank": "2",
        "seniors-TOTAL_FORMS": "1", "seniors-INITIAL_FORMS": "1", "seniors-0-kind": "mortgage",
        "seniors-0-holder": lien.holder, "seniors-0-registered": "30,000,000", "seniors-0-balance": "8,500,000",
    }  # fmt: skip
    done = browsing.post(f"{page('security_add', application)}?asset={asset.pk}", sent)
    assert done.status_code == 302, done.context["form"].errors
    assert asset.seniors.get() == lien
    assert SecurityInterest.objects.get().asset == asset


def test_another_members_asset_cannot_be_chosen_by_its_number(browsing, application):
    foreign = make_asset(owner=make_member())
    for number in (foreign.pk, "abc", "9" * 30):
        assert browsing.get(page("security_add", application), {"asset": number}).status_code == 404


def test_the_preview_shows_what_will_be_registered_and_writes_nothing(browsing, application):
    response = browsing.post(page("security_preview", application), security_form(application))
    shown = response.context["row"]
    assert not Asset.objects.exists()
    browsing.post(page("security_add", application), security_form(application))
    (real,) = coverage.cover_of(application).rows
    for name in ("lending_value", "seniors", "margin", "amount", "cover"):
        assert getattr(shown, name) == getattr(real, name)
    assert [line.formula for line in shown.explanation] == [line.formula for line in real.explanation]


def test_the_preview_bears_with_half_a_form(browsing, application):
    for sent in (
        {},
        {"kind": "castle"},
        {"kind": "land", "appraised": "いっぱい"},
        {"kind": "land", "right": "pledge"},
    ):
        assert browsing.post(page("security_preview", application), sent).status_code == 200


def test_a_new_kind_brings_its_rights_and_the_policys_haircut(browsing, application):
    sent = security_form(application, kind="machinery", shown_kind="land")
    text = browsing.post(page("security_preview", application), sent).content.decode()
    assert 'id="right-by-kind" hx-swap-oob="true"' in text
    assert RightKind.ASSIGNMENT.label in text
    assert RightKind.REVOLVING_MORTGAGE.value not in text.split("right-by-kind")[1]
    assert 'name="haircut_rate" value="0"' in text
    again = security_form(application, kind="machinery", shown_kind="machinery")
    assert "right-by-kind" not in browsing.post(page("security_preview", application), again).content.decode()


def test_the_preview_says_which_rights_the_kind_allows(browsing, application):
    sent = security_form(application, kind="machinery", right="mortgage", shown_kind="machinery")
    assert (
        "機械設備に設定できるのは 譲渡担保権"
        in browsing.post(page("security_preview", application), sent).content.decode()
    )


def guarantee_form(application, **changes):
    return {
        "version": str(application.version),
        "token": "one-token",
        "guarantor": "new",
        "new_name": "田中 実",
        "new_kana": "タナカ ミノル",
        "new_born_on": "S40.4.1",
        "new_postal_code": "920-0901",
        "new_address": "金沢市彦三町一丁目1番",
        "relation": "relative_or_friend",
        "maximum_amount": "1000万",
        "fixed_on": "2031-11-01",
        "informed_on": "",
        "deed_on": "",
        "deed_office": "",
        "deed_number": "",
        **changes,
    }


def test_a_third_party_is_added_by_the_page_and_warned_about(browsing, application):
    response = browsing.post(page("guarantee_add", application), guarantee_form(application))
    assert response.status_code == 302, response.context["form"].errors
    link = LoanGuarantee.objects.get(guarantee__person__name="田中 実")
    assert link.guarantee.person.born_on == date(1965, 4, 1)
    found = coverage.guarantor_findings(application)
    assert [finding.url for finding in found if finding.code == "deed" and finding.warns] == [
        page("guarantee_deed", application, link.pk)
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("guarantor", ""),
        ("guarantor", "m:0"),
        ("relation", ""),
        ("relation", "affiliated_company"),
        ("relation", "spouse_working"),
        ("maximum_amount", "0"),
        ("maximum_amount", ""),
        ("fixed_on", "2099-01-01"),
        ("fixed_on", ""),
        ("new_name", ""),
        ("new_kana", ""),
        ("new_address", ""),
        ("new_postal_code", "12"),
        ("new_born_on", "令和8年2月30日"),
        ("deed_on", "2199-01-01"),
        ("informed_on", "2199-01-01"),
    ],
)
def test_a_wrong_guarantor_is_refused_beside_the_field(field, value, browsing, application):
    response = browsing.post(page("guarantee_add", application), guarantee_form(application, **{field: value}))
    assert field in errors(response)
    assert not Person.objects.filter(name="田中 実").exists()
    assert LoanGuarantee.objects.count() == 1


@pytest.mark.parametrize(
    ("born_on", "allowed"), [("2008-11-24", True), ("2008-11-25", False), ("昭和99年1月1日", False)]
)
def test_a_minor_does_not_stand_as_guarantor(born_on, allowed, browsing, application):
    response = browsing.post(page("guarantee_add", application), guarantee_form(application, new_born_on=born_on))
    if allowed:
        assert response.status_code == 302
    else:
        assert "未成年" in errors(response)["guarantor"]


def test_a_guarantor_page_pressed_twice_makes_one_person(browsing, application):
    sent = guarantee_form(application)
    browsing.post(page("guarantee_add", application), sent)
    assert browsing.post(page("guarantee_add", application), sent).status_code == 302
    assert Person.objects.filter(name="田中 実").count() == 1


def test_the_guarantor_preview_says_whether_a_deed_is_needed(browsing, application):
    make_officer(member=application.member, person=(director := make_person()))
    for guarantor, relation, sentence in (
        (f"p:{director.pk}", "director", "公正証書は要りません"),
        (f"p:{make_person().pk}", "relative_or_friend", "公正証書が、契約までに要ります"),
        ("new", "auditor", "公正証書が、契約までに要ります"),
        (f"m:{make_member().pk}", "affiliated_company", "法人が保証人となるときは公正証書は要りません"),
        (f"m:{application.member_id}", "affiliated_company", "債務者自身は保証人になれません"),
    ):
        sent = guarantee_form(application, guarantor=guarantor, relation=relation)
        text = browsing.post(page("guarantee_preview", application), sent).content.decode()
        assert sentence in text, relation
    assert LoanGuarantee.objects.count() == 1


def test_the_deed_page_records_deed_and_information(browsing, application, office):
    link = security.add_guarantee(
        application, person=make_person(), relation="relative_or_friend", by=office.clerk, on=ON
    )
    address = page("guarantee_deed", application, link.pk)
    assert browsing.get(address).status_code == 200
    sent = {
        "version": str(application.version), "token": "t", "deed_on": ON.isoformat(), "deed_office": "金沢公証人合同役場",
        "deed_number": "令和8年第123号", "informed_on": ON.isoformat(),
    }  # fmt: skip
    assert browsing.post(address, sent).status_code == 302
    kept = Guarantee.objects.get(pk=link.guarantee_id)
    assert (kept.deed_on, kept.informed_on, kept.deed_office) == (ON, ON, "金沢公証人合同役場")


def test_who_needs_no_deed_is_asked_for_the_information_only(browsing, application):
    link = application.guarantees.get()
    response = browsing.get(page("guarantee_deed", application, link.pk))
    assert list(response.context["form"].fields) == ["version", "token", "informed_on"]


def test_a_guarantor_is_removed_after_a_confirmation(browsing, application):
    link = application.guarantees.get()
    address = page("guarantee_remove", application, link.pk)
    assert "代表者を保証人としない理由" in browsing.get(address).content.decode()
    sent = {"version": str(application.version), "token": "t", "reason": "ガイドラインによる"}
    assert browsing.post(address, sent).status_code == 302
    assert browsing.post(address, sent).status_code == 302
    assert not application.guarantees.exists()


def test_security_is_removed_after_a_confirmation(browsing, application, office):
    link = add_land(application, office)
    address = page("security_remove", application, link.pk)
    assert str(link.interest) in browsing.get(address).content.decode()
    sent = {"version": str(application.version), "token": "t"}
    assert browsing.post(address, sent).status_code == 302
    assert browsing.post(address, sent).status_code == 302
    assert not LoanSecurity.objects.exists()


def test_people_are_found_by_any_writing_of_their_name(browsing, application):
    make_person("剱持 弘", kana="ケンモチ ヒロシ")
    member = make_member("㈱白山プレス", kana="ハクサンプレス")
    for text in ("けんもち", "ｹﾝﾓﾁ"):
        found = browsing.get(page("party_search", application), {"q": text, "for": "guarantor"}).content.decode()
        assert "剱持 弘" in found
    found = browsing.get(
        page("party_search", application), {"q": "株式会社白山プレス", "for": "owner"}
    ).content.decode()
    assert f'name="owner" value="m:{member.pk}"' in found
    assert "見つかりません" in browsing.get(page("party_search", application), {"q": "だれもいない"}).content.decode()
    assert browsing.get(page("party_search", application)).status_code == 200


@pytest.mark.parametrize("state", [S.COMMITTEE_QUEUE, S.APPROVED, S.DISBURSED])
def test_a_closed_page_says_why_and_its_button_is_shut(state, browsing, application):
    application = put(application, state)
    text = browsing.get(page("security_add", application)).content.decode()
    assert "付議の前だけ" in text
    assert 'type="submit" disabled' in text
    response = browsing.post(page("security_add", application), security_form(application))
    assert "付議の前だけ" in errors(response)["__all__"]


NAMES = ("security_add", "guarantee_add", "party_search")
LINKED = ("guarantee_remove", "guarantee_deed")


@pytest.mark.parametrize("role", Role)
def test_the_pages_open_for_the_secretariat_only(role, client, application):
    client.force_login(make_user(role))
    expected = 200 if role in (Role.CLERK, Role.CHIEF) else 403
    link = application.guarantees.get()
    for name in NAMES:
        assert client.get(page(name, application)).status_code == expected, name
    for name in LINKED:
        assert client.get(page(name, application, link.pk)).status_code == expected, name
    for name in ("security_preview", "guarantee_preview"):
        assert client.post(page(name, application), {}).status_code == expected, name


def test_an_interested_clerk_does_not_find_the_case(client, application):
    clerk = make_user(Role.CLERK)
    person = make_officer(member=application.member).person
    person.user = clerk
    person.save()
    client.force_login(clerk)
    link = application.guarantees.get()
    for name in NAMES:
        assert client.get(page(name, application)).status_code == 404, name
    for name in LINKED:
        assert client.get(page(name, application, link.pk)).status_code == 404, name
    for name in ("security_preview", "guarantee_preview"):
        assert client.post(page(name, application), {}).status_code == 404, name


def test_a_link_of_another_case_is_not_found(browsing, application, office):
    other = make_application(office, terms=bill_terms(amount=1_000_000))
    foreign = other.guarantees.get()
    for name in LINKED:
        assert browsing.get(page(name, application, foreign.pk)).status_code == 404, name
    assert browsing.get(page("security_remove", application, 999_999)).status_code == 404


def test_the_case_page_part_shows_cover_and_guarantors(application, office):
    from loans.views.security import section

    add_land(application, office)
    shown = section(application, office.clerk)
    assert shown["coverage"].ratio == "100.0"
    assert shown["may_change"]
    assert len(shown["links"]) == 1
    later = section(put(application, S.APPROVED), office.clerk)
    assert (later["may_change"], later["may_record"]) == (False, True)
    assert not section(application, make_user(Role.AUDITOR))["may_record"]


def test_every_kind_has_a_page_of_rights(browsing, application):
    for kind in AssetKind:
        sent = security_form(application, kind=kind, shown_kind="")
        assert browsing.post(page("security_preview", application), sent).status_code == 200
