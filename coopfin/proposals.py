"""提案と、その承認・却下・取下げ（相互牽制）。限度額・方針など、効力を持つ設定は必ずここを通る。"""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from coopfin import log
from coopfin.flow import StepRefused, block
from coopfin.models import Proposal
from coopfin.segregation import may_check

#: 提案の一覧と頁を見る権限（設定を見る人）
SEE_PROPOSALS = "coopfin.view_policy"


def propose(proposal: Proposal, *, by, on: date, permission: str) -> Proposal:
    """提案する。別の権限者が承認するまで、効力はない。"""
    label = f"{proposal._meta.verbose_name}の提案"
    if not by.has_perm(permission):
        raise StepRefused(label, [block(f"「{label}」をする権限がありません。", "役割の表", code="permission")])
    proposal.proposed_by = by
    proposal.full_clean()
    proposal.save()
    log.record(proposal, verb="propose", label=label, by=by, on=on)
    return proposal


def _decide(proposal: Proposal, *, status: str, by, on: date, permission: str, label: str, reason: str = ""):
    with transaction.atomic():
        locked = type(proposal).objects.select_for_update().get(pk=proposal.pk)
        if not by.has_perm(permission):
            raise StepRefused(label, [block(f"{label}する権限がありません。", "役割の表")])
        if not locked.is_waiting:
            raise StepRefused(label, [block(f"この提案はすでに「{locked.get_status_display()}」です。", "相互牽制")])
        if not may_check(locked.proposed_by_id, by.pk):
            raise StepRefused(
                label,
                [
                    block(
                        f"提案した本人（{locked.proposed_by}）は承認・却下できません。別の権限者にお願いしてください。",
                        "相互牽制（手引き 第2章1 e）",
                    )
                ],
            )
        approving = status == Proposal.Status.APPROVED
        found = locked.approval_findings(on) if approving else locked.rejection_findings()
        standing_in_the_way = [finding for finding in found if finding.blocks]
        if standing_in_the_way:
            raise StepRefused(label, standing_in_the_way)
        locked.status = status
        locked.decided_by = by
        locked.decided_at = Now()
        locked.decision_reason = reason
        if approving:
            locked.take_effect()
        locked.validate_constraints()
        locked.save()
        log.record(locked, verb=status, label=label, by=by, on=on, reason=reason)
        return locked


def approve(proposal: Proposal, *, by, on: date, permission: str) -> Proposal:
    """提案を承認する。提案した本人にはできない。"""
    return _decide(proposal, status=Proposal.Status.APPROVED, by=by, on=on, permission=permission, label="提案の承認")


def reject(proposal: Proposal, *, by, on: date, permission: str, reason: str) -> Proposal:
    """提案を却下する。理由を残す。"""
    if not reason.strip():
        raise StepRefused("提案の却下", [block("却下の理由を記入してください。", "相互牽制")])
    return _decide(
        proposal,
        status=Proposal.Status.REJECTED,
        by=by,
        on=on,
        permission=permission,
        label="提案の却下",
        reason=reason,
    )


def withdraw(proposal: Proposal, *, by, on: date, reason: str) -> Proposal:
    """提案した本人が、承認・却下の前に取り下げる。書き間違えた提案のあとに、正しいものを出せる。"""
    label = "提案の取下げ"
    if not reason.strip():
        raise ValidationError({"reason": "取り下げる理由を書いてください。"})
    with transaction.atomic():
        locked = type(proposal).objects.select_for_update(of=("self",)).get(pk=proposal.pk)
        if locked.proposed_by_id != by.pk:
            text = f"取り下げられるのは、提案した本人（{locked.proposed_by}）だけです。ほかの人は却下します。"
            raise StepRefused(label, [block(text, "相互牽制", code="not-own")])
        if not locked.is_waiting:
            text = f"この提案はすでに「{locked.get_status_display()}」です。もう承認を待っていません。"
            raise StepRefused(label, [block(text, "相互牽制", code="done")])
        refused = [finding for finding in locked.withdrawal_findings() if finding.blocks]
        if refused:
            raise StepRefused(label, refused)
        locked.status, locked.withdrawn_at = Proposal.Status.WITHDRAWN, Now()
        locked.withdrawal_reason = reason.strip()[:300]
        locked.validate_constraints()
        locked.save(update_fields=["status", "withdrawn_at", "withdrawal_reason"])
        locked.refresh_from_db()
        log.record(locked, verb="withdraw", label=label, by=by, on=on, reason=locked.withdrawal_reason)
        return locked
