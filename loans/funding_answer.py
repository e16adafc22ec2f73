"""原資の決定の確かめ: 銀行の回答が、理事会の承認したとおりか（H2.1-g）。読むだけで、何も変えない。"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from coopfin.calc.words import format_yen


def differences(application, *, amount: int, bank_rate: Decimal, maturity_on: date) -> dict[str, str]:
    """銀行の回答（金額は円、率は年率パーセント）が承認された条件と違うところ。欄の名 → 文。空なら申込どおり。

    借りる額が足りない、貸付より先に返さなければならない、貸す利率より高い利率で借りる、のどれも組合の負担になる。
    """
    found = {}
    if amount < application.amount:
        found["amount"] = f"承認された金額は {format_yen(application.amount, '円')}です。"
    if maturity_on < application.maturity_on:
        day = application.maturity_on
        found["maturity_on"] = f"借入の期日が、貸付の最終期日（{day.year}年{day.month}月{day.day}日）より前です。"
    if bank_rate > application.interest_rate:
        found["bank_rate"] = (
            f"借入の利率が、貸付の利率（年{application.interest_rate.normalize():f}%）より高くなっています。"
        )
    return found


def day_problem(application, decided_on: date, on: date) -> str:
    """銀行の決定日のおかしいところの文。なければ空。"""
    if decided_on > on:
        return "銀行の決定日が先の日付です。"
    if application.received_on and decided_on < application.received_on:
        day = application.received_on
        return f"銀行の決定日が、申込の受付日（{day.year}年{day.month}月{day.day}日）より前です。"
    return ""
