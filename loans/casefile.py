"""案件の綴り: 案件のページも稟議書も読む、同じ値。議案・答申・決定・資金計画・計算。読むだけで、何も変えない。"""

from __future__ import annotations

from coopfin.calc.yen import ImpossibleTerms
from coopfin.models import Policy
from governance import operations as governance
from governance.enums import BodyKind, ItemResult, ItemState
from loans import items, postings
from loans.enums import ApplicationState as S
from loans.enums import BankDealing, LoanState
from loans.models import Application
from loans.terms import LoanTerms, compute

#: 状態 → 次のステップ
NEXT = {
    S.DRAFT: "receive",
    S.RECEIVED: "investigate",
    S.RETURNED: "investigate",
    S.INVESTIGATION: "submit_to_committee",
    S.COMMITTEE_QUEUE: "recommend",
    S.RECOMMENDED: "submit_to_board",
    S.BOARD_QUEUE: "approve",
    S.APPROVED: "contract",
    S.CONTRACTING: "confirm_ready",
    S.READY: "prepare_disbursement",
}
#: その手続をする人でなければ、言っても仕方のないこと
PERSONAL = {"permission", "instructor", "receiver", "investigator", "contract-maker", "delegation"}


# --- 議案 -----------------------------------------------------------------------------------


def agenda_of(application: Application) -> list:
    """この申込の議案のすべて（新しい順）。意見・議決・会議まで、決まった回数の問合せで読む。"""
    found = items.of(application).select_related("submission").prefetch_related(
        "recusals__person",
        "opinions__seat__person",
        "opinions__proposed_conditions",
        "votes__seat__person",
        "meeting__attendances",
        "continuations__meeting",
    )  # fmt: skip
    return list(found)


def current(agenda_items: list, kind: str):
    """この機関の、いまの付議の議案。差し戻された付議のものは、いまのものではない。"""
    return next((item for item in agenda_items if item.body.kind == kind and not _is_over(item)), None)


def _is_over(item) -> bool:
    submission = getattr(item, "submission", None)
    return item.state == ItemState.WITHDRAWN or (submission is not None and submission.is_earlier)


def earlier_rounds(agenda_items: list, kind: str) -> list:
    """前の付議の議案のうち、意見・議決・答申の残っているもの（新しい順）。"""
    past = [item for item in agenda_items if item.body.kind == kind and _is_over(item)]
    return [item for item in past if item.opinions.all() or item.votes.all() or item.state == ItemState.DECIDED]


# --- 委員会と理事会 -------------------------------------------------------------------------


def committee(application: Application, on, agenda=None) -> dict | None:
    """答申の面: 委員ごとの意見、除斥、定足数、前の付議での意見。"""
    agenda = agenda_of(application) if agenda is None else agenda
    item, earlier = current(agenda, BodyKind.COMMITTEE), earlier_rounds(agenda, BodyKind.COMMITTEE)
    if item is None:
        return {"item": None, "earlier": earlier} if earlier else None
    opinions = {opinion.seat_id: opinion for opinion in item.opinions.all()}
    recused = {recusal.person_id: recusal for recusal in item.recusals.all()}
    seats = list(governance.seats_of(BodyKind.COMMITTEE, item.decided_on or on))
    known = {seat.pk for seat in seats}
    seats += [opinion.seat for opinion in opinions.values() if opinion.seat_id not in known]
    rows = [{"seat": seat, "opinion": opinions.get(seat.pk), "recusal": recused.get(seat.person_id)} for seat in seats]
    barred = {application.received_by_id: ""} if application.received_by_id else {}
    return {
        "item": item,
        "earlier": earlier,
        "rows": rows,
        "standing": governance.standing(item, on=on),
        "concluder": governance.who_concludes(item, on=on, barred=barred) if item.is_open else None,
    }


def board(application: Application, on, agenda=None) -> dict | None:
    """理事会の面: 議決、除斥、定足数、条件、前の付議での議決。"""
    agenda = agenda_of(application) if agenda is None else agenda
    item, earlier = current(agenda, BodyKind.BOARD), earlier_rounds(agenda, BodyKind.BOARD)
    if item is None:
        return {"item": None, "earlier": earlier} if earlier else None
    return {
        "item": item,
        "earlier": earlier,
        "votes": list(item.votes.all()),
        "recusals": list(item.recusals.all()),
        "continuations": list(item.continuations.all()),
        "standing": governance.standing(item, on=on),
        "favourable": item.result in (ItemResult.FAVOURABLE, ItemResult.CONDITIONAL),
    }


# --- 資金計画 -------------------------------------------------------------------------------


def plan(application: Application) -> dict:
    """資金計画の面: 使いみち、まかない方、ほかの金融機関との取引と、それぞれの計。"""
    uses, sources, banks = list(application.uses.all()), list(application.sources.all()), list(application.banks.all())
    return {
        "uses": uses,
        "sources": sources,
        "banks": banks,
        "parties": list(application.parties.all()) if application.is_bill else [],
        "used": sum(row.amount for row in uses),
        "funded": application.amount + sum(row.amount for row in sources),
        "balance": sum(row.balance for row in banks if row.kind != BankDealing.DEPOSIT),
        "yearly_repayment": sum(row.yearly_repayment for row in banks),
    }


# --- 計算 --------- -----------------------------------------------------------------------------


def calculation(application: Application, on) -> dict:
    """計算の面: 手形の前取か償還予定、起票される伝票、限度額の余力。"""
    loan = application.loan
    policy = (loan.policy if loan else application.policy) or Policy.on(on)
    found = {"computation": None, "problem": "", "slip": None, "actual": False}
    if policy is None:
        found["problem"] = "この日に効力のある方針がないため、計算できません。"
        return found
    try:
        if loan is not None:
            start = loan.disbursed_on or max(loan.contracted_on, application.disburse_on)
            found["computation"] = compute(LoanTerms.of_loan(loan, start_on=start))
        else:
            found["computation"] = compute(LoanTerms.of_application(application, policy))
    except ImpossibleTerms as error:
        found["problem"] = str(error)
        return found
    found["slip"] = postings.disbursed(
        calculation=found["computation"], member=application.member, reference=loan.number if loan else ""
    )
    found["actual"] = loan is not None and loan.state == LoanState.ACTIVE
    return found
