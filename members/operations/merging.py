"""重複した人・組合員の統合。まとめられた行は消さず、まとめた先を指して残す。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.flow import StepRefused, block
from members import merging
from members.enums import ShareKind
from members.models import Member, Person, ShareChange
from members.operations.base import save

MERGE = "members.merge"


def merge(*, kept, gone, reason: str, by, on: date):
    """gone を kept にまとめる。gone を指すすべての行が kept を指すようになり、gone は統合済として残る。"""
    model = type(kept)
    label = f"{model._meta.verbose_name}の統合"
    if not by.has_perm(MERGE):
        raise StepRefused(label, [block("台帳を統合する権限がありません。", "役割の表")])
    if not reason.strip():
        raise ValidationError({"reason": "同じであると確かめた理由を書いてください。"})
    with transaction.atomic():
        locked = {row.pk: row for row in model.everyone.select_for_update(of=("self",)).filter(
            pk__in=(kept.pk, gone.pk)
        ).order_by("pk")}  # fmt: skip
        kept, gone = locked[kept.pk], locked[gone.pk]
        plan = merging.plan(kept, gone, by)
        if plan.blocked:
            raise StepRefused(label, [finding for finding in plan.findings if finding.blocks])
        filled = {name: getattr(gone, name) for name in merging.FILLED[model] if not getattr(kept, name)}
        if model is Person:
            _hand_over_user(kept, gone, by)
        else:
            _give_up_shares(gone, by=by, on=on)
        for reference in merging.references(model):
            _move(kept, gone, reference, by)
        for attached in merging.attached_models():
            merging.rows_attached_to(gone, attached).update(object_id=kept.pk)
        gone.merged_into = kept
        save(gone, by, checked=True)
        for name, value in filled.items():
            setattr(kept, name, value)
        save(kept, by)
        moved = "、".join(f"{move.label} {move.count}件" for move in plan.moves) or "移るものはありません"
        log.record(
            kept, verb="merge", label=label, by=by, on=on, reason=reason, text=f"「{gone}」をまとめました。{moved}",
            merged=gone.pk,
        )  # fmt: skip
        log.record(
            gone, verb="merged", label=label, by=by, on=on, reason=reason, text=f"「{kept}」にまとめられました。"
        )
    return kept


def _hand_over_user(kept: Person, gone: Person, by) -> None:
    """ログインする利用者の結び付きを移す（両方にあれば下見で断っている）。"""
    user, gone.user = gone.user, None
    if user is not None:
        save(gone, by, checked=True)
        kept.user = user


def _give_up_shares(gone: Member, *, by, on: date) -> None:
    """二重に載っていた出資を訂正で消し、一つしか持てない法人番号を明け渡す。"""
    if gone.shares or gone.share_capital:
        ShareChange.objects.create(
            member=gone, kind=ShareKind.CORRECTION, on=on, applied_on=on, shares=-gone.shares,
            amount=-gone.share_capital, shares_after=0, amount_after=0, reason="重複の統合", made_by=by,
        )  # fmt: skip
    gone.shares = gone.share_capital = 0
    gone.corporate_number = ""
    save(gone, by, checked=True)


def _move(kept, gone, reference, by) -> None:
    """行を移す。履歴を持つ台帳は一行ずつ（履歴に残るように）、ほかはまとめて。"""
    rows = merging.rows_pointing_to(gone, reference)
    if not hasattr(reference.model, "history"):
        rows.update(**{reference.name: kept})
        return
    for row in rows:
        setattr(row, reference.name, kept)
        save(row, by, checked=True)
