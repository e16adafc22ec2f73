"""取込のファイルを預かり、登録の済み・取りやめを記す操作。"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from coopfin import log
from coopfin.flow import StepRefused, block
from members.enums import ImportChoice
from members.models import ImportBatch
from members.operations.base import may_import


def keep_import(*, filename: str, content: bytes, sha256: str, preview: dict, by, on: date) -> ImportBatch:
    """取込のファイルを、登録を確かめるまで預かる。"""
    may_import(by)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            filename=filename[-150:], content=content, sha256=sha256, size=len(content), by=by, **preview
        )
        log.record(batch, verb="keep_import", label="組合員の取込の下見", by=by, on=on, sha256=sha256)
    return batch


def preview_again(*, batch: ImportBatch, preview: dict, by, on: date) -> ImportBatch:
    """預かったファイルの下見を、いまの台帳でやり直した結果に置き換える。"""
    locked = _waiting_batch(batch, by)
    for name, value in preview.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(preview))
    return locked


def finish_import(*, batch: ImportBatch, choice: ImportChoice, by, on: date) -> ImportBatch:
    """取込の登録が済んだことを記す（行の登録と同じ取引の中で呼ぶ）。"""
    locked = _waiting_batch(batch, by)
    locked.choice = choice
    locked.finished_at = Now()
    locked.save(update_fields=["choice", "finished_at"])
    locked.refresh_from_db(fields=["finished_at"])
    log.record(
        locked, verb="finish_import", label="組合員の取込", by=by, on=on, choice=ImportChoice(choice).label,
        new=locked.new_count, changed=locked.changed_count, refused=locked.refused_count,
    )  # fmt: skip
    return locked


@transaction.atomic
def discard_import(*, batch: ImportBatch, by, on: date) -> ImportBatch:
    """登録せずに取りやめる。預かったファイルの中身も消す。"""
    locked = _waiting_batch(batch, by)
    locked.discarded_at = Now()
    locked.content = b""
    locked.rows = []
    locked.save(update_fields=["discarded_at", "content", "rows"])
    locked.refresh_from_db(fields=["discarded_at"])
    log.record(locked, verb="discard_import", label="組合員の取込の取りやめ", by=by, on=on)
    return locked


def _waiting_batch(batch: ImportBatch, by) -> ImportBatch:
    may_import(by)
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if not locked.is_waiting:
        what = "登録済" if locked.finished_at else "取りやめ済"
        raise StepRefused("組合員の取込", [block(f"この取込は{what}です。", "取込の記録", code="finished")])
    return locked
