"""練習用の組合の始まり: 組合員の取込、開始残高、招いたばかりの人と辞めた人。"""

from __future__ import annotations

from datetime import date, timedelta

from coopfin.calc import days
from coopfin.operations import invitations, users
from coopfin.roles import Role
from desk.demo.road import Office
from ledger import operations as ledger
from ledger.accounts import AccountCode
from ledger.models import VoucherKind
from ledger.slips import Slip, credit, debit
from members import importing
from members.enums import ImportChoice


def import_members(content: bytes, *, by, on: date) -> int:
    """組合員を Excel から取り込む（下見して、全件そろっていれば登録する）。登録した人数を返す。"""
    batch = importing.start(filename="members.xlsx", content=content, by=by, on=on)
    batch = importing.confirm(batch=batch, choice=ImportChoice.ALL, by=by, on=on)
    return batch.new_count


def book_opening_balances(office: Office, on: date) -> None:
    """開始伝票。前の年度のはじめの残高を、二人で記帳する。"""
    start = days.fiscal_year_start(days.add_months(on, -12))
    slip = Slip(
        "開始残高",
        (
            debit(AccountCode.CURRENT_DEPOSIT, 120_000_000),
            debit(AccountCode.ORDINARY_DEPOSIT, 8_000_000),
            credit(AccountCode.BORROWINGS_ON_DEED, 60_000_000),
            credit(AccountCode.SHARE_CAPITAL, 42_000_000),
            credit(AccountCode.RETAINED_EARNINGS, 26_000_000),
        ),
    )
    voucher = ledger.enter(slip, dated_on=start, by=office.clerk, on=on, kind=VoucherKind.OPENING)
    ledger.approve(voucher, by=office.chief, on=on)


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
