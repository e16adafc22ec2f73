"""方針（設定）と担保掛目。"""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from coopfin.fields import RateField
from coopfin.models.proposals import Proposal
from coopfin.once import once_while_reading


def numbers_of(text: str) -> tuple[int, ...]:
    """「1,30,60,90」のような並びを読む。"""
    return tuple(int(part) for part in text.split(","))


def ascending(text: str) -> None:
    """小さい順の正の整数の並び。"""
    _in_order(text, rising=True)


def descending(text: str) -> None:
    """大きい順の正の整数の並び。"""
    _in_order(text, rising=False)


def _in_order(text: str, *, rising: bool) -> None:
    order, example = ("小さい", "1,30,60,90") if rising else ("大きい", "12,6,3,1")
    try:
        numbers = numbers_of(text)
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1 or list(numbers) != sorted(set(numbers), reverse=not rising):
        raise ValidationError(f"{order}順の数字を、半角のカンマで区切って入れてください（例: {example}）。")


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

    class DamagesBase(models.TextChoices):
        PRINCIPAL = "principal", "遅れた元金"
        PRINCIPAL_PLUS_INTEREST = "principal_plus_interest", "遅れた元金と利息"

    class DamagesFrom(models.TextChoices):
        ADJUSTED_DUE = "adjusted_due", "休日を繰り下げた支払日の翌日から"
        NOMINAL_DUE = "nominal_due", "約定の期日の翌日から"

    class DamagesAccount(models.TextChoices):
        LOAN_INTEREST = "loan_interest", "貸付金利息（補助 遅延損害金）"
        OWN_ACCOUNT = "own_account", "遅延損害金（科目 413）"

    class FeeMode(models.TextChoices):
        RATE_DAYS = "rate_days", "率×日数で受け取る"
        NONE = "none", "受け取らない"

    class Allocation(models.TextChoices):
        DAMAGES_FIRST = "costs,damages,interest,principal", "費用 → 損害金 → 利息 → 元金"
        INTEREST_FIRST = "costs,interest,damages,principal", "費用 → 利息 → 損害金 → 元金"
        DAMAGES_LAST = "costs,interest,principal,damages", "費用 → 利息 → 元金 → 損害金"

    class PrepayFee(models.TextChoices):
        EACH = "each", "約定利率と基準利率の利息をそれぞれ切り捨てて引く"
        ONCE = "once", "二つの利息の差を一度だけ切り捨てる"

    class Acceleration(models.TextChoices):
        AUTOMATIC = "automatic", "当然に失う事由と、請求によって失う事由を定める"
        ON_DEMAND = "on_demand", "請求によってだけ失う"

    class SecuritiesValuation(models.TextChoices):
        LOWER = "lower", "時価と過去3年の安値の低いほう"
        CURRENT = "current", "時価"

    class SeniorMortgage(models.TextChoices):
        CONFIRMED = "confirmed", "確かめた残高（確かめていなければ登記の額）"
        REGISTERED = "registered", "つねに登記の額"

    effective_on = models.DateField("効力が生じる日")
    source = models.CharField(
        "根拠", max_length=100, help_text="この方針を決めた決議・規程（例: 金融事業規程 第8条、第312回理事会）。"
    )
    new_bill_count = models.CharField(
        "手形貸付の日数", max_length=10, choices=Count.choices, default=Count.BOTH_ENDS,
        help_text="新しい手形の利息日数。両端は実行日と期日の両方を数えます（銀行の慣行）。",
    )  # fmt: skip
    rewrite_count = models.CharField(
        "書換の日数", max_length=10, choices=Count.choices, default=Count.ONE_END,
        help_text="書換日は前の手形で数えてあるので、片端にすると同じ日を二度数えません。増額した部分は新しい手形として数えます。",
    )  # fmt: skip
    deed_first_period = models.CharField(
        "証書貸付の初回日数", max_length=10, choices=Count.choices, default=Count.ONE_END,
        help_text="実行日から初回期日までの数え方。2回目からはつねに片端です。",
    )  # fmt: skip
    interest_rounding = models.CharField(
        "利息・手数料の端数", max_length=10, choices=Rounding.choices, default=Rounding.FLOOR,
        help_text="利息と手数料は、それぞれ別に計算して端数を処理します。",
    )  # fmt: skip
    discount_rounding = models.CharField(
        "割引料の端数", max_length=10, choices=Rounding.choices, default=Rounding.FLOOR,
        help_text="手形割引の割引料。銀行によって切捨てと四捨五入があります。",
    )  # fmt: skip
    refund_rounding = models.CharField(
        "戻利息の端数", max_length=10, choices=Rounding.choices, default=Rounding.FLOOR,
        help_text="経過していない日数から直接計算し、ここで端数を処理します。",
    )  # fmt: skip
    damages_rounding = models.CharField(
        "遅延損害金の端数", max_length=10, choices=Rounding.choices, default=Rounding.FLOOR,
        help_text="遅れた回ごとに計算し、ここで端数を処理します。",
    )  # fmt: skip
    deed_basis = models.CharField(
        "証書貸付の利息", max_length=10, choices=Basis.choices, default=Basis.DAILY_365,
        help_text="日割は実際の日数、月割は年利の12分の1で計算します。",
    )  # fmt: skip
    level_payment_rounding = models.CharField(
        "元利均等額の端数", max_length=10, choices=Rounding.choices, default=Rounding.FLOOR,
        help_text="毎回同じ支払額を決めるときの端数。差は最終回で合わせます。",
    )  # fmt: skip
    adjust = models.CharField(
        "元金の端数を寄せる回", max_length=10, choices=Adjust.choices, default=Adjust.LAST,
        help_text="元金を回数で割って余った円を、どの回に加えるか。",
    )  # fmt: skip
    principal_unit = models.PositiveIntegerField(
        "元金均等の単位（円）", default=1, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)],
        help_text="毎回の元金をこの単位に切り捨てます。1,000 なら千円単位です。",
    )  # fmt: skip
    holiday_roll = models.CharField(
        "休日に当たる期日", max_length=10, choices=Roll.choices, default=Roll.FOLLOWING,
        help_text="期日が銀行の休業日に当たるとき、支払う日を翌営業日にするか。",
    )  # fmt: skip
    interest_to = models.CharField(
        "休日で延びた日の利息", max_length=10, choices=InterestTo.choices, default=InterestTo.NOMINAL,
        help_text="支払日が翌営業日に延びたとき、延びた日の利息を受け取るか。",
    )  # fmt: skip
    fee_mode = models.CharField(
        "転貸手数料", max_length=10, choices=FeeMode.choices, default=FeeMode.RATE_DAYS,
        help_text="金額×日数×率の手数料は利息と同じ非課税です。通例は年0.1〜0.3%、受け取らない組合もあります。",
    )  # fmt: skip
    damages_rate = RateField(
        "遅延損害金の率（年%）", default=Decimal("14.5"),
        help_text="約定書の率。営業的な貸付の上限は年20%です。",
    )  # fmt: skip
    damages_base = models.CharField(
        "損害金をかける額", max_length=30, choices=DamagesBase.choices, default=DamagesBase.PRINCIPAL,
        help_text="約定書の文と同じにします。損害金に損害金は付きません。",
    )  # fmt: skip
    damages_from = models.CharField(
        "損害金の起算日", max_length=20, choices=DamagesFrom.choices, default=DamagesFrom.ADJUSTED_DUE,
        help_text="期日が休業日のとき、翌営業日の支払を遅れとみるか。",
    )  # fmt: skip
    damages_account = models.CharField(
        "損害金の科目", max_length=20, choices=DamagesAccount.choices, default=DamagesAccount.LOAN_INTEREST,
        help_text="貸付金利息に含めるときも、補助科目で分けて数えます。",
    )  # fmt: skip
    refund_interest = models.BooleanField(
        "期日前の返済で利息を戻す", default=True, help_text="前取りした利息のうち、経過していない日数の分を返します。"
    )
    refund_fee = models.BooleanField(
        "期日前の返済で手数料も戻す", default=False, help_text="手引きの例は手数料を戻していません。"
    )
    allocation = models.CharField(
        "返済金を充てる順", max_length=40, choices=Allocation.choices, default=Allocation.DAMAGES_FIRST,
        help_text="入金が足りないときの順。回は古いものから。余った額は仮受金にします。",
    )  # fmt: skip
    prepay_fee = models.CharField(
        "期限前弁済手数料の端数", max_length=10, choices=PrepayFee.choices, default=PrepayFee.EACH,
        help_text="約定利率が基準利率を上回るときだけ受け取ります。二つの数え方は1円違うことがあります。",
    )  # fmt: skip
    overdue_bands = models.CharField(
        "延滞の区分（日数）", max_length=40, default="1,30,60,90", validators=[ascending],
        help_text="延滞の一覧で、何日から次の区分とするか。小さい順に、カンマで区切ります。",
    )  # fmt: skip
    stop_accrual_days = models.PositiveSmallIntegerField(
        "未収利息を止める延滞日数", default=90, validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="これを超えて遅れた貸付には未収利息を計上せず、計上したものは戻します。",
    )  # fmt: skip
    limitation_alert_months = models.CharField(
        "時効の知らせ（何か月前）", max_length=40, default="12,6,3,1", validators=[descending],
        help_text="時効が完成する何か月前に知らせるか。大きい順に、カンマで区切ります。",
    )  # fmt: skip
    guarantor_notice_months = models.PositiveSmallIntegerField(
        "期限の利益喪失の通知（月数）", default=2, validators=[MinValueValidator(1), MaxValueValidator(2)],
        help_text="個人の保証人には、知った日から2か月以内に通知しなければ、その間の損害金を求められません。短くはできても、延ばせません。",
    )  # fmt: skip
    securities_valuation = models.CharField(
        "株式の評価", max_length=10, choices=SecuritiesValuation.choices, default=SecuritiesValuation.LOWER,
        help_text="担保にとる株式の評価額の決め方。この額に掛目をかけます。",
    )  # fmt: skip
    senior_mortgage = models.CharField(
        "先順位の抵当権の額", max_length=12, choices=SeniorMortgage.choices, default=SeniorMortgage.CONFIRMED,
        help_text="担保の余力から引く額。先順位の根抵当は、つねに極度額を引きます。",
    )  # fmt: skip
    appraisal_months = models.PositiveSmallIntegerField(
        "担保評価を見直す月数", default=12, validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text="評価日と、先順位の残高を確かめた日から、この月数を過ぎたものに注意を出します。",
    )  # fmt: skip
    approval_expiry_months = models.PositiveSmallIntegerField(
        "理事会決定の有効月数", default=3, validators=[MinValueValidator(1), MaxValueValidator(24)],
        help_text="決定からこの月数のうちに実行しなければ、もう一度理事会に付議します。",
    )  # fmt: skip
    approval_reminder_days = models.PositiveSmallIntegerField(
        "承認の期限の知らせ（何日前）", default=14, validators=[MinValueValidator(1), MaxValueValidator(180)],
        help_text="理事会の決定の有効期限がこの日数に近づいた案件を、実行するか付議し直すように知らせます。",
    )  # fmt: skip
    stale_case_days = models.PositiveSmallIntegerField(
        "案件の滞りを知らせる日数", default=14, validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="案件が同じ状態のままこの日数を過ぎると、一覧の日数に色を付けます。",
    )  # fmt: skip
    limit_grace_months = models.PositiveSmallIntegerField(
        "限度額決議の猶予月数", default=3, validators=[MaxValueValidator(12)],
        help_text="次の総会が開かれるまで、前年度末から何か月有効とみるか。弁護士・中央会に確認してください。",
    )  # fmt: skip
    paper_bill_last_maturity_on = models.DateField(
        "紙の手形の最終期日", help_text="電子交換所の終了にともない、この日を超える紙の手形に注意を出します。"
    )
    acceleration = models.CharField(
        "期限の利益の失い方", max_length=10, choices=Acceleration.choices, default=Acceleration.AUTOMATIC,
        help_text="これから結ぶ約定書の条項。すでに差し入れられた約定書は、そのときの条項のままです。",
    )  # fmt: skip
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
            models.CheckConstraint(
                condition=Q(guarantor_notice_months__range=(1, 2)),
                name="policy_guarantor_notice",
                violation_error_message="個人の保証人への通知は2か月以内です（民法458条の3）。",
            ),
        ]

    def __str__(self):
        return f"方針（{self.effective_on.year}年{self.effective_on.month}月{self.effective_on.day}日から）"

    def approval_findings(self, on):
        return [*super().approval_findings(on), *self.backdating_findings(on)]

    @classmethod
    @once_while_reading
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
