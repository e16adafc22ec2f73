"""申込に付いた議案（金融委員会・理事会）を引く。"""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType

from governance.enums import ItemState
from governance.models import AgendaItem
from loans.models import Application


def of(application):
    """この申込の議案（新しい順）。"""
    return (
        AgendaItem.objects.filter(content_type=ContentType.objects.get_for_model(Application), object_id=application.pk)
        .select_related("body", "meeting", "meeting__body", "recorded_by")
        .order_by("-pk")
    )


def open_item(application, body_kind) -> AgendaItem | None:
    """まだ議決されていない議案。"""
    return of(application).filter(body__kind=body_kind, state__in=[ItemState.WAITING, ItemState.ON_AGENDA]).first()


def last_decided(application, body_kind) -> AgendaItem | None:
    """いちばん新しい議決済の議案。"""
    return of(application).filter(body__kind=body_kind, state=ItemState.DECIDED).first()
