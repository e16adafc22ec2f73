"""申込の資金計画（H2.2-b・d）: 何に使うか、どうまかなうか、ほかの金融機関との取引。手形の関係者。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from coopfin.fields import YenField
from documents.models import Upload
from loans.enums import BankDealing, BillRole, OtherMoney, Purpose
from loans.models.application import Application


class FundUse(models.Model):
    """資金使途の一行: 何を、だれから、いくらで。設備には見積書を付ける。"""

    application = models.ForeignKey(Application, verbose_name="申込", on_delete=models.CASCADE, related_name="uses")
    purpose = models.CharField("使いみち", max_length=10, choices=Purpose.choices)
    what = models.CharField("何に", max_length=120)
    supplier = models.CharField("だれに払うか", max_length=100, blank=True)
    amount = YenField("金額")
    estimate = models.ForeignKey(
        Upload, verbose_name="見積書", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "資金使途の明細"
        verbose_name_plural = "資金使途の明細"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="funduse_amount",
                violation_error_message="資金使途の金額は1円以上で入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=["working", "equipment"]),
                name="funduse_purpose",
                violation_error_message="使いみちは運転資金か設備資金だけです（手引き 第2章2 一 a）。",
            ),
        ]

    def __str__(self):
        return f"{self.what} {self.amount:,}円"


class FundSource(models.Model):
    """この申込のほかに、資金をまかなうもの（自己資金、ほかの金融機関など）。"""

    application = models.ForeignKey(Application, verbose_name="申込", on_delete=models.CASCADE, related_name="sources")
    kind = models.CharField("まかない方", max_length=10, choices=OtherMoney.choices)
    provider = models.CharField("どこから", max_length=100, blank=True)
    amount = YenField("金額")

    class Meta:
        verbose_name = "ほかの資金"
        verbose_name_plural = "ほかの資金"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="fundsource_amount",
                violation_error_message="ほかの資金の金額は1円以上で入力してください。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.amount:,}円"


class BankRelation(models.Model):
    """申込の時点の、ほかの金融機関との取引（H2.3-a 金融機関取引）。"""

    application = models.ForeignKey(Application, verbose_name="申込", on_delete=models.CASCADE, related_name="banks")
    bank = models.CharField("金融機関", max_length=100)
    kind = models.CharField("取引", max_length=10, choices=BankDealing.choices)
    balance = YenField("残高")
    yearly_repayment = YenField("年間の返済額（元金と利息）", default=0)

    class Meta:
        verbose_name = "金融機関との取引"
        verbose_name_plural = "金融機関との取引"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(balance__gte=0, yearly_repayment__gte=0),
                name="bankrelation_amounts",
                violation_error_message="残高と返済額に負の数は使えません。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="deposit") | Q(yearly_repayment=0),
                name="bankrelation_deposit",
                violation_error_message="預金に返済額は入れません。",
            ),
        ]

    def __str__(self):
        return f"{self.bank} {self.get_kind_display()} {self.balance:,}円"


class BillParty(models.Model):
    """手形の関係者。申込者のほかに手形に名を書く人で、利害関係の判定に加わる（ドメイン E、中協法36条の6・38条）。"""

    application = models.ForeignKey(Application, verbose_name="申込", on_delete=models.CASCADE, related_name="parties")
    role = models.CharField("立場", max_length=10, choices=BillRole.choices)
    name = models.CharField("氏名・名称", max_length=100)

    class Meta:
        verbose_name = "手形の関係者"
        verbose_name_plural = "手形の関係者"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "role", "name"],
                name="billparty_once",
                violation_error_message="同じ立場の同じ人が二度書かれています。",
            )
        ]

    def __str__(self):
        return f"{self.get_role_display()} {self.name}"
