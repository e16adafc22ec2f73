"""出資の異動と脱退の画面。"""

from __future__ import annotations

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from coopfin.calc import words
from coopfin.forms import OperationForm
from coopfin.views import ReadingPost
from members import operations
from members.debts import debts_of
from members.enums import LeavingKind
from members.forms import (
    CorrectSharesForm,
    LeavingForm,
    RefundForm,
    RequiredReasonForm,
    ShareChangeForm,
    TransferForm,
)
from members.leaving import last_notice_on
from members.models import Leaving, Member, ShareChange
from members.operations.shares import unit_price
from members.views.base import MemberOperation, MemberRowOperation

CHANGES = ShareChange.objects.select_related("member", "counterpart")
LEAVINGS = Leaving.objects.select_related("member")


def shares_note(member) -> str:
    """いまの出資を、一口の金額とともに言う。"""
    unit = unit_price(member)
    each = f"、一口 {words.format_yen(unit)}円" if unit else ""
    return f"いまの出資は {member.shares:,}口・{words.format_yen(member.share_capital)}円{each}です。"


class ShareChangeView(MemberOperation):
    """増資・減口。"""

    form_class = ShareChangeForm
    title = "増資・減口の記録"
    submit_label = "記録する"

    def get_context_data(self, **kwargs):
        return super().get_context_data(note=shares_note(self.object), **kwargs)

    def operate(self, form):
        names = ("kind", "shares", "amount", "effective_on", "consented_on", "consent", "reason")
        change = operations.change_shares(
            member=self.object, **{name: form.cleaned_data[name] for name in names}, **self.who(form)
        )
        done = "出資に反映しました" if change.applied_on else "効力の日まで予定として残ります"
        return change, f"{self.back_url()}#shares", f"{change.get_kind_display()}を記録しました。{done}。"


class CorrectSharesView(MemberOperation):
    """出資の訂正。"""

    form_class = CorrectSharesForm
    title = "出資の訂正"
    submit_label = "訂正する"

    def get_initial(self):
        return {"shares": self.object.shares, "share_capital": self.object.share_capital}

    def get_context_data(self, **kwargs):
        note = f"{shares_note(self.object)}台帳の誤りだけを直します。増えた・減ったときは「増資・減口の記録」を使ってください。"
        return super().get_context_data(note=note, **kwargs)

    def operate(self, form):
        names = ("shares", "share_capital", "reason")
        change = operations.correct_shares(
            member=self.object, **{name: form.cleaned_data[name] for name in names}, **self.who(form)
        )
        return change, f"{self.back_url()}#shares", "出資を訂正しました。"


class TransferView(MemberOperation):
    """持分の譲渡。"""

    form_class = TransferForm
    title = "持分の譲渡の記録"
    submit_label = "記録する"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "member": self.object, "on": self.on}

    def get_context_data(self, **kwargs):
        return super().get_context_data(note=shares_note(self.object), **kwargs)

    def operate(self, form):
        names = ("receiver", "shares", "amount", "effective_on", "consented_on", "consent")
        change = operations.transfer_shares(
            giver=self.object, **{name: form.cleaned_data[name] for name in names}, **self.who(form)
        )
        return change, f"{self.back_url()}#shares", f"{change.counterpart}への譲渡を記録しました。"


class SharesApplyView(MemberRowOperation):
    """予定の異動を、出資に反映する。"""

    form_class = OperationForm
    title = "出資の異動の反映"
    submit_label = "反映する"
    queryset = CHANGES

    def get_context_data(self, **kwargs):
        note = f"{shares_note(self.member)}{self.object.get_kind_display()} {self.object.shares:+,}口を反映します。"
        return super().get_context_data(note=note, **kwargs)

    def operate(self, form):
        change = operations.apply_planned(change=self.object, **self.who())
        return change, f"{self.back_url()}#shares", f"{change.get_kind_display()}を出資に反映しました。"


class SharesCancelView(MemberRowOperation):
    """予定の異動を取りやめる。"""

    form_class = RequiredReasonForm
    title = "出資の異動の取りやめ"
    submit_label = "取りやめる"
    queryset = CHANGES

    def operate(self, form):
        change = operations.cancel_planned(change=self.object, reason=form.cleaned_data["reason"], **self.who())
        return change, f"{self.back_url()}#shares", "予定の異動を取りやめました。"


class LeavingView(MemberOperation):
    """脱退の予告・法定脱退を記録する。脱退の日は、入力に合わせて先に見せる。"""

    template_name = "members/leaving_form.html"
    form_class = LeavingForm
    title = "脱退の記録"
    submit_label = "記録する"

    def get_initial(self):
        return {"notified_on": self.on}

    def get_context_data(self, **kwargs):
        form = kwargs.get("form") or self.get_form()
        return super().get_context_data(
            **{**kwargs, "form": form}, preview_url=reverse("members:leaving_preview", args=[self.object.pk]),
            **leaving_context(self.object, form, self.on),
        )  # fmt: skip

    def operate(self, form):
        names = ("kind", "cause", "notified_on", "notice_days", "document")
        leaving = operations.record_leaving(
            member=self.object, **{name: form.cleaned_data[name] for name in names}, **self.who(form)
        )
        day = words.to_wareki(leaving.effective_on)
        return leaving, leaving.get_absolute_url(), f"{leaving.get_kind_display()}を記録しました。脱退の日は{day}です。"


class LeavingPreview(ReadingPost):
    """脱退の日の試算（htmx）。何も書かない。"""

    permission_required = "members.edit_member"

    def answer(self, request, pk):
        member = get_object_or_404(Member, pk=pk)
        return render(
            request, "members/parts/leaving_preview.html", leaving_context(member, LeavingForm(request.POST), self.on)
        )


def leaving_context(member, form, on) -> dict:
    """脱退の日、払戻しの見込み、残る債務。"""
    given = form.initial
    if form.is_bound:
        form.is_valid()
        given = form.cleaned_data
    notified_on = given.get("notified_on")
    days_given = given.get("notice_days") or operations.NOTICE_DAYS
    statutory = given.get("kind") == LeavingKind.STATUTORY
    effective = notified_on
    if notified_on and not statutory:
        effective = operations.planned_leaving_on(notified_on, days_given)
    debts = debts_of(member, on)
    return {
        "effective_on": effective,
        "statutory": statutory,
        "already": Leaving.objects.standing().filter(member=member).first(),
        "last_notice": last_notice_on(effective, days_given) if effective and not statutory else None,
        "debts": debts,
        "refund": operations.refund(
            withdrawn=True, debt=sum(debt.amount for debt in debts), share_refund=member.share_capital
        ),
        "member": member,
    }


class LeavingWithdrawView(MemberRowOperation):
    """自由脱退の予告の取下げと、法定脱退の記録の取消し（記録の誤りのとき）。"""

    form_class = RequiredReasonForm
    queryset = LEAVINGS

    @property
    def title(self):
        return self.object.undoing

    @property
    def submit_label(self):
        return self.object.undoing_verb

    def get_context_data(self, **kwargs):
        note = (
            "予告を受けなかったことにはなりません。取り下げた日と理由が残り、組合員のままになります。"
            if self.object.is_voluntary
            else f"「{self.object.get_cause_display()}」という記録が誤りだったときだけ取り消します。"
            "どこが誤りで、何で確かめたかを書いてください。取り消した記録も残ります。"
        )
        return super().get_context_data(note=note, danger=not self.object.is_voluntary, **kwargs)

    def operate(self, form):
        leaving = operations.withdraw_leaving(leaving=self.object, reason=form.cleaned_data["reason"], **self.who())
        return leaving, self.back_url(), f"{leaving.undoing}を記録しました。組合員のままです。"


class RefundView(MemberRowOperation):
    """持分の払戻し。債務があれば止め、相殺できる額を見せる。"""

    template_name = "members/refund_form.html"
    form_class = RefundForm
    title = "持分の払戻しの記録"
    submit_label = "記録する"
    queryset = LEAVINGS

    def get_initial(self):
        refund = operations.refund_of(self.object, self.member.share_capital, self.on)
        return {"amount": refund.share_refund, "set_off": refund.may_set_off, "refunded_on": self.on}

    def get_context_data(self, **kwargs):
        form = kwargs.get("form") or self.get_form()
        return super().get_context_data(
            **{**kwargs, "form": form}, preview_url=reverse("members:refund_preview", args=[self.object.pk]),
            **refund_context(self.object, form, self.on),
        )  # fmt: skip

    def operate(self, form):
        names = ("amount", "set_off", "refunded_on", "reason")
        leaving = operations.record_refund(
            leaving=self.object, **{name: form.cleaned_data[name] for name in names}, **self.who()
        )
        return leaving, leaving.get_absolute_url(), "持分の払戻しを記録しました。"


class RefundPreview(ReadingPost):
    """払戻しの試算（htmx）。何も書かない。"""

    permission_required = "members.edit_member"

    def answer(self, request, pk):
        leaving = get_object_or_404(LEAVINGS, pk=pk)
        context = refund_context(leaving, RefundForm(request.POST), self.on)
        return render(request, "members/parts/refund_preview.html", context)


def refund_context(leaving, form, on) -> dict:
    """払戻しを止めるか、いくら相殺できて、いくら払えるか。"""
    given = form.initial or {}
    if form.is_bound:
        form.is_valid()
        given = form.cleaned_data
    amount, set_off = given.get("amount"), given.get("set_off") or 0
    if amount is None:
        return {"refund": None}
    return {
        "refund": operations.refund_of(leaving, amount, on),
        "debts": debts_of(leaving.member, on),
        "set_off": set_off,
        "paid": amount - set_off,
        "findings": [
            *operations.refund_findings(leaving, amount=amount, set_off=set_off, on=on),
            *operations.unusual_refund(leaving, amount=amount, refunded_on=given.get("refunded_on") or on),
        ],
    }
