"""加入・出資・脱退: 組合員としての立場の移り変わり（中小企業等協同組合法10条・15条〜23条）。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from coopfin.fields import YenField
from coopfin.models import User
from members.enums import SHARES_IN, SHARES_OUT, LeavingCause, LeavingKind, ShareKind
from members.leaving import LONGEST_NOTICE_DAYS, NOTICE_DAYS
from members.models.member import Member


class ShareChangeQuerySet(models.QuerySet):
    def applied(self):
        """効力が生じ、組合員の出資口数に反映されたもの。"""
        return self.filter(applied_on__isnull=False)

    def planned(self):
        """効力の日を待つもの（年度末の減口など）。"""
        return self.filter(applied_on__isnull=True, cancelled_on__isnull=True)


class ShareChange(models.Model):
    """出資の異動。足し合わせると、いまの出資口数・出資金額になる。追記だけで、誤りは訂正の異動で直す。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="share_changes")
    kind = models.CharField("種類", max_length=15, choices=ShareKind.choices)
    on = models.DateField("効力の日")
    shares = models.IntegerField("口数の増減")
    amount = YenField("出資金額の増減")
    shares_after = models.PositiveIntegerField("あとの口数", null=True, blank=True)
    amount_after = YenField("あとの出資金額", null=True, blank=True)
    counterpart = models.ForeignKey(
        Member, verbose_name="譲渡の相手", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    consented_on = models.DateField("承認・承諾の日", null=True, blank=True)
    consent = models.CharField("承認・承諾の決議", max_length=100, blank=True, help_text="例: 第312回理事会 第2号議案")
    reason = models.CharField("理由・確かめた書類", max_length=300, blank=True)
    made_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("記録した時刻", db_default=Now())
    applied_on = models.DateField("反映した日", null=True, blank=True)
    cancelled_on = models.DateField("取りやめた日", null=True, blank=True)
    cancellation_reason = models.CharField("取りやめた理由", max_length=300, blank=True)

    objects = ShareChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "出資の異動"
        verbose_name_plural = "出資の異動"
        ordering = ["member", "on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SHARES_IN, shares__gt=0, amount__gt=0)
                | Q(kind__in=SHARES_OUT, shares__lt=0, amount__lt=0)
                | (~Q(kind__in=SHARES_IN + SHARES_OUT) & (~Q(shares=0) | ~Q(amount=0))),
                name="sharechange_direction",
                violation_error_message="口数と出資金額の増減が、異動の種類に合いません。",
            ),
            models.CheckConstraint(
                condition=Q(applied_on__isnull=False, shares_after__isnull=False, amount_after__gte=0)
                | Q(applied_on__isnull=True, shares_after__isnull=True, amount_after__isnull=True),
                name="sharechange_applied_whole",
                violation_error_message="反映した異動には、あとの口数と出資金額が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True, cancellation_reason="")
                | (Q(cancelled_on__isnull=False, applied_on__isnull=True) & ~Q(cancellation_reason="")),
                name="sharechange_cancelled_whole",
                violation_error_message="取りやめられるのは反映の前だけで、理由が要ります。",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind__in=(ShareKind.TRANSFER_OUT, ShareKind.TRANSFER_IN), counterpart__isnull=False)
                    & Q(consented_on__isnull=False)
                    & ~Q(consent="")
                    & ~Q(counterpart=F("member"))
                )
                | (~Q(kind__in=(ShareKind.TRANSFER_OUT, ShareKind.TRANSFER_IN)) & Q(counterpart__isnull=True)),
                name="sharechange_transfer_whole",
                violation_error_message="持分の譲渡には、別の組合員である相手と、組合の承諾（中協法17条）が要ります。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_kind_display()} {self.shares:+,}口"

    @property
    def is_planned(self) -> bool:
        return self.applied_on is None and self.cancelled_on is None


class LeavingQuerySet(models.QuerySet):
    def standing(self):
        """取り下げられていない脱退。"""
        return self.filter(withdrawn_on__isnull=True)


class Leaving(models.Model):
    """脱退（予告と効力）。自由脱退は年度末に、法定脱退は事由の日に効力が生じ、その日が組合員の脱退日になる。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="leavings")
    kind = models.CharField("種類", max_length=10, choices=LeavingKind.choices)
    cause = models.CharField("事由", max_length=15, choices=LeavingCause.choices, blank=True)
    notified_on = models.DateField("予告の日・事由の日")
    notice_days = models.PositiveSmallIntegerField("予告の期間（日）", default=NOTICE_DAYS)
    effective_on = models.DateField("脱退の日")
    document = models.CharField("受け取った書面・確かめた書類", max_length=200)
    made_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("記録した時刻", db_default=Now())
    withdrawn_on = models.DateField("取り下げた日", null=True, blank=True)
    withdrawal_reason = models.CharField("取り下げた理由", max_length=300, blank=True)
    refund_amount = YenField("払戻しの額", null=True, blank=True)
    refund_set_off = YenField("うち債務と相殺した額", null=True, blank=True)
    refunded_on = models.DateField("払い戻した日", null=True, blank=True)

    objects = LeavingQuerySet.as_manager()

    class Meta:
        verbose_name = "脱退"
        verbose_name_plural = "脱退"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=LeavingKind.VOLUNTARY, cause="")
                | (Q(kind=LeavingKind.STATUTORY, effective_on=F("notified_on")) & ~Q(cause="")),
                name="leaving_kind_and_cause",
                violation_error_message="法定脱退には事由が要り、その日に効力が生じます。自由脱退に事由は要りません。",
            ),
            models.CheckConstraint(
                condition=Q(effective_on__gte=F("notified_on")),
                name="leaving_after_notice",
                violation_error_message="脱退の日は予告の日以後です。",
            ),
            models.CheckConstraint(
                condition=Q(notice_days__range=(NOTICE_DAYS, LONGEST_NOTICE_DAYS)),
                name="leaving_notice_days",
                violation_error_message="予告の期間は90日から365日までです（中小企業等協同組合法18条）。",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True, withdrawal_reason="")
                | (Q(withdrawn_on__isnull=False, refunded_on__isnull=True) & ~Q(withdrawal_reason="")),
                name="leaving_withdrawn_whole",
                violation_error_message="取下げには理由が要り、払戻しの前に限ります。",
            ),
            models.CheckConstraint(
                condition=Q(refunded_on__isnull=True, refund_amount__isnull=True, refund_set_off__isnull=True)
                | Q(
                    refunded_on__isnull=False,
                    refunded_on__gte=F("effective_on"),
                    refund_amount__gte=0,
                    refund_set_off__gte=0,
                    refund_set_off__lte=F("refund_amount"),
                ),
                name="leaving_refund_whole",
                violation_error_message="払戻しは脱退の日以後に、額と相殺した額（払戻しの額まで）をそろえて記録します。",
            ),
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(withdrawn_on__isnull=True),
                name="leaving_one_standing",
                violation_error_message="この組合員の脱退はすでに記録されています。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_kind_display()}"

    def get_absolute_url(self):
        return f"{reverse('members:detail', args=[self.member_id])}#leaving"

    @property
    def is_voluntary(self) -> bool:
        return self.kind == LeavingKind.VOLUNTARY

    @property
    def undoing(self) -> str:
        """なかったことにする操作の名。予告は取り下げられる。死亡などの事実は、記録の誤りを取り消せるだけである。"""
        return "脱退の予告の取下げ" if self.is_voluntary else "脱退の記録の取消し"

    @property
    def undoing_verb(self) -> str:
        return "予告を取り下げる" if self.is_voluntary else "記録を取り消す"

    @property
    def refund_paid(self) -> int:
        """払い戻した額のうち、実際に払ったもの。"""
        return (self.refund_amount or 0) - (self.refund_set_off or 0)
