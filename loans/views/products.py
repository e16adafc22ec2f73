"""商品の頁: 取り扱っている商品の一覧と、一つの版。読むだけで、提案と承認は設定画面でする。"""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.db.models import Count
from django.urls import reverse
from django.views.generic import DetailView

from coopfin import log
from coopfin.lists import TIGHT, DayColumn
from coopfin.proposals import SEE_PROPOSALS
from coopfin.templatetags.coopfin import stage_badge
from coopfin.views import GuardedMixin
from loans.enums import ProductForm, Purpose
from loans.models import Product
from loans.models.product import PRODUCT_GROUPS
from loans.tables import RateColumn, YenColumn
from loans.views.lists import WorkList

VIEW = "loans.view_product"
#: 取扱いの段: 見出しと色
STANDINGS = {
    "now": ("取扱中", "ok"),
    "coming": ("これから", "go"),
    "waiting": ("承認待ち", "caution"),
    "past": ("終わった版", "plain"),
    "rejected": ("却下", "plain"),
    "withdrawn": ("取下げ", "plain"),
}


def standing_of(product: Product, on, current: set[int]) -> str:
    """その日の、この版の段。"""
    if product.is_waiting:
        return "waiting"
    if not product.is_approved:
        return str(product.status)
    if product.effective_on > on:
        return "coming"
    return "now" if product.pk in current else "past"


class ProductTable(tables.Table):
    """商品の一覧。"""

    name = tables.Column("商品", linkify=True)
    code = tables.Column("符号", attrs=TIGHT)
    form = tables.Column("形式", attrs=TIGHT)
    purposes = tables.Column("使いみち", attrs=TIGHT)
    maximum_amount = YenColumn("金額の上限（円）")
    minimum_amount = YenColumn("金額の下限（円）")
    maximum_months = tables.Column("期間の上限（月）", attrs={"td": {"class": "num"}, "th": {"class": "num"}})
    interest_rate = RateColumn("利率")
    fee_kind = tables.Column("手数料", attrs=TIGHT)
    effective_on = DayColumn("取扱いを始める日")
    ends_on = DayColumn("取扱いを終える日")
    standing = tables.Column("いま", empty_values=(), orderable=False, attrs=TIGHT)
    source = tables.Column("根拠")

    SHOWN = (
        "name",
        "form",
        "purposes",
        "maximum_amount",
        "maximum_months",
        "interest_rate",
        "effective_on",
        "standing",
    )

    class Meta:
        model = Product
        fields = (
            "name", "code", "form", "purposes", "minimum_amount", "maximum_amount", "maximum_months", "interest_rate",
            "fee_kind", "effective_on", "ends_on", "standing", "source",
        )  # fmt: skip
        row_attrs = {"data-href": lambda record: record.get_absolute_url()}

    def __init__(self, *args, on=None, current=(), **kwargs):
        self.on, self.current = on, set(current)
        super().__init__(*args, **kwargs)

    def render_purposes(self, record):
        return record.shown("purposes")

    def render_standing(self, record):
        return stage_badge(*STANDINGS[standing_of(record, self.on, self.current)])

    def value_standing(self, record):
        return STANDINGS[standing_of(record, self.on, self.current)][0]


class ProductFilter(django_filters.FilterSet):
    """商品の絞り込み。"""

    q = django_filters.CharFilter(label="商品名・符号", method="by_text")
    form = django_filters.ChoiceFilter(label="形式", choices=ProductForm.choices, empty_label="すべて")
    purpose = django_filters.ChoiceFilter(
        label="使いみち", choices=Purpose.choices, empty_label="すべて", field_name="purposes", lookup_expr="contains"
    )
    versions = django_filters.ChoiceFilter(
        label="版", choices=[("all", "終わった版・却下も")], empty_label="いまとこれから", method="by_nothing"
    )

    class Meta:
        model = Product
        fields: list[str] = []

    def by_text(self, queryset, name, value):
        for word in value.split():
            queryset = queryset.filter(name__icontains=word) | queryset.filter(code__icontains=word)
        return queryset

    def by_nothing(self, queryset, name, value):
        """版の絞り込みは、一覧の頁が読む。"""
        return queryset


class Products(WorkList):
    """商品。いま取り扱っている版と、これから・承認待ちの版。"""

    permission_required = VIEW
    title = "商品"
    table_class = ProductTable
    filterset_class = ProductFilter

    def get_queryset(self):
        found = Product.objects.all()
        if self.request.GET.get("versions") == "all":
            return found
        current = Product.objects.offered(self.on).order_by().values("pk")
        return (
            found.filter(pk__in=current)
            | found.waiting()
            | found.approved().filter(effective_on__gt=self.on)
        )  # fmt: skip

    def get_table_kwargs(self):
        current = Product.objects.offered(self.on).values_list("pk", flat=True)
        return {**super().get_table_kwargs(), "on": self.on, "current": current}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if may_propose(self.request.user):
            context["primary"] = {"label": "商品を提案する", "url": reverse("admin:loans_product_add")}
        return {**context, "lead": "何に・いくらまで・どんな条件で貸すか。別の人が承認した版だけを、申込で選べます"}

    def empty(self):
        hint = "商品がないあいだは、規約・規程の基準だけで審査します。"
        if may_propose(self.request.user):
            return {
                "text": "商品はまだありません。", "hint": hint, "url": reverse("admin:loans_product_add"),
                "label": "商品を提案する",
            }  # fmt: skip
        return {"text": "商品はまだありません。", "hint": f"{hint}事務局長か管理者が「設定」から提案します。"}


def may_propose(user) -> bool:
    """設定画面で商品を提案できる人か。"""
    return user.has_perm("loans.propose_product") and user.has_perm("coopfin.use_admin")


class ProductPage(GuardedMixin, DetailView):
    """商品の一つの版を読む: 条件、使いみちごとの書類、根拠と承認、ほかの版、これまでのこと。"""

    permission_required = VIEW
    template_name = "loans/product_detail.html"
    context_object_name = "product"

    def get_queryset(self):
        return Product.objects.select_related("proposed_by", "decided_by")

    def get_context_data(self, **kwargs):
        product, user = self.object, self.request.user
        versions = list(Product.objects.filter(code=product.code).annotate(used=Count("applications")))
        current = {found.pk for found in Product.objects.offered(self.on).filter(code=product.code)}
        later = [v.effective_on for v in versions if v.is_approved and v.effective_on > product.effective_on]
        return super().get_context_data(
            title=product.name,
            breadcrumbs=[("商品", reverse("loans:products")), (product.name, "")],
            standing=STANDINGS[standing_of(product, self.on, current)],
            replaced_on=min(later, default=None) if product.is_approved else None,
            groups=[
                (label, [(product._meta.get_field(name).verbose_name, product.shown(name)) for name in names if name not in IN_WORDS])
                for label, names in PRODUCT_GROUPS
            ],
            needed=_needed(product),
            versions=[(v, STANDINGS[standing_of(v, self.on, current)]) for v in versions],
            used=next(v.used for v in versions if v.pk == product.pk),
            timeline=[
                {"at": entry.at, "label": entry.label, "by": entry.by, "reason": entry.reason, "text": ""}
                for entry in log.timeline(product)
            ],
            copy_url=f"{reverse('admin:loans_product_add')}?copy={product.pk}" if may_propose(user) else "",
            proposal_url=product.proposal_url if user.has_perm(SEE_PROPOSALS) and product.is_waiting else "",
            **kwargs,
        )  # fmt: skip


#: 頁の頭で文にして見せるので、表には並べない欄
IN_WORDS = {
    "minimum_amount", "maximum_amount", "minimum_months", "maximum_months", "rate_kind", "interest_rate",
    "minimum_interest_rate", "maximum_interest_rate", "fee_kind", "fee_rate", "fee_amount",
}  # fmt: skip


def _needed(product: Product) -> list[dict]:
    """使いみちごとの書類。"""
    return [
        {"label": Purpose(code).label, "rows": product.documents_for(code)}
        for code in Purpose.values
        if code in product.purpose_codes
    ]
