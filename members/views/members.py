"""組合員の画面: 一覧・書き出し・登録・変更。"""

from __future__ import annotations

import copy

from django.db.models import Sum
from django.shortcuts import render
from django.urls import reverse
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from coopfin.columns import ChosenColumns
from coopfin.views import GuardedMixin, OperationView, PlainView
from members import banks, importing, operations, writing
from members.forms import MemberFacts, MemberForm
from members.models import AccountRequest, Member
from members.tables import MemberFilter, MemberTable
from members.views.base import MEMBERS_CRUMB, MemberOperation, chosen_person, download


class MemberRows(GuardedMixin):
    """一覧と書き出しが同じ行を同じ順で見るための土台。"""

    permission_required = "members.view_member"

    def rows(self):
        return Member.objects.select_related("representative", "industry")

    def make_filter(self):
        return MemberFilter(self.request.GET or None, queryset=self.rows(), request=self.request, on=self.on)


class MemberListView(MemberRows, ChosenColumns, SingleTableMixin, FilterView):
    """組合員の一覧。件数と出資の合計は、絞り込んだものについて出す。"""

    template_name = "generic/list.html"
    filterset_class = MemberFilter
    table_class = MemberTable
    paginate_by = 50

    def get_queryset(self):
        return self.rows()

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "on": self.on}

    def get_table_kwargs(self):
        return {**super().get_table_kwargs(), "on": self.on}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, found = self.request.user, self.object_list
        total = found.aggregate(total=Sum("share_capital"))["total"] or 0
        actions, exports, primary = [], [], None
        if user.has_perm("members.import_members"):
            actions.append({"label": "Excel・CSV の取込", "url": reverse("members:import")})
        waiting = AccountRequest.objects.waiting().count()
        if waiting:
            actions.append({"label": f"口座変更の申請（{waiting}）", "url": reverse("members:accounts")})
        if user.has_perm("members.edit_member"):
            actions.append({"label": "重複らしいもの", "url": reverse("members:duplicates")})
            primary = {"label": "組合員を登録", "url": reverse("members:create")}
        if user.has_perm("members.export_members"):
            for form, label in (("xlsx", "Excel"), ("csv", "CSV")):
                query = self.request.GET.copy()
                query["format"] = form
                exports.append({"label": label, "url": f"{reverse('members:export')}?{query.urlencode()}"})
        return {
            **context,
            **self.list_choices(),
            "title": "組合員",
            "count": context["table"].paginator.count,
            "sums": [{"label": "出資金額", "amount": total}],
            "actions": actions,
            "primary": primary,
            "exports": exports,
            "empty": self.empty(),
        }

    def empty(self):
        if self.request.user.has_perm("members.import_members"):
            return {
                "text": "組合員がまだ登録されていません。",
                "hint": "組合員名簿の Excel か CSV を取り込むと、まとめて登録できます。",
                "url": reverse("members:import"),
                "label": "名簿を取り込む",
            }
        return {"text": "組合員がまだ登録されていません。", "hint": "登録は事務局が行います。"}


class MemberExportView(MemberRows, PlainView):
    """一覧で見ている組合員を、その順に書き出す。列は取込と同じ見出し。"""

    permission_required = "members.export_members"

    def get(self, request):
        filtered = self.make_filter()
        found = filtered.qs if filtered.is_valid() else self.rows()
        table = MemberTable(found, order_by=request.GET.get("sort", "").split(",") if request.GET.get("sort") else None)
        as_csv = request.GET.get("format") == "csv"
        content = importing.export(table.data.data, as_csv=as_csv)
        return download(content, f"組合員_{self.on:%Y%m%d}.{'csv' if as_csv else 'xlsx'}")


class MemberCreateView(OperationView):
    """組合員の登録（加入）。口座もここでは一人で入れられる。"""

    permission_required = "members.edit_member"
    template_name = "members/member_form.html"
    form_class = MemberForm
    title = "組合員の登録"
    submit_label = "登録する"

    def back_url(self):
        return reverse("members:list")

    def get_context_data(self, **kwargs):
        form = kwargs.get("form") or self.get_form()
        return super().get_context_data(
            **{**kwargs, "form": form}, breadcrumbs=[MEMBERS_CRUMB, (self.title, "")], bank_names=names_in(form)
        )

    def operate(self, form):
        who = {"by": self.request.user, "on": self.on}
        member = operations.register_member(
            representative=chosen_person(form, **who), **form.values(), **form.admission(), **who
        )
        return member, member.get_absolute_url(), f"組合員「{member}」を登録しました。"


class MemberUpdateView(MemberOperation):
    """組合員の変更。代表者・出資・脱退・口座は、それぞれの操作で変える。"""

    template_name = "members/member_facts.html"
    form_class = MemberFacts
    title = "組合員の変更"
    submit_label = "変更する"

    def get_form_kwargs(self):
        # フォームは渡されたものに値を入れるので、画面の見出しに使うものとは別の写しを渡す。
        return {**super().get_form_kwargs(), "instance": copy.copy(self.object)}

    def operate(self, form):
        member = operations.update_member(
            member=self.object, by=self.request.user, on=self.on, version=form.cleaned_data["version"], **form.values()
        )
        return member, member.get_absolute_url(), f"組合員「{member}」を変更しました。"


class BankNamesView(PlainView):
    """銀行コード・支店コードの名前（入力に合わせて欄の下に出す）。"""

    permission_required = "members.edit_member"

    def get(self, request):
        names = look_up(request.GET.get("bank_code", ""), request.GET.get("branch_code", ""))
        return render(request, "members/parts/bank_names.html", {"bank_names": names})


def look_up(bank_code: str, branch_code: str) -> banks.BankNames:
    """打ちかけのコードから名前を引く。読めないうちは何も言わない。"""
    try:
        return banks.lookup(
            writing.to_digits(bank_code, 4, "銀行コード"), writing.to_digits(branch_code, 3, "支店コード")
        )
    except writing.Unwritable as problem:
        return banks.BankNames(bank_problem=str(problem))


def names_in(form) -> banks.BankNames:
    """フォームに書かれたコードの名前。"""
    return look_up(*(form[name].value() or "" for name in ("bank_code", "branch_code")))
