"""条件の操作: 求める、定める、満たしたと記録する、取り消す、理事会に免除を求めて決定を記録する（H2.4-g）。"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.urls import reverse

from coopfin import log
from coopfin.flow import Finding, StepRefused, block
from governance import operations as governance
from governance.enums import BodyKind, ItemResult
from loans import coverage, workflow
from loans.conditions import WAIVER, Wanted
from loans.enums import ApplicationState
from loans.models import Application, Condition, ProposedCondition
from loans.operations import base

SOURCE = "手引き 第2章2 三（条件付の決定）"
MEET, UNMEET = "条件の記録", "条件の記録の取消し"
ASK, WAIVE = "条件の免除の付議", "条件の免除の決定"
#: 条件について記録できる状態
OPEN_STATES = (ApplicationState.APPROVED, ApplicationState.CONTRACTING, ApplicationState.READY)


def propose(item, given: list[Wanted], *, opinion=None) -> None:
    """求められた条件を、意見または答申に付けて残す（述べ直したら、入れ替える）。"""
    ProposedCondition.objects.filter(item=item, opinion=opinion).delete()
    ProposedCondition.objects.bulk_create(ProposedCondition(item=item, opinion=opinion, **one.values) for one in given)


def adopt(application: Application, given: list[Wanted], *, decision) -> None:
    """理事会の決定の条件を定める。"""
    Condition.objects.bulk_create(Condition(application=application, decision=decision, **one.values) for one in given)


def lapse(application: Application, *, by, on: date) -> None:
    """決定が取り消されて、まだ満たされていない条件が効力を失う。付議中の免除の議案は取り下げる。"""
    for condition in application.conditions.outstanding():
        _close_waiver(condition, by=by, on=on)
        condition.lapsed_on = on
        condition.save(update_fields=["lapsed_on", "waiver", "waiver_reason"])


def _close_waiver(condition: Condition, *, by, on: date) -> None:
    if condition.waiver is not None and condition.waiver.is_open:
        governance.withdraw(condition.waiver, by=by, on=on)
        condition.waiver, condition.waiver_reason = None, ""


def closed_because(application: Application) -> list[Finding]:
    """いま、条件について記録できない理由。"""
    if application.state in OPEN_STATES:
        return []
    return [block("条件を記録できるのは、承認から実行までのあいだです。", "事務の流れ", code="state")]


def _take(application: Application, condition: Condition, permission: str, label: str, *, by, on: date):
    """鎖錠して読み直した申込と条件。"""
    application = base.lock(application)
    base.allow(application, permission, label, by=by, on=on)
    if refused := closed_because(application):
        raise StepRefused(label, refused)
    found = application.conditions.select_for_update(of=("self",)).select_related("waiver").get(pk=condition.pk)
    if found.lapsed_on is not None:
        text = "この条件は、決定が取り消されて効力を失っています。"
        raise StepRefused(label, [block(text, SOURCE, code="lapsed")])
    return application, found


def _still_outstanding(condition: Condition, label: str) -> None:
    if condition.met_on is not None:
        text = "この条件は、すでに満たしたと記録されています。"
        raise StepRefused(label, [block(text, "二重操作の防止", code="met")])
    if condition.waived_on is not None:
        raise StepRefused(label, [block("この条件は、理事会が免除しています。", SOURCE, code="waived")])


def _keep(application: Application, condition: Condition, *, verb: str, label: str, by, on: date, **more) -> Condition:
    condition.full_clean()
    condition.save()
    base.touch(application, "version")
    log.record(application, verb=verb, label=label, by=by, on=on, condition=condition.text, **more)
    return condition


@transaction.atomic
def meet(
    application: Application,
    condition: Condition,
    *,
    evidence: str,
    met_on: date | None = None,
    document=None,
    by,
    on: date,
) -> Condition:
    """条件を満たしたことを、確かめた方法・証拠の写しとともに記録する。"""
    application, condition = _take(application, condition, "loans.contract", MEET, by=by, on=on)
    _still_outstanding(condition, MEET)
    met_on = met_on or on
    if met_on > on:
        raise StepRefused(MEET, [block("満たした日が、今日より先です。", SOURCE, code="future")])
    _close_waiver(condition, by=by, on=on)
    condition.met_on, condition.met_by, condition.evidence, condition.document = met_on, by, evidence, document
    more = {"document": document.filename} if document is not None else {}
    return _keep(
        application, condition, verb="meet_condition", label="条件の確認", by=by, on=on, evidence=evidence, **more
    )


@transaction.atomic
def unmeet(application: Application, condition: Condition, *, reason: str, by, on: date) -> Condition:
    """満たしたという記録を、理由を付けて取り消す。前の記録は経過に残る。"""
    application, condition = _take(application, condition, "loans.contract", UNMEET, by=by, on=on)
    if condition.met_on is None:
        raise StepRefused(UNMEET, [block("この条件は、満たしたと記録されていません。", SOURCE, code="unmet")])
    if not reason.strip():
        raise StepRefused(UNMEET, [block("取り消す理由を記入してください。", SOURCE, code="reason")])
    before = condition.evidence
    condition.met_on = condition.met_by = condition.document = None
    condition.evidence = ""
    return _keep(
        application, condition, verb="unmeet_condition", label=UNMEET, by=by, on=on, evidence=before, reason=reason
    )


@transaction.atomic
def ask_waiver(application: Application, condition: Condition, *, reason: str, by, on: date) -> Condition:
    """条件の免除を理事会に付議する。定めた機関だけが免除できる。"""
    application, condition = _take(application, condition, "loans.submit_to_board", ASK, by=by, on=on)
    _still_outstanding(condition, ASK)
    if not reason.strip():
        raise StepRefused(ASK, [block("免除を求める理由を記入してください。", SOURCE, code="reason")])
    if condition.waiver is not None and condition.waiver.is_open:
        raise StepRefused(ASK, [block("この条件の免除は、すでに理事会に付議されています。", SOURCE, code="asked")])
    condition.waiver_reason = reason.strip()
    condition.waiver = governance.submit(
        body_kind=BodyKind.BOARD,
        title=f"{application.number} {application.member.name} {WAIVER}「{condition.text}」"[:200],
        public_title=f"組合員に対する資金の貸付に付けた条件の免除の件（受付番号 {application.number}）",
        target=condition,
        # 理事も開けるのは案件のページで、条件の記録をするページではない。
        target_url=application.get_absolute_url(),
        decide_url=reverse("loans:condition_waiver", args=[application.pk, condition.pk]),
        interested=coverage.interested_persons(application, on=on),
        by=by,
        on=on,
    )
    return _keep(application, condition, verb="ask_waiver", label=ASK, by=by, on=on, reason=reason)


def waiver_findings(application: Application, condition: Condition, *, result: str | None = None, by, on: date):
    """免除の決定を記録できない理由（画面と操作が同じ文を使う）。"""
    found = [*closed_because(application)]
    if not by.has_perm("loans.decide"):
        found.append(block("理事会の決定を記録する権限がありません。", "役割の表", code="permission"))
    for guard in (workflow.not_interested, workflow.not_the_receiver):
        found += guard(application, by=by, on=on)
    item = condition.waiver
    if item is None or not item.is_open:
        found.append(block("この条件の免除は、理事会に付議されていません。", SOURCE, code="no-item"))
    else:
        found += workflow.board_finds(item, result, on=on)
    return found


@transaction.atomic
def decide_waiver(
    application: Application, condition: Condition, *, result: str, comment: str = "", by, on: date
) -> Condition:
    """条件の免除についての理事会の決定を記録する。否決なら条件は残り、継続審議なら次の会議を待つ。"""
    application, condition = _take(application, condition, "loans.decide", WAIVE, by=by, on=on)
    if condition.waiver is not None and condition.waiver.is_open:
        interested = coverage.interested_persons(application, on=on)
        condition.waiver = governance.refresh_recusals(condition.waiver, interested=interested, on=on)
    refused = [f for f in waiver_findings(application, condition, result=result, by=by, on=on) if f.blocks]
    if refused:
        raise StepRefused(WAIVE, refused)
    item = governance.decide_board(
        condition.waiver, result=result, comment=comment, by=by, on=on,
        barred={application.received_by_id: "受け付けた本人は、決定を記録できません。"},
    )  # fmt: skip
    reason = condition.waiver_reason
    if result == ItemResult.FAVOURABLE:
        condition.waived_on, condition.waived_by, condition.waiver = item.decided_on, by, item
    elif result == ItemResult.UNFAVOURABLE:
        condition.waiver, condition.waiver_reason = None, ""
    return _keep(
        application, condition, verb="waive_condition", label=WAIVE, by=by, on=on,
        reason=comment or reason, result=ItemResult(result).label, decision=item.number,
    )  # fmt: skip
