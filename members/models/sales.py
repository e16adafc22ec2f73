"""年間売上高。組合員ごとの限度（売上等基準、手引き Q&A 2）の基になる数字。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from coopfin.fields import YenField
from coopfin.models import User
from members.models.member import Member


class AnnualSalesQuerySet(models.QuerySet):
    def latest_by_member(self, at):
        """その日までに終わった決算期のうち、組合員ごとにいちばん新しいもの。組合員の番号 → 行。"""
        return {row.member_id: row for row in self.filter(ended_on__lte=at).order_by("ended_on", "pk")}


class AnnualSales(models.Model):
    """年間売上高。組合員ごとの限度（売上等基準、手引き Q&A 2）の基になる、決算期ごとの数字。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="annual_sales")
    ended_on = models.DateField("決算期の末日")
    amount = YenField("年間売上高")
    source = models.CharField("確かめた資料", max_length=100, help_text="例: 決算書（税務申告書の控え）。")
    recorded_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")
    recorded_on = models.DateField("記録日")

    objects = AnnualSalesQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="年間売上高の履歴", verbose_name_plural="年間売上高の履歴")

    class Meta:
        verbose_name = "年間売上高"
        verbose_name_plural = "年間売上高"
        ordering = ["member", "-ended_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "ended_on"],
                name="annualsales_once",
                violation_error_message="この決算期の年間売上高は、すでに記録されています。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="annualsales_amount",
                violation_error_message="年間売上高に負の数は使えません。",
            ),
            models.CheckConstraint(
                condition=Q(recorded_on__gte=models.F("ended_on")),
                name="annualsales_ended",
                violation_error_message="まだ終わっていない決算期の年間売上高は記録できません。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.ended_on.year}年{self.ended_on.month}月期 年間売上高"
