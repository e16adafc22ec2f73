"""書類を誰が見てよいか。書類の対象（貸付・申込・伝票など）を知る上の階が、見てよい対象の番号を返す関数を登録する。

登録のない対象の書類は、誰にも見せない（守秘義務、H2.2-e）。
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

#: visible(user, on) → 見てよい対象の番号（QuerySet か番号の列）
Visible = Callable[..., object]
#: may_void(user, document, on) → その書類を無効にしてよいか
MayVoid = Callable[..., bool]

#: withheld(user, on) → 見てよい対象の発行した書類のうち、なお見せないものの条件
Withheld = Callable[..., Q]

_registered: dict[str, Visible] = {}
_may_void: dict[str, MayVoid] = {}
_withheld: dict[str, Withheld] = {}
_readers: dict[str, str] = {}


def register(
    model_label: str,
    visible: Visible,
    may_void: MayVoid | None = None,
    withheld: Withheld | None = None,
    *,
    readers: str = "",
) -> None:
    """対象のモデル（例: "loans.loan"）について、見てよい番号と、無効にしてよいかを返す関数を登録する。

    readers は、誰が見るかを受け取った人に伝える文。
    """
    _registered[model_label.lower()] = visible
    _readers[model_label.lower()] = readers
    if withheld is not None:
        _withheld[model_label.lower()] = withheld
    if may_void is not None:
        _may_void[model_label.lower()] = may_void


def content_type_of(target) -> ContentType:
    """対象の種別。"""
    return ContentType.objects.get_for_model(target)


def visible_documents(queryset, user, on: date):
    """見てよい書類だけに絞る（発行した書類・受け取った書類のどちらにも使う）。"""
    allowed = Q(pk__in=[])
    for label, visible in _registered.items():
        content_type = ContentType.objects.get_for_model(apps.get_model(label))
        seen = Q(content_type=content_type, object_id__in=visible(user, on))
        if label in _withheld and hasattr(queryset.model, "paper"):
            seen &= ~_withheld[label](user, on)
        allowed |= seen
    return queryset.filter(allowed)


def may_see(document, user, on: date) -> bool:
    """この書類を見てよいか。"""
    return visible_documents(type(document).objects.filter(pk=document.pk), user, on).exists()


def may_void(document, user, on: date) -> bool:
    """この書類を無効にしてよいか。決めるのは対象を知る上の階で、登録がなければできない。"""
    ask = _may_void.get(f"{document.content_type.app_label}.{document.content_type.model}")
    return bool(ask and document.voided_at is None and ask(user, document, on))


def readers_of(content_type: ContentType) -> str:
    """この種別の対象に付いた書類を見られるのは誰か（文）。"""
    return _readers.get(f"{content_type.app_label}.{content_type.model}", "")
