"""一覧の見方の操作: 列を選ぶ、絞り込みに名を付けて残す、忘れる。"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from coopfin.flow import StepRefused, block
from coopfin.models import ListColumns, SavedFilter

#: 一人が一つの一覧に残せる絞り込みの数
MOST_FILTERS = 20
LABEL = "絞り込みを残す"


def choose_columns(list_name: str, columns: Iterable[str], *, by) -> None:
    """列を選ぶ。一つも選ばなければ、はじめの列に戻る。"""
    chosen = list(columns)
    mine = ListColumns.objects.filter(user=by, list_name=list_name)
    if not chosen:
        mine.delete()
        return
    ListColumns.objects.update_or_create(user=by, list_name=list_name, defaults={"columns": chosen})


@transaction.atomic
def save_filter(list_name: str, *, name: str, query: str, by) -> SavedFilter:
    """絞り込みに名を付けて残す。同じ名なら、置き換える。"""
    name = name.strip()
    if not name or len(name) > SavedFilter._meta.get_field("name").max_length:
        raise StepRefused(LABEL, [block("名を40字までで付けてください。", "一覧の見方", code="name")])
    if not query:
        raise StepRefused(LABEL, [block("絞り込んでから残してください。", "一覧の見方", code="query")])
    if len(query) > SavedFilter._meta.get_field("query").max_length:
        raise StepRefused(LABEL, [block("この絞り込みは長すぎて残せません。", "一覧の見方", code="query")])
    mine = SavedFilter.objects.filter(user=by, list_name=list_name)
    if not mine.filter(name=name).exists() and mine.count() >= MOST_FILTERS:
        text = f"残せるのは{MOST_FILTERS}個までです。要らないものを消してください。"
        raise StepRefused(LABEL, [block(text, "一覧の見方", code="many")])
    saved, _ = SavedFilter.objects.update_or_create(user=by, list_name=list_name, name=name, defaults={"query": query})
    return saved


def forget_filter(list_name: str, number: str, *, by) -> None:
    """残した絞り込みを消す（自分のものだけ）。"""
    if number.isascii() and number.isdigit() and len(number) <= 18:
        SavedFilter.objects.filter(user=by, list_name=list_name, pk=int(number)).delete()
