"""一覧: 申込・審査、契約・実行、貸付台帳。絞り込み・並べ替え・列・合計・書出しをそろえる。"""

from __future__ import annotations

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.functional import cached_property
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from coopfin.columns import ChosenColumns
from coopfin.exports import ExportedList
from coopfin.models import Policy
from coopfin.views import GuardedMixin
from loans.filters import CONTRACT_STATES, STAGES, ApplicationFilter, ContractingFilter, LoanFilter
from loans.models import Application, Loan, LoanEvent
from loans.tables import ApplicationTable, LoanTable


class WorkList(GuardedMixin, ChosenColumns, ExportedList, SingleTableMixin, FilterView):
    """一覧の土台。見ているとおりの列と絞り込みを、Excel・CSV に書き出せる。"""

    template_name = "loans/list.html"
    paginate_by = 50
    strict = False
    title = ""
    export_permission = "loans.export"

    def sums(self, found) -> list[dict]:
        return []

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            **self.list_choices(),
            "title": self.title,
            "count": context["table"].paginator.count,
            "sums": self.sums(self.object_list),
            "exports": self.export_links(),
            "empty": self.empty(),
        }


class Applications(WorkList):
    """申込・審査。見てよい案件だけが並ぶ。"""

    permission_required = "loans.view_application"
    title = "申込・審査"
    table_class = ApplicationTable
    filterset_class = ApplicationFilter

    def visible(self):
        return Application.objects.visible_to(self.request.user, self.on)

    def get_queryset(self):
        return self.visible().select_related("member", "received_by")

    def get_table_kwargs(self):
        return {**super().get_table_kwargs(), "on": self.on, "policy": self.policy}

    @cached_property
    def policy(self):
        return Policy.on(self.on)

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "on": self.on, "policy": self.policy}

    def sums(self, found):
        return [{"label": "金額の計", "amount": found.aggregate(total=Sum("amount"))["total"] or 0}]

    def tabs(self):
        """段ごとの件数（見てよい案件のすべてについて、一度に数える）。"""
        counts = self.visible().aggregate(
            **{key: Count("pk", filter=Q(state__in=states)) for key, (_, states) in STAGES.items()}, all=Count("pk")
        )
        current = self.request.GET.get("stage", "")
        tabs = [{"key": "", "label": "すべて", "count": counts["all"], "current": not current}]
        for key, (label, _) in STAGES.items():
            if counts[key] or key == current:
                tabs.append({"key": key, "label": label, "count": counts[key], "current": key == current})
        return tabs if counts["all"] else []

    def get_context_data(self, **kwargs):
        user = self.request.user
        primary = None
        if user.has_perm("loans.edit_application"):
            primary = {"label": "借入申込を書く", "url": reverse("loans:create")}
        return super().get_context_data(tabs=self.tabs(), primary=primary, **kwargs)

    def empty(self):
        if self.request.user.has_perm("loans.edit_application"):
            return {
                "text": "申込はまだありません。",
                "hint": "組合員から借入の申込を受けたら、ここから書き始めます。",
                "url": reverse("loans:create"),
                "label": "借入申込を書く",
            }
        return {"text": "見られる案件はまだありません。", "hint": "付議された案件が、ここに並びます。"}


class Contracting(Applications):
    """契約・実行。承認済から実行待ちまで。"""

    permission_required = "loans.view_loan"
    title = "契約・実行"
    filterset_class = ContractingFilter

    def get_queryset(self):
        return super().get_queryset().filter(state__in=CONTRACT_STATES)

    def first_columns(self):
        return [
            "number", "member", "loan_type", "amount", "funding_source", "state", "age", "disburse_on",
            "approval_expires_on", "left",
        ]  # fmt: skip

    def get_context_data(self, **kwargs):
        return {**super().get_context_data(**kwargs), "primary": None, "tabs": None}

    def empty(self):
        return {"text": "契約・実行を待つ案件はありません。", "hint": "理事会で承認された案件が、ここに並びます。"}


class Loans(WorkList):
    """貸付台帳。残高は計上済のできごとの合計。"""

    permission_required = "loans.view_loan"
    title = "貸付台帳"
    table_class = LoanTable
    filterset_class = LoanFilter

    def get_queryset(self):
        visible = Application.objects.visible_to(self.request.user, self.on)
        return (
            Loan.objects.with_balance()
            .filter(application__in=visible.order_by().values("pk"))
            .select_related("member")
            # 集計を付けた問合せは、モデルの決めた並びを使わない。
            .order_by("-fiscal_year", "-sequence")
        )

    def sums(self, found):
        principal = found.order_by().aggregate(total=Sum("principal"))["total"] or 0
        balance = LoanEvent.objects.posted().filter(loan__in=found.order_by().values("pk"))
        return [
            {"label": "元金の計", "amount": principal},
            {"label": "残高の計", "amount": balance.aggregate(total=Sum("principal"))["total"] or 0},
        ]

    def empty(self):
        return {"text": "貸付はまだありません。", "hint": "契約手続を始めた案件に契約番号が付き、ここに並びます。"}
