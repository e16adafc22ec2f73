"""一覧の絞り込み: 閲覧の記録、閲覧の許し、監査の記録。"""

from __future__ import annotations

import django_filters
from django.db.models import Q

from coopfin.calc import words
from coopfin.lists import CheckFilter, DateFilter
from coopfin.models import ReadLog, User
from oversight import readings, targets
from oversight.enums import MarkKind
from oversight.models import AuditMark, CaseGrant


def _text(queryset, value, *fields):
    """空白で区切った語のすべてを、欄のどれかに含むもの。"""
    for word in words.search_terms(value):
        wanted = Q()
        for name in fields:
            wanted |= Q(**{f"{name}__icontains": word})
        queryset = queryset.filter(wanted)
    return queryset


class ReadingFilter(django_filters.FilterSet):
    """閲覧の記録の絞り込み。"""

    q = django_filters.CharFilter(label="案件・組合員", method="by_text", max_length=100)
    by = django_filters.ModelChoiceFilter(
        label="見た人", queryset=User.objects.order_by("name", "pk"), empty_label="すべて"
    )
    kind = django_filters.ChoiceFilter(label="種類", method="by_kind", empty_label="すべて")
    from_on = DateFilter(label="いつから", field_name="at", lookup_expr="date__gte")
    to_on = DateFilter(label="いつまで", field_name="at", lookup_expr="date__lte")
    unusual = CheckFilter(label="目立つ閲覧だけ", method="only_unusual")

    class Meta:
        model = ReadLog
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = [(str(pk), target.name) for pk, target in targets.types().items()]

    def by_text(self, queryset, name, value):
        return _text(queryset, value, "object_text", "path")

    def by_kind(self, queryset, name, value):
        return queryset.filter(content_type=int(value))

    def only_unusual(self, queryset, name, value):
        return readings.unusual(queryset) if value else queryset


class GrantFilter(django_filters.FilterSet):
    """閲覧の許しの絞り込み。on は業務日。"""

    q = django_filters.CharFilter(label="案件・読む人", method="by_text", max_length=100)
    state = django_filters.ChoiceFilter(
        label="状態", choices=[("current", "効いているもの"), ("ended", "終わったもの")], method="by_state",
        empty_label="すべて",
    )  # fmt: skip

    class Meta:
        model = CaseGrant
        fields: list[str] = []

    def __init__(self, *args, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.on = on

    def by_text(self, queryset, name, value):
        return _text(queryset, value, "object_text", "user__name")

    def by_state(self, queryset, name, value):
        current = CaseGrant.objects.to_end(self.on).order_by().values("pk")
        return queryset.filter(pk__in=current) if value == "current" else queryset.exclude(pk__in=current)


class MarkFilter(django_filters.FilterSet):
    """監査の記録の絞り込み。"""

    STATES = {"unanswered": "回答待ち", "answered": "確認待ち", "settled": "済んだもの"}

    q = django_filters.CharFilter(label="対象・意見", method="by_text", max_length=100)
    kind = django_filters.ChoiceFilter(label="印", choices=MarkKind.choices, empty_label="すべて")
    state = django_filters.ChoiceFilter(
        label="状態", choices=list(STATES.items()), method="by_state", empty_label="すべて"
    )
    target = django_filters.ChoiceFilter(label="種類", method="by_target", empty_label="すべて")
    from_on = DateFilter(label="いつから", field_name="marked_on", lookup_expr="gte")
    to_on = DateFilter(label="いつまで", field_name="marked_on", lookup_expr="lte")

    class Meta:
        model = AuditMark
        fields: list[str] = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["target"].extra["choices"] = [(str(pk), target.name) for pk, target in targets.types().items()]

    def by_text(self, queryset, name, value):
        return _text(queryset, value, "object_text", "comment", "reply")

    def by_state(self, queryset, name, value):
        return getattr(queryset, value)()

    def by_target(self, queryset, name, value):
        return queryset.filter(content_type=int(value))
