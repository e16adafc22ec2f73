"""書類の組み立て: 要項・表・文・図・確認事項。長い書類は、これを並べた節からできる。純粋な値で、データベースを知らない。"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

FONT = "BIZ UDGothic"


@dataclass(frozen=True)
class Head:
    """表の列。figure は右寄せの数、day は折り返さない日付・番号。width は幅（％。残りは、書かない列が分ける）。"""

    label: str
    kind: str = ""
    width: int = 0


@dataclass(frozen=True)
class Facts:
    """要項。行は（見出し, 文）。"""

    rows: tuple[tuple[str, str], ...]
    title: str = ""
    kind: str = "facts"


@dataclass(frozen=True)
class Table:
    """表。foot は終わりの行（計）。"""

    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]
    foot: tuple[tuple[str, ...], ...] = ()
    title: str = ""
    kind: str = "table"

    @property
    def body(self) -> list[list[tuple[Head, str]]]:
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]

    @property
    def sums(self) -> list[list[tuple[Head, str]]]:
        return [list(zip(self.heads, row, strict=True)) for row in self.foot]


@dataclass(frozen=True)
class Words:
    """文。"""

    text: str
    title: str = ""
    kind: str = "words"


@dataclass(frozen=True)
class Picture:
    """図（coopfin.charts の図）。数字は、前後の要項か表が言う。"""

    chart: Any
    title: str = ""
    kind: str = "picture"

    @property
    def svg(self) -> SafeString:
        """図。図の中の字には様式の CSS が届かないので、書体を図に書く。"""
        return mark_safe(str(self.chart.svg).replace("<svg ", f'<svg font-family="{FONT}" ', 1))


Block = Facts | Table | Words | Picture


@dataclass(frozen=True)
class Section:
    """節。"""

    title: str
    blocks: tuple[Block, ...]
