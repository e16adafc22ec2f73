"""限度額・決議の頁と、機関と席の頁。"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Prefetch
from django.views.generic import TemplateView

from coopfin.models import Cooperative, Policy
from coopfin.views import GuardedMixin
from governance.enums import SeatTitle
from governance.models import Body, LimitResolution, Seat

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
            may_open_admin=user.has_perm("coopfin.use_admin"),
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
                    seat.ending = bool(seat.to_on and seat.to_on <= self.on + timedelta(days=ENDING_DAYS))
                    groups["current"].append(seat)
            groups["current"].sort(key=lambda seat: (not seat.is_chair, seat.from_on, seat.pk))
            auditors = sum(seat.title == SeatTitle.AUDITOR for seat in groups["current"])
            counts = {"seated": len(groups["current"]) - auditors, "auditors": auditors}
            bodies.append({"body": body, **groups, **counts})
        return super().get_context_data(
            title="機関と席",
            bodies=bodies,
            may_manage=self.request.user.has_perm("governance.manage_bodies")
            and self.request.user.has_perm("coopfin.use_admin"),
            **kwargs,
        )
