"""理事との取引（38条）の一覧と報告、関連当事者一覧。"""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import TemplateView

from coopfin import exports
from coopfin.calc import days
from coopfin.lists import TIGHT, DayColumn
from coopfin.models import Cooperative
from coopfin.templatetags.coopfin import stage_badge
from coopfin.views import GuardedMixin, OperationView
from loans import dealings, related_parties
from loans.forms.dealings import ReportForm
from loans.models import Application, DirectorDealing
from loans.operations import dealings as operations
from loans.views.lists import WorkList

TONES = {"報告済": "ok", "報告待ち": "caution", "遅れています": "stop"}
LIST = ("理事との取引", "/loans/dealings/")


def visible_dealings(user, on):
    """見てよい貸付についての、理事との取引。"""
    # 取引のある案件だけについて、見てよいかを先に読む。問合せの中に重ねると、行の数だけ判定し直すことになる。
    dealt = DirectorDealing.objects.order_by().values("loan__application")
    seen = Application.objects.visible_to(user, on).filter(pk__in=dealt).order_by().values_list("pk", flat=True)
    return (
        DirectorDealing.objects.standing()
        .filter(loan__application__in=list(seen))
        .with_next_board()
        .select_related("loan__member", "loan__application", "person", "decision", "meeting__body")
    )


class DealingFilter(django_filters.FilterSet):
    """理事との取引の絞り込み。"""

    state = django_filters.ChoiceFilter(
        label="報告", choices=[("open", "まだのもの"), ("overdue", "遅れているもの"), ("reported", "報告済")],
        method="by_state", empty_label="すべて",
    )  # fmt: skip

    class Meta:
        model = DirectorDealing
        fields: list[str] = []

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on

    def by_state(self, queryset, name, value):
        if value == "overdue":
            return queryset.filter(pk__in=DirectorDealing.objects.overdue(self.on).order_by().values("pk"))
        return queryset.filter(reported_on__isnull=value == "open")


class DealingTable(tables.Table):
    """理事との取引の一覧。"""

    disbursed_on = DayColumn("実行日")
    loan = tables.Column("貸付", linkify=True, orderable=False)
    person = tables.Column("理事", attrs=TIGHT, order_by=("person__kana",))
    capacity = tables.Column("立場", orderable=False)
    state = tables.Column("報告", empty_values=(), orderable=False)
    due_on = DayColumn("期限", orderable=False)
    decision = tables.Column("理事会の承認", accessor="decision__number", orderable=False)
    meeting = tables.Column("報告した理事会", orderable=False)

    class Meta:
        model = DirectorDealing
        fields = ("disbursed_on", "loan", "person", "capacity", "state", "due_on", "decision", "meeting")

    def __init__(self, *args, on, may_report, **kwargs):
        super().__init__(*args, **kwargs)
        self.on, self.may_report = on, may_report

    def render_state(self, record):
        badge = stage_badge(record.state_on(self.on), TONES[record.state_on(self.on)])
        if record.reported_on or not self.may_report:
            return badge
        url = reverse("loans:dealing_report", args=[record.pk])
        return format_html('{}<div><a class="nowrap" href="{}">報告を記録する</a></div>', badge, url)

    def value_state(self, record):
        return record.state_on(self.on)

    def render_meeting(self, record, value):
        return f"{value} {record.minutes_number}"


class Dealings(WorkList):
    """理事との取引。報告を待つもの、遅れているもの。"""

    permission_required = "loans.view_dealings"
    template_name = "generic/list.html"
    export_permission = ""
    title = "理事との取引"
    table_class = DealingTable
    filterset_class = DealingFilter

    def first_columns(self):
        return self.all_columns()

    def get_queryset(self):
        return visible_dealings(self.request.user, self.on)

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "on": self.on}

    def get_table_kwargs(self):
        return {"on": self.on, "may_report": self.request.user.has_perm(operations.REPORT)}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        lead = "理事と、理事の代表する会社への貸付。実行のあと、遅滞なく理事会に報告します（中協法38条）。"
        actions = []
        if self.request.user.has_perm("loans.view_related_parties"):
            actions = [{"label": "関連当事者一覧", "url": reverse("loans:related_parties")}]
        return {**context, "lead": lead, "columns": None, "actions": actions}

    def empty(self):
        return {
            "text": "理事との取引はありません。",
            "hint": "理事の代表する会社などへの貸付を実行すると、ここに並びます。",
        }


class ReportDealing(OperationView):
    """理事会への報告を記録する。"""

    permission_required = operations.REPORT
    template_name = "step_form.html"
    form_class = ReportForm
    title = "理事会への報告を記録する"
    submit_label = "報告を記録する"

    def load(self):
        return get_object_or_404(visible_dealings(self.request.user, self.on), pk=self.kwargs["pk"])

    def remember(self, *objects):
        super().remember(*(dealing.loan for dealing in objects))

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "dealing": self.object, "on": self.on}

    def back_url(self):
        return reverse("loans:dealings")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            breadcrumbs=[LIST, (self.object.loan.number, self.object.loan.get_absolute_url()), (self.title, "")],
            subject=f"{self.object.loan}　理事 {self.object.person}（{self.object.capacity}）",
            explanation="取引についての重要な事実（相手・金額・条件）を理事会に報告したことを記録します。",
            **kwargs,
        )
        if not context["form"].fields["meeting"].queryset.exists() and self.object.reported_on is None:
            context["blocked"] = True
            context["blocked_why"] = "実行のあとに開かれた理事会が、まだありません。理事会で報告してから記録します。"
        return context

    def operate(self, form):
        given = form.cleaned_data
        dealing = operations.report(
            self.object, meeting=given["meeting"], minutes_number=given["minutes_number"], note=given["note"],
            by=self.request.user, on=self.on,
        )  # fmt: skip
        return dealing, self.back_url(), f"{dealing.meeting}への報告を記録しました。"


class RelatedParties(GuardedMixin, TemplateView):
    """関連当事者一覧。年度ごとに、役員・委員とその親族・会社の取引を並べる（監事のための名簿）。"""

    permission_required = "loans.view_related_parties"
    template_name = "loans/related_parties.html"
    HEADERS = ("席", "役員・委員", "関係", "取引先", "貸付残高", "当年度の実行", "理事会の決定", "38条の報告", "申込")

    def get(self, request, *args, **kwargs):
        context = self.get_context_data(**kwargs)
        if wanted := exports.wanted(request):
            lines = [
                [
                    row.capacity, row.person.name, row.relation, row.member.name if row.member else "", row.balance,
                    row.disbursed, "、".join(row.decisions), "、".join(row.reports),
                    "、".join(application.number for application in row.applications),
                ]
                for row in context["rows"]
            ]  # fmt: skip
            name = f"関連当事者一覧_{context['period'].fiscal_year}年度"
            return exports.download(name, self.HEADERS, lines, wanted, on=self.on)
        return self.render_to_response(context)

    def get_context_data(self, **kwargs):
        cooperative = Cooperative.current()
        start_month = cooperative.fiscal_start_month if cooperative else 4
        this_year = days.fiscal_year_start(self.on, start_month).year
        asked = self.request.GET.get("year", "")
        year = int(asked) if asked.isascii() and asked.isdigit() and 1950 <= int(asked) <= this_year else this_year
        period = related_parties.period_of(year, start_month, self.on)
        rows = related_parties.rows(period)
        only = self.request.GET.get("only") == "dealings"
        seen = set(Application.objects.visible_to(self.request.user, self.on).values_list("pk", flat=True))
        # 一つの会社に幾人もの役員がいても、合計では一度だけ数える。
        once = {row.member.pk: row for row in rows if row.member}
        return super().get_context_data(
            title="関連当事者一覧",
            breadcrumbs=[LIST, ("関連当事者一覧", "")],
            period=period,
            years=range(this_year, this_year - 6, -1),
            only=only,
            rows=[row for row in rows if row.has_dealings or not only],
            balance=sum(row.balance for row in once.values()),
            disbursed=sum(row.disbursed for row in once.values()),
            seen=seen,
            exports=exports.links(self.request),
            source=dealings.SOURCE,
            **kwargs,
        )
