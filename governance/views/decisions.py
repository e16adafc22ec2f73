"""決議一覧と、決議の頁。決定番号で引け、確認事項や案件のページからここへ来る。"""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import DetailView
from django_filters.views import FilterView

from coopfin.calc import days
from coopfin.exports import ExportedList
from coopfin.models import Cooperative
from coopfin.templatetags.coopfin import jdate, stage_badge
from coopfin.views import GuardedMixin, RememberReading
from governance import briefing
from governance.enums import ItemResult
from governance.models import AgendaItem, Body
from governance.workflow import concerns_proposal, standing

TONES = {ItemResult.FAVOURABLE: "ok", ItemResult.CONDITIONAL: "caution", ItemResult.UNFAVOURABLE: "stop"}


class DecisionFilter(django_filters.FilterSet):
    """言葉・機関・年度・結果で絞る。"""

    q = django_filters.CharFilter(label="番号・議題・条件", method="find", max_length=100)
    body = django_filters.ModelChoiceFilter(label="機関", queryset=Body.objects.all(), empty_label="すべて")
    year = django_filters.ChoiceFilter(label="年度", method="in_year", empty_label="すべて")
    result = django_filters.ChoiceFilter(
        label="結果", empty_label="すべて",
        choices=[choice for choice in ItemResult.choices if choice[0] != ItemResult.CONTINUED],
    )  # fmt: skip

    class Meta:
        model = AgendaItem
        fields = ["q", "body", "year", "result"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        cooperative = Cooperative.current()
        self.start = cooperative.fiscal_start_month if cooperative else 4
        dates = self.queryset.order_by().dates("decided_on", "month")
        years = sorted({days.fiscal_year(day, self.start) for day in dates}, reverse=True)
        self.filters["year"].extra["choices"] = [(str(year), f"{year}年度") for year in years]

    def find(self, queryset, name, value):
        for word in value.split():
            queryset = queryset.filter(
                Q(number__icontains=word)
                | Q(title__icontains=word)
                | Q(conditions__icontains=word)
                | Q(comment__icontains=word)
            )
        return queryset

    def in_year(self, queryset, name, value):
        first = days.month_end(int(value), self.start).replace(day=1)
        return queryset.filter(decided_on__range=(first, days.fiscal_year_end(first, self.start)))


class DecisionTable(tables.Table):
    """決議の一覧。"""

    number = tables.Column("決定番号", linkify=True, attrs={"td": {"class": "nowrap"}}, order_by=("decided_on", "pk"))
    decided_on = tables.Column("議決日")
    body = tables.Column("機関", orderable=False)
    title = tables.Column("議題", orderable=False)
    result = tables.Column("結果", attrs={"td": {"class": "nowrap"}})
    present = tables.Column("出席", attrs={"th": {"class": "num"}, "td": {"class": "num"}}, orderable=False)
    yes = tables.Column("賛成", attrs={"th": {"class": "num"}, "td": {"class": "num"}}, orderable=False)
    no = tables.Column("反対", attrs={"th": {"class": "num"}, "td": {"class": "num"}}, orderable=False)
    conditions = tables.Column("条件", orderable=False)

    class Meta:
        model = AgendaItem
        fields = ()
        attrs = {"class": "table align-middle"}
        row_attrs = {"data-href": lambda record: record.get_absolute_url()}

    def render_decided_on(self, value):
        return format_html('<span class="nowrap">{}</span>', jdate(value))

    def render_result(self, record):
        return stage_badge(record.get_result_display(), TONES[record.result])

    def value_result(self, record):
        return record.get_result_display()

    def value_decided_on(self, value):
        return value


class DecisionsView(GuardedMixin, ExportedList, tables.SingleTableMixin, FilterView):
    """決議一覧。見てよい会議の、伏せるもののない議案だけ。議題に組合員の名と金額があるので、守秘。"""

    permission_required = "governance.view_governance"
    confidential = True
    template_name = "generic/list.html"
    filterset_class = DecisionFilter
    table_class = DecisionTable
    paginate_by = 50
    title = "決議一覧"
    strict = False

    def get_queryset(self):
        return (
            AgendaItem.objects.visible_to(self.request.user, self.on)
            .decided()
            .select_related("body", "meeting", "meeting__body")
            .order_by("-decided_on", "-pk")
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "title": self.title,
            "lead": "総会・理事会の決定と、金融委員会の答申。決定番号で引用できます。",
            "count": context["table"].page.paginator.count,
            "exports": self.export_links(),
            "actions": [{"label": "会議", "url": reverse("governance:meetings")}],
            "empty": {
                "text": "決議はまだありません。",
                "hint": "会議で議決・答申を記録すると、ここに番号つきで並びます。",
            },
        }


class DecisionView(GuardedMixin, RememberReading, DetailView):
    """決議の頁。結果・人数・条件と、会議・案件・定めへのリンク。"""

    permission_required = "governance.view_governance"
    template_name = "governance/decision_detail.html"
    context_object_name = "item"

    def get_queryset(self):
        return (
            AgendaItem.objects.visible_to(self.request.user, self.on)
            .decided()
            .select_related("body", "meeting", "meeting__body", "recorded_by", "content_type")
            .prefetch_related("recusals__person")
        )

    def get_object(self, queryset=None):
        item = super().get_object(queryset)
        self.remember(item)
        return item

    def get_context_data(self, **kwargs):
        user, item = self.request.user, self.object
        proposal = concerns_proposal(item)
        brief = briefing.of(item, self.on) if proposal else None
        return super().get_context_data(
            title=item.number,
            tone=TONES[item.result],
            counts=standing(item, on=self.on),
            sections=brief.sections if brief else (),
            may_see_target=proposal or user.has_perm("loans.view_application"),
            target_label="定めを見る" if proposal else "案件を見る",
            breadcrumbs=[("決議一覧", reverse("governance:decisions")), (item.number, "")],
            **kwargs,
        )
