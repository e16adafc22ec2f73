"""伝票の一覧・一枚・起票・承認・差戻し・訂正。"""

from __future__ import annotations

from functools import cached_property

from django.db.models import Q, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import DetailView
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from coopfin import log
from coopfin.delegation import Reach
from coopfin.exports import ExportedList
from coopfin.models import DelegatedAct
from coopfin.views import GuardedMixin, OperationView, PlainView
from ledger import approvals, operations
from ledger.accounts import Side
from ledger.filters import VoucherFilter
from ledger.forms import ApproveForm, LineFormSet, ReversalForm, SendBackForm, VoucherForm, unbalanced_text
from ledger.models import Voucher, VoucherKind, VoucherState
from ledger.tables import VoucherTable

PREPARE, APPROVE, VIEW = "ledger.prepare_voucher", "ledger.approve_voucher", "ledger.view_voucher"


_WITH_PEOPLE = Voucher.objects.select_related("made_by", "checked_by", "reverses").prefetch_related("reversals")


class VoucherListView(GuardedMixin, ExportedList, SingleTableMixin, FilterView):
    """伝票の一覧。"""

    permission_required = VIEW
    template_name = "ledger/voucher_list.html"
    title = "伝票"
    filterset_class = VoucherFilter
    table_class = VoucherTable
    paginate_by = 50

    def get_queryset(self):
        vouchers = approvals.with_act(Voucher.objects.all()).select_related("made_by", "checked_by")
        return approvals.visible(vouchers, self.request.user, self.on)

    def get_table_kwargs(self):
        return {"reach": Reach.on(self.on)}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        sums = self.object_list.order_by().aggregate(
            all=Sum("amount", default=0), posted=Sum("amount", filter=Q(state=VoucherState.POSTED), default=0)
        )
        can_prepare = self.request.user.has_perm(PREPARE)
        context.update(
            title=self.title,
            count=context["table"].paginator.count,
            sums=[{"label": "金額の計", "amount": sums["all"]}, {"label": "うち計上済", "amount": sums["posted"]}],
            exports=self.export_links(),
            actions=[{"label": "開始伝票を起票する", "url": reverse("ledger:opening_create")}] if can_prepare else [],
            primary={"label": "振替伝票を起票する", "url": reverse("ledger:voucher_create")} if can_prepare else None,
            empty={
                "text": "伝票はまだありません。",
                "hint": "貸付の実行や開始残高を起票すると、ここに並びます。",
                **({"url": reverse("ledger:opening_create"), "label": "開始伝票を起票する"} if can_prepare else {}),
            },
        )
        return context


class VoucherView(GuardedMixin, DetailView):
    """伝票一枚。内容、起票と承認の印、承認までに残っていること、訂正のつながり。"""

    permission_required = VIEW
    template_name = "ledger/voucher_detail.html"

    def get_queryset(self):
        return approvals.visible(_WITH_PEOPLE.all(), self.request.user, self.on)

    def get_context_data(self, **kwargs):
        voucher, user = self.object, self.request.user
        handler = approvals.owner_of(voucher)
        findings = operations.approval_findings(voucher, by=user, on=self.on) if voucher.is_waiting else None
        if findings and not user.has_perm(APPROVE):
            # 承認が自分の仕事でない人に、権限がないことを「残っていること」とは言わない（誰を待つかは下に出る）。
            findings = [finding for finding in findings if finding.code != "permission"]
        blocked = bool(findings) and any(finding.blocks for finding in findings)
        warned = bool(findings) and any(finding.warns for finding in findings)
        reversal_blocks = operations.reversal_findings(voucher, by=user, on=self.on) if voucher.is_posted else []
        form = ApproveForm(version=str(voucher.version), auto_id="approve-%s")
        if blocked or not warned:
            del form.fields["reason"]
        return super().get_context_data(
            lines=voucher.lines.select_related("account", "member"),
            findings=findings,
            blocked=blocked,
            warned=warned,
            closed_why=next((finding.text for finding in findings or () if finding.blocks), ""),
            may_approve=user.has_perm(APPROVE),
            approvers=self.approvers(handler) if voucher.is_waiting else "",
            may_send_back=user.has_perm(APPROVE) and voucher.is_waiting and voucher.made_by_id != user.pk,
            may_prepare=user.has_perm(PREPARE),
            may_copy=user.has_perm(PREPARE) and handler is None and voucher.kind != VoucherKind.REVERSAL,
            may_reverse=user.has_perm(PREPARE) and voucher.is_posted and not reversal_blocks,
            reversed_by=voucher.reversed_by,
            extra=handler.context(voucher, user=user, on=self.on) if handler else {},
            form=form,
            timeline=log.timeline(voucher),
            **kwargs,
        )

    def approvers(self, handler) -> str:
        """だれの承認が要るか（権限委譲表）。"""
        act = handler.act if handler else DelegatedAct.VOUCHER
        return Reach.on(self.on).who(act, self.object.total)


class VoucherOperationView(OperationView):
    """一枚の伝票に対する操作。"""

    queryset = _WITH_PEOPLE

    def get_queryset(self):
        return approvals.visible(super().get_queryset(), self.request.user, self.on)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            subject=f"{self.object} {self.object.description}",
            lines=self.object.lines.select_related("account", "member"),
            voucher=self.object,
            **kwargs,
        )


class VoucherApproveView(VoucherOperationView):
    """伝票を承認して計上する。"""

    permission_required = APPROVE
    form_class = ApproveForm
    template_name = "ledger/voucher_approve.html"
    title = "伝票の承認"
    submit_label = "承認して計上する"

    @cached_property
    def findings(self):
        return operations.approval_findings(self.object, by=self.request.user, on=self.on)

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        written = form.is_bound and form.data.get(form.add_prefix("reason"), "").strip()
        asked = any(f.warns for f in self.findings) and not any(f.blocks for f in self.findings)
        if not (asked or written):
            del form.fields["reason"]
        return form

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            findings=self.findings,
            blocked=any(finding.blocks for finding in self.findings),
            needs_overrule=any(finding.warns for finding in self.findings),
            **kwargs,
        )

    def operate(self, form):
        reason = form.cleaned_data.get("reason", "")
        message = operations.approve(self.object, by=self.request.user, on=self.on, reason=reason)
        return self.object, self.object.get_absolute_url(), message


class VoucherSendBackView(VoucherOperationView):
    """伝票を差し戻す。"""

    permission_required = APPROVE
    form_class = SendBackForm
    template_name = "ledger/voucher_approve.html"
    title = "伝票の差戻し"
    submit_label = "差し戻す"

    def operate(self, form):
        message = operations.send_back(
            self.object, by=self.request.user, on=self.on, reason=form.cleaned_data["reason"]
        )
        return self.object, self.object.get_absolute_url(), message


class VoucherReverseView(VoucherOperationView):
    """計上済の伝票の訂正（赤）を起票する。"""

    permission_required = PREPARE
    form_class = ReversalForm
    template_name = "ledger/voucher_reverse.html"
    title = "伝票の訂正（赤）"
    submit_label = "訂正伝票を起票する"

    def get_initial(self):
        return {"dated_on": max(self.on, self.object.dated_on)}

    def get_context_data(self, **kwargs):
        findings = operations.reversal_findings(self.object, by=self.request.user, on=self.on)
        return super().get_context_data(
            findings=findings,
            blocked=bool(findings),
            red=operations.reversed_slip(self.object) if self.object.is_posted else None,
            **kwargs,
        )

    def operate(self, form):
        values = form.cleaned_data
        voucher = operations.reverse(
            self.object, by=self.request.user, on=self.on, reason=values["reason"], dated_on=values["dated_on"]
        )
        return voucher, voucher.get_absolute_url(), "訂正伝票（赤）を起票しました。別の人の承認を待っています。"


class VoucherCreateView(OperationView):
    """振替伝票の自由起票。"""

    permission_required = PREPARE
    form_class = VoucherForm
    template_name = "ledger/voucher_create.html"
    title = "振替伝票を起票する"
    submit_label = "起票する"
    kind = VoucherKind.TRANSFER
    lead = "貸付の実行や回収は、それぞれの画面から自動で起票されます。ここでは、そのほかの取引を起票します。"

    def back_url(self):
        return reverse("ledger:voucher_list")

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "on": self.on}

    @cached_property
    def original(self):
        """書き写す元の伝票（差し戻された伝票などから起票し直すとき）。"""
        number = self.request.GET.get("from", "")
        if not number.isdecimal() or len(number) > 18:
            return None
        found = Voucher.objects.filter(pk=number, kind=self.kind).first()
        return found if found and approvals.owner_of(found) is None else None

    def get_initial(self):
        if self.original:
            return {"dated_on": self.original.dated_on, "description": self.original.description}
        return {"dated_on": self.on}

    def initial_lines(self):
        if self.original:
            return [
                {
                    "side": line.side,
                    "account": line.account_id,
                    "member": f"{line.member.number} {line.member.name}" if line.member else "",
                    "amount": line.amount,
                    "memo": line.memo,
                    "reference": line.reference,
                }
                for line in self.original.lines.select_related("member")
            ]
        return []

    @cached_property
    def formset(self):
        if self.request.method == "POST":
            return LineFormSet(self.request.POST, kind=self.kind, prefix="lines")
        copied = self.initial_lines()
        formset = LineFormSet(kind=self.kind, prefix="lines", initial=copied)
        if copied:
            formset.extra = 0
        for order, form in enumerate(formset.extra_forms):
            # 何も書いていない行は、借方と貸方を交互に出しておく。
            form.initial.setdefault("side", Side.DEBIT if order % 2 == 0 else Side.CREDIT)
        return formset

    def post(self, request, *args, **kwargs):
        form = self.get_form()
        # 両方の誤りを一度に見せるため、片方が駄目でも両方を確かめる。
        both = [form.is_valid(), self.formset.is_valid()]
        return self.form_valid(form) if all(both) else self.form_invalid(form)

    def operate(self, form):
        slip = self.formset.slip(form.cleaned_data["description"])
        voucher = operations.enter(
            slip, dated_on=form.cleaned_data["dated_on"], by=self.request.user, on=self.on, kind=self.kind
        )
        return voucher, voucher.get_absolute_url(), "伝票を起票しました。別の人の承認を待っています。"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            lead=self.lead,
            kind=self.kind,
            formset=self.formset,
            totals=entry_totals(self.formset),
            members=self.formset.book.offered(self.on),
            preview_url=reverse("ledger:voucher_preview", args=[self.kind]),
            **kwargs,
        )


class OpeningCreateView(VoucherCreateView):
    """開始伝票（coopfin を使い始める日の残高）。"""

    title = "開始伝票を起票する"
    kind = VoucherKind.OPENING
    lead = "使い始める日の、預金・転貸借入金・出資金などの残高を、借方と貸方をそろえて一度だけ入れます。"


class VoucherPreviewView(PlainView):
    """起票の画面の、貸借の計と伝票の下見。打つたびに呼ばれ、何も書かない。"""

    permission_required = PREPARE
    http_method_names = ["post"]

    def post(self, request, kind):
        formset = LineFormSet(request.POST, kind=kind, prefix="lines")
        formset.is_valid()
        return render(request, "ledger/voucher_totals.html", {"totals": entry_totals(formset), "live": True})

    def http_method_not_allowed(self, request, *args, **kwargs):
        return HttpResponse("この下見は入力の画面から使います。", status=405)


def entry_totals(formset) -> dict:
    """起票の画面に出す、借方・貸方の計と差。"""
    if not formset.is_bound:
        shown = [form.initial for form in formset.initial_forms]
        totals = {side: sum(row.get("amount", 0) for row in shown if row.get("side") == side) for side in Side}
        count = len(shown)
    else:
        formset.is_valid()
        totals, count = formset.totals(), len(formset.written)
    debit, credit = totals[Side.DEBIT], totals[Side.CREDIT]
    started = bool(debit or credit)
    balanced = started and debit == credit and count >= 2
    return {
        "debit": debit,
        "credit": credit,
        "gap": debit - credit,
        "balanced": balanced,
        "text": "" if balanced or not started else unbalanced_text(totals),
    }
