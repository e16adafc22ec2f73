"""書類を読む道具: HTML を（条・項・号の番号も含む）文に、PDF を調べられる形に。"""

import re
from functools import cache
from html.parser import HTMLParser
from io import BytesIO

from pypdf import PdfReader

from documents.paper import render_pdf


class _Text(HTMLParser):
    """見えている文。番号は CSS が付けるので、ここで数える。"""

    def __init__(self):
        super().__init__()
        self.parts, self.lists, self.hidden = [], [], 0

    def handle_starttag(self, tag, attrs):
        if tag in ("head", "header"):
            self.hidden += 1
        if tag == "ol":
            self.lists.append(["({})" if ("class", "items") in attrs else "{}.", 0])
        if tag == "li" and self.lists:
            self.lists[-1][1] += 1
            self.parts.append("\n" + self.lists[-1][0].format(self.lists[-1][1]))
        if tag in ("h1", "h2", "p", "dt", "dd", "tr", "caption"):
            self.parts.append("\n")
        if tag in ("td", "th"):
            self.parts.append("|")

    def handle_endtag(self, tag):
        if tag in ("head", "header"):
            self.hidden -= 1
        if tag == "ol":
            self.lists.pop()

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(re.sub(r"\s", "", data))


def text_of(html: str) -> str:
    """空白を除いた文。段落ごとに一行。"""
    reader = _Text()
    reader.feed(html)
    return re.sub(r"\n+", "\n", "".join(reader.parts)).strip() + "\n"


@cache
def printed(paper, context) -> bytes:
    """PDF の実体（同じ値なら一度だけ描く）。"""
    return render_pdf(paper.render_html(context))[0]


def pdf_of(paper, context) -> PdfReader:
    return PdfReader(BytesIO(printed(paper, context)))


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


def pdf_text(content: bytes) -> str:
    """PDF の文（空白なし）。"""
    return plain("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))
