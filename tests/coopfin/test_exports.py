"""What is exported is what the table shows, and ten thousand rows do not ask ten thousand times how a column works."""

from datetime import date
from types import SimpleNamespace

import django_tables2 as tables

from coopfin import exports


class Loans(tables.Table):
    number = tables.Column("番号", empty_values=())
    amount = tables.Column("金額")
    day = tables.Column("日", default="—")
    note = tables.Column("備考", exclude_from_export=True)

    def render_amount(self, value):
        return f"{value:,}"

    def value_amount(self, value):
        return value

    def value_number(self, record, **rest):
        return f"{record.number}-{len(rest)}"


ROWS = [
    SimpleNamespace(number=number, amount=amount, day=day, note="内")
    for number, amount, day in ((1, 1_000, None), (2, None, date(2026, 11, 24)), (3, 0, None))
]


def test_the_values_are_those_of_the_table():
    assert list(exports.values_of(Loans(ROWS))) == list(Loans(ROWS).as_values())
    assert [row[1] for row in exports.values_of(Loans(ROWS))] == ["金額", 1_000, None, 0]


def test_a_column_is_looked_into_once_however_many_rows_there_are(monkeypatch):
    looked = []
    monkeypatch.setattr(exports, "signature", lambda fn, of=exports.signature: (looked.append(fn), of(fn))[1])
    assert len(list(exports.values_of(Loans(ROWS * 50)))) == 151
    assert len(looked) == 3
