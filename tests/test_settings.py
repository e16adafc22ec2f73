"""Settings that would be unsafe stop the start-up with a sentence; pages carry strict headers; the log-in is guarded."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from coopfin.models import User
from coopfin.roles import Role
from tests.factories.core import PASSWORD, make_user

ROOT = Path(__file__).resolve().parent.parent

#: 本番の設定。どの名前もここで決めるので、置かれている .env は何も足せない（空の値も「ある」と数えられる）。
GOOD = {
    "COOPFIN_MODE": "production",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "kashitsuke.example.jp",
    "DATABASE_URL": "postgres://coopfin:secret@127.0.0.1:5432/coopfin",
    "DJANGO_DEBUG": "false",
    "CSRF_TRUSTED_ORIGINS": "https://kashitsuke.example.jp",
    "SECURE_SSL_REDIRECT": "true",
    "BEHIND_PROXY": "true",
    "SECURE_HSTS_SECONDS": "2592000",
}


def start(*command, **changes):
    """Run the program with these settings and no others."""
    environment = {name: value for name in ("PATH", "HOME", "LANG", "TMPDIR") if (value := os.environ.get(name))}
    environment |= {**GOOD, **changes, "PYTHONWARNINGS": "default", "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *(command or ("manage.py", "check"))],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


# --- settings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECRET_KEY", "", "環境変数 SECRET_KEY（50文字以上の無作為な秘密鍵）が設定されていません。"),
        ("SECRET_KEY", "himitsu", "SECRET_KEY が短すぎます。"),
        ("SECRET_KEY", "a" * 80, "SECRET_KEY が短すぎます。"),
        ("ALLOWED_HOSTS", "", "環境変数 ALLOWED_HOSTS（公開するホスト名（カンマ区切り））が設定されていません。"),
        ("ALLOWED_HOSTS", "kashitsuke.example.jp,*", "ALLOWED_HOSTS に * や . で始まる名は使えません。"),
        ("ALLOWED_HOSTS", " , ", "ALLOWED_HOSTS"),
        ("DATABASE_URL", "", "環境変数 DATABASE_URL"),
        ("DATABASE_URL", "kumiai", "DATABASE_URL"),
        ("DJANGO_DEBUG", "true", "DJANGO_DEBUG を有効にできません。"),
        ("DJANGO_DEBUG", "1", "DJANGO_DEBUG を有効にできません。"),
        ("COOPFIN_MODE", "prod", "COOPFIN_MODE には production・demo・test のいずれかを指定してください（いまの値: prod）。"),
        ("DATABASE_URL", "mysql://kumiai@127.0.0.1/kumiai", "DATABASE_URL"),
        ("SECURE_HSTS_SECONDS", "one year", "SECURE_HSTS_SECONDS"),
        ("SECURE_SSL_REDIRECT", "maybe", "SECURE_SSL_REDIRECT"),
        ("EMAIL_URL", "http://mail.example.jp", "環境変数 EMAIL_URL を読めません。"),
        ("EMAIL_URL", "smtp+tls://mail.example.jp:587", "環境変数 MAIL_FROM"),
        ("SECRET_KEY", "change-me-please-" * 4, "SECRET_KEY が繰り返しの文字列です。"),
        ("ALLOWED_HOSTS", ".jp", "ALLOWED_HOSTS に * や . で始まる名は使えません。"),
        ("DATABASE_URL", "sqlite:///kumiai.sqlite3", "PostgreSQL"),
        ("CSRF_TRUSTED_ORIGINS", "http://kashitsuke.example.jp", "https:// で始まる URL だけ"),
        ("SECURE_HSTS_SECONDS", "0", "SECURE_HSTS_SECONDS には 3600 以上"),
    ],
)  # fmt: skip
def test_a_missing_or_unsafe_setting_stops_the_start_with_one_sentence(name, value, sentence):
    done = start(**{name: value})
    assert done.returncode != 0
    said = done.stderr.strip()
    assert sentence in said
    assert len(said.splitlines()) == 1, said
    assert "Traceback" not in said


def test_plain_http_stops_the_start():
    done = start(SECURE_SSL_REDIRECT="false", BEHIND_PROXY="false")
    assert done.returncode != 0
    assert "http のまま使われます。" in done.stderr


def test_a_server_started_with_a_wrong_setting_says_the_sentence_too():
    done = start("-c", "import coopfin.wsgi", SECRET_KEY="")
    assert done.returncode != 0
    assert "環境変数 SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr


def test_good_production_settings_pass_the_check_for_deployment():
    done = start("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    # HSTS for sub-domains and preloading bind the cooperative's other sites; that is for them to decide.
    allowed = ("security.W005", "security.W021")
    warned = [
        line for line in done.stderr.splitlines() if line.startswith("?:") and not any(w in line for w in allowed)
    ]
    assert warned == []
    assert "Traceback" not in done.stderr


# --- headers -------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/", "/accounts/login/", "/search/", "/help/", "/members/", "/loans/applications/", "/loans/applications/new/",
        "/ledger/journal/", "/documents/", "/admin/", "/admin/coopfin/policy/", "/loans/applications/999/", "/nowhere/",
        "/health/", "/accounts/password/reset/", "/first/", "/invitation/nobody/", "/setup/",
    ],
)  # fmt: skip
def test_every_answer_carries_strict_headers(client, path):
    client.force_login(make_user(Role.CHIEF))
    response = client.get(path)
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";") if part.strip())
    assert policy["default-src"] == "'none'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == policy["connect-src"] == "'self'"
    for word in ("unsafe", "http:", "https:", "*", "data:"):
        assert word not in policy["script-src"] + policy["style-src"], word
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


# --- log-in --------------------------------------------------------------------------------


@pytest.fixture
def clean_counters(db):
    cache.clear()
    yield
    cache.clear()


def sign_in(client, username, password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": username, "password": password}, **more)


@pytest.mark.usefixtures("clean_counters")
def test_who_knows_the_password_comes_in_and_out_by_post_only(client):
    user = make_user(Role.CLERK)
    response = sign_in(client, user.username)
    assert response.status_code == 302
    assert response["Location"] == "/"
    assert client.get("/").status_code == 200
    # A link cannot log anyone out.
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get("/").status_code == 200
    client.post(reverse("account_logout"))
    assert client.get("/")["Location"].startswith("/accounts/login/")


@pytest.mark.usefixtures("clean_counters")
def test_a_wrong_password_and_an_unknown_name_are_told_the_same_sentence(client):
    user = make_user(Role.CLERK)
    told = []
    for username, password in ((user.username, "chigau-password"), ("daremo-inai", PASSWORD)):
        response = sign_in(client, username, password)
        assert response.status_code in (200, 422)
        told.append([str(error) for error in response.context["form"].non_field_errors()])
    assert told[0] == told[1]
    assert not told[0][0].isascii()
    assert client.get("/").status_code == 302


@pytest.mark.usefixtures("clean_counters")
def test_who_has_left_cannot_log_in(client):
    user = make_user(Role.CLERK)
    user.is_active = False
    user.save()
    response = sign_in(client, user.username)
    assert client.get("/").status_code == 302
    assert response.status_code in (200, 302)


@pytest.mark.usefixtures("clean_counters")
def test_a_session_ends_when_the_person_leaves(client):
    user = make_user(Role.CLERK)
    sign_in(client, user.username)
    user.is_active = False
    user.save()
    assert client.get("/").status_code == 302


@pytest.mark.usefixtures("clean_counters")
def test_guessing_is_stopped_in_japanese_even_with_the_right_password_at_last(client):
    user = make_user(Role.CLERK)
    stopped = None
    for attempt in range(12):
        response = sign_in(client, user.username, f"chigau-{attempt}")
        if "ログイン失敗が連続しています" in response.content.decode():
            stopped = attempt
            break
    assert stopped == 5
    response = sign_in(client, user.username)
    assert client.get("/").status_code == 302, "the right password must not help before the time is over"


@pytest.mark.usefixtures("clean_counters")
def test_nobody_signs_up_by_themselves(client):
    response = client.get(reverse("account_signup"))
    assert "管理者" in response.content.decode()
    before = User.objects.count()
    client.post(
        reverse("account_signup"),
        {"username": "newcomer", "password1": "kumiai-kinyu-2026", "password2": "kumiai-kinyu-2026"},
    )
    assert User.objects.count() == before


@pytest.mark.usefixtures("clean_counters")
def test_the_password_is_changed_by_who_knows_the_old_one(client):
    user = make_user(Role.CLERK)
    client.force_login(user)
    url = reverse("account_change_password")
    new = "atarashii-kagi-2027"
    for old, first, second in ((PASSWORD, new, "chigau"), ("chigau", new, new), (PASSWORD, "12345", "12345")):
        response = client.post(url, {"oldpassword": old, "password1": first, "password2": second})
        assert response.status_code in (200, 422)
        errors = [str(error) for errors in response.context["form"].errors.values() for error in errors]
        assert errors
        assert not any(error.isascii() for error in errors)
    assert client.post(url, {"oldpassword": PASSWORD, "password1": new, "password2": new}).status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)
    assert sign_in(Client(), user.username, new).status_code == 302


@pytest.mark.usefixtures("clean_counters")
def test_after_log_in_nobody_is_sent_to_another_site(client):
    user = make_user(Role.CLERK)
    response = client.post(
        reverse("account_login") + "?next=https://example.com/",
        {"login": user.username, "password": PASSWORD, "next": "https://example.com/"},
    )
    assert response["Location"] == "/"


@pytest.mark.usefixtures("clean_counters")
def test_who_tries_one_name_after_another_meets_a_page_in_japanese(client):
    """Thirty tries a minute from one place, whoever is named."""
    make_user()
    answers = [sign_in(client, f"daremo-{attempt}", "chigau") for attempt in range(32)]
    assert answers[-1].status_code == 429
    assert "しばらく" in answers[-1].content.decode()


@pytest.mark.django_db
def test_a_form_from_another_site_is_refused():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user(Role.CLERK))
    response = strict.post("/members/new/", {"name": "試験"})
    assert response.status_code == 403
