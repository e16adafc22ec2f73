"""案件のページの部分: 付議と差戻し。前の付議から何が変わったか、前の付議での意見と議決。読むだけで、何も変えない。"""

from __future__ import annotations

from governance.enums import BodyKind
from loans import changes, snapshot
from loans.enums import ApplicationState as S
from loans.models import Application, Submission

#: 変わったことを見せる状態。決定のあとは、前の付議の面だけが残る。
BEFORE_DECISION = (S.RETURNED, S.INVESTIGATION, S.COMMITTEE_QUEUE, S.RECOMMENDED, S.BOARD_QUEUE)
#: まだ付議し直していない（いまの姿と比べる）状態
BEING_CHANGED = (S.RETURNED, S.INVESTIGATION)


def changed_since(application: Application, user) -> dict | None:
    """差し戻された付議から何が変わったか、戻された理由。差し戻されたことがなければ None。

    理事としてだけ読む人には、理事会が前に見た姿から。ほかの人には、いちばん新しく戻された付議から。
    """
    if application.state not in BEFORE_DECISION:
        return None
    rounds = list(
        Submission.objects.filter(application=application).select_related("item__body", "returned_by").order_by("pk")
    )
    past = [one for one in rounds if one.is_earlier]
    if not past:
        return None
    base = next((one for one in reversed(past) if _is_for_the_reader(one, user)), past[-1])
    latest = rounds[-1]
    if application.state in BEING_CHANGED or latest.is_earlier:
        after, now = snapshot.of(application), True
    else:
        after, now = latest.content, False
    parts = changes.between(base.content, after)
    return {
        "base": base,
        "now": now,
        "returns": _returns(past, base),
        "parts": parts,
        "count": sum(len(part.changes) for part in parts),
    }


def _is_for_the_reader(submission: Submission, user) -> bool:
    reads_all = any(user.has_perm(name) for name in ("loans.edit_application", "loans.give_opinion", "loans.view_loan"))
    return reads_all or submission.item.body.kind == BodyKind.BOARD


def _returns(past: list[Submission], base: Submission) -> list[dict]:
    """比べるもとの付議からあとの差戻し（一回の差戻しで二つの付議が戻ることがあるので、同じ理由は一度だけ）。"""
    found = []
    for one in past:
        told = {"reason": one.return_reason, "by": one.returned_by, "on": one.returned_on}
        if one.pk >= base.pk and told not in found:
            found.append(told)
    return found
