"""書類の画面を本物のブラウザで: 見本、発行、受け取り、一覧、無効。厳しい方針に触れず、幅に収まる。"""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from coopfin.roles import Role
from documents.models import IssuedDocument
from tests.browser import TABLET, WIDE, check_accessibility
from tests.factories.core import make_user
from tests.factories.ledger import make_voucher

pytestmark = pytest.mark.browser


def log_in(page, user, live_url):
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_url}])
    return page


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("viewport", [WIDE, TABLET], ids=["wide", "tablet"])
def test_a_slip_is_looked_at_issued_taken_and_void(new_page, live_url, viewport):
    voucher = make_voucher(posted=True)
    page = log_in(new_page(viewport), make_user(Role.CLERK), live_url)
    page.goto(reverse("ledger:voucher_paper", args=[voucher.pk]))
    assert page.get_by_text("まだ発行していません").is_visible()
    assert fits(page)
    check_accessibility(page)
    page.get_by_role("button", name="この内容で発行する").click()
    page.get_by_text("振替伝票を発行しました").wait_for()
    assert fits(page)
    check_accessibility(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="PDF を受け取る").click()
    document = IssuedDocument.objects.get()
    assert taken.value.suggested_filename == document.filename
    page.goto(reverse("documents:list"))
    page.get_by_role("link", name=document.label).wait_for()
    assert fits(page)
    check_accessibility(page)
    page.get_by_role("link", name=document.label).click()
    page.get_by_role("link", name="無効にする").click()
    page.get_by_label("理由").fill("印字のずれ")
    check_accessibility(page)
    page.get_by_role("button", name="無効にする").click()
    page.get_by_text("無効にしました").wait_for()
