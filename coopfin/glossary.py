"""用語集を読む。"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Term:
    """用語。"""

    japanese: str
    identifier: str
    where: str
    meaning: str
    source: str


@cache
def terms() -> tuple[Term, ...]:
    """用語の一覧（glossary.toml の順）。"""
    text = (Path(__file__).parent / "glossary.toml").read_text("utf-8")
    return tuple(Term(**entry) for entry in tomllib.loads(text)["term"])
