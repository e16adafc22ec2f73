"""方針・規程の頁: 規約・規程、定款の条項、方針、権限委譲。どれも、ある日に効力のある版を読む。"""

from __future__ import annotations

from django import forms
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import DetailView, TemplateView

from coopfin.delegation import Reach
from coopfin.forms import JapaneseDateField
from coopfin.models import DelegatedAct, Delegation, Policy
from coopfin.proposals import SEE_PROPOSALS
from coopfin.roles import Role
from coopfin.views import GuardedMixin
from governance import policy_history
from governance.enums import FinanceBusiness
from governance.models import ArticlesClause, FinanceBylaw, FinanceRule
from governance.models.rules import PARAMETER_GROUPS

VIEW, VIEW_POLICY = "governance.view_governance", "coopfin.view_policy"
#: 切り替え: 名、url の名、要る権限
TABS = (
    ("規約・規程", "governance:rules", VIEW),
    ("定款の条項", "governance:articles", VIEW),
    ("方針", "governance:policy", VIEW_POLICY),
    ("権限委譲", "governance:delegation", VIEW_POLICY),
)


class DayForm(forms.Form):
    """この日に効力のある版。空なら今日。"""

    on = JapaneseDateField(label="この日に効力のある版", required=False)


class SettingsForm(DayForm):
    """方針は、言葉でも探せる。"""

    q = forms.CharField(label="項目を探す", required=False, max_length=60)


class RulesPage(GuardedMixin, TemplateView):
    """切り替えと日付のある頁。"""

    permission_required = VIEW
    form_class = DayForm
    title = "方針・規程"
    #: 新しい版を提案する設定の頁と、それに要る権限
    propose: tuple[tuple[str, str], ...] = ()
    propose_permission = "governance.propose_resolution"

    @cached_property
    def form(self):
        return self.form_class(self.request.GET or None, auto_id="id_%s")

    @cached_property
    def day(self):
        """見る日。読めない日付のときは、欄のそばに文を出して今日を見せる。"""
        given = self.form.cleaned_data.get("on") if self.form.is_bound and self.form.is_valid() else None
        return given or self.on

    def get_context_data(self, **kwargs):
        user = self.request.user
        may_propose = user.has_perm("coopfin.use_admin") and user.has_perm(self.propose_permission)
        return super().get_context_data(
            title=self.title,
            form=self.form,
            day=self.day,
            is_today=self.day == self.on,
            tabs=[(label, reverse(name), name == f"governance:{self.request.resolver_match.url_name}")
                  for label, name, permission in TABS if user.has_perm(permission)],
            proposals=[(label, reverse(name)) for label, name in self.propose] if may_propose else [],
            may_open_proposals=user.has_perm(SEE_PROPOSALS),
            **kwargs,
        )  # fmt: skip


def _in_order(model):
    return model.objects.select_related("proposed_by", "decided_by").order_by("-effective_on", "-pk")


class RulesView(RulesPage):
    """規約・規程。その日に効力のある版の基準を並べ、これまでの版と承認を待つ提案を添える（H2.1-b）。"""

    template_name = "governance/rules.html"
    propose = (("規約を提案する", "desk:setup_bylaw"), ("規程を提案する", "desk:setup_rule"))

    def get_context_data(self, **kwargs):
        bylaws, rules = list(_in_order(FinanceBylaw)), list(_in_order(FinanceRule))
        current = {"bylaw": _in_force(bylaws, self.day), "rule": _in_force(rules, self.day)}
        return super().get_context_data(
            current=current,
            parameters=_parameters([version for version in current.values() if version]),
            shelves=[
                ("規約（総会が定める）", bylaws, current["bylaw"]),
                ("規程（理事会が定める）", rules, current["rule"]),
            ],
            **kwargs,
        )


def _in_force(versions, day):
    """その日に効力のある版（並びは新しい順）。"""
    return next((version for version in versions if version.is_approved and version.effective_on <= day), None)


def _parameters(versions) -> list[dict]:
    """基準の表: 項目ごとに、版の値と条。どの版にも定めのないものは出さない。"""
    found = []
    for group in PARAMETER_GROUPS:
        for name in group.fields:
            stated = [version for version in versions if version.states(name)]
            if stated:
                found.append(
                    {
                        "group": group.label,
                        "label": versions[0]._meta.get_field(name).verbose_name,
                        "values": [
                            {
                                "version": version,
                                "value": version.shown(name),
                                "article": getattr(version, group.article),
                            }
                            for version in stated
                        ],
                    }
                )
    return found


class StandardPage(GuardedMixin, DetailView):
    """規約・規程の一つの版を読む: 本文、基準、決議、提案と承認。"""

    permission_required = VIEW
    template_name = "governance/standard_detail.html"
    context_object_name = "version"

    def get_queryset(self):
        return self.model.objects.select_related("proposed_by", "decided_by")

    def get_context_data(self, **kwargs):
        versions = list(_in_order(self.model))
        later = [
            other.effective_on for other in versions
            if other.is_approved and other.effective_on > self.object.effective_on
        ]  # fmt: skip
        current = _in_force(versions, self.on)
        return super().get_context_data(
            title=self.object.title,
            breadcrumbs=[("方針・規程", reverse("governance:rules")), (str(self.object), "")],
            replaced_on=min(later, default=None),
            is_current=current is not None and current.pk == self.object.pk,
            parameters=_parameters([self.object]),
            versions=versions,
            today=self.on,
            **kwargs,
        )


class BylawView(StandardPage):
    """規約の版。"""

    model = FinanceBylaw


class RuleView(StandardPage):
    """規程の版。"""

    model = FinanceRule


class ArticlesView(RulesPage):
    """定款の金融条項。事業ごとに、その日に効力があるか、どこまで済んでいるか（H2.1-a）。"""

    template_name = "governance/articles.html"
    propose = (("定款の条項を提案する", "desk:setup_articles"),)

    def get_context_data(self, **kwargs):
        clauses = list(_in_order(ArticlesClause))
        businesses = []
        for business in FinanceBusiness:
            own = [clause for clause in clauses if clause.business == business]
            effective = [clause for clause in own if clause.registered_on and clause.registered_on <= self.day]
            businesses.append(
                {"label": business.label, "current": _in_force(effective, self.day), "clauses": own,
                 "needed_for": "貸付の承認・契約・実行" if business == FinanceBusiness.LENDING else "債務の保証"}
            )  # fmt: skip
        return super().get_context_data(businesses=businesses, **kwargs)


class PolicyView(RulesPage):
    """方針。全項目の値・説明・根拠と、移り変わり（ドメイン G1）。"""

    permission_required = VIEW_POLICY
    form_class = SettingsForm
    template_name = "governance/policy.html"
    propose = (("方針を提案する", "desk:setup_policy"),)
    propose_permission = "coopfin.propose_policy"

    def get_context_data(self, **kwargs):
        text = self.form.cleaned_data.get("q", "") if self.form.is_bound and self.form.is_valid() else ""
        versions = list(_in_order(Policy))
        return super().get_context_data(
            current=_in_force(versions, self.day),
            waiting=[version for version in versions if version.is_waiting],
            groups=policy_history.policy_lines(self.day, text),
            text=text,
            **kwargs,
        )


class DelegationView(RulesPage):
    """権限委譲。行為ごとに、だれがいくらまでできるか（ドメイン E）。"""

    permission_required = VIEW_POLICY
    template_name = "governance/delegation.html"
    propose = (("権限委譲を提案する", "desk:setup_delegation"),)
    propose_permission = "coopfin.propose_policy"

    def get_context_data(self, **kwargs):
        reach, versions = Reach.on(self.day), list(_in_order(Delegation).prefetch_related("rows"))
        return super().get_context_data(
            current=_in_force(versions, self.day),
            acts=[
                {
                    "act": act,
                    "rows": [(role, reach.ceiling(act, {role})) for role in (*act.roles, Role.PRESIDENT)],
                }
                for act in DelegatedAct
            ],
            versions=versions,
            **kwargs,
        )
