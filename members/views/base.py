"""台帳の画面に共通のもの。"""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from coopfin.views import OperationView
from members import sheets

MEMBERS_CRUMB = ("組合員", "/members/")
PEOPLE_CRUMB = ("人", "/members/people/")


class RegisterView(OperationView):
    """台帳を変える入力画面。二度目に届いた同じ送信は、断る前に一度目の結果へ案内する。

    一度目が済むと同じ番号・同じ人がもう台帳にいるので、二度目は「すでにあります」と断られてしまうからである。
    """

    def form_invalid(self, form):
        return self.already_done(self.request.POST.get("token", "")) or super().form_invalid(form)


def download(content: bytes, filename: str) -> HttpResponse:
    """ファイルとして受け取らせる。"""
    media_type = sheets.CSV_TYPE if filename.endswith(".csv") else sheets.XLSX_TYPE
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, filename)
    response["X-Content-Type-Options"] = "nosniff"
    return response
