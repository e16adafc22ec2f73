"""脱退の決まり（中小企業等協同組合法18条・19条・22条）。純粋な関数だけで、日付は渡される。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from coopfin.calc import days

#: 自由脱退の予告の期間。定款で一年まで延ばせる（18条2項）。
NOTICE_DAYS = 90
LONGEST_NOTICE_DAYS = 365


def _year_end(end: date, years: int) -> date:
    """事業年度末を何年かずらす。月末で締める組合は、閏年の二月でも月末のまま。"""
    if end == days.month_end(end.year, end.month):
        return days.month_end(end.year + years, end.month)
    return days.add_months(end, 12 * years)


def voluntary_leaving_on(notified_on: date, fiscal_year_end: date, notice_days: int = NOTICE_DAYS) -> date:
    """自由脱退の日: 予告から notice_days 日以上ある、最初の事業年度末（中協法18条）。

    fiscal_year_end は、どの年度のものでもよい（締めの月日を知るため）。
    """
    if not NOTICE_DAYS <= notice_days <= LONGEST_NOTICE_DAYS:
        raise ValueError(f"予告の期間は{NOTICE_DAYS}日から{LONGEST_NOTICE_DAYS}日までです。")
    earliest = notified_on + timedelta(days=notice_days)
    end = _year_end(fiscal_year_end, earliest.year - fiscal_year_end.year)
    return end if end >= earliest else _year_end(fiscal_year_end, earliest.year - fiscal_year_end.year + 1)


def last_notice_on(fiscal_year_end: date, notice_days: int = NOTICE_DAYS) -> date:
    """その年度末に脱退するための、予告の最後の日。"""
    return fiscal_year_end - timedelta(days=notice_days)


@dataclass(frozen=True)
class Refund:
    """持分の払戻し（中協法20条・22条）。"""

    share_refund: int
    debt: int
    #: 債務を完済するまで、払戻しを停止できる
    blocked: bool
    #: 債務と相殺できる額
    may_set_off: int
    #: 相殺したあとに残る債務
    debt_after: int

    @property
    def payable_after_set_off(self) -> int:
        """相殺したあとに払える額。債務が残るあいだは払わない。"""
        return 0 if self.debt_after else self.share_refund - self.may_set_off


def refund(*, withdrawn: bool, debt: int, share_refund: int) -> Refund:
    """持分の払戻しを止めるか、いくらまで相殺できるか。脱退していない組合員に払戻しを求める権利はない。"""
    set_off = min(debt, share_refund) if withdrawn else 0
    return Refund(
        share_refund=share_refund,
        debt=debt,
        blocked=withdrawn and debt > 0,
        may_set_off=set_off,
        debt_after=debt - set_off,
    )
