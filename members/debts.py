"""組合員の債務を、上の階のアプリが知らせるための登録所。持分の払戻しを止めるか（中協法22条）は、これで決まる。

知らせる側は AppConfig.ready() から register_debts(source) を呼ぶ。source(member, on) → Debt の列。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Debt:
    """組合に対する債務の一つ。"""

    label: str
    amount: int
    url: str = ""


sources: list[Callable[..., Iterable[Debt]]] = []


def register_debts(source: Callable[..., Iterable[Debt]]) -> Callable[..., Iterable[Debt]]:
    sources.append(source)
    return source


def debts_of(member, on) -> list[Debt]:
    """その日の債務（残っているものだけ）。"""
    return [debt for source in sources for debt in source(member, on) if debt.amount > 0]
