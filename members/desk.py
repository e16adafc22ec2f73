"""組合員のメニュー・検索・今日の仕事を、枠の登録所へ届ける。"""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from coopfin import worklists
from coopfin.worklists import Task
from members.models import AccountRequest, FollowUp, Kinship, Leaving, Member, Officer, Person, ShareChange
from members.operations.accounts import APPROVE
from members.panels import register_person_panel

LIMIT = 10
AT_MOST = 20
EDIT = "members.edit_member"


@worklists.register_search
def search_members(user, text):
    """組合員を、名称・カナ・番号・代表者で探す。"""
    if not user.has_perm("members.view_member") or not text.strip():
        return
    for member in Member.objects.search(text).select_related("representative", "industry")[:LIMIT]:
        yield worklists.Hit(
            kind="組合員",
            title=member.name,
            note=f"{member.number}・{member.industry}・代表 {member.representative}",
            url=member.get_absolute_url(),
        )


@worklists.register_search
def search_people(user, text):
    """人を、氏名・カナで探す。"""
    if not user.has_perm("members.view_member") or not text.strip():
        return
    for person in Person.objects.search(text)[:LIMIT]:
        yield worklists.Hit(kind="人", title=person.name, note=person.distinction, url=person.get_absolute_url())


@worklists.register_task
def accounts_to_approve(user, on):
    """承認を待つ口座変更の申請（自分の申請は除く）。"""
    if not user.has_perm(APPROVE):
        return
    waiting = AccountRequest.objects.waiting().exclude(proposed_by=user).select_related("member", "proposed_by")
    for request in waiting.order_by("pk")[:AT_MOST]:
        yield Task(
            title="口座変更の申請を承認または却下する",
            counterpart=f"{request.member}（申請 {request.proposed_by}）",
            url=request.get_absolute_url(),
            since_on=timezone.localtime(request.proposed_at).date(),
        )


@worklists.register_task
def follow_ups(user, on):
    """代表者の交代・脱退などのあとにすること。"""
    if not user.has_perm(EDIT):
        return
    open_ones = FollowUp.objects.filter(done_on__isnull=True).select_related("member")
    for row in open_ones.order_by("due_on", "pk")[:AT_MOST]:
        yield Task(
            title=row.get_kind_display(),
            counterpart=str(row.member),
            url=reverse("members:follow_up", args=[row.pk]),
            due_on=row.due_on,
        )


@worklists.register_task
def terms_to_renew(user, on):
    """任期満了の近い（過ぎた）組合員の役員。再任か退任を記録する。"""
    if not user.has_perm(EDIT):
        return
    for officer in (
        Officer.objects.ending(on).select_related("member", "person").order_by("term_ends_on", "pk")[:AT_MOST]
    ):
        yield Task(
            title=f"{officer.get_title_display()}の任期満了（再任か退任を記録する）",
            counterpart=f"{officer.member} {officer.person}",
            url=f"{officer.member.get_absolute_url()}#officers",
            due_on=officer.term_ends_on,
        )


@worklists.register_task
def shares_to_apply(user, on):
    """効力の日が来た減口など。出資に反映する。"""
    if not user.has_perm(EDIT):
        return
    due = ShareChange.objects.planned().filter(on__lte=on).select_related("member")
    for change in due.order_by("on", "pk")[:AT_MOST]:
        yield Task(
            title=f"{change.get_kind_display()}を出資に反映する",
            counterpart=str(change.member),
            url=reverse("members:shares_apply", args=[change.pk]),
            due_on=change.on,
        )


@worklists.register_task
def refunds_to_settle(user, on):
    """脱退の効力が生じたのに、持分の払戻しが記録されていない組合員。"""
    if not user.has_perm(EDIT):
        return
    left = Leaving.objects.standing().filter(effective_on__lte=on, refunded_on__isnull=True, member__shares__gt=0)
    for leaving in left.select_related("member").order_by("effective_on", "pk")[:AT_MOST]:
        yield Task(
            title="脱退した組合員の持分の払戻しを決める",
            counterpart=str(leaving.member),
            url=leaving.get_absolute_url(),
            since_on=leaving.effective_on,
        )


@register_person_panel
def kinship_panel(person, user, on):
    """人の頁の「親族・同居」。どちらの側に登録したものも出る。"""
    rows = Kinship.objects.filter(Q(person=person) | Q(relative=person)).select_related("person", "relative")
    return {
        "template": "members/parts/kinship_panel.html",
        "person": person,
        "rows": [{"kinship": row, "other": row.other_of(person)} for row in rows.order_by("to_on", "pk")],
        "may_edit": user.has_perm("members.edit_member"),
    }


worklists.register_menu(
    worklists.MenuItem(
        group="先と保全",
        order=50,
        label="組合員",
        url_name="members:list",
        permission="members.view_member",
        namespaces=(
            "members:list", "members:detail", "members:create", "members:edit", "members:officer", "members:import",
            "members:representative", "members:share", "members:leav", "members:refund", "members:relationship",
            "members:contact", "members:mandate", "members:note", "members:follow", "members:account",
            "members:duplicates", "members:member_merge",
        ),
    )
)  # fmt: skip
worklists.register_menu(
    worklists.MenuItem(
        group="先と保全",
        order=51,
        label="人",
        url_name="members:people",
        permission="members.view_member",
        namespaces=("members:people", "members:person"),
    )
)
