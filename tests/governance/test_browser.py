"""The meeting page and the admin site in a real browser: no complaint of the strict policy, nothing serious by axe."""

from datetime import time

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from coopfin.clock import business_date
from coopfin.roles import Role
from governance.enums import BodyKind
from governance.models import Attendance, LimitResolution
from tests.browser import TABLET, WIDE, check_accessibility
from tests.factories.core import make_cooperative, make_policy, make_user
from tests.factories.governance import make_board, make_body, make_item, make_meeting, make_resolution, vote

pytestmark = pytest.mark.browser


def log_in(page, user, live_url):
    """A session without the log-in page, which has its own tests."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_url}])
    return page


def fits(page):
    """Nothing hangs over the edge of the window."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("viewport", [WIDE, TABLET], ids=["wide", "tablet"])
def test_the_secretariat_records_a_meeting(new_page, live_url, viewport):
    today = business_date()
    make_cooperative()
    seats = make_board(6, remote_allowed=True)
    meeting = make_meeting(make_body(BodyKind.BOARD, remote_allowed=True), held_on=today)
    item = make_item(meeting=meeting, interested={seats[5].person: "申込者の代表者"}, on=today)
    make_item(on=today, title="白山工業株式会社 運転資金 8,000,000円の貸付")
    page = log_in(new_page(viewport), make_user(Role.CHIEF), live_url)
    page.goto(meeting.get_absolute_url())
    page.get_by_role("button", name="未記録の人を全員出席にする").click()
    page.get_by_text("出席を記録しました。").wait_for()
    assert Attendance.objects.count() == 6
    for seat in seats[:4]:
        page.get_by_role("radio", name=f"{seat.person} 賛成").check()
    page.get_by_role("button", name="議決を記録する").click()
    page.get_by_text("第1号議案の議決を4名分記録しました。").wait_for()
    page.get_by_role("link", name="決定を記録する").wait_for()
    assert item.votes.count() == 4
    assert fits(page)
    check_accessibility(page)
    page.goto(reverse("governance:interest", args=[item.pk]))
    check_accessibility(page)
    for name in ("meetings", "convene", "bodies", "resolutions"):
        page.goto(reverse(f"governance:{name}"))
        assert fits(page)
        check_accessibility(page)


def test_two_people_set_a_limit_in_the_admin_site(new_page, live_url, watch):
    # axe itself copies the sheet that the admin's forms.css imports into a style element; the next test has no axe.
    watch.expect(r"style-src-elem inline|Applying inline style")
    make_cooperative()
    make_policy()
    make_resolution()
    page = log_in(new_page(), make_user(Role.ADMIN), live_url)
    page.goto(reverse("admin:governance_limitresolution_add"))
    for label, text in (
        ("会議:", "第49回通常総会"), ("議案番号:", "第5号議案"), ("決議日:", "R8.5.27"), ("効力が生じる日:", "2026-05-27"),
        ("① 借入金残高の最高限度:", "6億"), ("② 債務保証残高の最高限度:", "0"),
        ("③ 1組合員に対する貸付残高の最高限度:", "6000万"), ("④ 1組合員に対する債務保証残高の最高限度:", "0"),
    ):  # fmt: skip
        page.get_by_label(label, exact=True).fill(text)
    page.locator("#id_designated_banks-0-name").fill("北陸第一銀行")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_text("これは提案です").wait_for()
    proposal = LimitResolution.objects.get(status="proposed")
    other = log_in(new_page(), make_user(Role.PRESIDENT), live_url)
    other.goto(reverse("admin:governance_limitresolution_change", args=[proposal.pk]))
    check_accessibility(other)
    other.get_by_role("link", name="承認する").click()
    check_accessibility(other)
    other.get_by_role("button", name="承認する").click()
    other.get_by_text("を承認しました。").wait_for()
    proposal.refresh_from_db()
    assert proposal.is_approved


def test_every_admin_page_of_ours_obeys_the_strict_policy(new_page, live_url):
    make_cooperative()
    make_policy()
    make_resolution(approved=False)
    seats = make_board(2)
    vote_day = business_date()
    meeting = make_meeting(held_on=vote_day, present=seats)
    vote(make_item(meeting=meeting, on=vote_day), (seats[0], "yes"))
    page = log_in(new_page(), make_user(Role.ADMIN, Role.CHIEF, Role.AUDITOR), live_url)
    page.goto(reverse("admin:index"))
    addresses = page.eval_on_selector_all("#content a[href^='/admin/']", "links => links.map(link => link.pathname)")
    addresses += [
        reverse("admin:governance_seat_change", args=[seats[0].seat.pk]),
        reverse("admin:coopfin_user_change", args=[seats[0].user.pk]),
        reverse("admin:coopfin_policy_add"),
    ]
    for address in sorted(set(addresses)):
        page.goto(address)
    assert len(addresses) > 12
    assert meeting.starts_at == time(14, 0)
