"""案件・貸付の言い表し方。画面・一覧・書出しで同じ言葉を使う。"""

from __future__ import annotations

from datetime import date

from coopfin.calc import days
from loans.enums import LoanType, Method

INTERVAL_WORDS = {1: "毎月", 2: "2か月ごと", 3: "3か月ごと", 4: "4か月ごと", 6: "6か月ごと", 12: "毎年"}


def months_text(months: int) -> str:
    """5年6か月。"""
    years, rest = divmod(months, 12)
    return "".join([f"{years}年" if years else "", f"{rest}か月" if rest else ""]) or "1か月未満"


def term_text(start_on: date, maturity_on: date, loan_type: str, policy) -> str:
    """期間。手形は利息と同じ数え方の日数（方針 G1）、証書は年と月。"""
    if loan_type == LoanType.BILL:
        count = policy.new_bill_count if policy else days.Count.BOTH_ENDS
        return f"{days.count_days(start_on, maturity_on, count)}日"
    months = (maturity_on.year - start_on.year) * 12 + maturity_on.month - start_on.month
    if days.add_months(start_on, months) > maturity_on:
        months -= 1
    return months_text(months)


def repayment_text(terms) -> str:
    """返し方（申込・貸付のどちらからでも）。元金均等・毎月末日・60回・据置6回。"""
    if terms.loan_type == LoanType.BILL:
        return "手形の期日に一括"
    parts = [Method(terms.method).label]
    if terms.installments > 1:
        every = INTERVAL_WORDS.get(terms.interval_months, "")
        parts += [f"{every}{'末日' if terms.anchor_day == 31 else f'{terms.anchor_day}日'}"]
    parts += [f"{terms.installments}回"]
    if terms.grace_installments:
        parts += [f"据置{terms.grace_installments}回"]
    return "・".join(parts)
