"""操作の記録、閲覧の記録、二度押しの合言葉。"""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.functions import Now

from coopfin.models.users import User


class TargetedRecord(models.Model):
    """何についての記録か。相手は読み込まず、種別・番号・その時の名前の写しだけを持つ。"""

    content_type = models.ForeignKey(ContentType, verbose_name="対象の種別", on_delete=models.PROTECT, related_name="+")
    object_id = models.BigIntegerField("対象の番号")
    object_text = models.CharField("対象", max_length=200)
    at = models.DateTimeField("時刻", db_default=Now())

    class Meta:
        abstract = True


class ActionLogQuerySet(models.QuerySet):
    def about(self, obj):
        content_type = ContentType.objects.get_for_model(obj)
        return self.filter(content_type=content_type, object_id=obj.pk).select_related("by")


class ActionLog(TargetedRecord):
    """操作の記録（誰が・いつ・何を・なぜ）。追記だけで、直すことも消すこともできない。"""

    verb = models.CharField("操作", max_length=60)
    label = models.CharField("操作の名前", max_length=100)
    by = models.ForeignKey(User, verbose_name="した人", on_delete=models.PROTECT, related_name="+")
    on = models.DateField("日付")
    reason = models.TextField("理由", blank=True)
    detail = models.JSONField("詳細", default=dict)

    objects = ActionLogQuerySet.as_manager()

    class Meta:
        verbose_name = "操作の記録"
        verbose_name_plural = "操作の記録"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="actionlog_target")]

    def __str__(self):
        return f"{self.label}（{self.object_text}）"

    @property
    def text(self) -> str:
        """何が何に変わったか（detail の differences）。経過に一行ずつ出る。"""
        lines = self.detail.get("differences", ())
        return "\n".join(f"{name}：{before or '（空）'} → {after or '（空）'}" for name, before, after in lines)


class ReadLog(TargetedRecord):
    """閲覧の記録。案件の中身を誰がいつ開いたか（H2.2-e 守秘義務）。"""

    by = models.ForeignKey(User, verbose_name="見た人", on_delete=models.PROTECT, related_name="+")
    path = models.CharField("ページ", max_length=200)

    class Meta:
        verbose_name = "閲覧の記録"
        verbose_name_plural = "閲覧の記録"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="readlog_target")]

    def __str__(self):
        return f"{self.object_text}"


class UsedToken(models.Model):
    """使い終えた合言葉。同じ画面を二度送っても、二度目は一度目の結果へ案内するだけにする。"""

    token = models.CharField("合言葉", max_length=40, unique=True)
    by = models.ForeignKey(User, verbose_name="した人", on_delete=models.CASCADE, related_name="+")
    result_url = models.CharField("結果のページ", max_length=300)
    at = models.DateTimeField("時刻", db_default=Now())

    class Meta:
        verbose_name = "使い終えた合言葉"
        verbose_name_plural = "使い終えた合言葉"

    def __str__(self):
        return self.token
