"""案件の手続をした人など、その議案の議決に加われない利用者の登録所（相互牽制、手引き第2章1 e）。

利害関係とは別のもので、定足数には数える。議決に加われるのは誰かを決めるのは governance、誰が手続をしたかを知るのは
案件を持つ上の階なので、関数を登録してもらう。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from governance.models import AgendaItem

#: bars(番号の列) → 番号 → 利用者の番号 → 断りの文
Bars = Callable[[list[int]], dict[int, dict[int, str]]]
_bars: dict[str, Bars] = {}


def register(label: str, bars: Bars) -> None:
    """対象のモデル（例: "loans.application"）について、議決に加われない利用者を返す関数を登録する。"""
    _bars[label] = bars


def of_items(items: Iterable[AgendaItem]) -> dict[int, dict[int, str]]:
    """議案の番号 → その議決に加われない利用者の番号 → 断りの文。問合せは、対象の種類ごとに一つ。"""
    by_label: dict[str, list[AgendaItem]] = defaultdict(list)
    for item in items:
        by_label[f"{item.content_type.app_label}.{item.content_type.model}"].append(item)
    found: dict[int, dict[int, str]] = {}
    for label, same in by_label.items():
        barred = _bars[label]([item.object_id for item in same]) if label in _bars else {}
        found |= {item.pk: barred.get(item.object_id, {}) for item in same}
    return found


def of(item: AgendaItem) -> dict[int, str]:
    """この議案の議決に加われない利用者の番号 → 断りの文。"""
    return of_items([item])[item.pk]
