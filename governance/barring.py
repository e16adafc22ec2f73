"""案件の手続をした人など、その議案の議決に加われない利用者の登録所（相互牽制、手引き第2章1 e）。

利害関係とは別のもので、定足数には数える。議決に加われるのは誰かを決めるのは governance、誰が手続をしたかを知るのは
案件を持つ上の階なので、関数を登録してもらう。
"""

from __future__ import annotations

from collections.abc import Callable

from governance.models import AgendaItem

#: bars(object_id) → 利用者の番号 → 断りの文
Bars = Callable[[int], dict[int, str]]
_bars: dict[str, Bars] = {}


def register(label: str, bars: Bars) -> None:
    """対象のモデル（例: "loans.application"）について、議決に加われない利用者を返す関数を登録する。"""
    _bars[label] = bars


def of(item: AgendaItem) -> dict[int, str]:
    """この議案の議決に加われない利用者の番号 → 断りの文。"""
    bars = _bars.get(f"{item.content_type.app_label}.{item.content_type.model}")
    return bars(item.object_id) if bars else {}
