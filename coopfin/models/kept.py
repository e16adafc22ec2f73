"""書きかけ: 送る前の画面に書いたもの。記録ではなく、書いた本人だけの控えで、送れば消える。"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from coopfin.models.users import User


class KeptForm(models.Model):
    """ある人が、ある画面に書きかけたもの。values は欄の名 → 打たれたままの値。"""

    user = models.ForeignKey(User, verbose_name="書いた人", on_delete=models.CASCADE, related_name="+")
    page = models.CharField("画面", max_length=200)
    values = models.JSONField("書いたもの", default=dict)
    saved_at = models.DateTimeField("控えた時刻", db_default=Now())

    class Meta:
        verbose_name = "書きかけ"
        verbose_name_plural = "書きかけ"
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "page"],
                name="keptform_once",
                violation_error_message="この画面の書きかけは、すでにあります。",
            )
        ]

    def __str__(self):
        return f"{self.user} {self.page}"
