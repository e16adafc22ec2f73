"""総会の限度額の決議と、取引金融機関の指定（手引き 第2章1、H2.1-c・f）。"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse

from coopfin.calc import days
from coopfin.fields import YenField
from coopfin.models import Cooperative, Policy, ProposalQuerySet
from coopfin.once import once_while_reading
from governance.enums import MemberLimitMode
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

    agenda_title = "借入金・債務保証・1組合員に対する貸付の残高の最高限度と、取引金融機関の指定の件"

    borrowing_limit = YenField("① 借入金残高の最高限度")
    guarantee_limit = YenField("② 債務保証残高の最高限度", default=0)
    member_loan_limit = YenField("③ 1組合員に対する貸付残高の最高限度")
    member_guarantee_limit = YenField("④ 1組合員に対する債務保証残高の最高限度", default=0)
    member_limit_mode = models.CharField(
        "③ の範囲での組合員ごとの定め方",
        max_length=10,
        choices=MemberLimitMode.choices,
        default=MemberLimitMode.UNIFORM,
    )
    sales_months = models.PositiveSmallIntegerField("売上等基準の月数", null=True, blank=True)
    sales_unit = YenField("売上等基準の単位", default=10_000)

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
            models.CheckConstraint(
                condition=Q(member_limit_mode="sales", sales_months__isnull=False, sales_months__range=(1, 60))
                | ~Q(member_limit_mode="sales") & Q(sales_months__isnull=True),
                name="limitresolution_sales_months",
                violation_error_message="売上等基準には、年間売上高の何か月分か（1から60）が要ります。ほかの定め方では空欄にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(sales_unit__gt=0),
                name="limitresolution_sales_unit",
                violation_error_message="売上等基準の単位は1円以上にしてください。",
            ),
        ]

    def __str__(self):
        return self.citation

    def get_absolute_url(self):
        return reverse("governance:resolutions")

    def outline(self):
        """①〜④の限度額と、⑤ 取引金融機関の指定。"""
        banks = "、".join(str(bank) for bank in self.designated_banks.order_by("pk"))
        return [*super().outline(), ("⑤ 取引金融機関の指定", banks or "（なし）")]

    def valid_until(self, grace_months: int, fiscal_start_month: int = 4) -> date:
        """有効の最終日。効力を生じた年度の末日から猶予月数まで。"""
        return days.add_months(days.fiscal_year_end(self.effective_on, fiscal_start_month), grace_months, anchor=31)

    @classmethod
    def current(cls, on: date, fiscal_start_month: int = 4) -> LimitResolution | None:
        policy = Policy.on(on)
        grace = policy.limit_grace_months if policy else 3
        return cls.objects.valid_on(on, grace, fiscal_start_month)

    @classmethod
    @once_while_reading
    def in_force(cls, on: date) -> LimitResolution | None:
        """その日に有効な決議。会計年度は組合の定めによる。"""
        cooperative = Cooperative.current()
        return cls.current(on, cooperative.fiscal_start_month if cooperative else 4)

    @property
    def rule_of_members(self) -> str:
        """③ の範囲での組合員ごとの定め方を、一文で。"""
        if self.member_limit_mode == MemberLimitMode.BACKING:
            return "③ の範囲で、担保の保全額・出資金・預り金の合計まで"
        if self.member_limit_mode == MemberLimitMode.SALES:
            return f"③ の範囲で、年間売上高の{self.sales_months}か月分まで（{self.sales_unit:,}円未満切捨て）"
        return "③ を一律に使う"


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
