"""商品（手引き 第2章1 b、第2章2 一）: 何に・いくらまで・どんな条件で貸すかの、組合の定め。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from coopfin.calc.yen import rate_text
from coopfin.fields import CodesField, RateField, YenField
from coopfin.models import Proposal
from coopfin.models.proposals import ProposalQuerySet
from coopfin.shown import NOTHING, show
from documents.models import DocumentKind
from loans.enums import FeeKind, Instrument, Method, ProductForm, Purpose, RateKind

PURPOSES = dict(Purpose.choices)
METHODS = dict(Method.choices)


#: 商品の欄のまとまり。管理サイトと商品の頁が、この一枚を見る。
PRODUCT_GROUPS = (
    ("形式と使いみち", ("form", "instrument", "purposes")),
    ("金額・期間・返し方", ("minimum_amount", "maximum_amount", "minimum_months", "maximum_months", "methods",
                    "maximum_grace_months")),
    ("利率・手数料・損害金", ("rate_kind", "interest_rate", "minimum_interest_rate", "maximum_interest_rate", "fee_kind",
                    "fee_rate", "fee_amount", "maximum_damages_rate")),
    ("担保・保証", ("collateral_above_amount", "minimum_cover_percent", "collateral_policy", "guarantors_required",
               "representative_required", "guarantor_policy")),
)  # fmt: skip


class ProductQuerySet(ProposalQuerySet):
    def newest(self, on):
        """その日に効力のある版（符号ごとに最新のもの）。取扱いの終わったものも含む。"""
        in_force = self.approved().filter(effective_on__lte=on)
        later = Product.objects.approved().filter(
            code=OuterRef("code"), effective_on__lte=on, effective_on__gt=OuterRef("effective_on")
        )
        return in_force.filter(~Exists(later))

    def offered(self, on):
        """その日に取り扱っている商品。"""
        return self.newest(on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


class Product(Proposal):
    """商品。提案し、別の人が承認して効力を持つ。承認した版は直さず、条件を変えるときは同じ符号の新しい版を提案する。

    申込は、受け付けた版のままで審査する。条件は規約・規程と同じに、申込に当てる基準になる（loans.rulebook）。
    """

    code = models.SlugField(
        "符号",
        max_length=30,
        help_text="英小文字と数字と - （例: setsubi）。同じ符号の新しい版が、前の版に代わります。",
    )
    name = models.CharField("商品名", max_length=60, help_text="例: 設備近代化資金")
    effective_on = models.DateField("取扱いを始める日")
    ends_on = models.DateField("取扱いを終える日", null=True, blank=True, help_text="空欄は、次の版まで続けます。")
    source = models.CharField(
        "根拠", max_length=100, help_text="この商品を決めた決議・規程（例: 第312回理事会 第4号議案）。"
    )
    summary = models.CharField("ねらいと対象", max_length=300, blank=True, help_text="窓口で組合員に伝える一、二文。")

    form = models.CharField("形式", max_length=10, choices=ProductForm.choices)
    instrument = models.CharField(
        "手形・でんさい", max_length=10, choices=Instrument.choices, default=Instrument.NONE,
        help_text="手形貸付・手形割引で使うもの。証書貸付では「使わない」。",
    )  # fmt: skip
    purposes = CodesField("使いみち", options=PURPOSES)
    minimum_amount = YenField("金額の下限（円）", null=True, blank=True)
    maximum_amount = YenField("金額の上限（円）")
    minimum_months = models.PositiveSmallIntegerField(
        "期間の下限（月）", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    maximum_months = models.PositiveSmallIntegerField(
        "期間の上限（月）", validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    methods = CodesField("返済方法（証書貸付）", blank=True, default="", options=METHODS)
    maximum_grace_months = models.PositiveSmallIntegerField(
        "据置の上限（月）", null=True, blank=True, validators=[MaxValueValidator(240)],
        help_text="0 は据置を認めないこと。空欄は、規約・規程のとおり。",
    )  # fmt: skip

    rate_kind = models.CharField("利率の決め方", max_length=10, choices=RateKind.choices, default=RateKind.STANDARD)
    interest_rate = RateField("利率（年%）", help_text="決まっている率、または標準の率。申込の欄に初めから入ります。")
    minimum_interest_rate = RateField("利率の幅の下限（年%）", null=True, blank=True)
    maximum_interest_rate = RateField("利率の幅の上限（年%）", null=True, blank=True)
    fee_kind = models.CharField(
        "手数料", max_length=10, choices=FeeKind.choices, default=FeeKind.RATE_DAYS,
        help_text="率×日数は利息と同じ非課税。1件ごとの定額と元金の割合は、消費税がかかります。",
    )  # fmt: skip
    fee_rate = RateField("手数料の率（%）", null=True, blank=True, help_text="率×日数は年率、元金の割合はその割合。")
    fee_amount = YenField("手数料の額（円、税抜）", null=True, blank=True)
    maximum_damages_rate = RateField(
        "遅延損害金の上限（年%）",
        null=True,
        blank=True,
        help_text="率は方針のもので、この上限を超えないことを確かめます。",
    )

    collateral_above_amount = YenField(
        "担保を要する金額（円）", null=True, blank=True, help_text="この額を超える貸付に担保を求めます。すべてなら 0。"
    )
    minimum_cover_percent = models.PositiveSmallIntegerField(
        "保全の割合の下限（%）", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    collateral_policy = models.CharField("担保の考え方", max_length=300, blank=True)
    guarantors_required = models.PositiveSmallIntegerField(
        "保証人の人数", null=True, blank=True, validators=[MaxValueValidator(10)]
    )
    representative_required = models.BooleanField(
        "法人の代表者の保証を求める", default=False,
        help_text="経営者保証に関するガイドラインにより、理由を記録した案件は理事会の判断に委ねます。",
    )  # fmt: skip
    guarantor_policy = models.CharField("保証の考え方", max_length=300, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta(Proposal.Meta):
        verbose_name = "商品"
        verbose_name_plural = "商品"
        ordering = ["code", "-effective_on", "-pk"]
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["code", "effective_on"],
                condition=Q(status="approved"),
                name="product_once_a_day",
                violation_error_message="同じ符号・同じ日から効力を持つ承認済の商品がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("effective_on")),
                name="product_period",
                violation_error_message="取扱いを終える日は、始める日以後にしてください。",
            ),
            models.CheckConstraint(
                condition=~Q(purposes=""),
                name="product_purposes",
                violation_error_message="使いみちを一つ以上選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(maximum_amount__gt=0)
                & (Q(minimum_amount__isnull=True) | Q(minimum_amount__lte=F("maximum_amount"))),
                name="product_amounts",
                violation_error_message="金額の下限は上限以下にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(minimum_months__isnull=True) | Q(minimum_months__lte=F("maximum_months")),
                name="product_months",
                violation_error_message="期間の下限は上限以下にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(form="bill") | Q(form="deed", instrument="none") | Q(form="discount", methods="")
                & ~Q(instrument="none"),
                name="product_instrument",
                violation_error_message="証書貸付は手形・でんさいを使いません。手形割引は、紙の手形かでんさいを選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(form="deed") & ~Q(methods="") | ~Q(form="deed") & Q(methods=""),
                name="product_methods",
                violation_error_message="返済方法は、証書貸付では一つ以上選び、ほかの形式では選ばないでください。",
            ),
            models.CheckConstraint(
                condition=Q(rate_kind="fixed", minimum_interest_rate__isnull=True, maximum_interest_rate__isnull=True)
                | Q(rate_kind="standard")
                & (Q(minimum_interest_rate__isnull=True) | Q(minimum_interest_rate__lte=F("interest_rate")))
                & (Q(maximum_interest_rate__isnull=True) | Q(maximum_interest_rate__gte=F("interest_rate"))),
                name="product_rates",
                violation_error_message="決まっている率に幅は入れません。標準の率は、幅の下限と上限のあいだにしてください。",
            ),
            models.CheckConstraint(
                condition=Q(fee_kind="none", fee_rate__isnull=True, fee_amount__isnull=True)
                | Q(fee_kind__in=["rate_days", "percent"], fee_rate__gt=0, fee_rate__isnull=False, fee_amount__isnull=True)
                | Q(fee_kind="fixed", fee_rate__isnull=True, fee_amount__gt=0, fee_amount__isnull=False),
                name="product_fee",
                violation_error_message="手数料は、率×日数と元金の割合では率だけを、1件ごとの定額では額だけを入れてください。",
            ),
            models.CheckConstraint(
                condition=Q(minimum_cover_percent__isnull=True) | Q(collateral_above_amount__isnull=False),
                name="product_cover",
                violation_error_message="保全の割合を定めるときは、担保を要する金額も入れてください（すべてなら 0）。",
            ),
        ]  # fmt: skip

    def __str__(self):
        day = self.effective_on
        return f"{self.name}（{day.year}年{day.month}月{day.day}日から）"

    def get_absolute_url(self):
        return reverse("loans:product", args=[self.pk])

    def clean(self):
        super().clean()
        if self.code and self.code != self.code.lower():
            raise ValidationError({"code": "符号は英小文字で書いてください。"})

    # --- 基準として ---
    @property
    def title(self) -> str:
        return f"商品「{self.name}」"

    @property
    def citation(self) -> str:
        day = self.effective_on
        return f"{day.year}年{day.month}月{day.day}日からの版、{self.source}"

    def cite(self) -> str:
        """よりどころの引き方: 商品「設備近代化資金」（2026年4月1日からの版、第312回理事会 第4号議案）。"""
        return f"{self.title}（{self.citation}）"

    @property
    def purpose_codes(self) -> frozenset[str]:
        return frozenset(code for code in self.purposes.split(",") if code)

    @property
    def rate_bounds(self) -> tuple:
        """利率の下限と上限（なければ None）。"""
        if self.rate_kind == RateKind.FIXED:
            return self.interest_rate, self.interest_rate
        return self.minimum_interest_rate, self.maximum_interest_rate

    def is_offered(self, on) -> bool:
        """その日に取り扱っている版か。"""
        return type(self).objects.offered(on).filter(pk=self.pk).exists()

    def documents_for(self, *purposes: str) -> list[ProductDocument]:
        """その使いみちに要る書類（H2.2-d）。同じ商品・同じ使いみちなら、いつも同じ。"""
        found: dict[str, ProductDocument] = {}
        for row in self.documents.select_related("kind"):
            if not row.purpose or row.purpose in purposes:
                found.setdefault(row.kind_id, row)
        return list(found.values())

    # --- 読む人の言葉 ---
    def shown(self, name: str) -> str:
        field = self._meta.get_field(name)
        return show(self, field) if getattr(self, name) not in (None, "", False) else NOTHING

    @property
    def amounts_text(self) -> str:
        low = f"{self.minimum_amount:,}円から" if self.minimum_amount else ""
        return f"{low}{self.maximum_amount:,}円まで"

    @property
    def months_text(self) -> str:
        low = f"{self.minimum_months}か月から" if self.minimum_months else ""
        return f"{low}{self.maximum_months}か月まで"

    @property
    def rate_label(self) -> str:
        if self.rate_kind == RateKind.FIXED:
            return f"年{rate_text(self.interest_rate)}%"
        low, high = self.rate_bounds
        bounds = [f"年{rate_text(low)}%以上"] if low is not None else []
        bounds += [f"年{rate_text(high)}%以下"] if high is not None else []
        return f"標準 年{rate_text(self.interest_rate)}%" + (f"（{'・'.join(bounds)}）" if bounds else "")

    @property
    def fee_text(self) -> str:
        return {
            FeeKind.NONE: lambda: "受け取らない",
            FeeKind.RATE_DAYS: lambda: f"年{rate_text(self.fee_rate)}%（金額×日数、非課税）",
            FeeKind.PERCENT: lambda: f"元金の{rate_text(self.fee_rate)}%（消費税がかかる）",
            FeeKind.FIXED: lambda: f"1件につき {self.fee_amount:,}円（税抜、消費税がかかる）",
        }[self.fee_kind]()

    @property
    def unhandled(self) -> str:
        """この商品では申込を受け付けられない理由（なければ空）。定めておくことはできる。"""
        if self.form == ProductForm.DISCOUNT:
            return "手形割引の申込は、この仕組みでは受け付けていません。手形貸付か証書貸付の商品を選んでください。"
        if self.fee_kind in (FeeKind.FIXED, FeeKind.PERCENT):
            return (
                f"手数料が「{self.get_fee_kind_display()}」の商品は、実行の伝票で手数料を受け取れないため、申込を受け付けていません。"
                "手数料が率×日数か、受け取らない商品を選んでください。"
            )
        return ""


class ProductDocument(models.Model):
    """商品に要る書類の一行。使いみちを空にすると、どの使いみちでも要る。"""

    product = models.ForeignKey(Product, verbose_name="商品", on_delete=models.CASCADE, related_name="documents")
    kind = models.ForeignKey(DocumentKind, verbose_name="書類", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(
        "使いみち", max_length=10, choices=Purpose.choices, blank=True, help_text="空欄は、どの使いみちでも。"
    )
    note = models.CharField("要るとき", max_length=100, blank=True, help_text="例: 新しく取引する組合員だけ")

    class Meta:
        verbose_name = "商品の書類"
        verbose_name_plural = "商品の書類"
        ordering = ["kind__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "kind", "purpose"],
                name="productdocument_once",
                violation_error_message="同じ書類・同じ使いみちの行が二つあります。",
            )
        ]

    def __str__(self):
        return f"{self.kind}（{self.get_purpose_display()}）" if self.purpose else str(self.kind)
