"""付議の写し: 条件・担保・保証・実態把握・書類を、そのときの言葉のまま JSON に残す。あとで違いを示すため（H2.4-g）。

欄は名前から集めるので、申込や実態把握に欄が増えれば写しにも入る。別の表に書く面は register で足す。
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.db import models

from coopfin.fields import CodesField, RateField, YenField
from documents.models import Upload
from loans import coverage, protection
from loans.changes import Part
from loans.models import (
    Application,
    BankRelation,
    BillParty,
    FundSource,
    FundUse,
    GuaranteeReview,
    Investigation,
    RepaymentCapacity,
    WorksheetAnswer,
)
from loans.worksheet import QUESTIONS

#: 手続が付ける欄（申込の内容ではない）
OF_THE_PROCEDURE = frozenset(
    {
        "id", "member", "state", "fiscal_year", "sequence", "number", "created_by", "received_by", "received_on",
        "policy", "bylaw", "rule", "approved_on", "approval_expires_on", "decided_by", "entered_state_on", "version",
        "created_at", "previous", "instructed_by", "signed_form", "requested_amount", "requested_maturity_on",
        "requested_interest_rate",
    }
)  # fmt: skip
#: だれがいつ書いたか（書かれたことではない）
OF_THE_RECORD = frozenset(
    {
        "id", "application", "investigated_by", "updated_on", "figured_by", "figured_on", "comment", "commented_by",
        "commented_on", "recorded_by", "recorded_on", "explained_by",
    }
)  # fmt: skip

#: part(application) → 面、または None
PartSource = Callable[[Application], Part | None]
_sources: list[PartSource] = []


def register(source: PartSource) -> PartSource:
    _sources.append(source)
    return source


def of(application: Application) -> list[Part]:
    """いまの写し。"""
    return [part for source in _sources if (part := source(application)) is not None]


def part(key: str, title: str, rows: Iterator[tuple[str, str, str]]) -> Part:
    """面一つ。空の行は残さない。"""
    return {
        "key": key,
        "title": title,
        "rows": [{"key": str(name), "label": label, "value": value} for name, label, value in rows if value],
    }


def _fields(obj: models.Model, left_out: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    for field in obj._meta.concrete_fields:
        if field.name not in left_out:
            yield field.name, str(field.verbose_name), in_words(obj, field)


def in_words(obj: models.Model, field: models.Field) -> str:
    """欄の値を、読む言葉で（空なら空の文）。"""
    value = getattr(obj, field.name)
    if value is None or value == "":
        return ""
    if field.choices:
        return str(getattr(obj, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(field, CodesField):
        return field.labels(value)
    if isinstance(field, YenField):
        return f"{value:,}円"
    if isinstance(field, RateField) or isinstance(value, Decimal):
        return f"{Decimal(value).normalize():f}%"
    return _day(value) if isinstance(value, date) else str(value)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@register
def terms(application: Application) -> Part:
    return part("terms", "申込の内容", _fields(application, OF_THE_PROCEDURE))


@register
def plan(application: Application) -> Part:
    """資金使途の明細・ほかの資金・金融機関との取引。"""

    def rows():
        for model in (FundUse, FundSource, BankRelation, BillParty):
            for row in model.objects.filter(application=application):
                yield f"{model._meta.model_name}-{row.pk}", str(model._meta.verbose_name), str(row)

    return part("plan", "資金計画", rows())


@register
def collateral(application: Application) -> Part:
    def rows():
        for row in protection.cover_of(application).rows:
            value = (
                f"{row.label}、債権額・極度額 {row.amount:,}円、評価 {row.appraised:,}円、"
                f"先順位 {row.seniors:,}円、保全額 {row.cover:,}円"
            )
            # 委員・理事も読むので、個人の物件は所在を書かない（ドメイン E）。
            yield row.interest.pk, coverage.told(row.asset), value

    return part("collateral", "担保", rows())


@register
def guarantees(application: Application) -> Part:
    def rows():
        for link in coverage.guarantee_links(application):
            guarantee = link.guarantee
            parts = [guarantee.relation_label, guarantee.get_scope_display()]
            if guarantee.maximum_amount:
                parts.append(f"極度額 {guarantee.maximum_amount:,}円")
            if guarantee.deed_on:
                parts.append(f"公正証書 {_day(guarantee.deed_on)}")
            if guarantee.informed_on:
                parts.append(f"情報提供 {_day(guarantee.informed_on)}")
            yield guarantee.pk, str(guarantee.guarantor), "、".join(parts)

    return part("guarantees", "保証", rows())


@register
def guarantee_review(application: Application) -> Part | None:
    """経営者保証の検討: 三つの要件の見方と、決めたこと・説明。"""
    review = GuaranteeReview.objects.filter(application=application).first()
    if review is None:
        return None

    def rows():
        for finding in review.findings.all():
            told = f"{finding.get_verdict_display()}　{finding.finding}（{finding.evidence}）"
            yield f"finding-{finding.criterion}", finding.get_criterion_display(), told
        yield from _fields(review, OF_THE_RECORD)

    return part("guarantee_review", "経営者保証の検討", rows())


@register
def investigation(application: Application) -> Part | None:
    written = Investigation.objects.filter(application=application).first()
    return None if written is None else part("investigation", "実態把握", _fields(written, OF_THE_RECORD))


@register
def worksheet(application: Application) -> Part:
    """調査書の、問いごとのいまの答え。"""

    def rows():
        for answer in WorksheetAnswer.objects.current().filter(application=application).order_by("pk"):
            question = QUESTIONS.get(answer.question)
            if question is None:
                continue
            amount = "" if answer.amount is None else f"{answer.amount:,}円"
            given = [
                "該当なし" if answer.not_applicable else "",
                question.choice_label(answer.choice),
                amount,
                answer.text,
            ]
            yield answer.question, question.label, "　".join(value for value in given if value)

    return part("worksheet", "調査書", rows())


@register
def capacity(application: Application) -> Part | None:
    """返済の力の試算に使った数。委員会の意見は、付議のあとに書かれるので写さない。"""
    written = RepaymentCapacity.objects.filter(application=application).select_related("cash_plan").first()
    return None if written is None else part("capacity", "返済の力", _fields(written, OF_THE_RECORD))


@register
def checklist(application: Application) -> Part:
    """必要書類の、一行ずつの受け取り方。"""

    def told(row):
        if row.waived_on:
            yield f"{_day(row.waived_on)} 省略（{row.waiver_reason}）"
        if row.received_on is None:
            yield "" if row.waived_on else "未受領"
            return
        yield f"{_day(row.received_on)} 受領"
        yield f"原本 {_day(row.original_seen_on)}" if row.original_seen_on else ""
        yield f"有効期限 {_day(row.expires_on)}" if row.expires_on else ""
        yield f"原本を返却 {_day(row.returned_on)}" if row.returned_on else ""

    wanted = application.required_documents.all()
    return part("checklist", "必要書類", ((row.pk, row.name, "、".join(filter(None, told(row)))) for row in wanted))


@register
def documents(application: Application) -> Part:
    content_type = ContentType.objects.get_for_model(Application)
    received = Upload.objects.filter(content_type=content_type, object_id=application.pk).order_by("pk")
    rows = ((upload.pk, upload.kind, upload.filename) for upload in received.defer("content"))
    return part("documents", "受け取った書類", rows)
