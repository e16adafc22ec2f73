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

_registered: dict[str, Visible] = {}


def register(model_label: str, visible: Visible) -> None:
    """対象のモデル（例: "loans.loan"）について、見てよい番号を返す関数を登録する。"""
    _registered[model_label.lower()] = visible


def content_type_of(target) -> ContentType:
    """対象の種別。"""
    return ContentType.objects.get_for_model(target)


def visible_documents(queryset, user, on: date):
    """見てよい書類だけに絞る（発行した書類・受け取った書類のどちらにも使う）。"""
    allowed = Q(pk__in=[])
    for label, visible in _registered.items():
        content_type = ContentType.objects.get_for_model(apps.get_model(label))
        allowed |= Q(content_type=content_type, object_id__in=visible(user, on))
    return queryset.filter(allowed)


def may_see(document, user, on: date) -> bool:
    """この書類を見てよいか。"""
    return visible_documents(type(document).objects.filter(pk=document.pk), user, on).exists()
