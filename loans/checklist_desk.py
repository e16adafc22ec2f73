"""必要書類の、今日の仕事と案件のページの欄（H2.2-d）。"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse

from coopfin import handbook
from coopfin.worklists import Task, register_object_panel, register_task
from documents.access import content_type_of
from documents.models import Upload
from loans.enums import ApplicationState as S
from loans.enums import DocumentDue, LoanState
from loans.models import Application, Loan, LoanEvent, RequiredDocument

#: 書類をそろえているあいだの状態
GATHERING = (S.RECEIVED, S.INVESTIGATION, S.RETURNED)
#: 付議してから実行までの状態（書類の期限が、そのあいだに過ぎることがある）
UNDER_WAY = (*GATHERING, S.COMMITTEE_QUEUE, S.RECOMMENDED, S.BOARD_QUEUE, S.APPROVED, S.CONTRACTING, S.READY)
#: 期限の何日前から知らせるか
SOON = timedelta(days=14)
MOST_TASKS = 20
#: 案件のページで名を挙げる数
MOST_NAMED = 5


def _named(names: list[str]) -> str:
    return "・".join(names[:2]) + (f" ほか{len(names) - 2}件" if len(names) > 2 else "")


def tasks(user, on):
    """足りない書類、期限の近い書類、返していない原本。案件ごとに一行。"""
    if not user.has_perm("loans.edit_application"):
        return
    visible = set(Application.objects.visible_to(user, on).order_by().values_list("pk", flat=True))
    rows = RequiredDocument.objects.select_related("application__member").order_by("application_id", "order", "pk")
    yield from _grouped(
        rows.missing().filter(
            Q(application__state__in=GATHERING, due=DocumentDue.COMMITTEE)
            | Q(application__state__in=(S.APPROVED, S.CONTRACTING))
        ),
        visible,
        "必要書類をそろえる",
        "loans:checklist",
    )
    yield from _grouped(
        rows.filter(
            application__state__in=UNDER_WAY, waived_on__isnull=True, expires_on__lte=on + SOON
        ), visible, "期限の近い書類を取り直す", "loans:checklist",
    )  # fmt: skip
    yield from _grouped(
        rows.kept().filter(Q(application__state__in=(S.DECLINED, S.WITHDRAWN)) | Q(application__in=_repaid())),
        visible, "終わった案件の原本を返す", "loans:checklist_return",
    )  # fmt: skip


def _repaid():
    """返し終えた貸付の申込。"""
    owed = LoanEvent.objects.posted().values("loan")
    paid = Loan.objects.with_balance().filter(state=LoanState.ACTIVE, balance=0, pk__in=owed)
    return paid.order_by().values_list("application", flat=True)


def _grouped(rows, visible: set[int], title: str, page: str):
    """案件ごとにまとめて、一行ずつ。"""
    by_case = defaultdict(list)
    for row in rows:
        if row.application_id in visible:
            by_case[row.application].append(row)
    for application, found in list(by_case.items())[:MOST_TASKS]:
        dates = [row.expires_on for row in found if row.expires_on]
        yield Task(
            f"{title}　{application.number_label}",
            f"{application.member}　{_named([row.name for row in found])}",
            reverse(page, args=[application.pk]),
            due_on=min(dates) if dates and page == "loans:checklist" and title.startswith("期限") else None,
            since_on=application.entered_state_on,
        )


def panel(obj, user, on):
    """案件のページの「必要書類」。"""
    if not isinstance(obj, Application):
        return None
    rows = list(obj.required_documents.all())
    needed = [row for row in rows if row.is_required]
    short = [row for row in rows if row.is_missing or row.has_expired(on)]
    others = Upload.objects.about(content_type_of(obj), obj.pk).count()
    if not rows and not others and obj.state not in UNDER_WAY:
        return None
    return {
        "template": "loans/parts/checklist_panel.html",
        "rows": rows,
        "needed": len(needed),
        "settled": sum(1 for row in needed if row not in short),
        "missing": [(row.name, row.state(on)) for row in short[:MOST_NAMED]],
        "more": max(0, len(short) - MOST_NAMED),
        "others": others,
        "url": reverse("loans:checklist", args=[obj.pk]),
    }


def register() -> None:
    register_task(tasks)
    register_object_panel(panel)
    handbook.kept_at("案件のページの必要書類", "loans:applications", "loans.view_application", "H2.2-d", "H2.5-a")
    handbook.kept_by(RequiredDocument, "requireddocument_waived_by_another", "H2.2-d")
    handbook.kept_by(RequiredDocument, "requireddocument_returned_whole", "H2.2-d")
