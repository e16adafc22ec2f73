"""守秘義務の誓約（H2.2-e、ドメイン E）。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from coopfin.models import User
from documents.models import Upload
from members.models import Person
from oversight.enums import PledgeKind


class PledgeQuerySet(models.QuerySet):
    def in_force(self, on):
        """その日に効いている誓約。任期のある人の誓約は、任期とともに終わる。"""
        return self.filter(pledged_on__lte=on).filter(Q(until_on__isnull=True) | Q(until_on__gte=on))

    def of_user(self, user):
        """この利用者の誓約（人の台帳を通して、書面で受け取ったものも）。"""
        return self.filter(Q(user=user) | Q(person__user=user))


class Pledge(models.Model):
    """守秘義務の誓約。書面を事務局が受け取るか、本人が画面で確かめて残す。任期ごとに新しくする。

    席だけがあってログインしない人は person、人の台帳に結ばれていない利用者は user だけを持つ。
    """

    person = models.ForeignKey(
        Person, verbose_name="人", null=True, blank=True, on_delete=models.PROTECT, related_name="pledges"
    )
    user = models.ForeignKey(
        User, verbose_name="利用者", null=True, blank=True, on_delete=models.PROTECT, related_name="pledges"
    )
    kind = models.CharField("誓約のしかた", max_length=12, choices=PledgeKind.choices)
    text_version = models.CharField("文面の版", max_length=20)
    pledged_on = models.DateField("誓約した日")
    until_on = models.DateField("効力の終わる日", null=True, blank=True, help_text="在任中の席の任期満了日。")
    upload = models.ForeignKey(
        Upload, verbose_name="誓約書の写し", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("記録した時刻", db_default=Now())

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = "守秘義務の誓約"
        verbose_name_plural = "守秘義務の誓約"
        ordering = ["-pledged_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(user__isnull=False),
                name="pledge_of_somebody",
                violation_error_message="誰の誓約かが要ります。",
            ),
            models.CheckConstraint(
                condition=Q(kind="electronic", user__isnull=False, recorded_by=F("user"))
                | (Q(kind="paper") & (Q(user__isnull=True) | ~Q(recorded_by=F("user")))),
                name="pledge_by_whom",
                violation_error_message="画面での誓約は本人だけが、書面の誓約は本人でない人が記録します。",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("pledged_on")),
                name="pledge_term",
                violation_error_message="効力の終わる日は、誓約した日以後の日付にしてください。",
            ),
        ]

    def __str__(self):
        return f"守秘義務の誓約 {self.name}"

    @property
    def name(self) -> str:
        """誓約した人の氏名。"""
        return str(self.person or self.user)

    def is_in_force(self, on) -> bool:
        return self.pledged_on <= on and (self.until_on is None or self.until_on >= on)
