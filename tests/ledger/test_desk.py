"""今日の仕事への登録、設定の画面、科目表。"""

import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from coopfin import worklists
from coopfin.roles import Role
from ledger import desk
from ledger.accounts import AccountCode
from ledger.models import Account, Voucher
from tests.factories.core import make_user
from tests.factories.ledger import load_accounts, make_voucher

DAY = date(2026, 11, 24)


@pytest.mark.django_db
def test_the_one_who_may_approve_sees_what_waits_except_the_own(django_assert_num_queries):
    chief, clerk = make_user(Role.CHIEF), make_user(Role.CLERK)
    waiting = [make_voucher(maker=clerk) for _ in range(2)]
    make_voucher(maker=chief)
    make_voucher(posted=True)
    assert desk.waiting_for(chief, DAY) == 2
    with django_assert_num_queries(2):  # what is delegated on the day, and whose turn it is
        (tile,) = desk.waiting_tile(chief, DAY)
    assert (tile.count, tile.note) == (2, "あなたが起票した 1枚を除く")
    with django_assert_num_queries(4):  # what is delegated, whose turn it is, the vouchers, and their lines
        tasks = list(desk.waiting_tasks(chief, DAY))
    assert [task.url for task in tasks] == [voucher.get_absolute_url() for voucher in waiting]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.CLERK, Role.AUDITOR, Role.COMMITTEE, Role.ADMIN])
def test_those_who_cannot_approve_are_not_told_to(role):
    user = make_user(role)
    make_voucher()
    assert desk.waiting_for(user, DAY) == 0
    assert desk.waiting_tile(user, DAY) == []
    assert desk.waiting_tasks(user, DAY) == []


def test_the_menu_leads_to_the_vouchers():
    (item,) = [item for item in worklists.menu if item.url_name == "ledger:voucher_list"]
    assert (item.group, item.order, item.label, item.permission) == ("組合", 80, "伝票・試算表", "ledger.view_voucher")


def test_the_fixture_holds_the_chart_of_accounts():
    rows = json.loads(Path(settings.BASE_DIR, "fixtures/accounts.json").read_text())
    assert {row["pk"]: row["fields"] for row in rows} == {
        str(code): {"name": code.label, "kind": str(code.kind), "per_member": code.per_member} for code in AccountCode
    }


# --- 設定 ----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_an_account_can_be_renamed_and_nothing_else(client):
    load_accounts()
    client.force_login(make_user(Role.CHIEF))
    url = reverse("admin:ledger_account_change", args=["227"])
    client.post(url, {"name": "仮受金（入金）", "kind": "asset", "per_member": "on", "code": "999"})
    account = Account.objects.get(pk="227")
    assert (account.name, account.kind, account.per_member) == ("仮受金（入金）", "liability", False)
    assert account.history.count() == 1
    assert client.get(reverse("admin:ledger_account_add")).status_code == 403
    assert client.post(reverse("admin:ledger_account_delete", args=["227"]), {"post": "yes"}).status_code == 403
    assert Account.objects.filter(pk="227").exists()


@pytest.mark.django_db
def test_vouchers_are_only_looked_at_in_the_settings(client):
    voucher = make_voucher()
    client.force_login(make_user(Role.CHIEF))
    assert client.get(reverse("admin:ledger_voucher_changelist")).status_code == 200
    url = reverse("admin:ledger_voucher_change", args=[voucher.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"description": "書き換え"}).status_code == 403
    assert client.get(reverse("admin:ledger_voucher_add")).status_code == 403
    assert client.post(reverse("admin:ledger_voucher_delete", args=[voucher.pk]), {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:ledger_voucherline_changelist")).status_code == 200
    assert Voucher.objects.get().description == "入金先不明の振込"
