"""方針・規程を読む: ある日に効力のあった値と、それがいつから、だれの提案と承認によるか。"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date

from coopfin.models import HaircutRate, Policy, Proposal
from coopfin.policy_settings import GROUPS, Fixed
from coopfin.shown import NOTHING, show


@dataclass(frozen=True)
class Entry:
    """一つの値。版のはじまる日と、提案・承認した人。"""

    value: str
    version: Proposal


@dataclass(frozen=True)
class Line:
    """方針の一行。entry はその日に効力のある値、history は新しい順の移り変わり。"""

    label: str
    help_text: str
    source: str
    entry: Entry | None = None
    history: tuple[Entry, ...] = field(default=())
    #: 法律・手引きが決めていて、選べない値
    fixed: str = ""
    #: まだ何も変えない欄で、そのことの文
    notice: str = ""

    @property
    def value(self) -> str:
        return self.fixed or (self.entry.value if self.entry else NOTHING)

    def matches(self, words: list[str]) -> bool:
        text = _plain(f"{self.label} {self.help_text} {self.source} {self.value} {self.notice}")
        return all(word in text for word in words)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def policy_lines(day: date, text: str = "") -> list[tuple[str, list[Line]]]:
    """方針の全項目。text を渡すと、その言葉を含む項目だけ。"""
    versions = list(
        Policy.objects.approved()
        .select_related("proposed_by", "decided_by")
        .prefetch_related("haircuts")
        .order_by("effective_on", "pk")
    )
    words = _plain(text).split()
    found = []
    for label, items in GROUPS:
        lines = [
            Line(item.label, item.help_text, item.source, fixed=item.value)
            if isinstance(item, Fixed)
            else _setting(item, versions, day)
            for item in items
        ]
        found.append((label, lines))
    rates = {version.pk: {row.asset_kind: row for row in version.haircuts.all()} for version in versions}
    rate = HaircutRate._meta.get_field("haircut_rate")
    found.append(
        (
            "担保掛目",
            [
                _line(
                    f"掛目 {name}", "評価額にかける割合です。", "手引き Q&A 3", versions, day,
                    lambda version, kind=kind: show(rates[version.pk].get(kind), rate) or NOTHING,
                )
                for kind, name in HaircutRate.kinds.items()
            ],
        )
    )  # fmt: skip
    kept = [(label, [line for line in lines if line.matches(words)]) for label, lines in found]
    return [(label, lines) for label, lines in kept if lines]


def _setting(item, versions, day: date) -> Line:
    column = Policy._meta.get_field(item.name)
    line = _line(
        str(column.verbose_name), str(column.help_text), item.source, versions, day,
        lambda version: show(version, column),
    )  # fmt: skip
    return replace(line, notice=item.notice)


def _line(label, help_text, source, versions, day, value_of) -> Line:
    """値の変わった版だけを移り変わりに残す。同じ値のままの版は、前の版の続きとみる。"""
    changes: list[Entry] = []
    for version in versions:
        value = value_of(version)
        if not changes or changes[-1].value != value:
            changes.append(Entry(value, version))
    current = next((entry for entry in reversed(changes) if entry.version.effective_on <= day), None)
    return Line(label, help_text, source, entry=current, history=tuple(reversed(changes)))
