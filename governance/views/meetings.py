"""会議の一覧と招集。"""

from __future__ import annotations

import re

import django_filters
import django_tables2 as tables
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html
from django_filters.views import FilterView

from coopfin.exports import ExportedList
from coopfin.lists import DateFilter
from coopfin.templatetags.coopfin import stage_badge, weekday
from coopfin.views import GuardedMixin, OperationView
from governance import operations
from governance.enums import OPEN_STATES, BodyKind, MeetingKind, MeetingState
from governance.forms import ConveneForm
from governance.models import Body, LimitResolution, Meeting
from governance.operations.locks import RECORD
from governance.views.convening import closed_day_notice

#: 会議の状態 → 札の色
TONES = {
    MeetingState.CONVENED: "caution", MeetingState.OPEN: "go", MeetingState.CLOSED: "plain",
    MeetingState.FINALISED: "ok", MeetingState.CALLED_OFF: "plain",
}  # fmt: skip


class MeetingFilter(django_filters.FilterSet):
    """機関・状態・場所・開催日で絞る。"""

    body = django_filters.ModelChoiceFilter(label="機関", queryset=Body.objects.all(), empty_label="すべて")
    state = django_filters.ChoiceFilter(label="状態", choices=MeetingState.choices, empty_label="すべて")
    place = django_filters.CharFilter(label="場所", lookup_expr="icontains", max_length=100)
    from_on = DateFilter(label="開催日（から）", field_name="held_on", lookup_expr="gte")
    to_on = DateFilter(label="開催日（まで）", field_name="held_on", lookup_expr="lte")

    class Meta:
        model = Meeting
        fields = ["body", "state", "place", "from_on", "to_on"]


class MeetingTable(tables.Table):
    """会議の一覧。"""

    meeting = tables.Column("会議", accessor="pk", order_by=("body", "number"), linkify=True)
    held_on = tables.Column("開催日")
    starts_at = tables.Column("開始", orderable=False)
    place = tables.Column("場所", orderable=False)
    item_count = tables.Column("議案", attrs={"th": {"class": "num"}, "td": {"class": "num"}})
    open_count = tables.Column("未議決", attrs={"th": {"class": "num"}, "td": {"class": "num"}})
    state = tables.Column("状態", orderable=False)

    class Meta:
        attrs = {"class": "table align-middle"}
        row_attrs = {"data-href": lambda record: record.get_absolute_url()}

    def render_meeting(self, record):
        return format_html('<span class="nowrap">{}</span>', record)

    def render_held_on(self, value):
        return format_html('<span class="nowrap">{}</span>', weekday(value))

    def render_starts_at(self, value):
        return f"{value:%H:%M}"

    def render_state(self, record):
        return stage_badge(record.state_label, TONES[record.state])

    def value_meeting(self, record):
        return str(record)

    def value_held_on(self, value):
        return value

    def value_state(self, record):
        return record.state_label


class MeetingsView(GuardedMixin, ExportedList, tables.SingleTableMixin, FilterView):
    """会議。記録する人と監査する人はすべて、委員・理事は自分の機関のものを見る。"""

    permission_required = "governance.view_governance"
    template_name = "generic/list.html"
    filterset_class = MeetingFilter
    table_class = MeetingTable
    paginate_by = 50
    title = "会議"
    strict = False

    def get_queryset(self):
        return (
            Meeting.objects.visible_to(self.request.user, self.on)
            .select_related("body")
            .annotate(item_count=Count("items"), open_count=Count("items", filter=Q(items__state__in=OPEN_STATES)))
            .order_by("-held_on", "-pk")
        )

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        may_record = self.request.user.has_perm(RECORD)
        context["title"] = self.title
        context["exports"] = self.export_links()
        context["lead"] = "総会・理事会・金融委員会の招集・出席・議決・議事録"
        context["count"] = context["table"].page.paginator.count
        hint = "「会議を招集する」から始めます。" if may_record else "会議は、事務局が招集します。"
        context["empty"] = {"text": "見られる会議がまだありません。", "hint": f"{hint}機関と席が先に要ります。"}
        context["actions"] = [
            {"label": "決議一覧", "url": reverse("governance:decisions")},
            {"label": "機関と席", "url": reverse("governance:bodies")},
        ]
        if may_record:
            context["primary"] = {"label": "会議を招集する", "url": reverse("governance:convene")}
            context["empty"] = {
                "text": "会議がまだありません。",
                "hint": "理事会・金融委員会を招集すると、付議待ちの案件を議案に載せられます。",
                "url": reverse("governance:convene"),
                "label": "会議を招集する",
            }
        return context


_ORDINARY = re.compile(r"^第(\d+)回通常総会$")


def next_ordinary_number() -> int | None:
    """次の通常総会の回。この仕組みの会議と、書いて引いた決議の会議の名のうち、いちばん新しい回の次。"""
    typed = LimitResolution.objects.values_list("meeting_name", flat=True).distinct()
    numbers = [int(match[1]) for match in map(_ORDINARY.match, typed) if match]
    numbers += Meeting.objects.convened().ordinary().values_list("number", flat=True)
    return max(numbers) + 1 if numbers else None


class ConveneView(OperationView):
    """会議の招集。"""

    permission_required = RECORD
    form_class = ConveneForm
    template_name = "governance/meeting_convene.html"
    title = "会議の招集"
    submit_label = "招集する"

    def get_initial(self):
        body, kind = self.request.GET.get("body", ""), self.request.GET.get("kind", "")
        found = {"body": body if body.isdigit() else None, "starts_at": "14:00"}
        if kind in MeetingKind.values:
            found["kind"] = kind
            general = Body.objects.filter(kind=BodyKind.GENERAL_MEETING).first()
            found["body"] = general.pk if general else None
            if kind == MeetingKind.ORDINARY:
                found["number"] = next_ordinary_number()
        return found

    def back_url(self):
        return reverse("governance:meetings")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            explanation="招集すると、機関ごとの通し番号が付き（臨時総会は年度ごと）、付議待ちの案件を議案に載せられます。"
            "流会で戻った議案は、はじめから載ります。",
            **kwargs,
        )

    def operate(self, form):
        given = form.cleaned_data
        meeting = operations.convene(
            body=given["body"], kind=given["kind"], number=given["number"], held_on=given["held_on"], starts_at=given["starts_at"], place=given["place"],
            by=self.request.user, on=self.on,
        )  # fmt: skip
        return meeting, meeting.get_absolute_url(), f"{meeting}を招集しました。{closed_day_notice(meeting.held_on)}"
