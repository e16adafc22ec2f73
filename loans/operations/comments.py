"""意見・質問と回答の操作: 書く、答える、取り消す。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from coopfin import log
from coopfin.flow import Finding, StepRefused, block
from loans.enums import BOARD_STATES, COMMITTEE_STATES, CommentKind, Party
from loans.models import Application, Comment
from loans.operations import base

SOURCE = "案件の意見・質問"
WRITE, ANSWER, WITHDRAW = "意見・質問", "質問への回答", "意見・質問の取消し"
PERMISSION = "loans.comment"
#: 宛先 → その一員であることを示す権限
MEMBERS = {
    Party.SECRETARIAT: "loans.edit_application",
    Party.COMMITTEE: "loans.give_opinion",
    Party.BOARD: "governance.vote",
}
#: 宛先 → その人たちが案件を読める状態（事務局はいつでも読める）
READING = {Party.COMMITTEE: COMMITTEE_STATES, Party.BOARD: BOARD_STATES}


def parties_of(user) -> list[str]:
    """この人が属する宛先。"""
    return [party for party, permission in MEMBERS.items() if user.has_perm(permission)]


def may_read(party: str, application: Application) -> bool:
    """宛先の人たちが、いまこの案件を読めるか。"""
    return party not in READING or application.state in READING[party]


def addressees(application: Application) -> list[tuple[str, str]]:
    """いま宛先にできるところ。"""
    return [(party.value, party.label) for party in Party if may_read(party, application)]


def answer_refusals(question: Comment, *, by) -> list[Finding]:
    """この人がこの質問に答えられない理由。"""
    if question.kind != CommentKind.QUESTION or question.withdrawn_on is not None:
        return [block("答えられるのは、取り消されていない質問だけです。", SOURCE, code="question")]
    if question.addressee not in parties_of(by):
        text = f"この質問に答えるのは{question.get_addressee_display()}です。"
        return [block(text, SOURCE, code="addressee")]
    return []


def _locked(application: Application, label: str, *, by, on: date) -> Application:
    # 意見や質問は、ほかの人が案件を進めていても書ける。
    application = base.lock(application, any_version=True)
    base.allow(application, PERMISSION, label, by=by, on=on)
    return application


def _keep(comment: Comment, *, label: str, by, on: date) -> Comment:
    comment.full_clean(exclude=["written_by"])
    comment.save()
    log.record(
        comment.application, verb=f"comment_{comment.kind}", label=label, by=by, on=on,
        addressee=comment.get_addressee_display(), text=comment.text, comment=comment.pk,
    )  # fmt: skip
    return comment


@transaction.atomic
def write(application: Application, *, kind: str, addressee: str, text: str, by, on: date) -> Comment:
    """意見・質問を書く。宛先は、いまこの案件を読める機関。"""
    application = _locked(application, WRITE, by=by, on=on)
    if kind not in (CommentKind.OPINION, CommentKind.QUESTION):
        raise StepRefused(WRITE, [block("意見か質問のどちらかを選んでください。", SOURCE, code="kind")])
    if addressee not in Party.values or not may_read(addressee, application):
        text = "宛先の機関には、まだこの案件が付議されていません。"
        raise StepRefused(WRITE, [block(text, SOURCE, code="addressee")])
    comment = Comment(
        application=application, kind=kind, addressee=addressee, text=text.strip(), written_on=on, written_by=by
    )
    return _keep(comment, label=CommentKind(kind).label, by=by, on=on)


@transaction.atomic
def answer(question: Comment, *, text: str, by, on: date) -> Comment:
    """質問に答える。宛先の機関の人だけが答えられる。"""
    application = _locked(question.application, ANSWER, by=by, on=on)
    question = Comment.objects.get(pk=question.pk)
    if refused := answer_refusals(question, by=by):
        raise StepRefused(ANSWER, refused)
    comment = Comment(
        application=application, kind=CommentKind.ANSWER, addressee=question.addressee, question=question,
        text=text.strip(), written_on=on, written_by=by,
    )  # fmt: skip
    return _keep(comment, label=ANSWER, by=by, on=on)


@transaction.atomic
def withdraw(comment: Comment, *, reason: str, by, on: date) -> Comment:
    """書いた本人が取り消す。本文と理由は跡として残る。"""
    application = _locked(comment.application, WITHDRAW, by=by, on=on)
    comment = Comment.objects.get(pk=comment.pk)
    if comment.written_by_id != by.pk:
        raise StepRefused(WITHDRAW, [block("取り消せるのは、書いた本人だけです。", SOURCE, code="own")])
    if comment.withdrawn_on is not None:
        raise StepRefused(WITHDRAW, [block("すでに取り消されています。", "二重操作の防止", code="withdrawn")])
    if not reason.strip():
        raise StepRefused(WITHDRAW, [block("取り消す理由を記入してください。", SOURCE, code="reason")])
    comment.withdrawn_on, comment.withdrawn_reason = on, reason.strip()[:300]
    comment.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    log.record(
        application, verb="comment_withdrawn", label=WITHDRAW, by=by, on=on, reason=reason, text=comment.text,
        comment=comment.pk,
    )  # fmt: skip
    return comment
