"""守秘のページを開く前の決めごと。上の階が登録し、どの案件・台帳のページもここを通る（H2.2-e）。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date


class ReadingRefused(Exception):
    """まだ開けない。url は、開けるようにするページ。"""

    def __init__(self, sentence: str, *, url: str, url_label: str):
        self.sentence, self.url, self.url_label = sentence, url, url_label
        super().__init__(sentence)


#: guard(user, on) は、開いてよければ何もせず、だめなら ReadingRefused を送る
guards: list[Callable] = []


def register_guard(guard: Callable) -> Callable:
    guards.append(guard)
    return guard


def allow(user, on: date) -> None:
    """この人が、守秘のページを開いてよいか。"""
    for guard in guards:
        guard(user, on)
