"""理事との取引（中協法38条）: 実行のときに記録し、理事会への報告を記録する。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.flow import StepRefused, block
from governance.enums import BodyKind
from governance.models import Meeting
from loans import dealings
from loans.models import Application, DirectorDealing, Loan
from loans.operations import base

REPORT = "loans.report_dealings"


def note_disbursed(application: Application, loan: Loan, *, disbursed_on: date) -> None:
    """理事との取引なら、報告を待つ記録を作る（実行の計上と同じ取引の中で呼ぶ）。

    実行を訂正してやり直したときは、前の記録を新しい実行日に合わせ、報告をもう一度求める。
    """
    found = dealings.directors(application, on=disbursed_on)
    decision = dealings.decision_of(application) if found else None
    for person, capacity in found.items():
        DirectorDealing.objects.update_or_create(
            loan=loan,
            person=person,
            defaults={
                "capacity": capacity, "decision": decision, "disbursed_on": disbursed_on, "meeting": None,
                "reported_on": None, "minutes_number": "", "note": "", "reported_by": None,
            },
        )  # fmt: skip


@transaction.atomic
def report(dealing: DirectorDealing, *, meeting, minutes_number: str, note: str = "", by, on: date) -> DirectorDealing:
    """取引の重要な事実を理事会に報告したことを記録する（38条3項）。"""
    label = "理事会への報告"
    locked = DirectorDealing.objects.select_for_update().get(pk=dealing.pk)
    base.allow(locked.loan.application, REPORT, label, by=by, on=on)
    if locked.reported_on is not None:
        raise StepRefused(label, [block("この取引の報告は、すでに記録されています。", dealings.SOURCE, code="done")])
    if meeting.body.kind != BodyKind.BOARD:
        raise ValidationError({"meeting": "報告するのは理事会です。"})
    if meeting.held_on > on:
        raise ValidationError({"meeting": f"{meeting}はまだ開かれていません。"})
    if meeting.held_on < locked.disbursed_on:
        raise ValidationError({"meeting": f"{meeting}は、実行の前に開かれています。"})
    if not Meeting.objects.held().filter(pk=meeting.pk).exists():
        text = f"{meeting}は「{meeting.state_label}」です。出席を記録した、流会でない理事会を選んでください。"
        raise ValidationError({"meeting": text})
    if not minutes_number.strip():
        raise ValidationError({"minutes_number": "議事録の番号を記入してください。"})
    locked.meeting, locked.reported_on, locked.reported_by = meeting, meeting.held_on, by
    locked.minutes_number, locked.note = minutes_number.strip(), note.strip()
    locked.full_clean()
    locked.save()
    log.record(
        locked.loan, verb="report_dealing", label=label, by=by, on=on, director=str(locked.person),
        meeting=f"{meeting} {locked.minutes_number}",
    )  # fmt: skip
    return locked
