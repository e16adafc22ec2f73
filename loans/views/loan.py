"""貸付のページ: 条件、残高の図、償還予定、できごと、書類、保全。償還予定の書出し。"""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView, View

from coopfin import exports
from coopfin.calc.yen import ImpossibleTerms
from coopfin.charts import LineChart, Series
from coopfin.views import GuardedMixin, RememberReading
from loans import wording
from loans.enums import LoanState
from loans.models import Application, Loan
from loans.operations.disbursement import preview
from loans.views import security, timeline
from loans.workflow import documents_of


class LoanMixin(GuardedMixin, RememberReading):
    """見てよい貸付だけを読む（案件を見てはならない人には、貸付も見せない）。"""

    permission_required = "loans.view_loan"

    def load(self) -> Loan:
        visible = Application.objects.visible_to(self.request.user, self.on)
        found = Loan.objects.with_balance().filter(application__in=visible.order_by().values("pk"))
        loan = get_object_or_404(
            found.select_related(
                "member__representative", "policy", "contracted_by", "confirmed_by", "application__member"
            ),
            pk=self.kwargs["pk"],
        )
        self.remember(loan)
        return loan


def planned_rows(loan: Loan) -> list:
    """償還予定。実行済なら確定した予定、契約だけなら実行希望日からの見込み。"""
    rows = list(loan.instalments.all())
    if rows or loan.is_bill or loan.state == LoanState.CANCELLED:
        return rows
    try:
        start = max(loan.contracted_on, loan.application.disburse_on)
        return list(preview(loan, disburse_on=start).computation.instalments)
    except ImpossibleTerms:
        return []


def balance_chart(loan: Loan, events, rows, on) -> LineChart | None:
    """元金残高の図。実線は実績、破線は予定。"""
    actual, balance = [], 0
    for event in events:
        if event.voucher.is_posted:
            balance += event.principal
            actual.append((event.on, balance))
    start = loan.disbursed_on or max(loan.contracted_on, loan.application.disburse_on)
    planned = [(start, loan.principal), *((row.pay_on, row.balance) for row in rows)]
    if loan.is_bill:
        planned.append((loan.maturity_on, 0))
    if loan.state == LoanState.CANCELLED or (not rows and not loan.is_bill):
        return None
    series = [Series("予定", planned, planned=True)]
    if actual:
        if actual[-1][0] < on:
            actual.append((on, balance))
        series.insert(0, Series("実績", actual, area=True))
    return LineChart("元金残高", series, step=True, today=on if start <= on <= loan.maturity_on else None, width=720)


class LoanPage(LoanMixin, TemplateView):
    """貸付のページ（貸付台帳の一枚）。"""

    template_name = "loans/loan_detail.html"

    def get_context_data(self, **kwargs):
        loan = self.load()
        application, user = loan.application, self.request.user
        events = list(loan.events.select_related("voucher").order_by("on", "pk"))
        rows = planned_rows(loan)
        running = 0
        told = []
        for event in events:
            if event.voucher.is_posted:
                running += event.principal
            told.append({"event": event, "balance": running if event.voucher.is_posted else None})
        may_export = user.has_perm("loans.export")
        return super().get_context_data(
            title=f"{loan.member.name}　{loan.get_loan_type_display()}　{loan.principal:,}円",
            breadcrumbs=[("貸付台帳", reverse("loans:loans")), (loan.number, "")],
            loan=loan,
            application=application,
            term=wording.term_text(
                loan.disbursed_on or loan.contracted_on, loan.maturity_on, loan.loan_type, loan.policy
            ),
            repayment=wording.repayment_text(loan),
            chart=balance_chart(loan, events, rows, self.on),
            rows=rows,
            settled=bool(loan.disbursed_on),
            events=told[::-1],
            security=security.section(application, user, self.on),
            papers=list(documents_of(loan).defer("content")) if user.has_perm("documents.view_paper") else [],
            upcoming=[row for row in rows if row.pay_on >= self.on][:1],
            exports=[
                {"label": label, "url": f"{reverse('loans:loan_export', args=[loan.pk])}?export={name}"}
                for name, label in (("xlsx", "Excel"), ("csv", "CSV"))
            ]
            if may_export and rows
            else [],
            timeline=timeline.recent(application),
            **kwargs,
        )


class LoanExport(LoanMixin, View):
    """償還予定の書出し。"""

    permission_required = "loans.export"
    http_method_names = ["get"]

    def get(self, request, pk):
        wanted = exports.wanted(request)
        loan = self.load()
        rows = planned_rows(loan)
        if not wanted or not rows:
            raise Http404
        headers = ["回", "期日", "支払日", "日数", "元金", "利息", "転貸手数料", "支払額", "残高"]
        lines = [[r.no, r.due_on, r.pay_on, r.days, r.principal, r.interest, r.fee, r.payment, r.balance] for r in rows]
        return exports.download(f"償還予定_{loan.number}", headers, lines, wanted, on=self.on)
