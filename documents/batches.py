"""まとめて発行する操作。一度に一通だけ作る: 取り出すのも収めるのも短い取引で、描くあいだ鎖錠を持たない。

頁が次々に頼むので、途中で閉じても、開き直せば残りから続く。作り始めたまま返らないものは、しばらくすると作り直す。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from coopfin.flow import StepRefused
from documents.models import IssueBatch, IssueBatchRow, IssuedDocument
from documents.operations import AlreadyIssued, refusal
from documents.paper import Paper

State = IssueBatchRow.State
#: 作り始めてからこれだけ返らなければ、途中で倒れたとみなして作り直す
GIVEN_UP = timedelta(minutes=5)
#: issue(target, code=, by=, on=) → 発行した書類
Issuer = Callable[..., IssuedDocument]

_issuers: dict[str, Issuer] = {}


def register(model_label: str, issuer: Issuer) -> None:
    """対象のモデル（例: "loans.loan"）の書類を、一通発行する操作を登録する。"""
    _issuers[model_label.lower()] = issuer


@transaction.atomic
def start(papers: Iterable[tuple[object, Paper]], *, label: str, by, on: date, back_url: str = "") -> IssueBatch:
    """（対象, 様式）を順に発行する仕事を始める。まだ何も発行しない。"""
    wanted = list(papers)
    if not wanted:
        raise refusal("発行する書類がありません。")
    batch = IssueBatch.objects.create(label=label[:100], back_url=back_url, started_by=by)
    IssueBatchRow.objects.bulk_create(
        IssueBatchRow(
            batch=batch, position=position, content_type=ContentType.objects.get_for_model(target),
            object_id=target.pk, object_text=str(target)[:200], paper=paper.code, paper_label=paper.label,
        )
        for position, (target, paper) in enumerate(wanted, start=1)
    )  # fmt: skip
    return batch


def issue_next(batch: IssueBatch, *, by, on: date) -> IssueBatchRow | None:
    """次の一通を発行する。なければ None。断られたものは、理由を残して先へ進む。"""
    if by.pk != batch.started_by_id:
        raise refusal(f"この仕事を続けられるのは、始めた人（{batch.started_by}）です。")
    row = _take(batch)
    if row is None:
        return None
    model = apps.get_model(row.content_type.app_label, row.content_type.model)
    target = model._default_manager.filter(pk=row.object_id).first()
    try:
        if target is None:
            raise refusal(f"{row.object_text} が見つかりません。")
        document = _issuers[model._meta.label_lower](target, code=row.paper, by=by, on=on)
    except AlreadyIssued as found:
        _finish(row, document=found.document)
    except StepRefused as refused:
        sentences = " ".join(f"{finding.text} {finding.detail}".strip() for finding in refused.findings)
        _finish(row, failure=sentences[:500])
    else:
        _finish(row, document=document)
    return row


@transaction.atomic
def _take(batch: IssueBatch) -> IssueBatchRow | None:
    rows = batch.rows.filter(Q(state=State.WAITING) | Q(state=State.WORKING, worked_at__lt=Now() - GIVEN_UP))
    locked = rows.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked, of=("self",))
    row = locked.select_related("content_type").first()
    if row is not None:
        IssueBatchRow.objects.filter(pk=row.pk).update(state=State.WORKING, worked_at=Now())
    return row


@transaction.atomic
def _finish(row: IssueBatchRow, *, document: IssuedDocument | None = None, failure: str = "") -> None:
    locked = IssueBatchRow.objects.select_for_update().get(pk=row.pk)
    locked.state = State.DONE if document else State.FAILED
    locked.document, locked.failure = document, failure
    locked.save(update_fields=["state", "document", "failure"])
    row.state, row.document, row.failure = locked.state, document, failure


@transaction.atomic
def try_again(batch: IssueBatch, *, by, on: date) -> int:
    """できなかったものを、もう一度待たせる。返り値は通数。"""
    if by.pk != batch.started_by_id:
        raise refusal(f"この仕事を続けられるのは、始めた人（{batch.started_by}）です。")
    return batch.rows.filter(state=State.FAILED).update(state=State.WAITING, failure="", worked_at=None)
