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


#: 守秘の部屋。ここの権限で開く頁（一覧・書出しも）と、ここが届ける仕事・札は、誓約がなければ見せない
CONFIDENTIAL_ROOMS = frozenset({"members", "collateral", "loans", "ledger", "documents"})
#: 部屋は守秘でも、中身は守秘でない権限（勘定科目の表）
_OPEN = frozenset({"ledger.view_accounts"})


def is_confidential(permission: str) -> bool:
    """この権限で開く頁が、組合員や案件の中身を見せるか。"""
    return permission not in _OPEN and permission.partition(".")[0] in CONFIDENTIAL_ROOMS


def allow(user, on: date) -> None:
    """この人が、守秘のページを開いてよいか。だめなら ReadingRefused。一つの要求のあいだに、一度だけ確かめる。"""
    if getattr(user, "_may_read_on", None) == on:
        return
    for guard in guards:
        guard(user, on)
    user._may_read_on = on


def may(user, on: date) -> bool:
    """この人が、守秘のページを開いてよいか（見せるものを選ぶとき）。"""
    try:
        allow(user, on)
    except ReadingRefused:
        return False
    return True


#: source(user, on) → (モデル, この人に見せない行の番号の列) の列
Source = Callable[..., object]
_hidden: list[Source] = []
_closed: list[Source] = []


def register_hidden(source: Source) -> Source:
    """利害関係のある人に伏せる行を、それを知る上の階が登録する。いまの台帳で判定するので、付議のあとに生じた利害も効く。"""
    _hidden.append(source)
    return source


def register_closed(source: Source) -> Source:
    """閲覧の制限された案件の行（許しのない人に伏せるもの）を、それを知る上の階が登録する。"""
    _closed.append(source)
    return source


def about_hidden(user, on: date) -> Q:
    """種別・番号で相手を指す行（議案・記録・書類）のうち、利害関係があってこの人に伏せるものの条件。"""
    return _about(_hidden if getattr(user, "person", None) is not None else (), user, on)


def about_closed(user, on: date) -> Q:
    """同じく、閲覧の制限があってこの人に伏せるものの条件。"""
    return _about(_closed, user, on)


def _about(sources, user, on: date) -> Q:
    found = Q(pk__in=[])
    for source in sources:
        for model, numbers in source(user, on):
            found |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=numbers)
    return found
