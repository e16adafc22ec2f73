"""組合員の登録と変更。出資・代表者・脱退・口座には、それぞれの操作がある。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from coopfin import log
from members.enums import ShareKind
from members.models import ACCOUNT_FIELDS, Member
from members.operations.base import assign, known, lock_member, may_edit, refuse_stale, save
from members.operations.shares import write_first_shares

MEMBER_FIELDS = frozenset(
    {
        "number", "name", "kana", "kind", "corporate_number", "representative", "representative_title",
        "representative_from_on", "industry", "postal_code", "address", "phone", "shares", "share_capital", "joined_on",
        "left_on", *ACCOUNT_FIELDS, "note",
    }
)  # fmt: skip
#: 登録したあとは、それぞれの操作でしか変わらない項目
MANAGED_FIELDS = frozenset({"representative", "shares", "share_capital", "left_on", *ACCOUNT_FIELDS})


def register_member(
    *,
    by,
    on: date,
    checked: bool = False,
    paid_on: date | None = None,
    consented_on: date | None = None,
    consent: str = "",
    **fields,
) -> Member:
    """組合員を登録する（加入）。代表者は人の台帳の人。

    加入の承認（中協法15条）があれば、出資の一行目を「加入の払込み」とし、なければ「台帳に載せたときの出資」とする。
    """
    label = "組合員の登録"
    may_edit(by, label)
    member = Member(**known(fields, MEMBER_FIELDS))
    with transaction.atomic():
        member.complete_bank_names()
        save(member, by, checked)
        admitted = bool(consent.strip() or consented_on)
        write_first_shares(
            member, ShareKind.ADMISSION if admitted else ShareKind.CARRIED, paid_on=paid_on, consented_on=consented_on,
            consent=consent, by=by, on=on,
        )  # fmt: skip
        log.record(member, verb="register_member", label=label, by=by, on=on)
    return member


def update_member(*, member: Member, by, on: date, version=None, checked: bool = False, **fields) -> Member:
    """組合員の台帳を直す。変わらなければ履歴も記録も増えない。"""
    label = "組合員の変更"
    may_edit(by, label)
    with transaction.atomic():
        locked = lock_member(member, label)
        refuse_stale(locked, version, label)
        if assign(locked, known(fields, MEMBER_FIELDS - MANAGED_FIELDS)):
            save(locked, by, checked)
            log.record(locked, verb="update_member", label=label, by=by, on=on)
    return locked
