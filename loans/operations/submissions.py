"""付議: 議案を作り、案件の写しを残す。差し戻されたら、理由とともに前の付議にする。"""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from governance import operations as governance
from governance.enums import BodyKind
from loans import coverage, snapshot
from loans.models import Application, Submission

#: 機関 → 結果を記録するページ
DECIDE_PAGES = {BodyKind.COMMITTEE: "recommend", BodyKind.BOARD: "decide"}


def submit(application: Application, kind: str, *, by, on: date) -> Submission:
    """機関に付議する議案を作り、付議したときの案件の姿を残す。"""
    item = governance.submit(
        body_kind=kind,
        title=f"{application.number} {application.title}の貸付"[:200],
        public_title=f"組合員に対する資金の貸付の件（受付番号 {application.number}）",
        target=application,
        target_url=application.get_absolute_url(),
        decide_url=reverse(f"loans:{DECIDE_PAGES[BodyKind(kind)]}", args=[application.pk]),
        interested=coverage.interested_persons(application, on=on),
        by=by,
        on=on,
    )
    return Submission.objects.create(
        application=application, item=item, content=snapshot.of(application), submitted_on=on, submitted_by=by
    )


def end(application: Application, *, reason: str, by, on: date, only: str | None = None) -> None:
    """いまの付議を、前の付議にする。only は、その機関の付議だけ。"""
    current = application.submissions.filter(returned_on__isnull=True)
    if only is not None:
        current = current.filter(item__body__kind=only)
    current.update(returned_on=on, returned_by=by, return_reason=reason)
