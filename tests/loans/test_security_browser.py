"""Security in a real browser: the sum is visible before it is real."""

import os
from types import SimpleNamespace

import pytest
from django.test import Client
from playwright.sync_api import expect

from coopfin.clock import business_date
from coopfin.roles import Role
from loans.models import LoanGuarantee, LoanSecurity
from tests import browser
from tests.factories.core import make_cooperative, make_policy, make_user
from tests.factories.loans import bill_terms, make_application
from tests.factories.members import make_member, make_officer, make_person

SHOTS = os.environ.get("COOPFIN_SHOTS")


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.fixture
def case():
    today = business_date()
    make_cooperative()
    make_policy()
    clerk = make_user(Role.CLERK)
    member = make_member("能登精機株式会社", kana="ノトセイキ", representative=make_person("能登 一郎"))
    make_officer(member=member, person=make_person("能登 次郎"))
    make_person("田中 実", kana="タナカ ミノル")
    application = make_application(
        SimpleNamespace(clerk=clerk), member=member, on=today, terms=bill_terms(disburse_on=today), informed=False
    )
    return SimpleNamespace(application=application, clerk=clerk)


def log_in(page, user, address):
    """The log-in page has its own test; here the session is simply handed over."""
    client = Client()
    client.force_login(user)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])


@pytest.mark.parametrize("viewport", [browser.WIDE, browser.TABLET], ids=["wide", "tablet"])
def test_cover_is_shown_while_one_types_and_registered_as_shown(case, new_page, live_url, viewport):
    page = new_page(viewport)
    size = viewport["width"]
    log_in(page, case.clerk, live_url)
    page.goto(f"/loans/applications/{case.application.pk}/security/add/")
    shoot(page, f"security-empty-{size}")
    browser.check_accessibility(page)
    page.get_by_label("種類").first.select_option("machinery")
    right = page.get_by_label("担保権")
    expect(right.locator("option")).to_have_count(2)
    page.get_by_label("種類").first.select_option("land")
    expect(right.locator("option")).to_have_count(3)
    expect(page.get_by_label("掛目（%）")).to_have_value("70")
    page.get_by_label("物件の表示").fill("石川県金沢市鞍月二丁目20番 宅地 330.00㎡ 更地")
    page.get_by_label("評価額（円）").fill("5000万")
    page.get_by_label("評価日").fill(business_date().isoformat())
    page.get_by_label("評価の方法").select_option(label="路線価")
    page.get_by_role("button", name="先順位を足す").click()
    page.get_by_label("権利者").fill("北陸銀行 金沢支店")
    page.get_by_label("債権額・極度額（円）").first.fill("3000万")
    page.get_by_label("確認済の残高（円）").fill("28,000,000")
    page.get_by_label("残高を確かめた日").fill(business_date().isoformat())
    page.get_by_label("確かめた方法").fill("残高証明書")
    right.select_option("mortgage")
    page.get_by_label("当組合の順位").fill("2")
    preview = page.locator("#preview")
    expect(preview.get_by_role("row", name="担保余力")).to_contain_text("7,000,000")
    expect(preview).to_contain_text("70.0%")
    shoot(page, f"security-filled-{size}")
    browser.check_accessibility(page)
    assert not LoanSecurity.objects.exists()
    page.get_by_role("button", name="担保を付ける").click()
    page.wait_for_url(f"**/loans/applications/{case.application.pk}/")
    shoot(page, f"case-{size}")
    assert LoanSecurity.objects.get().interest.amount == 10_000_000
    page.goto("/collateral/")
    shoot(page, f"assets-{size}")
    browser.check_accessibility(page)
    page.locator("tbody a").first.click()
    shoot(page, f"asset-{size}")
    browser.check_accessibility(page)
    page.get_by_role("link", name="評価・先順位を直す").click()
    shoot(page, f"asset-edit-{size}")
    browser.check_accessibility(page)


@pytest.mark.parametrize("viewport", [browser.WIDE, browser.TABLET], ids=["wide", "tablet"])
def test_a_guarantor_is_found_by_name_and_the_deed_is_asked_for_at_once(case, new_page, live_url, viewport):
    page = new_page(viewport)
    size = viewport["width"]
    log_in(page, case.clerk, live_url)
    page.goto(f"/loans/applications/{case.application.pk}/guarantee/add/")
    browser.check_accessibility(page)
    page.get_by_label("ほかの人・組合員を探す").fill("たなか")
    page.get_by_label("田中 実").check()
    page.get_by_label("債務者との関係").select_option("relative_or_friend")
    expect(page.locator("#preview")).to_contain_text("公正証書が、契約までに要ります")
    shoot(page, f"guarantee-{size}")
    browser.check_accessibility(page)
    page.get_by_role("button", name="保証人を付ける").click()
    page.wait_for_url(f"**/loans/applications/{case.application.pk}/")
    link = LoanGuarantee.objects.get(guarantee__person__name="田中 実")
    page.goto(f"/loans/applications/{case.application.pk}/guarantee/{link.pk}/deed/")
    shoot(page, f"deed-{size}")
    browser.check_accessibility(page)
    page.goto(f"/loans/applications/{case.application.pk}/guarantee/{link.pk}/remove/")
    shoot(page, f"remove-{size}")
    browser.check_accessibility(page)
    page.goto("/collateral/guarantees/")
    shoot(page, f"guarantees-{size}")
    browser.check_accessibility(page)
    page.locator("tbody a").first.click()
    shoot(page, f"guarantee-detail-{size}")
    browser.check_accessibility(page)
