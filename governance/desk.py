"""今日の仕事への登録: 承認を待つ提案、任期の満了が近い席、結果の残っている会議。"""

from __future__ import annotations

from itertools import chain

from django.urls import reverse
from django.utils import timezone

from coopfin.models import Policy
from coopfin.worklists import MenuItem, Task, register_menu, register_task
from governance.enums import MeetingState
from governance.models import LimitResolution, Meeting, Seat
from governance.operations.locks import RECORD

GROUP = "組合"
AT_MOST = 20


def _proposals(user):
    """この人が承認できる提案（自分の提案は除く）。"""
    found = []
    if user.has_perm("governance.approve_resolution"):
        found.append(LimitResolution.objects.waiting().exclude(proposed_by=user).order_by("pk"))
    if user.has_perm("coopfin.approve_policy"):
        found.append(Policy.objects.waiting().exclude(proposed_by=user).order_by("pk"))
    return found


def waiting_proposals(user, on) -> int:
    return sum(proposals.count() for proposals in _proposals(user))


def _unfinished(user, on):
    """今日またはすでに過ぎた日の、終わっていない会議。記録する人の仕事。"""
    if not user.has_perm(RECORD):
        return Meeting.objects.none()
    return Meeting.objects.visible_to(user, on).undecided().filter(held_on__lte=on)


def unfinished_meetings(user, on) -> int:
    return _unfinished(user, on).count()


@register_task
def proposals_to_approve(user, on):
    """承認を待つ提案。"""
    rows = chain.from_iterable(proposals.select_related("proposed_by")[:AT_MOST] for proposals in _proposals(user))
    for proposal in rows:
        name = proposal._meta.model_name
        yield Task(
            title=f"{proposal._meta.verbose_name}の提案を承認または却下する",
            counterpart=f"{proposal}（提案 {proposal.proposed_by}）",
            url=reverse(f"admin:{proposal._meta.app_label}_{name}_change", args=[proposal.pk]),
            since_on=timezone.localtime(proposal.proposed_at).date(),
        )


@register_task
def seats_to_renew(user, on):
    """任期満了の近い席。席を登録する人と、会議を記録する人に知らせる。"""
    if not (user.has_perm("governance.manage_bodies") or user.has_perm(RECORD)):
        return
    for seat in Seat.objects.ending(on).select_related("body", "person").order_by("to_on", "pk")[:AT_MOST]:
        yield Task(
            title=f"{seat.body}の{seat.get_title_display()}の任期が満了する",
            counterpart=str(seat.person),
            url=reverse("governance:bodies"),
            due_on=seat.to_on,
        )


@register_task
def meetings_to_record(user, on):
    """開催日を迎えたのに、出席・議決の記録が終わっていない会議。"""
    for meeting in _unfinished(user, on).select_related("body").order_by("held_on", "pk")[:AT_MOST]:
        yield Task(
            title="会議の出席と議決を記録する",
            counterpart=str(meeting),
            url=meeting.get_absolute_url(),
            due_on=meeting.held_on,
        )


@register_task
def meetings_to_attend(user, on):
    """これから開かれる、自分が席を持つ会議。議案を読んでおく。"""
    person = getattr(user, "person", None)
    if person is None:
        return
    bodies = Seat.objects.filter(person=person).current(on).values("body")
    coming = (
        Meeting.objects.visible_to(user, on).filter(body__in=bodies, held_on__gte=on).exclude(state=MeetingState.CLOSED)
    )
    for meeting in coming.select_related("body").order_by("held_on", "pk")[:AT_MOST]:
        yield Task(
            title="会議に出席する（議案を読む）",
            counterpart=str(meeting),
            url=meeting.get_absolute_url(),
            due_on=meeting.held_on,
        )


register_menu(
    MenuItem(
        group=GROUP,
        order=70,
        label="限度額・決議",
        url_name="governance:resolutions",
        permission="governance.view_governance",
        count=waiting_proposals,
        namespaces=("governance:resolutions", "governance:bodies"),
    )
)
register_menu(
    MenuItem(
        group=GROUP,
        order=72,
        label="会議",
        url_name="governance:meetings",
        permission="governance.view_governance",
        count=unfinished_meetings,
        namespaces=("governance:meeting", "governance:convene", "governance:interest", "governance:close"),
    )
)
