"""科目・伝票・仕訳行。計上済みの伝票は貸借一致・不変で、データベースの引き金（trigger）が守る。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from simple_history.models import HistoricalRecords

from coopfin.fields import YenField
from coopfin.models import User
from ledger.accounts import AccountKind, Side
from members.models import Member


class VoucherKind(models.TextChoices):
    """伝票の種類。"""

    TRANSFER = "transfer", "振替伝票"
    OPENING = "opening", "開始伝票"
    REVERSAL = "reversal", "訂正伝票（赤）"


class VoucherState(models.TextChoices):
    """伝票の状態。起票（番号なし・残高に入らない）→ 承認で計上。"""

    PREPARED = "prepared", "起票（承認待ち）"
    POSTED = "posted", "計上済"
    REJECTED = "rejected", "差戻し"


class Account(models.Model):
    """勘定科目。符号は AccountCode、名称は組合が変えてよい。"""

    code = models.CharField("符号", max_length=3, primary_key=True)
    name = models.CharField("科目名", max_length=40)
    kind = models.CharField("区分", max_length=10, choices=[(kind.value, kind.label) for kind in AccountKind])
    per_member = models.BooleanField("組合員別の補助", default=False)

    history = HistoricalRecords(verbose_name="勘定科目の履歴", verbose_name_plural="勘定科目の履歴")

    class Meta:
        verbose_name = "勘定科目"
        verbose_name_plural = "勘定科目"
        ordering = ["code"]

    def __str__(self):
        return self.name

    @property
    def normal_side(self) -> Side:
        return AccountKind(self.kind).normal_side


class VoucherQuerySet(models.QuerySet):
    def posted(self):
        return self.filter(state=VoucherState.POSTED)

    def waiting(self):
        return self.filter(state=VoucherState.PREPARED)

    def with_amount(self):
        """借方の合計を amount に付ける。"""
        debits = (
            VoucherLine.objects.filter(voucher=OuterRef("pk"), side=Side.DEBIT)
            .order_by()
            .values("voucher")
            .annotate(total=Sum("amount"))
            .values("total")
        )
        return self.annotate(amount=Coalesce(Subquery(debits), 0, output_field=models.BigIntegerField()))


class Voucher(models.Model):
    """振替伝票。番号は計上のときに年度ごと欠番なく付く。訂正は逆の伝票を結び付けて行う（V33）。"""

    kind = models.CharField("種類", max_length=10, choices=VoucherKind.choices, default=VoucherKind.TRANSFER)
    state = models.CharField("状態", max_length=10, choices=VoucherState.choices, default=VoucherState.PREPARED)
    dated_on = models.DateField("日付", db_index=True)
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("伝票番号", null=True)
    description = models.CharField("摘要", max_length=200)
    made_by = models.ForeignKey(User, verbose_name="起票者", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("起票の時刻", db_default=Now())
    checked_by = models.ForeignKey(User, verbose_name="承認者", null=True, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField("計上の時刻", null=True)
    rejected_reason = models.CharField("差戻しの理由", max_length=500, blank=True)
    reverses = models.ForeignKey(
        "self", verbose_name="訂正する伝票", null=True, on_delete=models.PROTECT, related_name="reversals"
    )
    reason = models.CharField("訂正の理由", max_length=500, blank=True)

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = "伝票"
        verbose_name_plural = "伝票"
        ordering = ["-dated_on", "-pk"]
        indexes = [models.Index(fields=["state", "dated_on"], name="voucher_state_date")]
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "number"],
                name="voucher_number_once",
                violation_error_message="同じ伝票番号がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(state="posted", number__isnull=False, posted_at__isnull=False, checked_by__isnull=False)
                | Q(state="prepared", number__isnull=True, posted_at__isnull=True, checked_by__isnull=True)
                | Q(state="rejected", number__isnull=True, posted_at__isnull=True, checked_by__isnull=False),
                name="voucher_posted_whole",
                violation_error_message="計上した伝票には、番号・時刻・承認者がそろっていなければなりません。",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
                name="voucher_two_persons",
                violation_error_message="起票した人は、自分の伝票を承認できません。",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(rejected_reason=""),
                name="voucher_rejected_with_reason",
                violation_error_message="差戻しには理由が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False) & ~Q(reason="")
                | ~Q(kind="reversal") & Q(reverses__isnull=True),
                name="voucher_reversal_linked",
                violation_error_message="訂正伝票は、訂正する伝票と理由を持たなければなりません。",
            ),
            # 差し戻された訂正は数えないので、直して起票し直せる。
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(state__in=["prepared", "posted"]),
                name="voucher_reversed_once",
                violation_error_message="この伝票の訂正は、すでに起票されています。",
            ),
        ]

    def __str__(self):
        return f"伝票 {self.label}"

    @property
    def label(self) -> str:
        return f"{self.fiscal_year}-{self.number:04d}" if self.number else f"起票{self.pk}"

    def get_absolute_url(self):
        return reverse("ledger:voucher", args=[self.pk])

    @property
    def is_posted(self) -> bool:
        return self.state == VoucherState.POSTED

    @property
    def is_waiting(self) -> bool:
        return self.state == VoucherState.PREPARED

    @property
    def version(self) -> str:
        """画面を開いたときの版。起票のあと変わるのは状態だけである。"""
        return self.state

    @property
    def reversed_by(self) -> Voucher | None:
        """この伝票を訂正する赤の伝票（起票中か計上済のもの）。差し戻された訂正は数えない。"""
        standing = [one for one in self.reversals.all() if one.state != VoucherState.REJECTED]
        return standing[0] if standing else None

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines.all() if line.side == Side.DEBIT)


class VoucherLine(models.Model):
    """仕訳行。組合員を補助科目、契約番号を参照に持つ。"""

    voucher = models.ForeignKey(Voucher, verbose_name="伝票", on_delete=models.PROTECT, related_name="lines")
    order = models.PositiveSmallIntegerField("行")
    side = models.CharField("貸借", max_length=6, choices=[(side.value, side.label) for side in Side])
    account = models.ForeignKey(Account, verbose_name="科目", on_delete=models.PROTECT, related_name="lines")
    member = models.ForeignKey(
        Member, verbose_name="組合員", null=True, on_delete=models.PROTECT, related_name="voucher_lines"
    )
    reference = models.CharField("契約番号", max_length=30, blank=True, db_index=True)
    amount = YenField("金額")
    memo = models.CharField("摘要", max_length=200, blank=True)

    class Meta:
        verbose_name = "仕訳行"
        verbose_name_plural = "仕訳行"
        ordering = ["voucher", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["voucher", "order"],
                name="voucherline_order_once",
                violation_error_message="同じ行番号が二つあります。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="voucherline_positive",
                violation_error_message="仕訳の金額は正の数でなければなりません。",
            ),
            models.CheckConstraint(
                condition=Q(side__in=["debit", "credit"]),
                name="voucherline_side",
                violation_error_message="貸借は借方か貸方です。",
            ),
        ]

    def __str__(self):
        return f"{Side(self.side).label} {self.account} {self.amount:,}"

    @property
    def account_label(self) -> str:
        return self.account.name

    @property
    def member_label(self) -> str:
        return self.member.name if self.member else ""
