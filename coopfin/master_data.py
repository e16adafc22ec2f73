"""基本データ（業種・勘定科目・書類の種類・運転資金の要因）。何度入れても同じで、組合が直した名前は上書きしない。"""

from __future__ import annotations

from django.conf import settings
from django.core import serializers
from django.db import transaction

#: 入れる順。あるものだけを入れる。
FILES = ("industries.json", "accounts.json", "document_kinds.json", "funds_causes.json")


def rows():
    """(ファイル名, 入れる行) の列。"""
    for name in FILES:
        path = settings.BASE_DIR / "fixtures" / name
        if path.exists():
            yield name, list(serializers.deserialize("json", path.read_text("utf-8")))


def missing() -> int:
    """まだ入っていない行の数。"""
    count = 0
    for _, found in rows():
        by_model: dict = {}
        for row in found:
            by_model.setdefault(type(row.object), []).append(row.object.pk)
        for model, keys in by_model.items():
            count += len(keys) - model._default_manager.filter(pk__in=keys).count()
    return count


def load() -> dict[str, int]:
    """まだない行だけを入れる。ファイル名 → 入れた行の数。"""
    added = {}
    with transaction.atomic():
        for name, found in rows():
            added[name] = 0
            for row in found:
                if not type(row.object)._default_manager.filter(pk=row.object.pk).exists():
                    row.save()
                    added[name] += 1
    return added
