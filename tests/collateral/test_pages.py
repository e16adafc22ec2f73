"""The registers of security and guarantees: found, filtered, exported, mended, and seen only by whom they concern."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from collateral import desk
from collateral.enums import AssetKind
from collateral.guarantee_deed import Relation
from collateral.models import Asset, Guarantee
from coopfin import worklists
from coopfin.models import ReadLog
from coopfin.roles import Role
from tests.factories.collateral import MORTGAGE, make_asset, make_guarantee, make_interest
from tests.factories.core import make_policy, make_user
from tests.factories.members import make_member, make_person

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 24)
ASSETS, GUARANTEES = reverse("collateral:assets"), reverse("collateral:guarantees")


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr("coopfin.views.business_date", lambda: ON)


@pytest.fixture
def browsing(client):
    client.force_login(make_user(Role.CLERK))
    return client


def shown(response):
    return {row.record for row in response.context["table"].rows}


def test_the_asset_list_shows_owner_debtor_and_cover(browsing):
    owner, debtor = make_member("白山プレス株式会社"), make_member("能登精機株式会社")
    asset = make_asset(owner=owner, seniors=[(MORTGAGE, 30_000_000, 8_500_000)])
    make_interest(asset=asset, debtor=debtor, rank=2, amount=20_000_000)
    response = browsing.get(ASSETS)
    text = response.content.decode()
    for expected in (
        "白山プレス株式会社",
        "能登精機株式会社（抵当権 第2順位）",
        "△8,500,000",
        "40,000,000",
        "20,000,000",
    ):
        assert expected in text
    assert response.context["count"] == 1


@pytest.mark.parametrize("text", ["白山プレス", "㈱はくさんプレス", "ﾉﾄｾｲｷ", "鞍月二丁目"])
def test_an_asset_is_found_by_owner_debtor_or_place(text, browsing):
    owner = make_member("白山プレス株式会社", kana="ハクサンプレス")
    debtor = make_member("能登精機株式会社", kana="ノトセイキ")
    wanted = make_interest(asset=make_asset(owner=owner), debtor=debtor).asset
    make_asset(description="七尾市府中町1番")
    assert shown(browsing.get(ASSETS, {"q": text})) == {wanted}


def test_assets_are_filtered_by_kind_and_by_whether_they_are_charged(browsing):
    land, machine = make_asset(), make_asset(kind=AssetKind.MACHINERY)
    make_interest(asset=land)
    make_interest(asset=machine, released_on=ON)
    assert shown(browsing.get(ASSETS, {"kind": "machinery"})) == {machine}
    assert shown(browsing.get(ASSETS, {"secured": "yes"})) == {land}
    assert shown(browsing.get(ASSETS, {"secured": "no"})) == {machine}


def test_the_guarantee_list_shows_whether_a_deed_is_missing(browsing):
    third = make_guarantee(person=make_person("田中 実"))
    member = make_member()
    make_guarantee(debtor=member, person=member.representative, relation=Relation.REPRESENTATIVE.value)
    text = browsing.get(GUARANTEES).content.decode()
    assert "未登録" in text
    assert "不要" in text
    assert shown(browsing.get(GUARANTEES, {"q": "田中"})) == {third}


def test_guarantees_are_filtered_by_relation_scope_and_release(browsing):
    live = make_guarantee()
    gone = make_guarantee(released_on=ON, relation=Relation.AUDITOR.value)
    root = make_guarantee(scope="root", maximum_amount=1_000_000, fixed_on=date(2031, 1, 1), released_on=ON)
    assert shown(browsing.get(GUARANTEES, {"released": "live"})) == {live}
    assert shown(browsing.get(GUARANTEES, {"relation": "auditor"})) == {gone}
    assert shown(browsing.get(GUARANTEES, {"scope": "root"})) == {root}


@pytest.mark.parametrize("address", [ASSETS, GUARANTEES])
def test_an_empty_register_says_how_it_fills(address, browsing):
    assert "申込のページで" in browsing.get(address).content.decode()


def test_what_is_filtered_is_what_is_exported(browsing):
    make_asset(kind=AssetKind.MACHINERY, description="=1+1", owner=make_member("能登精機株式会社"))
    make_asset()
    csv = browsing.get(ASSETS, {"kind": "machinery", "export": "csv"})
    text = csv.content.decode("utf-8-sig")
    assert csv.content.startswith(b"\xef\xbb\xbf")
    assert len(text.strip().splitlines()) == 2
    assert "能登精機株式会社" in text
    assert "50000000" in text
    sheet = load_workbook(io.BytesIO(browsing.get(ASSETS, {"export": "xlsx"}).content)).active
    assert sheet.max_row == 3


def test_a_cell_that_looks_like_a_formula_is_made_harmless(browsing):
    make_guarantee(person=make_person("=HYPERLINK(1)"))
    text = browsing.get(GUARANTEES, {"export": "csv"}).content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text


@pytest.mark.parametrize(
    ("role", "sees", "exports", "edits"),
    [
        (Role.CLERK, 200, 200, 200),
        (Role.CHIEF, 200, 200, 200),
        (Role.PRESIDENT, 200, 403, 403),
        (Role.AUDITOR, 200, 200, 403),
        (Role.COMMITTEE, 403, 403, 403),
        (Role.DIRECTOR, 403, 403, 403),
        (Role.ADMIN, 403, 403, 403),
    ],
)
def test_who_may_see_export_and_mend(role, sees, exports, edits, client):
    asset, guarantee = make_asset(), make_guarantee()
    client.force_login(make_user(role))
    for address in (ASSETS, GUARANTEES, asset.get_absolute_url(), guarantee.get_absolute_url()):
        assert client.get(address).status_code == sees, address
    assert client.get(ASSETS, {"export": "csv"}).status_code == exports
    assert client.get(reverse("collateral:asset_edit", args=[asset.pk])).status_code == edits


def test_a_page_shows_the_sum_the_history_and_leaves_a_trace_of_the_reading(browsing):
    asset = make_asset(seniors=[(MORTGAGE, 30_000_000, None)])
    make_interest(asset=asset, rank=2)
    asset.appraised = 48_000_000
    asset.save()
    text = browsing.get(asset.get_absolute_url()).content.decode()
    for expected in ("抵当の登記債権額（残高未確認）", "8,400,000円", "50,000,000", "48,000,000"):
        assert expected in text
    assert ReadLog.objects.get().object_id == asset.pk
    guarantee = make_guarantee()
    text = browsing.get(guarantee.get_absolute_url()).content.decode()
    assert "保証意思宣明公正証書が要ります" in text


def edit_form(browsing, asset, **changes):
    form = browsing.get(reverse("collateral:asset_edit", args=[asset.pk])).context["form"]
    return {
        "version": form["version"].value(), "token": "one", "kind": asset.kind, "description": asset.description,
        "appraised": f"{asset.appraised}", "appraised_on": "2026-11-02", "appraisal_method": "road",
        "haircut_rate": "80", "haircut_reason": "", "seniors-TOTAL_FORMS": "0", "seniors-INITIAL_FORMS": "0", **changes,
    }  # fmt: skip


def test_a_new_appraisal_and_a_new_senior_are_recorded(browsing):
    make_policy()
    asset = make_asset()
    sent = edit_form(
        browsing, asset, appraised="4,800万",
        **{
            "seniors-TOTAL_FORMS": "1", "seniors-0-kind": "revolving", "seniors-0-holder": "のと信用金庫",
            "seniors-0-registered": "1200万", "seniors-0-balance": "",
        },
    )  # fmt: skip
    response = browsing.post(reverse("collateral:asset_edit", args=[asset.pk]), sent)
    assert response.status_code == 302, response.context["form"].errors
    kept = Asset.objects.get()
    assert kept.appraised == 48_000_000
    assert kept.seniors.get().holder == "のと信用金庫"
    assert kept.haircut_rate == Decimal(80)


def test_a_stale_edit_is_refused_and_keeps_what_was_typed(browsing):
    make_policy()
    asset = make_asset()
    sent = edit_form(browsing, asset, description="鞍月二丁目21番")
    asset.appraised = 1
    asset.save()
    response = browsing.post(reverse("collateral:asset_edit", args=[asset.pk]), sent)
    assert response.status_code == 422
    assert "ほかの人が更新しました" in response.content.decode()
    assert "鞍月二丁目21番" in response.content.decode()
    assert Asset.objects.get().appraised == 1


def test_a_raised_haircut_asks_for_its_reason(browsing):
    make_policy()
    asset = make_asset()
    sent = edit_form(browsing, asset, haircut_rate="85")
    response = browsing.post(reverse("collateral:asset_edit", args=[asset.pk]), sent)
    assert "haircut_reason" in response.context["form"].errors


@pytest.mark.parametrize(("address", "make"), [(ASSETS, "asset"), (GUARANTEES, "guarantee")])
def test_the_number_of_queries_does_not_grow_with_the_register(address, make, browsing):
    def fill(count):
        for _ in range(count):
            if make == "asset":
                asset = make_asset(owner=make_member(), seniors=[(MORTGAGE, 1_000_000, None)])
                make_interest(asset=asset, rank=2)
            else:
                make_guarantee(member=make_member(), relation=Relation.AFFILIATED_COMPANY.value)

    fill(3)
    browsing.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        browsing.get(address)
    fill(60)
    with CaptureQueriesContext(connection) as many:
        assert len(browsing.get(address).context["table"].page.object_list) == 50
    assert len(many) == len(few)


def test_the_menu_and_the_search_know_the_registers():
    assert [item.url_name for item in worklists.menu if item.label == "担保・保証"] == ["collateral:assets"]
    assert desk.search in worklists.searches
    clerk = make_user(Role.CLERK)
    make_asset(owner=make_member("能登精機株式会社", kana="ノトセイキ"))
    make_guarantee(person=make_person("能登 一郎", kana="ノト イチロウ"))
    make_guarantee(person=make_person("能登 二郎", kana="ノト ジロウ"), released_on=ON)
    assert [hit.kind for hit in desk.search(clerk, "のと")] == ["担保", "保証"]
    assert desk.search(make_user(Role.DIRECTOR), "のと") == []
    assert desk.search(clerk, "  ") == []
    assert Guarantee.objects.live().count() == 1
