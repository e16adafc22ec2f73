"""書類の様式と描き方。一つの HTML から、画面の見本と A4 の PDF の両方を作る。

PDF は PDF/UA（タグ付き・日本語・題名あり）で、書体は BIZ UD 明朝・ゴシックと IPAmj 明朝（人名の異体字）だけを埋め込む。
WeasyPrint は読み込みに時間がかかり OS の部品も要るので、描くときに初めて読み込む。
"""

from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static

from documents.wording import Wording

STYLESHEET = "coopfin/print.css"
#: PDF を描くときだけの住所。ここから外へは何も取りに行かない。
_BASE_URL = "paper:///"
_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
REQUIRED_FONTS = ("BIZ UDMincho", "BIZ UDGothic")
APT_LINE = (
    "apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 "
    "fonts-morisawa-bizud-mincho fonts-morisawa-bizud-gothic fonts-ipamj-mincho"
)
#: 描く部品（Pango）は、同時に二つ描くことを約束していない。
_one_at_a_time = threading.Lock()


class CannotRender(Exception):
    """書類を描けない。文は事務の人に見せてよい。"""


@dataclass(frozen=True)
class Paper:
    """書類の様式。form_version は文言の版の名前。wording は条文（documents.form_versions が、発行する日のものを持たせる）。"""

    code: str
    label: str
    template: str
    form_version: str
    #: 用紙（print.css の @page の名前）
    sheet: str = "a4"
    wording: Wording | None = None
    #: そのときの姿を写す書類か。何度でも発行でき、前のものも無効にならない。
    repeatable: bool = False

    def render_html(self, context: Any, preview: bool = False, **more: Any) -> str:
        """HTML。context は title・number・stamp_duty を持つ値。preview は画面の見本。"""
        return render_to_string(self.template, self._values(context, preview, **more))

    def _values(self, context: Any, preview: bool, **more: Any) -> dict[str, Any]:
        return {
            "paper": self,
            "it": context,
            "preview": preview,
            "stylesheet": static(STYLESHEET) if preview else f"{_BASE_URL}{STYLESHEET}",
            **more,
        }


def render_pdf(html: str) -> tuple[bytes, int]:
    """PDF の実体とページ数。描けなければ CannotRender（理由の文）。"""
    weasyprint = _weasyprint()
    from weasyprint.urls import FatalURLFetchingError

    _stylesheet()  # 無ければここで断る（取り込みの途中で断ると、CSS のない書類ができてしまう）
    families: set[str] = set()

    def remember_fonts(document, pdf):
        families.update(font.family for font in document.fonts.values())

    with _one_at_a_time:
        try:
            document = weasyprint.HTML(string=html, base_url=_BASE_URL, url_fetcher=_fetcher()).render(
                font_config=_font_configuration(), pdf_variant="pdf/ua-1"
            )
            content = document.write_pdf(pdf_variant="pdf/ua-1", finisher=remember_fonts)
        except FatalURLFetchingError as error:
            raise CannotRender(str(error)) from error
    missing = [family for family in REQUIRED_FONTS if family not in families]
    if missing:
        raise CannotRender(
            f"書類の書体（{'・'.join(missing)}）が見つかりません。次の一行を管理者として実行してください: {APT_LINE}"
        )
    return content, len(document.pages)


def preview_response(request, paper: Paper, context: Any, *, back_url="", issue_url="", issue_label="", token=""):
    """発行前の見本（画面）。issue_url があれば、この内容で発行するボタンを添える。"""
    values = paper._values(
        context,
        True,
        back_url=back_url,
        issue_url=issue_url,
        issue_label=issue_label or "この内容で発行する",
        token=token,
    )
    response = render(request, paper.template, values)
    response["Cache-Control"] = "private, no-store"
    return response


def missing_libraries() -> list[str]:
    """PDF に要る OS の部品のうち、この機械にないもの。"""
    return [name for name in _LIBRARIES if not _is_there(name)]


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


@cache
def _weasyprint():
    missing = missing_libraries()
    if missing:
        raise CannotRender(
            f"PDF を作る部品（{'、'.join(missing)}）がこの機械にありません。"
            f"次の一行を管理者として実行してください: {APT_LINE}"
        )
    import weasyprint

    return weasyprint


@cache
def _font_configuration():
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@cache
def _fetcher():
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OnlyTheStylesheet(URLFetcher):
        """添えてある様式の CSS だけを渡し、ほかは（絵でも）断る。黙って欠けた書類を作らないため。"""

        def fetch(self, url, headers=None):
            if url == f"{_BASE_URL}{STYLESHEET}":
                return URLFetcherResponse(url, _stylesheet(), {"Content-Type": "text/css; charset=utf-8"})
            raise FatalURLFetchingError(f"書類の様式が外のもの（{url}）を取り込もうとしました。")

    return OnlyTheStylesheet()


@cache
def _stylesheet() -> bytes:
    found = finders.find(STYLESHEET)
    if not found:
        raise CannotRender(f"書類の様式の CSS（{STYLESHEET}）が見つかりません。")
    return Path(found).read_bytes()
