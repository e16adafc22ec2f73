"""実行の操作: 見込みの計算、起票、承認、差戻し、訂正（手引き第3章(1)(一)、V02・V05・V33）。

起票した内容と、承認のときに計算し直した内容が違えば、承認は断られる。計上されるのは、見たとおりの伝票だけである。
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from coopfin import log
from coopfin.flow import Finding, StepRefused, block
from ledger import operations as ledger
from ledger.models import Voucher, VoucherState
from ledger.slips import Slip
from loans import headroom, postings
from loans.enums import EventKind, LoanState
from loans.models import Application, Instalment, Loan, LoanEvent
from loans.operations import base, dealings
from loans.terms import Computation, LoanTerms, compute


@dataclass(frozen=True)
class Preview:
    """実行の見込み。画面に見せるものと、起票・計上されるものは、この一つから作る。"""

    computation: Computation
    slip: Slip


def preview(loan: Loan, *, disburse_on: date) -> Preview:
    """この日に実行したときの計算と伝票。"""
    computation = compute(LoanTerms.of_loan(loan, start_on=disburse_on))
    return Preview(computation, postings.disbursed(calculation=computation, member=loan.member, reference=loan.number))


def _explanation(computation: Computation) -> list[dict]:
    return [{"label": row.label, "formula": row.formula, "amount": row.amount} for row in computation.explanation]


@transaction.atomic
def prepare(application: Application, *, disburse_on: date, by, on: date, reason: str = "") -> LoanEvent:
    """実行の伝票を起票する。番号はまだなく、残高にも入らない。"""
    application = base.lock(application)
    step = base.check(application, "prepare_disbursement", by=by, on=on, reason=reason, disburse_on=disburse_on)
    loan = application.loan
    what = preview(loan, disburse_on=disburse_on)
    voucher = ledger.prepare(what.slip, dated_on=disburse_on, by=by, on=on)
    event = LoanEvent(
        loan=loan,
        kind=EventKind.DISBURSEMENT,
        on=disburse_on,
        principal=what.computation.principal,
        interest=what.computation.interest,
        fee=what.computation.fee,
        cash=what.computation.net,
        explanation=_explanation(what.computation),
        voucher=voucher,
    )
    event.full_clean()
    event.save()
    base.advance(application, step, by=by, on=on, reason=reason, voucher=str(voucher), cash=event.cash)
    return event


def _same(event: LoanEvent, what: Preview) -> bool:
    booked = sorted(
        (line.side, line.account_id, line.amount, line.member_id, line.reference) for line in event.voucher.lines.all()
    )
    again = sorted(
        (line.side.value, line.account.value, line.amount, line.member.pk if line.member else None, line.reference)
        for line in what.slip.lines
    )
    figures = (event.principal, event.interest, event.fee, event.cash)
    result = what.computation
    return booked == again and figures == (result.principal, result.interest, result.fee, result.net)


def difference_findings(event: LoanEvent, what: Preview | None = None) -> list[Finding]:
    """起票した内容と、いま計算した内容の違い。同じなら空。"""
    what = what or preview(event.loan, disburse_on=event.on)
    if _same(event, what):
        return []
    return [
        block(
            "起票したときの内容と、いま計算した内容が違います。起票を差し戻して、起票し直してください。",
            "起票と計上の一致",
            detail=f"起票 {event.cash:,}円、いま {what.computation.net:,}円",
            code="differs",
        )
    ]


def _locked(voucher: Voucher) -> tuple[Application, LoanEvent]:
    event = LoanEvent.objects.select_related("loan__application", "voucher").get(voucher=voucher)
    application = base.lock(event.loan.application)
    event = LoanEvent.objects.select_related("loan", "loan__member", "loan__policy", "voucher").get(pk=event.pk)
    return application, event


@transaction.atomic
def approve(voucher: Voucher, *, by, on: date, reason: str = "") -> LoanEvent:
    """起票された実行（または訂正）を、別の人が承認して計上する。すべての確認をもう一度行う。"""
    application, event = _locked(voucher)
    if event.kind == EventKind.REVERSAL:
        return _approve_reversal(application, event, by=by, on=on, reason=reason)
    step = base.check(application, "disburse", by=by, on=on, reason=reason, disburse_on=event.on)
    loan = event.loan
    what = preview(loan, disburse_on=event.on)
    differs = difference_findings(event, what)
    if differs:
        raise StepRefused(step.label, differs)
    limits = headroom.figures(headroom.of(application, on))
    posted = ledger.post(event.voucher, by=by, on=on)
    Instalment.objects.bulk_create(
        Instalment(
            loan=loan, no=row.no, due_on=row.due_on, pay_on=row.pay_on, days=row.days, principal=row.principal,
            interest=row.interest, fee=row.fee, balance=row.balance,
        )
        for row in what.computation.instalments
    )  # fmt: skip
    loan.state, loan.disbursed_on = LoanState.ACTIVE, event.on
    loan.save(update_fields=["state", "disbursed_on"])
    log.record(loan, verb="disburse", label="実行", by=by, on=on, reason=reason, voucher=str(posted), cash=event.cash)
    dealings.note_disbursed(application, loan, disbursed_on=event.on)
    base.advance(application, step, by=by, on=on, reason=reason, voucher=str(posted), limits=limits)
    return event


@transaction.atomic
def reject(voucher: Voucher, *, by, on: date, reason: str) -> LoanEvent:
    """起票を理由を付けて差し戻す。実行待ちのまま、起票し直せる。"""
    application, event = _locked(voucher)
    base.allow(application, "loans.approve_disbursement", "実行の起票の差戻し", by=by, on=on)
    ledger.reject(event.voucher, by=by, on=on, reason=reason)
    base.touch(application, "version")
    log.record(application, verb="reject_disbursement", label="実行の起票の差戻し", by=by, on=on, reason=reason)
    return event


@transaction.atomic
def prepare_reversal(voucher: Voucher, *, dated_on: date, by, on: date, reason: str) -> LoanEvent:
    """実行の訂正（赤）を起票する。承認されると、残高が戻り、案件は実行待ちに戻る。"""
    application, event = _locked(voucher)
    base.allow(application, "loans.prepare_disbursement", "実行の訂正", by=by, on=on)
    if event.kind != EventKind.DISBURSEMENT:
        raise StepRefused("実行の訂正", [block("訂正の伝票は、さらに訂正できません。", "会計の不変性")])
    if event.voucher.state != VoucherState.POSTED:
        raise StepRefused(
            "実行の訂正", [block("計上していない伝票は、訂正ではなく差し戻してください。", "会計の不変性")]
        )
    if event.loan.events.filter(kind=EventKind.REVERSAL, voucher__state=VoucherState.PREPARED).exists():
        raise StepRefused("実行の訂正", [block("訂正の伝票が、すでに承認を待っています。", "二重操作の防止")])
    reversal = ledger.prepare_reversal(event.voucher, dated_on=dated_on, by=by, on=on, reason=reason)
    undone = LoanEvent(
        loan=event.loan,
        kind=EventKind.REVERSAL,
        on=dated_on,
        principal=-event.principal,
        interest=-event.interest,
        fee=-event.fee,
        cash=-event.cash,
        explanation=[{"label": "訂正", "formula": f"{event.voucher}の取消し（{reason}）", "amount": -event.cash}],
        voucher=reversal,
    )
    undone.full_clean()
    undone.save()
    base.touch(application, "version")
    log.record(application, verb="prepare_reversal", label="実行の訂正の起票", by=by, on=on, reason=reason)
    return undone


def _approve_reversal(application: Application, event: LoanEvent, *, by, on: date, reason: str) -> LoanEvent:
    reason = reason or event.voucher.reason
    step = base.check(application, "undo_disbursement", by=by, on=on, reason=reason)
    loan = event.loan
    posted = ledger.post(event.voucher, by=by, on=on)
    loan.instalments.all().delete()
    loan.state, loan.disbursed_on = LoanState.CONTRACTED, None
    loan.save(update_fields=["state", "disbursed_on"])
    log.record(loan, verb="undo_disbursement", label="実行の訂正", by=by, on=on, reason=reason, voucher=str(posted))
    base.advance(application, step, by=by, on=on, reason=reason, voucher=str(posted))
    return event
