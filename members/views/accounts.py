"""口座変更の申請と、別の人の承認の画面。"""

from __future__ import annotations

from django.db.models import Case, Value, When
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import DetailView
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from coopfin.exports import ExportedList
from coopfin.forms import OperationForm
from coopfin.views import GuardedMixin, OperationView, RememberReading
from members import operations
from members.forms import AccountRequestForm, RequiredReasonForm
from members.models import ACCOUNT_FIELDS, AccountRequest, Member
from members.operations.accounts import APPROVE, REQUEST
from members.tables import AccountRequestFilter, AccountRequestTable
from members.views.base import MEMBERS_CRUMB, MemberOperation
from members.views.members import names_in

ACCOUNTS_CRUMB = ("口座変更の申請", "/members/accounts/")
REQUESTS = AccountRequest.objects.select_related("member", "proposed_by", "decided_by")


def comparison(request: AccountRequest) -> list[dict]:
    """いまの口座と申請の口座を、項目ごとに並べる。"""
    rows = []
    before = Member(**{name: request.before.get(name, "") for name in (*ACCOUNT_FIELDS, "bank_name", "branch_name")})
    for label, show in (
        ("銀行", lambda account: _coded(account.bank_name, account.bank_code)),
        ("支店", lambda account: _coded(account.branch_name, account.branch_code)),
        ("預金種類", lambda account: account.get_account_type_display()),
        ("口座番号", lambda account: account.account_number),
        ("口座名義", lambda account: account.account_holder),
    ):
        old, new = show(before), show(request)
        rows.append({"label": label, "old": old, "new": new, "differs": old != new})
    return rows


def _coded(name: str, code: str) -> str:
    return f"{name}（{code}）" if code else ""


class AccountRequestView(MemberOperation):
    """口座の変更を申請する。"""

    permission_required = REQUEST
    template_name = "members/account_request.html"
    form_class = AccountRequestForm
    title = "口座変更の申請"
    submit_label = "申請する"

    def get_initial(self):
        return self.object.account

    def get_context_data(self, **kwargs):
        form = kwargs.get("form") or self.get_form()
        return super().get_context_data(
            **{**kwargs, "form": form},
            bank_names=names_in(form),
            waiting=AccountRequest.objects.waiting().filter(member=self.object).first(),
        )

    def operate(self, form):
        request = operations.request_account(
            member=self.object, document=form.cleaned_data["document"], **form.account(), **self.who(form)
        )
        return request, request.get_absolute_url(), "申請しました。別の人が承認するまで、いまの口座のままです。"


class AccountListView(GuardedMixin, ExportedList, SingleTableMixin, FilterView):
    """口座変更の申請の一覧。承認を待つものを先に。"""

    permission_required = "members.view_member"
    template_name = "generic/list.html"
    filterset_class = AccountRequestFilter
    table_class = AccountRequestTable
    export_permission = REQUEST
    paginate_by = 50
    title = "口座変更の申請"
    strict = False

    def get_queryset(self):
        waiting = When(status=AccountRequest.Status.PROPOSED, then=Value(0))
        return REQUESTS.order_by(Case(waiting, default=Value(1)), "-pk")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "title": self.title,
            "breadcrumbs": [MEMBERS_CRUMB, (self.title, "")],
            "lead": "振込先の口座は、申請した人とは別の人が承認して変わります。",
            "count": context["table"].paginator.count,
            "exports": self.export_links(),
            "empty": {
                "text": "口座変更の申請はありません。",
                "hint": "申請は、組合員の頁の「振込先の口座」から出します。",
            },
        }


class AccountDetailView(GuardedMixin, RememberReading, DetailView):
    """申請一件。いまの口座と並べて見て、承認か却下をする。"""

    permission_required = "members.view_member"
    template_name = "members/account_detail.html"
    queryset = REQUESTS

    def get_object(self, queryset=None):
        request = super().get_object(queryset)
        self.remember(request.member)
        return request

    def get_context_data(self, **kwargs):
        request, user = self.object, self.request.user
        own = request.proposed_by_id == user.pk
        return super().get_context_data(
            title=str(request),
            breadcrumbs=[MEMBERS_CRUMB, ACCOUNTS_CRUMB, (request.member.name, "")],
            rows=comparison(request),
            may_decide=request.is_waiting and user.has_perm(APPROVE) and not own,
            own=own and request.is_waiting and user.has_perm(APPROVE),
            may_withdraw=own and request.is_waiting and user.has_perm(REQUEST),
            **kwargs,
        )


class Deciding(OperationView):
    """申請を承認・却下する画面の土台。"""

    permission_required = APPROVE
    template_name = "members/account_decide.html"
    queryset = REQUESTS

    def load(self):
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs):
        crumbs = [
            MEMBERS_CRUMB,
            ACCOUNTS_CRUMB,
            (self.object.member.name, self.object.get_absolute_url()),
            (self.title, ""),
        ]
        return super().get_context_data(
            breadcrumbs=crumbs, lead=self.object.member.name, rows=comparison(self.object), **kwargs
        )


class AccountApproveView(Deciding):
    """口座の変更を承認する。"""

    form_class = OperationForm
    title = "口座変更の承認"
    submit_label = "承認する"

    def operate(self, form):
        request = operations.approve_account(request=self.object, by=self.request.user, on=self.on)
        return request, request.member.get_absolute_url(), f"{request.member} の口座を改めました。"


class AccountWithdrawView(Deciding):
    """自分の申請を取り下げる。"""

    permission_required = REQUEST
    form_class = RequiredReasonForm
    title = "口座変更の申請の取下げ"
    submit_label = "取り下げる"

    def operate(self, form):
        request = operations.withdraw_account(
            request=self.object, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on
        )
        return request, request.get_absolute_url(), "申請を取り下げました。口座は変わりません。"


class AccountRejectView(Deciding):
    """口座の変更を却下する。"""

    form_class = RequiredReasonForm
    title = "口座変更の却下"
    submit_label = "却下する"

    def operate(self, form):
        request = operations.reject_account(
            request=self.object, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on
        )
        return request, reverse("members:accounts"), "却下しました。口座は変わりません。"
