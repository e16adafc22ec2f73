"""案件ごとの閲覧の制限と、外部専門家などへの閲覧の許し（ドメイン E: need-to-know）。"""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q

from coopfin.models import TargetedRecord, User


class AboutQuerySet(models.QuerySet):
    def about(self, obj):
        """この案件についてのもの。"""
        return self.filter(content_type=ContentType.objects.get_for_model(obj), object_id=obj.pk)

    def of_model(self, model):
        """この種類の案件についてのもの（番号の列にして、絞り込みに使う）。"""
        return self.filter(content_type=ContentType.objects.get_for_model(model))


class CaseRestrictionQuerySet(AboutQuerySet):
    def in_force(self):
        """解かれていない制限。"""
        return self.filter(lifted_on__isnull=True)


class CaseRestriction(TargetedRecord):
    """閲覧の制限。解くまで、役割で見られる人のうち、許しのある人だけが案件を開ける。監事と事務局長は除かれない。"""

    reason = models.CharField("制限する理由", max_length=300)
    placed_on = models.DateField("制限した日")
    placed_by = models.ForeignKey(User, verbose_name="制限した人", on_delete=models.PROTECT, related_name="+")
    lifted_on = models.DateField("解いた日", null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, verbose_name="解いた人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CaseRestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = "閲覧の制限"
        verbose_name_plural = "閲覧の制限"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="caserestriction_target")]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id"],
                condition=Q(lifted_on__isnull=True),
                name="caserestriction_one_in_force",
                violation_error_message="この案件の閲覧はすでに制限されています。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="caserestriction_with_reason",
                violation_error_message="閲覧の制限には理由が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(lifted_on__isnull=True, lifted_by__isnull=True)
                | Q(lifted_on__gte=F("placed_on"), lifted_by__isnull=False),
                name="caserestriction_lifted_whole",
                violation_error_message="制限を解いた記録には、制限した日以後の日付と、解いた人が要ります。",
            ),
        ]

    def __str__(self):
        return f"閲覧の制限 {self.object_text}"


class CaseGrantQuerySet(AboutQuerySet):
    def in_force(self, on):
        """その日に効いている許し。"""
        return self.filter(from_on__lte=on, to_on__gte=on, revoked_on__isnull=True)

    def to_end(self, on):
        """まだ終わっていない許し（これから始まるものも）。"""
        return self.filter(to_on__gte=on, revoked_on__isnull=True)


class CaseGrant(TargetedRecord):
    """閲覧の許し。期間を限って、名指しした人に一件の案件を読ませる。書くことはできない。

    制限された案件では、許しのある人だけが（役割の範囲で）読める。役割のない外部の専門家（弁護士・会計士）は、
    許しのある案件だけを読める。
    """

    user = models.ForeignKey(User, verbose_name="読む人", on_delete=models.PROTECT, related_name="case_grants")
    reason = models.CharField("読む理由", max_length=300, help_text="例: 担保の評価について弁護士の意見を聴くため。")
    from_on = models.DateField("いつから")
    to_on = models.DateField("いつまで")
    granted_on = models.DateField("許した日")
    granted_by = models.ForeignKey(User, verbose_name="許した人", on_delete=models.PROTECT, related_name="+")
    revoked_on = models.DateField("取り消した日", null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, verbose_name="取り消した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CaseGrantQuerySet.as_manager()

    class Meta:
        verbose_name = "閲覧の許し"
        verbose_name_plural = "閲覧の許し"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="casegrant_target")]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="casegrant_term",
                violation_error_message="「いつまで」は「いつから」以後の日付にしてください。",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="casegrant_with_reason",
                violation_error_message="閲覧を許すには理由が要ります。",
            ),
            models.CheckConstraint(
                condition=~Q(granted_by=F("user")),
                name="casegrant_by_another",
                violation_error_message="自分に閲覧を許すことはできません。",
            ),
            models.CheckConstraint(
                condition=Q(revoked_on__isnull=True, revoked_by__isnull=True)
                | Q(revoked_on__isnull=False, revoked_by__isnull=False),
                name="casegrant_revoked_whole",
                violation_error_message="取り消しの記録には、日付と取り消した人が要ります。",
            ),
        ]

    def __str__(self):
        return f"閲覧の許し {self.user} {self.object_text}"

    def state_on(self, on) -> str:
        """いまの状態を一語で。"""
        if self.revoked_on:
            return "取消"
        if on < self.from_on:
            return "これから"
        return "有効" if on <= self.to_on else "終了"
