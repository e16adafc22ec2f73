"""決定通知: 理事会の決定を、いつ、だれが、どうやって申込者に知らせたか（手引き 第2章2 三）。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from coopfin.models import User
from documents.models import IssuedDocument
from governance.models import AgendaItem
from loans.enums import Delivery
from loans.models.application import Application


class DecisionNoticeQuerySet(models.QuerySet):
    def in_force(self):
        """無効にした書面を除く。"""
        return self.filter(document__voided_at__isnull=True)


class DecisionNotice(models.Model):
    """決定通知の一通。書面そのものは発行した書類にあり、ここには伝えた理由と送付が残る。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.PROTECT, related_name="decision_notices"
    )
    decision = models.ForeignKey(AgendaItem, verbose_name="知らせた決定", on_delete=models.PROTECT, related_name="+")
    document = models.OneToOneField(
        IssuedDocument, verbose_name="書面", on_delete=models.PROTECT, related_name="decision_notice"
    )
    reason_told = models.TextField(
        "申込者に伝える理由", blank=True, max_length=600,
        help_text="謝絶の通知に書く文。空なら、理由は書きません。委員・理事の意見や賛否は書きません。",
    )  # fmt: skip
    message = models.TextField("書き添えること", blank=True, max_length=600)
    written_by = models.ForeignKey(User, verbose_name="作った人", on_delete=models.PROTECT, related_name="+")
    written_on = models.DateField("作った日")
    means = models.CharField("渡し方", max_length=10, choices=Delivery.choices, blank=True)
    sent_on = models.DateField("送った・渡した日", null=True, blank=True)
    sent_by = models.ForeignKey(
        User, verbose_name="送付を記録した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    evidence = models.CharField("控え", max_length=100, blank=True, help_text="引受番号、受け取った人など。")

    objects = DecisionNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "決定通知"
        verbose_name_plural = "決定通知"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_on__isnull=True, sent_by__isnull=True, means="", evidence="")
                | (Q(sent_on__isnull=False, sent_by__isnull=False, sent_on__gte=F("written_on")) & ~Q(means="")),
                name="decisionnotice_sent_whole",
                violation_error_message="送付の記録には、渡し方と、通知を作った日以後の日付・記録した人が要ります。",
            ),
        ]

    def __str__(self):
        return f"決定通知 {self.document.label}"


def decision_of_case() -> Subquery:
    """申込（外の問合せ）の、いちばん新しい理事会の決定の番号。"""
    from django.contrib.contenttypes.models import ContentType

    decided = AgendaItem.objects.decided().filter(
        content_type=ContentType.objects.get_for_model(Application), object_id=OuterRef("pk"), body__kind="board"
    )
    return Subquery(decided.order_by("-pk").values("pk")[:1])
