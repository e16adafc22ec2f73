"""転記: 貸付のできごとを、貸借の合った伝票の下書きにする（ドメイン D2）。純粋で、モデルを知らない。"""

from __future__ import annotations

from ledger.accounts import AccountCode
from ledger.slips import Slip, credit, debit


def _description(what: str, member, reference: str) -> str:
    """摘要。どの貸付のことかを、契約番号と組合員で言う。"""
    return "　".join(filter(None, (what, reference, str(member) if member is not None else "")))[:200]


def bill_disbursed(*, calculation, member=None, reference: str = "") -> Slip:
    """V02 手形貸付の実行（手引き第3章(1)(一)）。利息と転貸手数料は必ず別の行にする。"""
    who = {"member": member, "reference": reference}
    return Slip(
        _description("手形貸付の実行", member, reference),
        (
            debit(AccountCode.BILL_LOANS, calculation.principal, **who),
            credit(AccountCode.LOAN_INTEREST, calculation.interest, **who),
            credit(AccountCode.ON_LENDING_FEE, calculation.fee, **who),
            credit(AccountCode.CURRENT_DEPOSIT, calculation.net, reference=reference),
        ),
    )


def deed_disbursed(*, calculation, member=None, reference: str = "") -> Slip:
    """V05 証書貸付の実行（利息は後取）。"""
    return Slip(
        _description("証書貸付の実行", member, reference),
        (
            debit(AccountCode.DEED_LOANS, calculation.principal, member=member, reference=reference),
            credit(AccountCode.CURRENT_DEPOSIT, calculation.principal, reference=reference),
        ),
    )


def disbursed(*, calculation, member=None, reference: str = "") -> Slip:
    """実行の伝票（形式による）。calculation は loans.terms.Computation。"""
    post = bill_disbursed if calculation.terms.is_bill else deed_disbursed
    return post(calculation=calculation, member=member, reference=reference)
