"""組合員の役員・関係者。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from members.enums import OfficerTitle
from members.models.member import Member
from members.models.people import Person, Versioned


class OfficerQuerySet(models.QuerySet):
    def current(self, on):
        return self.filter(Q(from_on__isnull=True) | Q(from_on__lte=on)).filter(Q(to_on__isnull=True) | Q(to_on__gt=on))


class Officer(Versioned):
    """組合員の役員・関係者。利害関係（特別利害）の判定と、公正証書の例外（民法465条の9）の根拠。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="officers")
    person = models.ForeignKey(Person, verbose_name="人", on_delete=models.PROTECT, related_name="offices")
    title = models.CharField("役職", max_length=30, choices=OfficerTitle.choices)
    from_on = models.DateField("就任日", null=True, blank=True)
    to_on = models.DateField("退任日", null=True, blank=True)

    objects = OfficerQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="役員の履歴", verbose_name_plural="役員の履歴")

    class Meta:
        verbose_name = "役員・関係者"
        verbose_name_plural = "役員・関係者"
        ordering = ["member", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(from_on__isnull=True) | Q(to_on__gte=models.F("from_on")),
                name="officer_term",
                violation_error_message="退任日は就任日以後の日付にしてください。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_title_display()} {self.person}"
