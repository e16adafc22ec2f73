"""貸付の基準: what the bylaw or the rule allows, one criterion after the other; no database."""

from datetime import date
from decimal import Decimal

import pytest

from loans.criteria import Mend, Request, Standard, judge, stated

#: すべての項目を定めた規程
WHOLE = Standard(
    title="金融事業規程",
    purposes=frozenset({"working"}),
    maximum_amounts={"bill": 30_000_000, "deed": 50_000_000},
    maximum_months={"bill": 12, "deed": 120},
    methods=frozenset({"equal_principal", "equal_payment"}),
    maximum_grace_months=12,
    collateral_above_amount=10_000_000,
    minimum_cover_percent=50,
    guarantors_required=1,
    representative_required=True,
    minimum_interest_rate=Decimal("1.5"),
    maximum_interest_rate=Decimal("8"),
    maximum_fee_rate=Decimal("0.3"),
    maximum_damages_rate=Decimal("14.5"),
    sources={"amount": "金融事業規程 第3条（第312回理事会 第2号議案）"},
)


def request(**changes):
    """すべての基準をちょうど満たす申込。"""
    values = {
        "loan_type": "deed",
        "loan_type_label": "証書貸付",
        "purpose": "working",
        "purpose_label": "運転資金",
        "amount": 50_000_000,
        "disburse_on": date(2026, 11, 24),
        "maturity_on": date(2036, 11, 24),
        "interest_rate": Decimal("8"),
        "fee_rate": Decimal("0.3"),
        "method": "equal_principal",
        "method_label": "元金均等",
        "grace_months": 12,
        "secured": 25_000_000,
        "guarantors": 1,
        "is_corporate": True,
        "representative_stands": True,
        "damages_rate": Decimal("14.5"),
    }
    return Request(**{**values, **changes})


def missed(**changes):
    return [miss.criterion for miss in judge(request(**changes), WHOLE)]


def test_what_lies_exactly_on_every_limit_is_within_it():
    assert judge(request(), WHOLE) == []
    assert stated(WHOLE, request()) == 11


@pytest.mark.parametrize(
    ("changes", "criterion", "sentence"),
    [
        ({"purpose": "equipment", "purpose_label": "設備資金"}, "purpose",
         "使いみちの設備資金は、認められた使いみちにありません。"),
        ({"amount": 50_000_001, "secured": 50_000_000}, "amount",
         "金額 50,000,001円は、証書貸付の限度 50,000,000円を1円超えています。"),
        ({"loan_type": "bill", "loan_type_label": "手形貸付", "amount": 30_000_001, "method": "", "grace_months": 0,
          "maturity_on": date(2027, 11, 24)}, "amount",
         "金額 30,000,001円は、手形貸付の限度 30,000,000円を1円超えています。"),
        ({"maturity_on": date(2036, 11, 25)}, "term",
         "最終期日 2036年11月25日は、証書貸付の期間の限度 120か月（2036年11月24日まで）を過ぎます。"),
        ({"method": "bullet", "method_label": "期日一括"}, "method", "返済方法の期日一括は、認められた方法にありません。"),
        ({"grace_months": 13}, "grace", "据置 13か月は、限度の 12か月を超えています。"),
        ({"secured": 0}, "collateral",
         "10,000,000円を超える貸付には担保が要りますが、保全額のある担保が付いていません（金額 50,000,000円）。"),
        ({"secured": 24_999_999}, "collateral",
         "担保の保全額 24,999,999円は、10,000,000円を超える貸付に求める 25,000,000円（金額の50%）に1円足りません。"),
        ({"guarantors": 0}, "guarantors", "保証人は 1人以上が要りますが、いまは 0人です。"),
        ({"representative_stands": False}, "representative",
         "法人の代表者の保証がありません。保証を付けるか、保証人としない理由を記録してください。"),
        ({"interest_rate": Decimal("1.4999")}, "interest", "利率 年1.4999%は、下限の年1.5%に届きません。"),
        ({"interest_rate": Decimal("8.0001")}, "interest", "利率 年8.0001%は、上限の年8.0%を超えています。"),
        ({"fee_rate": Decimal("0.31")}, "fee", "転貸手数料 年0.31%は、上限の年0.3%を超えています。"),
        ({"damages_rate": Decimal("14.6")}, "damages", "方針の遅延損害金 年14.6%は、上限の年14.5%を超えています。"),
    ],
)  # fmt: skip
def test_each_criterion_says_the_number_and_the_limit(changes, criterion, sentence):
    (miss,) = judge(request(**changes), WHOLE)
    assert (miss.criterion, miss.text) == (criterion, sentence)


def test_every_criterion_that_fails_is_named_not_only_the_first():
    assert missed(amount=60_000_000, fee_rate=Decimal(1), guarantors=0, grace_months=24) == [
        "amount", "grace", "collateral", "guarantors", "fee",
    ]  # fmt: skip


def test_a_loan_up_to_the_amount_needs_no_collateral():
    assert missed(amount=10_000_000, secured=0) == []
    assert missed(amount=10_000_001, secured=0) == ["collateral"]


def test_collateral_for_every_loan_is_asked_for_without_an_amount():
    every = Standard(title="規約", collateral_above_amount=0)
    (miss,) = judge(request(amount=1, secured=0), every)
    assert miss.text.startswith("貸付には担保が要ります")


def test_a_recorded_reason_leaves_the_representative_to_the_board():
    (miss,) = judge(request(representative_stands=False, representative_excused=True), WHOLE)
    assert miss.advisory
    assert "理事会が判断します" in miss.text
    assert missed(representative_stands=False, is_corporate=False) == []


def test_what_the_standard_does_not_say_is_not_tested():
    silent = Standard(title="金融事業規約")
    assert judge(request(amount=10**12, secured=0, guarantors=0, interest_rate=Decimal(99)), silent) == []
    assert stated(silent, request()) == 0


def test_the_source_is_the_article_and_where_it_is_mended():
    amount, fee = judge(request(amount=60_000_000, secured=60_000_000, fee_rate=Decimal(1)), WHOLE)
    assert amount.source == "金融事業規程 第3条（第312回理事会 第2号議案）"
    assert fee.source == "金融事業規程"
    assert amount.mend == Mend.TERMS


def test_a_term_at_the_end_of_a_month_is_counted_to_its_last_day():
    terms = {"loan_type": "bill", "loan_type_label": "手形貸付", "amount": 1, "secured": 1, "method": ""}
    assert missed(disburse_on=date(2027, 2, 28), maturity_on=date(2028, 2, 28), **terms) == []
    assert missed(disburse_on=date(2027, 2, 28), maturity_on=date(2028, 2, 29), **terms) == ["term"]
