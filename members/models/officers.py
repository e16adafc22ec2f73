"""組合員の役員・関係者。"""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from members.enums import SOLE_TITLES, OfficerTitle
from members.models.member import Member
from members.models.people import Person, TermQuerySet, Versioned

#: 任期満了をこれだけ前から知らせる
REMIND = timedelta(days=60)


class OfficerQuerySet(TermQuerySet):
    def ending(self, on):
        """任期満了が近い（または過ぎた）のに、再任も退任も記録されていない役員。在籍する組合員のものだけ。"""
        in_register = Q(member__left_on__isnull=True) | Q(member__left_on__gt=on)
        return self.current(on).filter(
            in_register, to_on__isnull=True, term_ends_on__lte=on + REMIND, member__merged_into__isnull=True
        )


class Officer(Versioned):
    """組合員の役員・関係者。利害関係（特別利害）の判定と、公正証書の例外（民法465条の9）の根拠。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="officers")
    person = models.ForeignKey(Person, verbose_name="人", on_delete=models.PROTECT, related_name="offices")
    title = models.CharField("役職", max_length=30, choices=OfficerTitle.choices)
    from_on = models.DateField("就任日", null=True, blank=True)
    term_ends_on = models.DateField("任期満了日", null=True, blank=True, help_text="近づくと、今日の仕事で知らせます。")
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
            models.CheckConstraint(
                condition=Q(term_ends_on__isnull=True)
                | Q(from_on__isnull=True)
                | Q(term_ends_on__gte=models.F("from_on")),
                name="officer_term_ends",
                violation_error_message="任期満了日は就任日以後の日付にしてください。",
            ),
        ]

    def clean(self):
        super().clean()
        if self.member_id and self.member.is_corporate and self.title in SOLE_TITLES:
            raise ValidationError({"title": f"「{self.get_title_display()}」は個人事業主の役職です。"})

    def __str__(self):
        return f"{self.member} {self.get_title_display()} {self.person}"
