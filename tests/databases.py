"""The test database: prepared once, restored after every test that really commits.

The tables are made straight from the models, in two seconds; the migrations, which take twenty, are run once, by the
test that holds what they lead to against these tables (tests/test_migrations.py).

Posted vouchers cannot be deleted (triggers refuse it), so Django's way of cleaning up after such tests, to empty every
table, is closed to us. Instead a template is kept of the migrated database with its master data, and put back whole:
4 ms on SQLite, under a tenth of a second on PostgreSQL. Ordinary tests need none of this: they roll back.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.core.management import call_command, get_commands
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def choose_name() -> None:
    """Give this run a database of its own, outside the repository, so that several runs can go on at once."""
    if connection.vendor == "sqlite":
        # A file, not memory: live servers and second processes open it too.
        name = str(Path(tempfile.mkdtemp(prefix="coopfin-db-")) / "test.sqlite3")
        options = connection.settings_dict["OPTIONS"]
        # A test database need not survive a power cut.
        options["init_command"] = options.get("init_command", "").replace("synchronous=FULL", "synchronous=OFF")
    else:
        name = f"test_{connection.settings_dict['NAME'][:40]}_{os.getpid()}"
    connection.settings_dict["TEST"] |= {"NAME": name, "MIGRATE": False}


def forget_name() -> None:
    """Remove the folder made by choose_name(); the database itself has been destroyed by then."""
    if connection.vendor == "sqlite":
        shutil.rmtree(Path(connection.settings_dict["TEST"]["NAME"]).parent, ignore_errors=True)


def note_migrations() -> None:
    """The tables are the newest: whoever migrates them finds nothing to do."""
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    recorder.migration_qs.bulk_create(
        recorder.Migration(app=app, name=name) for app, name in MigrationLoader(None).disk_migrations
    )


def load_master_data() -> None:
    """What every test may take for granted beside the migrations: accounts, industries and the like."""
    if "load_master_data" in get_commands():
        call_command("load_master_data", verbosity=0)


def count_rows() -> None:
    """A database at work knows how many rows its tables hold; a test's came in one stroke."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def forget_master_data() -> None:
    """Back to what the migrations alone leave: for the journey that begins with nothing. No voucher may exist yet."""
    for model in (
        apps.get_model("ledger.Account"),
        apps.get_model("members.Industry"),
        apps.get_model("loans.FundsCause"),
    ):
        model.objects.all().delete()
    apps.get_model("ledger.HistoricalAccount").objects.all().delete()


@contextmanager
def another_database() -> Iterator[BaseDatabaseWrapper]:
    """Inside, the connection leads to an empty database beside the one of the tests."""
    tested = connections[DEFAULT_DB_ALIAS]
    other = tested.copy()
    other.settings_dict["NAME"] = name = f"{tested.settings_dict['NAME']}_other"
    if other.vendor == "postgresql":
        with tested._nodb_cursor() as cursor:
            _drop(cursor, name)
            _create(cursor, name, like="template0")
    connections[DEFAULT_DB_ALIAS] = other
    try:
        yield other
    finally:
        other.close()
        connections[DEFAULT_DB_ALIAS] = tested
        if other.vendor == "postgresql":
            with tested._nodb_cursor() as cursor:
                _drop(cursor, name)


def let_go() -> None:
    """Close this thread's connection, and the pool behind it if there is one."""
    connections.close_all()
    if close_pool := getattr(connection, "close_pool", None):
        close_pool()


class Template:
    """The prepared database, kept aside. Made by keep(), put back by restore()."""

    def keep(self) -> None:
        self.name = connection.settings_dict["NAME"]
        let_go()
        if connection.vendor == "sqlite":
            # Not a copy of the file: in WAL mode part of the database is in files beside it.
            self.memory = sqlite3.connect(":memory:")
            with _raw_sqlite(self.name) as source:
                source.backup(self.memory)
        else:
            self.template_name = f"{self.name}_tpl"
            with connection._nodb_cursor() as cursor:
                _drop(cursor, self.template_name)
                _create(cursor, self.template_name, like=self.name)

    def restore(self) -> None:
        let_go()
        if connection.vendor == "sqlite":
            with _raw_sqlite(self.name) as target:
                self.memory.backup(target)
        else:
            with connection._nodb_cursor() as cursor:
                _drop(cursor, self.name)
                _create(cursor, self.name, like=self.template_name)

    def discard(self) -> None:
        let_go()
        if connection.vendor == "sqlite":
            self.memory.close()
        else:
            with connection._nodb_cursor() as cursor:
                _drop(cursor, self.template_name)


class _raw_sqlite:
    """A connection of the bare driver that is really closed at the end (the driver's own only commits)."""

    def __init__(self, name: str) -> None:
        self.connection = sqlite3.connect(name, timeout=20)

    def __enter__(self) -> sqlite3.Connection:
        return self.connection

    def __exit__(self, *_) -> None:
        self.connection.close()


def _drop(cursor, name: str) -> None:
    cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)} WITH (FORCE)")


def _create(cursor, name: str, *, like: str) -> None:
    quote = connection.ops.quote_name
    cursor.execute(f"CREATE DATABASE {quote(name)} TEMPLATE {quote(like)}")


TEMPLATE = Template()
