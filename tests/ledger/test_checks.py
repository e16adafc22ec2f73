"""帳簿の不変条件: 引き金を外して生の SQL で壊し、壊した行が名指しされるのを見る。"""

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from coopfin.roles import Role
from ledger import checks, operations, triggers
from ledger.accounts import AccountCode
from ledger.models import Voucher
from tests.factories.core import make_user
from tests.factories.ledger import make_slip, make_voucher
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def run(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def sound():
    """三枚の計上済の伝票: 手形貸付、振替、振替の訂正。"""
    loan = make_voucher(
        make_slip(500, debit_account=AccountCode.BILL_LOANS, member=make_member(), reference="T-2026-001"), posted=True
    )
    transfer = make_voucher(posted=True)
    reversal = operations.prepare_reversal(
        transfer, by=make_user(Role.CLERK), on=DAY, reason="科目の誤り", dated_on=DAY
    )
    operations.post(reversal, by=make_user(Role.CHIEF), on=DAY)
    assert checks.check_all() == []
    return loan, transfer, reversal


@pytest.fixture
def unguarded(sound):
    """守りを外した写し。試験の取引の中だけのことで、終われば元に戻る。"""
    if connection.vendor == "postgresql":
        # 後回しの外部キーの確かめを済ませないと、表の制約を外せない。
        run("SET CONSTRAINTS ALL IMMEDIATE")
    triggers.remove(connection)
    if connection.vendor == "sqlite":
        run("PRAGMA ignore_check_constraints = ON")
    else:
        for name in ("voucher_two_persons", "voucher_posted_whole", "voucher_reversal_linked"):
            run(f"ALTER TABLE ledger_voucher DROP CONSTRAINT {name}")
        run("ALTER TABLE ledger_voucher DROP CONSTRAINT voucher_number_once")
    yield sound
    if connection.vendor == "sqlite":
        run("PRAGMA ignore_check_constraints = OFF")


def named(check, *parts):
    """その検査が、ちょうど一行で、すべての言葉を言う。"""
    found = check()
    assert len(found) == 1, found
    for part in parts:
        assert part in found[0]


def test_a_sound_book_passes_every_check(sound):
    assert {name: check() for name, check in checks.CHECKS.items()} == {key: [] for key in checks.CHECKS}


def test_an_unbalanced_voucher_is_named(unguarded):
    run("UPDATE ledger_voucherline SET amount = 501 WHERE voucher_id = %s AND side = 'debit'", [unguarded[0].pk])
    named(checks.unbalanced_vouchers, "2026-0001", "借方 501円", "貸方 500円")
    named(checks.trial_balance_difference, "2026-11-24", "差が 1円")


def test_a_voucher_that_lost_its_lines_is_named(unguarded):
    run("DELETE FROM ledger_voucherline WHERE voucher_id = %s", [unguarded[0].pk])
    named(checks.unbalanced_vouchers, "2026-0001", "0行")


def test_a_gap_in_the_numbers_is_named(unguarded):
    run("UPDATE ledger_voucher SET number = 9 WHERE id = %s", [unguarded[2].pk])
    found = checks.missing_numbers()
    assert [text.split()[2] for text in found] == [f"2026-{number:04d}" for number in range(3, 9)]
    named(checks.sequence_differences, "2026年度", "連番の元帳は 3、最後の伝票番号は 9")


def test_a_number_given_twice_is_named_where_the_table_lets_it_happen(unguarded):
    twice = "UPDATE ledger_voucher SET number = 1 WHERE id = %s"
    if connection.vendor == "sqlite":
        # SQLite の一意は表の一部で、外せない。重ならないことを表そのものが守る。
        with pytest.raises(Error), transaction.atomic():
            run(twice, [unguarded[1].pk])
    else:
        run(twice, [unguarded[1].pk])
        assert any("2026-0001 が2枚あります" in text for text in checks.missing_numbers())


def test_a_sequence_that_ran_ahead_is_named(sound):
    run("UPDATE coopfin_sequence SET last_number = 7 WHERE name = 'voucher'")
    named(checks.sequence_differences, "2026年度", "連番の元帳は 7、最後の伝票番号は 3")


def test_a_posted_voucher_without_checker_is_named(unguarded):
    run("UPDATE ledger_voucher SET checked_by_id = NULL WHERE id = %s", [unguarded[0].pk])
    named(checks.unchecked_vouchers, "2026-0001", "承認者がありません")


def test_a_voucher_checked_by_its_maker_is_named(unguarded):
    run("UPDATE ledger_voucher SET checked_by_id = made_by_id WHERE id = %s", [unguarded[0].pk])
    named(checks.unchecked_vouchers, "2026-0001", "起票した人と承認した人が同じ")


def test_a_correction_that_does_not_mirror_its_original_is_named(unguarded):
    run("UPDATE ledger_voucherline SET account_id = '112' WHERE voucher_id = %s AND account_id = '113'",
        [unguarded[2].pk])  # fmt: skip
    named(checks.reversal_differences, "2026-0003", "元の伝票 2026-0002")


def test_a_correction_of_what_is_not_posted_or_of_nothing_is_named(unguarded):
    run("UPDATE ledger_voucher SET state = 'prepared' WHERE id = %s", [unguarded[1].pk])
    named(checks.reversal_differences, "2026-0003", "計上されていません")
    run("UPDATE ledger_voucher SET reverses_id = NULL WHERE id = %s", [unguarded[2].pk])
    named(checks.reversal_differences, "2026-0003", "元の伝票がありません")


def test_missing_triggers_are_named(sound):
    triggers.remove(connection)
    found = checks.trigger_differences()
    assert len(found) == len(triggers.declared(connection.vendor))


def test_a_line_that_lost_its_member_is_named(unguarded):
    run("UPDATE ledger_voucherline SET member_id = NULL WHERE account_id = '131'")
    named(checks.lines_without_member, "2026-0001", "手形貸付", "組合員がありません")


def test_an_account_turned_into_another_kind_is_named(sound):
    run("UPDATE ledger_account SET kind = 'expense' WHERE code = '131'")
    named(checks.account_differences, "131", "手形貸付")


def test_the_checks_take_a_fixed_number_of_queries(sound, django_assert_max_num_queries):
    for _ in range(20):
        make_voucher(posted=True)
    with django_assert_max_num_queries(25):
        assert checks.check_all() == []
    assert Voucher.objects.posted().count() == 23
