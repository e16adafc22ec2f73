"""答申書と決定通知書に印字する値、いま知らせるべき決定（手引き 第2章2 三）。何も変えない。"""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef

from coopfin.calc import words
from coopfin.models import Cooperative
from documents import access
from documents.models import IssuedDocument
from documents.paper import CannotRender
from documents.parties import Party
from governance.enums import BodyKind, ItemResult, OpinionChoice
from governance.models import AgendaItem
from loans import casefile, coverage, printing, protection, wording
from loans.case_papers import CREDIT_MEMORANDUM, DECISION_NOTICE, RECOMMENDATION, DecisionLetter, Recommendation, Voice
from loans.enums import COMMITTED_STATES
from loans.enums import ApplicationState as S
from loans.memorandum.securing import place_of
from loans.models import Application, DecisionNotice
from loans.models.letters import decision_of_case
from members.enums import MemberKind

#: 稟議書を発行できない状態（まだ調べていない）
TOO_EARLY = (S.DRAFT, S.RECEIVED)
#: 決定を知らせる状態
DECIDED = (S.DECLINED, *COMMITTED_STATES, S.DISBURSED)
#: 通知のまだないことを、今日の仕事で知らせる状態（実行してしまえば、知らせるまでもない）
TO_TELL = (S.DECLINED, S.APPROVED, S.CONTRACTING)


# --- 答申書 ---------------------------------------------------------------------------------


def advice_of(application: Application, agenda=None) -> AgendaItem | None:
    """いまの付議の答申。まだなら None。"""
    return _decided(application, BodyKind.COMMITTEE, agenda)


def decision_of(application: Application, agenda=None) -> AgendaItem | None:
    """申込者に知らせる、理事会の決定。まだなら None。"""
    return _decided(application, BodyKind.BOARD, agenda) if application.state in DECIDED else None


def _decided(application: Application, kind: str, agenda) -> AgendaItem | None:
    item = casefile.current(casefile.agenda_of(application) if agenda is None else agenda, kind)
    return None if item is None or item.is_open else item


def recommendation(application: Application, *, on: date, number: str = "") -> Recommendation:
    """答申書の値。"""
    panel = casefile.committee(application, on)
    item, rows = panel["item"], panel["rows"]
    given = [row["opinion"].choice for row in rows if row["opinion"]]
    counts = "、".join(f"{choice.label} {given.count(choice)}名" for choice in OpinionChoice)
    cooperative = Cooperative.current()
    capacity = getattr(application, "capacity", None)
    signer = _signer(item, rows)
    return Recommendation(
        number=number,
        issuer=cooperative.name if cooperative else "",
        addressee="理事会",
        body=str(item.body),
        asked_on=item.submitted_on,
        advised_on=item.decided_on,
        decision_number=item.number,
        subject=(
            ("受付番号", application.number),
            ("申込者", str(application.member)),
            *_terms(application),
            *_conditions_of_loan(application),
            *_security(application),
        ),
        conclusion=CONCLUSIONS[item.result],
        counts=counts,
        quorum=panel["standing"].quorum_text(),
        voices=tuple(_voice(row) for row in rows),
        conditions=tuple(item.conditions.splitlines()),
        comment=item.comment,
        capacity_comment=capacity.comment if capacity else "",
        signer_title=signer.get_title_display() if signer else "委員長",
        signer=str(signer.person) if signer else "",
    )


CONCLUSIONS = {
    ItemResult.FAVOURABLE: "貸付を適当と認める。",
    ItemResult.CONDITIONAL: "次の条件を付けて、貸付を適当と認める。",
    ItemResult.UNFAVOURABLE: "貸付を適当と認めない。",
}


def _voice(row: dict) -> Voice:
    seat, opinion = row["seat"], row["opinion"]
    person = {"name": str(seat.person), "seat": seat.get_title_display()}
    if row["recusal"]:
        return Voice(choice="除斥", words=row["recusal"].reason, **person)
    if opinion is None:
        return Voice(choice="", words="意見を述べていない", **person)
    asked = [f"条件　{one.described}" for one in opinion.proposed_conditions.all()]
    return Voice(choice=opinion.get_choice_display(), words="\n".join([opinion.reason, *asked]), **person)


def _signer(item: AgendaItem, rows):
    """答申をまとめた委員（委員長。除かれたときは、まとめた委員）。"""
    free = [row["seat"] for row in rows if not row["recusal"]]
    recorder = item.recorded_by_id
    return next((seat for seat in free if seat.person.user_id == recorder), None) or next(
        (seat for seat in free if seat.is_chair), None
    )


# --- 決定通知書 -----------------------------------------------------------------------------


def decision_letter(
    application: Application, *, on: date, number: str = "", reason_told: str = "", message: str = ""
) -> DecisionLetter:
    """決定通知書の値。内部の意見と賛否は写さない。"""
    cooperative, decision = Cooperative.current(), decision_of(application)
    if cooperative is None:
        raise CannotRender(printing.NO_COOPERATIVE)
    declined = decision.result == ItemResult.UNFAVOURABLE
    return DecisionLetter(
        number=number,
        written_on=on,
        creditor=printing.cooperative_party(cooperative),
        addressee=printing.member_party(application.member),
        honorific=_honorific(application),
        result=decision.result,
        received_on=application.received_on,
        application_number=application.number,
        decided_on=decision.decided_on,
        terms=(*_terms(application), *(() if declined else (*_conditions_of_loan(application), *_security(application)))),
        conditions=() if declined else tuple(
            (one.text, one.wanted.due_label) for one in application.conditions.all() if one.lapsed_on is None
        ),
        expires_on=None if declined else application.approval_expires_on,
        bank_funded=application.is_bank_funded and not declined,
        reason_told=reason_told.strip() if declined else "",
        message=message.strip(),
        returned=to_return(application) if declined else (),
        person_in_charge=str(application.received_by or application.created_by),
    )  # fmt: skip


def _honorific(application: Application) -> str:
    """宛名の終わり。法人に代表者の名を添えるときは、様。"""
    party: Party = printing.member_party(application.member)
    return "様" if party.representative or application.member.kind != MemberKind.CORPORATE else "御中"


def to_return(application: Application) -> tuple[str, ...]:
    """預かったままの原本（返すもの）。"""
    return tuple(application.required_documents.kept().values_list("name", flat=True))


def _terms(application: Application) -> tuple[tuple[str, str], ...]:
    return (
        ("金額", f"{application.amount:,}円"),
        ("使いみち", f"{application.purpose_label}（{application.purpose_detail}）"),
        ("形式", application.get_loan_type_display()),
    )


def _conditions_of_loan(application: Application):
    yield "利率", f"年{application.interest_rate.normalize():f}%"
    if application.fee_rate:
        yield "転貸手数料", f"年{application.fee_rate.normalize():f}%"
    yield "返済", wording.repayment_text(application)
    yield "手形の期日" if application.is_bill else "最終期日", words.to_wareki(application.maturity_on)
    yield "実行の予定日", words.to_wareki(application.disburse_on)


def _security(application: Application):
    rows = protection.cover_of(application).rows
    if rows:
        yield "担保", "\n".join(f"{row.label}　{place_of(row.asset)}" for row in rows)
    links = coverage.guarantee_links(application)
    if links:
        names = (f"{link.guarantee.guarantor}（{link.guarantee.get_kind_display()}）" for link in links)
        yield "保証人", "\n".join(names)


# --- 発行したもの、まだのもの ---------------------------------------------------------------


def issued(application: Application) -> dict[str, list[IssuedDocument]]:
    """様式の符号 → この申込について発行した有効な書類（新しい順）。"""
    found = (
        IssuedDocument.objects.without_content()
        .valid()
        .about(access.content_type_of(application), application.pk)
        .filter(paper__in=[paper.code for paper in (CREDIT_MEMORANDUM, RECOMMENDATION, DECISION_NOTICE)])
        .select_related("issued_by", "decision_notice__sent_by")
        .order_by("-pk")
    )
    papers: dict[str, list[IssuedDocument]] = {}
    for document in found:
        papers.setdefault(document.paper, []).append(document)
    return papers


def untold(visible):
    """決定したのに、通知をまだ作っていない申込。visible は、見てよい申込。"""
    told = DecisionNotice.objects.in_force().filter(application=OuterRef("pk"), decision=OuterRef("board_decision"))
    deciding = visible.filter(state__in=TO_TELL).alias(board_decision=decision_of_case())
    return deciding.filter(~Exists(told))


def unsent():
    """作ったのに、送った・渡したことの記録がない通知。"""
    return DecisionNotice.objects.in_force().filter(sent_on__isnull=True)
