"""定款・規約・規程・商品に照らす: 申込に当てる版と、満たさない基準の文（H2.1-a・b、H2.2-a）。

比べる計算は loans.criteria にあり、ここは版と申込を読み、直す所を添えて確認事項にする。
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.urls import reverse

from coopfin.flow import Finding, block, passed, warn
from coopfin.handbook import follows
from coopfin.models import Policy
from governance.enums import FinanceBusiness
from governance.models import ArticlesClause, FinanceBylaw, FinanceRule, LendingStandard
from loans import coverage, instructions, protection
from loans.criteria import Mend, Request, Standard, judge, stated
from loans.enums import EDITABLE_STATES, FeeKind, LoanType, Purpose
from loans.models import Product
from members.enums import MemberKind

ARTICLES_SOURCE = "中小企業等協同組合法 9条の2・51条（手引き 第2章1 a）"
STANDARD_SOURCE = "手引き 第2章1 b"

#: 基準の名 → その条を書いてある欄
ARTICLE_OF = {
    "purpose": "purpose_article",
    "amount": "amount_article",
    "term": "term_article",
    "method": "method_article",
    "grace": "method_article",
    "collateral": "collateral_article",
    "guarantors": "guarantor_article",
    "representative": "guarantor_article",
    "interest": "interest_article",
    "fee": "fee_article",
    "damages": "damages_article",
}


# --- 版 ------------------------------------------------------------------------------------


def standards_of(application, on: date) -> list[LendingStandard | Product]:
    """この申込に当てる基準のすべて: 規約、規程、選んだ商品の版。"""
    return [*versions(application, on), *([application.product] if application.product_id else [])]


def versions(application, on: date) -> list[LendingStandard]:
    """この申込に当てる規約と規程。受け付けた日に効力のあるもの。

    受付のときにまだなかったものは、そのあと初めて効力を持った版を当てる。
    """
    found = [_version(application, name, model, on) for name, model in (("bylaw", FinanceBylaw), ("rule", FinanceRule))]
    return [version for version in found if version is not None]


def _version(application, name: str, model, on: date):
    fixed = getattr(application, name) if getattr(application, f"{name}_id") else None
    return fixed or (application.received_on and model.on(application.received_on)) or model.on(on)


def settle(application, on: date) -> None:
    """当てる版を固める（保存は呼んだ操作がする）。一度固めたものは変わらない。"""
    application.bylaw = _version(application, "bylaw", FinanceBylaw, on)
    application.rule = _version(application, "rule", FinanceRule, on)


def standard_of(version: LendingStandard | Product) -> Standard:
    """版を、純粋な計算の形に。"""
    if isinstance(version, Product):
        return _standard_of_product(version)

    def by_type(what: str) -> dict[str, int]:
        values = {kind: getattr(version, f"{kind}_maximum_{what}", None) for kind in LoanType.values}
        return {kind: value for kind, value in values.items() if value is not None}

    def codes(text: str) -> frozenset[str]:
        return frozenset(code for code in text.split(",") if code)

    return Standard(
        title=version.title,
        purposes=codes(version.purposes),
        maximum_amounts=by_type("amount"),
        maximum_months=by_type("months"),
        methods=codes(version.methods),
        maximum_grace_months=version.maximum_grace_months,
        collateral_above_amount=version.collateral_above_amount,
        minimum_cover_percent=version.minimum_cover_percent,
        guarantors_required=version.guarantors_required,
        representative_required=version.representative_required,
        minimum_interest_rate=version.minimum_interest_rate,
        maximum_interest_rate=version.maximum_interest_rate,
        maximum_fee_rate=version.maximum_fee_rate,
        maximum_damages_rate=version.maximum_damages_rate,
        sources={criterion: version.cite(article) for criterion, article in ARTICLE_OF.items()},
    )


def _standard_of_product(product: Product) -> Standard:
    """商品の版を、規約・規程と同じ形に。手数料は、率×日数の商品ならその率まで、ほかの商品では率の手数料を取らない。"""
    low, high = product.rate_bounds
    return Standard(
        title=product.title,
        form=product.form,
        form_label=product.get_form_display(),
        purposes=product.purpose_codes,
        minimum_amount=product.minimum_amount,
        maximum_amounts={product.form: product.maximum_amount},
        minimum_months=product.minimum_months,
        maximum_months={product.form: product.maximum_months},
        methods=frozenset(code for code in product.methods.split(",") if code),
        maximum_grace_months=product.maximum_grace_months,
        collateral_above_amount=product.collateral_above_amount,
        minimum_cover_percent=product.minimum_cover_percent,
        guarantors_required=product.guarantors_required,
        representative_required=product.representative_required,
        minimum_interest_rate=low,
        maximum_interest_rate=high,
        maximum_fee_rate=product.fee_rate if product.fee_kind == FeeKind.RATE_DAYS else Decimal(0),
        maximum_damages_rate=product.maximum_damages_rate,
        sources=dict.fromkeys(("form", *ARTICLE_OF), product.cite()),
    )


def request_of(application, on: date) -> Request:
    """申込を、純粋な計算の形に。まだ保存していない申込（試算）では、担保も保証人もまだない。"""
    policy = application.policy or Policy.on(on)
    links = coverage.guarantee_links(application)
    member = application.member
    other = next((code for code in application.purpose_parts if code and code != application.purpose), "")
    return Request(
        loan_type=application.loan_type,
        loan_type_label=application.get_loan_type_display(),
        purpose=application.purpose,
        purpose_label=application.get_purpose_display(),
        other_purpose=other,
        other_purpose_label=Purpose(other).label if other else "",
        amount=application.amount,
        disburse_on=application.disburse_on,
        maturity_on=application.maturity_on,
        interest_rate=application.interest_rate,
        fee_rate=application.fee_rate,
        method=application.method,
        method_label=application.get_method_display() if application.method else "",
        grace_months=(application.grace_installments or 0) * (application.interval_months or 0),
        secured=protection.cover_of(application).secured,
        guarantors=len(links),
        is_corporate=member.kind == MemberKind.CORPORATE,
        representative_stands=coverage.representative_stands(member, links),
        representative_excused=coverage.representative_waived(application),
        damages_rate=policy.damages_rate if policy else None,
    )


# --- 確認事項 ------------------------------------------------------------------------------


def standard_findings(application, on: date, *, without: str = "block", only: frozenset[Mend] | None = None):
    """基準の確認事項。満たさないものは一つずつ。only を渡すと、そこで直せるものだけを言う（申込の試算）。"""
    found: list[Finding] = []
    standards = standards_of(application, on)
    if not versions(application, on):
        say = block if without == "block" else warn
        found.append(
            say(
                "申込に当てる規約・規程がありません。登録して別の人が承認するまで、申込の承認はできません。",
                STANDARD_SOURCE,
                url=reverse("governance:rules"),
                url_label="規約・規程を見る",
                code="no-standard",
            )
        )
    request = request_of(application, on) if standards else None
    given = instructions.Instructions(application)
    for version in standards:
        standard = standard_of(version)
        misses = [miss for miss in judge(request, standard) if only is None or miss.mend in only]
        for miss in misses:
            finding = _missed(application, miss)
            escalates = finding.blocks and instructions.may_be_escalated(version)
            found.append(given.judged(finding) if escalates else finding)
        count = stated(standard, request)
        if not misses and only is None and count:
            found.append(
                passed(
                    f"{version.title}の基準（{count}項目）を満たしています。",
                    version.citation,
                    url=version.get_absolute_url(),
                    url_label="この版を読む",
                    code="standard",
                )
            )
    return found


def _missed(application, miss) -> Finding:
    """満たさない基準の確認事項。"""
    url, label = _mend(application, miss.mend)
    say = warn if miss.advisory else block
    return say(miss.text, miss.source, url=url, url_label=label, code=f"standard-{miss.criterion}")


def misses_to_escalate(application, on: date) -> tuple[list[Finding], list[Finding]]:
    """理事長の指示を求める点と、指示では進められない点（総会の規約）。「進める」と指示された点は入らない。"""
    ask, beyond, given = [], [], instructions.Instructions(application)
    standards = standards_of(application, on)
    request = request_of(application, on) if standards else None
    for version in standards:
        found = [_missed(application, miss) for miss in judge(request, standard_of(version))]
        blocking = [finding for finding in found if finding.blocks]
        if instructions.may_be_escalated(version):
            ask += [finding for finding in blocking if given.judged(finding).blocks]
        else:
            beyond += blocking
    return ask, beyond


def _mend(application, mend: Mend) -> tuple[str, str]:
    """直すページと、その言葉。もう直せない段では、差し戻してから直す。"""
    if mend == Mend.POLICY:
        return reverse("governance:policy"), "方針を見る"
    if application.pk is None:
        return "", ""
    if application.state not in EDITABLE_STATES:
        return reverse("loans:return", args=[application.pk]), "差し戻して直す"
    page, label = {
        Mend.TERMS: ("edit", "条件を直す"),
        Mend.COLLATERAL: ("security_add", "担保を付ける"),
        Mend.GUARANTORS: ("guarantee_add", "保証人を付ける"),
    }[mend]
    return reverse(f"loans:{page}", args=[application.pk]), label


def product_findings(application, on: date) -> list[Finding]:
    """商品（H2.1-b）。最初の商品が承認されたあとに受け付ける申込は、その日に取り扱う商品を選んでいること。"""
    url, label = _mend(application, Mend.TERMS)
    page = {"url": url, "url_label": label, "code": "product"}
    product = application.product if application.product_id else None
    if product is None:
        if application.received_on or not Product.objects.newest(on).exists():
            return []
        return [block("商品が選ばれていません。今日取り扱っている商品から選んでください。", STANDARD_SOURCE, **page)]
    if product.unhandled:
        return [block(product.unhandled, product.cite(), **page)]
    if application.received_on is None and not product.is_offered(on):
        text = f"{product}は、今日は取り扱っていません。今日取り扱っている商品から選び直してください。"
        return [block(text, STANDARD_SOURCE, **page)]
    return []


def fee_finding(application, on: date):
    """方針が手数料を受け取らないと決めているのに、手数料のある申込。"""
    policy = application.policy or Policy.on(on)
    if policy is not None and policy.fee_mode == Policy.FeeMode.NONE and application.fee_rate:
        url, label = _mend(application, Mend.TERMS)
        yield block(
            "方針では転貸手数料を受け取りません。手数料を 0 にしてください。",
            policy.source,
            url=url,
            url_label=label,
            code="fee-mode",
        )


def articles_findings(on: date, *, level: str = "block") -> list[Finding]:
    """貸付を行うための定款の条項（H2.1-a）。認可書が届き、登記が済むまで、貸付はできない。"""
    clause = ArticlesClause.on(FinanceBusiness.LENDING, on)
    if clause is not None:
        return [
            passed(
                f"貸付の条項（{clause.article}）が効力を持っています。", f"{clause.authority}の認可", code="articles"
            )
        ]
    say = block if level == "block" else warn
    return [
        say(
            "貸付を行うための定款の条項が、まだ効力を持っていません。総会の特別議決・行政庁の認可・登記を経た条項を"
            "登録し、別の人が承認してください。それまで、申込の承認・契約・実行はできません。",
            ARTICLES_SOURCE,
            url=reverse("governance:articles"),
            url_label="定款の条項を見る",
            code="no-articles",
        )
    ]


# --- 流れの表に並ぶ確認 --------------------------------------------------------------------


@follows("H2.1-a")
def articles_at_receipt(application, *, by, on, **given):
    """定款の条項は、受付では注意にとどめる。"""
    yield from articles_findings(on, level="warn")


@follows("H2.1-a")
def articles(application, *, by, on, **given):
    """定款の条項が、承認・契約・実行の日に効力を持っていること。"""
    yield from articles_findings(on)


@follows("H2.1-b", "H2.2-a")
def standards_at_receipt(application, *, by, on, **given):
    """規約・規程の基準を、受付と付議で確かめる。満たさないものはすべて断り、規約・規程がないときは注意にとどめる。"""
    yield from product_findings(application, on)
    yield from standard_findings(application, on, without="warn")
    yield from fee_finding(application, on)


@follows("H2.1-b", "H2.2-a")
def standards(application, *, by, on, **given):
    """規約・規程の基準を、承認で確かめる。満たさない基準も、規約・規程がないことも断る。"""
    yield from standard_findings(application, on)
    yield from fee_finding(application, on)
