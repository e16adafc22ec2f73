"""付議の写し: 機関に付議したときの案件の姿。差し戻されて付議し直したとき、何が変わったかを示す（H2.4-g）。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from coopfin.models import User
from governance.models import AgendaItem
from loans.models.application import Application


class Submission(models.Model):
    """付議一回の写し。差し戻されると、理由が付いて「前の付議」になる。中身は書き換えない。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.PROTECT, related_name="submissions"
    )
    item = models.OneToOneField(AgendaItem, verbose_name="議案", on_delete=models.PROTECT, related_name="submission")
    content = models.JSONField("写し", default=list, editable=False)
    submitted_on = models.DateField("付議日")
    submitted_by = models.ForeignKey(User, verbose_name="付議した人", on_delete=models.PROTECT, related_name="+")
    returned_on = models.DateField("戻された日", null=True, blank=True)
    returned_by = models.ForeignKey(
        User, verbose_name="戻した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    return_reason = models.TextField("戻された理由", blank=True)

    class Meta:
        verbose_name = "付議の写し"
        verbose_name_plural = "付議の写し"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True, returned_by__isnull=True, return_reason="")
                | (Q(returned_on__isnull=False, returned_by__isnull=False) & ~Q(return_reason="")),
                name="submission_returned_whole",
                violation_error_message="戻された付議には、日付・戻した人・理由が要ります。",
            )
        ]

    def __str__(self):
        return f"{self.application} {self.submitted_on}の付議"

    @property
    def is_earlier(self) -> bool:
        """差し戻された、前の付議か。"""
        return self.returned_on is not None
