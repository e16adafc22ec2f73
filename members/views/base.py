"""台帳の画面に共通のもの。"""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from members import sheets

MEMBERS_CRUMB = ("組合員", "/members/")
PEOPLE_CRUMB = ("人", "/members/people/")


def download(content: bytes, filename: str) -> HttpResponse:
    """ファイルとして受け取らせる。"""
    media_type = sheets.CSV_TYPE if filename.endswith(".csv") else sheets.XLSX_TYPE
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, filename)
    response["X-Content-Type-Options"] = "nosniff"
    return response
