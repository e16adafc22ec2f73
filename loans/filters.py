"""一覧の絞り込み。申込・審査、契約・実行、貸付台帳。"""

from __future__ import annotations

from datetime import timedelta

import django_filters
from django import forms
from django.db.models import Q

from coopfin.calc import words
from coopfin.forms import YenFormField
from coopfin.lists import CheckFilter, DateFilter
from loans.enums import ApplicationState as S
from loans.enums import FundingSource, LoanState, LoanType, Purpose
from loans.models import Application, Loan

#: 段の見出し → 状態
STAGES = {
    "open": ("進行中", tuple(s for s in S if s not in (S.DECLINED, S.WITHDRAWN, S.DISBURSED))),
    "draft": ("受付前", (S.DRAFT,)),
    "reception": ("受付・実態把握", (S.RECEIVED, S.INVESTIGATION, S.RETURNED)),
    "committee": ("金融委員会", (S.COMMITTEE_QUEUE,)),
    "board": ("理事会", (S.RECOMMENDED, S.BOARD_QUEUE)),
    "contract": ("契約・実行", (S.APPROVED, S.CONTRACTING, S.READY)),
    "disbursed": ("実行済", (S.DISBURSED,)),
    "closed": ("謝絶・取下げ", (S.DECLINED, S.WITHDRAWN)),
}
CONTRACT_STATES = STAGES["contract"][1]


class YenFilter(django_filters.Filter):
    """金額（万も可）。"""

    field_class = YenFormField


def find(queryset, text: str, *fields: str):
    """番号・組合員名・カナ・代表者で探す。空白で区切った語のすべてを含むもの。"""
    for word in words.search_terms(text):
        key = words.search_key(word)
        found = Q(**{f"{fields[0]}__icontains": word})
        for name in fields[1:]:
            found |= Q(**{f"{name}__icontains": word})
        if key:
            found |= Q(member__search_text__contains=key) | Q(member__representative__search_text__contains=key)
        queryset = queryset.filter(found)
    return queryset


class ApplicationFilter(django_filters.FilterSet):
    """申込の絞り込み。"""

    stage = django_filters.ChoiceFilter(
        label="段", choices=[(key, label) for key, (label, _) in STAGES.items()], method="by_stage",
        widget=forms.HiddenInput,
    )  # fmt: skip
    q = django_filters.CharFilter(label="番号・組合員", method="by_text")
    state = django_filters.ChoiceFilter(label="状態", choices=S.choices, empty_label="すべて")
    loan_type = django_filters.ChoiceFilter(label="形式", choices=LoanType.choices, empty_label="すべて")
    purpose = django_filters.ChoiceFilter(
        label="使いみち", choices=Purpose.choices, empty_label="すべて", method="by_purpose"
    )
    funding_source = django_filters.ChoiceFilter(label="原資", choices=FundingSource.choices, empty_label="すべて")
    received_from = DateFilter(label="受付日（から）", field_name="received_on", lookup_expr="gte")
    received_to = DateFilter(label="受付日（まで）", field_name="received_on", lookup_expr="lte")
    amount_from = YenFilter(label="金額（以上）", field_name="amount", lookup_expr="gte")
    amount_to = YenFilter(label="金額（以下）", field_name="amount", lookup_expr="lte")
    expiring = CheckFilter(label="期限の近い承認", method="by_expiry")
    mine = CheckFilter(label="自分が受け付けた案件", method="by_me")

    class Meta:
        model = Application
        fields: list[str] = []

    def by_stage(self, queryset, name, value):
        return queryset.filter(state__in=STAGES[value][1])

    def by_purpose(self, queryset, name, value):
        """設備と運転の両方に使う申込は、どちらで絞っても出る。"""
        return queryset.filter(Q(purpose=value) | Q(equipment_amount__isnull=False))

    def by_text(self, queryset, name, value):
        return find(queryset, value, "number", "contracts__number").distinct()

    def __init__(self, *args, on=None, policy=None, **kwargs):
        self.on, self.policy = on, policy
        super().__init__(*args, **kwargs)

    def by_expiry(self, queryset, name, value):
        if not value or self.policy is None:
            return queryset
        near = self.on + timedelta(days=self.policy.approval_reminder_days)
        return queryset.filter(state__in=CONTRACT_STATES, approval_expires_on__lte=near)

    def by_me(self, queryset, name, value):
        user = self.request.user
        return queryset.filter(Q(received_by=user) | Q(created_by=user)) if value else queryset


class ContractingFilter(ApplicationFilter):
    """契約・実行の絞り込み。状態は、そこに並ぶものだけから選ぶ。"""

    state = django_filters.ChoiceFilter(
        label="状態", choices=[(state.value, state.label) for state in CONTRACT_STATES], empty_label="すべて"
    )


class LoanFilter(django_filters.FilterSet):
    """貸付台帳の絞り込み。"""

    q = django_filters.CharFilter(label="契約番号・組合員", method="by_text")
    state = django_filters.ChoiceFilter(label="状態", choices=LoanState.choices, empty_label="すべて")
    loan_type = django_filters.ChoiceFilter(label="形式", choices=LoanType.choices, empty_label="すべて")
    funding_source = django_filters.ChoiceFilter(label="原資", choices=FundingSource.choices, empty_label="すべて")
    maturity_from = DateFilter(label="最終期日（から）", field_name="maturity_on", lookup_expr="gte")
    maturity_to = DateFilter(label="最終期日（まで）", field_name="maturity_on", lookup_expr="lte")
    amount_from = YenFilter(label="元金（以上）", field_name="principal", lookup_expr="gte")
    amount_to = YenFilter(label="元金（以下）", field_name="principal", lookup_expr="lte")

    class Meta:
        model = Loan
        fields: list[str] = []

    def by_text(self, queryset, name, value):
        return find(queryset, value, "number", "application__number")
