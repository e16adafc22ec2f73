"""全体の検索への登録: 申込と貸付。"""

from __future__ import annotations

from coopfin.calc import words
from coopfin.clock import business_date
from coopfin.worklists import Hit
from loans.filters import find
from loans.models import Application, Loan

MOST_HITS = 10


def search(user, text):
    """受付番号・契約番号・組合員名で探す。見てよい案件と貸付だけ。"""
    if not user.has_perm("loans.view_application"):
        return []
    on = business_date()
    visible = Application.objects.visible_to(user, on)
    found = find(visible.select_related("member"), text, "number", "contracts__number").distinct()
    hits = [
        Hit(
            "申込", f"{application.number_label}　{application.member}",
            f"{application.get_loan_type_display()}　{words.format_yen(application.amount)}円　"
            f"{application.get_state_display()}",
            application.get_absolute_url(),
        )
        for application in found[:MOST_HITS]
    ]  # fmt: skip
    if user.has_perm("loans.view_loan"):
        loans = Loan.objects.filter(application__in=visible.order_by().values("pk")).select_related("member")
        hits += [
            Hit(
                "貸付", f"{loan.number}　{loan.member}",
                f"{loan.get_loan_type_display()}　{words.format_yen(loan.principal)}円　{loan.get_state_display()}",
                loan.get_absolute_url(),
            )
            for loan in find(loans, text, "number", "application__number")[:MOST_HITS]
        ]  # fmt: skip
    return hits
