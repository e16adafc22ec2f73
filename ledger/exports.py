"""帳簿の書出し（Excel・CSV）。画面で絞り込んだものを、そのままの列で渡す。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from urllib.parse import quote

import tablib
from django.http import HttpResponse

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def links(request) -> list[dict]:
    """いまの絞り込みのままの書出しの案内。"""
    found = []
    for name, label in (("xlsx", "Excel"), ("csv", "CSV")):
        query = request.GET.copy()
        query.pop("page", None)
        query["export"] = name
        found.append({"label": label, "url": f"?{query.urlencode()}"})
    return found


def wanted(request) -> str:
    """書出しを頼まれた形式。頼まれていなければ空。"""
    name = request.GET.get("export", "")
    return name if name in FORMATS else ""


def download(name: str, headers: Iterable[str], rows: Iterable[Iterable], file_format: str, *, on: date):
    """ファイルとして渡す。CSV は Excel で文字化けしないよう、目印（BOM）を付ける。"""
    data = tablib.Dataset(headers=list(headers), title=name[:31])
    for row in rows:
        data.append([_safe(value) for value in row])
    content = data.export(file_format)
    if file_format == "csv":
        content = content.encode("utf-8-sig")
    response = HttpResponse(content, content_type=FORMATS[file_format])
    filename = quote(f"{name}_{on:%Y%m%d}.{file_format}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{filename}"
    return response


def _safe(value):
    # 表計算が式として読む文字で始まる文は、文として読まれるように印を付ける。
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value
