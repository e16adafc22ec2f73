"""限度額の余力。③ 1組合員の貸付残高と ① 借入金残高を、決議・残高・承認済未実行から数える（H2.2-a、B12b）。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, Sum

from coopfin.flow import Finding, block, passed, warn
from coopfin.models import Cooperative
from governance.models import LimitResolution
from ledger.accounts import BORROWING_ACCOUNTS, Side
from ledger.models import VoucherKind, VoucherLine, VoucherState
from loans.enums import ApplicationState, FundingSource
from loans.limits import LimitCheck, LimitChecks, LimitKind, check_all, check_limit
from loans.models import Application, LoanEvent

SOURCE = "手引き 第2章1 c・2 一 a"


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """ある申込を実行したときの余力。決議がなければ checks は None。"""

    resolution: LimitResolution | None
    checks: LimitChecks | None

    @property
    def member(self) -> LimitCheck | None:
        return self.checks.of(LimitKind.MEMBER) if self.checks else None

    @property
    def borrowing(self) -> LimitCheck | None:
        return self.checks.of(LimitKind.COOPERATIVE_BORROWING) if self.checks else None


def _total(queryset, field: str) -> int:
    return queryset.aggregate(total=Sum(field))["total"] or 0


def _committed(on: date, without: Application | None = None):
    """承認済未実行。決定の有効期限が過ぎたものは、もう実行できないので数えない。"""
    found = Application.objects.committed().filter(approval_expires_on__gte=on)
    return found.exclude(pk=without.pk) if without is not None and without.pk else found


def member_outstanding(member) -> int:
    """1組合員の貸付残高（計上済）。円。"""
    return _total(LoanEvent.objects.posted().filter(loan__member=member), "principal")


def borrowing_outstanding() -> int:
    """借入金残高。元帳の転貸借入金に、借入がまだ元帳にない転貸の残高を足す。円。"""
    lines = VoucherLine.objects.filter(
        voucher__state=VoucherState.POSTED, account_id__in=[code.value for code in BORROWING_ACCOUNTS]
    )
    sums = lines.aggregate(
        credit=Sum("amount", filter=Q(side=Side.CREDIT.value)), debit=Sum("amount", filter=Q(side=Side.DEBIT.value))
    )
    booked = (sums["credit"] or 0) - (sums["debit"] or 0)
    # 契約番号を付けて記帳された借入は元帳の残高に入っているので、貸付の残高をもう一度は数えない。
    # 訂正（赤）で取り消された借入は、記帳されていないのと同じ。
    borrowed = lines.filter(side=Side.CREDIT.value, reference=OuterRef("loan__number")).exclude(
        Q(voucher__kind=VoucherKind.REVERSAL) | Q(voucher__reversals__state=VoucherState.POSTED)
    )
    unbooked = LoanEvent.objects.posted().filter(loan__funding_source=FundingSource.BANK).exclude(Exists(borrowed))
    return booked + _total(unbooked, "principal")


def of(application: Application, on: date) -> Headroom:
    """この申込を実行したあとの余力（この申込自身は「今回」に数え、「承認済未実行」には数えない）。"""
    cooperative = Cooperative.current()
    resolution = LimitResolution.current(on, cooperative.fiscal_start_month if cooperative else 4)
    if resolution is None:
        return Headroom(resolution=None, checks=None)
    others = _committed(on, application)
    # 実行済なら残高に入っているので、今回の額としてもう一度は数えない。
    requested = 0 if application.state == ApplicationState.DISBURSED else application.amount
    member = check_limit(
        kind=LimitKind.MEMBER,
        limit=resolution.member_loan_limit,
        outstanding=member_outstanding(application.member),
        committed=_total(others.filter(member=application.member), "amount"),
        request=requested,
    )
    borrowing = None
    if application.is_bank_funded:
        borrowing = check_limit(
            kind=LimitKind.COOPERATIVE_BORROWING,
            limit=resolution.borrowing_limit,
            outstanding=borrowing_outstanding(),
            committed=_total(others.filter(funding_source=FundingSource.BANK), "amount"),
            request=requested,
        )
    return Headroom(resolution=resolution, checks=check_all(member, borrowing))


def findings(headroom: Headroom, *, without_resolution: str = "block", url: str = "") -> list[Finding]:
    """限度額の確認事項。超えるものはすべて挙げる。"""
    if headroom.resolution is None:
        say = block if without_resolution == "block" else warn
        return [
            say(
                "有効な限度額の決議がありません。総会の決議が承認されるまで、貸付の承認・実行はできません。",
                SOURCE,
                url=url,
                url_label="限度額・決議を見る",
                code="no-resolution",
            )
        ]
    return [
        (passed if check.within else block)(
            check.sentence,
            str(headroom.resolution),
            detail=check.explanation[0].formula if check.explanation else "",
            url="" if check.within else url,
            url_label="限度額・決議を見る",
            code=f"limit-{check.kind}",
        )
        for check in headroom.checks.checks
    ]
