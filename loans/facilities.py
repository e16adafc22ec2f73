"""融資枠の余力。借入（元帳・記帳前の転貸・転貸の承認済未実行）を、借入先と形式で融資枠に割り当てる（H2.2-a）。

割り当てる行は ① 借入金残高と同じなので、枠ごとの使用と、枠のない借入を合わせると、借入金残高に等しい。
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from funding.models import Facility
from loans.exposure import Exposure, Part, PartKind
from loans.limits import LimitCheck, LimitKind, check_limit


@dataclass(frozen=True)
class FacilityUse:
    """一つの融資枠と、それを使っている借入。"""

    facility: Facility
    exposure: Exposure

    def check(self, request: int = 0) -> LimitCheck:
        return check_limit(
            kind=LimitKind.BANK_FACILITY,
            label=f"{self.facility}",
            limit=self.facility.amount,
            outstanding=max(0, self.exposure.outstanding),
            committed=self.exposure.committed,
            request=request,
        )

    @property
    def headroom(self) -> int:
        return self.check().headroom


@dataclass(frozen=True)
class Facilities:
    """その日の融資枠のすべて。loose は、どの枠にも割り当てられない借入。"""

    uses: tuple[FacilityUse, ...]
    loose: Exposure

    @property
    def unnamed(self) -> tuple[Part, ...]:
        """借入先の分からない元帳の残高。"""
        return tuple(part for part in self.loose.parts if not part.bank and part.kind == PartKind.LEDGER)

    @property
    def undecided(self) -> tuple[Part, ...]:
        """原資の決定がまだの案件。"""
        return tuple(part for part in self.loose.parts if not part.bank and part.kind != PartKind.LEDGER)

    @property
    def without_facility(self) -> tuple[Part, ...]:
        """枠の登録のない金融機関からの借入。"""
        return tuple(part for part in self.loose.parts if part.bank)

    def of(self, bank: str, loan_type: str) -> FacilityUse | None:
        """この借入先・形式の借入が使う枠。"""
        return next((use for use in self.uses if use.facility.takes(bank, loan_type)), None)

    def open_to(self, loan_type: str) -> list[FacilityUse]:
        """この形式の借入に使える枠。"""
        return [use for use in self.uses if use.facility.form in ("any", loan_type)]


def read(borrowing: Exposure, day: date) -> Facilities:
    """借入の内訳を、その日に使える融資枠に割り当てる。形式の決まった枠を先に使う。"""
    facilities = sorted(Facility.objects.in_force(day), key=lambda one: one.form == "any")
    taken: dict[int, list[Part]] = {facility.pk: [] for facility in facilities}
    loose = []
    for part in borrowing.parts:
        facility = next((one for one in facilities if part.bank and one.takes(part.bank, part.loan_type)), None)
        (taken[facility.pk] if facility else loose).append(part)
    uses = [FacilityUse(facility, Exposure(tuple(taken[facility.pk]))) for facility in facilities]
    return Facilities(tuple(uses), Exposure(tuple(loose)))
