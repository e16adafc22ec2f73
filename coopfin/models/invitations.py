"""招待。"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from coopfin.models.users import User


class InvitationQuerySet(models.QuerySet):
    def open(self):
        """使われも取り消されもしていないもの（期限は見ない）。"""
        return self.filter(used_at__isnull=True, revoked_at__isnull=True)

    def revoke(self, by: User) -> int:
        """まだ使われていないものを取り消す。取り消した数を返す。"""
        return self.open().update(revoked_at=Now(), revoked_by=by)

    def usable(self, on: date):
        """その日に使えるもの。利用を止めた人の招待は使えない。"""
        return self.open().filter(expires_on__gte=on, user__is_active=True)


class Invitation(models.Model):
    """招待。利用者が自分のパスワードを決めるための、一度だけ使えるリンク（ドメイン E、相互牽制は本人の合言葉から）。

    リンクの合言葉そのものは残さず、指紋（SHA-256）だけを持つ。失くしたら、取り消して出し直す。
    """

    user = models.ForeignKey(User, verbose_name="利用者", on_delete=models.PROTECT, related_name="invitations")
    fingerprint = models.CharField("合言葉の指紋", max_length=64, unique=True)
    issued_by = models.ForeignKey(User, verbose_name="出した人", on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField("出した時刻", db_default=Now())
    expires_on = models.DateField("期限")
    used_at = models.DateTimeField("使われた時刻", null=True)
    revoked_at = models.DateTimeField("取り消した時刻", null=True)
    revoked_by = models.ForeignKey(
        User, verbose_name="取り消した人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "招待"
        verbose_name_plural = "招待"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
                violation_error_message="この利用者には、まだ使われていない招待があります。",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_used_or_revoked",
                violation_error_message="使われた招待は取り消せず、取り消した招待は使えません。",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="invitation_revoked_whole",
                violation_error_message="取消には、した人と時刻が要ります。",
            ),
            models.CheckConstraint(
                condition=~Q(issued_by=F("user")),
                name="invitation_by_another",
                violation_error_message="自分への招待は出せません。",
            ),
        ]

    def __str__(self):
        return f"{self.user}への招待"
