"""本物のブラウザで: 起票の下見と行の足し引き、貸借の合わない入力、承認、どの画面にも重い障りがないこと。"""

import re

from playwright.sync_api import expect

from coopfin.clock import business_date
from coopfin.roles import Role
from ledger.accounts import AccountCode
from ledger.models import Voucher
from tests import browser
from tests.factories.core import PASSWORD, make_cooperative, make_user
from tests.factories.ledger import load_accounts, make_slip, make_voucher
from tests.factories.members import make_member


def sign_in(page, user):
    page.goto("/accounts/login/")
    page.fill("[name=login]", user.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/")


def row(page, number):
    return page.locator("[data-formset-row]").nth(number)


def fill_row(page, number, *, side, account, amount, member=""):
    line = row(page, number)
    line.get_by_label("貸借").select_option(side)
    line.get_by_label("科目").select_option(account)
    line.get_by_label("金額（円）").fill(amount)
    if member:
        line.get_by_label("組合員").fill(member)


def test_a_voucher_goes_from_the_clerk_to_the_books(new_page, watch):
    watch.expect(r"status of 422")
    load_accounts()
    make_cooperative()
    member = make_member("白山精機株式会社", kana="ハクサンセイキ")
    clerk, chief = make_user(Role.CLERK, name="山田 花子"), make_user(Role.CHIEF, name="中村 誠")

    page = new_page()
    sign_in(page, clerk)
    page.goto("/ledger/vouchers/new/")
    page.locator("[name=description]").fill("内容証明の費用の立替")
    fill_row(page, 0, side="debit", account="144", amount="1756", member="ハクサン")
    totals = page.locator("#preview")
    expect(totals).to_contain_text("貸方が 1,756円足りません")
    fill_row(page, 1, side="credit", account="113", amount="１，０００")
    page.get_by_role("button", name="起票する").click()
    expect(page.get_by_role("alert")).to_contain_text("貸方が 756円足りません")
    assert page.locator("[name=description]").input_value() == "内容証明の費用の立替"
    browser.check_accessibility(page)

    page.get_by_role("button", name="行を足す").click()
    added = page.locator("[data-formset-row]").count() - 1
    fill_row(page, added, side="credit", account="112", amount="756")
    expect(totals).to_contain_text("貸借一致")
    row(page, 1).get_by_role("button").click()
    expect(totals).to_contain_text("貸方が 1,000円足りません")
    row(page, added).get_by_label("金額（円）").fill("1756")
    expect(totals).to_contain_text("貸借一致")
    page.get_by_role("button", name="起票する").click()
    page.wait_for_url(re.compile(r"/ledger/vouchers/\d+/$"))
    expect(page.get_by_text("まだ承認されていません")).to_be_visible()
    assert not page.get_by_role("button", name="承認して計上する").count()
    browser.check_accessibility(page)

    other = new_page(browser.TABLET)
    sign_in(other, chief)
    other.goto("/ledger/vouchers/?state=prepared")
    browser.check_accessibility(other)
    other.get_by_text("内容証明の費用の立替").click()
    other.get_by_role("button", name="承認して計上する").click()
    expect(other.get_by_role("status")).to_contain_text("を計上しました。")
    voucher = Voucher.objects.get()
    assert (voucher.number, voucher.made_by, voucher.checked_by) == (1, clerk, chief)
    assert {line.member for line in voucher.lines.all()} == {member, None}


def test_the_books_have_no_serious_barrier(new_page):
    load_accounts()
    make_cooperative()
    today = business_date()
    member = make_member("白山精機株式会社")
    slip = make_slip(10_000_000, debit_account=AccountCode.BILL_LOANS, member=member, reference="T-2026-001")
    posted = make_voucher(slip, posted=True, on=today)
    waiting = make_voucher(on=today)
    chief = make_user(Role.CHIEF)
    page = new_page(browser.TABLET)
    sign_in(page, chief)
    for path in (
        "/ledger/journal/",
        "/ledger/trial-balance/",
        "/ledger/general-ledger/?account=131",
        "/ledger/vouchers/opening/",
        f"/ledger/vouchers/{posted.pk}/reverse/",
        f"/ledger/vouchers/{waiting.pk}/",
        f"/ledger/vouchers/{waiting.pk}/approve/",
        f"/ledger/vouchers/{waiting.pk}/send-back/",
    ):
        page.goto(path)
        browser.check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= browser.TABLET["width"], path
