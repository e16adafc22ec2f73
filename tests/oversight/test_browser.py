"""The pledge, the auditor's mark and the printed watermark in a real browser: no complaint, nothing over the edge."""

from io import BytesIO

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from coopfin.roles import Role
from oversight.models import AuditMark
from tests.browser import TABLET, check_accessibility
from tests.factories.core import make_cooperative, make_user
from tests.factories.governance import make_seat
from tests.factories.members import make_member

pytestmark = pytest.mark.browser


def log_in(page, user, live_url):
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_url}])
    return page


def sound(page):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
    check_accessibility(page)


def test_an_auditor_pledges_reads_marks_and_prints_with_a_watermark(new_page, live_url):
    make_cooperative()
    make_seat()
    member = make_member("能登精機株式会社")
    page = log_in(new_page(TABLET), make_user(Role.AUDITOR, name="剱持 弘", pledged=False), live_url)
    page.goto(member.get_absolute_url())
    sound(page)
    page.get_by_label("上の文面を読み、これを守ることを誓約します。").check()
    page.get_by_role("button", name="誓約する").click()
    page.get_by_role("heading", name="能登精機株式会社").wait_for()
    sound(page)
    printed = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(page.pdf())).pages)
    assert "剱持 弘" in printed
    assert "複写禁止" in printed
    page.get_by_role("link", name="印を付ける").click()
    page.get_by_label("指摘").check()
    page.get_by_label("意見").fill("出資の証憑が綴られていない。")
    page.get_by_role("button", name="記録する").click()
    page.get_by_text("監査の記録（指摘）を残しました。").wait_for()
    page.goto(AuditMark.objects.get().get_absolute_url())
    sound(page)
    for name in ("marks", "readings", "access", "pledges", "pledge_text"):
        page.goto(reverse(f"oversight:{name}"))
        sound(page)
