"""手引きとの対応: 確認点ごとに、何が守り、どこに記録するか。

確認点と段落は handbook.toml にある。守るものは自分で名乗る: 確認の関数は `follows`、データベースの制約と
記録する画面は `kept_by`・`kept_at` で。ページ（desk）も試験も、その名乗りを集めるだけで、別の表を持たない。
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class CheckPoint:
    """手引きのチェックポイント。"""

    number: int
    title: str
    chapter: str


@dataclass(frozen=True)
class Paragraph:
    """確認点のなかの一つの求め。cite は手引きの章。"""

    code: str
    checkpoint: int
    cite: str
    demand: str


@dataclass(frozen=True)
class Place:
    """記録する所。url_name の頁を開ける権限が permission。"""

    label: str
    url_name: str
    permission: str


@cache
def _tables() -> dict:
    return tomllib.loads((Path(__file__).parent / "handbook.toml").read_text("utf-8"))


@cache
def checkpoints() -> tuple[CheckPoint, ...]:
    """チェックポイントの一覧（番号順）。"""
    return tuple(CheckPoint(**entry) for entry in _tables()["checkpoint"])


@cache
def paragraphs() -> dict[str, Paragraph]:
    """段落。符号から引く（手引きの順）。"""
    return {entry["code"]: Paragraph(**entry) for entry in _tables()["paragraph"]}


_CODES = re.compile(r"（(?:H\d|ドメイン)[^）]*）|[、・]?H\d\.\d-\w+")

#: 符号 → 確認の関数／制約の文／記録する所。登録した順。
guards: dict[str, list[Callable]] = {}
constraints: dict[str, list[str]] = {}
places: dict[str, list[Place]] = {}


def _known(*codes: str) -> tuple[str, ...]:
    unknown = [code for code in codes if code not in paragraphs()]
    if unknown or not codes:
        raise ValueError(f"手引きの段落にない符号です: {unknown}")
    return codes


def follows(*codes: str) -> Callable[[Callable], Callable]:
    """確認の関数に、守る段落を名乗らせる: `@follows("H2.2-a")`。"""
    _known(*codes)

    def mark(guard: Callable) -> Callable:
        for code in codes:
            guards.setdefault(code, []).append(guard)
        guard.follows = codes
        return guard

    return mark


def kept_by(model: type, constraint: str, *codes: str) -> None:
    """データベースの制約が守る段落。文は、制約が断るときの文そのもの。"""
    found = next(each for each in model._meta.constraints if each.name == constraint)
    for code in _known(*codes):
        constraints.setdefault(code, []).append(str(found.violation_error_message))


def kept_at(label: str, url_name: str, permission: str, *codes: str) -> None:
    """段落の記録が残る画面。"""
    for code in _known(*codes):
        places.setdefault(code, []).append(Place(label, url_name, permission))


def sentence(guard: Callable) -> str:
    """確認の関数が何を確かめるか: docstring のはじめの行（段落の符号は、表のほうに出るので落とす）。"""
    return _CODES.sub("", (guard.__doc__ or "").strip().split("\n")[0])
