"""Who read what: the list for the auditor, and what catches the eye."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from coopfin.models import ReadLog
from coopfin.roles import Role
from members.models import Member
from oversight import readings
from tests.factories.core import make_user
from tests.factories.members import make_member, make_members

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")


def read(by, hour=10, day=24, member=None, minute=0):
    """2026年11月（24日は火曜）のある時刻の閲覧。"""
    member = member or make_member()
    return ReadLog.objects.create(
        content_type=ContentType.objects.get_for_model(Member), object_id=member.pk, object_text=str(member), by=by,
        path=f"/members/{member.pk}/", at=datetime(2026, 11, day, hour, minute, tzinfo=TOKYO),
    )  # fmt: skip


def test_night_and_holidays_and_very_many_a_day_catch_the_eye():
    clerk, eager = make_user(), make_user()
    plain = [read(clerk, 8), read(clerk, 18, minute=59)]
    odd = {
        read(clerk, 7): "時間外",
        read(clerk, 19): "時間外",
        read(clerk, day=23): "休日",
        read(clerk, day=22): "休日",
    }
    many = [read(eager, member=member) for member in make_members(readings.MANY)]
    busy = readings.busy_days(ReadLog.objects.all())
    assert busy == {(eager.pk, date(2026, 11, 24))}
    assert set(readings.unusual(ReadLog.objects.all())) == {*odd, *many}
    for record, word in odd.items():
        assert readings.flags(record, busy) == [word]
    assert all(readings.flags(record, busy) == [] for record in plain)
    assert readings.flags(many[0], busy) == ["一日に多数"]


def test_the_list_is_searched_by_person_case_day_and_exported(client):
    clerk, auditor = make_user(Role.CLERK, name="山田 花子"), make_user(Role.AUDITOR)
    member = make_member("能登精機株式会社")
    read(clerk, member=member)
    read(make_user(name="西田 健"), 22, day=20)
    client.force_login(auditor)
    url = reverse("oversight:readings")

    def shown(query):
        return client.get(f"{url}?export=csv&{query}").content.decode("utf-8-sig")

    assert "能登精機" in client.get(url).content.decode()
    assert "西田" not in shown("q=能登")
    assert "山田" not in shown("unusual=on")
    assert "時間外" in shown("unusual=on")
    assert "西田" not in shown("from_on=2026-11-21")
    assert "山田" not in shown("to_on=R8.11.21")
    assert "西田" not in shown(f"by={clerk.pk}")


def test_the_page_of_a_member_tells_the_auditor_who_read_it(client):
    clerk, member = make_user(Role.CLERK, name="山田 花子"), make_member()
    read(clerk, member=member)
    read(clerk, member=member)
    client.force_login(make_user(Role.AUDITOR))
    assert "2回" in client.get(member.get_absolute_url()).content.decode()
    client.force_login(clerk)
    assert "誰が読んだか" not in client.get(member.get_absolute_url()).content.decode()


def test_who_only_keeps_the_log_reads_it_without_links(client):
    member = make_member("能登精機株式会社")
    read(make_user(), member=member)
    client.force_login(make_user(Role.ADMIN))
    page = client.get(reverse("oversight:readings")).content.decode()
    assert "能登精機株式会社" in page
    assert member.get_absolute_url() not in page.replace(f">{member.get_absolute_url()}<", "")


def test_the_admin_site_too_asks_for_the_pledge_and_remembers(client):
    member = make_member()
    url = reverse("admin:members_member_change", args=[member.pk])
    client.force_login(make_user(Role.AUDITOR, pledged=False))
    assert client.get(url)["Location"].startswith(reverse("oversight:pledge"))
    auditor = make_user(Role.AUDITOR)
    client.force_login(auditor)
    assert client.get(url).status_code == 200
    assert ReadLog.objects.get().by == auditor


def test_what_is_confidential_is_printed_with_the_readers_name_and_the_time(client):
    member = make_member()
    client.force_login(make_user(Role.CLERK, name="山田 花子"))
    printed = re.findall(
        r'<div class="watermark".*?</div>', client.get(member.get_absolute_url()).content.decode(), re.S
    )
    assert re.search(r"山田 花子　20\d\d年\d+月\d+日 \d\d:\d\d　複写禁止", printed[0])
    assert "watermark" not in client.get(reverse("members:list")).content.decode()
