"""定款の金融条項・規約・規程（手引き 第2章1 a・b、H2.1-a・b）。"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from coopfin.fields import CodesField, RateField, YenField
from coopfin.flow import Finding, block
from coopfin.once import once_while_reading
from coopfin.shown import NOTHING, show
from governance.enums import BodyKind, FinanceBusiness
from governance.models.resolved import Resolved

#: 使いみち・返済方法の符号 → 名。貸付のアプリが起動時に入れる（機関は貸付を知らない）。
PURPOSES: dict[str, str] = {}
METHODS: dict[str, str] = {}


def _on(model, day):
    """その日に効力のある版。"""
    return model.objects.approved().filter(effective_on__lte=day).order_by("-effective_on", "-pk").first()


class ArticlesClause(Resolved):
    """定款の金融条項（H2.1-a）。貸付と債務保証は別の条項で、総会の特別議決・行政庁の認可・登記を経て効力を持つ。

    認可の効力は認可書が届いたときから（中小企業等協同組合法 51条）。登記まで済んで、はじめて事業を行える。
    """

    body_kind = BodyKind.GENERAL_MEETING
    special_resolution = True
    added_later = ("authority", "authorised_on", "registered_on", "effective_on")

    business = models.CharField("事業", max_length=12, choices=FinanceBusiness.choices)
    article = models.CharField("条項", max_length=60, help_text="例: 定款 第7条第1項第4号")
    text = models.TextField("条文", help_text="定款のとおりに写します。")
    authority = models.CharField("認可した行政庁", max_length=60, blank=True, help_text="例: 石川県知事")
    authorised_on = models.DateField(
        "認可書の到達日", null=True, blank=True,
        help_text="認可の効力は、認可書が組合に届いたときから生じます。認可と登記がそろうまで、承認はできません。",
    )  # fmt: skip
    registered_on = models.DateField("登記日", null=True, blank=True, help_text="事業の変更の登記をした日。")

    class Meta(Resolved.Meta):
        verbose_name = "定款の金融条項"
        verbose_name_plural = "定款の金融条項"
        ordering = ["business", "-effective_on", "-pk"]
        constraints = [
            *Resolved.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(status="approved")
                | (Q(authorised_on__isnull=False, registered_on__isnull=False) & ~Q(authority="")),
                name="articlesclause_authorised",
                violation_error_message="認可した行政庁・認可書の到達日・登記日がそろうまで、承認できません（提案した人が書き足します）。",
            ),
            models.CheckConstraint(
                condition=Q(authorised_on__isnull=True)
                | Q(authorised_on__gte=F("resolved_on"), effective_on__gte=F("authorised_on")),
                name="articlesclause_order",
                violation_error_message="決議日・認可書の到達日・効力が生じる日は、この順にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(registered_on__isnull=True) | Q(registered_on__gte=F("authorised_on")),
                name="articlesclause_registered",
                violation_error_message="登記日は、認可書の到達日以後にしてください。",
            ),
            models.UniqueConstraint(
                fields=["business", "effective_on"],
                condition=Q(status="approved"),
                name="articlesclause_once_a_day",
                violation_error_message="同じ日から効力を持つ、同じ事業の条項がすでにあります。",
            ),
        ]

    def __str__(self):
        return f"{self.article}（{self.get_business_display()}）"

    def get_absolute_url(self):
        return reverse("governance:articles")

    def approval_findings(self, on) -> list[Finding]:
        """認可と登記がそろうまで承認できない。"""
        found = super().approval_findings(on)
        missing = [
            name
            for name, value in (
                ("認可した行政庁", self.authority),
                ("認可書の到達日", self.authorised_on),
                ("登記日", self.registered_on),
            )
            if not value
        ]
        if missing:
            text = f"{'・'.join(missing)}がまだ書かれていません。そろったら、提案した人が書き足してください。"
            found.append(block(text, "中小企業等協同組合法 51条", code="not-authorised"))
        return found

    @classmethod
    @once_while_reading
    def on(cls, business: str, day) -> ArticlesClause | None:
        """その日に効力のある条項。認可書が届き、登記も済んだもの。"""
        found = cls.objects.approved().filter(business=business, effective_on__lte=day, registered_on__lte=day)
        return found.order_by("-effective_on", "-pk").first()


@dataclass(frozen=True)
class ParameterGroup:
    """基準の一まとまり: 見出し、条を書く欄、基準の欄。"""

    label: str
    article: str
    fields: tuple[str, ...]


#: 基準の並び。管理サイト・閲覧の頁・条の引き方が、この一枚を見る。
PARAMETER_GROUPS = (
    ParameterGroup("使いみち", "purpose_article", ("purposes",)),
    ParameterGroup("金額", "amount_article", ("bill_maximum_amount", "deed_maximum_amount")),
    ParameterGroup("期間", "term_article", ("bill_maximum_months", "deed_maximum_months")),
    ParameterGroup("返済方法と据置", "method_article", ("methods", "maximum_grace_months")),
    ParameterGroup("担保", "collateral_article", ("collateral_above_amount", "minimum_cover_percent")),
    ParameterGroup("保証人", "guarantor_article", ("guarantors_required", "representative_required")),
    ParameterGroup("利率", "interest_article", ("minimum_interest_rate", "maximum_interest_rate")),
    ParameterGroup("手数料", "fee_article", ("maximum_fee_rate",)),
    ParameterGroup("損害金", "damages_article", ("maximum_damages_rate",)),
)


def _article():
    return models.CharField("条", max_length=30, blank=True, help_text="例: 第8条第2項")


class LendingStandard(Resolved):
    """規約・規程の版に共通すること: 本文、効力の生じる日、貸付の基準（H2.1-b）。

    基準はどれも空でよく、空は「定めなし」。承認されたあとは直さず、新しい版を提案する。
    """

    title = models.CharField("名称", max_length=60, help_text="例: 金融事業規程")
    text = models.TextField("本文")

    purpose_article = _article()
    purposes = CodesField("認める使いみち", blank=True, default="", options=PURPOSES)
    amount_article = _article()
    bill_maximum_amount = YenField("手形貸付の限度（円）", null=True, blank=True)
    deed_maximum_amount = YenField("証書貸付の限度（円）", null=True, blank=True)
    term_article = _article()
    bill_maximum_months = models.PositiveSmallIntegerField(
        "手形貸付の期間の限度（月）", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    deed_maximum_months = models.PositiveSmallIntegerField(
        "証書貸付の期間の限度（月）", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    method_article = _article()
    methods = CodesField("認める返済方法（証書貸付）", blank=True, default="", options=METHODS)
    maximum_grace_months = models.PositiveSmallIntegerField(
        "据置の限度（月）", null=True, blank=True, validators=[MaxValueValidator(240)],
        help_text="据置の回数に返済の間隔（月）をかけて数えます。0 は据置を認めないこと。",
    )  # fmt: skip
    collateral_article = _article()
    collateral_above_amount = YenField(
        "担保を要する金額（円）", null=True, blank=True, help_text="この額を超える貸付に担保を求めます。"
    )
    minimum_cover_percent = models.PositiveSmallIntegerField(
        "保全の割合の下限（%）", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="担保を要する貸付で、担保の保全額が金額の何%以上であることを求めるか。",
    )  # fmt: skip
    guarantor_article = _article()
    guarantors_required = models.PositiveSmallIntegerField(
        "保証人の人数", null=True, blank=True, validators=[MaxValueValidator(10)]
    )
    representative_required = models.BooleanField(
        "法人の代表者の保証を求める", default=False,
        help_text="経営者保証に関するガイドラインにより、理由を記録した案件は理事会の判断に委ねます。",
    )  # fmt: skip
    interest_article = _article()
    minimum_interest_rate = RateField("利率の下限（年%）", null=True, blank=True)
    maximum_interest_rate = RateField("利率の上限（年%）", null=True, blank=True)
    fee_article = _article()
    maximum_fee_rate = RateField("転貸手数料の上限（年%）", null=True, blank=True)
    damages_article = _article()
    maximum_damages_rate = RateField("遅延損害金の上限（年%）", null=True, blank=True)

    class Meta(Resolved.Meta):
        abstract = True
        ordering = ["-effective_on", "-pk"]
        constraints = [
            *Resolved.Meta.constraints,
            models.UniqueConstraint(
                fields=["effective_on"],
                condition=Q(status="approved"),
                name="%(class)s_once_a_day",
                violation_error_message="同じ日から効力を持つ承認済の版がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(minimum_interest_rate__isnull=True)
                | Q(maximum_interest_rate__isnull=True)
                | Q(minimum_interest_rate__lte=F("maximum_interest_rate")),
                name="%(class)s_rates",
                violation_error_message="利率の下限は上限以下にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(minimum_cover_percent__isnull=True) | Q(collateral_above_amount__isnull=False),
                name="%(class)s_cover",
                violation_error_message="保全の割合を定めるときは、担保を要する金額も入れてください（すべてなら 0）。",
            ),
        ]

    def __str__(self):
        day = self.effective_on
        return f"{self.title}（{day.year}年{day.month}月{day.day}日から）"

    @classmethod
    @once_while_reading
    def on(cls, day):
        """その日に効力のある版。なければ None。"""
        return _on(cls, day)

    def cite(self, article_field: str) -> str:
        """よりどころの引き方: 金融事業規程 第8条（第312回理事会 第3号議案）。"""
        article = getattr(self, article_field)
        return f"{self.title} {article}（{self.citation}）" if article else f"{self.title}（{self.citation}）"

    def clean(self):
        """基準を入れたら、その条も書く。"""
        super().clean()
        missing = {
            group.article: "基準のよりどころの条を書いてください（例: 第8条第2項）。"
            for group in PARAMETER_GROUPS
            if not getattr(self, group.article) and any(self.states(name) for name in group.fields)
        }
        if missing:
            raise ValidationError(missing)

    def states(self, name: str) -> bool:
        """この基準を定めているか。"""
        return getattr(self, name) not in (None, "", False)

    def told(self, field) -> str:
        parameters = {name for group in PARAMETER_GROUPS for name in group.fields}
        return self.shown(field.name) if field.name in parameters else super().told(field)

    def shown(self, name: str) -> str:
        """基準の値を読む人の言葉で。空は「定めなし」。"""
        return show(self, self._meta.get_field(name)) if self.states(name) else NOTHING


class FinanceBylaw(LendingStandard):
    """規約（総会が定める金融事業の規約）の版。"""

    body_kind = BodyKind.GENERAL_MEETING

    class Meta(LendingStandard.Meta):
        verbose_name = "規約"
        verbose_name_plural = "規約"

    def get_absolute_url(self):
        return reverse("governance:bylaw", args=[self.pk])


class FinanceRule(LendingStandard):
    """規程（理事会が定める金融事業の規程）の版。"""

    body_kind = BodyKind.BOARD

    class Meta(LendingStandard.Meta):
        verbose_name = "規程"
        verbose_name_plural = "規程"

    def get_absolute_url(self):
        return reverse("governance:rule", args=[self.pk])
