"""読むあいだは、同じことを二度読まない。

GET のページは何も書けない（coopfin/middleware.py の番人）。だから、一つのページを描くあいだに台帳は変わらず、
一度読んだ答えは最後まで正しい。何かが変わりうるところ（POST・管理コマンド・操作）では、いつもそのつど読む。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_memory: ContextVar[dict | None] = ContextVar("coopfin.once", default=None)


@contextmanager
def while_reading() -> Iterator[None]:
    """このあいだは何も書かれない。入口は、書込みを断る番人だけ。"""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def once_while_reading(read: Callable[P, R]) -> Callable[P, R]:
    """同じ引数には、読むあいだ一度だけ答えを求める。答えは使い回すので、受け取った側で書き換えない。"""

    @wraps(read)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> R:
        memory = _memory.get()
        if memory is None:
            return read(*args, **kwargs)
        try:
            key = (read, args, frozenset(kwargs.items()))
            known = key in memory
        except TypeError:  # まだ保存していないものは、覚える見出しにならない
            return read(*args, **kwargs)
        if not known:
            memory[key] = read(*args, **kwargs)
        return memory[key]

    return remembered
