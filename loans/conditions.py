"""条件の中身（文・種類・いつまでに）と、委員の求めた条件のまとめ方。データベースを知らない。"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from loans.enums import ConditionDue, ConditionKind

#: 免除の議案の名
WAIVER = "条件の免除"


@dataclass(frozen=True)
class Wanted:
    """求める条件一つ。"""

    text: str
    kind: str = ConditionKind.OTHER
    due: str = ConditionDue.DISBURSEMENT
    due_on: date | None = None

    @property
    def kind_label(self) -> str:
        return ConditionKind(self.kind).label

    @property
    def due_label(self) -> str:
        """「契約まで」「実行まで（2026年12月10日）」。"""
        label = ConditionDue(self.due).label
        return f"{label}（{self.due_on.year}年{self.due_on.month}月{self.due_on.day}日）" if self.due_on else label

    @property
    def described(self) -> str:
        """一行の書き方（答申書・議事録）。"""
        return f"{self.text}〔{self.due_label}〕"

    @property
    def values(self) -> dict:
        """モデルの欄の値。"""
        return {"text": self.text, "kind": self.kind, "due": self.due, "due_on": self.due_on}


def wanted(given: Iterable[Wanted | str]) -> list[Wanted]:
    """空でない条件。文だけなら、実行までに満たすものとみる。"""
    found = [one if isinstance(one, Wanted) else Wanted(one.strip()[:300]) for one in given]
    return [one for one in found if one.text]


def described(given: Iterable[Wanted]) -> str:
    """条件の並びを、一行に一つ。"""
    return "\n".join(one.described for one in given)


def gathered(given: Iterable[Wanted]) -> list[Wanted]:
    """委員たちの求めた条件を、同じ文は一つにまとめる。時期の違うものは、早いほうをとる（契約まで、早い期日）。"""
    found: dict[str, Wanted] = {}
    for one in given:
        other = found.get(one.text)
        found[one.text] = one if other is None else min(one, other, key=_earliness)
    return list(found.values())


def _earliness(one: Wanted):
    return (one.due != ConditionDue.CONTRACT, one.due_on or date.max)


def adopted(one: Wanted, advised: Iterable[Wanted]) -> str:
    """理事会の条件が、答申とどう違うか: 答申のとおり・答申を改めた・答申にない。"""
    same = next((other for other in advised if other.text == one.text), None)
    if same is None:
        return "答申にない"
    return "答申のとおり" if same == one else "答申を改めた"
