"""担保・保証の台帳の画面。"""

from __future__ import annotations

from django.db.models import Sum
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import DetailView
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from collateral import checks, operations
from collateral.filters import AssetFilter, AssetTable, GuaranteeFilter, GuaranteeTable
from collateral.forms import AssetForm, SeniorFormSet, seniors_of
from collateral.models import Asset, Guarantee
from coopfin import log
from coopfin.exports import ExportedList
from coopfin.templatetags.coopfin import jdate
from coopfin.views import GuardedMixin, OperationView, RememberReading

VIEW = "collateral.view_collateral"
EDIT = "collateral.edit_collateral"
PER_PAGE = 50


class RegisterList(GuardedMixin, ExportedList, SingleTableMixin, FilterView):
    """台帳の一覧。書き出すのは、いま絞り込んで見えているもの。"""

    permission_required = VIEW
    template_name = "collateral/register_list.html"
    table_pagination = {"per_page": PER_PAGE}
    export_permission = "loans.export"
    title = ""
    lead = ""
    export_name = ""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        found = context["filter"].qs
        context |= {
            "title": self.title,
            "lead": self.lead,
            "count": context["table"].paginator.count,
            "sums": self.sums(found),
            "exports": self.export_links(),
            "tabs": [
                ("担保", reverse("collateral:assets"), self.model is Asset),
                ("保証", reverse("collateral:guarantees"), self.model is Guarantee),
            ],
            "empty": self.empty,
        }
        return context

    def sums(self, found):
        return []

    def export_title(self):
        return self.export_name


class AssetList(RegisterList):
    """担保の一覧。"""

    model = Asset
    filterset_class = AssetFilter
    table_class = AssetTable
    title = "担保・保証"
    lead = "担保物件と、当組合の担保権・保全額"
    export_name = "担保一覧"
    empty = {"text": "担保物件はまだありません。", "hint": "申込のページで「担保を付ける」と、ここに載ります。"}

    def get_queryset(self):
        return Asset.objects.with_cover()

    def sums(self, found):
        total = found.order_by().aggregate(total=Sum("appraised", default=0))["total"]
        return [{"label": "評価額", "amount": total}]


class GuaranteeList(RegisterList):
    """保証の一覧。"""

    model = Guarantee
    filterset_class = GuaranteeFilter
    table_class = GuaranteeTable
    title = "担保・保証"
    lead = "保証人と、公正証書・情報提供の記録"
    export_name = "保証一覧"
    empty = {"text": "保証はまだありません。", "hint": "申込のページで「保証人を付ける」と、ここに載ります。"}

    def get_queryset(self):
        return Guarantee.objects.select_related("person", "member__representative", "debtor")


class RegisterDetail(GuardedMixin, RememberReading, DetailView):
    """台帳の一件。"""

    permission_required = VIEW

    def get_object(self, queryset=None):
        found = super().get_object(queryset)
        self.remember(found)
        return found


class AssetDetail(RegisterDetail):
    """担保物件の一件。評価・先順位・担保権・保全の計算・履歴。"""

    template_name = "collateral/asset_detail.html"

    def get_queryset(self):
        return Asset.objects.with_cover()

    def get_context_data(self, **kwargs):
        asset = self.object
        may_edit = self.request.user.has_perm(EDIT)
        return super().get_context_data(
            title=str(asset),
            asset=asset,
            rows=[(interest, interest.cover_on(asset)) for interest in asset.interests_in_force()],
            released=asset.interests.exclude(released_on=None).select_related("debtor"),
            findings=[
                *checks.unsuitable(asset.kind, asset.description),
                *checks.stale(asset, on=self.on, months=checks.renewal_months(self.on)),
            ],
            actions=[{"label": "評価・先順位を直す", "url": reverse("collateral:asset_edit", args=[asset.pk])}]
            if may_edit
            else [],
            timeline=log.timeline(asset),
            history=asset.history.select_related("history_user", "owner_person", "owner_member"),
            breadcrumbs=[("担保・保証", reverse("collateral:assets")), (str(asset), "")],
            **kwargs,
        )


class AssetEdit(OperationView):
    """担保物件の評価と先順位を直す。"""

    permission_required = EDIT
    form_class = AssetForm
    template_name = "collateral/asset_edit.html"
    title = "担保物件を直す"
    submit_label = "保存する"
    queryset = Asset.objects.with_cover()

    def version_of(self, obj):
        latest = obj.history.order_by("-history_id").values_list("history_id", flat=True).first()
        seniors = ",".join(str(pk) for pk in sorted(lien.pk for lien in obj.seniors.all()))
        return f"{latest}:{seniors}"

    @cached_property
    def formset(self):
        data = self.request.POST if self.request.method == "POST" else None
        return SeniorFormSet(data, prefix="seniors", initial=seniors_of(self.object), form_kwargs={"on": self.on})

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "asset": self.object, "on": self.on}

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        rows_are_valid = self.formset.is_valid()
        if form.is_valid() and rows_are_valid:
            return self.form_valid(form)
        return self.form_invalid(form)

    def operate(self, form):
        asset = operations.change_asset(
            self.object, **form.asset_values(), haircut_reason=form.cleaned_data["haircut_reason"],
            seniors=self.formset.rows(), by=self.request.user, on=self.on,
        )  # fmt: skip
        return asset, asset.get_absolute_url(), "担保物件を直しました。"

    def get_context_data(self, **kwargs):
        crumbs = [
            ("担保・保証", reverse("collateral:assets")),
            (str(self.object), self.object.get_absolute_url()),
            (self.title, ""),
        ]
        return super().get_context_data(
            subject=f"{self.object}　所有者 {self.object.owner}", formset=self.formset, breadcrumbs=crumbs, **kwargs
        )


def _statements(guarantee) -> list[dict]:
    """資産・収入の申告。新しい順。"""
    return [
        {
            "title": f"資産・収入の申告（{jdate(each.stated_on)}）",
            "facts": [
                ("年間の収入", f"{each.income:,}円"),
                ("資産", f"{each.assets:,}円"),
                ("借入", f"{each.debts:,}円"),
                ("正味の資産", f"{each.net:,}円" if each.net >= 0 else f"△{-each.net:,}円"),
                ("ほかの保証", f"{each.other_guarantees:,}円"),
                ("備考", each.note),
            ],
        }
        for each in guarantee.statements.all()
    ]


class GuaranteeDetail(RegisterDetail):
    """保証の一件。"""

    template_name = "collateral/guarantee_detail.html"

    def get_queryset(self):
        return Guarantee.objects.select_related("person", "member__representative", "debtor")

    def get_context_data(self, **kwargs):
        guarantee = self.object
        requirement = guarantee.deed_requirement
        return super().get_context_data(
            title=f"{guarantee.guarantor}の保証",
            guarantee=guarantee,
            under=[f"債務者 {guarantee.debtor}", guarantee.relation_label, guarantee.get_scope_display()],
            sections=[
                {
                    "title": "保証の内容",
                    "facts": [
                        ("保証人", str(guarantee.guarantor)),
                        ("債務者", str(guarantee.debtor)),
                        ("関係", guarantee.relation_label),
                        ("範囲", f"{guarantee.get_kind_display()}・{guarantee.get_scope_display()}"),
                        ("連帯としない理由", guarantee.kind_reason),
                        ("極度額", f"{guarantee.maximum_amount:,}円" if guarantee.maximum_amount else None),
                        ("元本確定期日", guarantee.fixed_on),
                        ("解除・取りやめの日", guarantee.released_on),
                    ],
                },
                {
                    "title": "公正証書・情報提供",
                    "facts": [
                        ("公正証書", "要る" if requirement.required else "要らない"),
                        ("よりどころ", f"{requirement.reason}（{requirement.article}）"),
                        ("作成日", guarantee.deed_on),
                        ("公証役場", guarantee.deed_office),
                        ("番号", guarantee.deed_number),
                        ("例外を裏づける書類", guarantee.exception_evidence),
                        ("裏づけを確かめた日", guarantee.exception_seen_on),
                        ("情報提供を受けた日", guarantee.informed_on),
                        ("説明を受けたこと", Guarantee._meta.get_field("told").labels(guarantee.told)),
                    ],
                },
                *_statements(guarantee),
            ],
            timeline=log.timeline(guarantee),
            history=guarantee.history.select_related("history_user"),
            breadcrumbs=[("担保・保証", reverse("collateral:guarantees")), (str(guarantee), "")],
            **kwargs,
        )
