"""The pages of security: what is shown before it is real, what is said beside which field, and who may open them."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from collateral.enums import AssetKind, RightKind
from collateral.models import Asset, Guarantee, SecurityInterest
from coopfin.roles import Role
from loans import coverage, protection
from loans.enums import ApplicationState as S
from loans.models import GuaranteeReview, LoanGuarantee, LoanSecurity
from loans.operations import security
from members.models import Person
from tests.factories.collateral import MORTGAGE, make_asset
from tests.factories.core import make_user
from tests.factories.loans import TODAY as ON
from tests.factories.loans import bill_terms, fresh, make_application
from tests.factories.members import make_member, make_officer, make_person
from tests.factories.security import CRITERIA, EXPLAINED, add_land, make_small_office, put
from tests.prepared import little_pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("coopfin.views.business_date", lambda: ON)


@pytest.fixture
def office():
    return make_small_office()


@pytest.fixture
def application(office):
    """A bill loan of 10,000,000 yen, whose representative is proposed as guarantor."""
    return make_application(office)


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
        "appraisal_method": "road",
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
        "seniors-0-balance_on": "R8.11.2",
        "seniors-0-evidence": "残高証明書",
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
    assert protection.cover_of(application).cover == 7_000_000


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
    assert [row["asset"] for row in response.context["offered"]] == [asset]
    chosen = browsing.get(page("security_add", application), {"asset": asset.pk})
    assert "北陸銀行 金沢支店" in chosen.content.decode()
    lien = asset.seniors.get()
    sent = {
        "version": str(application.version), "token": "t", "right": "revolving_mortgage", "amount": "1000万", "rank": "2",
        "seniors-TOTAL_FORMS": "1", "seniors-INITIAL_FORMS": "1", "seniors-0-kind": "mortgage",
        "seniors-0-holder": lien.holder, "seniors-0-registered": "30,000,000", "seniors-0-balance": "8,500,000",
        "seniors-0-balance_on": "2026-11-02", "seniors-0-evidence": lien.evidence,
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
    (real,) = protection.cover_of(application).rows
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
        "kind": "joint",
        "kind_reason": "",
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


def test_a_paper_for_the_exception_wants_the_day_it_was_seen(browsing, application):
    sent = guarantee_form(application, exception_evidence="株主名簿")
    assert "exception_seen_on" in errors(browsing.post(page("guarantee_add", application), sent))


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
        ("kind", "half"),
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
        "deed_number": "令和8年第123号", "informed_on": ON.isoformat(), "told": ["finances", "debts"],
        "notice": SimpleUploadedFile("確認書.pdf", little_pdf()),
    }  # fmt: skip
    assert browsing.post(address, sent).status_code == 302
    kept = Guarantee.objects.get(pk=link.guarantee_id)
    assert (kept.deed_on, kept.informed_on, kept.deed_office) == (ON, ON, "金沢公証人合同役場")
    assert (kept.told, kept.untold) == ("finances,debts", ["ほかの担保"])
    assert kept.confirmation.filename == "確認書.pdf"


def test_a_file_that_is_no_paper_is_refused_beside_its_field_and_nothing_is_recorded(browsing, application):
    link = application.guarantees.get()
    sent = {
        "version": str(application.version), "token": "t", "informed_on": ON.isoformat(),
        "notice": SimpleUploadedFile("確認書.pdf", b"MZ"),
    }  # fmt: skip
    response = browsing.post(page("guarantee_deed", application, link.pk), sent)
    assert "受け取れるのは" in errors(response)["notice"]


def test_the_statement_of_a_guarantor_is_added_and_its_sums_are_kept_from_the_committee(browsing, application, office):
    link = application.guarantees.get()
    address = page("guarantee_statement", application, link.pk)
    sent = {
        "version": str(application.version), "token": "t", "stated_on": ON.isoformat(), "income": "720万",
        "real_estate": "3000万", "deposits": "500万", "debts": "1200万",
    }  # fmt: skip
    assert "年間の収入" in errors(browsing.post(address, {**sent, "income": ""}))["income"]
    assert "先の日付" in errors(browsing.post(address, {**sent, "stated_on": "2199-01-01"}))["stated_on"]
    assert browsing.post(address, sent).status_code == 302
    statement = link.guarantee.statements.get()
    assert (statement.assets, statement.net) == (35_000_000, 23_000_000)
    case = application.get_absolute_url()
    assert "23,000,000円" in browsing.get(case).content.decode()
    put(application, S.COMMITTEE_QUEUE)
    member = make_user(Role.COMMITTEE)
    browsing.force_login(member)
    shown = browsing.get(case).content.decode()
    assert "申告あり" in shown
    assert "23,000,000円" not in shown


# --- the guideline ------------------------------------------------------------------------


def review_form(application, **changes):
    return {
        "version": str(application.version), "token": "t", "decision": "waive", "reason": "三つの要件を満たす。",
        "alternatives": ["resolutory"], "explained_on": "", "explained_to": "代表者",
        **{f"{name}_{part}": value for name, parts in CRITERIA.items() for part, value in parts.items()}, **changes,
    }  # fmt: skip


def test_the_guideline_is_recorded_and_shown_with_who_judged(browsing, application, office):
    address = page("guarantee_review", application)
    assert browsing.get(address).status_code == 200
    response = browsing.post(address, review_form(application))
    assert response.status_code == 302, response.context["form"].errors
    review = application.guarantee_review
    assert (review.missing, review.is_waived, review.explained_to) == ([], True, "")
    shown = browsing.get(application.get_absolute_url()).content.decode()
    for words in ("三つの要件を満たす。", "自己資本比率は15%。", "解除条件付保証", str(office.clerk)):
        assert words in shown
    # A second look by another person keeps the judge of what did not change.
    other = make_user(Role.CLERK)
    browsing.force_login(other)
    again = review_form(
        fresh(application), decision="take", finances_finding="自己資本比率は18%。",
        **{**EXPLAINED, "explained_on": ON.isoformat()}, token="u",
    )  # fmt: skip
    assert browsing.post(address, again).status_code == 302
    judges = dict(review.findings.values_list("criterion", "judged_by"))
    assert judges == {"separation": office.clerk.pk, "finances": other.pk, "disclosure": office.clerk.pk}
    review.refresh_from_db()
    assert (review.is_waived, review.explained_by) == (False, other)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"decision": ""}, "decision"),
        ({"reason": " "}, "reason"),
        ({"finances_evidence": ""}, "finances_evidence"),
        ({"finances_finding": ""}, "finances_finding"),
        ({"finances_verdict": ""}, "finances_verdict"),
        ({"explained_on": "2199-01-01"}, "explained_on"),
        ({"explained_on": "2026-11-02"}, "explained_why"),
        ({"explained_on": "2026-11-02"}, "explained_release"),
    ],
)
def test_a_review_without_grounds_is_refused_beside_the_field(changes, field, browsing, application):
    response = browsing.post(page("guarantee_review", application), review_form(application, **changes))
    assert field in errors(response)
    assert not GuaranteeReview.objects.exists()


def test_who_needs_no_deed_is_asked_for_the_information_only(browsing, application):
    link = application.guarantees.get()
    response = browsing.get(page("guarantee_deed", application, link.pk))
    assert list(response.context["form"].fields) == ["version", "token", "informed_on", "told", "notice"]


def test_a_guarantor_is_removed_after_a_confirmation(browsing, application):
    link = application.guarantees.get()
    address = page("guarantee_remove", application, link.pk)
    assert "「経営者保証の検討」に理由の記録が要ります" in browsing.get(address).content.decode()
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
    shown = section(application, office.clerk, ON)
    assert shown["coverage"].ratio == "100.0"
    assert shown["may_change"]
    assert len(shown["links"]) == 1
    later = section(put(application, S.APPROVED), office.clerk, ON)
    assert (later["may_change"], later["may_record"]) == (False, True)
    assert not section(application, make_user(Role.AUDITOR), ON)["may_record"]


def test_every_kind_has_a_page_of_rights(browsing, application):
    for kind in AssetKind:
        sent = security_form(application, kind=kind, shown_kind="")
        assert browsing.post(page("security_preview", application), sent).status_code == 200
