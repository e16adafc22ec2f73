"""練習用の組合の始まり: 組合員の取込、開始残高、招いたばかりの人と辞めた人。"""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Sum

from coopfin.calc import days
from coopfin.models import DelegatedAct
from coopfin.operations import invitations, users
from coopfin.roles import Role
from desk.demo.road import Office
from ledger import operations as ledger
from ledger.accounts import AccountCode
from ledger.models import VoucherKind
from ledger.slips import Slip, credit, debit
from members import importing
from members import operations as members
from members.enums import ImportChoice
from members.models import Member


def import_members(content: bytes, *, by, on: date) -> int:
    """組合員を Excel から取り込む（下見して、全件そろっていれば登録する）。登録した人数を返す。"""
    batch = importing.start(filename="members.xlsx", content=content, by=by, on=on)
    batch = importing.confirm(batch=batch, choice=ImportChoice.ALL, by=by, on=on)
    return batch.new_count


def book_opening_balances(office: Office, on: date) -> None:
    """開始伝票。前の年度のはじめの残高を、二人で記帳する。"""
    start = days.fiscal_year_start(days.add_months(on, -12))
    # 出資金は、組合員の台帳の合計と合わせる。
    capital = Member.objects.aggregate(total=Sum("share_capital"))["total"]
    slip = Slip(
        "開始残高",
        (
            debit(AccountCode.CURRENT_DEPOSIT, 120_000_000),
            debit(AccountCode.ORDINARY_DEPOSIT, 8_000_000),
            credit(AccountCode.BORROWINGS_ON_DEED, 60_000_000, memo="商工組合中央金庫 金沢支店"),
            credit(AccountCode.SHARE_CAPITAL, capital),
            credit(AccountCode.RETAINED_EARNINGS, 68_000_000 - capital),
        ),
    )
    voucher = ledger.enter(slip, dated_on=start, by=office.clerk, on=on, kind=VoucherKind.OPENING)
    ledger.approve(voucher, by=office.releaser(DelegatedAct.VOUCHER, voucher.total, on), on=on)


def invite_newcomers(office: Office, on: date) -> None:
    """招いたばかりの委員（公認会計士）、期限の過ぎた招待のままの人、辞めた事務局員。"""
    given = {"by": office.admin, "on": on}
    suzu = users.register_user(
        username="suzu", name="珠洲 明美", email="suzu@example.jp", roles=[Role.COMMITTEE], **given
    )
    invitations.issue_invitation(suzu, **given)
    earlier = {"by": office.admin, "on": on - timedelta(days=10)}
    wajima = users.register_user(username="wajima", name="輪島 涼", roles=[Role.DIRECTOR], **earlier)
    invitations.issue_invitation(wajima, **earlier)
    left = users.register_user(username="anamizu", name="穴水 彰", roles=[Role.CLERK], **earlier)
    users.change_user(
        left, username=left.username, name=left.name, email="", is_active=False, roles=[Role.CLERK], **given
    )


#: 組合員 → 年間売上高（直近の二期）
SALES = {
    "能登精機株式会社": (412_000_000, 438_000_000),
    "小松鋳造株式会社": (986_000_000, 1_024_000_000),
    "株式会社山﨑製作所": (268_000_000, 254_000_000),
    "金沢制御システム株式会社": (173_000_000, 189_000_000),
    "白山木材株式会社": (521_000_000, 497_000_000),
    "辰口計測器株式会社": (96_000_000, 103_000_000),
    "宝達工具製作所": (41_000_000, 43_500_000),
}


def record_sales(office: Office, on: date) -> None:
    """年間売上高。決算書（税務申告書の控え）で確かめた、終わった二期。"""
    last = days.fiscal_year_start(on) - timedelta(days=1)
    for name, amounts in SALES.items():
        member = Member.objects.get(name=name)
        for years, amount in zip((12, 0), amounts, strict=True):
            members.record_sales(
                member=member, ended_on=days.add_months(last, -years, anchor=31), amount=amount,
                source="決算書（税務申告書の控え）", by=office.clerk, on=on,
            )  # fmt: skip


def take_deposits(office: Office, on: date) -> None:
    """組合員から預かる保証金（無利息）。"""
    start = days.fiscal_year_start(on)
    for name, amount in (("能登精機株式会社", 1_500_000), ("小松鋳造株式会社", 3_000_000)):
        slip = Slip(
            "預り保証金の受入れ",
            (
                debit(AccountCode.ORDINARY_DEPOSIT, amount),
                credit(AccountCode.MEMBER_DEPOSITS, amount, member=Member.objects.get(name=name)),
            ),
        )
        voucher = ledger.enter(slip, dated_on=start, by=office.clerk, on=on)
        ledger.approve(voucher, by=office.chief, on=on)
