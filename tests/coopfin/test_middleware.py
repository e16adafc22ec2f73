"""A GET cannot write; what must be written beside it (session, log of reading) still is."""

import pytest
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from coopfin.middleware import WriteDuringRead, refuse_writes
from coopfin.models import Cooperative, ReadLog, Sequence
from coopfin.roles import Role
from tests.factories.core import make_cooperative, make_user

# --- pages for trying ----------------------------------------------------------------------


def writes(request):
    Sequence.next("試験", 2026)
    return HttpResponse("ok")


def reads(request):
    with transaction.atomic():
        return HttpResponse(str(Cooperative.objects.count()))


def counts_visits(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    return HttpResponse(str(request.session["visits"]))


def opens(request):
    request.read_objects.append(Cooperative.current())
    return HttpResponse("ok", status=int(request.GET.get("status", 200)))


def catches(request):
    try:
        Sequence.next("試験", 2026)
    except WriteDuringRead:
        return HttpResponse("caught")
    return HttpResponse("written")


urlpatterns = [
    path(f"{view.__name__}/", login_not_required(view)) for view in (writes, reads, counts_visits, opens, catches)
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def test_a_get_that_writes_is_stopped_before_anything_is_written(client):
    with pytest.raises(WriteDuringRead, match="読むだけのページでデータベースへ書こうとしました"):
        client.get("/writes/")
    assert not Sequence.objects.exists()


@pytest.mark.parametrize("method", ["head", "options"])
def test_other_reading_methods_are_stopped_too(client, method):
    with pytest.raises(WriteDuringRead):
        getattr(client, method)("/writes/")
    assert not Sequence.objects.exists()


def test_a_post_may_write(client):
    assert client.post("/writes/").status_code == 200
    assert Sequence.objects.get().last_number == 1


def test_the_guard_is_gone_when_the_page_is_done(client):
    client.get("/reads/")
    Sequence.next("試験", 2026)
    with pytest.raises(WriteDuringRead), transaction.atomic():
        client.get("/writes/")
    Sequence.next("試験", 2026)
    assert Sequence.objects.get().last_number == 2


def test_a_get_may_open_a_transaction_and_read(client):
    make_cooperative()
    assert client.get("/reads/").content == b"1"


def test_a_page_that_swallows_the_refusal_has_still_not_written(client):
    assert client.get("/catches/").content == b"caught"
    assert not Sequence.objects.exists()


def test_the_session_is_kept_though_the_page_is_a_get(client):
    client.force_login(make_user(Role.CLERK))
    assert [client.get("/counts_visits/").content for _ in range(3)] == [b"1", b"2", b"3"]
    assert Session.objects.count() == 1


def test_the_user_learns_nothing_but_that_something_went_wrong():
    with override_settings(ROOT_URLCONF=__name__):
        response = Client(raise_request_exception=False).get("/writes/")
    assert response.status_code == 500
    assert "INSERT" not in response.content.decode()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1", "  select 1", "(SELECT 1) UNION (SELECT 2)", 'SAVEPOINT "s1"', 'RELEASE SAVEPOINT "s1"', 'ROLLBACK TO SAVEPOINT "s1"',
        "BEGIN", 'INSERT INTO "coopfin_cache" VALUES (1)',
    ],
)  # fmt: skip
def test_statements_that_read_pass(sql):
    assert refuse_writes(lambda *rest: "passed", sql, (), False, {}) == "passed"


@pytest.mark.parametrize(
    "sql",
    [
        'INSERT INTO "members_member" VALUES (1)', 'UPDATE "ledger_voucher" SET state = 1', 'DELETE FROM "loans_loan"', "TRUNCATE x",
        "DROP TABLE x", "CREATE TABLE x (a int)", "ALTER TABLE x ADD y int", "PRAGMA writable_schema = 1", "COMMIT; DELETE FROM x",
        "REPLACE INTO x VALUES (1)", "VACUUM", "SELECTED INTO x", "WITH gone AS (DELETE FROM x RETURNING *) SELECT * FROM gone",
        "EXPLAIN ANALYZE DELETE FROM x",
    ],
)  # fmt: skip
def test_statements_that_write_do_not(sql):
    with pytest.raises(WriteDuringRead):
        refuse_writes(lambda *rest: "passed", sql, (), False, {})


# --- 閲覧の記録 ----------------------------------------------------------------------------


def test_opening_is_remembered_with_who_what_and_where(client):
    cooperative, user = make_cooperative(), make_user(Role.CLERK)
    client.force_login(user)
    client.get("/opens/")
    log = ReadLog.objects.get()
    assert (log.by, log.object_id, log.object_text, log.path) == (user, cooperative.pk, cooperative.name, "/opens/")
    assert log.at is not None


@pytest.mark.parametrize("status", [403, 404, 422, 500])
def test_a_refused_opening_is_not_remembered_as_read(client, status):
    make_cooperative()
    client.force_login(make_user(Role.CLERK))
    client.get(f"/opens/?status={status}")
    assert not ReadLog.objects.exists()


def test_a_page_that_opens_nothing_writes_no_log(client):
    client.force_login(make_user(Role.CLERK))
    client.get("/reads/")
    assert not ReadLog.objects.exists()


def test_reading_again_is_another_line(client):
    make_cooperative()
    client.force_login(make_user(Role.CLERK))
    client.get("/opens/")
    client.get("/opens/")
    assert ReadLog.objects.count() == 2


def test_the_guard_works_below_a_transaction_of_the_test(client):
    """The tests of the whole house rely on it: inside a transaction a write in a GET is stopped as well."""
    with transaction.atomic(), pytest.raises(WriteDuringRead):
        client.get("/writes/")
    assert connection.execute_wrappers == []
