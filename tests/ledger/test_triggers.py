"""データベースそのものが守る約束。ORM を通さない生の SQL でも、どちらのエンジンでも破れない。"""

import threading
import time
from datetime import date

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models.functions import Now
from django.db.utils import Error

from coopfin import log
from coopfin.models import ActionLog
from coopfin.roles import Role
from ledger import operations, triggers
from ledger.accounts import AccountCode, Side
from ledger.models import Voucher, VoucherLine, VoucherState
from tests.factories.core import make_user
from tests.factories.ledger import make_voucher

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def run(sql, params=()):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def refused(sql, params=()):
    with pytest.raises(Error):
        run(sql, params)


@pytest.fixture
def posted():
    return make_voucher(posted=True)


@pytest.fixture
def prepared():
    return make_voucher()


def post_raw(voucher, *, checker=None, number=1, **changes):
    """操作を通さない計上。"""
    values = {
        "state": VoucherState.POSTED,
        "number": number,
        "posted_at": Now(),
        "checked_by": checker or make_user(Role.CHIEF),
    }
    with transaction.atomic():
        return Voucher.objects.filter(pk=voucher.pk).update(**{**values, **changes})


# --- 伝票 ----------------------------------------------------------------------------------
def test_a_voucher_cannot_be_inserted_as_posted(prepared):
    with pytest.raises(Error), transaction.atomic():
        Voucher.objects.create(
            state=VoucherState.POSTED, dated_on=DAY, fiscal_year=2026, number=9, description="いきなり計上",
            made_by=prepared.made_by, checked_by=make_user(Role.CHIEF), posted_at="2026-11-24T00:00:00Z",
        )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        "description = '書き換え'", "dated_on = '2020-01-01'", "state = 'prepared'", "number = 99",
        "posted_at = NULL", "state = 'rejected', rejected_reason = 'x', number = NULL, posted_at = NULL",
        "fiscal_year = 2020", "id = 99999", "reason = 'x'",
    ],
)  # fmt: skip
def test_a_posted_voucher_cannot_be_changed(posted, change):
    refused(f"UPDATE ledger_voucher SET {change} WHERE id = %s", [posted.pk])


def test_a_posted_voucher_cannot_be_deleted(posted):
    refused("DELETE FROM ledger_voucher WHERE id = %s", [posted.pk])


def test_a_prepared_voucher_can_be_changed_and_posted_once(prepared):
    run("UPDATE ledger_voucher SET description = '直した' WHERE id = %s", [prepared.pk])
    assert post_raw(prepared) == 1
    with pytest.raises(Error):
        post_raw(prepared)


def test_a_rejected_voucher_cannot_be_posted(prepared):
    operations.reject(prepared, by=make_user(Role.CHIEF), on=DAY, reason="科目が違う")
    with pytest.raises(Error):
        post_raw(prepared)


@pytest.mark.parametrize("lacking", ["number", "posted_at", "checked_by"])
def test_posting_needs_number_moment_and_checker(prepared, lacking):
    with pytest.raises(Error):
        post_raw(prepared, **{lacking: None})


def test_a_moment_of_posting_without_the_state_is_refused(prepared):
    refused("UPDATE ledger_voucher SET posted_at = CURRENT_TIMESTAMP WHERE id = %s", [prepared.pk])


def test_an_unbalanced_voucher_cannot_be_posted(prepared):
    prepared.lines.filter(side=Side.CREDIT).update(amount=99_999)
    with pytest.raises(Error):
        post_raw(prepared)


def test_a_voucher_of_one_side_or_without_lines_cannot_be_posted(prepared):
    prepared.lines.filter(side=Side.CREDIT).delete()
    with pytest.raises(Error):
        post_raw(prepared)
    prepared.lines.all().delete()
    with pytest.raises(Error):
        post_raw(prepared)


# --- 行 ------------------------------------------------------------------------------------
INSERT_LINE = (
    'INSERT INTO ledger_voucherline (voucher_id, "order", side, account_id, reference, amount, memo) '
    "VALUES (%s, %s, 'debit', '113', '', 1, '')"
)


def test_a_posted_voucher_takes_no_further_line(posted):
    refused(INSERT_LINE, [posted.pk, 9])


@pytest.mark.parametrize(
    "change", ["amount = amount + 1", "side = 'credit'", "account_id = '112'", "memo = 'x'", '"order" = 9']
)
def test_a_line_of_a_posted_voucher_cannot_be_changed(posted, change):
    refused(f"UPDATE ledger_voucherline SET {change} WHERE voucher_id = %s AND side = 'debit'", [posted.pk])


def test_a_line_of_a_posted_voucher_cannot_be_deleted(posted):
    refused("DELETE FROM ledger_voucherline WHERE voucher_id = %s", [posted.pk])


def test_a_line_can_be_moved_neither_into_nor_out_of_a_posted_voucher(posted, prepared):
    refused('UPDATE ledger_voucherline SET voucher_id = %s, "order" = 9 WHERE voucher_id = %s AND "order" = 1',
            [posted.pk, prepared.pk])  # fmt: skip
    refused('UPDATE ledger_voucherline SET voucher_id = %s, "order" = 9 WHERE voucher_id = %s AND "order" = 1',
            [prepared.pk, posted.pk])  # fmt: skip


def test_lines_of_a_prepared_voucher_are_free(prepared):
    run(INSERT_LINE, [prepared.pk, 9])
    run("UPDATE ledger_voucherline SET memo = 'x' WHERE voucher_id = %s", [prepared.pk])
    run("DELETE FROM ledger_voucherline WHERE voucher_id = %s", [prepared.pk])
    assert not VoucherLine.objects.filter(voucher=prepared).exists()


def wholesale():
    """行ごとの引き金を通らない、まるごとの書換え（エンジンごとに違う）。"""
    if connection.vendor == "postgresql":
        return [f"TRUNCATE {table} CASCADE" for table in triggers.TABLES]
    line, voucher = VoucherLine.objects.order_by("pk").first(), Voucher.objects.posted().first()
    record = ActionLog.objects.order_by("pk").first()
    return [
        (
            "INSERT OR REPLACE INTO ledger_voucher (id, kind, state, dated_on, fiscal_year, description, made_by_id, "
            f"rejected_reason, reason) VALUES ({voucher.pk}, 'transfer', 'prepared', '2026-01-01', 2026, 'x', "
            f"{voucher.made_by_id}, '', '')"
        ),
        (
            'INSERT OR REPLACE INTO ledger_voucherline (id, voucher_id, "order", side, account_id, reference, amount, memo) '
            f"SELECT {line.pk}, id, 9, 'debit', '113', '', 1, '' FROM ledger_voucher WHERE state = 'prepared'"
        ),
        f"UPDATE OR REPLACE ledger_voucherline SET id = {line.pk} WHERE voucher_id <> {line.voucher_id}",
        f"UPDATE OR REPLACE ledger_voucher SET id = {voucher.pk} WHERE state = 'prepared'",
        (
            "INSERT OR REPLACE INTO coopfin_actionlog (id, content_type_id, object_id, object_text, verb, label, by_id, "
            f"\"on\", reason, detail) VALUES ({record.pk}, {record.content_type_id}, 1, '', '', '', {record.by_id}, "
            "'2026-01-01', '', '{}')"
        ),
    ]


def test_nothing_posted_can_be_replaced_wholesale(posted, prepared):
    before = list(VoucherLine.objects.order_by("pk").values()), list(Voucher.objects.order_by("pk").values())
    for sql in wholesale():
        refused(sql)
    assert before == (list(VoucherLine.objects.order_by("pk").values()), list(Voucher.objects.order_by("pk").values()))


# --- 操作の記録 ----------------------------------------------------------------------------
def test_the_log_of_actions_only_grows(posted):
    record = log.record(posted, verb="look", label="確かめた", by=posted.made_by, on=DAY)
    refused("UPDATE coopfin_actionlog SET reason = '書き換え' WHERE id = %s", [record.pk])
    refused("DELETE FROM coopfin_actionlog WHERE id = %s", [record.pk])
    assert ActionLog.objects.filter(pk=record.pk, reason="").exists()


# --- 据え付けと点検 ------------------------------------------------------------------------
def test_what_is_installed_is_what_is_declared():
    assert triggers.differences(connection) == []
    assert run_checks(tags=[Tags.database], databases=["default"]) == []


def drop(trigger):
    on = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER {trigger.name}{on}")


def test_every_missing_trigger_is_named_and_put_back():
    for trigger in triggers.declared(connection.vendor):
        drop(trigger)
        assert any(trigger.name in text for text in triggers.differences(connection))
    assert run_checks(tags=[Tags.database], databases=["default"])
    triggers.install(connection)
    assert triggers.differences(connection) == []


def test_a_weakened_trigger_is_named():
    trigger = triggers.declared(connection.vendor)[0]
    if connection.vendor == "postgresql":
        run(f"ALTER TABLE {trigger.table} DISABLE TRIGGER {trigger.name}")
    else:
        drop(trigger)
        run(trigger.sql.replace("NEW.state = 'posted'", "NEW.state = 'nothing'"))
    assert [text for text in triggers.differences(connection) if trigger.name in text]


def test_a_function_made_harmless_and_a_stranger_are_named():
    if connection.vendor == "postgresql":
        run("CREATE OR REPLACE FUNCTION ledger_guard_line() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN NEW; END $$")  # fmt: skip
        run("CREATE TRIGGER stranger BEFORE UPDATE ON ledger_voucher FOR EACH ROW "
            "EXECUTE FUNCTION ledger_guard_line()")  # fmt: skip
        assert any("ledger_guard_line" in text for text in triggers.differences(connection))
    else:
        run("CREATE TRIGGER stranger BEFORE UPDATE ON ledger_voucher BEGIN SELECT 1; END")
    assert any("stranger" in text for text in triggers.differences(connection))
    triggers.install(connection)
    assert triggers.differences(connection) == []


@pytest.mark.transaction
def test_migrating_there_and_back_leaves_every_trigger_in_place():
    for trigger in triggers.declared(connection.vendor):
        drop(trigger)
    call_command("migrate", verbosity=0)
    assert triggers.differences(connection) == []


# --- 二つの取引 ----------------------------------------------------------------------------
def in_another_transaction(act):
    """別の接続で act を行う。始めたことと、済んだこと（誤りがあればそれ）を知らせる。"""
    outcome = {}

    def work():
        try:
            act()
        except Error as error:
            outcome["error"] = error
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread, outcome


@pytest.mark.transaction
def test_a_line_cannot_slip_into_a_voucher_that_another_transaction_is_posting():
    voucher = make_voucher()
    checker = make_user(Role.CHIEF)
    with transaction.atomic():
        operations.post(voucher, by=checker, on=DAY)
        thread, outcome = in_another_transaction(lambda: run(INSERT_LINE, [voucher.pk, 9]))
        time.sleep(0.5)
    thread.join(30)
    assert "error" in outcome
    assert voucher.lines.count() == 2


@pytest.mark.transaction
def test_posting_waits_for_a_line_being_written_and_then_counts_it():
    voucher = make_voucher()
    checker = make_user(Role.CHIEF)
    with transaction.atomic():
        VoucherLine.objects.create(
            voucher=voucher, order=9, side=Side.DEBIT, account_id=str(AccountCode.CASH), amount=1
        )
        thread, outcome = in_another_transaction(lambda: post_raw(voucher, checker=checker))
        time.sleep(0.5)
    thread.join(30)
    assert "error" in outcome
    voucher.refresh_from_db()
    assert voucher.is_waiting
