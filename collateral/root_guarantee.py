"""個人根保証（計算のみ）: 極度額の要否、元本の確定する日、極度額の残り（民法465条の2・465条の3）。"""

from dataclasses import dataclass
from datetime import date

from coopfin.calc.days import add_months

MAXIMUM_ARTICLE = "民法465条の2"
FIXING_ARTICLE = "民法465条の3"
#: 定められる元本確定期日は、契約から何年までか。超える定めは、ないのと同じ
YEARS_AT_MOST = 5
#: 定めのないとき、契約から何年で確定するか
YEARS_UNSTATED = 3


@dataclass(frozen=True)
class FixingDay:
    """元本確定期日。is_valid は定めが有効か（定めのないときは None）、day は実際に確定する日。"""

    day: date
    is_valid: bool | None


def latest_fixing_day(contracted_on: date) -> date:
    """定められる元本確定期日のうち、いちばん遅い日。"""
    return add_months(contracted_on, 12 * YEARS_AT_MOST)


def fixing_day(contracted_on: date, stated: date | None = None) -> FixingDay:
    """個人の根保証の元本が確定する日。定めがないか、5年を超える定めなら、契約から3年（465条の3第1項・2項）。"""
    unstated = add_months(contracted_on, 12 * YEARS_UNSTATED)
    if stated is None:
        return FixingDay(unstated, None)
    return FixingDay(stated, True) if stated <= latest_fixing_day(contracted_on) else FixingDay(unstated, False)


def is_valid(*, individual: bool, maximum: int | None) -> bool:
    """根保証が効力を持つか。個人の根保証は、極度額（円）を定めなければ無効（465条の2第2項）。"""
    return not individual or maximum is not None


@dataclass(frozen=True)
class Recoverable:
    """保証人に求められる額（円）: 債務の合計、極度額まで、超える分。"""

    total: int
    amount: int
    excess: int


def recoverable(maximum: int, *, principal: int, interest: int = 0, damages: int = 0) -> Recoverable:
    """根保証人に求められる額。極度額は元本・利息・損害金など従たるものすべてを含む（465条の2第1項）。"""
    total = principal + interest + damages
    amount = min(total, maximum)
    return Recoverable(total, amount, total - amount)
