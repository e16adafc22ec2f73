"""書類の操作: 発行・無効・調印済の受領・受け取った書類の登録。

発行は三つに分ける。番号を短い取引で取り、取引の外で描き、実体を収める。描けなければ番号を理由付きで無効にする。
収めた実体は二度と描き直さない。
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models.functions import Now

from coopfin import log, proposals
from coopfin.calc import days
from coopfin.flow import StepRefused, block
from coopfin.models import Cooperative, Sequence
from documents import form_registry, form_versions, uploads
from documents.models import FormArticle, FormVersion, IssuedDocument, Upload
from documents.paper import CannotRender, Paper, render_pdf
from documents.wording import Wording

logger = logging.getLogger(__name__)

ISSUE = "書類の発行"
SOURCE = "書類の取扱い"
#: 書類の発行番号の連番
SEQUENCE = "document"


class AlreadyIssued(StepRefused):
    """同じ対象に、同じ書類がすでに有効に発行されている。document に、その書類。"""

    def __init__(self, document: IssuedDocument):
        self.document = document
        if document.content:
            text = f"{document.paper_label}はすでに発行されています（{document.label}）。作り直すときは、先に無効にしてください。"
        else:
            text = (
                f"{document.paper_label}の発行が途中です（{document.label}）。"
                "しばらく待っても終わらないときは、無効にしてからやり直してください。"
            )
        super().__init__(
            ISSUE, [block(text, SOURCE, url=document.get_absolute_url(), url_label="書類を見る", code="issued")]
        )


def refusal(text: str) -> StepRefused:
    """書類を発行できない理由。"""
    return StepRefused(ISSUE, [block(text, SOURCE)])


def issue(
    *, paper: Paper, context_builder: Callable[[str], Any], target, by, on: date, stamp_duty: int | None = None
) -> IssuedDocument:
    """書類を一通発行する。context_builder は発行番号を受け取り、印字する値を返す。

    描くあいだ鎖錠を持たないように、取引（atomic）の中から呼んではならない。
    """
    try:
        paper = form_versions.worded(paper, on)
    except CannotRender as error:
        raise refusal(str(error)) from error
    document = _reserve(paper, target, by=by, on=on)
    try:
        context = context_builder(document.label)
        content, pages = render_pdf(paper.render_html(context))
        clauses = _clauses(paper, context)
    except Exception as error:
        reason = str(error) if isinstance(error, (CannotRender, StepRefused)) else f"{type(error).__name__}: {error}"
        logger.exception("%s %s を作れませんでした", paper.label, document.label)
        _give_up(document, reason, by=by, on=on)
        raise StepRefused(
            ISSUE,
            [
                block(
                    f"{paper.label}を作れませんでした。発行番号 {document.label} は、その理由を付けて無効にしました。",
                    SOURCE,
                    detail=reason,
                    code="render",
                )
            ],
        ) from error
    duty = getattr(context, "stamp_duty", 0) if stamp_duty is None else stamp_duty
    return _store(document, content, pages, duty, clauses, by=by, on=on)


def _clauses(paper: Paper, context: Any) -> dict:
    """条文の控え: 条の番号と、入った選択条項。"""
    composed = form_registry.composed(paper, context)
    return {"articles": composed.numbers, "chosen": form_registry.chosen(paper, context)} if composed else {}


@transaction.atomic(durable=True)
def _reserve(paper: Paper, target, *, by, on: date) -> IssuedDocument:
    cooperative = Cooperative.current()
    fiscal_year = days.fiscal_year(on, cooperative.fiscal_start_month if cooperative else 4)
    # 連番の行の鎖錠が、同時に二人が発行するのも一列に並べる。断れば番号も戻る。
    number = Sequence.next(SEQUENCE, fiscal_year)
    content_type = ContentType.objects.get_for_model(target)
    standing = IssuedDocument.objects.filter(
        content_type=content_type, object_id=target.pk, paper=paper.code, voided_at__isnull=True
    )
    # 何度でも発行できる書類でも、作っている途中のものがあれば、二度押しである。
    existing = standing.filter(sha256="").first() if paper.repeatable else standing.first()
    if existing is not None:
        raise AlreadyIssued(existing)
    document = IssuedDocument(
        content_type=content_type,
        object_id=target.pk,
        object_text=str(target)[:200],
        paper=paper.code,
        paper_label=paper.label,
        form_version=paper.form_version,
        wording_id=paper.wording.version if paper.wording else None,
        repeatable=paper.repeatable,
        fiscal_year=fiscal_year,
        number=number,
        issued_on=on,
        issued_by=by,
    )
    document.save()
    return document


@transaction.atomic
def _store(
    document: IssuedDocument, content: bytes, pages: int, duty: int, clauses: dict, *, by, on: date
) -> IssuedDocument:
    locked = IssuedDocument.objects.select_for_update().get(pk=document.pk)
    if locked.voided_at is not None:
        raise StepRefused(
            ISSUE, [block(f"{locked.label}は、作っているあいだに無効にされました（{locked.voided_reason}）。", SOURCE)]
        )
    locked.content, locked.pages, locked.stamp_duty, locked.clauses = content, pages, duty, clauses
    locked.sha256 = hashlib.sha256(content).hexdigest()
    locked.save(update_fields=["content", "pages", "stamp_duty", "clauses", "sha256"])
    log.record(locked, verb="issue", label="書類の発行", by=by, on=on, number=locked.label, sha256=locked.sha256)
    return locked


@transaction.atomic
def _give_up(document: IssuedDocument, reason: str, *, by, on: date) -> None:
    locked = IssuedDocument.objects.select_for_update().get(pk=document.pk)
    _void(locked, f"作成に失敗: {reason}", by=by, on=on)


@transaction.atomic
def void(document: IssuedDocument, *, reason: str, by, on: date) -> IssuedDocument:
    """発行した書類を無効にする。実体と番号は残る。"""
    locked = IssuedDocument.objects.select_for_update().get(pk=document.pk)
    if locked.voided_at is not None:
        raise StepRefused("書類の無効", [block(f"{locked.label}は、すでに無効になっています。", SOURCE, code="voided")])
    if not reason.strip():
        raise StepRefused("書類の無効", [block("書類を無効にするには、理由が要ります。", SOURCE, code="reason")])
    return _void(locked, reason.strip(), by=by, on=on)


def _void(document: IssuedDocument, reason: str, *, by, on: date) -> IssuedDocument:
    document.voided_at = Now()
    document.voided_reason = reason[:300]
    document.save(update_fields=["voided_at", "voided_reason"])
    document.refresh_from_db(fields=["voided_at"])
    log.record(document, verb="void", label="書類の無効", by=by, on=on, reason=reason, number=document.label)
    return document


@transaction.atomic
def mark_signed(document: IssuedDocument, *, by, on: date) -> IssuedDocument:
    """調印済の書類を受け取ったことを記録する（H2.5-a）。"""
    label = "調印済の受領"
    locked = IssuedDocument.objects.select_for_update().get(pk=document.pk)
    if locked.voided_at is not None or not locked.content:
        raise StepRefused(label, [block(f"{locked.label}は有効な書類ではありません。", SOURCE, code="voided")])
    if locked.signed_on is not None:
        raise StepRefused(label, [block(f"{locked.label}の調印済は、すでに受け取っています。", SOURCE, code="signed")])
    if on < locked.issued_on:
        raise StepRefused(label, [block("調印済を受け取った日が、発行日より前です。", SOURCE, code="date")])
    locked.signed_on, locked.signed_by = on, by
    locked.save(update_fields=["signed_on", "signed_by"])
    log.record(locked, verb="mark_signed", label=label, by=by, on=on, number=locked.label)
    return locked


def same_files(upload: Upload):
    """同じ対象に、すでに受け取っている同じ中身のファイル（指紋が同じ）。"""
    found = Upload.objects.without_content().about(upload.content_type, upload.object_id)
    return found.filter(sha256=upload.sha256).exclude(pk=upload.pk).order_by("pk")


@transaction.atomic
def accept_upload(*, file, kind: str, target, by, on: date) -> Upload:
    """受け取った書類（公正証書・銀行の決定通知など）の写しを、中身を調べて登録する。

    file は Django のアップロード。形式は名前でなく中身で決める。断るときは ValidationError（文）。
    """
    checked = uploads.inspect(file.name, file)
    upload = Upload(
        content_type=ContentType.objects.get_for_model(target),
        object_id=target.pk,
        object_text=str(target)[:200],
        kind=kind,
        filename=checked.filename,
        media_type=checked.media_type,
        content=checked.content,
        sha256=hashlib.sha256(checked.content).hexdigest(),
        size=len(checked.content),
        uploaded_by=by,
    )
    upload.full_clean(exclude=["content", "at"])
    upload.save()
    log.record(
        upload,
        verb="accept_upload",
        label="書類の受領",
        by=by,
        on=on,
        kind=kind,
        sha256=upload.sha256,
        size=upload.size,
    )
    return upload


@transaction.atomic
def propose_form(
    *, paper: str, label: str, effective_on: date, source: str, wording: Wording, by, on: date
) -> FormVersion:
    """様式の新しい版を提案する。別の権限者が承認すると、使い始める日から発行する書類がこの文言になる。"""
    version = FormVersion(
        paper=paper, label=label, effective_on=effective_on, source=source, lead=wording.lead, closing=wording.closing
    )
    proposals.propose(version, by=by, on=on, permission="documents.propose_form")
    FormArticle.objects.bulk_create(
        FormArticle(version=version, position=place, heading=article.heading, when=article.when, body=article.body)
        for place, article in enumerate(wording.articles, start=1)
    )
    return version
