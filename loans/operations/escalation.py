"""相談の記録、理事長に指示を求める・取り下げる・指示する（H2.2-c）。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.flow import Finding, StepRefused, block
from coopfin.segregation import may_check
from loans import rulebook
from loans.enums import EDITABLE_STATES, OPEN_STATES, Ruling
from loans.models import Advice, Application, EscalatedMiss, Escalation
from loans.operations import base

SEGREGATION = "相互牽制（手引き 第2章1 e）"
ADVISE, ASK, INSTRUCT = "相談の記録", "理事長の指示を求める", "理事長の指示"


@transaction.atomic
def advise(application: Application, *, record: dict, by, on: date) -> Advice:
    """相談を記録する。終わった案件には書かない。"""
    application = base.lock(application)
    base.allow(application, "loans.advise", ADVISE, by=by, on=on)
    if application.state not in OPEN_STATES:
        raise StepRefused(ADVISE, [block("終わった案件に、相談の記録は書き足せません。", "事務の流れ")])
    advice = Advice(application=application, recorded_by=by, **record)
    if advice.advised_on > on:
        raise ValidationError({"advised_on": "先の日付です。相談した日を入力してください。"})
    advice.full_clean()
    advice.save()
    base.touch(application)
    log.record(application, verb="advise", label=ADVISE, by=by, on=on, topic=advice.get_topic_display())
    return advice


def ask_refusals(application: Application, on: date) -> list[Finding]:
    """指示を求められない理由。"""
    if application.state not in EDITABLE_STATES:
        text = "指示を求められるのは、受付と実態把握のあいだだけです。付議したあとは、差し戻してから求めます。"
        return [block(text, "事務の流れ", code="stage")]
    misses, _ = rulebook.misses_to_escalate(application, on)
    if not misses:
        return [
            block(
                "理事長の指示を求める点はありません（規程と商品の基準を満たしているか、指示が済んでいます）。",
                "事務の流れ",
            )
        ]
    waiting = waiting_of(application)
    if waiting is not None and _same(waiting, application, misses):
        return [block("同じ点について、すでに理事長の指示を待っています。", "二重操作の防止", code="waits")]
    return []


def waiting_of(application: Application) -> Escalation | None:
    """指示を待つ求め（なければ None）。"""
    return application.escalations.filter(instructed_on__isnull=True, superseded=False).first()


def _same(escalation: Escalation, application: Application, misses) -> bool:
    """求めたときから、金額も満たさない点も変わっていないか。"""
    asked = {(miss.code, miss.text, miss.source) for miss in escalation.misses.all()}
    return escalation.amount == application.amount and asked == {(m.code, m.text, m.source) for m in misses}


@transaction.atomic
def ask(application: Application, *, reason: str, by, on: date) -> Escalation:
    """満たさない基準について、理事長の指示を求める。待っているうちに条件が変わっていれば、求め直す。"""
    application = base.lock(application)
    base.allow(application, "loans.escalate", ASK, by=by, on=on)
    if not reason.strip():
        raise ValidationError({"reason": "指示を求める理由を書いてください。"})
    refused = ask_refusals(application, on)
    if refused:
        raise StepRefused(ASK, refused)
    application.escalations.filter(instructed_on__isnull=True, superseded=False).update(superseded=True)
    escalation = Escalation(
        application=application, amount=application.amount, reason=reason.strip(), asked_by=by, asked_on=on
    )
    escalation.full_clean()
    escalation.save()
    misses, _ = rulebook.misses_to_escalate(application, on)
    for miss in misses:
        EscalatedMiss.objects.create(escalation=escalation, code=miss.code, text=miss.text, source=miss.source)
    base.touch(application)
    log.record(
        application,
        verb="escalate",
        label=ASK,
        by=by,
        on=on,
        reason=reason.strip(),
        lines=[miss.text for miss in misses],
    )
    return escalation


@transaction.atomic
def take_back(application: Application, *, by, on: date, reason: str = "") -> None:
    """求めを取り下げる（条件を改めて、基準を満たしたときなど）。"""
    application = base.lock(application)
    base.allow(application, "loans.escalate", "理事長への求めの取下げ", by=by, on=on)
    if not application.escalations.filter(instructed_on__isnull=True, superseded=False).update(superseded=True):
        raise StepRefused("理事長への求めの取下げ", [block("指示を待っている求めはありません。", "事務の流れ")])
    base.touch(application)
    log.record(application, verb="take_back_escalation", label="理事長への求めの取下げ", by=by, on=on, reason=reason)


def instruct_refusals(application: Application, *, by, on: date) -> list[Finding]:
    """この人が指示を記録できない理由。"""
    waiting = waiting_of(application)
    if waiting is None:
        return [block("指示を待っている求めはありません。", "事務の流れ", code="none-waits")]
    before = [waiting.asked_by_id, *([application.received_by_id] if application.received_by_id else [])]
    if not all(may_check(person, by.pk) for person in before):
        text = "指示を求めた人・受け付けた人は、自分では指示を記録できません。別の人にお願いしてください。"
        return [block(text, SEGREGATION, code="asker")]
    misses, _ = rulebook.misses_to_escalate(application, on)
    if application.state not in EDITABLE_STATES or not _same(waiting, application, misses):
        text = "求めたあとに、条件か満たさない点が変わりました。事務局が、いまの条件で求め直してください。"
        return [block(text, "手引き 第2章2 一 b", code="changed")]
    return []


@transaction.atomic
def instruct(application: Application, *, rulings: dict[int, tuple[str, str]], by, on: date) -> Escalation:
    """理事長が、一点ごとに指示する（進める・条件を改める・断る）。rulings は 点の番号 → （指示, 理由）。"""
    application = base.lock(application)
    base.allow(application, "loans.instruct", INSTRUCT, by=by, on=on)
    refused = instruct_refusals(application, by=by, on=on)
    if refused:
        raise StepRefused(INSTRUCT, refused)
    escalation = waiting_of(application)
    told = []
    for miss in escalation.misses.all():
        ruling, reason = rulings.get(miss.pk, ("", ""))
        if not ruling or not reason.strip():
            raise ValidationError(f"「{miss.text}」への指示と理由を書いてください。")
        miss.ruling, miss.ruling_reason = ruling, reason.strip()
        miss.full_clean()
        miss.save(update_fields=["ruling", "ruling_reason"])
        told.append(f"{miss.text} → {Ruling(ruling).label}（{miss.ruling_reason}）")
    escalation.instructed_by, escalation.instructed_on = by, on
    escalation.full_clean()
    escalation.save(update_fields=["instructed_by", "instructed_on"])
    application.instructed_by = by
    application.validate_constraints()
    base.touch(application)
    log.record(application, verb="instruct", label=INSTRUCT, by=by, on=on, lines=told)
    return escalation
