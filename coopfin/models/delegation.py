"""権限委譲: どの役割が、どの行為を、いくらまでしてよいか（手引き 第2章1 e、ドメイン E）。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from coopfin.fields import YenField
from coopfin.models.proposals import Proposal
from coopfin.once import once_while_reading
from coopfin.roles import ROLE_CHOICES, Role, roles_with


class DelegatedAct(models.TextChoices):
    """委譲できる行為。どれも、金額のある案件・伝票を通すこと。"""

    CONFIRM_READY = "confirm_ready", "実行できることの確認"
    DISBURSE = "disburse", "実行の承認"
    VOUCHER = "voucher", "伝票の承認"

    @property
    def permission(self) -> str:
        """この行為に要る権限（役割の表）。"""
        return _PERMISSIONS[self]

    @property
    def roles(self) -> list[Role]:
        """委譲を受けられる役割。理事長は、委譲する側なので数えない。"""
        holders = roles_with(self.permission)
        return [role for role in Role if role in holders and role != Role.PRESIDENT]


_PERMISSIONS = {
    DelegatedAct.CONFIRM_READY: "loans.confirm_ready",
    DelegatedAct.DISBURSE: "loans.approve_disbursement",
    DelegatedAct.VOUCHER: "ledger.approve_voucher",
}


class Delegation(Proposal):
    """権限委譲表の版。効力のある版があるとき、行のない役割はその行為をできず、額を超えるものは理事長だけができる。

    効力のある版がまだ一つもないあいだは、役割の表のとおりで、額の定めはない。
    """

    effective_on = models.DateField("効力が生じる日")
    source = models.CharField("根拠", max_length=100, help_text="委譲を決めた決議（例: 第312回理事会 第3号議案）。")

    class Meta(Proposal.Meta):
        verbose_name = "権限委譲"
        verbose_name_plural = "権限委譲"
        ordering = ["-effective_on", "-pk"]
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["effective_on"],
                condition=Q(status="approved"),
                name="delegation_once_a_day",
                violation_error_message="同じ日から効力を持つ承認済の権限委譲がすでにあります。",
            ),
        ]

    def __str__(self):
        return f"権限委譲表（{self.effective_on.year}年{self.effective_on.month}月{self.effective_on.day}日から）"

    def approval_findings(self, on):
        return [*super().approval_findings(on), *self.backdating_findings(on)]

    @classmethod
    @once_while_reading
    def on(cls, day) -> Delegation | None:
        """その日に効力のある版（行も読む）。なければ None。"""
        found = cls.objects.approved().filter(effective_on__lte=day).order_by("-effective_on", "-pk")
        return found.prefetch_related("rows").first()


class DelegationRow(models.Model):
    """権限委譲表の一行。"""

    delegation = models.ForeignKey(Delegation, verbose_name="権限委譲", on_delete=models.CASCADE, related_name="rows")
    act = models.CharField("行為", max_length=20, choices=DelegatedAct.choices)
    role = models.CharField("役割", max_length=20, choices=ROLE_CHOICES)
    maximum_amount = YenField("この額まで（円）")

    class Meta:
        verbose_name = "委譲の行"
        verbose_name_plural = "委譲の行"
        ordering = ["act", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["delegation", "act", "role"],
                name="delegationrow_once",
                violation_error_message="同じ役割・同じ行為の行が二つあります。",
            ),
            models.CheckConstraint(
                condition=Q(maximum_amount__gt=0),
                name="delegationrow_amount",
                violation_error_message="委譲する額は1円以上で入力してください。",
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()} {self.get_act_display()} {self.maximum_amount:,}円まで"

    def clean(self):
        super().clean()
        if self.act and self.role and self.role not in DelegatedAct(self.act).roles:
            names = "・".join(role.label for role in DelegatedAct(self.act).roles)
            raise ValidationError({"role": f"「{self.get_act_display()}」を委譲できるのは{names}です（役割の表）。"})
