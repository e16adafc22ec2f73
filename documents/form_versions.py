"""様式の文言の版: 組合が承認した版があればそれを、なければ標準の文言を、発行する日に使う。"""

from __future__ import annotations

from dataclasses import replace

from documents.form_registry import FORMS, standard
from documents.models import FormVersion
from documents.paper import CannotRender, Paper
from documents.wording import Wording


def in_force(code: str, on) -> Wording:
    """その日に使う文言。組合の承認した版があればそれを、なければ標準の文言を使う。"""
    version = FormVersion.objects.newest(code, on).prefetch_related("articles").first()
    if version is None:
        return standard(code)
    if not version.is_intact:
        raise CannotRender(f"{version}の文言が、承認したときの指紋と合いません。システム管理者に知らせてください。")
    return version.wording()


def worded(paper: Paper, on) -> Paper:
    """その日の文言を持つ様式。条文のない書類は、そのまま返す。"""
    if paper.code not in FORMS:
        return paper
    wording = in_force(paper.code, on)
    return replace(paper, form_version=wording.label, wording=wording)
