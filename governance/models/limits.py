"""総会の限度額の決議と、取引金融機関の指定（手引き 第2章1、H2.1-c・f）。"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse

from coopfin.calc import days
from coopfin.fields import YenField
from coopfin.models import Policy, ProposalQuerySet
from governance.models.resolved import Resolved


class LimitResolutionQuerySet(ProposalQuerySet):
    def valid_on(self, day: date, grace_months: int, fiscal_start_month: int):
        """その日に有効な決議。次の決議まで、長くとも年度末のあと猶予月数まで（H2.1-c）。"""
        resolution = self.approved().filter(effective_on__lte=day).order_by("-effective_on", "-pk").first()
        if resolution is None or day > resolution.valid_until(grace_months, fiscal_start_month):
            return None
        return resolution


class LimitResolution(Resolved):
    """限度額の決議（総会）。①〜⑤を残高ベースで定める（H2.1-c）。承認されるまで効力はない。"""

    borrowing_limit = YenField("① 借入金残高の最高限度")
    guarantee_limit = YenField("② 債務保証残高の最高限度", default=0)
    member_loan_limit = YenField("③ 1組合員に対する貸付残高の最高限度")
    member_guarantee_limit = YenField("④ 1組合員に対する債務保証残高の最高限度", default=0)

    objects = LimitResolutionQuerySet.as_manager()

    class Meta(Resolved.Meta):
        verbose_name = "限度額の決議"
        verbose_name_plural = "限度額の決議"
        ordering = ["-effective_on", "-pk"]
        constraints = [
            *Resolved.Meta.constraints,
            models.CheckConstraint(
                condition=Q(borrowing_limit__gte=0, guarantee_limit__gte=0, member_loan_limit__gte=0)
                & Q(member_guarantee_limit__gte=0),
                name="limitresolution_amounts",
                violation_error_message="限度額に負の数は使えません。",
            ),
        ]

    def __str__(self):
        return self.citation

    def get_absolute_url(self):
        return reverse("governance:resolutions")

    def valid_until(self, grace_months: int, fiscal_start_month: int = 4) -> date:
        """有効の最終日。効力を生じた年度の末日から猶予月数まで。"""
        return days.add_months(days.fiscal_year_end(self.effective_on, fiscal_start_month), grace_months, anchor=31)

    @classmethod
    def current(cls, on: date, fiscal_start_month: int = 4) -> LimitResolution | None:
        policy = Policy.on(on)
        grace = policy.limit_grace_months if policy else 3
        return cls.objects.valid_on(on, grace, fiscal_start_month)


class DesignatedBank(models.Model):
    """⑤ 取引金融機関の指定。決議に属する。"""

    resolution = models.ForeignKey(
        LimitResolution, verbose_name="決議", on_delete=models.CASCADE, related_name="designated_banks"
    )
    name = models.CharField("金融機関名", max_length=60)
    branch = models.CharField("支店", max_length=40, blank=True)

    class Meta:
        verbose_name = "⑤ 取引金融機関"
        verbose_name_plural = "⑤ 取引金融機関の指定"
        constraints = [
            models.UniqueConstraint(
                fields=["resolution", "name", "branch"],
                name="designatedbank_once",
                violation_error_message="同じ金融機関が二度指定されています。",
            )
        ]

    def __str__(self):
        return f"{self.name} {self.branch}".strip()
