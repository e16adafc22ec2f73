"""まとめて発行する書類。一通ずつ作り、途中で離れても、倒れても、残りから続けられる。"""

from __future__ import annotations

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.urls import reverse

from coopfin.models import TargetedRecord, User
from documents.models.issued import IssuedDocument


class IssueBatch(models.Model):
    """書類をまとめて発行する一回の仕事。"""

    label = models.CharField("仕事", max_length=100)
    back_url = models.CharField("戻る頁", max_length=200, blank=True)
    started_by = models.ForeignKey(User, verbose_name="始めた人", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField("始めた時刻", db_default=Now())

    class Meta:
        verbose_name = "まとめての発行"
        verbose_name_plural = "まとめての発行"
        ordering = ["-pk"]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return reverse("documents:batch", args=[self.pk])

    def progress(self) -> dict[str, int]:
        """何通のうち何通が済んだか（whole, done, failed, left）。"""
        states = dict(self.rows.values_list("state").annotate(count=Count("pk")).order_by())
        found = {state: states.get(state, 0) for state in IssueBatchRow.State.values}
        left = found["waiting"] + found["working"]
        return {"whole": sum(found.values()), "done": found["done"], "failed": found["failed"], "left": left}


class IssueBatchRow(TargetedRecord):
    """まとめて発行する書類の一通。"""

    class State(models.TextChoices):
        WAITING = "waiting", "これから"
        WORKING = "working", "作成中"
        DONE = "done", "発行済"
        FAILED = "failed", "できません"

    batch = models.ForeignKey(IssueBatch, verbose_name="仕事", on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField("並び")
    paper = models.CharField("書類の種類", max_length=40)
    paper_label = models.CharField("書類の名前", max_length=60)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.WAITING)
    worked_at = models.DateTimeField("作り始めた時刻", null=True)
    document = models.ForeignKey(
        IssuedDocument, verbose_name="発行した書類", null=True, on_delete=models.PROTECT, related_name="+"
    )
    failure = models.CharField("できない理由", max_length=500, blank=True)

    class Meta:
        verbose_name = "まとめて発行する書類"
        verbose_name_plural = "まとめて発行する書類"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "content_type", "object_id", "paper"],
                name="issuebatchrow_once",
                violation_error_message="同じ書類が二度入っています。",
            ),
            models.CheckConstraint(
                condition=Q(state="done", document__isnull=False, failure="")
                | Q(state="failed", document__isnull=True) & ~Q(failure="")
                | Q(state__in=["waiting", "working"], document__isnull=True, failure=""),
                name="issuebatchrow_whole",
                violation_error_message="発行済には書類、できないものには理由が要ります。",
            ),
        ]

    def __str__(self):
        return f"{self.paper_label}　{self.object_text}"
