"""稟議書の節に使う、小さな形。"""

from __future__ import annotations

from coopfin.calc.words import format_yen
from documents.blocks import Block, Head, Table, Words

FINDINGS = (Head("", width=8), Head("確かめたこと"), Head("よりどころ", width=30))
#: 確認事項の重さ → しるし
MARKS = {"block": "× 残る", "warn": "！注意", "pass": "○"}


def checked(findings, title: str = "") -> Table:
    """確認事項の表。"""
    rows = tuple((MARKS[one.level], lines((one.text, one.detail)), one.source) for one in findings)
    return Table(FINDINGS, rows, title=title)


def table(heads, rows, title: str, empty: str, foot=()) -> Block:
    """行がなければ、その旨の文。"""
    return Table(heads, rows, foot, title=title) if rows else Words(empty, title=title)


def lines(texts) -> str:
    return "\n".join(text for text in texts if text)


def yen(amount: int | None) -> str:
    return "" if amount is None else format_yen(amount)


def capacity_in_words(found) -> str:
    if not found.is_whole:
        return f"まだ書かれていないもの: {'、'.join(found.missing)}"
    return "".join(test.sentence for test in found.failing) or "どの場合も足りる"
