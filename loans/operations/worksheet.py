"""実態把握の操作: 調査書の答え、面談、運転資金の要因、事務局の所見（手引き 第2章2 二）。"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.flow import StaleObject, StepRefused, block
from loans import worksheet
from loans.enums import ApplicationState
from loans.models import Application, FundsNeed, Interview, Investigation, WorksheetAnswer
from loans.operations import base

PERMISSION = "loans.investigate"
STALE = "二重操作の防止"


@dataclass(frozen=True, kw_only=True)
class Given:
    """書かれた答え。seen は、画面を開いたときに見えていた答えの番号（なければ None）。"""

    choice: str = ""
    text: str = ""
    amount: int | None = None
    not_applicable: bool = False
    evidence: str = ""
    document: object = None
    copied_from: WorksheetAnswer | None = None
    seen: int | None = None

    def same_as(self, answer: WorksheetAnswer | None) -> bool:
        if answer is None:
            return self == Given(seen=self.seen)
        return (self.choice, self.text, self.amount, self.not_applicable, self.evidence) == (
            answer.choice, answer.text, answer.amount, answer.not_applicable, answer.evidence,
        ) and (self.document is None or self.document.pk == answer.document_id)  # fmt: skip


class StaleAnswers(StaleObject):
    """ほかの人が先に書き改めた問いがある。conflicts は問い → いまの答え。"""

    def __init__(self, conflicts: dict[str, WorksheetAnswer]):
        self.conflicts = conflicts
        names = "、".join(f"「{worksheet.QUESTIONS[key].label}」" for key in conflicts)
        super().__init__(
            "調査書の記入",
            [
                block(
                    f"画面を開いたあとに、ほかの人が{names}を書き改めました。それぞれの欄に、いまの答えを並べて見せています。"
                    "読み比べて直し、もう一度保存すると、あなたの文に改まります（前の文も残ります）。",
                    STALE,
                    code="stale",
                )
            ],
        )


def _open(application: Application, label: str, *, by, on: date, any_version: bool = False) -> Application:
    application = base.lock(application, any_version=any_version)
    base.allow(application, PERMISSION, label, by=by, on=on)
    if application.state != ApplicationState.INVESTIGATION:
        text = (
            f"いまの状態は「{application.get_state_display()}」です。{label}ができるのは「実態把握中」のときだけです。"
        )
        raise StepRefused(label, [block(text, "事務の流れ", code="state")])
    return application


@transaction.atomic
def answer(application: Application, *, given: Mapping[str, Given], by, on: date) -> list[WorksheetAnswer]:
    """調査書に書く。変わった問いだけ新しい答えになり、前の答えは残る。

    ほかの人が別の問いを書いていても妨げない。同じ問いが書き改められていれば、何も書かずに断り、両方を見せる。
    """
    application = _open(application, "調査書の記入", by=by, on=on, any_version=True)
    current = {row.question: row for row in application.worksheet_answers.current().filter(question__in=list(given))}
    seen = WorksheetAnswer.objects.filter(application=application).in_bulk(
        [one.seen for one in given.values() if one.seen is not None]
    )
    changed, conflicts = {}, {}
    for key, one in given.items():
        now = current.get(key)
        if one.same_as(now) or one.same_as(seen.get(one.seen)):
            continue
        if (now.pk if now else None) != one.seen:
            conflicts[key] = now
        else:
            changed[key] = one
    if conflicts:
        raise StaleAnswers(conflicts)
    if not changed:
        return []
    made = [_row(application, key, one, current.get(key), by=by, on=on) for key, one in changed.items()]
    WorksheetAnswer.objects.filter(pk__in=[current[key].pk for key in changed if key in current]).update(
        superseded=True
    )
    made = WorksheetAnswer.objects.bulk_create(made)
    base.touch(application, "version")
    names = "、".join(worksheet.QUESTIONS[key].label for key in changed)
    log.record(application, verb="answer_worksheet", label="調査書の記入", by=by, on=on, questions=names)
    return made


def _row(application, key: str, one: Given, before: WorksheetAnswer | None, *, by, on: date) -> WorksheetAnswer:
    question = worksheet.QUESTIONS.get(key)
    if question is None or worksheet.SECTION_OF[key] is worksheet.EARLIER_SECTION:
        raise ValidationError("調査書にない問いです。")
    if one.not_applicable and not one.text.strip():
        raise ValidationError({f"{key}_text": f"「{question.label}」を該当なしとする理由を書いてください。"})
    row = WorksheetAnswer(
        application=application, question=key, choice="" if one.not_applicable else one.choice, text=one.text,
        amount=None if one.not_applicable else one.amount, not_applicable=one.not_applicable, evidence=one.evidence,
        # 書類を選び直さなければ、前に付けた書類がそのまま根拠である。
        document=one.document or (before.document if before and not one.not_applicable else None),
        copied_from=one.copied_from, answered_by=by, answered_on=on,
    )  # fmt: skip
    row.clean_fields(exclude=["application", "answered_by", "document", "copied_from"])
    if one.choice and one.choice not in dict(question.choices):
        raise ValidationError({f"{key}_choice": f"「{question.label}」の答えを選び直してください。"})
    return row


@transaction.atomic
def record_interview(application: Application, *, record: dict, by, on: date) -> Interview:
    """面談を記録する。"""
    application = _open(application, "面談の記録", by=by, on=on, any_version=True)
    interview = Interview(application=application, recorded_by=by, recorded_on=on, **record)
    interview.full_clean()
    interview.save()
    base.touch(application, "version")
    log.record(
        application, verb="record_interview", label="面談の記録", by=by, on=on, interview=str(interview),
    )  # fmt: skip
    return interview


@transaction.atomic
def correct_interview(application: Application, interview: Interview, *, record: dict, by, on: date) -> Interview:
    """面談の記録を直す。何を何から直したかは、経過に残る。"""
    application = _open(application, "面談の記録の訂正", by=by, on=on)
    interview = Interview.objects.select_for_update().get(pk=interview.pk, application=application)
    if interview.settled_on is not None and record.get("follow_up") != interview.follow_up:
        raise ValidationError(
            {"follow_up": "確かめたあとで、確かめることは変えられません。新しい面談として記録してください。"}
        )
    changes = log.assign(interview, record)
    if not changes:
        return interview
    interview.full_clean()
    interview.save()
    base.touch(application, "version")
    log.record(
        application, verb="correct_interview", label="面談の記録の訂正", by=by, on=on, interview=str(interview),
        changed={label: [before, after] for label, before, after in changes},
    )  # fmt: skip
    return interview


@transaction.atomic
def settle_follow_up(application: Application, interview: Interview, *, outcome: str, by, on: date) -> Interview:
    """面談であとで確かめるとしたことを、確かめた。"""
    application = _open(application, "確かめたことの記録", by=by, on=on, any_version=True)
    interview = Interview.objects.select_for_update().get(pk=interview.pk, application=application)
    if not interview.is_open:
        raise StepRefused(
            "確かめたことの記録", [block("確かめることは残っていません。", worksheet.RULES, code="settled")]
        )
    interview.settled_on, interview.settled_by, interview.outcome = on, by, outcome.strip()
    interview.full_clean()
    interview.save()
    base.touch(application, "version")
    log.record(
        application, verb="settle_follow_up", label="面談のあと確かめたこと", by=by, on=on, interview=str(interview),
        evidence=interview.outcome,
    )  # fmt: skip
    return interview


@transaction.atomic
def state_needs(application: Application, *, needs: list[dict], by, on: date) -> list[FundsNeed]:
    """要る運転資金を、要因・期間・額で書く（H2.3-c）。書いたものに置き換わり、前の額は経過に残る。"""
    application = _open(application, "運転資金の要因の記録", by=by, on=on)
    before = [str(need) for need in application.funds_needs.select_related("cause")]
    rows = [FundsNeed(application=application, **need) for need in needs]
    for row in rows:
        row.full_clean()
    application.funds_needs.all().delete()
    rows = FundsNeed.objects.bulk_create(rows)
    base.touch(application, "version")
    after = [str(row) for row in rows]
    log.record(
        application, verb="state_needs", label="運転資金の要因の記録", by=by, on=on,
        changed={"要因と額": ["、".join(before), "、".join(after)]},
    )  # fmt: skip
    return rows


@transaction.atomic
def conclude(application: Application, *, conclusion: str, by, on: date) -> Investigation:
    """事務局の所見を書く。実態把握中のあいだは書き直せ、前の文は経過に残る。"""
    application = _open(application, "実態把握の記録", by=by, on=on)
    investigation = getattr(application, "investigation", None) or Investigation(application=application)
    before = investigation.conclusion
    investigation.conclusion, investigation.investigated_by, investigation.updated_on = conclusion, by, on
    investigation.full_clean()
    investigation.save()
    base.touch(application)
    more = {"changed": {"事務局の所見": [before, conclusion]}} if before and before != conclusion else {}
    log.record(application, verb="record_investigation", label="実態把握の記録", by=by, on=on, **more)
    return investigation
