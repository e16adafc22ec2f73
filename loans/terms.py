"""貸付条件と計算。申込画面の試算・契約書・償還予定・伝票は、すべてこの一つの計算から作る。"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from coopfin.calc import interest, schedule
from coopfin.calc.yen import Explanation
from loans.enums import LoanType


@dataclass(frozen=True, kw_only=True)
class Conventions:
    """計算の決めごと（方針 G1 から写す）。"""

    new_bill_count: str
    deed_first_period: str
    interest_rounding: str
    deed_basis: str
    level_payment_rounding: str
    adjust: str
    principal_unit: int
    holiday_roll: str
    interest_to: str

    @classmethod
    def of(cls, policy) -> Conventions:
        return cls(**{name: getattr(policy, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True, kw_only=True)
class LoanTerms:
    """貸付条件。金額は円、率は年率パーセント。"""

    loan_type: str
    principal: int
    interest_rate: Decimal
    fee_rate: Decimal
    start_on: date
    conventions: Conventions
    maturity_on: date | None = None
    method: str = ""
    installments: int | None = None
    interval_months: int | None = None
    grace_installments: int = 0
    first_due_on: date | None = None
    anchor_day: int | None = None

    @classmethod
    def of_application(cls, application, policy, *, start_on: date | None = None) -> LoanTerms:
        """申込の条件。start_on は実行日（既定は実行希望日）。"""
        return cls._of(application, policy, application.amount, start_on or application.disburse_on)

    @classmethod
    def of_loan(cls, loan, *, start_on: date) -> LoanTerms:
        """契約した条件。"""
        return cls._of(loan, loan.policy, loan.principal, start_on)

    @classmethod
    def _of(cls, source: Any, policy, principal: int, start_on: date) -> LoanTerms:
        return cls(
            loan_type=source.loan_type,
            principal=principal,
            interest_rate=source.interest_rate,
            fee_rate=source.fee_rate,
            start_on=start_on,
            maturity_on=source.maturity_on,
            method=source.method,
            installments=source.installments,
            interval_months=source.interval_months,
            grace_installments=source.grace_installments,
            first_due_on=source.first_due_on,
            anchor_day=source.anchor_day,
            conventions=Conventions.of(policy),
        )

    @property
    def is_bill(self) -> bool:
        return self.loan_type == LoanType.BILL

    def starting(self, start_on: date) -> LoanTerms:
        """実行日だけを替えた条件。"""
        return replace(self, start_on=start_on)


@dataclass(frozen=True, kw_only=True)
class Computation:
    """計算の結果。bill は手形貸付の前取、schedule は証書貸付の償還予定。どちらか一方。"""

    terms: LoanTerms
    bill: interest.BillDisbursement | None = None
    schedule: schedule.Schedule | None = None

    @property
    def principal(self) -> int:
        return self.terms.principal

    @property
    def interest(self) -> int:
        """実行のときに受け取る利息（証書貸付は後取なので 0）。"""
        return self.bill.interest if self.bill else 0

    @property
    def fee(self) -> int:
        """実行のときに受け取る転貸手数料。"""
        return self.bill.fee if self.bill else 0

    @property
    def net(self) -> int:
        """組合員に交付する額。"""
        return self.principal - self.interest - self.fee

    @property
    def maturity_on(self) -> date:
        return self.terms.maturity_on if self.bill else self.schedule.last_due_on

    @property
    def explanation(self) -> tuple[Explanation, ...]:
        return self.bill.explanation if self.bill else self.schedule.explanation

    @property
    def instalments(self) -> tuple:
        return self.schedule.instalments if self.schedule else ()


def compute(terms: LoanTerms) -> Computation:
    """計算する。かなわない条件は ImpossibleTerms（理由の文）。"""
    how = terms.conventions
    if terms.is_bill:
        return Computation(
            terms=terms,
            bill=interest.bill_disbursement(
                terms.principal,
                terms.interest_rate,
                terms.fee_rate,
                terms.start_on,
                terms.maturity_on,
                how.new_bill_count,
                how.interest_rounding,
            ),
        )
    return Computation(
        terms=terms,
        schedule=schedule.build(
            schedule.ScheduleTerms(
                principal=terms.principal,
                rate=terms.interest_rate,
                fee_rate=terms.fee_rate,
                disbursed_on=terms.start_on,
                instalments=terms.installments,
                first_due_on=terms.first_due_on,
                method=terms.method,
                grace=terms.grace_installments,
                interval=terms.interval_months,
                anchor=terms.anchor_day,
                unit=how.principal_unit,
                adjust=how.adjust,
                basis=how.deed_basis,
                first_count=how.deed_first_period,
                roll=how.holiday_roll,
                interest_to=how.interest_to,
                payment_rounding=how.level_payment_rounding,
                interest_rounding=how.interest_rounding,
            )
        ),
    )
