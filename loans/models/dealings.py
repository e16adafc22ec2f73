"""理事との取引（中協法38条）。理事会の承認と、取引のあとの報告を、貸付と理事の組ごとに持つ。"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from coopfin.calc import days
from coopfin.models import User
from governance.enums import BodyKind
from governance.models import AgendaItem, Meeting
from loans.enums import LoanState
from loans.models.loan import Loan
from members.models import Person

#: 取引のあと、次の理事会がいつまでも開かれないときの、報告の期限（月）
REPORT_MONTHS = 3


class DirectorDealingQuerySet(models.QuerySet):
    def standing(self):
        """実行が訂正されていない取引。"""
        return self.filter(loan__state=LoanState.ACTIVE)

    def unreported(self):
        """報告がまだのもの。"""
        return self.standing().filter(reported_on__isnull=True)

    def with_next_board(self):
        """取引のあとに初めて開かれる（開かれた）理事会の日を付ける。招集の取消しと流会は、開かれたことにならない。"""
        boards = Meeting.objects.convened().filter(
            body__kind=BodyKind.BOARD, held_on__gte=OuterRef("disbursed_on"), adjourned_reason=""
        )
        return self.annotate(next_board=Subquery(boards.order_by("held_on").values("held_on")[:1]))

    def overdue(self, on: date):
        """報告が遅れているもの: 取引のあとの理事会が過ぎたか、三か月を過ぎた。"""
        late = days.add_months(on, -REPORT_MONTHS)
        return self.unreported().with_next_board().filter(Q(next_board__lt=on) | Q(disbursed_on__lt=late))


class DirectorDealing(models.Model):
    """理事との取引。理事本人、または理事の代表する会社への貸付（中協法38条）。実行のときに記録される。"""

    loan = models.ForeignKey(Loan, verbose_name="貸付", on_delete=models.PROTECT, related_name="dealings")
    person = models.ForeignKey(Person, verbose_name="理事", on_delete=models.PROTECT, related_name="dealings")
    capacity = models.CharField("立場", max_length=200)
    decision = models.ForeignKey(AgendaItem, verbose_name="承認した議案", on_delete=models.PROTECT, related_name="+")
    disbursed_on = models.DateField("実行日")
    meeting = models.ForeignKey(
        Meeting, verbose_name="報告した理事会", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_on = models.DateField("報告日", null=True, blank=True)
    minutes_number = models.CharField("議事録の番号", max_length=40, blank=True)
    note = models.CharField("報告の内容", max_length=300, blank=True)
    reported_by = models.ForeignKey(
        User, verbose_name="記録した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DirectorDealingQuerySet.as_manager()

    class Meta:
        verbose_name = "理事との取引"
        verbose_name_plural = "理事との取引"
        ordering = ["-disbursed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "person"],
                name="directordealing_once",
                violation_error_message="同じ貸付と理事の取引がすでに記録されています。",
            ),
            models.CheckConstraint(
                condition=Q(reported_on__isnull=True, meeting__isnull=True, reported_by__isnull=True, minutes_number="")
                | (
                    Q(reported_on__gte=F("disbursed_on"), meeting__isnull=False, reported_by__isnull=False)
                    & ~Q(minutes_number="")
                ),
                name="directordealing_reported_whole",
                violation_error_message="報告の記録には、実行日以後の理事会と、議事録の番号と、記録した人が要ります。",
            ),
        ]

    def __str__(self):
        return f"{self.loan} {self.person}"

    @property
    def due_on(self) -> date:
        """報告の期限。次の理事会の日（with_next_board が付けたもの）、長くとも三か月。"""
        latest = days.add_months(self.disbursed_on, REPORT_MONTHS)
        coming = getattr(self, "next_board", None)
        return min(coming, latest) if coming else latest

    def is_overdue(self, on: date) -> bool:
        return self.reported_on is None and self.due_on < on

    def state_on(self, on: date) -> str:
        """いまの状態を一語で。"""
        if self.reported_on:
            return "報告済"
        return "遅れています" if self.is_overdue(on) else "報告待ち"
