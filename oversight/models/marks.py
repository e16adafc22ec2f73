"""監査の記録。監事が見たことと意見を残し、事務局が答える（中協法37条・40条、ドメイン E）。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from coopfin.models import TargetedRecord, User
from oversight.enums import TO_BE_ANSWERED, MarkKind
from oversight.models.access import AboutQuerySet


class AuditMarkQuerySet(AboutQuerySet):
    def unanswered(self):
        """事務局の回答を待つ指摘・要確認。"""
        return self.filter(kind__in=TO_BE_ANSWERED, reply="", resolved_on__isnull=True)

    def answered(self):
        """回答があり、監事の確かめを待つもの。"""
        return self.filter(kind__in=TO_BE_ANSWERED, resolved_on__isnull=True).exclude(reply="")

    def settled(self):
        """済んだもの（監査済の印と、解決した指摘）。"""
        return self.filter(Q(kind=MarkKind.AUDITED) | Q(resolved_on__isnull=False))


class AuditMark(TargetedRecord):
    """監査の記録。監査済・指摘・要確認と意見。指摘と要確認には事務局が答え、監事が確かめて終える。"""

    kind = models.CharField("監査の印", max_length=10, choices=MarkKind.choices)
    comment = models.TextField("意見", blank=True)
    marked_on = models.DateField("日付")
    author = models.ForeignKey(User, verbose_name="監事", on_delete=models.PROTECT, related_name="+")
    reply = models.TextField("事務局の回答", blank=True)
    replied_on = models.DateField("回答日", null=True, blank=True)
    replied_by = models.ForeignKey(
        User, verbose_name="回答した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_on = models.DateField("解決日", null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, verbose_name="解決を確かめた人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AuditMarkQuerySet.as_manager()

    class Meta:
        verbose_name = "監査の記録"
        verbose_name_plural = "監査の記録"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="auditmark_target")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="audited") | ~Q(comment=""),
                name="auditmark_with_comment",
                violation_error_message="指摘と要確認には、意見の記入が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(reply="", replied_by__isnull=True, replied_on__isnull=True)
                | (~Q(reply="") & Q(replied_by__isnull=False, replied_on__gte=F("marked_on")) & ~Q(kind="audited")),
                name="auditmark_reply_whole",
                violation_error_message="回答には、文と、監査の日以後の日付と、回答した人が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(replied_by__isnull=True) | ~Q(replied_by=F("author")),
                name="auditmark_two_persons",
                violation_error_message="監査した本人は、自分の指摘に回答できません。",
            ),
            models.CheckConstraint(
                condition=Q(resolved_on__isnull=True, resolved_by__isnull=True)
                | (
                    Q(resolved_on__isnull=False, resolved_by__isnull=False)
                    & ~Q(reply="")
                    & (Q(replied_by__isnull=True) | ~Q(resolved_by=F("replied_by")))
                ),
                name="auditmark_resolved_whole",
                violation_error_message="解決にするには、事務局の回答と、回答した人ではない人の確かめが要ります。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.object_text}"

    def get_absolute_url(self):
        return reverse("oversight:mark", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.kind in TO_BE_ANSWERED and self.resolved_on is None

    @property
    def state_label(self) -> str:
        """いまの状態を一語で。"""
        if self.kind == MarkKind.AUDITED:
            return "監査済"
        if self.resolved_on:
            return "解決"
        return "確認待ち" if self.reply else "回答待ち"
