"""方針（設定）と担保掛目。"""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from coopfin.fields import RateField
from coopfin.models.proposals import Proposal


class Policy(Proposal):
    """方針（ドメイン G1）。貸付の計算と手続きの決めごと。承認された、その日に効力のある最新の版を使う。"""

    class Count(models.TextChoices):
        BOTH_ENDS = "both_ends", "両端"
        ONE_END = "one_end", "片端"

    class Rounding(models.TextChoices):
        FLOOR = "floor", "円未満切捨て"
        HALF_UP = "half_up", "円未満四捨五入"

    class Basis(models.TextChoices):
        DAILY_365 = "daily_365", "日割（年365日）"
        MONTHLY = "monthly", "月割（年12か月）"

    class Adjust(models.TextChoices):
        LAST = "last", "最終回"
        FIRST = "first", "初回"

    class Roll(models.TextChoices):
        FOLLOWING = "following", "翌営業日"
        NONE = "none", "動かさない"

    class InterestTo(models.TextChoices):
        NOMINAL = "nominal", "約定の期日まで"
        ADJUSTED = "adjusted", "実際の支払日まで"

    effective_on = models.DateField("効力が生じる日")
    source = models.CharField(
        "根拠", max_length=100, help_text="この方針を決めた決議・規程（例: 金融事業規程 第8条、第312回理事会）。"
    )
    new_bill_count = models.CharField(
        "手形貸付の日数", max_length=10, choices=Count.choices, default=Count.BOTH_ENDS,
        help_text="新しい手形の利息日数。両端は実行日と期日の両方を数えます（銀行の慣行）。",
    )  # fmt: skip
    deed_first_period = models.CharField(
        "証書貸付の初回日数", max_length=10, choices=Count.choices, default=Count.ONE_END,
        help_text="実行日から初回期日までの数え方。2回目からはつねに片端です。",
    )  # fmt: skip
    interest_rounding = models.CharField(
        "利息・手数料の端数", max_length=10, choices=Rounding.choices, default=Rounding.FLOOR
    )
    deed_basis = models.CharField("証書貸付の利息", max_length=10, choices=Basis.choices, default=Basis.DAILY_365)
    level_payment_rounding = models.CharField(
        "元利均等額の端数", max_length=10, choices=Rounding.choices, default=Rounding.FLOOR
    )
    adjust = models.CharField("元金の端数を寄せる回", max_length=10, choices=Adjust.choices, default=Adjust.LAST)
    principal_unit = models.PositiveIntegerField(
        "元金均等の単位（円）", default=1, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    holiday_roll = models.CharField("休日に当たる期日", max_length=10, choices=Roll.choices, default=Roll.FOLLOWING)
    interest_to = models.CharField(
        "休日で延びた日の利息", max_length=10, choices=InterestTo.choices, default=InterestTo.NOMINAL
    )
    damages_rate = RateField("遅延損害金の率（年%）", default=Decimal("14.5"))
    approval_expiry_months = models.PositiveSmallIntegerField(
        "理事会決定の有効月数", default=3, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    limit_grace_months = models.PositiveSmallIntegerField(
        "限度額決議の猶予月数", default=3, validators=[MaxValueValidator(12)],
        help_text="次の総会が開かれるまで、前年度末から何か月有効とみるか。弁護士・中央会に確認してください。",
    )  # fmt: skip
    paper_bill_last_maturity_on = models.DateField(
        "紙の手形の最終期日", help_text="電子交換所の終了にともない、この日を超える紙の手形に注意を出します。"
    )
    acceleration_grace_days = models.PositiveSmallIntegerField(
        "催告後の猶予日数",
        default=14,
        help_text="約定書第5条。支払の遅れは、書面の催告からこの日数を過ぎて期限の利益を失わせます。",
    )

    class Meta(Proposal.Meta):
        verbose_name = "方針"
        verbose_name_plural = "方針"
        ordering = ["-effective_on", "-pk"]
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["effective_on"],
                condition=Q(status="approved"),
                name="policy_once_a_day",
                violation_error_message="同じ日から効力を持つ承認済の方針がすでにあります。",
            ),
        ]

    def __str__(self):
        return f"方針（{self.effective_on.year}年{self.effective_on.month}月{self.effective_on.day}日から）"

    @classmethod
    def on(cls, day) -> Policy | None:
        """その日に効力のある方針。なければ None（新しい貸付はできない）。"""
        return cls.objects.approved().filter(effective_on__lte=day).order_by("-effective_on", "-pk").first()


class HaircutRate(models.Model):
    """担保掛目（Q3: 土地70〜80%、機械は0が多い）。方針の版に属し、種類ごとに一行。"""

    #: 担保の種類 → 名。担保のアプリが起動時に入れる（枠は担保を知らない）。
    kinds: dict[str, str] = {}
    #: 最初の方針を書くときに入れておく掛目。同じく担保のアプリが入れる。
    first_rates: dict[str, Decimal] = {}

    policy = models.ForeignKey(Policy, verbose_name="方針", on_delete=models.CASCADE, related_name="haircuts")
    asset_kind = models.CharField("担保の種類", max_length=40)
    haircut_rate = RateField("掛目（%）")

    class Meta:
        verbose_name = "担保掛目"
        verbose_name_plural = "担保掛目"
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "asset_kind"],
                name="haircut_once",
                violation_error_message="同じ種類の掛目が二つあります。",
            )
        ]

    def __str__(self):
        return f"{self.kinds.get(self.asset_kind, self.asset_kind)} {self.haircut_rate}%"
