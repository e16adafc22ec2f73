"""審査の操作: 付議、委員の意見、答申、理事会の決定（H2.1-d、H2.4-g）。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from coopfin import log
from coopfin.calc import days
from coopfin.flow import Finding, StaleObject, StepRefused, block
from governance import operations as governance
from governance.enums import BodyKind, ItemResult, OpinionChoice
from loans import coverage, headroom, items, rulebook, workflow
from loans.conditions import Wanted, described, wanted
from loans.models import Application
from loans.operations import base, capacity, security, submissions
from loans.operations import conditions as condition_operations

OPINION_CONDITIONS = (
    "条件付賛成のときは求める条件を一つ以上、一つずつ書いてください。賛成・反対のときは条件を書きません。"
)


def _up_to_date_item(application: Application, kind: str, *, on: date):
    """付議中の議案。付議のあとに利害関係の生じた人を除き、その人の意見・議決を数えない。なければ None。"""
    item = items.open_item(application, kind)
    if item is None:
        return None
    return governance.refresh_recusals(item, interested=coverage.interested_persons(application, on=on), on=on)


@transaction.atomic
def submit_to_committee(application: Application, *, by, on: date, reason: str = "") -> Application:
    """金融委員会に付議する。"""
    application = base.lock(application)
    step = base.check(application, "submit_to_committee", by=by, on=on, reason=reason)
    submissions.submit(application, BodyKind.COMMITTEE, by=by, on=on)
    return base.advance(application, step, by=by, on=on, reason=reason)


def _own_seat(by, on: date):
    person = getattr(by, "person", None)
    return next((seat for seat in governance.seats_of(BodyKind.COMMITTEE, on) if seat.person == person), None)


def opinion_refusals(application: Application, *, by, on: date) -> list[Finding]:
    """この人が意見を述べられない理由（画面と操作が同じ文を使う）。空なら述べられる。"""
    guards = (workflow.not_interested, workflow.not_the_investigator)
    refused = [f for guard in guards for f in guard(application, by=by, on=on) if f.blocks]
    if items.open_item(application, BodyKind.COMMITTEE) is None:
        refused.append(block("この案件は金融委員会に付議されていません。", "金融委員会規約"))
    if _own_seat(by, on) is None:
        refused.append(block("在任の金融委員だけが意見を述べられます。", "金融委員会規約"))
    if not by.has_perm("loans.give_opinion"):
        refused.append(block("意見を述べる権限がありません。", "役割の表"))
    return refused


@transaction.atomic
def give_opinion(
    application: Application, *, choice: str, text: str, conditions: list[Wanted | str] = (), by, on: date
):
    """委員が意見（賛成・条件付賛成・反対）と理由を述べる。自分の席でだけ述べられる。

    条件付賛成のときは、求める条件を一つずつ書く。
    同時に述べたほかの委員の意見で版が進んでいても断らない。付議し直されていれば、読んだ案件とは違うので断る。
    """
    read = items.open_item(application, BodyKind.COMMITTEE)
    application = base.lock(application, any_version=True)
    refused = opinion_refusals(application, by=by, on=on)
    asked = wanted(conditions)
    if bool(asked) != (choice == OpinionChoice.CONDITIONAL):
        refused.append(block(OPINION_CONDITIONS, "手引き 第2章2 三", code="conditions"))
    if refused:
        raise StepRefused("意見の記録", refused)
    item = items.open_item(application, BodyKind.COMMITTEE)
    if item != read:
        raise StaleObject(
            "意見の記録",
            [block("案件が付議し直されました。もう一度読んでから述べてください。", "二重操作の防止", code="stale")],
        )
    opinion = governance.give_opinion(item, seat=_own_seat(by, on), choice=choice, reason=text, by=by, on=on)
    condition_operations.propose(item, asked, opinion=opinion)
    base.touch(application, "version")
    log.record(
        application, verb="opinion", label="委員の意見", by=by, on=on, choice=opinion.get_choice_display(),
        conditions=[one.described for one in asked],
    )  # fmt: skip
    return opinion


@transaction.atomic
def recommend(
    application: Application, *, result: str, conditions: list[Wanted | str] = (), comment: str = "",
    capacity_comment: str = "", by, on: date, reason: str = "",
) -> Application:  # fmt: skip
    """答申を記録する。委員会の結論であり、決定ではない（理事会が決める）。"""
    application = base.lock(application)
    item = _up_to_date_item(application, BodyKind.COMMITTEE, on=on)
    step = base.check(application, "recommend", by=by, on=on, reason=reason, capacity_comment=capacity_comment)
    advised = wanted(conditions) if result == ItemResult.CONDITIONAL else []
    governance.conclude_committee(
        item,
        result=result,
        conditions=described(advised),
        comment=comment,
        by=by,
        on=on,
        barred={application.received_by_id: "受け付けた本人は、答申を記録できません。"},
    )
    condition_operations.propose(item, advised)
    capacity.comment(application, capacity_comment, by=by, on=on)
    return base.advance(
        application, step, by=by, on=on, reason=reason, result=ItemResult(result).label,
        conditions=[one.described for one in advised],
    )  # fmt: skip


@transaction.atomic
def submit_to_board(application: Application, *, by, on: date, reason: str = "") -> Application:
    """理事会に付議する。"""
    application = base.lock(application)
    step = base.check(application, "submit_to_board", by=by, on=on, reason=reason)
    submissions.submit(application, BodyKind.BOARD, by=by, on=on)
    return base.advance(application, step, by=by, on=on, reason=reason)


@transaction.atomic
def submit_again(application: Application, *, by, on: date, reason: str) -> Application:
    """有効期限の切れた（近い）承認を、理事会に付議し直す。前の決定は取り消され、満たしていない条件は効力を失う。"""
    application = base.lock(application)
    step = base.check(application, "submit_again", by=by, on=on, reason=reason)
    take_back(application, reason=reason, by=by, on=on)
    application = base.advance(application, step, by=by, on=on, reason=reason)
    submissions.submit(application, BodyKind.BOARD, by=by, on=on)
    return application


def take_back(application: Application, *, reason: str, by, on: date) -> None:
    """理事会の決定を取り消す（付議し直すため）。銀行の決定は残る。"""
    application.approved_on = application.approval_expires_on = application.decided_by = None
    condition_operations.lapse(application, by=by, on=on)
    submissions.end(application, reason=reason, by=by, on=on, only=BodyKind.BOARD)


@transaction.atomic
def decide(
    application: Application, *, result: str, conditions: list[Wanted | str] = (), comment: str = "", by, on: date,
    reason: str = "",
) -> Application:  # fmt: skip
    """理事会の決定を記録する。定足数と賛否は governance が数え、限度額は組合を鎖錠したうえで確かめる。

    継続審議では、状態は変わらず、議案は次の会議を待つ。
    """
    application = base.lock(application)
    name = {
        ItemResult.FAVOURABLE: "approve",
        ItemResult.CONDITIONAL: "approve",
        ItemResult.UNFAVOURABLE: "decline",
        ItemResult.CONTINUED: None,
    }[ItemResult(result)]
    decreed = wanted(conditions)
    if result == ItemResult.CONDITIONAL and not decreed:
        raise StepRefused(
            "決定の記録", [block("条件付の決定には、条件を一つ以上記入してください。", "手引き 第2章2 三")]
        )
    item = _up_to_date_item(application, BodyKind.BOARD, on=on)
    step = base.check(application, name, by=by, on=on, reason=reason or comment) if name else None
    if item is None:
        raise StepRefused("決定の記録", [block("この案件は理事会に付議されていません。", "定款")])
    decided = governance.decide_board(
        item,
        result=result,
        conditions=described(decreed),
        comment=comment,
        by=by,
        on=on,
        barred={application.received_by_id: "受け付けた本人は、決定を記録できません。"},
    )
    if step is None:
        base.touch(application, "version")
        log.record(application, verb="continued", label="継続審議", by=by, on=on, reason=reason or comment)
        return application
    if name == "approve":
        rulebook.settle(application, on)
        application.approved_on, application.decided_by = decided.decided_on, by
        application.approval_expires_on = days.add_months(decided.decided_on, application.policy.approval_expiry_months)
        condition_operations.adopt(application, decreed, decision=decided)
    else:
        security.release_all(application, by=by, on=on, reason=reason or comment)
    limits = headroom.figures(headroom.of(application, on)) if name == "approve" else []
    return base.advance(
        application, step, by=by, on=on, reason=reason or comment, decision=decided.number,
        conditions=[one.described for one in decreed], limits=limits,
    )  # fmt: skip
