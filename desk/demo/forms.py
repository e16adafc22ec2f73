"""練習用の様式の版: 約定書の来年度版が承認を受けて待ち、金銭消費貸借契約証書の手直しが承認を待つ。"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from coopfin import proposals
from coopfin.calc import days
from coopfin.models import User
from documents import operations
from documents.form_registry import standard
from documents.models import FormVersion
from documents.wording import Wording


def make_forms(users: dict[str, User], on: date) -> None:
    """版を提案し、一つは別の人が承認する。"""
    next_year = days.add_months(days.fiscal_year_start(on), 12)
    reports = _changed(
        "master_agreement",
        "報告及び調査",
        "決算期ごとに、遅滞なく決算書類を組合に提出します。",
        "決算期ごとに、決算の日から3か月以内に決算書類及び勘定科目内訳書を組合に提出します。",
    )
    agreed = _propose(
        users, "master_agreement", next_year, reports, "第312回理事会 第6号議案。弁護士の確認を受けた。", on
    )
    proposals.approve(agreed, by=users["komatsu"], on=on, permission="documents.approve_form")
    costs = _changed(
        "deed",
        "費用の負担",
        "債務者が負担します。",
        "債務者が負担します。ただし、組合の過失による作り直しの費用は、組合が負担します。",
    )
    _propose(users, "deed", next_year, costs, "組合員からの申出（本年度の総会の質疑）", on)


def _changed(paper: str, heading: str, old: str, new: str) -> Wording:
    """標準の文言の、一つの条の一か所を改める。"""
    wording = standard(paper)
    articles = [
        replace(article, body=article.body.replace(old, new, 1)) if article.heading == heading else article
        for article in wording.articles
    ]
    return replace(wording, articles=tuple(articles))


def _propose(users: dict[str, User], paper: str, since: date, wording: Wording, source: str, on: date) -> FormVersion:
    return operations.propose_form(
        paper=paper, label=f"{since.year}年度版", effective_on=since, source=source, wording=wording,
        by=users["kitamura"], on=on,
    )  # fmt: skip
