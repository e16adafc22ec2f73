"""今日の仕事への登録: 承認・付議を待つ提案、任期の満了が近い席、総会の期限、記録と確定の残っている会議。"""

from __future__ import annotations

from datetime import timedelta
from itertools import chain

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from coopfin import handbook
from coopfin.calc import days
from coopfin.models import Cooperative, Delegation, Policy
from coopfin.worklists import MenuItem, Task, register_menu, register_search, register_task
from governance.enums import BodyKind, ItemState, MeetingKind, MeetingState, SeatTitle
from governance.models import (
    AgendaItem,
    ArticlesClause,
    Body,
    FinanceBylaw,
    FinanceRule,
    LimitResolution,
    Meeting,
    Resolved,
    Seat,
)
from governance.operations.locks import RECORD
from governance.printing import to_notify_again
from governance.views.search import search
from members.panels import register_person_panel, register_person_roles

GROUP = "組合"
AT_MOST = 20


#: 提案の種類と、承認に要る権限
LIMITS = ((LimitResolution, "governance.approve_resolution"),)
RULES = (
    (ArticlesClause, "governance.approve_resolution"),
    (FinanceBylaw, "governance.approve_resolution"),
    (FinanceRule, "governance.approve_resolution"),
    (Policy, "coopfin.approve_policy"),
    (Delegation, "coopfin.approve_policy"),
)


def _proposals(user, kinds):
    """この人が承認できる提案（自分の提案は除く）。種類ごと。

    機関の議決がまだない（付議中・否決の）提案は、承認できないので数えない。
    """
    return [
        model.objects.waiting()
        .exclude(proposed_by=user)
        .exclude(**({"meeting_name": ""} if issubclass(model, Resolved) else {}))
        .order_by("pk")
        for model, permission in kinds
        if user.has_perm(permission)
    ]


def _count(user, kinds) -> int:
    """一度の問合せで数える。"""
    first, *rest = [found.order_by().values("pk") for found in _proposals(user, kinds)] or [None]
    return first.union(*rest, all=True).count() if first is not None else 0


def waiting_limits(user, on) -> int:
    return _count(user, LIMITS)


def waiting_rules(user, on) -> int:
    return _count(user, RULES)


def _unfinished(user, on):
    """今日またはすでに過ぎた日の、終わっていない会議。記録する人の仕事。"""
    if not user.has_perm(RECORD):
        return Meeting.objects.none()
    return Meeting.objects.visible_to(user, on).undecided().filter(held_on__lte=on)


def meetings_count(user, on) -> int:
    """この人の手を待つ会議: 記録が終わっていないもの、確定を待つもの。"""
    return _unfinished(user, on).count() + _to_finalise(user, on).count()


@register_task
def proposals_to_approve(user, on):
    """承認を待つ提案。"""
    found = _proposals(user, (*LIMITS, *RULES))
    rows = chain.from_iterable(proposals.select_related("proposed_by")[:AT_MOST] for proposals in found)
    for proposal in rows:
        yield Task(
            title=f"{proposal._meta.verbose_name}の提案を承認または却下する",
            counterpart=f"{proposal}（提案 {proposal.proposed_by}）",
            url=proposal.proposal_url,
            since_on=timezone.localtime(proposal.proposed_at).date(),
        )


@register_task
def seats_to_renew(user, on):
    """任期満了の近い席。席を登録する人と、会議を記録する人に知らせる。"""
    if not (user.has_perm("governance.manage_bodies") or user.has_perm(RECORD)):
        return
    following = Seat.objects.filter(body=OuterRef("body"), person=OuterRef("person"), from_on__gt=OuterRef("to_on"))
    ending = Seat.objects.ending(on).filter(~Exists(following))
    for seat in ending.select_related("body", "person").order_by("to_on", "pk")[:AT_MOST]:
        yield Task(
            title=f"{seat.body}の{seat.get_title_display()}の任期が満了する",
            counterpart=str(seat.person),
            url=reverse("governance:reappoint", args=[seat.pk])
            if user.has_perm("governance.manage_bodies")
            else reverse("governance:body", args=[seat.body_id]),
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
def notices_to_issue_again(user, on):
    """日時を変えて招集通知が無効になった会議。新しい日時で出し直す。"""
    if not user.has_perm(RECORD):
        return
    coming = Meeting.objects.visible_to(user, on).filter(state=MeetingState.CONVENED, held_on__gte=on)
    for meeting in to_notify_again(coming).select_related("body").order_by("held_on", "pk")[:AT_MOST]:
        yield Task(
            title="招集通知を出し直す（前のものは無効）",
            counterpart=str(meeting),
            url=reverse("governance:notice", args=[meeting.pk]),
            due_on=max(on, meeting.held_on - timedelta(days=meeting.body.notice_days)),
        )


@register_task
def meetings_to_attend(user, on):
    """これから開かれる、自分が席を持つ会議。議案を読んでおく。"""
    person = getattr(user, "person", None)
    if person is None:
        return
    bodies = Seat.objects.filter(person=person).current(on).values("body")
    coming = Meeting.objects.visible_to(user, on).filter(body__in=bodies, held_on__gte=on).undecided()
    for meeting in coming.select_related("body").order_by("held_on", "pk")[:AT_MOST]:
        yield Task(
            title="会議に出席する（議案を読む）",
            counterpart=str(meeting),
            url=reverse("governance:room", args=[meeting.pk]) if meeting.held_on == on else meeting.get_absolute_url(),
            due_on=meeting.held_on,
        )


def _to_finalise(user, on):
    """この人が議事録を確定できる会議（長の席にある人。その会議の議長になった人は、会議のページから確定する）。"""
    person = getattr(user, "person", None)
    if person is None or not user.has_perm("governance.finalise_minutes"):
        return Meeting.objects.none()
    heads = Seat.objects.filter(person=person).current(on)
    presides = Q(body__kind__in=[BodyKind.BOARD, BodyKind.GENERAL_MEETING]) & Exists(
        heads.filter(title=SeatTitle.PRESIDENT)
    ) | Q(body__kind=BodyKind.COMMITTEE) & Exists(heads.filter(title=SeatTitle.CHAIR))
    return Meeting.objects.to_finalise().filter(presides).exclude(closed_by=user)


@register_task
def minutes_to_finalise(user, on):
    """記録が終わり、議長の確定を待つ議事録。"""
    for meeting in _to_finalise(user, on).select_related("body").order_by("held_on", "pk")[:AT_MOST]:
        yield Task(
            title="議事録を読んで確定する",
            counterpart=str(meeting),
            url=reverse("governance:finalise", args=[meeting.pk]),
            since_on=meeting.held_on,
        )


@register_task
def proposals_to_table(user, on):
    """総会・理事会の議決がまだない提案。議案にする。"""
    if not user.has_perm("governance.table_proposal"):
        return
    for model in _resolved_models():
        tabled = AgendaItem.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id=OuterRef("pk")
        ).exclude(state=ItemState.WITHDRAWN)
        for proposal in model.objects.waiting().filter(~Exists(tabled), meeting_name="").order_by("pk")[:AT_MOST]:
            yield Task(
                title=f"{proposal._meta.verbose_name}の提案を議案にする",
                counterpart=f"{BodyKind(proposal.body_kind).label}　{proposal.title_on_agenda}",
                url=proposal.table_url(),
                since_on=timezone.localtime(proposal.proposed_at).date(),
            )


def _resolved_models():
    """決議による定めのモデル（限度額、規約、規程など）。"""
    return [model for model in apps.get_models() if issubclass(model, Resolved) and not model._meta.proxy]


@register_task
def ordinary_general_meeting(user, on):
    """年度末から猶予月数のうちに開く通常総会。限度額の決議が切れる前に開かないと、貸付が止まる（H2.1-c）。"""
    if not user.has_perm(RECORD) or not Body.objects.filter(kind=BodyKind.GENERAL_MEETING).exists():
        return
    cooperative, policy = Cooperative.current(), Policy.on(on)
    start = days.fiscal_year_start(on, cooperative.fiscal_start_month if cooperative else 4)
    due = days.add_months(start - timedelta(days=1), policy.limit_grace_months if policy else 3, anchor=31)
    held = Meeting.objects.convened().ordinary().filter(held_on__gte=start).exists()
    typed = (
        LimitResolution.objects.exclude(status__in=["rejected", "withdrawn"]).filter(resolved_on__gte=start).exists()
    )
    if not held and not typed:
        yield Task(
            title="通常総会を招集する（限度額の決議の期限）",
            counterpart="年度末のあとの通常総会",
            url=f"{reverse('governance:convene')}?kind={MeetingKind.ORDINARY}",
            due_on=due,
        )


@register_person_roles
def seats_held(on) -> dict[int, list[str]]:
    """人の一覧: 機関の席。"""
    held: dict[int, list[str]] = {}
    for seat in Seat.objects.current(on).select_related("body").order_by("body", "pk"):
        held.setdefault(seat.person_id, []).append(f"{seat.body} {seat.get_title_display()}")
    return held


@register_person_panel
def seats_of_person(person, user, on):
    """人の頁: 総会・理事会・金融委員会での席（任期つき）。"""
    if not user.has_perm("governance.view_governance"):
        return None
    seats = list(person.seats.select_related("body").order_by("-from_on", "-pk"))
    return {"template": "governance/parts/seats_panel.html", "seats": seats, "on": on} if seats else None


register_menu(
    MenuItem(
        group=GROUP,
        order=70,
        label="限度額・決議",
        url_name="governance:resolutions",
        permission="governance.view_governance",
        count=waiting_limits,
        namespaces=(
            "governance:resolutions",
            "governance:bodies",
            "governance:body",
            "governance:reappoint",
            "governance:table",
            "governance:take_back",
        ),
    )
)
register_menu(
    MenuItem(
        group=GROUP,
        order=71,
        label="方針・規程",
        url_name="governance:rules",
        permission="governance.view_governance",
        count=waiting_rules,
        namespaces=(
            "governance:rule",
            "governance:bylaw",
            "governance:articles",
            "governance:policy",
            "governance:delegation",
        ),
    )
)
register_menu(
    MenuItem(
        group=GROUP,
        order=72,
        label="会議",
        url_name="governance:meetings",
        permission="governance.view_governance",
        count=meetings_count,
        namespaces=(
            "governance:meeting", "governance:convene", "governance:interest", "governance:close",
            "governance:adjourn", "governance:finalise", "governance:send_back", "governance:room",
            "governance:decide", "governance:notice", "governance:minutes", "governance:reschedule",
            "governance:call_off",
        ),
    )
)  # fmt: skip
register_menu(
    MenuItem(
        group=GROUP,
        order=74,
        label="決議一覧",
        url_name="governance:decisions",
        permission="governance.view_governance",
        namespaces=("governance:decision",),
    )
)

register_search(search)

SEE = "governance.view_governance"
handbook.kept_at("定款の金融条項", "governance:articles", SEE, "H2.1-a")
handbook.kept_at("規約・規程", "governance:rules", SEE, "H2.1-b")
handbook.kept_at("限度額・決議", "governance:resolutions", SEE, "H2.1-c")
handbook.kept_at("機関と席", "governance:bodies", SEE, "H2.1-d")
handbook.kept_at("権限委譲", "governance:delegation", SEE, "H2.1-e")
handbook.kept_at("会議と議事録", "governance:meetings", SEE, "H2.1-d", "H2.4-g")
handbook.kept_at("決議一覧", "governance:decisions", SEE, "H2.4-g")
handbook.kept_by(ArticlesClause, "articlesclause_authorised", "H2.1-a")
handbook.kept_by(LimitResolution, "limitresolution_resolved_before_approval", "H2.1-c")
handbook.kept_by(Meeting, "meeting_two_persons", "H2.1-e", "H2.4-g")
