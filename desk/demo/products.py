"""練習用の商品: 短期・長期の運転資金と設備資金。設備資金には前の版があり、来年度の版が承認を待つ。"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from coopfin import proposals
from coopfin.calc import days
from coopfin.models import User
from loans.enums import FeeKind, Instrument, LoanType, ProductForm, Purpose
from loans.models import Product, ProductDocument

#: どの申込にも要るもの（H2.2-d）
ALWAYS = (("financials", ""), ("profile", ""), ("use-of-funds", ""))
SHORT = (*ALWAYS, ("cash-flow", Purpose.WORKING), ("receivables", Purpose.WORKING))
LONG = (*ALWAYS, ("cash-flow", Purpose.WORKING), ("business-plan", Purpose.WORKING))
EQUIPMENT = (
    *ALWAYS, ("estimate", Purpose.EQUIPMENT), ("business-plan", Purpose.EQUIPMENT), ("cash-flow", Purpose.WORKING),
)  # fmt: skip


def make_products(users: dict[str, User], on: date) -> None:
    """商品を提案し、別の人が承認する。"""
    this_year = days.fiscal_year_start(on)
    earlier, next_year = days.add_months(this_year, -24), days.add_months(this_year, 12)
    rates = {"fee_kind": FeeKind.RATE_DAYS, "fee_rate": Decimal("0.2"), "maximum_damages_rate": Decimal("14.5")}
    deed = {**rates, "form": ProductForm.DEED, "methods": "equal_principal,equal_payment,bullet"}
    equipment = {
        **deed,
        "code": "setsubi",
        "name": "設備近代化資金",
        "summary": "機械・建物・車両などの設備と、それに伴う当座の運転資金。据置は工事と試運転の期間まで。",
        "purposes": "working,equipment",
        "maximum_amount": 50_000_000,
        "maximum_months": 180,
        "minimum_months": 12,
        "maximum_grace_months": 12,
        "interest_rate": Decimal("2.1"),
        "minimum_interest_rate": Decimal("1.5"),
        "maximum_interest_rate": Decimal("4"),
        "collateral_above_amount": 30_000_000,
        "minimum_cover_percent": 50,
        "collateral_policy": "買い入れる設備か、事業用の土地・建物。山林・農地・調整区域の土地は避ける。",
        "representative_required": True,
        "guarantor_policy": "法人は代表者。経営者保証に関するガイドラインに照らし、保証によらない道を先に考える。",
    }
    _approve(users, EQUIPMENT, {**equipment, "interest_rate": Decimal("1.9")}, earlier, "第288回理事会 第4号議案")
    _approve(users, EQUIPMENT, equipment, this_year, "第312回理事会 第4号議案")
    short = {
        **rates,
        "code": "tanki-unten",
        "name": "短期運転資金",
        "summary": "仕入・賞与・季節の資金など、一年のうちに売上代金の回収で返せるもの。",
        "form": ProductForm.BILL,
        "instrument": Instrument.PAPER,
        "purposes": "working",
        "maximum_amount": 30_000_000,
        "maximum_months": 12,
        "interest_rate": Decimal("2.475"),
        "minimum_interest_rate": Decimal("1.5"),
        "maximum_interest_rate": Decimal("8"),
        "representative_required": True,
    }
    _approve(users, SHORT, short, earlier, "第288回理事会 第4号議案")
    long = {
        **deed,
        "code": "choki-unten",
        "name": "長期運転資金",
        "summary": "増加運転資金など、利益の中から分けて返すもの。",
        "purposes": "working",
        "maximum_amount": 30_000_000,
        "maximum_months": 84,
        "maximum_grace_months": 6,
        "interest_rate": Decimal("2.1"),
        "minimum_interest_rate": Decimal("1.5"),
        "maximum_interest_rate": Decimal("4"),
        "representative_required": True,
    }
    _approve(users, LONG, long, earlier, "第288回理事会 第4号議案")
    _propose(users, EQUIPMENT, {**equipment, "maximum_amount": 60_000_000}, next_year, "第318回理事会 第3号議案")


def _propose(users, documents, values: dict, effective: date, source: str) -> Product:
    product = Product(**values, effective_on=effective, source=source, proposed_by=users["kanri"])
    product.full_clean()
    product.save()
    ProductDocument.objects.bulk_create(
        ProductDocument(product=product, kind_id=kind, purpose=purpose) for kind, purpose in documents
    )
    return product


def _approve(users, documents, values: dict, effective: date, source: str) -> None:
    product = _propose(users, documents, values, effective, source)
    proposals.approve(product, by=users["kitamura"], on=effective, permission="loans.approve_product")


def fitting(terms: dict, on: date) -> Product | None:
    """この条件に合う、その日に取り扱っている商品（なければ None）。"""
    if terms["loan_type"] == LoanType.BILL:
        code = "tanki-unten"
    else:
        code = "setsubi" if terms["purpose"] == Purpose.EQUIPMENT else "choki-unten"
    return Product.objects.offered(on).filter(code=code).first()
