"""台帳の履歴（simple_history）を、経過として読める文にする。"""

from __future__ import annotations

from datetime import date

from coopfin import log
from coopfin.calc import words

#: 画面に出さない項目
_HIDDEN = frozenset({"id", "search_text"})
#: 役員の追加・退任は、操作の記録のほうに書かれている。
_OFFICER_VERBS = ("add_officer", "end_officer")


def entries(obj, *, limit=30) -> list[dict]:
    """新しい順の変更。何が何に変わったかを一行ずつ。"""
    records = list(obj.history.select_related("history_user").order_by("-history_id")[: limit + 1])
    fields = [field for field in obj._meta.concrete_fields if field.name not in _HIDDEN]
    names = _names_of_related(records, fields)
    found = []
    for newer, older in zip(records[:limit], [*records[1:], None][:limit], strict=False):
        entry = {"at": newer.history_date, "by": newer.history_user, "label": "変更", "text": ""}
        if older is None:
            if newer.history_type != "+":
                continue
            entry["label"] = "登録"
        else:
            entry["text"] = "\n".join(_differences(newer, older, fields, names))
        found.append(entry)
    return found


def member_entries(member) -> list[dict]:
    """組合員の経過。台帳の変更と、役員の追加・退任。"""
    officers = [
        {"at": record.at, "by": record.by, "label": record.label, "text": record.detail.get("officer", "")}
        for record in log.timeline(member)
        if record.verb in _OFFICER_VERBS
    ]
    return sorted([*entries(member), *officers], key=lambda entry: entry["at"], reverse=True)


def _names_of_related(records, fields) -> dict:
    names = {}
    for field in fields:
        if field.is_relation:
            keys = {getattr(record, field.attname) for record in records} - {None}
            names[field.name] = {key: str(found) for key, found in field.related_model.objects.in_bulk(keys).items()}
    return names


def _differences(newer, older, fields, names) -> list[str]:
    lines = []
    for field in fields:
        before, after = getattr(older, field.attname), getattr(newer, field.attname)
        if before != after:
            texts = [_shown(field, value, names) for value in (before, after)]
            lines.append(f"{field.verbose_name}：{texts[0]} → {texts[1]}")
    return lines


def _shown(field, value, names) -> str:
    if value in (None, ""):
        return "（空）"
    if field.is_relation:
        return names[field.name].get(value, str(value))
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, int):
        return words.format_yen(value)
    return str(value)
