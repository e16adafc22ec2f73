"""案件の書類の操作: 稟議書・答申書・決定通知の発行、決定通知の送付の記録。描くのは鎖錠の外で行う。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from coopfin import log
from coopfin.flow import StepRefused, block
from documents import operations as documents
from documents.models import IssuedDocument
from loans import letters, memorandum
from loans.case_papers import CREDIT_MEMORANDUM, DECISION_NOTICE, RECOMMENDATION
from loans.enums import Delivery
from loans.models import Application, DecisionNotice
from loans.operations import base

PERMISSION = "loans.issue_papers"
SOURCE = "手引き 第2章2 三"


def _fresh(application: Application) -> Application:
    """番号を取ったあとの、いまの申込。"""
    return Application.objects.select_related("member__representative", "policy").get(pk=application.pk)


def issue_memorandum(application: Application, *, read_at: str, by, on: date) -> IssuedDocument:
    """稟議書を発行する。そのときの案件の写しなので、何度でも発行でき、前のものも残る。"""
    base.allow(application, PERMISSION, "稟議書の発行", by=by, on=on)
    if application.state in letters.TOO_EARLY:
        raise StepRefused(
            "稟議書の発行", [block("稟議書を発行できるのは、実態把握を始めてからです。", SOURCE, code="too-early")]
        )
    return documents.issue(
        paper=CREDIT_MEMORANDUM,
        context_builder=lambda number: memorandum.compose(
            _fresh(application), by=by, on=on, number=number, reader=str(by), read_at=read_at
        ),
        target=application,
        by=by,
        on=on,
    )


def issue_recommendation(application: Application, *, by, on: date) -> IssuedDocument:
    """答申書を発行する。委員会が答申したあとに。"""
    base.allow(application, PERMISSION, "答申書の発行", by=by, on=on)

    def context(number: str):
        latest = _fresh(application)
        if letters.advice_of(latest) is None:
            raise StepRefused("答申書の発行", [block("金融委員会は、まだ答申していません。", SOURCE, code="no-advice")])
        return letters.recommendation(latest, on=on, number=number)

    if letters.advice_of(application) is None:
        context("")
    return documents.issue(paper=RECOMMENDATION, context_builder=context, target=application, by=by, on=on)


def notify(application: Application, *, reason_told: str = "", message: str = "", by, on: date) -> DecisionNotice:
    """決定通知を作る。申込者に伝える理由は、ここで書いたものだけで、内部の意見と賛否は書面に出ない。"""
    base.allow(application, PERMISSION, "決定通知の発行", by=by, on=on)
    decision = _decision(application)

    def context(number: str):
        latest = _fresh(application)
        if _decision(latest) != decision:
            raise StepRefused(
                "決定通知の発行", [block("作っているあいだに、決定が改められました。", SOURCE, code="stale")]
            )
        return letters.decision_letter(latest, on=on, number=number, reason_told=reason_told, message=message)

    document = documents.issue(paper=DECISION_NOTICE, context_builder=context, target=application, by=by, on=on)
    with transaction.atomic():
        # 古い画面を開いている人が、同じ決定を二度知らせないように、版を進める。
        base.touch(Application.objects.select_for_update().get(pk=application.pk), "version")
        notice = DecisionNotice(
            application=application, decision=decision, document=document, reason_told=reason_told.strip(),
            message=message.strip(), written_by=by, written_on=on,
        )  # fmt: skip
        notice.full_clean()
        notice.save()
    return notice


def _decision(application: Application):
    decision = letters.decision_of(application)
    if decision is None:
        raise StepRefused(
            "決定通知の発行", [block("知らせる理事会の決定が、まだありません。", SOURCE, code="no-decision")]
        )
    return decision


@transaction.atomic
def send(notice: DecisionNotice, *, means: str, sent_on: date, evidence: str = "", by, on: date) -> DecisionNotice:
    """決定通知を送った・渡したことを記録する。"""
    label = "決定通知の送付"
    application = Application.objects.select_for_update().get(pk=notice.application_id)
    base.allow(application, PERMISSION, label, by=by, on=on)
    notice = DecisionNotice.objects.select_for_update(of=("self",)).select_related("document").get(pk=notice.pk)
    problem = _cannot_send(notice, sent_on, on)
    if problem:
        raise StepRefused(label, [block(problem, SOURCE, code="send")])
    notice.means, notice.sent_on, notice.sent_by, notice.evidence = means, sent_on, by, evidence.strip()
    notice.full_clean()
    notice.save()
    log.record(
        application, verb="send_notice", label=label, by=by, on=on, paper=notice.document.label,
        means=Delivery(means).label, sent=sent_on.isoformat(), proof=notice.evidence,
    )  # fmt: skip
    return notice


def _cannot_send(notice: DecisionNotice, sent_on: date, on: date) -> str:
    if notice.document.voided_at is not None:
        return "この通知は無効にされています。新しく作った通知を送ってください。"
    if notice.sent_on is not None:
        return "この通知を送ったことは、すでに記録されています。"
    if sent_on > on:
        return "送った・渡した日が、先の日付です。"
    if sent_on < notice.written_on:
        return "送った・渡した日が、通知を作った日より前です。"
    return ""
