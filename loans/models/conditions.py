"""条件: 委員が求め、答申がまとめ、理事会が定める。満たしたこと・免除したことを、一つずつ残す（H2.4-g）。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from coopfin.models import User
from documents.models import Upload
from governance.models import AgendaItem, Opinion
from loans.conditions import Wanted
from loans.enums import ConditionDue, ConditionKind
from loans.models.application import Application


class ConditionTerms(models.Model):
    """条件の中身: 文・種類・いつまでに満たすか。"""

    text = models.CharField("条件", max_length=300)
    kind = models.CharField("種類", max_length=12, choices=ConditionKind.choices, default=ConditionKind.OTHER)
    due = models.CharField("満たす時期", max_length=12, choices=ConditionDue.choices, default=ConditionDue.DISBURSEMENT)
    due_on = models.DateField("期日", null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.text

    @property
    def wanted(self) -> Wanted:
        """条件の中身だけ。"""
        return Wanted(self.text, self.kind, self.due, self.due_on)

    @property
    def described(self) -> str:
        """一行の書き方（議事録・答申書）。"""
        return self.wanted.described


class ProposedCondition(ConditionTerms):
    """求められた条件。委員の意見に付くもの（opinion がある）と、答申に付くもの。決まった条件ではない（H2.1-d）。"""

    item = models.ForeignKey(
        AgendaItem, verbose_name="議案", on_delete=models.CASCADE, related_name="proposed_conditions"
    )
    opinion = models.ForeignKey(
        Opinion, verbose_name="委員の意見", null=True, blank=True, on_delete=models.CASCADE,
        related_name="proposed_conditions",
    )  # fmt: skip

    class Meta:
        verbose_name = "求められた条件"
        verbose_name_plural = "求められた条件"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="proposedcondition_text",
                violation_error_message="条件の文が要ります。",
            )
        ]


class ConditionQuerySet(models.QuerySet):
    def in_force(self):
        """決定が取り消されて効力を失ったものを除く。"""
        return self.filter(lapsed_on__isnull=True)

    def outstanding(self):
        """まだ満たされず、免除もされていないもの。"""
        return self.in_force().filter(met_on__isnull=True, waived_on__isnull=True)


class Condition(ConditionTerms):
    """理事会が定めた条件。満たしたことを証拠とともに記録する。免除できるのは、定めた理事会だけ。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="conditions"
    )
    decision = models.ForeignKey(
        AgendaItem, verbose_name="定めた決定", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    met_on = models.DateField("満たした日", null=True, blank=True)
    met_by = models.ForeignKey(
        User, verbose_name="確かめた人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence = models.CharField("確かめた方法", max_length=300, blank=True)
    document = models.ForeignKey(
        Upload, verbose_name="証拠の写し", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    waiver = models.ForeignKey(
        AgendaItem, verbose_name="免除の議案", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    waiver_reason = models.TextField("免除を求める理由", blank=True)
    waived_on = models.DateField("免除した日", null=True, blank=True)
    waived_by = models.ForeignKey(
        User, verbose_name="免除を記録した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lapsed_on = models.DateField("効力を失った日", null=True, blank=True)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        verbose_name = "条件"
        verbose_name_plural = "条件"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(met_on__isnull=True) | (Q(met_by__isnull=False) & ~Q(evidence="")),
                name="condition_met_whole",
                violation_error_message="条件を満たした記録には、日付・確かめた人・方法が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(waived_on__isnull=True)
                | (Q(waived_by__isnull=False, waiver__isnull=False, met_on__isnull=True) & ~Q(waiver_reason="")),
                name="condition_waived_whole",
                violation_error_message="条件の免除には、理事会の議案・理由・記録した人が要ります。",
            ),
        ]

    @property
    def is_outstanding(self) -> bool:
        return self.lapsed_on is None and self.met_on is None and self.waived_on is None

    @property
    def state_label(self) -> str:
        """いまの様子を一語で。"""
        if self.met_on is not None:
            return "満たした"
        if self.waived_on is not None:
            return "免除"
        return "まだ" if self.lapsed_on is None else "失効"

    def is_late(self, on) -> bool:
        """期日を過ぎても満たされていない。"""
        return self.is_outstanding and self.due_on is not None and on > self.due_on
