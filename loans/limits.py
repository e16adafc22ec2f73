"""限度額（計算のみ）: balances after a request against what was resolved (handbook ch. 2-1, Q&A 1 and 2).

Whole yen on balances, not on flows; a balance equal to the limit is allowed.
"""

from dataclasses import dataclass
from enum import StrEnum

from coopfin.calc.yen import Explanation, ImpossibleTerms, group, percent_of

NONMEMBER_PERCENT = 20  # 中小企業等協同組合法9条の2第3項
NONMEMBER_ARTICLE = "中小企業等協同組合法9条の2第3項"


class LimitKind(StrEnum):
    """限度額の種類: the resolved ceilings that a request is held against."""

    MEMBER = "member_limit"
    COOPERATIVE_BORROWING = "coop_borrowing_limit"
    BANK_FACILITY = "bank_facility"
    MEMBER_GUARANTEE = "member_guarantee_limit"
    GUARANTEE = "guarantee_limit"


LIMIT_LABELS = {
    LimitKind.MEMBER: "1組合員に対する貸付残高の最高限度",
    LimitKind.COOPERATIVE_BORROWING: "借入金残高の最高限度",
    LimitKind.BANK_FACILITY: "取引金融機関の融資枠",
    LimitKind.MEMBER_GUARANTEE: "1組合員に対する債務保証残高の最高限度",
    LimitKind.GUARANTEE: "債務保証残高の最高限度",
}


@dataclass(frozen=True, kw_only=True)
class LimitCheck:
    """限度額の判定: yen; `headroom` is left after the request (negative: excess), `percent` of the limit used."""

    label: str
    limit: int
    outstanding: int
    committed: int
    request: int
    replaced: int
    after: int
    headroom_before: int
    headroom: int
    percent: str | None
    within: bool
    explanation: tuple[Explanation, ...]
    kind: str = ""
    #: 限度額そのものの説明（組合員別限度の定め方）
    basis: tuple[Explanation, ...] = ()

    @property
    def used(self):
        """残高と承認済未実行の計."""
        return self.outstanding + self.committed

    @property
    def excess(self):
        """超過額."""
        return max(0, -self.headroom)

    @property
    def sentence(self):
        """判定の文: for findings and messages."""
        facts = f"{self.label}{group(self.limit)}円に対し実行後{group(self.after)}円で"
        if self.within:
            return f"{facts}、残り{group(self.headroom)}円です。"
        return f"{facts}、{group(self.excess)}円超えます。"


@dataclass(frozen=True, kw_only=True)
class LimitChecks:
    """複数の限度の同時判定: all must pass, and every failing one is listed."""

    checks: tuple[LimitCheck, ...]

    @property
    def failing(self):
        """超える限度のすべて."""
        return tuple(check for check in self.checks if not check.within)

    @property
    def blocking(self):
        """超える限度の種類."""
        return tuple(check.kind for check in self.failing)

    @property
    def blocked(self):
        """ひとつでも超えるか."""
        return bool(self.failing)

    @property
    def within(self):
        """すべて限度内か."""
        return not self.failing

    def of(self, kind):
        """種類ごとの判定: None when that limit was not tested."""
        return next((check for check in self.checks if check.kind == kind), None)


def check_limit(*, limit, outstanding=0, committed=0, request=0, replaced=0, kind="", label="", basis=()):
    """限度額の判定: after = outstanding + approved undisbursed + request − principal replaced at once."""
    for name, amount in (
        ("限度額", limit),
        ("残高", outstanding),
        ("承認済未実行", committed),
        ("申込額", request),
        ("書換・返済額", replaced),
    ):
        if amount < 0:
            raise ImpossibleTerms(f"{name}がマイナスです。")
    if replaced > outstanding:
        raise ImpossibleTerms("書換・返済に充てる額が残高を超えています。")
    after = outstanding + committed + request - replaced
    formula = f"残高{group(outstanding)}円 ＋ 承認済未実行{group(committed)}円 ＋ 今回{group(request)}円"
    if replaced:
        formula += f" － 書換・返済{group(replaced)}円"
    label = label or LIMIT_LABELS.get(kind, "限度額")
    return LimitCheck(
        kind=kind,
        label=label,
        limit=limit,
        outstanding=outstanding,
        committed=committed,
        request=request,
        replaced=replaced,
        after=after,
        headroom_before=limit - outstanding - committed,
        headroom=limit - after,
        percent=percent_of(after, limit),
        within=after <= limit,
        basis=tuple(basis),
        explanation=(
            Explanation("実行後残高", f"{formula} = {group(after)}円", after),
            Explanation("残り枠", f"{group(limit)}円 － {group(after)}円 = {group(limit - after)}円", limit - after),
        ),
    )


def check_after(kind, *, limit, after):
    """限度額の判定: where the balance after the request is known already."""
    return check_limit(kind=kind, limit=limit, outstanding=after)


def check_all(*checks):
    """限度額の同時判定: give it one LimitCheck per limit; None (no such limit) is left out."""
    return LimitChecks(checks=tuple(check for check in checks if check is not None))


@dataclass(frozen=True, kw_only=True)
class BorrowingEstimate:
    """借入金残高の最高限度の試算: yen (handbook Q&A 1)."""

    new_borrowing_need: int
    own_business: int
    on_lending: int
    limit: int
    explanation: tuple[Explanation, ...]


def estimate_borrowing_limit(
    *,
    prev_year_end_borrowing=0,
    turnover_need=0,
    facility_need=0,
    other_need=0,
    own_funds=0,
    prev_year_end_onlending=0,
    new_onlending=0,
):
    """借入金残高の最高限度の試算: (a) own business + (b) on-lending; a yardstick, resolutions are often lower."""
    need = max(0, turnover_need + facility_need + other_need - own_funds)
    own = prev_year_end_borrowing + need
    on_lending = prev_year_end_onlending + new_onlending
    rows = (
        Explanation(
            "共同事業の新規所要額",
            f"{group(turnover_need)}円 ＋ {group(facility_need)}円 ＋ {group(other_need)}円"
            f" － 自己資金{group(own_funds)}円 = {group(need)}円（マイナスは0円）",
            need,
        ),
        Explanation(
            "(a) 共同事業", f"前期末借入{group(prev_year_end_borrowing)}円 ＋ {group(need)}円 = {group(own)}円", own
        ),
        Explanation(
            "(b) 転貸",
            f"前期末転貸{group(prev_year_end_onlending)}円 ＋ 当期{group(new_onlending)}円 = {group(on_lending)}円",
            on_lending,
        ),
        Explanation("最高限度の目安", f"(a) ＋ (b) = {group(own + on_lending)}円", own + on_lending),
    )
    return BorrowingEstimate(
        new_borrowing_need=need, own_business=own, on_lending=on_lending, limit=own + on_lending, explanation=rows
    )


@dataclass(frozen=True, kw_only=True)
class MemberLimit:
    """組合員別限度: the lower of the uniform limit and what the member's own figures carry (handbook Q&A 2)."""

    basis_amount: int
    limit: int
    explanation: tuple[Explanation, ...]


def member_limit_uniform(uniform):
    """一律の限度: every member up to the resolved figure."""
    if uniform < 0:
        raise ImpossibleTerms("限度額の基になる金額がマイナスです。")
    row = Explanation("組合員別限度", f"③ を一律に使い {group(uniform)}円", uniform)
    return MemberLimit(basis_amount=uniform, limit=uniform, explanation=(row,))


def member_limit_by_backing(*, uniform, collateral_cover=0, share_capital=0, deposits=0):
    """裏付け型の限度: collateral cover + shares + deposits, capped by the uniform limit."""
    backing = collateral_cover + share_capital + deposits
    return _member_limit(
        uniform,
        backing,
        "裏付け",
        f"担保{group(collateral_cover)}円 ＋ 出資金{group(share_capital)}円 ＋ 預り金{group(deposits)}円",
    )


def member_limit_by_sales(*, uniform, annual_sales, months, unit=10_000):
    """売上基準の限度: so many months of sales, cut to the unit, capped by the uniform limit."""
    if unit < 1 or months < 0:
        raise ImpossibleTerms("月数は0以上、単位は1円以上にしてください。")
    based = annual_sales * months // 12 // unit * unit
    return _member_limit(
        uniform, based, "売上基準", f"年商{group(annual_sales)}円 ÷ 12 × {months}か月（{group(unit)}円未満切捨て）"
    )


def _member_limit(uniform, based, label, formula):
    if uniform < 0 or based < 0:
        raise ImpossibleTerms("限度額の基になる金額がマイナスです。")
    limit = min(uniform, based)
    rows = (
        Explanation(label, f"{formula} = {group(based)}円", based),
        Explanation(
            "組合員別限度", f"一律{group(uniform)}円と{label}{group(based)}円の低い方 = {group(limit)}円", limit
        ),
    )
    return MemberLimit(basis_amount=based, limit=limit, explanation=rows)


@dataclass(frozen=True, kw_only=True)
class NonmemberUse:
    """員外利用の判定: percent with one decimal for display; the test itself is exact."""

    percent: str | None
    within: bool
    article: str = NONMEMBER_ARTICLE


def nonmember_use(*, member_use, nonmember_use):
    """員外利用: not above 20/100 of what members use (中小企業等協同組合法9条の2第3項)."""
    if member_use < 0 or nonmember_use < 0:
        raise ImpossibleTerms("利用分量がマイナスです。")
    return NonmemberUse(
        percent=percent_of(nonmember_use, member_use),
        within=nonmember_use * 100 <= member_use * NONMEMBER_PERCENT,
    )
