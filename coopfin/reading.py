"""守秘のページを開く前の決めごと。上の階が登録し、どの案件・台帳のページもここを通る（H2.2-e）。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q


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


#: source(user, on) → (モデル, この人に利害関係があって見せない行の番号の列) の列
_hidden: list[Callable] = []


def register_hidden(source: Callable) -> Callable:
    """利害関係のある人に伏せる行を、それを知る上の階が登録する。いまの台帳で判定するので、付議のあとに生じた利害も効く。"""
    _hidden.append(source)
    return source


def about_hidden(user, on: date) -> Q:
    """種別・番号で相手を指す行（議案・記録・書類）のうち、この人に伏せるものの条件。"""
    found = Q(pk__in=[])
    if getattr(user, "person", None) is None:
        return found
    for source in _hidden:
        for model, numbers in source(user, on):
            found |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=numbers)
    return found
