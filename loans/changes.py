"""前の付議からの違い。付議のたびに残した写しどうしを比べるだけで、データベースを知らない。

写しは JSON にできる形: 面（key・title・rows）の列。行は key・label・value（どれも文）。
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Part = dict
ADDED, REMOVED, CHANGED = "加わった", "なくなった", "変わった"


@dataclass(frozen=True)
class Change:
    """一つの違い。前がなければ加わり、後がなければなくなった。"""

    label: str
    before: str
    after: str

    @property
    def what(self) -> str:
        if not self.before:
            return ADDED
        return CHANGED if self.after else REMOVED


@dataclass(frozen=True)
class ChangedPart:
    """違いのあった面。"""

    title: str
    changes: tuple[Change, ...]


def between(before: Iterable[Part], after: Iterable[Part]) -> list[ChangedPart]:
    """面ごとの違い。行は前の順に、加わった行はその後に並ぶ。違いのない面は出さない。"""
    old, new = ({part["key"]: part for part in parts} for parts in (before, after))
    found = []
    for key in [*old, *(key for key in new if key not in old)]:
        title = (new.get(key) or old[key])["title"]
        changed = tuple(_rows(old.get(key), new.get(key)))
        if changed:
            found.append(ChangedPart(title, changed))
    return found


def _rows(before: Part | None, after: Part | None):
    old, new = ({row["key"]: row for row in (part or {}).get("rows", ())} for part in (before, after))
    for key in [*old, *(key for key in new if key not in old)]:
        was, became = (rows.get(key, {}).get("value", "") for rows in (old, new))
        if was != became:
            yield Change((new.get(key) or old[key])["label"], was, became)
