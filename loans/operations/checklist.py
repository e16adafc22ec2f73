"""必要書類の操作: 一覧を作る、加える、受け取りを記録する、ファイルを付ける・外す、省く、原本を返す。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.calc import days
from coopfin.flow import StepRefused, block
from coopfin.segregation import may_check
from documents import operations as documents
from documents.models import DocumentKind
from loans import checklist
from loans.enums import ENDED_STATES, DocumentBasis
from loans.models import Application, DocumentFile, RequiredDocument
from loans.operations import base

KEEP = "loans.edit_application"
WAIVE = "loans.waive_document"
#: 記録してよい欄
RECORDED = (
    "received_on", "issued_on", "original_seen_on", "copied_on", "original_kept", "remark", "is_required",
)  # fmt: skip


def _refuse(label: str, text: str, source: str = checklist.SOURCE, code: str = "document", **more) -> StepRefused:
    return StepRefused(label, [block(text, source, code=code, **more)])


def _open(application: Application, label: str, permission: str, *, by, on: date) -> Application:
    """鎖錠して、終わっていない案件であることを確かめる。何人もが別の行を同時に記録してよい。"""
    application = base.lock(application, any_version=True)
    base.allow(application, permission, label, by=by, on=on)
    if application.state in ENDED_STATES:
        raise _refuse(label, f"「{application.get_state_display()}」の案件の必要書類は変えられません。")
    return application


def _row(application: Application, row: RequiredDocument) -> RequiredDocument:
    return application.required_documents.select_for_update().get(pk=row.pk)


# --- 一覧 ----------------------------------------------------------------------------------


def follow_terms(application: Application) -> None:
    """商品と使いみちに一覧を合わせる。記録のある行は、商品から外れても、理由を添えて残す。"""
    now = {row.kind_id: row for row in application.required_documents.prefetch_related("files")}
    wanted = {one.kind.pk: one for one in checklist.of(application)}
    for code, one in wanted.items():
        row = now.get(code) or RequiredDocument(application=application, kind=one.kind, is_required=one.is_required)
        if row.pk and row.basis == one.basis and row.basis_text == one.basis_text:
            continue
        if row.basis != DocumentBasis.HAND:
            row.is_required = one.is_required
        row.name, row.order, row.note = one.kind.name, one.kind.order, one.note
        row.basis, row.basis_text = one.basis, one.basis_text
        row.validity_months, row.original_needed = one.kind.validity_months, one.kind.original_seen
        row.expires_on = _expiry(row)
        row.save()
    for code, row in now.items():
        if code in wanted or row.basis == DocumentBasis.HAND:
            continue
        if row.is_untouched and not row.files.all():
            row.delete()
        elif row.is_required:
            row.is_required = False
            row.save(update_fields=["is_required"])


@transaction.atomic
def draw_up(application: Application, *, by, on: date) -> Application:
    """一覧を作る（この定めのできる前からの案件）。"""
    label = "必要書類の一覧の作成"
    application = _open(application, label, KEEP, by=by, on=on)
    follow_terms(application)
    log.record(application, verb="draw_up_checklist", label=label, by=by, on=on)
    return application


@transaction.atomic
def add(
    application: Application, *, kind: DocumentKind | None, name: str, reason: str, note: str, due: str, by, on: date
) -> RequiredDocument:
    """この案件だけに要る書類を、理由を添えて加える。"""
    label = "必要書類の追加"
    application = _open(application, label, KEEP, by=by, on=on)
    row = RequiredDocument(
        application=application, kind=kind, name=name or (kind.name if kind else ""), note=note or (kind.note if kind else ""),
        order=kind.order if kind else RequiredDocument._meta.get_field("order").default, basis=DocumentBasis.HAND,
        basis_text=reason, due=due, added_by=by, validity_months=kind.validity_months if kind else None,
        original_needed=kind.original_seen if kind else False,
    )  # fmt: skip
    row.full_clean()
    row.save()
    log.record(application, verb="add_document", label=label, by=by, on=on, reason=reason, document=row.name)
    return row


# --- 受け取る ------------------------------------------------------------------------------


def _expiry(row: RequiredDocument) -> date | None:
    if row.issued_on is None or not row.validity_months:
        return None
    return days.add_months(row.issued_on, row.validity_months)


@transaction.atomic
def record(application: Application, rows, *, values: dict, by, on: date) -> list[RequiredDocument]:
    """受け取り・原本・写しを記録する（いくつかの行に同じことを一度に）。受け取った日を空にすれば、受け取りの取消し。"""
    label = "必要書類の記録"
    application = _open(application, label, KEEP, by=by, on=on)
    saved = []
    for given in rows:
        row = _row(application, given)
        before = {name: getattr(row, name) for name in RECORDED}
        for name in RECORDED:
            if name in values:
                setattr(row, name, values[name])
        _settle(row, label, by=by, on=on)
        row.full_clean(exclude=["application", "kind"])
        row.save()
        changed = {
            RequiredDocument._meta.get_field(name).verbose_name: [_text(before[name]), _text(getattr(row, name))]
            for name in RECORDED
            if before[name] != getattr(row, name)
        }
        if changed:
            log.record(
                application, verb="record_document", label=label, by=by, on=on, document=row.name, changed=changed
            )
        saved.append(row)
    return saved


def _settle(row: RequiredDocument, label: str, *, by, on: date) -> None:
    """人と期限を、日付に合わせる。"""
    for name in ("received_on", "issued_on", "original_seen_on", "copied_on"):
        day = getattr(row, name)
        if day is not None and day > on:
            text = f"{RequiredDocument._meta.get_field(name).verbose_name}に、先の日付は書けません。"
            raise ValidationError({name: text})
    if row.received_on is None:
        if row.returned_on is not None:
            raise _refuse(label, f"「{row.name}」は原本を返し終えています。受け取りは取り消せません。")
        row.received_by = None
        row.issued_on = row.original_seen_on = row.copied_on = None
        row.original_kept = False
    elif row.received_by_id is None:
        row.received_by = by
    if row.returned_on is not None and not row.original_kept:
        raise _refuse(label, f"「{row.name}」は原本を返し終えています。預かったことは取り消せません。")
    if row.original_seen_on is None:
        row.original_seen_by = None
    elif row.original_seen_by_id is None:
        row.original_seen_by = by
    row.expires_on = _expiry(row)


def _text(value) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return "" if value is None else str(value)


# --- ファイル ------------------------------------------------------------------------------


@transaction.atomic
def attach(application: Application, row: RequiredDocument, *, files, by, on: date) -> list[DocumentFile]:
    """ファイルを付ける。まだ受け取りの記録がなければ、今日受け取ったことにする。同じファイルを二度は付けない。"""
    label = "書類のファイルの登録"
    application = _open(application, label, "documents.upload", by=by, on=on)
    row = _row(application, row)
    found = []
    for file in files:
        try:
            upload = documents.accept_upload(file=file, kind=row.name[:60], target=application, by=by, on=on)
        except ValidationError as problem:
            raise ValidationError({"files": [f"「{file.name}」: {text}" for text in problem.messages]}) from problem
        twin = row.files.filter(upload__sha256=upload.sha256, set_aside_on__isnull=True).first()
        if twin is not None:
            text = f"「{file.name}」と同じ中身のファイルが、すでにこの書類に付いています（{twin.upload}）。"
            raise ValidationError({"files": text})
        found.append(DocumentFile.objects.create(row=row, upload=upload))
    if row.received_on is None:
        row.received_on, row.received_by = on, by
        row.save(update_fields=["received_on", "received_by"])
    names = "、".join(str(one.upload) for one in found)
    log.record(application, verb="attach_file", label=label, by=by, on=on, document=row.name, file=names[:300])
    return found


@transaction.atomic
def set_aside(file: DocumentFile, *, reason: str, by, on: date) -> DocumentFile:
    """まちがえて付けたファイルを外す。実体は残り、外した人と理由を記録する。"""
    label = "書類のファイルを外す"
    application = _open(file.row.application, label, "documents.upload", by=by, on=on)
    file = DocumentFile.objects.select_for_update().select_related("row", "upload").get(pk=file.pk)
    if file.set_aside_on is not None:
        raise _refuse(label, "このファイルは、すでに外されています。")
    file.set_aside_on, file.set_aside_by, file.set_aside_reason = on, by, reason
    file.full_clean()
    file.save()
    log.record(
        application, verb="set_aside_file", label=label, by=by, on=on, reason=reason, document=file.row.name,
        file=str(file.upload),
    )  # fmt: skip
    return file


# --- 省く・返す ----------------------------------------------------------------------------


def waiver_refusal(application: Application, row: RequiredDocument, *, by) -> str:
    """この人がこの書類を省くと決められない理由（なければ空）。"""
    if row.waived_on is not None:
        return "この書類は、すでに省くと決められています。"
    if application.received_by_id is None:
        return "受け付ける前の申込では、書類を省けません。受け付けてから決めてください。"
    if not may_check(application.received_by_id, by.pk):
        return (
            f"受け付けた本人（{application.received_by}）は、書類を省くと決められません。別の人にお願いしてください。"
        )
    return ""


@transaction.atomic
def waive(application: Application, row: RequiredDocument, *, reason: str, by, on: date) -> RequiredDocument:
    """書類を省くと決める。受け付けた人とは別の、利害関係のない人が、理由を添えて。"""
    label = "書類の省略"
    application = _open(application, label, WAIVE, by=by, on=on)
    row = _row(application, row)
    if text := waiver_refusal(application, row, by=by):
        raise _refuse(label, text, "相互牽制（手引き 第2章1 e）", code="waiver")
    row.waived_on, row.waived_by, row.waiver_reason = on, by, reason
    row.waiver_receiver = application.received_by
    row.full_clean(exclude=["application", "kind"])
    row.save()
    log.record(application, verb="waive_document", label=label, by=by, on=on, reason=reason, document=row.name)
    return row


@transaction.atomic
def give_back(application: Application, rows, *, returned_on: date, receipt: str, by, on: date) -> list:
    """預かった原本を返す。受領証を受け取って記録する。案件が終わったあとにもできる。"""
    label = "原本の返却"
    application = base.lock(application, any_version=True)
    base.allow(application, KEEP, label, by=by, on=on)
    if returned_on > on:
        raise ValidationError({"returned_on": "返した日に、先の日付は書けません。"})
    found = []
    for given in rows:
        row = _row(application, given)
        if not row.original_kept or row.returned_on is not None:
            raise _refuse(label, f"「{row.name}」の原本は、預かっていないか、すでに返しています。")
        row.returned_on, row.returned_by, row.return_receipt = returned_on, by, receipt
        row.full_clean(exclude=["application", "kind"])
        row.save()
        found.append(row)
    names = "、".join(row.name for row in found)
    log.record(application, verb="give_back_originals", label=label, by=by, on=on, document=names, receipt=receipt)
    return found
