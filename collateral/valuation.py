"""担保評価（計算のみ）: what a security is worth to us after haircut and senior liens (handbook ch. 2-2, Q&A 3).

Whole yen; ratios (掛目) in percent. Every result explains itself.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from coopfin.calc.yen import Explanation, ImpossibleTerms, exact, group, percent_amount, percent_of, rate_text


class LienKind(StrEnum):
    """先順位の種類: 普通抵当 secures one claim, 根抵当 dealings up to its 極度額; the others count as their claim."""

    MORTGAGE = "mortgage"
    REVOLVING = "revolving"
    TAX = "tax"
    ENTERPRISE = "enterprise"
    OTHER = "other"


LIEN_LABELS = {
    LienKind.MORTGAGE: "普通抵当",
    LienKind.REVOLVING: "根抵当",
    LienKind.TAX: "租税",
    LienKind.ENTERPRISE: "企業価値担保権",
    LienKind.OTHER: "先順位の権利",
}


@dataclass(frozen=True, kw_only=True)
class SeniorLien:
    """先順位担保権: `registered` 債権額 or 極度額, `balance` as confirmed."""

    kind: str
    registered: int
    balance: int | None = None
    holder: str = ""

    @property
    def deduction(self):
        """控除額: a 根抵当 its whole 極度額 a 抵当 its confirmed balance, else as registered."""
        if LienKind(self.kind) is LienKind.REVOLVING or self.balance is None:
            return self.registered
        return self.balance

    @property
    def reason(self):
        """控除の理由."""
        if LienKind(self.kind) is LienKind.REVOLVING:
            return "根抵当の極度額"
        name = "抵当" if LienKind(self.kind) is LienKind.MORTGAGE else LIEN_LABELS[LienKind(self.kind)]
        return f"{name}の登記債権額（残高未確認）" if self.balance is None else f"{name}の確認済残高"


@dataclass(frozen=True, kw_only=True)
class Cover:
    """担保余力と保全額: yen."""

    lending_value: int
    margin: int
    cover: int
    explanation: tuple[Explanation, ...]


@dataclass(frozen=True, kw_only=True)
class Protection:
    """保全状況: how much of an exposure is secured; `ratio` in percent with one decimal, None without exposure."""

    exposure: int
    secured: int
    unsecured: int
    ratio: str | None
    explanation: tuple[Explanation, ...]


@dataclass(frozen=True, kw_only=True)
class JointAllocation:
    """先順位共同抵当の割付: what each property bears of a senior joint mortgage, in the order of the properties."""

    allocated: tuple[int, ...]
    explanation: tuple[Explanation, ...]


def lending_value(appraised, ratio):
    """担保評価額: ⌊appraised × 掛目 ÷ 100⌋."""
    _not_negative(評価額=appraised)
    if not 0 <= exact(ratio) <= 100:
        raise ImpossibleTerms("掛目は0%から100%までにしてください。")
    return percent_amount(appraised, ratio)


def share_lending_value(shares, current, low_3y, ratio):
    """株式の担保評価額: the lower of today's price and the low of three years, × number × 掛目 (handbook Q&A 3)."""
    _not_negative(株数=shares, 現在値=current, 底値=low_3y)
    return lending_value(shares * min(current, low_3y), ratio)


def value_after_seniors(value, seniors=()):
    """担保余力: the lending value less all senior liens, never below zero."""
    return max(0, value - sum(lien.deduction for lien in seniors))


def cover(appraised, ratio, seniors=(), our_amount=None):
    """保全額: min(余力, our 極度額 or 債権額); without `our_amount` the whole margin covers."""
    value = lending_value(appraised, ratio)
    rows = [
        Explanation(
            "担保評価額", f"{group(appraised)}円 × 掛目{rate_text(ratio)}% = {group(value)}円（円未満切捨て）", value
        )
    ]
    return _cover(value, seniors, our_amount, rows)


def cover_of_shares(shares, current, low_3y, ratio, seniors=(), our_amount=None):
    """株式の保全額."""
    value = share_lending_value(shares, current, low_3y, ratio)
    price = min(current, low_3y)
    formula = (
        f"{group(shares)}株 × {group(price)}円（現在値と3年底値の低い方） × 掛目{rate_text(ratio)}% = {group(value)}円"
    )
    return _cover(value, seniors, our_amount, [Explanation("担保評価額", formula, value)])


def _cover(value, seniors, our_amount, rows):
    seniors = tuple(seniors)
    margin = value_after_seniors(value, seniors)
    for lien in seniors:
        rows.append(Explanation("先順位", f"{lien.reason} △{group(lien.deduction)}円", -lien.deduction))
    rows.append(Explanation("担保余力", f"評価額から先順位を引いて {group(margin)}円", margin))
    covered = margin
    if our_amount is not None:
        _not_negative(極度額=our_amount)
        covered = min(margin, our_amount)
        rows.append(
            Explanation(
                "保全額",
                f"余力{group(margin)}円と極度額・債権額{group(our_amount)}円の低い方 = {group(covered)}円",
                covered,
            )
        )
    return Cover(lending_value=value, margin=margin, cover=covered, explanation=tuple(rows))


def joint_cover(margins, maximum):
    """共同根抵当の保全額: the maximum amount counts once over all properties (民法398条の16)."""
    _not_negative(極度額=maximum)
    return min(maximum, sum(margins))


def joint_shares(margins, maximum):
    """共同担保の内訳: what each property bears of one claim, in their order; together the `joint_cover`, never twice."""
    left, shares = joint_cover(margins, maximum), []
    for margin in margins:
        shares.append(min(margin, left))
        left -= shares[-1]
    return tuple(shares)


def draw(capacities, exposures, pairs):
    """保全の割当: which item covers how much of which loan, a yen of cover counted once and a yen of debt covered once.

    `capacities` (item → yen) and `exposures` (loan → yen); `pairs` (item, loan) in the order in which they are served.
    Returns (item, loan) → yen, without the empty ones.
    """
    for name, amounts in (("保全額", capacities), ("与信額", exposures)):
        for amount in amounts.values():
            _not_negative(**{name: amount})
    left, bare, drawn = dict(capacities), dict(exposures), {}
    for item, loan in pairs:
        if taken := min(left[item], bare[loan]):
            drawn[item, loan] = drawn.get((item, loan), 0) + taken
            left[item] -= taken
            bare[loan] -= taken
    return drawn


def cumulative_cover(margins, maximums):
    """累積根抵当の保全額: each property up to its own maximum amount (民法398条の18)."""
    margins, maximums = tuple(margins), tuple(maximums)
    if len(margins) != len(maximums):
        raise ImpossibleTerms("物件の数と極度額の数が合いません。")
    return sum(min(margin, maximum) for margin, maximum in zip(margins, maximums, strict=True))


def same_rank_cover(margin, our_amount, others):
    """同順位の保全額: pro rata to the claims, never more than our own claim."""
    total = our_amount + sum(others)
    _not_negative(余力=margin, 債権額=total)
    if total <= margin:
        return our_amount
    return margin * our_amount // total


def allocate_joint_senior(values, balance):
    """先順位共同抵当の割付: in proportion to the values (民法392条1項); leftover yen fall on the first."""
    values = tuple(values)
    _not_negative(先順位残高=balance)
    total = sum(values)
    if total <= 0:
        raise ImpossibleTerms("物件の評価額がすべて0円では割り付けられません。")
    shares = [balance * value // total for value in values]
    shares[0] += balance - sum(shares)
    rows = tuple(
        Explanation("割付額", f"{group(balance)}円 × {group(value)}円 ÷ {group(total)}円 = {group(share)}円", share)
        for value, share in zip(values, shares, strict=True)
    )
    return JointAllocation(allocated=tuple(shares), explanation=rows)


def protection(exposure, real_estate_cover=0, deposits=0, guarantee_association=0):
    """保全状況: cover by collateral, deposits and guarantee association, capped at the exposure."""
    _not_negative(与信額=exposure, 担保=real_estate_cover, 預り金=deposits, 保証協会=guarantee_association)
    together = real_estate_cover + deposits + guarantee_association
    secured = min(exposure, together)
    formula = (
        f"担保{group(real_estate_cover)}円 ＋ 預り金{group(deposits)}円 ＋ 保証協会{group(guarantee_association)}円"
        f" = {group(together)}円"
    )
    return Protection(
        exposure=exposure,
        secured=secured,
        unsecured=exposure - secured,
        ratio=percent_of(secured, exposure),
        explanation=(
            Explanation("保全額", formula, secured),
            Explanation("無保全額", f"{group(exposure)}円 － {group(secured)}円", exposure - secured),
        ),
    )


def registration_tax(amount, rate=Decimal("0.4")):
    """抵当権設定の登録免許税: claim cut to 1,000s × 0.4%, cut to 100s, at least 1,000 yen (登録免許税法 別表第一)."""
    _not_negative(債権額=amount)
    tax = percent_amount(amount // 1000 * 1000, rate) // 100 * 100
    return max(1_000, tax)


def _not_negative(**amounts):
    for name, amount in amounts.items():
        if amount < 0:
            raise ImpossibleTerms(f"{name}がマイナスです。")
