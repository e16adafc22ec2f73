"""伝票の承認の登録所。上の階（貸付など）が、自分の出来事から起きた伝票の承認・差戻し・訂正をここに引き受ける。

伝票を見る画面は一つで、どの伝票もそこで承認する。だれも引き受けていない伝票（開始伝票・自由起票・その訂正）は
ledger.operations が自分で扱う。上の階は AppConfig.ready() で register() を呼ぶ。
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db.models import Case, Value, When

from coopfin.delegation import Reach
from coopfin.flow import Finding
from coopfin.models import DelegatedAct
from coopfin.once import once_while_reading
from ledger.models import Voucher


class Handler(Protocol):
    """伝票の持ち主。操作は取引の中で、自分の鎖錠と確認のあと、ledger.operations の post・reject を呼ぶ。"""

    #: この持ち主の伝票を承認することが、権限委譲表のどの行為に当たるか
    act: DelegatedAct

    def vouchers(self):
        """持ち主である伝票の番号（問合せの中で使う）。"""

    def owns(self, voucher: Voucher) -> bool:
        """この伝票の持ち主か。読むだけで、伝票の画面ごとに一度呼ばれる。"""

    def findings(self, voucher: Voucher, *, by, on: date) -> list[Finding]:
        """承認の前に確かめること（通ったものも含めて）。"""

    def approve(self, voucher: Voucher, *, by, on: date, reason: str = "") -> str:
        """承認して計上し、知らせの一文を返す。"""

    def reject(self, voucher: Voucher, *, by, on: date, reason: str) -> Any:
        """理由を付けて差し戻す。"""

    def prepare_reversal(self, voucher: Voucher, *, by, on: date, reason: str, dated_on: date) -> Voucher:
        """計上済の伝票の訂正（赤）を起票する。"""

    def hidden_from(self, user, on: date):
        """この人の仕事に出してはならない伝票の番号（利害関係のある案件のもの）。"""

    def context(self, voucher: Voucher, *, user, on: date) -> dict:
        """伝票の画面に添えるもの。この人が見てはならないものは入れない。

        links: [(名, URL)]（申込・貸付など）、explanation: [文]（計算の説明）、
        template と、そこで使う値（なくてよい）。
        """


_handlers: list[Handler] = []


def register(handler: Handler) -> Handler:
    """持ち主を登録する。"""
    if handler not in _handlers:
        _handlers.append(handler)
    return handler


def visible(vouchers, user, on: date):
    """この人に利害関係のある案件の、承認を待つ伝票を除く。計上済の伝票は帳簿なので、誰にも伏せない。"""
    for handler in _handlers:
        vouchers = vouchers.exclude(pk__in=handler.hidden_from(user, on))
    return vouchers


def waiting(user, on: date):
    """承認を待つ伝票。この人に利害関係のある案件のものを除く。"""
    return visible(Voucher.objects.waiting(), user, on)


def with_act(vouchers):
    """伝票に、承認が委譲表のどの行為に当たるか（act）と金額（amount）を付ける。"""
    owned = [When(pk__in=handler.vouchers(), then=Value(handler.act.value)) for handler in _handlers]
    return vouchers.with_amount().annotate(act=Case(*owned, default=Value(DelegatedAct.VOUCHER.value)))


@dataclass(frozen=True)
class Turn:
    """承認を待つ伝票のうち、この人の番のもの（番号）、この人が起票したもの・ほかの人の番のもの（枚数）。"""

    mine: frozenset[int]
    own: int
    others: int


@once_while_reading
def turn(user, on: date) -> Turn:
    """権限委譲表で、だれの番か。待っている伝票はいつも少ないので、読んで数える。"""
    reach = Reach.on(on)
    rows = _rows(user, on)
    mine = _may(reach, user, rows)
    for deputy in reach.before(user) if mine else ():
        mine -= _may(reach, deputy, _rows(deputy, on))
    own = sum(maker == user.pk for *_, maker in rows)
    return Turn(frozenset(mine), own, len(rows) - own - len(mine))


def _rows(user, on: date) -> list[tuple]:
    return list(with_act(waiting(user, on)).values_list("pk", "act", "amount", "made_by"))


def _may(reach: Reach, user, rows) -> set[int]:
    return {pk for pk, act, amount, maker in rows if maker != user.pk and reach.may(act, amount, user.roles)}


def waiting_for(user, on: date):
    """この人の承認を待つ伝票。"""
    return Voucher.objects.filter(pk__in=turn(user, on).mine)


def owner_of(voucher: Voucher) -> Handler | None:
    """この伝票の持ち主。だれも引き受けていなければ None。"""
    return next((handler for handler in _handlers if handler.owns(voucher)), None)
