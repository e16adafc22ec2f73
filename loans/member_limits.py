"""組合員別限度（手引き Q&A 2）。③ の範囲で、一律・裏付け・売上等基準のどれかから、組合員ごとの限度を数える。"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, Sum
from django.urls import reverse

from collateral.models import Asset, SecurityInterest
from coopfin.calc.yen import Explanation
from governance.enums import MemberLimitMode
from governance.models import LimitResolution
from ledger.accounts import AccountCode
from loans import protection
from loans.exposure import ledger_by_member
from loans.limits import MemberLimit, member_limit_by_backing, member_limit_by_sales, member_limit_uniform
from members.models import AnnualSales, Member, ShareChange

SALES_SOURCE = "手引き Q&A 2（売上等基準）"


@dataclass(frozen=True)
class Rule:
    """定め方。決議のものか、試算で選んだもの。"""

    mode: str
    uniform: int
    months: int | None = None
    unit: int = 10_000

    @classmethod
    def of(cls, resolution: LimitResolution) -> Rule:
        return cls(
            resolution.member_limit_mode, resolution.member_loan_limit, resolution.sales_months, resolution.sales_unit
        )


@dataclass(frozen=True, kw_only=True)
class Figures:
    """組合員の限度の基になる数字。円。"""

    securities: tuple[protection.SecurityRow, ...] = ()
    share_capital: int = 0
    deposits: int = 0
    sales: AnnualSales | None = None

    @property
    def collateral_cover(self) -> int:
        return sum(row.cover for row in self.securities)


@dataclass(frozen=True, kw_only=True)
class Found:
    """組合員別限度と、その基。missing は、要るのに記録のない数字の文。"""

    limit: MemberLimit
    figures: Figures
    missing: str = ""
    missing_url: str = ""


def figures_of(members, rule: Rule, at: date) -> dict[int, Figures]:
    """その日の、組合員ごとの基の数字。定め方に要るものだけを、まとめて読む。"""
    members = list(members)
    if rule.mode == MemberLimitMode.BACKING:
        deposits, securities = ledger_by_member(AccountCode.MEMBER_DEPOSITS, at), _securities(members, at)
        later = _shares_after(members, at)
        return {
            member.pk: Figures(
                securities=tuple(securities.get(member.pk, ())),
                share_capital=max(0, member.share_capital - later.get(member.pk, 0)),
                deposits=deposits.get(member.pk, 0),
            )
            for member in members
        }
    if rule.mode == MemberLimitMode.SALES:
        sales = AnnualSales.objects.filter(member__in=members).latest_by_member(at)
        return {member.pk: Figures(sales=sales.get(member.pk)) for member in members}
    return {member.pk: Figures() for member in members}


def limit_of(member: Member, rule: Rule, figures: Figures) -> Found:
    """組合員別限度。"""
    if rule.mode == MemberLimitMode.BACKING:
        limit = member_limit_by_backing(
            uniform=rule.uniform, collateral_cover=figures.collateral_cover, share_capital=figures.share_capital,
            deposits=figures.deposits,
        )  # fmt: skip
        return Found(limit=limit, figures=figures)
    if rule.mode == MemberLimitMode.SALES:
        return _by_sales(member, rule, figures)
    return Found(limit=member_limit_uniform(rule.uniform), figures=figures)


def _by_sales(member: Member, rule: Rule, figures: Figures) -> Found:
    sales = figures.sales
    if sales is None:
        empty = MemberLimit(
            basis_amount=0, limit=0, explanation=(Explanation("組合員別限度", "年間売上高の記録がないので 0円", 0),)
        )
        return Found(
            limit=empty,
            figures=figures,
            missing=f"{member}の年間売上高が記録されていないため、組合員別限度を数えられません。",
            missing_url=reverse("members:sales", args=[member.pk]),
        )
    found = member_limit_by_sales(
        uniform=rule.uniform, annual_sales=sales.amount, months=rule.months or 0, unit=rule.unit
    )
    ended = f"{sales.ended_on.year}年{sales.ended_on.month}月期"
    note = Explanation("年間売上高", f"{ended}（{sales.source}、{_day(sales.recorded_on)}記録）", sales.amount)
    limit = MemberLimit(basis_amount=found.basis_amount, limit=found.limit, explanation=(note, *found.explanation))
    return Found(limit=limit, figures=figures)


def find(member: Member, rule: Rule, at: date) -> Found:
    """一人の組合員別限度。"""
    return limit_of(member, rule, figures_of([member], rule, at)[member.pk])


def _securities(members, at: date) -> dict[int, list[protection.SecurityRow]]:
    """その日に効力のある担保権の保全（組合員の債務を担保するもの）。"""
    interests = (
        SecurityInterest.objects.filter(debtor__in=members)
        .filter(Q(released_on__isnull=True) | Q(released_on__gt=at))
        .filter(Q(registered_on__isnull=True) | Q(registered_on__lte=at))
        .select_related("debtor")
        .prefetch_related(Prefetch("asset", Asset.objects.with_cover()))
        .order_by("pk")
    )
    found = defaultdict(list)
    for interest in interests:
        found[interest.debtor_id].append(protection.row_of(interest, interest.asset))
    return {debtor: protection.counted_once(rows) for debtor, rows in found.items()}


def _shares_after(members, at: date) -> dict[int, int]:
    """その日よりあとに効力を生じた、出資金額の増減。"""
    changes = ShareChange.objects.applied().filter(member__in=members, on__gt=at)
    return dict(changes.order_by().values_list("member").annotate(total=Sum("amount")))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
