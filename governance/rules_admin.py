"""管理サイト: 定款の金融条項・規約・規程・権限委譲（提案）。本文の違いは、変わった行だけを並べて見せる。"""

from __future__ import annotations

from django import forms
from django.contrib import admin

from coopfin.admin import JAPANESE_INPUTS, ProposalAdmin
from coopfin.clock import business_date
from coopfin.models import DelegatedAct, Delegation, DelegationRow
from coopfin.shown import changed_lines
from governance.models import ArticlesClause, FinanceBylaw, FinanceRule
from governance.models.rules import PARAMETER_GROUPS

MEETING_FIELDS = ["meeting_name", "item_number", "resolved_on", "effective_on"]


class _Versions(ProposalAdmin):
    """版のある定め。新しい提案は、いま効力のある版を写した下書きから始まる。"""

    approve_permission = "governance.approve_resolution"
    list_display = ["__str__", "effective_on", "status", "proposed_by", "decided_by"]
    #: 写さない欄（決議は版ごとに違う）
    not_copied = {"id", *MEETING_FIELDS}

    def current(self, obj=None):
        """いま効力のある版。"""
        return self.model.on(business_date())

    def in_force(self, obj):
        found = self.current(obj)
        return found if found is not None and found.pk != obj.pk else None

    def extra_rows(self, obj, current):
        if current is None:
            return []
        gone, added = changed_lines(current.text, obj.text)
        return [("本文で変わる行", gone, added)] if gone or added else []

    def get_changeform_initial_data(self, request):
        given, current = super().get_changeform_initial_data(request), self.current()
        if current is None:
            return given
        copied = {
            field.name: getattr(current, field.name)
            for field in self.model._meta.fields
            if field.editable and field.name not in self.not_copied
        }
        return {**copied, **given}


@admin.register(ArticlesClause)
class ArticlesClauseAdmin(_Versions):
    """定款の金融条項。総会の特別議決のあと、認可書が届き、登記が済んでから、別の人が承認する。"""

    list_display = ["article", "business", "resolved_on", "authorised_on", "registered_on", "status", "proposed_by"]
    list_filter = ["business", "status"]
    fieldsets = [
        (
            None,
            {
                "fields": ["business", "article", "text"],
                "description": "貸付と債務保証は、別の条項として登録します。ここでの登録は提案です。"
                "認可と登記の日がそろい、別の権限者が承認するまで、効力はありません。",
            },
        ),
        ("総会の特別議決", {"fields": MEETING_FIELDS}),
        ("認可と登記", {"fields": ["authority", "authorised_on", "registered_on"]}),
    ]

    def current(self, obj=None):
        return ArticlesClause.on(obj.business, business_date()) if obj is not None else None


class LendingStandardForm(forms.ModelForm):
    """規約・規程。担保を要する金額は 0（すべての貸付）も入れられる。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "collateral_above_amount" in self.fields:
            self.fields["collateral_above_amount"].min_value = 0


class LendingStandardAdmin(_Versions):
    """規約・規程の版。基準は、空なら「定めなし」。"""

    form = LendingStandardForm
    fieldsets = [
        (
            None,
            {
                "fields": ["title", "text"],
                "description": "ここでの登録は提案です。別の権限者が承認すると、効力が生じる日から後に受け付ける申込に当てます。"
                "すでに受け付けた申込は、受付の日の版のままです。",
            },
        ),
        ("決議", {"fields": MEETING_FIELDS}),
        *((group.label, {"fields": [group.article, *group.fields]}) for group in PARAMETER_GROUPS),
    ]


@admin.register(FinanceBylaw)
class FinanceBylawAdmin(LendingStandardAdmin):
    """規約（総会）。"""


@admin.register(FinanceRule)
class FinanceRuleAdmin(LendingStandardAdmin):
    """規程（理事会）。"""


class DelegationRowInline(admin.TabularInline):
    """委譲の行。"""

    model = DelegationRow
    formfield_overrides = JAPANESE_INPUTS
    fields = ["act", "role", "maximum_amount"]
    extra = len(DelegatedAct)


@admin.register(Delegation)
class DelegationAdmin(ProposalAdmin):
    """権限委譲表。いま効力のある版の行を写した下書きから始まる。"""

    approve_permission = "coopfin.approve_policy"
    inlines = [DelegationRowInline]
    list_display = ["__str__", "effective_on", "source", "status", "proposed_by", "decided_by"]
    fieldsets = [
        (
            None,
            {
                "fields": ["effective_on", "source"],
                "description": "効力が生じると、ここに行のない役割はその行為をできません。額を超えるものは、理事長だけができます。",
            },
        )
    ]

    def in_force(self, obj):
        current = Delegation.on(business_date())
        return current if current is not None and current.pk != obj.pk else None

    def extra_rows(self, obj, current):
        def amounts(version):
            return (
                {(row.act, row.role): f"{row.maximum_amount:,}円まで" for row in version.rows.all()} if version else {}
            )

        new, old = amounts(obj), amounts(current)
        return [
            (f"{act.label}（{role.label}）", old.get((act, role), "委譲しない") if current else "",
             new.get((act, role), "委譲しない"))
            for act in DelegatedAct
            for role in act.roles
        ]  # fmt: skip

    def get_changeform_initial_data(self, request):
        return {"effective_on": business_date(), **super().get_changeform_initial_data(request)}

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj.pk is None and request.method == "GET" and (current := Delegation.on(business_date())) is not None:
            kwargs["initial"] = [
                {"act": row.act, "role": row.role, "maximum_amount": row.maximum_amount} for row in current.rows.all()
            ]
        return kwargs
