"""台帳の履歴（simple_history）を、経過として読める文にする。"""

from __future__ import annotations

from datetime import date, timedelta

from coopfin import log
from coopfin.calc import words

#: 画面に出さない項目
_HIDDEN = frozenset({"id", "search_text"})
#: 中身の移り変わりを台帳の履歴が語る操作
_TOLD_BY_HISTORY = frozenset(
    {"register_member", "update_member", "register_person", "update_person", "admin_add", "admin_change"}
)
#: 操作の記録が語る項目。これだけの変更は、操作の文と重ねて並べない。
_MANAGED = frozenset(
    {
        "shares", "share_capital", "left_on", "representative", "representative_title", "representative_from_on",
        "bank_code", "bank_name", "branch_code", "branch_name", "account_type", "account_number", "account_holder",
        "merged_into", "corporate_number", "user",
    }
)  # fmt: skip
MOST_OPERATIONS = 60
AT_ONCE = timedelta(seconds=5)


def entries(obj, *, limit=30) -> list[dict]:
    """新しい順の変更。何が何に変わったかを一行ずつ。"""
    records = list(obj.history.select_related("history_user").order_by("-history_id")[: limit + 1])
    fields = [field for field in obj._meta.concrete_fields if field.name not in _HIDDEN]
    names = _names_of_related(records, fields)
    found = []
    for newer, older in zip(records[:limit], [*records[1:], None][:limit], strict=False):
        entry = {"at": newer.history_date, "by": newer.history_user, "label": "変更", "text": "", "managed": False}
        if older is None:
            if newer.history_type != "+":
                continue
            entry["label"] = "登録"
        else:
            entry["text"] = "\n".join(_differences(newer, older, fields, names))
            entry["managed"] = bool(entry["text"]) and _changed(newer, older, fields) <= _MANAGED
        found.append(entry)
    return found


def member_entries(member) -> list[dict]:
    """組合員の経過。台帳の変更と、役員・出資・脱退・口座などの操作。"""
    return _with_operations(entries(member), member)


def person_entries(person) -> list[dict]:
    """人の経過。台帳の変更と統合。"""
    return _with_operations(entries(person), person)


def _with_operations(changes: list[dict], obj) -> list[dict]:
    """台帳の変更と操作の記録を、新しい順に一列にする。

    登録と変更は台帳の履歴が中身まで語る。ほかの操作が同じ時に書いた履歴は、操作の文が語るので並べない。
    """
    told = [
        {"at": record.at, "by": record.by, "label": record.label, "reason": record.reason,
         "text": record.detail.get("text") or record.detail.get("officer", "")}
        for record in log.timeline(obj)[:MOST_OPERATIONS]
        if record.verb not in _TOLD_BY_HISTORY
    ]  # fmt: skip
    spoken = [(entry["by"], entry["at"]) for entry in told]
    kept = [
        entry
        for entry in changes
        if not entry["managed"] or not any(by == entry["by"] and abs(at - entry["at"]) < AT_ONCE for by, at in spoken)
    ]
    return sorted([*kept, *told], key=lambda entry: entry["at"], reverse=True)


def _names_of_related(records, fields) -> dict:
    names = {}
    for field in fields:
        if field.is_relation:
            keys = {getattr(record, field.attname) for record in records} - {None}
            names[field.name] = {key: str(found) for key, found in field.related_model.objects.in_bulk(keys).items()}
    return names


def _changed(newer, older, fields) -> set[str]:
    return {field.name for field in fields if getattr(older, field.attname) != getattr(newer, field.attname)}


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
