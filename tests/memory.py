"""What a factory once did in a world is done again by writing the same rows, without walking the whole road anew.

A case brought before the board costs hundreds of questions to the database; the rows that come of it are a few dozen.
The first time a factory marked `@remembered` is called in a world of `for_the_module`, it really does its work, and
what it wrote is noted. When another test calls it with the same arguments in the same world, the same statements are
run again (with the same keys), and the same object is read from the database.

"The same world" is taken strictly: the one that `for_the_module` made, plus nothing but what remembered factories added
to it. Any other write, by a test or a fixture, makes the world a new one, and from there on everything is really done.
A rolled-back savepoint brings the former world back. So a test need not know about any of this.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import wraps

from django.db import connection
from django.db.models import Model

READS = re.compile(r"\s*\(*(SELECT|PRAGMA|SHOW|EXPLAIN|ANALYZE)\b", re.I)
SAVEPOINT = re.compile(r"\s*(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT)\s+(\S+)", re.I)


class Unknown(Exception):
    """An argument that cannot be compared with that of another call."""


@dataclass(eq=False)
class Deed:
    """What a call wrote, what it returned, and where the counters of its keys stood."""

    statements: list[tuple] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    result: object = None
    repeatable: bool = True


class Memory:
    """Follows every statement of the tests' connection, so as to know which world the next one meets."""

    def __init__(self) -> None:
        self.world: object | None = None  # None: not known
        self.savepoints: list[tuple[str, object | None]] = []
        self.deeds: dict[tuple, Deed] = {}
        self.noting: Deed | None = None

    def watch(self, execute, sql, params, many, context):
        """The wrapper around every statement (connection.execute_wrapper)."""
        result = execute(sql, params, many, context)
        if point := SAVEPOINT.match(sql):
            self._savepoint(point[1].upper(), point[2])
        elif not READS.match(sql):
            if self.noting is not None:
                self.noting.statements.append((sql, params, many))
            else:
                self.world = None
        return result

    def _savepoint(self, word: str, name: str) -> None:
        if word == "SAVEPOINT":
            self.savepoints.append((name, self.world))
            return
        while self.savepoints:
            known, world = self.savepoints.pop()
            if known == name:
                break
        if word != "RELEASE SAVEPOINT":
            self.savepoints.append((known, world))
            self.world = world
            if self.noting is not None:
                self.noting.repeatable = False

    def begin(self) -> None:
        """A world has been made: from here on it is known."""
        self.world = object()  # like no other

    def end(self) -> None:
        """The world is gone, and with it what was done in it."""
        self.world = None
        self.savepoints.clear()
        self.deeds.clear()

    def call(self, factory: Callable, args: tuple, kwargs: dict):
        if self.world is None or self.noting is not None or not connection.in_atomic_block:
            return factory(*args, **kwargs)
        try:
            key = (self.world, factory, frozen(args), frozen(kwargs))
        except Unknown:
            return factory(*args, **kwargs)
        if key in self.deeds:
            deed = self.deeds[key]
            self._repeat(deed)
            self.world = deed
            return deepcopy(deed.result)
        before = counters()
        self.world, self.noting = None, Deed()
        try:
            result = factory(*args, **kwargs)
        finally:
            deed, self.noting = self.noting, None
        if deed.repeatable:
            deed.result, after = deepcopy(result), counters()
            deed.counters = {name: value for name, value in before.items() if after[name] != value}
            self.deeds[key] = self.world = deed
        return result

    def _repeat(self, deed: Deed) -> None:
        set_counters(deed.counters)
        with connection.cursor() as cursor:
            for sql, params, many in deed.statements:
                (cursor.executemany if many else cursor.execute)(sql, params)
                if cursor.description is not None:
                    cursor.fetchall()


MEMORY = Memory()


def remembered(factory: Callable) -> Callable:
    """A factory whose work may be repeated from memory. It depends on its arguments and on the database alone."""

    @wraps(factory)
    def make(*args, **kwargs):
        return MEMORY.call(factory, args, kwargs)

    return make


def frozen(value):
    """An argument as something that can be compared; a row of the database stands for itself."""
    if isinstance(value, Model):
        if value.pk is None:
            raise Unknown
        return value._meta.label, value.pk
    if value is None or isinstance(value, (str, int, Decimal, date, time, timedelta)):
        return type(value), value
    if isinstance(value, dict):
        return dict, tuple((name, frozen(item)) for name, item in sorted(value.items()))
    if isinstance(value, (list, tuple)):
        return type(value), tuple(frozen(item) for item in value)
    if is_dataclass(value):
        return type(value), tuple(frozen(getattr(value, each.name)) for each in fields(value))
    raise Unknown


# A rolled-back PostgreSQL sequence goes on counting, so a repeated statement would give out other keys.


def counters() -> dict[str, int]:
    """How far the keys of each table have been given out (PostgreSQL; SQLite takes its counters back by itself)."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public'")
        return dict(cursor.fetchall())


def set_counters(values: dict[str, int]) -> None:
    if values:
        with connection.cursor() as cursor:
            each = ", ".join(["setval(%s::regclass, %s, false)"] * len(values))
            cursor.execute(f"SELECT {each}", [part for name, last in values.items() for part in (name, last + 1)])
