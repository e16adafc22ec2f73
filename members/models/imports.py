"""組合員の取込。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from coopfin.models import User
from members.enums import ImportChoice


class ImportBatch(models.Model):
    """組合員の取込。預かったファイルの実体と下見の結果を、登録を確かめるまでサーバーに置く。

    digest は下見の結果の指紋。登録のときに同じ下見をやり直し、指紋が変わっていれば登録しない。
    """

    filename = models.CharField("ファイル名", max_length=150)
    content = models.BinaryField("実体", editable=False)
    sha256 = models.CharField("ファイルの指紋", max_length=64)
    size = models.PositiveIntegerField("大きさ（バイト）")
    by = models.ForeignKey(User, verbose_name="取り込んだ人", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("預かった時刻", db_default=Now())
    rows = models.JSONField("下見の結果", default=list)
    ignored_columns = models.JSONField("読まなかった列", default=list)
    digest = models.CharField("下見の指紋", max_length=64)
    new_count = models.PositiveIntegerField("新規の行数", default=0)
    changed_count = models.PositiveIntegerField("変更の行数", default=0)
    unchanged_count = models.PositiveIntegerField("変わらない行数", default=0)
    refused_count = models.PositiveIntegerField("直す行数", default=0)
    choice = models.CharField("登録のしかた", max_length=10, choices=ImportChoice.choices, blank=True)
    finished_at = models.DateTimeField("登録した時刻", null=True)
    discarded_at = models.DateTimeField("取りやめた時刻", null=True)

    class Meta:
        verbose_name = "組合員の取込"
        verbose_name_plural = "組合員の取込"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, choice="") | (Q(finished_at__isnull=False) & ~Q(choice="")),
                name="importbatch_finished_with_choice",
                violation_error_message="登録した取込には、登録のしかたが要ります。",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(discarded_at__isnull=True),
                name="importbatch_finished_or_discarded",
                violation_error_message="登録した取込は取りやめられません。",
            ),
        ]

    def __str__(self):
        return self.filename

    def get_absolute_url(self):
        return reverse("members:import_batch", args=[self.pk])

    @property
    def version(self) -> str:
        return self.digest

    @property
    def is_waiting(self) -> bool:
        """登録するか取りやめるかを待っているか。"""
        return self.finished_at is None and self.discarded_at is None
