"""文言の違い: 前の版と比べて、どの条のどの言葉が変わるか。Django を知らない。"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from documents.wording import Wording


@dataclass(frozen=True)
class Piece:
    """文の切れ端。kind は same・out（消える）・in（入る）。"""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """一つの条（前文・後文）の違い。kind は same・changed・new・gone。"""

    kind: str
    heading: str
    lines: tuple[tuple[Piece, ...], ...]

    @property
    def label(self) -> str:
        return {"same": "同じ", "changed": "変わる", "new": "加わる", "gone": "なくなる"}[self.kind]


def changes(old: Wording, new: Wording) -> list[Change]:
    """条ごとの違い。並びは新しい版の順で、なくなる条はもとの場所に置く。"""
    before, after = _texts(old), _texts(new)
    keys = [key for key, _ in before], [key for key, _ in after]
    found: list[Change] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(a=keys[0], b=keys[1], autojunk=False).get_opcodes():
        if tag == "equal":
            pairs = zip(before[start:end], after[new_start:new_end], strict=True)
            found += [_compared(key[0], text, changed) for (key, text), (_, changed) in pairs]
            continue
        found += [Change("gone", key[0], _whole("out", text)) for key, text in before[start:end]]
        found += [Change("new", key[0], _whole("in", text)) for key, text in after[new_start:new_end]]
    return found


def _texts(wording: Wording) -> list[tuple[tuple[str, str], str]]:
    articles = [((_title(article.heading, article.when), article.when), article.body) for article in wording.articles]
    return [(("前文", ""), wording.lead), *articles, (("後文", ""), wording.closing)]


def _title(heading: str, when: str) -> str:
    return f"{heading}（{when}）" if when else heading


def _whole(kind: str, text: str) -> tuple[tuple[Piece, ...], ...]:
    return tuple((Piece(kind, line),) for line in text.splitlines())


def _compared(heading: str, old: str, new: str) -> Change:
    if old == new:
        return Change("same", heading, _whole("same", new))
    return Change("changed", heading, tuple(_lines(old.splitlines(), new.splitlines())))


def _lines(old: list[str], new: list[str]) -> Iterator[tuple[Piece, ...]]:
    for tag, start, end, new_start, new_end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((Piece("same", line),) for line in new[new_start:new_end])
        elif end - start == new_end - new_start:
            pairs = zip(old[start:end], new[new_start:new_end], strict=True)
            yield from (tuple(_pieces(line, changed)) for line, changed in pairs)
        else:
            yield from ((Piece("out", line),) for line in old[start:end])
            yield from ((Piece("in", line),) for line in new[new_start:new_end])


def _pieces(old: str, new: str) -> Iterator[Piece]:
    for tag, start, end, new_start, new_end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", new[new_start:new_end])
            continue
        if start < end:
            yield Piece("out", old[start:end])
        if new_start < new_end:
            yield Piece("in", new[new_start:new_end])
