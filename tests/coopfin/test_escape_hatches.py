"""抜け道がないこと: 自分の利害関係を外す、パスワードの再設定、送り元の数え方。"""

import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import reverse

from coopfin.roles import Role
from members.models import Person
from tests.factories.core import make_cooperative, make_user

pytestmark = pytest.mark.django_db


def person_form(person, user=""):
    return {
        "name": person.name, "kana": person.kana, "born_on": "", "postal_code": "", "address": "", "phone": "",
        "user": user,
    }  # fmt: skip


def make_own(*roles):
    make_cooperative()
    user = make_user(*roles)
    return user, Person.objects.create(name=user.name, kana="ジブン イチロウ", user=user)


@pytest.mark.parametrize("roles", [(Role.CHIEF,), (Role.ADMIN,), (Role.ADMIN, Role.PRESIDENT)])
def test_nobody_takes_their_own_person_off_to_be_uninterested(client, roles):
    user, person = make_own(*roles)
    client.force_login(user)
    client.post(reverse("admin:members_person_change", args=[person.pk]), person_form(person))
    person.refresh_from_db()
    assert person.user == user


def test_only_the_admin_role_ties_a_person_to_a_user(client):
    chief, _ = make_own(Role.CHIEF)
    clerk = make_user(Role.CLERK)
    other = Person.objects.create(name="能登 一郎", kana="ノト イチロウ")
    page = reverse("admin:members_person_change", args=[other.pk])
    client.force_login(chief)
    client.post(page, person_form(other, clerk.pk))
    other.refresh_from_db()
    assert other.user is None
    admin = make_user(Role.ADMIN)
    client.force_login(admin)
    client.post(page, person_form(other, admin.pk))
    other.refresh_from_db()
    assert other.user is None
    client.post(page, person_form(other, clerk.pk))
    other.refresh_from_db()
    assert other.user == clerk


def test_a_forgotten_password_sends_nothing_and_breaks_nothing(client, mailoutbox):
    page = reverse("account_reset_password")
    assert "管理者に頼んでください" in client.get(page).content.decode()
    assert client.post(page, {"email": "yamada@example.jp"}).status_code == 405
    assert mailoutbox == []


def test_behind_a_proxy_logins_are_counted_by_the_sender_not_by_the_proxy():
    code = (
        "import django; django.setup()\n"
        "from django.test import RequestFactory\n"
        "from allauth.account.adapter import get_adapter\n"
        "request = RequestFactory().get('/', REMOTE_ADDR='127.0.0.1', HTTP_X_FORWARDED_FOR='198.51.100.9, 203.0.113.7')\n"
        "print(get_adapter().get_client_ip(request))"
    )
    production = {
        "PATH": "/usr/bin", "DJANGO_SETTINGS_MODULE": "coopfin.settings", "COOPFIN_MODE": "production",
        "SECRET_KEY": "k3y-" + "0123456789abcdef" * 4, "ALLOWED_HOSTS": "kashitsuke.example.jp",
        "DATABASE_URL": "postgres://kumiai@127.0.0.1/kumiai",
    }  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-c", code], env=production, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "203.0.113.7"
