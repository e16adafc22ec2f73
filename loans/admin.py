"""管理サイト: 申込と貸付は見るだけ。商品は提案と承認。運転資金の要因の一覧は直せる（消せない）。"""

from django import forms
from django.contrib import admin

from coopfin.admin import LoggedAdmin, ProposalAdmin, RememberedAdmin
from coopfin.admin_site import ReadOnlyAdmin
from coopfin.clock import business_date
from loans.models import Application, FundsCause, Loan, Product, ProductDocument
from loans.models.product import PRODUCT_GROUPS


class _SeenByRole(RememberedAdmin, ReadOnlyAdmin):
    """利害関係のある案件は、管理サイトでも見せない。"""

    def visible(self, request):
        return Application.objects.visible_to(request.user, business_date())


@admin.register(Application)
class ApplicationAdmin(_SeenByRole):
    list_display = ["number", "member", "loan_type", "purpose", "amount", "funding_source", "state", "received_on"]
    list_filter = ["state", "loan_type", "funding_source", "fiscal_year"]
    search_fields = ["number", "member__name", "member__kana"]
    list_select_related = ["member"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(pk__in=self.visible(request).order_by().values("pk"))


@admin.register(Loan)
class LoanAdmin(_SeenByRole):
    list_display = ["number", "member", "loan_type", "principal", "state", "disbursed_on", "maturity_on"]
    list_filter = ["state", "loan_type", "fiscal_year"]
    search_fields = ["number", "member__name", "member__kana"]
    list_select_related = ["member"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(application__in=self.visible(request).order_by().values("pk"))


class ProductAdminForm(forms.ModelForm):
    """商品。担保を要する金額は 0（すべての貸付）も入れられる。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "collateral_above_amount" in self.fields:
            self.fields["collateral_above_amount"].min_value = 0


class ProductDocumentInline(admin.TabularInline):
    """要る書類。"""

    model = ProductDocument
    fields = ["kind", "purpose", "note"]
    extra = 4

    def get_extra(self, request, obj=None, **kwargs):
        copied = _copied(request) if obj is None else None
        return self.extra + (copied.documents.count() if copied else 0)


def _copied(request) -> Product | None:
    """?copy=番号 で写す版（新しい版の提案）。"""
    number = request.GET.get("copy", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    return Product.objects.filter(pk=int(number)).first()


@admin.register(Product)
class ProductAdmin(ProposalAdmin):
    """商品。承認された版は直さず、同じ符号の新しい版を提案する。"""

    approve_permission = "loans.approve_product"
    form = ProductAdminForm
    inlines = [ProductDocumentInline]
    list_display = ["name", "code", "form", "effective_on", "ends_on", "status", "proposed_by", "decided_by"]
    list_filter = ["status", "form"]
    search_fields = ["name", "code"]
    fieldsets = [
        (
            None,
            {
                "fields": ["code", "name", "effective_on", "ends_on", "source", "summary"],
                "description": "ここでの登録は提案です。別の権限者が承認すると、取扱いを始める日から申込で選べます。"
                "受け付けた申込は、受け付けた版のまま審査します。条件を変えるときは、同じ符号で新しい版を提案します。",
            },
        ),
        *((label, {"fields": list(fields)}) for label, fields in PRODUCT_GROUPS),
    ]

    def in_force(self, obj):
        return Product.objects.newest(business_date()).filter(code=obj.code).exclude(pk=obj.pk).first()

    def extra_rows(self, obj, current):
        def needed(product):
            rows = product.documents.select_related("kind") if product else ()
            return "\n".join(" ".join(filter(None, (str(row), row.note))) for row in rows) or "（なし）"

        return [("要る書類", needed(current) if current else "", needed(obj))]

    def get_changeform_initial_data(self, request):
        given, copied = super().get_changeform_initial_data(request), _copied(request)
        given.pop("copy", None)
        if copied is None:
            return given
        written = [field for field in Product._meta.fields if field.editable and not field.primary_key]
        kept = {field.name: getattr(copied, field.name) for field in written if field.name not in NOT_COPIED}
        return {**kept, **given}

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj.pk is None and request.method == "GET" and (copied := _copied(request)) is not None:
            kwargs["initial"] = [
                {"kind": row.kind_id, "purpose": row.purpose, "note": row.note} for row in copied.documents.all()
            ]
        return kwargs


#: 版ごとに決めるので写さない欄
NOT_COPIED = {"effective_on", "ends_on", "source"}


@admin.register(FundsCause)
class FundsCauseAdmin(LoggedAdmin):
    """運転資金の要因。使わなくなったものは、消さずに「使う」を外す。"""

    list_display = ["name", "fixed", "order", "active"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []
