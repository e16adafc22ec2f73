"""貸付・できごと・償還予定。一つの申込から一つの貸付。契約番号は契約手続を始めるときに付く。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse

from coopfin.fields import RateField, YenField
from coopfin.models import Policy, User
from ledger.models import Voucher, VoucherState
from loans.enums import EventKind, FundingSource, LoanState, LoanType, Method
from loans.models.application import Application
from members.models import Member


class LoanQuerySet(models.QuerySet):
    def active(self):
        return self.filter(state=LoanState.ACTIVE)

    def with_balance(self, on=None):
        """元金残高（計上済のできごとの合計）を付ける。"""
        posted = Q(events__voucher__state=VoucherState.POSTED)
        if on is not None:
            posted &= Q(events__on__lte=on)
        return self.annotate(balance=models.functions.Coalesce(Sum("events__principal", filter=posted), 0))


class Loan(models.Model):
    """貸付。条件は契約のときに申込から写して固め、その後は変わらない。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.PROTECT, related_name="contracts"
    )
    member = models.ForeignKey(Member, verbose_name="債務者", on_delete=models.PROTECT, related_name="loans")
    fiscal_year = models.PositiveSmallIntegerField("年度")
    sequence = models.PositiveIntegerField("契約の連番")
    number = models.CharField("契約番号", max_length=20, unique=True, help_text="手形貸付は T、証書貸付は S で始まる。")
    loan_type = models.CharField("形式", max_length=10, choices=LoanType.choices)
    state = models.CharField("状態", max_length=12, choices=LoanState.choices, default=LoanState.CONTRACTED)
    principal = YenField("元金")
    funding_source = models.CharField("原資", max_length=10, choices=FundingSource.choices)
    interest_rate = RateField("利率（年%）")
    fee_rate = RateField("転貸手数料（年%）")
    damages_rate = RateField("遅延損害金（年%）")
    contracted_on = models.DateField("契約日")
    disbursed_on = models.DateField("実行日", null=True, blank=True)
    maturity_on = models.DateField("最終期日")
    method = models.CharField("返済方法", max_length=20, choices=Method.choices, blank=True)
    installments = models.PositiveSmallIntegerField("回数", null=True, blank=True)
    interval_months = models.PositiveSmallIntegerField("返済の間隔（月）", null=True, blank=True)
    grace_installments = models.PositiveSmallIntegerField("据置回数", default=0)
    first_due_on = models.DateField("初回期日", null=True, blank=True)
    anchor_day = models.PositiveSmallIntegerField("毎回の期日（日）", null=True, blank=True)
    policy = models.ForeignKey(Policy, verbose_name="適用する方針", on_delete=models.PROTECT, related_name="+")
    contracted_by = models.ForeignKey(User, verbose_name="契約手続をした人", on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(
        User,
        verbose_name="実行できることを確認した人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    confirmed_on = models.DateField("確認した日", null=True, blank=True)

    objects = LoanQuerySet.as_manager()

    class Meta:
        verbose_name = "貸付"
        verbose_name_plural = "貸付"
        ordering = ["-fiscal_year", "-sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "sequence"],
                name="loan_number_once",
                violation_error_message="同じ契約番号がすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=~Q(state="cancelled"),
                name="loan_one_per_application",
                violation_error_message="一つの申込から契約できる貸付は一つです。",
            ),
            models.CheckConstraint(
                condition=Q(principal__gt=0),
                name="loan_principal",
                violation_error_message="元金は1円以上でなければなりません。",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(disbursed_on__isnull=False),
                name="loan_active_disbursed",
                violation_error_message="返済中の貸付には実行日が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_on__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_on__isnull=False),
                name="loan_confirmed_whole",
                violation_error_message="実行できることの確認には、した人と日が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("contracted_by")),
                name="loan_confirmed_by_another",
                violation_error_message="契約手続をした人は、その貸付を実行できることを確認できません。",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(confirmed_by__isnull=False),
                name="loan_active_confirmed",
                violation_error_message="実行できることを別の人が確認していない貸付は、実行できません。",
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.member}"

    def get_absolute_url(self):
        return reverse("loans:loan", args=[self.pk])

    @property
    def is_bill(self) -> bool:
        return self.loan_type == LoanType.BILL


class Instalment(models.Model):
    """償還予定の一回（実行のときに確定）。"""

    loan = models.ForeignKey(Loan, verbose_name="貸付", on_delete=models.CASCADE, related_name="instalments")
    no = models.PositiveSmallIntegerField("回")
    due_on = models.DateField("期日")
    pay_on = models.DateField("支払日")
    days = models.PositiveSmallIntegerField("日数")
    principal = YenField("元金")
    interest = YenField("利息")
    fee = YenField("転貸手数料")
    balance = YenField("残高")

    class Meta:
        verbose_name = "償還予定"
        verbose_name_plural = "償還予定"
        ordering = ["loan", "no"]
        indexes = [models.Index(fields=["pay_on"], name="instalment_pay_on")]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "no"],
                name="instalment_once",
                violation_error_message="同じ回が二つあります。",
            ),
            models.CheckConstraint(
                condition=Q(principal__gte=0, interest__gte=0, fee__gte=0, balance__gte=0),
                name="instalment_not_negative",
                violation_error_message="償還予定に負の金額は使えません。",
            ),
        ]

    def __str__(self):
        return f"{self.loan.number} 第{self.no}回"

    @property
    def payment(self) -> int:
        return self.principal + self.interest + self.fee


class LoanEventQuerySet(models.QuerySet):
    def posted(self):
        return self.filter(voucher__state=VoucherState.POSTED)


class LoanEvent(models.Model):
    """貸付のできごと。一枚の伝票に属し、伝票が計上されるまで残高に入らない。principal は残高の増減（円）。"""

    loan = models.ForeignKey(Loan, verbose_name="貸付", on_delete=models.PROTECT, related_name="events")
    kind = models.CharField("種類", max_length=20, choices=EventKind.choices)
    on = models.DateField("日付")
    principal = YenField("元金の増減")
    interest = YenField("利息", default=0)
    fee = YenField("転貸手数料", default=0)
    cash = YenField("入出金")
    explanation = models.JSONField("計算の説明", default=list)
    voucher = models.ForeignKey(Voucher, verbose_name="伝票", on_delete=models.PROTECT, related_name="loan_events")

    objects = LoanEventQuerySet.as_manager()

    class Meta:
        verbose_name = "貸付のできごと"
        verbose_name_plural = "貸付のできごと"
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="disbursement", principal__gt=0) & Q(cash=F("principal") - F("interest") - F("fee"))
                | Q(kind="reversal", principal__lt=0) & Q(cash=F("principal") - F("interest") - F("fee")),
                name="loanevent_adds_up",
                violation_error_message="元金から利息・手数料を引いた額と、交付額が合いません。",
            )
        ]

    def __str__(self):
        return f"{self.loan.number} {self.get_kind_display()}"
