"""承認待ちの提案: 一覧、一件の頁（何が変わるか・だれが・いつ）、承認・却下・取下げ（相互牽制、手引き 第2章1 e）。

いまの版と比べる表は管理サイトの提案の画面（ProposalAdmin）が作る。どちらの頁でも、承認する人は同じ表を読む。
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.contrib import admin
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from coopfin import log, proposals
from coopfin.admin import ProposalAdmin
from coopfin.forms import OperationForm
from coopfin.models import Delegation, Policy, Proposal
from coopfin.proposals import SEE_PROPOSALS
from coopfin.shown import field_rows
from coopfin.views import GuardedMixin
from desk.views.base import SettingView
from governance.models import ArticlesClause, FinanceBylaw, FinanceRule, LimitResolution, Resolved
from members.forms import RequiredReasonForm

CRUMB = ("承認待ちの提案", "/proposals/")
#: いつ・どこで決めたか。変わる中身ではないので、一覧の「変わるところ」では言わない
_ABOUT = ("meeting_name", "item_number", "resolved_on", "effective_on", "source", "document_reference")
#: 一覧の一行に並べる、変わるところの数
_AT_MOST = 4
#: 提案し直す頁
_PROPOSE = {
    LimitResolution: "desk:setup_limits",
    ArticlesClause: "desk:setup_articles",
    FinanceBylaw: "desk:setup_bylaw",
    FinanceRule: "desk:setup_rule",
    Policy: "desk:setup_policy",
    Delegation: "desk:setup_delegation",
}


def kinds() -> dict[type[Proposal], ProposalAdmin]:
    """提案の種類と、その画面。口座変更の申請は組合員の秘密なので、組合員の頁だけで扱う。"""
    return {model: page for model, page in admin.site._registry.items() if isinstance(page, ProposalAdmin)}


@dataclass(frozen=True)
class Standing:
    """提案がいま誰の番か。"""

    label: str
    tone: str


def standing_of(proposal: Proposal, user, page: ProposalAdmin) -> Standing:
    """この人から見て、どこにあるか。議決されていない定めは、機関の番である。"""
    if isinstance(proposal, Resolved) and not proposal.meeting_name:
        return Standing("議決待ち", "plain")
    if page.may_decide_as(user, proposal):
        return Standing("あなたの承認待ち", "caution")
    own = proposal.proposed_by_id == user.pk
    return Standing("別の人の承認待ち" if own else "承認待ち", "go")


def changes_of(proposal: Proposal, current) -> tuple[list[tuple[str, str, str]], int]:
    """一覧に言う、変わるところ（見出し, いま, 提案）と、言い残した数。長い文は見出しだけ。"""
    about = {str(field.verbose_name) for field in proposal._meta.fields if field.name in _ABOUT}
    rows = [
        row for row in field_rows(proposal, current) if row[0] not in about and (current is None or row[1] != row[2])
    ]
    told = [(label, old, new) if len(old) + len(new) <= 60 else (label, "", "") for label, old, new in rows[:_AT_MOST]]
    return told, len(rows) - len(told)


class WaitingProposalsView(GuardedMixin, TemplateView):
    """承認待ちの提案の一覧。限度額・定款・規約・規程・方針・権限委譲・融資枠・商品・書類の様式。"""

    permission_required = SEE_PROPOSALS
    template_name = "desk/proposal_list.html"

    def get_context_data(self, **kwargs):
        user, rows = self.request.user, []
        for model, page in kinds().items():
            for proposal in model.objects.waiting().select_related("proposed_by"):
                current = page.in_force(proposal)
                told, more = changes_of(proposal, current)
                standing = standing_of(proposal, user, page)
                rows.append({"proposal": proposal, "kind": model._meta.verbose_name, "changes": told, "more": more,
                             "first": current is None, "standing": standing})  # fmt: skip
        rows.sort(key=lambda row: row["proposal"].proposed_at)
        return super().get_context_data(
            title="承認待ちの提案", rows=rows, accounts_url=reverse("members:accounts")
            if user.has_perm("members.view_member") else "", **kwargs,
        )  # fmt: skip


class OneProposal:
    """アドレスの種類と番号から、提案を読む。"""

    @cached_property
    def page(self) -> ProposalAdmin:
        found = next((page for model, page in kinds().items() if model._meta.label_lower == self.kwargs["kind"]), None)
        if found is None:
            raise Http404
        return found

    def find(self) -> Proposal:
        return get_object_or_404(
            self.page.model.objects.select_related("proposed_by", "decided_by"), pk=self.kwargs["pk"]
        )

    def contents(self, proposal: Proposal) -> dict:
        """読む表: 変わる行（はじめての版ならすべて）と、変わらない行。"""
        rows, compare = self.page.rows(proposal), self.page.in_force(proposal) is not None
        return {
            "compare": compare,
            "rows": [row for row in rows if row[3] or not compare],
            "same": [row for row in rows if compare and not row[3]],
        }


class ProposalDetailView(OneProposal, GuardedMixin, TemplateView):
    """提案一件。いまの版とどこが違うか、承認の前に確かめること、次にできること。"""

    permission_required = SEE_PROPOSALS
    template_name = "desk/proposal_detail.html"

    def get_context_data(self, **kwargs):
        proposal, user, page = self.find(), self.request.user, self.page
        findings = page.findings(self.request, proposal) if proposal.is_waiting else []
        may = page.may_decide_as(user, proposal)
        own = proposal.proposed_by_id == user.pk
        return super().get_context_data(
            title=f"{proposal._meta.verbose_name}の提案",
            breadcrumbs=[CRUMB, (str(proposal), "")],
            proposal=proposal,
            standing=standing_of(proposal, user, page) if proposal.is_waiting else None,
            findings=findings,
            why_not="" if may or not proposal.is_waiting else page.why_not(self.request, proposal),
            approve_url=self._url("approve") if may and not any(finding.blocks for finding in findings) else "",
            reject_url=self._url("reject") if may else "",
            withdraw_url=self._url("withdraw") if own and proposal.is_waiting else "",
            edit_url=page._page(proposal) if own and page.has_change_permission(self.request, proposal) else "",
            again_url=self._again(proposal) if own else "",
            timeline=log.timeline(proposal),
            **self.contents(proposal),
            **kwargs,
        )

    def _url(self, verb: str) -> str:
        return reverse(f"desk:proposal_{verb}", kwargs=self.kwargs)

    def _again(self, proposal: Proposal) -> str:
        """承認されずに終わった自分の提案を、直して出し直す頁。"""
        form = _PROPOSE.get(type(proposal))
        ended = not proposal.is_waiting and not proposal.is_approved
        return (
            f"{reverse(form)}?from={proposal.pk}"
            if form and ended and self.page.has_add_permission(self.request)
            else ""
        )


class DecidingView(OneProposal, SettingView):
    """承認・却下の確認。開いたあとに中身が変わっていたら断り、新しい中身を見せる。"""

    template_name = "desk/proposal_decide.html"
    form_class = OperationForm
    explanation = ""

    @property
    def permission_required(self):
        return self.page.approve_permission

    def load(self):
        return self.find()

    def back_url(self):
        return self.object.proposal_url

    def version_of(self, obj) -> str:
        return self.page.seal(obj)

    def closed_why(self) -> str:
        may = self.page.may_decide_as(self.request.user, self.object)
        return "" if may else self.page.why_not(self.request, self.object)

    def findings(self):
        return self.page.findings(self.request, self.object)

    def get_context_data(self, **kwargs):
        findings, why = self.findings(), self.closed_why()
        return super().get_context_data(
            breadcrumbs=[CRUMB, (str(self.object), self.back_url()), (self.title, "")],
            subject=str(self.object), proposal=self.object, explanation=self.explanation, findings=findings,
            blocked=bool(why) or any(finding.blocks for finding in findings), blocked_why=why,
            **self.contents(self.object), **kwargs,
        )  # fmt: skip


class ApproveView(DecidingView):
    """提案を承認する。提案した本人にはできない。"""

    title = "提案を承認する"
    submit_label = "承認する"
    explanation = "承認すると、効力が生じる日から使われます。承認した人として、あなたの名が残ります。"

    def operate(self, form):
        done = proposals.approve(
            self.object, by=self.request.user, on=self.on, permission=self.page.approve_permission
        )  # fmt: skip
        return done, CRUMB[1], f"「{done}」を承認しました。"


class RejectView(DecidingView):
    """提案を、理由を付けて返す（却下）。"""

    form_class = RequiredReasonForm
    title = "提案を却下して返す"
    submit_label = "却下する"
    explanation = "効力は生じません。提案した人は、理由を読んで、直して提案し直せます。"

    def findings(self):
        return self.object.rejection_findings() if self.object.is_waiting else []

    def operate(self, form):
        done = proposals.reject(
            self.object, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on,
            permission=self.page.approve_permission,
        )  # fmt: skip
        return done, CRUMB[1], f"「{done}」を却下しました。理由は、提案した人が読めます。"

    def get_context_data(self, **kwargs):
        return super().get_context_data(danger=True, **kwargs)


class WithdrawView(RejectView):
    """自分の提案を取り下げる。"""

    permission_required = SEE_PROPOSALS
    title = "提案を取り下げる"
    submit_label = "取り下げる"
    explanation = "承認を待たなくなります。取り下げた提案も、理由とともに記録に残ります。"

    def has_permission(self):
        return super().has_permission() and self.page.has_add_permission(self.request)

    def closed_why(self) -> str:
        if not self.object.is_waiting:
            return self.page.why_not(self.request, self.object)
        own = self.object.proposed_by_id == self.request.user.pk
        return "" if own else "取り下げられるのは、提案した本人だけです。ほかの人は却下します。"

    def findings(self):
        return self.object.withdrawal_findings() if self.object.is_waiting else []

    def operate(self, form):
        gone = proposals.withdraw(self.object, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on)
        return gone, gone.proposal_url, "提案を取り下げました。直して、提案し直せます。"
