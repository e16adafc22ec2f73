"""科目・伝票。"""

from datetime import date

from coopfin.models import Cooperative
from coopfin.roles import Role
from ledger import operations
from ledger.accounts import AccountCode
from ledger.models import Account, VoucherKind
from ledger.slips import Slip, credit, debit
from tests.factories.core import make_cooperative, make_user


def load_accounts():
    """科目表。すでにあれば何もしない。"""
    Account.objects.bulk_create(
        [
            Account(code=str(code), name=code.label, kind=str(code.kind), per_member=code.per_member)
            for code in AccountCode
        ],
        ignore_conflicts=True,
    )


def make_slip(
    amount=100_000,
    *,
    debit_account=AccountCode.ORDINARY_DEPOSIT,
    credit_account=AccountCode.SUSPENSE_RECEIPTS,
    member=None,
    reference="",
    description="入金先不明の振込",
):
    """二行の伝票。組合員別の科目の行にだけ、組合員と契約番号が付く。"""

    def about(account):
        return {"member": member, "reference": reference} if account.per_member else {}

    return Slip(
        description,
        (
            debit(debit_account, amount, **about(debit_account)),
            credit(credit_account, amount, **about(credit_account)),
        ),
    )


def make_voucher(
    slip=None, *, posted=False, on=date(2026, 11, 24), dated_on=None, maker=None, checker=None,
    kind=VoucherKind.TRANSFER, **of_slip,
):  # fmt: skip
    """起票した伝票。posted=True なら、別の人が承認して計上したもの。"""
    load_accounts()
    if Cooperative.current() is None:
        make_cooperative()
    voucher = operations.prepare(
        slip or make_slip(**of_slip), dated_on=dated_on or on, by=maker or make_user(Role.CLERK), on=on, kind=kind
    )
    return operations.post(voucher, by=checker or make_user(Role.CHIEF), on=on) if posted else voucher
