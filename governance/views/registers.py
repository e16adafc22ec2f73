"""限度額・決議の頁、機関と席の頁、再任。"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import DetailView, TemplateView

from coopfin.calc import days
from coopfin.models import Cooperative, Policy
from coopfin.proposals import SEE_PROPOSALS
from coopfin.views import GuardedMixin, OperationView
from governance import operations
from governance.enums import SeatTitle
from governance.forms import ReappointForm
from governance.models import Body, LimitResolution, Meeting, Seat
from governance.operations.resolving import TABLE
from governance.operations.seats import MANAGE
from governance.proceedings import by_rank

ENDING_DAYS = 90


class ResolutionsView(GuardedMixin, TemplateView):
    """限度額・決議。いま有効な決議、承認を待つ提案、これまでの決議（H2.1-c）。"""

    permission_required = "governance.view_governance"
    template_name = "governance/resolution_list.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        cooperative = Cooperative.current()
        start = cooperative.fiscal_start_month if cooperative else 4
        policy = Policy.on(self.on)
        grace = policy.limit_grace_months if policy else 3
        current = LimitResolution.current(self.on, start)
        everything = (
            LimitResolution.objects.select_related("proposed_by", "decided_by")
            .prefetch_related("designated_banks")
            .order_by("-effective_on", "-pk")
        )
        waiting, past = [], []
        for resolution in everything:
            resolution.until = resolution.valid_until(grace, start)
            if resolution.is_waiting:
                resolution.findings = resolution.approval_findings(self.on)
                waiting.append(resolution)
            elif current and resolution.pk == current.pk:
                current = resolution
            else:
                past.append(resolution)
        return super().get_context_data(
            title="限度額・決議",
            current=current,
            ending=current is not None and current.until <= self.on + timedelta(days=ENDING_DAYS),
            grace=grace,
            waiting=waiting,
            policies=list(Policy.objects.waiting().select_related("proposed_by"))
            if user.has_perm("coopfin.view_policy")
            else [],
            past=past,
            may_propose=user.has_perm("governance.propose_resolution") and user.has_perm("coopfin.use_admin"),
            may_open_proposals=user.has_perm(SEE_PROPOSALS),
            may_table=user.has_perm(TABLE),
            **kwargs,
        )


class BodiesView(GuardedMixin, TemplateView):
    """機関と席。任期満了の近い席に印を付ける。"""

    permission_required = "governance.view_governance"
    template_name = "governance/body_list.html"

    def get_context_data(self, **kwargs):
        seats = Seat.objects.select_related("person").order_by("from_on", "pk")
        bodies = []
        for body in Body.objects.prefetch_related(Prefetch("seats", queryset=seats)):
            groups = {"current": [], "coming": [], "former": []}
            for seat in body.seats.all():
                if seat.from_on > self.on:
                    groups["coming"].append(seat)
                elif seat.to_on and seat.to_on < self.on:
                    groups["former"].append(seat)
                else:
                    seat.ending = _ends_soon(seat, self.on)
                    groups["current"].append(seat)
            groups["current"].sort(key=by_rank)
            auditors = sum(seat.title == SeatTitle.AUDITOR for seat in groups["current"])
            counts = {"seated": len(groups["current"]) - auditors, "auditors": auditors}
            bodies.append({"body": body, **groups, **counts})
        return super().get_context_data(
            title="機関と席",
            bodies=bodies,
            may_reappoint=self.request.user.has_perm(MANAGE),
            may_manage=self.request.user.has_perm(MANAGE) and self.request.user.has_perm("coopfin.use_admin"),
            **kwargs,
        )


class BodyView(GuardedMixin, DetailView):
    """一つの機関。定め（定足数・書面・オンライン）、席の履歴、会議。"""

    permission_required = "governance.view_governance"
    model = Body
    template_name = "governance/body_detail.html"

    def get_context_data(self, **kwargs):
        body, user = self.object, self.request.user
        seats = list(body.seats.select_related("person").order_by("-from_on", "pk"))
        for seat in seats:
            seat.coming = seat.from_on > self.on
            seat.former = bool(seat.to_on and seat.to_on < self.on)
            seat.ending = not seat.coming and not seat.former and _ends_soon(seat, self.on)
        renewed = {(seat.person_id, seat.from_on) for seat in seats}
        for seat in seats:
            seat.renewed = bool(seat.to_on) and (seat.person_id, seat.to_on + timedelta(days=1)) in renewed
        may_manage = user.has_perm(MANAGE)
        meetings = Meeting.objects.visible_to(user, self.on).filter(body=body).select_related("body")
        return super().get_context_data(
            title=body.name,
            rules=_rules(body),
            current=sorted(
                (seat for seat in seats if not seat.coming and not seat.former), key=by_rank,
            ),
            others=[seat for seat in seats if seat.coming or seat.former],
            meetings=list(meetings[:10]),
            may_manage=may_manage,
            may_see_people=user.has_perm("members.view_member"),
            may_open_admin=may_manage and user.has_perm("coopfin.use_admin"),
            breadcrumbs=[
                ("限度額・決議", reverse("governance:resolutions")), ("機関と席", reverse("governance:bodies")),
                (body.name, ""),
            ],
            **kwargs,
        )  # fmt: skip


def _ends_soon(seat: Seat, on) -> bool:
    return bool(seat.to_on and seat.to_on <= on + timedelta(days=ENDING_DAYS))


def _rules(body: Body) -> list[tuple[str, str]]:
    """機関の定めを、見出しと文で。"""
    allowed = [
        label
        for flag, label in (
            (body.remote_allowed, "オンライン出席"), (body.written_allowed, "書面による議決"),
            (body.proxy_allowed, "代理人による議決"),
        )
        if flag
    ]  # fmt: skip
    rows = [
        ("根拠", body.source or "（登録されていません）"),
        ("認める出席の仕方", "・".join(["会場での出席", *allowed])),
        ("その定め", body.participation_source or ("（登録されていません）" if allowed else "なし")),
        ("招集通知", f"会日の{body.notice_days}日前まで"),
    ]
    if body.is_general:
        tie = "議長が決する" if body.chair_breaks_tie else "否決"
        rows += [
            ("普通議決", f"定足数は{body.get_ordinary_quorum_display()}、出席した議決権の過半数。可否同数は{tie}"),
            ("特別議決", "定足数は総組合員の半数以上、出席した議決権の3分の2以上"),
        ]
    else:
        floor = f"。定数の下限{body.seats_min}名を欠くときは{body.seats_min // 2 + 1}名" if body.seats_min else ""
        fixed = f"意見を述べた委員{body.committee_quorum}名（委員会規約）" if body.committee_quorum else ""
        rows.append(("定足数", fixed or f"議決に加われる人の過半数{floor}"))
        rows.append(("議決", "出席者の過半数。可否同数は否決"))
    return rows


class ReappointView(OperationView):
    """再任。前の任期の翌日から、新しい任期の席を作る。"""

    permission_required = MANAGE
    form_class = ReappointForm
    title = "再任"
    submit_label = "再任を登録する"

    def load(self):
        seats = Seat.objects.filter(to_on__isnull=False).select_related("body", "person")
        return get_object_or_404(seats, pk=self.kwargs["pk"])

    def version_of(self, obj):
        return ""

    def back_url(self):
        return reverse("governance:body", args=[self.object.body_id])

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "kind": self.object.body.kind}

    def get_initial(self):
        seat = self.object
        months = days.whole_months(seat.from_on, seat.to_on + timedelta(days=1))
        return {"title": seat.title, "to_on": days.add_months(seat.to_on, months, anchor=31)}

    def get_context_data(self, **kwargs):
        seat, starts = self.object, self.object.to_on + timedelta(days=1)
        return super().get_context_data(
            subject=f"{seat.body} {seat.get_title_display()} {seat.person}",
            explanation=f"いまの任期は{_day(seat.from_on)}から{_day(seat.to_on)}まで。新しい任期は{_day(starts)}から始まります。"
            "いまの席は履歴として残ります。",
            **kwargs,
        )

    def operate(self, form):
        seat = operations.reappoint(
            self.object, title=form.cleaned_data["title"], to_on=form.cleaned_data["to_on"], by=self.request.user,
            on=self.on,
        )  # fmt: skip
        return seat, self.back_url(), f"{seat.person}さんの再任を登録しました（{_day(seat.from_on)}から）。"


def _day(day) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
