"""一覧・帳簿の書出し（Excel・CSV）。画面で絞り込んだものを、そのままの列で渡す。"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import quote

import tablib
from django.http import HttpResponse
from django.utils.encoding import force_str
from django_tables2.utils import signature

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


def values_of(table) -> Iterator[list]:
    """見出しと、一行ずつの値。表の as_values と同じもの。

    列の値の関数が何を求めるかは、列ごとに一度だけ調べる（as_values は升目ごとに調べ、一万行の半分をそれに使う）。
    """
    columns = [column for column in table.columns.iterall() if not column.column.exclude_from_export]
    yield [force_str(column.header, strings_only=True) for column in columns]
    wanted = {column.name: signature(column.value) for column in columns}

    for row in table.rows:

        def value_of(column, value=None, *, row=row):
            given = row._optional_cell_arguments(column, value)
            names, takes_all = wanted[column.name]
            return column.value(**given if takes_all else {name: given[name] for name in names})

        yield [
            force_str(row._get_and_render_with(column, render_func=value_of, default=None), strings_only=True)
            for column in columns
        ]


class ExportedList:
    """絞り込みつきの一覧（FilterView と SingleTableMixin）に、見ているとおりの書出しを足す。

    export_permission を書けば、その権限のある人だけが書き出せる。
    """

    export_permission = ""
    title = ""

    @property
    def may_export(self) -> bool:
        return not self.export_permission or self.request.user.has_perm(self.export_permission)

    def get(self, request, *args, **kwargs):
        file_format = wanted(request)
        if not file_format:
            return super().get(request, *args, **kwargs)
        if not self.may_export:
            return self.handle_no_permission()
        self.filterset = self.get_filterset(self.get_filterset_class())
        self.object_list = self.filterset.qs
        # get_table は一覧と同じ列と並びを使い、ページには分けない。
        self.paginate_by = self.table_pagination = False
        headers, *rows = values_of(self.get_table(**self.get_table_kwargs()))
        return download(self.export_title(), headers, rows, file_format, on=self.on)

    def export_title(self) -> str:
        """ファイルの名前。"""
        return self.title

    def export_links(self) -> list[dict]:
        return links(self.request) if self.may_export else []


def _safe(value):
    # 表計算が式として読む文字で始まる文は、文として読まれるように印を付ける。
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value
