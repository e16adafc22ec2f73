"""案件のページの土台。見てよい案件だけを読み、断りと行き先をそろえる。"""

from __future__ import annotations

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.urls import reverse

from coopfin.remembered import back_to
from coopfin.views import OperationView, StepView
from loans.models import Application, Condition, Loan
from loans.workflow import FLOW


class CaseMixin:
    """見てよい案件だけを読む。見てはならない案件は 404（あることも知らせない）。"""

    def get_queryset(self):
        return (
            Application.objects.visible_to(self.request.user, self.on)
            .select_related(
                "member__representative",
                "policy",
                "product",
                "received_by",
                "created_by",
                "decided_by",
                "investigation__investigated_by",
                "capacity__figured_by",
                "capacity__commented_by",
                "capacity__cash_plan",
                "guarantee_review__explained_by",
                "guarantee_review__recorded_by",
            )
            .prefetch_related(
                Prefetch("contracts", Loan.objects.select_related("contracted_by", "confirmed_by", "policy", "member")),
                Prefetch("conditions", Condition.objects.select_related("met_by", "document", "waiver", "waived_by")),
                "funding_decisions",
                "guarantee_review__findings__judged_by",
            )
        )

    def load(self):
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    @property
    def application(self) -> Application:
        return self.object

    def get_context_data(self, **kwargs):
        crumbs = [("申込・審査", reverse("loans:applications"))]
        if self.object is not None:
            crumbs += [(self.object.number_label, self.object.get_absolute_url())]
        return super().get_context_data(
            **{
                "breadcrumbs": [*crumbs, (self.title, "")],
                "subject": subject_of(self.object) if self.object is not None else "",
                "application": self.object,
                **kwargs,
            }
        )


def subject_of(application: Application) -> str:
    """見出しの下に書く一行。"""
    number = f"受付番号 {application.number}" if application.number else "受付前"
    return f"{number}　{application.title}"


class CaseOperation(CaseMixin, OperationView):
    """案件についての操作。"""


class CaseStep(CaseMixin, StepView):
    """案件の流れのステップ。"""

    template_name = "loans/step.html"
    flow = FLOW

    def success_url_for(self, obj) -> str:
        """進めたあとの行き先。自分にはもう見えない案件（委員が差し戻したときなど）なら、一覧へ。"""
        visible = Application.objects.visible_to(self.request.user, self.on).filter(pk=obj.pk).exists()
        return obj.get_absolute_url() if visible else back_to(self.request, reverse("loans:applications"))
