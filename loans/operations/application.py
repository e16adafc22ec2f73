"""申込の操作: 下書き、条件の変更、受付、実態把握の開始、差戻し、取下げ。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from coopfin import log
from coopfin.calc import days
from coopfin.flow import StepRefused, block
from coopfin.models import Cooperative, Policy, Sequence
from governance import operations as governance
from governance.enums import BodyKind
from loans import items, rulebook, snapshot, workflow
from loans.enums import EDITABLE_STATES, ApplicationState, LoanType
from loans.models import Application
from loans.operations import base, checklist, conditions, security, submissions
from loans.operations import plan as plans
from loans.terms import LoanTerms, compute
from members.operations.base import standing

TERM_FIELDS = (
    "product", "loan_type", "purpose", "purpose_detail", "repayment_source", "amount", "funding_source", "interest_rate",
    "fee_rate", "disburse_on", "maturity_on", "method", "installments", "interval_months", "grace_installments",
    "first_due_on", "anchor_day", "equipment_amount", "applied_by", "consented_on",
)  # fmt: skip


def _apply(application: Application, terms: dict, on: date) -> None:
    for name in TERM_FIELDS:
        if name in terms:
            setattr(application, name, terms[name])
    if application.loan_type == LoanType.BILL:
        application.method, application.installments, application.interval_months = "", None, None
        application.first_due_on, application.anchor_day, application.grace_installments = None, None, 0
    else:
        policy = application.policy or Policy.on(on)
        if policy is None:
            raise StepRefused(
                "申込の保存",
                [
                    block(
                        "効力のある方針がないため、償還予定を計算できません。管理サイトで方針を承認してください。",
                        "金融事業規程",
                    )
                ],
            )
        application.maturity_on = application.maturity_on or application.first_due_on
        application.maturity_on = compute(LoanTerms.of_application(application, policy)).maturity_on


@transaction.atomic
def create_draft(*, member, terms: dict, plan: dict | None = None, copied_from: str = "", by, on: date) -> Application:
    """申込の下書きを作る。法人なら代表者を連帯保証人に提案する（手引き 第2章2 三 e）。

    plan は資金計画の明細。copied_from は、前の申込を写したときの受付番号（条件と明細だけを写し、決定は写さない）。
    """
    label = "下書きの作成"
    application = Application(member=standing(member, label), created_by=by, entered_state_on=on)
    base.allow(application, "loans.edit_application", label, by=by, on=on)
    _apply(application, terms, on)
    application.full_clean(exclude=["created_by"])
    application.save()
    plans.write(application, plan or {})
    checklist.follow_terms(application)
    log.record(application, verb="draft", label=label, by=by, on=on, copied_from=copied_from)
    security.propose_representative(application, by=by, on=on)
    application.refresh_from_db()
    return application


def _in_words(application: Application) -> dict[str, str]:
    """条件の欄の名 → 読む言葉（経過に、何が何に変わったかを書くため）。"""
    fields = [Application._meta.get_field(name) for name in TERM_FIELDS]
    return {str(field.verbose_name): snapshot.in_words(application, field) for field in fields}


@transaction.atomic
def update_terms(application: Application, *, terms: dict, plan: dict | None = None, by, on: date) -> Application:
    """条件と資金計画を直す。下書き・受付済・実態把握中・差戻しのあいだだけ。"""
    application = base.lock(application)
    base.allow(application, "loans.edit_application", "条件の変更", by=by, on=on)
    if application.state not in EDITABLE_STATES:
        raise StepRefused(
            "条件の変更",
            [
                block(
                    f"「{application.get_state_display()}」の申込の条件は変えられません。直すときは差し戻してください。",
                    "事務の流れ",
                )
            ],
        )
    before = _in_words(application)
    _apply(application, terms, on)
    application.full_clean()
    base.touch(application)
    after = _in_words(application)
    changed = {label: [value, after[label]] for label, value in before.items() if value != after[label]}
    changed |= plans.write(application, plan or {})
    checklist.follow_terms(application)
    log.record(application, verb="update_terms", label="条件の変更", by=by, on=on, changed=changed)
    security.follow_terms(application, by=by, on=on)
    return application


@transaction.atomic
def receive(application: Application, *, by, on: date, reason: str = "") -> Application:
    """受け付ける。受付番号を年度ごと欠番なく付け、適用する方針・規約・規程を固める（H2.1-b、H2.2-a）。"""
    application = base.lock(application)
    step = base.check(application, "receive", by=by, on=on, reason=reason)
    application.fiscal_year = days.fiscal_year(on, Cooperative.current().fiscal_start_month)
    application.sequence = Sequence.next("application", application.fiscal_year)
    application.number = f"{application.fiscal_year}-{application.sequence:04d}"
    application.received_by, application.received_on, application.policy = by, on, Policy.on(on)
    application.requested_amount, application.requested_maturity_on = application.amount, application.maturity_on
    application.requested_interest_rate = application.interest_rate
    rulebook.settle(application, on)
    return base.advance(application, step, by=by, on=on, reason=reason, number=application.number)


@transaction.atomic
def investigate(application: Application, *, by, on: date, reason: str = "") -> Application:
    """実態把握を始める（差し戻された案件では、やり直す）。"""
    return base.take(base.lock(application), "investigate", by=by, on=on, reason=reason)


def _close_items(application: Application, *, by, on: date) -> None:
    for kind in (BodyKind.COMMITTEE, BodyKind.BOARD):
        item = items.open_item(application, kind)
        if item is not None:
            governance.withdraw(item, by=by, on=on)


def _forget_decision(application: Application) -> None:
    application.approved_on = application.approval_expires_on = application.decided_by = None
    application.funding_decisions.filter(superseded=False).update(superseded=True)


@transaction.atomic
def return_(application: Application, *, by, on: date, reason: str) -> Application:
    """差し戻す。理由が要る。付議中の議案は取り下げ、決定は取り消される。"""
    application = base.lock(application)
    step = base.check(application, "return", by=by, on=on, reason=reason)
    _close_items(application, by=by, on=on)
    _forget_decision(application)
    conditions.lapse(application, by=by, on=on)
    submissions.end(application, reason=reason, by=by, on=on)
    return base.advance(application, step, by=by, on=on, reason=reason)


@transaction.atomic
def withdraw(application: Application, *, by, on: date, reason: str) -> Application:
    """取り下げる。理由が要る。"""
    application = base.lock(application)
    step = base.check(application, "withdraw", by=by, on=on, reason=reason)
    _close_items(application, by=by, on=on)
    conditions.lapse(application, by=by, on=on)
    security.release_all(application, by=by, on=on, reason=reason)
    return base.advance(application, step, by=by, on=on, reason=reason)


#: あらためて申し込める、終わった申込の状態
REOPENABLE = (ApplicationState.DECLINED, ApplicationState.WITHDRAWN)
REOPEN = "あらためて申し込む"


def reopen_findings(application: Application, *, by, on: date) -> list:
    """あらためて申し込めない理由（画面と操作が同じ文を使う）。"""
    found = []
    if application.state not in REOPENABLE:
        text = (
            f"いまの状態は「{application.get_state_display()}」です。あらためて申し込めるのは、謝絶・取下げのあとです。"
        )
        found.append(block(text, "事務の流れ", code="state"))
    found += [f for f in workflow.member_is_current(application, by=by, on=on) if f.blocks]
    return found


@transaction.atomic
def reopen(application: Application, *, by, on: date) -> Application:
    """謝絶・取下げの申込の条件を写した、新しい下書きを作る。前の申込と互いに結び付く。"""
    application = base.lock(application)
    base.allow(application, "loans.edit_application", REOPEN, by=by, on=on)
    if refused := reopen_findings(application, by=by, on=on):
        raise StepRefused(REOPEN, refused)
    terms = {name: getattr(application, name) for name in TERM_FIELDS}
    # 来た人と本人の同意は、この申込について確かめ直す。取扱いの終わった商品は、選び直す。
    terms |= {"applied_by": "", "consented_on": None}
    if application.product is not None and not application.product.is_offered(on):
        terms["product"] = None
    draft = create_draft(
        member=application.member, terms=terms, plan=plans.copied(application),
        copied_from=application.number_label, by=by, on=on,
    )  # fmt: skip
    draft.previous = application
    base.touch(draft, "previous")
    log.record(draft, verb="reopen", label=REOPEN, by=by, on=on, previous=application.number_label)
    log.record(application, verb="reopened", label="新しい申込の下書き", by=by, on=on)
    return draft
