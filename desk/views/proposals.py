"""規約・規程・方針・権限委譲を提案する頁。いまの版から始め、変わるところを先に見せる。"""

from __future__ import annotations

from functools import cached_property

from django.db import connection
from django.shortcuts import render
from django.urls import reverse

from coopfin.middleware import refuse_writes
from coopfin.models import Delegation, HaircutRate, Policy
from coopfin.operations.proposing import propose_delegation, propose_policy
from coopfin.policy_settings import LAST_PAPER_BILL
from desk.forms.proposals import BylawForm, DelegationForm, PolicyForm, RuleForm
from desk.views.setup import PROPOSED, SetupStepView, earlier_proposal
from governance.models import FinanceBylaw, FinanceRule
from governance.operations.proposing import propose_bylaw, propose_rule


class ProposalView(SetupStepView):
    """版のある定めの提案。"""

    template_name = "desk/setup_proposal.html"
    submit_label = "提案する"
    model = None
    #: 一文: 何が起きるか
    lead = ""
    #: いまの版を読む頁
    page = ""

    @cached_property
    def current(self):
        return self.model.on(self.on)

    @cached_property
    def earlier(self):
        """?from=番号 で直して出し直す、取り下げた（または却下された）提案。"""
        return earlier_proposal(self.model, self.request)

    @property
    def copied(self):
        """下書きに写す版。"""
        return self.earlier or self.current

    def drafted(self) -> dict:
        """写した下書き。いまの版からは、版ごとに違う欄を写さない。出し直すときは、すべて写す。"""
        if self.copied is None:
            return {}
        left = () if self.earlier else self.form_class.of_the_version
        return {name: getattr(self.copied, name) for name in self.form_class.Meta.fields if name not in left}

    def get_initial(self):
        given = {name: self.request.GET[name] for name in self.form_class.Meta.fields if name in self.request.GET}
        return {**self.drafted(), **given}

    def back_url(self):
        return reverse(self.page)

    def get_context_data(self, **kwargs):
        versions = self.model.objects.select_related("proposed_by", "decided_by").order_by("-effective_on", "-pk")
        return super().get_context_data(
            lead=self.lead,
            current=self.current,
            earlier=self.earlier,
            page_url=reverse(self.page),
            preview_url=f"{self.request.path}?preview=1",
            waiting=versions.waiting(),
            versions=versions[:5],
            changes=kwargs["form"].changes(self.current) if "form" in kwargs else None,
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        """preview を付けた送信は、変わるところを見せるだけ。何も書かない。"""
        if "preview" not in request.GET:
            return super().post(request, *args, **kwargs)
        with connection.execute_wrapper(refuse_writes):
            changes = self.get_form().changes(self.current)
            return render(request, "desk/parts/proposal_changes.html", {"changes": changes, "current": self.current})


class StandardProposal(ProposalView):
    """規約・規程の提案。"""

    key = "rules"
    permission_required = "governance.propose_resolution"
    page = "governance:rules"
    lead = "議事録を見ながら、本文と基準を写します。空の基準は「定めなし」。すでに受け付けた申込は、受付の日の版のままです。"


class BylawProposal(StandardProposal):
    """規約（総会が定める）の新しい版を提案する。"""

    model, form_class, title = FinanceBylaw, BylawForm, "規約の提案"

    def operate(self, form):
        bylaw = propose_bylaw(by=self.request.user, on=self.on, **form.values())
        return bylaw, self.back_url(), f"「{bylaw}」を提案しました。{PROPOSED}"


class RuleProposal(StandardProposal):
    """規程（理事会が定める）の新しい版を提案する。"""

    model, form_class, title = FinanceRule, RuleForm, "規程の提案"

    def operate(self, form):
        rule = propose_rule(by=self.request.user, on=self.on, **form.values())
        return rule, self.back_url(), f"「{rule}」を提案しました。{PROPOSED}"


class PolicyProposal(ProposalView):
    """方針の新しい版を提案する。"""

    key = "policy"
    permission_required = "coopfin.propose_policy"
    model, form_class, title = Policy, PolicyForm, "方針の提案"
    page = "governance:policy"
    lead = "効力が生じる日から、新しい計算に使われます。すでに実行した貸付の約定は変わりません。"

    def drafted(self):
        if self.copied is None:
            rates = HaircutRate.first_rates
            given = {"effective_on": self.on, "paper_bill_last_maturity_on": LAST_PAPER_BILL}
        else:
            rates = {row.asset_kind: row.haircut_rate for row in self.copied.haircuts.all()}
            given = super().drafted()
        return {**given, **{f"haircut_{kind}": rate for kind, rate in rates.items()}}

    def operate(self, form):
        policy = propose_policy(haircuts=form.haircuts(), by=self.request.user, on=self.on, **form.values())
        return policy, self.back_url(), f"「{policy}」を提案しました。{PROPOSED}"


class DelegationProposal(ProposalView):
    """権限委譲表の新しい版を提案する。"""

    key = "delegation"
    permission_required = "coopfin.propose_policy"
    model, form_class, title = Delegation, DelegationForm, "権限委譲の提案"
    page = "governance:delegation"
    lead = "効力が生じると、ここに額のない役割はその行為をできません。額を超えるものは、理事長だけができます。"

    def drafted(self):
        rows = self.copied.rows.all() if self.copied is not None else ()
        return {**super().drafted(), **{f"{row.act}_{row.role}": row.maximum_amount for row in rows}}

    def operate(self, form):
        delegation = propose_delegation(amounts=form.amounts(), by=self.request.user, on=self.on, **form.values())
        return delegation, self.back_url(), f"「{delegation}」を提案しました。{PROPOSED}"
