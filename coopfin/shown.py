"""設定の値を、読む人の言葉で。承認する人の表、方針・規程の頁が同じ書き方をする。"""

from __future__ import annotations

import difflib
from datetime import date
from decimal import Decimal

from django.db import models

from coopfin.fields import CodesField, RateField, YenField

NOTHING = "定めなし"
#: 名の終わり → 単位
_UNITS = {"_months": "か月", "_days": "日", "_percent": "%", "_unit": "円", "_required": "人"}


def show(obj, field) -> str:
    """一つの欄の値。obj がなければ空。数・率・選ぶ欄に値がなければ「定めなし」、ほかは「（なし）」。"""
    if obj is None:
        return ""
    value = getattr(obj, field.name)
    if isinstance(value, bool):
        return "する" if value else "しない"
    if value is None or value == "":
        return NOTHING if isinstance(field, (models.IntegerField, RateField, CodesField)) else "（なし）"
    if field.choices:
        return getattr(obj, f"get_{field.name}_display")()
    if isinstance(field, CodesField):
        return field.labels(value)
    if isinstance(field, YenField):
        return f"{value:,}円"
    if isinstance(field, RateField):
        return f"{Decimal(value).normalize():f}%"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(field, models.IntegerField):
        unit = next((unit for ending, unit in _UNITS.items() if field.name.endswith(ending)), "")
        return f"{value:,}{unit}"
    return str(value).replace(",", "・") if field.name.endswith(("_bands", "_alert_months")) else str(value)


def field_rows(obj, current) -> list[tuple[str, str, str]]:
    """書く欄のすべて（見出し, いま, 提案）。current がなければ「いま」は空。"""
    return [
        (str(field.verbose_name), show(current, field), show(obj, field))
        for field in obj._meta.fields
        if field.editable and not field.primary_key
    ]


def changed_lines(old: str, new: str) -> tuple[str, str]:
    """なくなる行と、加わる行。"""
    compared = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[:2] in ("- ", "+ ")]
    gone = "\n".join(line[2:] for line in compared if line.startswith("- "))
    added = "\n".join(line[2:] for line in compared if line.startswith("+ "))
    return gone, added
