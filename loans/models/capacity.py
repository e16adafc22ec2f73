"""返済の力の試算に使う数と、それについての金融委員会の意見（手引き 第2章2 三 a）。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from coopfin.fields import YenField
from coopfin.models import User
from documents.models import Upload
from loans.models.application import Application


class RepaymentCapacity(models.Model):
    """返済の力。長期は利益と償却、短期は売掛金と回転。試算そのものは loans.judgement がする。"""

    application = models.OneToOneField(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="capacity"
    )
    profit = YenField("税引後利益（計画）", null=True, blank=True)
    startup_profit = YenField("税引後利益（立上り期）", null=True, blank=True)
    shortfall_profit = YenField("税引後利益（計画を下回るとき）", null=True, blank=True)
    depreciation = YenField("減価償却費", null=True, blank=True)
    other_repayments = YenField("ほかの借入の年の返済", null=True, blank=True)
    funding_power = models.TextField("総合的な資金調達力", blank=True)
    receivables = YenField("入る予定の売掛金・未収金", null=True, blank=True)
    turnover_days = models.PositiveSmallIntegerField("回転の日数", null=True, blank=True)
    cash_plan = models.ForeignKey(
        Upload, verbose_name="資金繰表", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    basis = models.TextField("数字のもと", blank=True)
    figured_by = models.ForeignKey(User, verbose_name="書いた人", on_delete=models.PROTECT, related_name="+")
    figured_on = models.DateField("書いた日")
    comment = models.TextField("返済の力についての委員会の意見", blank=True)
    commented_by = models.ForeignKey(
        User, verbose_name="意見を記録した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    commented_on = models.DateField("意見の日", null=True, blank=True)

    class Meta:
        verbose_name = "返済の力"
        verbose_name_plural = "返済の力"
        constraints = [
            models.CheckConstraint(
                condition=(Q(depreciation__isnull=True) | Q(depreciation__gte=0))
                & (Q(other_repayments__isnull=True) | Q(other_repayments__gte=0))
                & (Q(receivables__isnull=True) | Q(receivables__gte=0)),
                name="repaymentcapacity_not_negative",
                violation_error_message="減価償却費・返済・売掛金に負の数は使えません。",
            ),
            models.CheckConstraint(
                condition=Q(comment="", commented_by__isnull=True, commented_on__isnull=True)
                | (~Q(comment="") & Q(commented_by__isnull=False, commented_on__isnull=False)),
                name="repaymentcapacity_comment_whole",
                violation_error_message="委員会の意見には、記録した人と日付が要ります。",
            ),
        ]

    def __str__(self):
        return f"返済の力 {self.application}"
