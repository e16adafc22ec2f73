"""組合と連番。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from coopfin.calc import invoice_number
from coopfin.calc.yen import ImpossibleTerms
from coopfin.once import once_while_reading


def check_invoice_number(text: str) -> None:
    """登録番号の検査。書き方は整えてから渡す。"""
    try:
        plain = invoice_number.normalise(text)
    except ImpossibleTerms as error:
        raise ValidationError(str(error)) from error
    if plain != text:
        raise ValidationError(f"登録番号は {plain} の形で書いてください。")


class Cooperative(models.Model):
    """組合（債権者）。一行だけ。限度額の競り合いは、この行の鎖錠（ロック）から始める。"""

    name = models.CharField("組合名", max_length=100)
    kana = models.CharField("組合名（カナ）", max_length=100, blank=True)
    postal_code = models.CharField("郵便番号", max_length=8, blank=True)
    address = models.CharField("住所", max_length=200)
    representative_title = models.CharField("代表者の肩書", max_length=30, default="代表理事")
    representative_name = models.CharField("代表者の氏名", max_length=60)
    court = models.CharField(
        "管轄裁判所", max_length=60, help_text="約定書の合意管轄に印字します（例: 金沢地方裁判所）。"
    )
    payment_place = models.CharField(
        "支払場所", max_length=100, help_text="契約証書に印字します（例: 当組合の指定する預金口座）。"
    )
    fiscal_start_month = models.PositiveSmallIntegerField(
        "会計年度の始まる月", default=4, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    invoice_number = models.CharField(
        "適格請求書発行事業者の登録番号", max_length=14, blank=True, validators=[check_invoice_number],
        help_text="T と13桁。課税される手数料の請求書・領収書に印字します。登録していなければ空欄。",
    )  # fmt: skip

    class Meta:
        verbose_name = "組合"
        verbose_name_plural = "組合"
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1), name="cooperative_single", violation_error_message="組合は一つだけ登録できます。"
            ),
            models.CheckConstraint(
                condition=Q(fiscal_start_month__range=(1, 12)),
                name="cooperative_fiscal_month",
                violation_error_message="会計年度の始まる月は1から12です。",
            ),
            models.CheckConstraint(
                condition=Q(invoice_number="")
                | (Q(invoice_number__startswith="T") & Exact(Length("invoice_number"), 14)),
                name="cooperative_invoice_number",
                violation_error_message="登録番号は、T と13桁の数字です。",
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    @once_while_reading
    def current(cls) -> Cooperative | None:
        return cls.objects.filter(pk=1).first()

    @classmethod
    def lock(cls) -> Cooperative:
        """金額を動かす操作の最初の鎖錠。つねに組合、次に組合員の順。"""
        return cls.objects.select_for_update().get(pk=1)


class Sequence(models.Model):
    """連番の元帳。受付番号・契約番号・伝票番号を、年度ごとに欠番なく振る（必ず取引の中で進める）。"""

    name = models.CharField("名前", max_length=30)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    last_number = models.PositiveIntegerField("最後の番号", default=0)

    class Meta:
        verbose_name = "連番"
        verbose_name_plural = "連番"
        constraints = [
            models.UniqueConstraint(
                fields=["name", "fiscal_year"],
                name="sequence_once",
                violation_error_message="同じ連番が二つあります。",
            )
        ]

    def __str__(self):
        return f"{self.name} {self.fiscal_year}年度 {self.last_number}"

    @classmethod
    def next(cls, name: str, fiscal_year: int) -> int:
        """次の番号。行を鎖錠して進めるので、取引が取り消されれば番号も戻り、欠番にならない。"""
        cls.objects.get_or_create(name=name, fiscal_year=fiscal_year)
        row = cls.objects.select_for_update().get(name=name, fiscal_year=fiscal_year)
        row.last_number += 1
        row.save(update_fields=["last_number"])
        return row.last_number
