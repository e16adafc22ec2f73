"""一覧の見方: 人ごとに選んだ列と、名を付けて残した絞り込み。仕事の記録ではなく、その人の画面の好み。"""

from __future__ import annotations

from django.db import models

from coopfin.models.users import User


class ListColumns(models.Model):
    """ある人が、ある一覧に選んだ列。"""

    user = models.ForeignKey(User, verbose_name="利用者", on_delete=models.CASCADE, related_name="+")
    list_name = models.CharField("一覧", max_length=80)
    columns = models.JSONField("列", default=list)

    class Meta:
        verbose_name = "一覧の列"
        verbose_name_plural = "一覧の列"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "list_name"],
                name="listcolumns_once",
                violation_error_message="この一覧の列は、すでに選ばれています。",
            )
        ]

    def __str__(self):
        return f"{self.user} {self.list_name}"


class SavedFilter(models.Model):
    """名を付けて残した絞り込み（並びも含む）。"""

    user = models.ForeignKey(User, verbose_name="利用者", on_delete=models.CASCADE, related_name="+")
    list_name = models.CharField("一覧", max_length=80)
    name = models.CharField("名", max_length=40)
    query = models.CharField("絞り込み", max_length=500)

    class Meta:
        verbose_name = "残した絞り込み"
        verbose_name_plural = "残した絞り込み"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "list_name", "name"],
                name="savedfilter_once",
                violation_error_message="同じ名の絞り込みがすでにあります。",
            )
        ]

    def __str__(self):
        return self.name
