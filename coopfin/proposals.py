"""提案と、その承認・却下（相互牽制）。限度額・方針など、効力を持つ設定は必ずここを通る。"""

from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from coopfin import log
from coopfin.flow import StepRefused, block
from coopfin.models import Proposal
from coopfin.segregation import may_check


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
        found = locked.approval_findings() if approving else locked.rejection_findings()
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
