"""提案と別の人の承認（相互牽制）。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from coopfin.flow import Finding, block
from coopfin.models.users import User


class ProposalQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(status=Proposal.Status.APPROVED)

    def waiting(self):
        return self.filter(status=Proposal.Status.PROPOSED)


class Proposal(models.Model):
    """提案 → 別の人の承認で効力を持つ設定の共通部分（相互牽制、手引き第2章1 e）。承認後は変えない。"""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "提案中"
        APPROVED = "approved", "承認済"
        REJECTED = "rejected", "却下"
        WITHDRAWN = "withdrawn", "取下げ"

    status = models.CharField("状態", max_length=10, choices=Status.choices, default=Status.PROPOSED, editable=False)
    proposed_by = models.ForeignKey(
        User, verbose_name="提案した人", on_delete=models.PROTECT, related_name="+", editable=False
    )
    proposed_at = models.DateTimeField("提案した時刻", db_default=Now(), editable=False)
    decided_by = models.ForeignKey(
        User, verbose_name="承認・却下した人", null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    decided_at = models.DateTimeField("承認・却下した時刻", null=True, editable=False)
    decision_reason = models.CharField("却下の理由", max_length=500, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("取り下げた時刻", null=True, editable=False)
    withdrawal_reason = models.CharField("取り下げた理由", max_length=300, blank=True, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="%(class)s_two_persons",
                violation_error_message="提案した人は、自分の提案を承認・却下できません。",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "withdrawn"], decided_by__isnull=True, decided_at__isnull=True)
                | Q(status__in=["approved", "rejected"], decided_by__isnull=False, decided_at__isnull=False),
                name="%(class)s_decided_whole",
                violation_error_message="承認・却下には、した人と時刻が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawal_reason="")
                | ~Q(status="withdrawn") & Q(withdrawn_at__isnull=True, withdrawal_reason=""),
                name="%(class)s_withdrawn_whole",
                violation_error_message="取下げには時刻と理由が要り、承認・却下の前に限ります。",
            ),
        ]

    @property
    def is_approved(self) -> bool:
        return self.status == self.Status.APPROVED

    @property
    def is_waiting(self) -> bool:
        return self.status == self.Status.PROPOSED

    @property
    def proposal_url(self) -> str:
        """提案の頁: 何が変わるか、だれが承認するか。"""
        return reverse("desk:proposal", args=[self._meta.label_lower, self.pk])

    @property
    def is_withdrawn(self) -> bool:
        """提案した本人が取り下げたか。"""
        return self.status == self.Status.WITHDRAWN

    def approval_findings(self, on) -> list[Finding]:
        """承認の前に確かめること。決議による定めは機関の議決を、方針・権限委譲はさかのぼらないことを確かめる。"""
        return []

    def take_effect(self) -> None:
        """承認するときに、あとから変わらないように取っておくこと（保存はしない）。"""

    def rejection_findings(self) -> list[Finding]:
        """却下の前に確かめること。"""
        return []

    def withdrawal_findings(self) -> list[Finding]:
        """取り下げる前に確かめること。"""
        return self.rejection_findings()

    @property
    def is_frozen(self) -> bool:
        """待っている間でも、もう直せないか（機関に付議したあとなど）。"""
        return False

    def backdating_findings(self, on) -> list[Finding]:
        """さかのぼって効力を持たせない。はじめての版だけは、使い始める前の日からでもよい。"""
        if self.effective_on >= on or not type(self).objects.approved().exists():
            return []
        day = self.effective_on
        text = (
            f"効力が生じる日（{day.year}年{day.month}月{day.day}日）が過ぎています。さかのぼると、その間の計算と承認が、"
            "あとから違う定めによったことになります。提案した人が、今日から後の日に直してください。"
        )
        return [
            block(text, "相互牽制（手引き 第2章1 e）", code="backdated", url=self.proposal_url, url_label="提案を開く")
        ]

    #: 直せなくなったあとにも、提案した人が書き足す欄（認可・登記の日など）
    added_later: tuple[str, ...] = ()
