"""案件のページの部分: 付議と差戻し。前の付議から何が変わったか、前の付議での意見と議決。読むだけで、何も変えない。"""

from __future__ import annotations

from governance.enums import BodyKind, ItemState
from loans import changes, items, snapshot
from loans.enums import ApplicationState as S
from loans.models import Application, Submission

#: 変わったことを見せる状態。決定のあとは、前の付議の面だけが残る。
BEFORE_DECISION = (S.RETURNED, S.INVESTIGATION, S.COMMITTEE_QUEUE, S.RECOMMENDED, S.BOARD_QUEUE)
#: まだ付議し直していない（いまの姿と比べる）状態
BEING_CHANGED = (S.RETURNED, S.INVESTIGATION)


def agenda(application: Application) -> list:
    """この申込の議案のすべて（新しい順）。意見・議決・会議まで、決まった回数の問合せで読む。"""
    found = items.of(application).select_related("submission").prefetch_related(
        "recusals__person",
        "opinions__seat__person",
        "opinions__proposed_conditions",
        "votes__seat__person",
        "meeting__attendances",
        "continuations__meeting",
    )  # fmt: skip
    return list(found)


def current(agenda_items: list, kind: str):
    """この機関の、いまの付議の議案。差し戻された付議のものは、いまのものではない。"""
    return next((item for item in agenda_items if item.body.kind == kind and not _is_over(item)), None)


def _is_over(item) -> bool:
    submission = getattr(item, "submission", None)
    return item.state == ItemState.WITHDRAWN or (submission is not None and submission.is_earlier)


def earlier(agenda_items: list, kind: str) -> list:
    """前の付議の議案のうち、意見・議決・答申の残っているもの（新しい順）。"""
    past = [item for item in agenda_items if item.body.kind == kind and _is_over(item)]
    return [item for item in past if item.opinions.all() or item.votes.all() or item.state == ItemState.DECIDED]


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
