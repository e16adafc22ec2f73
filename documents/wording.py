"""条文の文言: 前文・条・項・号・後文。差込み・選択・引用・表を、書類の値から文にする。Django を知らない。

本文は、そのまま読める文で書く。一行が一つの項で、「・」で始まる行はその上の項の号になる。

    {損害金の率}                       差込み。書類の値に置き換わる
    ［転貸のとき：……。］               選択。条件に合うときだけ残る（行のすべてが消えれば、項も消える）
    {条:期限の利益の喪失}              同じ書類の条の引用。「第5条」になる
    {約定書:期限の利益の喪失}          組合員が差し入れた約定書の条の引用。「約定書第5条」になる
    【貸付の要項】                     表。ただ一行で書き、その上の項に付く

何を差し込め、どの条件があるかは、様式ごとの Language が決める。
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

#: 別の書類の条の引用の頭
AGREEMENT = "約定書"
OWN = "条"
_PLACE = re.compile(r"\{([^{}]*)\}")
_CHOICE = re.compile(r"［([^［］：]*)：([^［］]*)］")
_TABLE = re.compile(r"【([^【】]*)】")
_QUOTE = re.compile(rf"({OWN}|{AGREEMENT})[:：](.+)")
TWICE = "引用する条が決まらないので、見出しを分けるか、それぞれ別の条件を付けてください。"
_MARKS = re.compile(r"[{}［］【】]")


@dataclass(frozen=True)
class Article:
    """条。when は、この条を置く条件の名（空なら、いつも置く）。"""

    heading: str
    body: str
    when: str = ""


@dataclass(frozen=True)
class Wording:
    """一つの版の文言。label は版の名前、version は組合が承認した版の番号（標準の文言なら None）。"""

    label: str
    articles: tuple[Article, ...]
    lead: str = ""
    closing: str = ""
    version: int | None = None

    @property
    def fingerprint(self) -> str:
        """文言の指紋（SHA-256）。版の名前は含まない。"""
        parts = [self.lead, *([a.heading, a.body, a.when] for a in self.articles), self.closing]
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Language:
    """様式で使える言葉。"""

    #: 差込みの名 → 書類の値から文を作るもの
    values: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    #: 条件の名 → 書類の値で合うか
    conditions: Mapping[str, Callable[[Any], bool]] = field(default_factory=dict)
    #: 表の名 → テンプレート
    tables: Mapping[str, str] = field(default_factory=dict)
    #: 欠かせない差込みと表 → その根拠（なければ、約束の中身が決まらないもの）
    required: Mapping[str, str] = field(default_factory=dict)
    #: 約定書の条を引けるか
    quotes_agreement: bool = False


@dataclass(frozen=True)
class Problem:
    """文言の誤り。place は条の番目（0 から。前文は -1、後文は -2、全体は None）。"""

    text: str
    place: int | None = None


@dataclass(frozen=True)
class Paragraph:
    """項。"""

    text: str
    items: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComposedArticle:
    """番号の付いた条。"""

    number: int
    heading: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Composed:
    """書類の値を差し込んだ文言。"""

    lead: str
    articles: tuple[ComposedArticle, ...]
    closing: str

    @property
    def numbers(self) -> dict[str, int]:
        """条の見出し → 番号。"""
        return {article.heading: article.number for article in self.articles}


class BadWording(Exception):
    """文言に誤りがある。problems に、その文。"""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("。".join(problem.text.rstrip("。") for problem in problems) + "。")


# --- 組み立て ------------------------------------------------------------------------------


def compose(wording: Wording, language: Language, it: Any) -> Composed:
    """書類の値 it で文にする。文言に誤りがあれば BadWording（欠けた文の書類を作らない）。"""
    if found := problems(wording, language):
        raise BadWording(found)
    kept = [article for article in wording.articles if not article.when or language.conditions[article.when](it)]
    numbers = {article.heading: number for number, article in enumerate(kept, start=1)}

    def filled(text: str) -> str:
        text = _CHOICE.sub(lambda found: found[2] if language.conditions[found[1]](it) else "", text)
        return _PLACE.sub(lambda found: _value(found[1], language, it, numbers), text)

    articles = tuple(
        ComposedArticle(number, article.heading, tuple(_paragraphs(article.body, language, filled)))
        for number, article in enumerate(kept, start=1)
    )
    return Composed(filled(wording.lead), articles, filled(wording.closing))


def _value(name: str, language: Language, it: Any, numbers: Mapping[str, int]) -> str:
    quote = _QUOTE.fullmatch(name)
    if quote is None:
        return language.values[name](it)
    paper, heading = quote.groups()
    if paper == OWN:
        return f"第{numbers[heading]}条" if heading in numbers else f"「{heading}」の定め"
    number = dict(it.agreement_articles).get(heading)
    return f"{AGREEMENT}第{number}条" if number else f"{AGREEMENT}の「{heading}」の定め"


def _lines(body: str) -> Iterator[str]:
    return (line for line in map(str.strip, body.splitlines()) if line)


def _paragraphs(body: str, language: Language, filled: Callable[[str], str]) -> Iterator[Paragraph]:
    text, items, tables = "", [], []
    for line in _lines(body):
        if table := _TABLE.fullmatch(line):
            tables.append(language.tables[table[1]])
        elif line.startswith("・"):
            items.append(filled(line.removeprefix("・")))
        else:
            if text:
                yield Paragraph(text, tuple(filter(None, items)), tuple(tables))
            # 消えた項の号と表は、項とともに消える。
            text, items, tables = filled(line), [], []
    if text:
        yield Paragraph(text, tuple(filter(None, items)), tuple(tables))


# --- 確かめ --------------------------------------------------------------------------------


def problems(wording: Wording, language: Language) -> list[Problem]:
    """文言の誤り。使えない言葉、閉じていない括弧、引けない条、欠かせないものの欠け。"""
    found = [] if wording.articles else [Problem("条が一つもありません。")]
    headings = [article.heading for article in wording.articles]
    for place, article in enumerate(wording.articles):
        rivals = [other for other in wording.articles if other is not article and other.heading == article.heading]
        if any(not article.when or other.when in ("", article.when) for other in rivals):
            found.append(Problem(f"見出し「{article.heading}」の条が二つあります。{TWICE}", place))
        found += [Problem(text, place) for text in _problems_of(article, headings, language)]
    for place, text in ((-1, wording.lead), (-2, wording.closing)):
        found += [Problem(problem, place) for problem in _problems_in(text, headings, language)]
    used = _used(wording)
    for name, why in language.required.items():
        if name not in used:
            mark = f"【{name}】" if name in language.tables else f"{{{name}}}"
            found.append(Problem(f"{mark} がどこにもありません。この書類には欠かせません（{why}）。"))
    return found


def _problems_of(article: Article, headings: list[str], language: Language) -> Iterator[str]:
    if not article.heading.strip():
        yield "条の見出しがありません。"
    if article.when and article.when not in language.conditions:
        yield _unknown("条件", article.when, language.conditions)
    lines = list(_lines(article.body))
    if not lines:
        yield "本文がありません。"
    elif lines[0].startswith("・") or _TABLE.fullmatch(lines[0]):
        yield "本文は、項の文から始めてください（「・」の号と【表】は、その上の項に付きます）。"
    yield from _problems_in(article.body, headings, language)


def _problems_in(text: str, headings: list[str], language: Language) -> Iterator[str]:
    for line in _lines(text):
        if table := _TABLE.fullmatch(line):
            if table[1] not in language.tables:
                yield _unknown("表", table[1], language.tables)
            continue
        for name, _ in _CHOICE.findall(line):
            if name not in language.conditions:
                yield _unknown("条件", name, language.conditions)
        for name in _PLACE.findall(line):
            yield from _problem_of_place(name, headings, language)
        rest = _PLACE.sub("", _CHOICE.sub(r"\2", line))
        if left := _MARKS.search(rest):
            yield (
                f"「{left[0]}」の使い方が違います。差込みは {{名}}、選択は ［条件：文］（：は全角で、中に別の［ ］は置けません）、"
                f"表は一行に【名】だけを書きます（{_around(rest, left.start())}）。"
            )


def _problem_of_place(name: str, headings: list[str], language: Language) -> Iterator[str]:
    quote = _QUOTE.fullmatch(name)
    if quote is None:
        if name not in language.values:
            yield _unknown("差込み", name, language.values)
    elif quote[1] == OWN and quote[2] not in headings:
        yield f"引用 {{{name}}} の条がありません。見出しと同じ言葉で書いてください。"
    elif quote[1] == AGREEMENT and not language.quotes_agreement:
        yield f"この書類では、約定書の条を引けません（{{{name}}}）。"


def _unknown(kind: str, name: str, known) -> str:
    offered = "・".join(known) or "ありません"
    return f"{kind}「{name}」は、この書類にはありません。使えるのは：{offered}。"


def _around(text: str, at: int) -> str:
    start, end = max(0, at - 8), at + 9
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _used(wording: Wording) -> set[str]:
    text = "\n".join([wording.lead, *(article.body for article in wording.articles), wording.closing])
    return {*_PLACE.findall(text), *_TABLE.findall(text)}
