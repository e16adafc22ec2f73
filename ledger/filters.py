"""伝票と仕訳帳の絞り込み。"""

from __future__ import annotations

import re
import unicodedata

import django_filters
from django.db.models import Exists, OuterRef, Q

from coopfin.forms import JapaneseDateField
from ledger.models import Account, Voucher, VoucherKind, VoucherLine, VoucherState
from members.models import Member


class JapaneseDateFilter(django_filters.Filter):
    field_class = JapaneseDateField


class LineFilterSet(django_filters.FilterSet):
    """行の内容（科目・組合員・契約番号）でも探せる伝票の絞り込み。行を数えても伝票は重ならない。"""

    from_on = JapaneseDateFilter("dated_on", "gte", label="いつから")
    to_on = JapaneseDateFilter("dated_on", "lte", label="いつまで")
    account = django_filters.ModelChoiceFilter(
        queryset=Account.objects.all(), label="科目", empty_label="すべて", method="by_account"
    )
    member = django_filters.CharFilter(label="組合員", method="by_member")
    text = django_filters.CharFilter(label="番号・摘要・契約番号", method="by_text")

    class Meta:
        model = Voucher
        fields = []

    def _with_line(self, queryset, condition):
        return queryset.filter(Exists(VoucherLine.objects.filter(condition, voucher=OuterRef("pk"))))

    def by_account(self, queryset, name, value):
        return self._with_line(queryset, Q(account=value))

    def by_member(self, queryset, name, value):
        members = Member.objects.search(value)
        number = unicodedata.normalize("NFKC", value).strip()
        return self._with_line(queryset, Q(member__in=members) | Q(member__number=number))

    def by_text(self, queryset, name, value):
        text = unicodedata.normalize("NFKC", value).strip()
        if found := re.fullmatch(r"(?:(\d{4})-)?(\d{1,9})", text):
            year, number = found.groups()
            numbered = Q(number=int(number)) & (Q(fiscal_year=int(year)) if year else Q())
            return queryset.filter(numbered)
        inside = VoucherLine.objects.filter(Q(reference=text) | Q(memo__contains=text), voucher=OuterRef("pk"))
        return queryset.filter(Q(description__contains=text) | Q(description__contains=value) | Exists(inside))


class VoucherFilter(LineFilterSet):
    """伝票の一覧の絞り込み。"""

    state = django_filters.ChoiceFilter(choices=VoucherState.choices, label="状態", empty_label="すべて")
    kind = django_filters.ChoiceFilter(choices=VoucherKind.choices, label="種類", empty_label="すべて")
    maker = django_filters.ChoiceFilter(
        label="起票", choices=[("me", "自分が起票したもの")], empty_label="すべて", method="by_maker"
    )

    class Meta(LineFilterSet.Meta):
        fields = ["state", "kind", "from_on", "to_on", "account", "member", "text", "maker"]

    def by_maker(self, queryset, name, value):
        return queryset.filter(made_by=self.request.user)


class JournalFilter(LineFilterSet):
    """仕訳帳の絞り込み。"""

    class Meta(LineFilterSet.Meta):
        fields = ["from_on", "to_on", "account", "member", "text"]
