"""操作の記録を書く。金額・決定・承認など、すべての操作は一行を残す。"""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType

from coopfin.models import ActionLog


def record(obj, *, verb: str, label: str, by, on: date, reason: str = "", **detail) -> ActionLog:
    """操作の記録を一行書く。detail は後で読む人のための数字や文（JSON にできる値）。"""
    return ActionLog.objects.create(
        content_type=ContentType.objects.get_for_model(obj),
        object_id=obj.pk,
        object_text=str(obj)[:200],
        verb=verb,
        label=label,
        by=by,
        on=on,
        reason=reason,
        detail=detail,
    )


def assign(obj, values: dict) -> list[list[str]]:
    """値を入れ、変わった欄を [名, 前, 後] の列で返す。record(differences=…) に渡すと、経過に一行ずつ出る。"""
    changes = []
    for name, value in values.items():
        before = getattr(obj, name)
        if before != value:
            setattr(obj, name, value)
            changes.append([str(obj._meta.get_field(name).verbose_name), str(before), str(value)])
    return changes


def timeline(*objects):
    """対象（ひとつ以上）の記録を、新しい順に。"""
    logs = ActionLog.objects.none()
    for obj in objects:
        logs = logs | ActionLog.objects.about(obj)
    return logs.order_by("-pk")
