"""GET では書けない番人と、閲覧の記録。"""

from __future__ import annotations

import re
from contextlib import ExitStack
from urllib.parse import urlencode

from django.db import connection
from django.shortcuts import redirect, render

from coopfin.once import while_reading
from coopfin.reading import ReadingRefused

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_READS = re.compile(r"^\s*\(*(SELECT|SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO|BEGIN|PRAGMA foreign_keys|SHOW)\b", re.I)
_CACHE_TABLE = re.compile(r'"coopfin_cache"')


class WriteDuringRead(Exception):
    """GET の最中にデータベースへ書こうとした（プログラムの誤り）。"""


def refuse_writes(execute, sql, params, many, context):
    """読むだけの SQL とキャッシュ表だけを通す。"""
    if _READS.match(sql) or _CACHE_TABLE.search(sql):
        return execute(sql, params, many, context)
    raise WriteDuringRead(f"読むだけのページでデータベースへ書こうとしました: {sql[:80]}")


class ReadsDoNotWriteMiddleware:
    """最も内側の番人。GET・HEAD のあいだ、ビューとテンプレートからの書込みを断る。"""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request._write_guard = ExitStack()
        with request._write_guard:
            return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        if request.method in SAFE_METHODS and not request.path.startswith("/accounts/"):
            request._write_guard.enter_context(connection.execute_wrapper(refuse_writes))
            request._write_guard.enter_context(while_reading())


class ReadLogMiddleware:
    """案件の閲覧の記録を、ビューが済んだあと（書込みの番人の外）で残す。"""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.read_objects = []
        response = self.get_response(request)
        if request.read_objects and response.status_code < 400:
            from django.contrib.contenttypes.models import ContentType

            from coopfin.models import ReadLog

            ReadLog.objects.bulk_create(
                ReadLog(
                    content_type=ContentType.objects.get_for_model(obj),
                    object_id=obj.pk,
                    object_text=str(obj)[:200],
                    by=request.user,
                    path=request.path[:200],
                )
                for obj in request.read_objects
            )
        return response

    def process_exception(self, request, exception):
        """守秘のページをまだ開けない人を、開けるようにするページへ案内する。送った入力は、戻って送り直せる。"""
        if not isinstance(exception, ReadingRefused):
            return None
        if request.method in SAFE_METHODS and not request.htmx:
            return redirect(f"{exception.url}?{urlencode({'next': request.get_full_path()})}")
        return render(request, "403_reading.html", {"refusal": exception}, status=403)
