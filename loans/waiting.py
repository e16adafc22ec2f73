"""今日の仕事のうち、回答を待つ質問、決定の記録を待つ条件の免除、申込者に知らせていない決定、期限の近い承認。"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q
from django.urls import reverse

from coopfin.models import Policy
from coopfin.worklists import Task, Tile
from governance.enums import OPEN_STATES as OPEN_ITEMS
from loans import letters
from loans.enums import ApplicationState as S
from loans.filters import CONTRACT_STATES
from loans.models import Application, Comment, Condition
from loans.operations import comments
from loans.operations import letters as letter_operations
from loans.views.comments import question_url

MOST_TASKS = 20


def question_tasks(user, on):
    """この人の機関あての、回答を待つ質問。"""
    if not user.has_perm(comments.PERMISSION):
        return
    waiting = (
        Comment.objects.open_questions()
        .filter(
            addressee__in=comments.parties_of(user),
            application__in=Application.objects.visible_to(user, on).order_by().values("pk"),
        )
        .exclude(application__state__in=(S.DECLINED, S.WITHDRAWN))
        .select_related("application__member", "written_by")
    )
    for question in waiting.order_by("written_on", "pk")[:MOST_TASKS]:
        yield Task(
            f"{question.get_addressee_display()}への質問に答える　{question.application.number_label}",
            f"{question.application.member}　{question.written_by}から",
            question_url(question),
            since_on=question.written_on,
        )


def waiver_tasks(user, on):
    """理事会が開かれて、決定の記録を待つ条件の免除（受け付けた人には出さない）。"""
    if not user.has_perm("loans.decide"):
        return
    held = (
        Condition.objects.filter(
            waiver__state__in=OPEN_ITEMS,
            waiver__meeting__held_on__lte=on,
            application__in=Application.objects.visible_to(user, on).order_by().values("pk"),
        )
        .exclude(application__received_by=user)
        .select_related("application__member")
    )
    for condition in held.order_by("pk")[:MOST_TASKS]:
        yield Task(
            f"条件の免除の決定を記録する　{condition.application.number_label}",
            f"{condition.application.member}　{condition.text}",
            reverse("loans:condition_waiver", args=[condition.application_id, condition.pk]),
        )


def notice_tasks(user, on):
    """申込者に知らせていない決定と、送ったことの記録のない決定通知。"""
    if not user.has_perm(letter_operations.PERMISSION):
        return
    visible = Application.objects.visible_to(user, on)
    for application in letters.untold(visible).select_related("member").order_by("entered_state_on", "pk")[:MOST_TASKS]:
        yield Task(
            f"決定を申込者に知らせる　{application.number_label}",
            f"{application.member}　{application.get_state_display()}",
            reverse("loans:notice", args=[application.pk]),
            since_on=application.entered_state_on,
        )
    waiting = letters.unsent().filter(application__in=visible.order_by().values("pk"))
    for notice in waiting.select_related("application__member", "document").order_by("pk")[:MOST_TASKS]:
        yield Task(
            f"決定通知を送ったことを記録する　{notice.application.number_label}",
            f"{notice.application.member}　{notice.document.label}",
            reverse("loans:notice_sent", args=[notice.application_id, notice.pk]),
            since_on=notice.written_on,
        )


def expiry_tile(user, on):
    """札「期限の近い承認」。一つもなければ出さない。"""
    policy = Policy.on(on)
    if policy is None or not user.has_perm("loans.view_loan"):
        return []
    near = on + timedelta(days=policy.approval_reminder_days)
    counts = Application.objects.visible_to(user, on).filter(state__in=CONTRACT_STATES, approval_expires_on__lte=near).aggregate(
        all=Count("pk"), past=Count("pk", filter=Q(approval_expires_on__lt=on))
    )  # fmt: skip
    if not counts["all"]:
        return []
    note = f"うち期限切れ {counts['past']}件" if counts["past"] else f"{policy.approval_reminder_days}日以内に切れます"
    url = reverse("loans:contracting") + "?expiring=on"
    return [Tile("期限の近い承認", counts["all"], "件", note, url, alarm=bool(counts["past"]))]
