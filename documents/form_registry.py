"""様式の登録と標準の文言。

上の階が、自分の書類の言葉（差込み・条件・表）をここに登録する。登録した書類だけが、条文を版として持つ。
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

from documents.paper import CannotRender, Paper
from documents.wording import Article, BadWording, Composed, Language, Wording, compose


@dataclass(frozen=True, eq=False)
class Form:
    """条文を持つ様式。specimen は、見本に使う値を作る。"""

    paper: Paper
    language: Language
    specimen: Callable[[], Any]


FORMS: dict[str, Form] = {}


def register(*forms: Form) -> None:
    """様式を登録する。"""
    FORMS.update((form.paper.code, form) for form in forms)


def choices() -> list[tuple[str, str]]:
    """条文を持つ書類の（符号, 名前）。"""
    return [(code, form.paper.label) for code, form in FORMS.items()]


@cache
def standard(code: str) -> Wording:
    """添えてある標準の文言。base のある書類は、もとの書類の文言の、違う条だけを書いている。"""
    given = tomllib.loads((settings.BASE_DIR / "fixtures" / "forms" / f"{code}.toml").read_text("utf-8"))
    base = standard(given["base"]) if "base" in given else Wording(given["label"], ())
    articles = list(base.articles)
    for row in given["articles"]:
        article = Article(row["heading"], row["body"].strip(), row.get("when", ""))
        headings = [each.heading for each in articles]
        if "instead_of" in row:
            articles[headings.index(row["instead_of"])] = article
        else:
            articles.insert(headings.index(row["before"]) if "before" in row else len(articles), article)
    lead, closing = given.get("lead", base.lead).strip(), given.get("closing", base.closing).strip()
    return Wording(given["label"], tuple(articles), lead, closing)


def composed(paper: Paper, it: Any) -> Composed | None:
    """書類の値を差し込んだ条文。条文のない書類は None。文言に誤りがあれば CannotRender。"""
    form = FORMS.get(paper.code)
    if form is None:
        return None
    try:
        return compose(paper.wording or standard(paper.code), form.language, it)
    except BadWording as error:
        raise CannotRender(f"{paper.label}（{paper.form_version}）の文言に誤りがあります。{error}") from error


def chosen(paper: Paper, it: Any) -> list[str]:
    """この書類の値で合う条件の名（どの選択条項が入ったか）。"""
    form = FORMS.get(paper.code)
    return [name for name, holds in form.language.conditions.items() if holds(it)] if form else []
