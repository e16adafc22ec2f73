"""契約の操作: 原資の決定、契約手続の開始と取りやめ、書類の発行・受領、実行準備の確認。"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from coopfin import log
from coopfin.calc import days
from coopfin.flow import StepRefused, block
from coopfin.models import Cooperative, Sequence
from documents import batches
from documents import operations as documents
from documents.models import IssueBatch, IssuedDocument
from governance.enums import BodyKind
from loans import funding_answer, headroom, printing, root_guarantees
from loans.enums import ApplicationState, FundingResult, LoanState, LoanType
from loans.models import Application, FundingDecision, Loan
from loans.operations import base, review, submissions
from loans.papers import GUARANTEE_LETTER, MASTER_AGREEMENT
from loans.terms import LoanTerms, compute
from loans.workflow import documents_of

CONTRACT_PREFIX = {LoanType.BILL: "T", LoanType.DEED: "S"}


@transaction.atomic
def record_funding(
    application: Application,
    *,
    bank: str,
    decided_on: date,
    result: str,
    amount: int,
    bank_rate: Decimal,
    maturity_on: date,
    document_reference: str,
    guarantee_pattern: str = "",
    note: str = "",
    upload=None,
    new_terms: dict | None = None,
    by,
    on: date,
    reason: str = "",
) -> FundingDecision:
    """原資の決定を記録する（H2.1-g）。銀行が条件を変えたら、貸付の条件を改めて理事会に戻す。

    new_terms は、銀行の条件に合わせて改める貸付の条件（金額・利率・期日など）。
    """
    application = base.lock(application)
    step = base.check(application, "record_funding", by=by, on=on, reason=reason)
    if not application.is_bank_funded:
        raise StepRefused(step.label, [block("この案件の原資は自己資金です。銀行の決定は要りません。", "申込の内容")])
    if problem := funding_answer.day_problem(application, decided_on, on):
        raise StepRefused(step.label, [block(problem, "手引き 第2章2 四")])
    if result == FundingResult.AS_APPLIED:
        apart = funding_answer.differences(application, amount=amount, bank_rate=bank_rate, maturity_on=maturity_on)
        if apart:
            how = "「条件を変えて承諾」として記録し、理事会に戻してください。"
            raise StepRefused(step.label, [block(text + how, "手引き 第2章1 g") for text in apart.values()])
    designated = headroom.bank_finding(bank, on)
    if result != FundingResult.REFUSED and designated.blocks:
        raise StepRefused(step.label, [designated])
    application.funding_decisions.filter(superseded=False).update(superseded=True)
    decision = FundingDecision(
        application=application, bank=bank, decided_on=decided_on, result=result, amount=amount, bank_rate=bank_rate,
        maturity_on=maturity_on, document_reference=document_reference, guarantee_pattern=guarantee_pattern, note=note,
        document=upload, recorded_by=by, recorded_on=on,
    )  # fmt: skip
    decision.full_clean()
    decision.save()
    log.record(
        application, verb="record_funding", label="原資の決定の記録", by=by, on=on, reason=reason, bank=bank,
        result=decision.get_result_display(), amount=amount,
    )  # fmt: skip
    if result == FundingResult.CHANGED:
        _back_to_board(application, new_terms or {}, by=by, on=on, reason=reason or note or "銀行が条件を変えたため")
    else:
        base.touch(application, "version")
    return decision


def _back_to_board(application: Application, new_terms: dict, *, by, on: date, reason: str) -> None:
    step = base.check(application, "funding_changed", by=by, on=on, reason=reason)
    before = {name: str(getattr(application, name)) for name in new_terms}
    for name, value in new_terms.items():
        setattr(application, name, value)
    if not application.is_bill:
        application.maturity_on = compute(LoanTerms.of_application(application, application.policy)).maturity_on
    review.take_back(application, reason=reason, by=by, on=on)
    after = {name: str(getattr(application, name)) for name in new_terms}
    base.advance(application, step, by=by, on=on, reason=reason, before_terms=before, after_terms=after)
    application.full_clean()
    submissions.submit(application, BodyKind.BOARD, by=by, on=on)


@transaction.atomic
def begin(application: Application, *, contracted_on: date, by, on: date, reason: str = "") -> Loan:
    """契約手続を始める。契約番号を年度ごと欠番なく付け、承認された条件を固める。"""
    application = base.lock(application)
    step = base.check(application, "contract", by=by, on=on, reason=reason, contract_on=contracted_on)
    if contracted_on < application.approved_on:
        raise StepRefused(step.label, [block("契約日が理事会の決定日より前です。", "手引き 第2章2 四")])
    if contracted_on > application.approval_expires_on:
        raise StepRefused(step.label, [block("契約日が理事会の決定の有効期限を過ぎます。", "金融事業規程")])
    if contracted_on > application.disburse_on:
        application.disburse_on = contracted_on
    fiscal_year = days.fiscal_year(contracted_on, Cooperative.current().fiscal_start_month)
    sequence = Sequence.next("contract", fiscal_year)
    loan = Loan(
        application=application,
        member=application.member,
        fiscal_year=fiscal_year,
        sequence=sequence,
        number=f"{CONTRACT_PREFIX[LoanType(application.loan_type)]}-{fiscal_year}-{sequence:03d}",
        loan_type=application.loan_type,
        principal=application.amount,
        funding_source=application.funding_source,
        interest_rate=application.interest_rate,
        fee_rate=application.fee_rate,
        damages_rate=application.policy.damages_rate,
        contracted_on=contracted_on,
        maturity_on=application.maturity_on,
        method=application.method,
        installments=application.installments,
        interval_months=application.interval_months,
        grace_installments=application.grace_installments,
        first_due_on=application.first_due_on,
        anchor_day=application.anchor_day,
        policy=application.policy,
        contracted_by=by,
    )
    compute(LoanTerms.of_loan(loan, start_on=max(contracted_on, application.disburse_on)))
    loan.full_clean()
    loan.save()
    base.advance(application, step, by=by, on=on, reason=reason, contract=loan.number)
    log.record(loan, verb="contract", label="契約手続の開始", by=by, on=on)
    return loan


@transaction.atomic
def cancel(application: Application, *, by, on: date, reason: str) -> Application:
    """契約手続を取りやめる。契約番号は取消として残り、発行した書類は、作っている途中のものも無効になる。

    調印済の約定書だけは残る。組合員との取引全体の約束で、ほかの貸付がその上に立っているかもしれないから（H2.5-a）。
    調印済の保証書も、その根保証を使ってすでに実行した貸付があれば残る。
    """
    application = base.lock(application)
    step = base.check(application, "cancel_contract", by=by, on=on, reason=reason)
    loan = application.loan
    content_type = ContentType.objects.get_for_model(Loan)
    in_force = IssuedDocument.objects.without_content().filter(voided_at__isnull=True).about(content_type, loan.pk)
    kept = [MASTER_AGREEMENT.code]
    if root_guarantees.letter_supports_another(loan):
        kept.append(GUARANTEE_LETTER.code)
    for document in in_force.exclude(paper__in=kept, signed_on__isnull=False):
        documents.void(document, reason=f"契約手続の取りやめ: {reason}"[:300], by=by, on=on)
    loan.state = LoanState.CANCELLED
    loan.save(update_fields=["state"])
    log.record(loan, verb="cancel_contract", label="契約手続の取りやめ", by=by, on=on, reason=reason)
    return base.advance(application, step, by=by, on=on, reason=reason)


def issue_paper(application: Application, *, code: str, by, on: date):
    """契約書類を一つ発行する。描くのは鎖錠の外で行う。"""
    base.allow(application, "loans.issue_papers", "書類の発行", by=by, on=on)
    _contracting_only(application)
    loan = application.loan
    if loan is None:
        raise StepRefused("書類の発行", [block("契約手続が取りやめになりました。", "事務の流れ")])
    paper = next((paper for paper in printing.papers_for(loan) if paper.code == code), None)
    if paper is None:
        raise StepRefused("書類の発行", [block("この契約に、その書類は要りません。", "手引き 第2章2 四")])

    def context(number: str):
        # 番号を取ったあとでもう一度確かめる。このあと取りやめられれば、取りやめる側がこの番号を無効にする。
        latest = Loan.objects.select_related("application").get(pk=loan.pk)
        _contracting_only(latest.application)
        if latest.state != LoanState.CONTRACTED:
            raise StepRefused("書類の発行", [block(f"契約 {latest.number} は取りやめになりました。", "事務の流れ")])
        return printing.context_for(paper, loan, number=number, on=on)

    document = documents.issue(paper=paper, context_builder=context, target=loan, by=by, on=on)
    log.record(application, verb="issue_paper", label="書類の発行", by=by, on=on, paper=str(document))
    return document


def papers_to_issue(loan: Loan) -> list:
    """まだ発行していない契約書類。"""
    issued = set(documents_of(loan).values_list("paper", flat=True))
    return [paper for paper in printing.papers_for(loan) if paper.code not in issued]


def start_issuing(application: Application, *, by, on: date, back_url: str = "") -> IssueBatch:
    """まだ発行していない契約書類を、まとめて発行し始める。一通ずつの発行は issue_paper と同じ。"""
    base.allow(application, "loans.issue_papers", "書類の発行", by=by, on=on)
    _contracting_only(application)
    loan = application.loan
    papers = [(loan, paper) for paper in papers_to_issue(loan)]
    label = f"契約書類の発行　{loan.number}"
    return batches.start(papers, label=label, by=by, on=on, back_url=back_url)


def _issue_of_loan(loan: Loan, *, code: str, by, on: date):
    return issue_paper(loan.application, code=code, by=by, on=on)


batches.register("loans.loan", _issue_of_loan)


def _contracting_only(application: Application) -> None:
    if application.state != ApplicationState.CONTRACTING:
        raise StepRefused("書類の発行", [block("書類を発行できるのは「契約手続中」のときだけです。", "事務の流れ")])


@transaction.atomic
def receive_signed(application: Application, document, *, by, on: date):
    """調印済の書類を受け取る（H2.5-a）。この契約の有効な書類だけ。"""
    application = base.lock(application)
    label = "調印済の受領"
    base.allow(application, "loans.issue_papers", label, by=by, on=on)
    loan = application.loan
    if loan is None or not documents_of(loan).filter(pk=document.pk).exists():
        raise StepRefused(label, [block("この契約の有効な書類ではありません。", "手引き 第2章2 四")])
    documents.mark_signed(document, by=by, on=on)
    base.touch(application, "version")
    log.record(application, verb="receive_signed", label="調印済書類の受領", by=by, on=on, paper=str(document))
    return document


@transaction.atomic
def confirm_ready(application: Application, *, by, on: date, reason: str = "") -> Application:
    """実行できることを、契約手続をした人とは別の人が確認する。だれが確認したかは、貸付にも残る（相互牽制）。"""
    application = base.lock(application)
    step = base.check(application, "confirm_ready", by=by, on=on, reason=reason)
    loan = application.loan
    loan.confirmed_by, loan.confirmed_on = by, on
    loan.validate_constraints()
    loan.save(update_fields=["confirmed_by", "confirmed_on"])
    return base.advance(application, step, by=by, on=on, reason=reason)
