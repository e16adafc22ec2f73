"""貸付の基準（計算のみ）: what is asked for, held against the bylaw, the rule and the product in force at receipt
(H2.1-b, H2.2-a).

Every criterion that is not met is named, not only the first. A criterion the standard does not state is not tested.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from coopfin.calc import days
from coopfin.calc.yen import group, rate_text


class Mend(StrEnum):
    """直す所: where the clerk puts it right."""

    TERMS = "terms"
    COLLATERAL = "collateral"
    GUARANTORS = "guarantors"
    POLICY = "policy"


@dataclass(frozen=True, kw_only=True)
class Standard:
    """規約・規程・商品の基準: None or empty means the standard does not say. `sources` cites the article per criterion."""

    title: str
    #: 商品の形式（これだけ）
    form: str = ""
    form_label: str = ""
    purposes: frozenset[str] = frozenset()
    minimum_amount: int | None = None
    minimum_months: int | None = None
    maximum_amounts: Mapping[str, int] = field(default_factory=dict)
    maximum_months: Mapping[str, int] = field(default_factory=dict)
    methods: frozenset[str] = frozenset()
    maximum_grace_months: int | None = None
    collateral_above_amount: int | None = None
    minimum_cover_percent: int | None = None
    guarantors_required: int | None = None
    representative_required: bool = False
    minimum_interest_rate: Decimal | None = None
    maximum_interest_rate: Decimal | None = None
    maximum_fee_rate: Decimal | None = None
    maximum_damages_rate: Decimal | None = None
    sources: Mapping[str, str] = field(default_factory=dict)

    def source(self, criterion: str) -> str:
        return self.sources.get(criterion, self.title)


@dataclass(frozen=True, kw_only=True)
class Request:
    """申込の条件: yen, percent per year. `secured` is what the collateral covers."""

    loan_type: str
    loan_type_label: str
    purpose: str
    purpose_label: str
    amount: int
    disburse_on: date
    maturity_on: date
    interest_rate: Decimal
    fee_rate: Decimal
    #: 両方に使う申込の、もう一つの使いみち
    other_purpose: str = ""
    other_purpose_label: str = ""
    method: str = ""
    method_label: str = ""
    grace_months: int = 0
    secured: int = 0
    guarantors: int = 0
    is_corporate: bool = False
    representative_stands: bool = False
    #: 代表者を保証人としない理由が記録されている（経営者保証に関するガイドライン）
    representative_excused: bool = False
    damages_rate: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Miss:
    """満たさない基準: the sentence with the number and the limit, and what it rests on."""

    criterion: str
    text: str
    source: str
    mend: Mend
    #: 断るのではなく、理事会の判断に委ねる
    advisory: bool = False


def judge(request: Request, standard: Standard) -> list[Miss]:
    """満たさない基準のすべて。"""
    return [
        Miss(
            criterion=criterion, text=text, source=standard.source(criterion), mend=mend,
            advisory=criterion == "representative" and request.representative_excused,
        )
        for criterion, mend, check in CRITERIA
        for text in check(request, standard)
    ]  # fmt: skip


def stated(standard: Standard, request: Request) -> int:
    """この申込に当てはめた基準の数。"""
    return sum(
        (
            bool(standard.form),
            bool(standard.purposes),
            request.loan_type in standard.maximum_amounts or standard.minimum_amount is not None,
            request.loan_type in standard.maximum_months or standard.minimum_months is not None,
            bool(standard.methods and request.method),
            standard.maximum_grace_months is not None and bool(request.method),
            standard.collateral_above_amount is not None,
            standard.guarantors_required is not None,
            standard.representative_required and request.is_corporate,
            standard.minimum_interest_rate is not None or standard.maximum_interest_rate is not None,
            standard.maximum_fee_rate is not None,
            standard.maximum_damages_rate is not None and request.damages_rate is not None,
        )
    )


def _form(request: Request, standard: Standard) -> Iterable[str]:
    if standard.form and request.loan_type != standard.form:
        yield f"形式の{request.loan_type_label}は、{standard.title}の{standard.form_label}と違います。"


def _purpose(request: Request, standard: Standard) -> Iterable[str]:
    asked = ((request.purpose, request.purpose_label), (request.other_purpose, request.other_purpose_label))
    for purpose, label in asked:
        if standard.purposes and purpose and purpose not in standard.purposes:
            yield f"使いみちの{label}は、認められた使いみちにありません。"


def _amount(request: Request, standard: Standard) -> Iterable[str]:
    limit = standard.maximum_amounts.get(request.loan_type)
    if limit is not None and request.amount > limit:
        yield (
            f"金額 {group(request.amount)}円は、{request.loan_type_label}の限度 {group(limit)}円を"
            f"{group(request.amount - limit)}円超えています。"
        )
    least = standard.minimum_amount
    if least is not None and request.amount < least:
        yield f"金額 {group(request.amount)}円は、下限の {group(least)}円に{group(least - request.amount)}円届きません。"


def _term(request: Request, standard: Standard) -> Iterable[str]:
    if standard.minimum_months is not None:
        first = days.add_months(request.disburse_on, standard.minimum_months)
        if request.maturity_on < first:
            yield (
                f"最終期日 {_day(request.maturity_on)}は、期間の下限 {standard.minimum_months}か月"
                f"（{_day(first)}から）に届きません。"
            )
    months = standard.maximum_months.get(request.loan_type)
    if months is None:
        return
    last = days.add_months(request.disburse_on, months)
    if request.maturity_on > last:
        yield (
            f"最終期日 {_day(request.maturity_on)}は、{request.loan_type_label}の期間の限度 {months}か月"
            f"（{_day(last)}まで）を過ぎます。"
        )


def _method(request: Request, standard: Standard) -> Iterable[str]:
    if standard.methods and request.method and request.method not in standard.methods:
        yield f"返済方法の{request.method_label}は、認められた方法にありません。"


def _grace(request: Request, standard: Standard) -> Iterable[str]:
    limit = standard.maximum_grace_months
    if limit is not None and request.grace_months > limit:
        yield f"据置 {request.grace_months}か月は、限度の {limit}か月を超えています。"


def _collateral(request: Request, standard: Standard) -> Iterable[str]:
    above, percent = standard.collateral_above_amount, standard.minimum_cover_percent
    if above is None or request.amount <= above:
        return
    why = f"{group(above)}円を超える貸付" if above else "貸付"
    if request.secured <= 0:
        yield f"{why}には担保が要りますが、保全額のある担保が付いていません（金額 {group(request.amount)}円）。"
    elif percent is not None and request.secured * 100 < request.amount * percent:
        needed = -(-request.amount * percent // 100)
        yield (
            f"担保の保全額 {group(request.secured)}円は、{why}に求める {group(needed)}円（金額の{percent}%）に"
            f"{group(needed - request.secured)}円足りません。"
        )


def _guarantors(request: Request, standard: Standard) -> Iterable[str]:
    required = standard.guarantors_required
    if required is not None and request.guarantors < required:
        yield f"保証人は {required}人以上が要りますが、いまは {request.guarantors}人です。"


def _representative(request: Request, standard: Standard) -> Iterable[str]:
    if standard.representative_required and request.is_corporate and not request.representative_stands:
        if request.representative_excused:
            yield "代表者の保証がありません。保証人としない理由が記録されているので、理事会が判断します。"
        else:
            yield "法人の代表者の保証がありません。保証を付けるか、保証人としない理由を記録してください。"


def _interest(request: Request, standard: Standard) -> Iterable[str]:
    low, high = standard.minimum_interest_rate, standard.maximum_interest_rate
    if low is not None and request.interest_rate < low:
        yield f"利率 年{rate_text(request.interest_rate)}%は、下限の年{rate_text(low)}%に届きません。"
    if high is not None and request.interest_rate > high:
        yield f"利率 年{rate_text(request.interest_rate)}%は、上限の年{rate_text(high)}%を超えています。"


def _fee(request: Request, standard: Standard) -> Iterable[str]:
    limit = standard.maximum_fee_rate
    if limit is not None and request.fee_rate > limit:
        yield f"転貸手数料 年{rate_text(request.fee_rate)}%は、上限の年{rate_text(limit)}%を超えています。"


def _damages(request: Request, standard: Standard) -> Iterable[str]:
    limit = standard.maximum_damages_rate
    if limit is not None and request.damages_rate is not None and request.damages_rate > limit:
        yield f"方針の遅延損害金 年{rate_text(request.damages_rate)}%は、上限の年{rate_text(limit)}%を超えています。"


#: 基準の名、直す所、確かめる関数。名はよりどころ（Standard.sources）の鍵になる。
CRITERIA = (
    ("form", Mend.TERMS, _form),
    ("purpose", Mend.TERMS, _purpose),
    ("amount", Mend.TERMS, _amount),
    ("term", Mend.TERMS, _term),
    ("method", Mend.TERMS, _method),
    ("grace", Mend.TERMS, _grace),
    ("collateral", Mend.COLLATERAL, _collateral),
    ("guarantors", Mend.GUARANTORS, _guarantors),
    ("representative", Mend.GUARANTORS, _representative),
    ("interest", Mend.TERMS, _interest),
    ("fee", Mend.TERMS, _fee),
    ("damages", Mend.POLICY, _damages),
)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
