"""The pages of users: invited on paper or by mail, found in the list; and the entrance of those who are not logged in."""

import html
import re
from datetime import date

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from coopfin.models import Invitation, User
from coopfin.operations import first, invitations
from coopfin.roles import Role
from members.models import Person
from tests.factories.core import PASSWORD, make_user

pytestmark = pytest.mark.django_db

NEW = "atarashii-kagi-2027"
MORI = {"name": "森 みどり", "username": "mori", "email": "mori@example.jp", "roles": ["committee"]}


@pytest.fixture(autouse=True)
def clean_counters():
    cache.clear()


@pytest.fixture
def admin(client):
    user = make_user(Role.ADMIN, name="管理 太郎")
    client.force_login(user)
    return user


def told(response):
    return html.unescape(response.content.decode())


def link_in(response):
    return re.search(r'value="(http://testserver/invitation/[^"]+)"', told(response))[1].removeprefix(
        "http://testserver"
    )


# --- inviting ------------------------------------------------------------------------------


def test_a_new_user_comes_with_the_person_and_a_link_shown_once(client, admin):
    unknown = client.post("/setup/users/new/", {**MORI, "person_name": "森 みどり"})
    assert unknown.status_code == 422
    assert "人の台帳にいません" in told(unknown)
    data = {**MORI, "person_name": "森 みどり", "new_kana": "もり みどり", "new_born_on": "S38.5.1", "token": "once"}
    paper = client.post("/setup/users/new/", data)
    assert paper["Cache-Control"] == "no-store"
    link = link_in(paper)
    user = User.objects.get(username="mori")
    assert (user.person.kana, user.roles) == ("モリ ミドリ", {Role.COMMITTEE})
    # Sent again by the browser, nothing is shown a second time.
    again = client.post("/setup/users/new/", data)
    assert again["Location"] == f"/setup/users/{user.pk}/"
    assert "招待中" in told(client.get("/setup/users/"))
    page = told(client.get(f"/setup/users/{user.pk}/"))
    assert "招待のリンクを出し直す" in page
    assert link not in page
    # The invited one sets the password in a browser of her own, and logs in with it.
    guest = Client()
    assert "森 みどり" in told(guest.get(link))
    for one, two, sentence in (("mori-mori-mori", "x", "違います"), ("12345678901", "12345678901", "数字"),
                               ("mori@example.jp", "mori@example.jp", "似すぎて")):  # fmt: skip
        refused = guest.post(link, {"password1": one, "password2": two})
        assert refused.status_code == 422
        assert sentence in told(refused), told(refused)
    assert guest.post(link, {"password1": NEW, "password2": NEW})["Location"] == "/accounts/login/"
    assert guest.get("/").status_code == 302, "the log-in page asks for the second step, too"
    guest.post("/accounts/login/", {"login": "mori", "password": NEW})
    assert guest.get("/").status_code == 200
    assert guest.get(link).status_code == 404
    assert "最後のログイン" in told(client.get("/setup/users/"))


def test_every_dead_link_is_told_the_same_sentence(client, admin):
    user = make_user()
    _, old = invitations.issue_invitation(user, by=admin, on=date(2020, 1, 1))
    _, revoked = invitations.issue_invitation(user, by=admin, on=date(2099, 1, 1))
    client.post(f"/setup/users/{user.pk}/revoke/", {})
    answers = {Client().get(f"/invitation/{token}/").content for token in (old, revoked, "no-such-link")}
    assert len(answers) == 1
    assert "このリンクは使えません" in answers.pop().decode()


def test_many_tries_at_a_link_meet_the_page_that_asks_to_wait(admin):
    guest = Client()
    answers = [guest.post(f"/invitation/guess-{number}/", {}).status_code for number in range(22)]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_who_forgot_the_password_gets_a_new_link_by_mail_as_well(client, admin, settings, mailoutbox):
    user = make_user(Role.CLERK)
    user.email = "yamada@example.jp"
    user.save()
    page = f"/setup/users/{user.pk}/invite/"
    assert "メールでも送る" not in told(client.get(page))
    settings.SENDS_MAIL = True
    assert "メールでも送る（yamada@example.jp）" in told(client.get(page))
    link = link_in(client.post(page, {"mail": "on"}))
    (mail,) = mailoutbox
    assert mail.to == ["yamada@example.jp"]
    assert link in mail.body
    # Until then the old one still opens.
    assert Client().login(username=user.username, password=PASSWORD)


def test_a_mail_that_cannot_be_sent_loses_no_link(client, admin, settings, monkeypatch):
    user = make_user(Role.CLERK)
    user.email = "yamada@example.jp"
    user.save()
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = client.post(f"/setup/users/{user.pk}/invite/", {"mail": "on"})
    assert "メールを送れませんでした" in told(answer)
    assert link_in(answer)


def test_a_user_is_changed_stopped_and_joined_to_the_person(client, admin):
    user, other = make_user(Role.CLERK, name="山田 花子"), make_user(Role.ADMIN)
    page = f"/setup/users/{user.pk}/edit/"
    Person.objects.create(name="山田 花子", kana="ヤマダ ハナコ")
    data = {"name": "山田 花子", "username": user.username, "roles": ["chief"], "person_name": "山田 花子"}
    assert client.post(page, data).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert (user.roles, user.is_active, user.person.kana) == ({Role.CHIEF}, False, "ヤマダ ハナコ")
    badge = ">停止中</span>"
    assert badge in told(client.get("/setup/users/?standing=stopped"))
    assert badge not in told(client.get("/setup/users/?standing=using&q=user"))
    own = client.post(f"/setup/users/{admin.pk}/edit/", {"name": "改名", "username": "kanri", "roles": ["chief"]})
    assert own.status_code == 302
    assert User.objects.get(pk=admin.pk).roles == {Role.ADMIN}
    client.post(f"/setup/users/{other.pk}/edit/", {"name": other.name, "username": other.username, "is_active": "on"})
    assert User.objects.get(pk=other.pk).roles == frozenset()


# --- the first start -----------------------------------------------------------------------


def test_an_empty_database_leads_to_the_first_administrator_and_only_with_a_code(client, capsys):
    assert client.get("/accounts/login/")["Location"] == "/first/"
    text = told(client.get("/first/"))
    assert "manage.py first_link" in text
    assert "<form" not in text
    wrong = client.get("/first/guessed/")
    assert wrong.status_code == 404
    assert "<form" not in told(wrong)
    assert client.post("/first/guessed/", {}).status_code == 404
    call_command("first_link", address="https://kashitsuke.example.jp")
    link = re.search(r"https://kashitsuke\.example\.jp(/first/\S+)", capsys.readouterr().out)[1]
    data = {"name": "管理 太郎", "username": "kanri", "password1": PASSWORD, "password2": PASSWORD}
    short = client.post(link, {**data, "password1": "short", "password2": "short"})
    assert short.status_code == 422
    assert 'value="kanri"' in told(short)
    assert client.post(link, data)["Location"] == "/setup/"
    assert "組合を整える" in told(client.get("/setup/"))
    assert client.get(link).status_code == 404
    assert Client().get("/first/").status_code == 404
    assert Client().get("/accounts/login/").status_code == 200
    with pytest.raises(CommandError, match="利用者がすでにいます"):
        call_command("first_link")


def test_the_page_that_was_open_while_another_was_first_says_so(client):
    code = first.make_code()
    page = f"/first/{code}/"
    assert client.get(page).status_code == 200
    make_user(Role.ADMIN)
    data = {"name": "遅い 人", "username": "late", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post(page, data).status_code == 404
    assert not User.objects.filter(username="late").exists()
    assert not Invitation.objects.exists()
