"""担保・保証の一覧の絞り込みと表。"""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Q
from django.utils.html import format_html, format_html_join

from collateral.enums import RELATION_CHOICES, AssetKind, GuaranteeScope
from collateral.models import Asset, Guarantee
from coopfin.calc import words
from coopfin.templatetags.coopfin import jdate, rate, yen


def _matching(names: tuple[str, ...], text: str) -> Q:
    """空白で区切った語のすべてが、いずれかの名前に含まれるもの（表記ゆれを越える）。"""
    found = Q()
    for word in words.search_terms(text):
        key = words.search_key(word)
        if key:
            each = Q()
            for name in names:
                each |= Q(**{f"{name}__search_text__contains": key})
            found &= each
    return found


class AssetFilter(django_filters.FilterSet):
    """担保物件の絞り込み。"""

    q = django_filters.CharFilter(label="物件・所有者・債務者", method="search")
    kind = django_filters.ChoiceFilter(label="種類", choices=AssetKind.choices, empty_label="すべて")
    secured = django_filters.ChoiceFilter(
        label="担保権", choices=[("yes", "あり"), ("no", "なし")], empty_label="すべて", method="by_security"
    )

    class Meta:
        model = Asset
        fields = ()

    def search(self, queryset, name, value):
        people = _matching(("owner_person",), value)
        owners = _matching(("owner_member",), value)
        debtors = _matching(("interests__debtor",), value)
        if not (people or owners or debtors):
            return queryset.filter(description__contains=value.strip())
        return queryset.filter(Q(description__contains=value.strip()) | people | owners | debtors).distinct()

    def by_security(self, queryset, name, value):
        live = Q(interests__isnull=False, interests__released_on__isnull=True)
        found = queryset.filter(live).distinct()
        return found if value == "yes" else queryset.exclude(pk__in=found.values("pk"))


class GuaranteeFilter(django_filters.FilterSet):
    """保証の絞り込み。"""

    q = django_filters.CharFilter(label="保証人・債務者", method="search")
    relation = django_filters.ChoiceFilter(label="債務者との関係", choices=RELATION_CHOICES, empty_label="すべて")
    scope = django_filters.ChoiceFilter(label="範囲", choices=GuaranteeScope.choices, empty_label="すべて")
    released = django_filters.ChoiceFilter(
        label="効力", choices=[("live", "あるもの"), ("released", "解除・取りやめ")], empty_label="すべて",
        method="by_release",
    )  # fmt: skip

    class Meta:
        model = Guarantee
        fields = ()

    def search(self, queryset, name, value):
        found = _matching(("person",), value) | _matching(("member",), value) | _matching(("debtor",), value)
        return queryset.filter(found).distinct() if found else queryset

    def by_release(self, queryset, name, value):
        return queryset.filter(released_on__isnull=value == "live")


for _filter in (AssetFilter, GuaranteeFilter):
    for _field in _filter.base_filters.values():
        if isinstance(_field, django_filters.CharFilter) and not isinstance(_field, django_filters.ChoiceFilter):
            _field.extra["widget"] = forms.TextInput(attrs={"type": "search"})

NUMBER = {"th": {"class": "num"}, "td": {"class": "num"}}


class LinkedTable(tables.Table):
    """行のどこを押しても開く表。"""

    class Meta:
        row_attrs = {"data-href": lambda record: record.get_absolute_url()}


class AssetTable(LinkedTable):
    """担保物件の一覧。"""

    asset = tables.Column("物件", empty_values=(), order_by=("kind", "description"))
    owner = tables.Column("所有者", empty_values=(), order_by=("owner_member__kana", "owner_person__kana"))
    debtors = tables.Column("債務者・担保権", empty_values=(), orderable=False)
    appraised = tables.Column("評価額（円）", attrs=NUMBER)
    appraised_on = tables.Column("評価日")
    haircut_rate = tables.Column("掛目", attrs=NUMBER)
    lending_value = tables.Column("担保評価額（円）", empty_values=(), orderable=False, attrs=NUMBER)
    seniors = tables.Column("先順位（円）", empty_values=(), orderable=False, attrs=NUMBER)
    cover = tables.Column("保全額（円）", empty_values=(), orderable=False, attrs=NUMBER)

    class Meta(LinkedTable.Meta):
        model = Asset
        fields = ("asset", "owner", "debtors", "appraised", "appraised_on", "haircut_rate")
        sequence = (*fields, "lending_value", "seniors", "cover")
        order_by = ("asset",)

    def render_asset(self, record):
        return format_html(
            '<a href="{}">{}</a><div class="small text-secondary">{}</div>',
            record.get_absolute_url(), record.get_kind_display(), record.description,
        )  # fmt: skip

    def value_asset(self, record):
        return str(record)

    def render_owner(self, record):
        return str(record.owner)

    def render_debtors(self, record):
        rows = ((i.debtor, i.get_right_display(), i.rank) for i in record.interests_in_force())
        return format_html_join("", "<div>{}（{} 第{}順位）</div>", rows) or "―"

    def value_debtors(self, record):
        return "、".join(f"{i.debtor}（{i.get_right_display()} 第{i.rank}順位）" for i in record.interests_in_force())

    def render_appraised(self, value):
        return yen(value)

    def value_appraised(self, value):
        return value

    def render_appraised_on(self, value):
        return format_html('<span class="nowrap">{}</span>', jdate(value))

    def value_appraised_on(self, value):
        return value.isoformat()

    def render_haircut_rate(self, value):
        return rate(value)

    def render_lending_value(self, record):
        return yen(record.lending_value)

    def value_lending_value(self, record):
        return record.lending_value

    def render_seniors(self, record):
        return yen(-self.value_seniors(record)) if record.seniors.all() else "0"

    def value_seniors(self, record):
        return sum(lien.as_lien().deduction for lien in record.seniors.all())

    def render_cover(self, record):
        return yen(record.cover)

    def value_cover(self, record):
        return record.cover


class GuaranteeTable(LinkedTable):
    """保証の一覧。関係・確定期日・解除は、画面では名前と範囲の下に、書き出しでは列に出す。"""

    guarantor = tables.Column("保証人", empty_values=(), order_by=("person__kana", "member__kana"))
    debtor = tables.Column("債務者", order_by=("debtor__kana",))
    relation = tables.Column("関係", visible=False)
    scope = tables.Column("範囲")
    maximum_amount = tables.Column("極度額（円）", attrs=NUMBER)
    fixed_on = tables.Column("元本確定期日", visible=False)
    informed_on = tables.Column("情報提供")
    deed = tables.Column("公正証書", empty_values=(), order_by=("deed_on",))
    released_on = tables.Column("解除・取りやめ", visible=False)

    class Meta(LinkedTable.Meta):
        model = Guarantee
        fields = ("guarantor", "debtor", "relation", "scope", "maximum_amount", "fixed_on", "informed_on")
        sequence = (*fields, "deed", "released_on")
        order_by = ("debtor",)

    def render_guarantor(self, record):
        note = record.relation_label
        if record.released_on:
            note += f"　{jdate(record.released_on)} 解除・取りやめ"
        return format_html(
            '<a class="name" href="{}">{}</a><div class="small text-secondary">{}</div>',
            record.get_absolute_url(),
            record.guarantor,
            note,
        )

    def value_guarantor(self, record):
        return str(record.guarantor)

    def render_relation(self, record):
        return record.relation_label

    def render_maximum_amount(self, value):
        return yen(value)

    def value_maximum_amount(self, value):
        return value

    def render_scope(self, record):
        note = f"確定期日 {jdate(record.fixed_on)}" if record.fixed_on else ""
        return format_html(
            '<span class="nowrap">{}</span><div class="small text-secondary nowrap">{}</div>',
            record.get_scope_display(),
            note,
        )

    def value_scope(self, record):
        return record.get_scope_display()

    def _date(self, value):
        return format_html('<span class="nowrap">{}</span>', jdate(value))

    render_informed_on = _date

    def value_fixed_on(self, value):
        return value.isoformat() if value else ""

    value_informed_on = value_released_on = value_fixed_on

    def render_deed(self, record):
        if record.deed_on:
            return self._date(record.deed_on)
        return "未登録" if record.deed_requirement.required else "不要"

    def value_deed(self, record):
        if record.deed_on:
            return f"{record.deed_on.isoformat()} {record.deed_office} {record.deed_number}"
        return self.render_deed(record)
