"""返済の力の操作: 試算に使う数を書く、委員会の意見を残す（H2.4-a、b）。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from coopfin import log
from coopfin.flow import StepRefused, block
from loans.enums import ApplicationState
from loans.models import Application, RepaymentCapacity
from loans.operations import base

LABEL = "返済の力の記録"


@transaction.atomic
def figure(application: Application, *, figures: dict, by, on: date) -> RepaymentCapacity:
    """試算に使う数を書く。何を何から改めたかは経過に残り、前の数についての委員会の意見は、書き直しを待つ。"""
    application = base.lock(application)
    base.allow(application, "loans.investigate", LABEL, by=by, on=on)
    if application.state != ApplicationState.INVESTIGATION:
        text = (
            f"いまの状態は「{application.get_state_display()}」です。{LABEL}ができるのは「実態把握中」のときだけです。"
        )
        raise StepRefused(LABEL, [block(text, "事務の流れ", code="state")])
    capacity = getattr(application, "capacity", None) or RepaymentCapacity(application=application)
    changes = log.assign(capacity, figures)
    if not changes and capacity.pk:
        return capacity
    capacity.figured_by, capacity.figured_on = by, on
    capacity.comment, capacity.commented_by, capacity.commented_on = "", None, None
    capacity.full_clean()
    capacity.save()
    base.touch(application, "version")
    log.record(
        application, verb="figure_capacity", label=LABEL, by=by, on=on,
        changed={label: ["" if before == "None" else before, after] for label, before, after in changes},
    )  # fmt: skip
    return capacity


def comment(application: Application, text: str, *, by, on: date) -> None:
    """答申のときの、返済の力についての委員会の意見。呼ぶ操作（答申）が鎖錠し、記録する。"""
    capacity = getattr(application, "capacity", None)
    if capacity is None or not text.strip():
        return
    capacity.comment, capacity.commented_by, capacity.commented_on = text.strip(), by, on
    capacity.full_clean()
    capacity.save(update_fields=["comment", "commented_by", "commented_on"])
