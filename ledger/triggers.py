"""計上済の伝票の不変と操作の記録の追記専用を守る引き金（trigger）。SQLite と PostgreSQL のために一度だけ宣言する。

守る約束（house「Promises that outlive code」、ドメイン D3）:
- 伝票は計上済として挿入できない。計上は更新だけで行い、二行以上・借方＝貸方＞0 でなければ断る。
- 計上済の伝票とその行は、直すことも、消すことも、足すことも、移すこともできない。訂正は新しい赤の伝票で行う。
- 操作の記録は追記だけ。
SQLite の INSERT OR REPLACE は消去の引き金を呼ばずに行を入れ替えるので、挿入の側で断る。
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.checks import Warning as CheckWarning
from django.db import connections, transaction

INSERTED_POSTED = "伝票は、計上済として登録できません。起票して承認してください。"
POSTED_FIXED = "計上済の伝票は、直すことも消すこともできません。訂正伝票を起票してください。"
ONLY_PREPARED = "計上できるのは、起票（承認待ち）の伝票だけです。"
UNBALANCED = "伝票は、二行以上で借方と貸方が一致しなければ計上できません。"
LINES_FIXED = "計上済の伝票の行は、足すことも、直すことも、消すこともできません。"
LOG_FIXED = "操作の記録は、直すことも消すこともできません。"


@dataclass(frozen=True)
class Trigger:
    """引き金一つ。sql はそのまま実行でき、SQLite では据え付けたあとに同じ文が読み返せる。"""

    name: str
    table: str
    sql: str


@dataclass(frozen=True)
class Function:
    """PostgreSQL の引き金が呼ぶ関数。"""

    name: str
    body: str

    @property
    def sql(self) -> str:
        return f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $guard${self.body}$guard$"


# --- SQLite --------------------------------------------------------------------------------
def _sqlite(name: str, table: str, event: str, when: str, message: str) -> Trigger:
    return Trigger(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
    )


_POSTED_VOUCHER = "EXISTS (SELECT 1 FROM ledger_voucher WHERE id = {} AND state = 'posted')"
_POSTED_LINE = (
    "EXISTS (SELECT 1 FROM ledger_voucherline l JOIN ledger_voucher v ON v.id = l.voucher_id "
    "WHERE l.id = {} AND v.state = 'posted')"
)
_BALANCE = (
    "(SELECT COUNT(*) < 2 OR SUM(CASE side WHEN 'debit' THEN amount ELSE 0 END) <= 0 "
    "OR SUM(CASE side WHEN 'debit' THEN amount ELSE -amount END) <> 0 "
    "FROM ledger_voucherline WHERE voucher_id = OLD.id)"
)

SQLITE = (
    _sqlite(
        "ledger_voucher_inserted_posted", "ledger_voucher", "INSERT",
        "NEW.state = 'posted' OR NEW.posted_at IS NOT NULL OR NEW.number IS NOT NULL", INSERTED_POSTED,
    ),
    _sqlite(
        "ledger_voucher_replaced", "ledger_voucher", "INSERT",
        "EXISTS (SELECT 1 FROM ledger_voucher WHERE state = 'posted' "
        "AND (id = NEW.id OR reverses_id = NEW.reverses_id))", POSTED_FIXED,
    ),
    _sqlite("ledger_voucher_fixed", "ledger_voucher", "UPDATE", "OLD.state = 'posted'", POSTED_FIXED),
    _sqlite("ledger_voucher_kept", "ledger_voucher", "DELETE", "OLD.state = 'posted'", POSTED_FIXED),
    _sqlite(
        "ledger_voucher_displaced", "ledger_voucher", "UPDATE",
        "EXISTS (SELECT 1 FROM ledger_voucher WHERE state = 'posted' AND id <> OLD.id "
        "AND (id = NEW.id OR reverses_id = NEW.reverses_id AND NEW.state <> 'rejected' "
        "OR fiscal_year = NEW.fiscal_year AND number = NEW.number))", POSTED_FIXED,
    ),
    _sqlite(
        "ledger_voucher_only_prepared", "ledger_voucher", "UPDATE",
        "(NEW.state = 'posted' OR NEW.posted_at IS NOT NULL) "
        "AND (OLD.state <> 'prepared' OR NEW.state <> 'posted' OR NEW.posted_at IS NULL OR NEW.number IS NULL "
        "OR NEW.checked_by_id IS NULL OR NEW.id <> OLD.id)", ONLY_PREPARED,
    ),
    _sqlite(
        "ledger_voucher_balanced", "ledger_voucher", "UPDATE",
        f"OLD.state <> 'posted' AND (NEW.state = 'posted' OR NEW.posted_at IS NOT NULL) AND {_BALANCE}", UNBALANCED,
    ),
    _sqlite(
        "ledger_line_inserted", "ledger_voucherline", "INSERT",
        f"{_POSTED_VOUCHER.format('NEW.voucher_id')} OR {_POSTED_LINE.format('NEW.id')}", LINES_FIXED,
    ),
    _sqlite(
        "ledger_line_fixed", "ledger_voucherline", "UPDATE",
        f"{_POSTED_VOUCHER.format('OLD.voucher_id')} OR {_POSTED_VOUCHER.format('NEW.voucher_id')} "
        f"OR {_POSTED_LINE.format('NEW.id')}", LINES_FIXED,
    ),
    _sqlite(
        "ledger_line_kept", "ledger_voucherline", "DELETE", _POSTED_VOUCHER.format("OLD.voucher_id"), LINES_FIXED
    ),
    _sqlite(
        "coopfin_actionlog_replaced", "coopfin_actionlog", "INSERT",
        "EXISTS (SELECT 1 FROM coopfin_actionlog WHERE id = NEW.id)", LOG_FIXED,
    ),
    _sqlite("coopfin_actionlog_fixed", "coopfin_actionlog", "UPDATE", "1", LOG_FIXED),
    _sqlite("coopfin_actionlog_kept", "coopfin_actionlog", "DELETE", "1", LOG_FIXED),
)  # fmt: skip

# --- PostgreSQL ----------------------------------------------------------------------------
_RAISE = "RAISE EXCEPTION '{}' USING ERRCODE = '23000';"

# 引き金の関数は VOLATILE なので、文ごとに新しい像を見る。行の鎖錠を待ったあとの集計は、確定した行をすべて数える。
VOUCHER_GUARD = Function(
    "ledger_guard_voucher",
    f"""
DECLARE
    line_count bigint;
    debits numeric;
    credits numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'posted' OR NEW.posted_at IS NOT NULL OR NEW.number IS NOT NULL THEN
            {_RAISE.format(INSERTED_POSTED)}
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state = 'posted' THEN
        {_RAISE.format(POSTED_FIXED)}
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF NEW.state = 'posted' OR NEW.posted_at IS NOT NULL THEN
        IF OLD.state <> 'prepared' OR NEW.state <> 'posted' OR NEW.posted_at IS NULL OR NEW.number IS NULL
           OR NEW.checked_by_id IS NULL OR NEW.id <> OLD.id THEN
            {_RAISE.format(ONLY_PREPARED)}
        END IF;
        SELECT count(*), coalesce(sum(amount) FILTER (WHERE side = 'debit'), 0),
               coalesce(sum(amount) FILTER (WHERE side = 'credit'), 0)
          INTO line_count, debits, credits FROM ledger_voucherline WHERE voucher_id = OLD.id;
        IF line_count < 2 OR debits <= 0 OR debits <> credits THEN
            {_RAISE.format(UNBALANCED)}
        END IF;
    END IF;
    RETURN NEW;
END
""",
)

# 伝票の行を FOR SHARE で読む。外部キーの鎖錠（FOR KEY SHARE）は計上の更新とぶつからず、
# 別の取引が計上している最中の伝票に行が滑り込む。
LINE_GUARD = Function(
    "ledger_guard_line",
    f"""
DECLARE
    voucher_state text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT state INTO voucher_state FROM ledger_voucher WHERE id = OLD.voucher_id FOR SHARE;
        IF voucher_state = 'posted' THEN
            {_RAISE.format(LINES_FIXED)}
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    SELECT state INTO voucher_state FROM ledger_voucher WHERE id = NEW.voucher_id FOR SHARE;
    IF voucher_state = 'posted' THEN
        {_RAISE.format(LINES_FIXED)}
    END IF;
    RETURN NEW;
END
""",
)

TRUNCATE_GUARD = Function("ledger_guard_truncate", f"\nBEGIN\n    {_RAISE.format(POSTED_FIXED)}\nEND\n")
LOG_GUARD = Function("coopfin_guard_actionlog", f"\nBEGIN\n    {_RAISE.format(LOG_FIXED)}\nEND\n")
FUNCTIONS = (VOUCHER_GUARD, LINE_GUARD, TRUNCATE_GUARD, LOG_GUARD)


def _postgresql(name: str, table: str, event: str, function: Function, *, each: str = "ROW") -> Trigger:
    # pg_get_triggerdef が返す形のままに書く。比べるときに、そのまま突き合わせられる。
    return Trigger(
        name,
        table,
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION {function.name}()",
    )


POSTGRESQL = (
    _postgresql("ledger_voucher_guarded", "ledger_voucher", "INSERT OR DELETE OR UPDATE", VOUCHER_GUARD),
    _postgresql("ledger_voucher_kept", "ledger_voucher", "TRUNCATE", TRUNCATE_GUARD, each="STATEMENT"),
    _postgresql("ledger_line_guarded", "ledger_voucherline", "INSERT OR DELETE OR UPDATE", LINE_GUARD),
    _postgresql("ledger_line_kept", "ledger_voucherline", "TRUNCATE", TRUNCATE_GUARD, each="STATEMENT"),
    _postgresql("coopfin_actionlog_fixed", "coopfin_actionlog", "DELETE OR UPDATE", LOG_GUARD),
    _postgresql("coopfin_actionlog_kept", "coopfin_actionlog", "TRUNCATE", LOG_GUARD, each="STATEMENT"),
)

TABLES = ("ledger_voucher", "ledger_voucherline", "coopfin_actionlog")


def declared(vendor: str) -> tuple[Trigger, ...]:
    """そのデータベースのために宣言した引き金。"""
    return {"sqlite": SQLITE, "postgresql": POSTGRESQL}[vendor]


# --- 据え付け・取り外し・突き合わせ --------------------------------------------------------
def installed(connection) -> dict[str, str]:
    """いま三つの表に据え付けられている引き金（名前 → 定義の文）。"""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s, %s)", TABLES
            )
        else:
            cursor.execute(
                "SELECT t.tgname, CASE WHEN t.tgenabled = 'O' THEN pg_get_triggerdef(t.oid, true) ELSE '' END "
                "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE NOT t.tgisinternal AND n.nspname = current_schema() AND c.relname IN (%s, %s, %s)",
                TABLES,
            )
        return dict(cursor.fetchall())


def _installed_functions(connection) -> dict[str, str]:
    names = [function.name for function in FUNCTIONS]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = current_schema() AND p.proname = ANY(%s)",
            [names],
        )
        return dict(cursor.fetchall())


def differences(connection) -> list[str]:
    """宣言と据え付けの違い。なければ空。"""
    here = installed(connection)
    found = []
    for trigger in declared(connection.vendor):
        if trigger.name not in here:
            found.append(f"表 {trigger.table} に引き金 {trigger.name} がありません。")
        elif here[trigger.name] != trigger.sql:
            found.append(f"表 {trigger.table} の引き金 {trigger.name} が、宣言と違うか、止められています。")
    names = {trigger.name for trigger in declared(connection.vendor)}
    found += [f"宣言にない引き金 {name} があります。" for name in sorted(set(here) - names)]
    if connection.vendor == "postgresql":
        functions = _installed_functions(connection)
        found += [
            f"引き金の関数 {function.name} が、ないか、宣言と違います。"
            for function in FUNCTIONS
            if functions.get(function.name) != function.body
        ]
    return found


def remove(connection) -> None:
    """三つの表の引き金を、宣言にないものも含めて外す。"""
    quote = connection.ops.quote_name
    tables = {}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE NOT t.tgisinternal AND n.nspname = current_schema() AND c.relname IN (%s, %s, %s)",
                TABLES,
            )
            tables = dict(cursor.fetchall())
    with connection.cursor() as cursor:
        for name in installed(connection):
            where = f" ON {quote(tables[name])}" if tables else ""
            cursor.execute(f"DROP TRIGGER {quote(name)}{where}")


def tables_exist(connection) -> bool:
    return set(TABLES) <= set(connection.introspection.table_names())


def install(connection) -> None:
    """宣言どおりに据え付ける（違うものがあれば、すべて入れ直す）。表がまだなければ何もしない。"""
    if connection.vendor not in ("sqlite", "postgresql") or not tables_exist(connection):
        return
    if not differences(connection):
        return
    with transaction.atomic(using=connection.alias):
        remove(connection)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                for function in FUNCTIONS:
                    cursor.execute(function.sql)
            for trigger in declared(connection.vendor):
                cursor.execute(trigger.sql)


# --- migrate の前後と点検 ------------------------------------------------------------------
def before_migrate(sender, using, **kwargs) -> None:
    """SQLite では、作り直す表の名を持つ引き金が移行を止めるので、先に外す。"""
    if connections[using].vendor == "sqlite":
        remove(connections[using])


def after_migrate(sender, using, **kwargs) -> None:
    """移行のあと、宣言どおりに据え付ける。"""
    install(connections[using])


def check_installed(app_configs=None, databases=None, **kwargs):
    """点検: `check --database default` で、宣言した引き金がそのまま据え付けられているか確かめる。"""
    problems = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor in ("sqlite", "postgresql") and tables_exist(connection):
            problems += [
                CheckWarning(
                    text,
                    hint="manage.py migrate で入れ直されます。だれが外したのかを確かめてください。",
                    id="ledger.W001",
                )
                for text in differences(connection)
            ]
    return problems
