"""経営者保証の検討を記録する（経営者保証に関するガイドライン、手引き 第2章2 三 e）。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from collateral.operations import refuse
from coopfin.flow import Finding, block
from coopfin.handbook import follows
from loans.coverage import GUIDELINE
from loans.enums import GuaranteeDecision, GuidelineCriterion, Verdict
from loans.models import GuaranteeReview, GuidelineFinding
from loans.operations import security

LABEL = "経営者保証の検討の記録"
TEXTS = ("reason", "alternatives", "alternatives_note", "explained_to", "explained_why", "explained_release")


@follows("H2.4-f")
def review_refusals(
    application, *, decision, findings: dict, reason="", alternatives="", alternatives_note="", explained_on=None,
    explained_to="", explained_why="", explained_release="", on: date,
) -> list[Finding]:  # fmt: skip
    """代表者を保証人としないときは理由が、要件の判断には見たことと資料が、説明には、なぜ要りどうすれば外せるかが要る。"""
    found = []
    if application.member.is_corporate is False:
        return [block("個人事業主の申込に、経営者保証の検討は要りません。", GUIDELINE, code="decision")]
    if decision not in GuaranteeDecision.values:
        found.append(block("代表者を保証人とするかどうかを選んでください。", GUIDELINE, code="decision"))
    elif decision == GuaranteeDecision.WAIVE and not reason.strip():
        found.append(block("代表者を保証人としない理由を書いてください。", GUIDELINE, code="reason"))
    elif decision != getattr(_known(application), "decision", decision) and (
        closed := security.why_closed(application)
    ):
        found.append(block(closed, "事務の流れ", code="decision"))
    for criterion in GuidelineCriterion:
        given = findings.get(criterion, {})
        texts = {name: (given.get(name) or "").strip() for name in ("verdict", "finding", "evidence")}
        if not any(texts.values()):
            continue
        if texts["verdict"] not in Verdict.values:
            text = f"{criterion.label}について、満たすかどうかを選んでください。"
            found.append(block(text, GUIDELINE, code=f"{criterion}_verdict"))
        for name, what in (("finding", "見たこと"), ("evidence", "確かめた資料")):
            if not texts[name]:
                text = f"{criterion.label}について、{what}を書いてください。"
                found.append(block(text, GUIDELINE, code=f"{criterion}_{name}"))
    told = {
        "explained_to": (explained_to, "説明した相手を入力してください。"),
        "explained_why": (explained_why, "どの部分が足りず、なぜ保証が要るかの説明を書いてください。"),
        "explained_release": (explained_release, "何を改めれば保証を外し・軽くできるかの説明を書いてください。"),
    }
    if explained_on is not None:
        if explained_on > on:
            found.append(block("説明した日が先の日付です。", GUIDELINE, code="explained_on"))
        found += [block(text, GUIDELINE, code=name) for name, (value, text) in told.items() if not value.strip()]
    return found


def _known(application) -> GuaranteeReview | None:
    return GuaranteeReview.objects.filter(application=application).first()


@transaction.atomic
def record_review(
    application, *, decision, findings: dict, explained_on=None, explained_by=None, by, on: date, **texts
) -> GuaranteeReview:
    """経営者保証の検討を記録する・書き直す。findings は要件 → 判断・見たこと・資料。

    判断した人と日は、その要件の中身が変わったときだけ改まる。説明した人を言わなければ、記録する人。
    説明した日のない記録には、説明した相手を残さない。
    """
    unknown = set(texts) - set(TEXTS)
    if unknown:
        raise TypeError(f"記録できない項目です: {sorted(unknown)}")
    given, application = application, security.begin(application, label=LABEL, by=by, states=security.RECORDABLE)
    texts = {name: (texts.get(name) or "").strip() for name in TEXTS}
    refuse(
        LABEL,
        review_refusals(application, decision=decision, findings=findings, explained_on=explained_on, on=on, **texts),
    )
    review = _known(application) or GuaranteeReview(application=application)
    before = review.decision
    if explained_on is None:
        texts["explained_to"] = ""
    for name, value in texts.items():
        setattr(review, name, value)
    review.decision, review.explained_on = decision, explained_on
    review.explained_by = (explained_by or review.explained_by or by) if explained_on else None
    review.recorded_by, review.recorded_on = by, on
    review.full_clean()
    review.save()
    judged = _judge(review, findings, by=by, on=on)
    security.finish(
        application, given, verb="record_guarantee_review", label=LABEL, by=by, on=on, reason=texts["reason"],
        decision=[before, decision], judged=judged, explained_on=explained_on and explained_on.isoformat(),
    )  # fmt: skip
    return review


def _judge(review: GuaranteeReview, findings: dict, *, by, on: date) -> list[str]:
    """要件の判断を、変わったものだけ書き直す。変えた要件の名を返す。"""
    changed = []
    known = {row.criterion: row for row in review.findings.all()}
    for criterion in GuidelineCriterion:
        given = findings.get(criterion, {})
        values = {name: (given.get(name) or "").strip() for name in ("verdict", "finding", "evidence")}
        row = known.get(criterion)
        if not any(values.values()):
            if row is not None:
                row.delete()
                changed.append(criterion.label)
            continue
        if row is not None and all(getattr(row, name) == value for name, value in values.items()):
            continue
        row = row or GuidelineFinding(review=review, criterion=criterion)
        for name, value in values.items():
            setattr(row, name, value)
        row.judged_by, row.judged_on = by, on
        row.full_clean()
        row.save()
        changed.append(criterion.label)
    return changed
