"""組合員の画面: 一覧・書き出し・一件・登録・変更・役員。"""

from __future__ import annotations

import copy

from django.db.models import Sum
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import DetailView
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from coopfin.views import GuardedMixin, OperationView, PlainView, RememberReading
from members import banks, histories, importing, operations, panels, writing
from members.forms import EndOfficerForm, MemberForm, OfficerForm
from members.models import Member, Officer
from members.tables import MemberFilter, MemberTable
from members.views.base import MEMBERS_CRUMB, download


class MemberRows(GuardedMixin):
    """一覧と書き出しが同じ行を同じ順で見るための土台。"""

    permission_required = "members.view_member"

    def rows(self):
        return Member.objects.select_related("representative", "industry")

    def make_filter(self):
        return MemberFilter(self.request.GET or None, queryset=self.rows(), request=self.request, on=self.on)


class MemberListView(MemberRows, SingleTableMixin, FilterView):
    """組合員の一覧。件数と出資の合計は、絞り込んだものについて出す。"""

    template_name = "generic/list.html"
    filterset_class = MemberFilter
    table_class = MemberTable
    paginate_by = 50

    def get_queryset(self):
        return self.rows()

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "on": self.on}

    def shown_columns(self) -> list[str]:
        wanted = [name for name in self.request.GET.getlist("columns") if name in MemberTable.Meta.fields]
        return wanted or list(MemberTable.SHOWN)

    def get_table_kwargs(self):
        shown = self.shown_columns()
        return {"exclude": [name for name in MemberTable.Meta.fields if name not in shown]}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, found, shown = self.request.user, self.object_list, self.shown_columns()
        total = found.aggregate(total=Sum("share_capital"))["total"] or 0
        actions, exports, primary = [], [], None
        if user.has_perm("members.import_members"):
            actions.append({"label": "Excel・CSV の取込", "url": reverse("members:import")})
        if user.has_perm("members.edit_member"):
            primary = {"label": "組合員を登録", "url": reverse("members:create")}
        if user.has_perm("members.export_members"):
            for form, label in (("xlsx", "Excel"), ("csv", "CSV")):
                query = self.request.GET.copy()
                query["format"] = form
                exports.append({"label": label, "url": f"{reverse('members:export')}?{query.urlencode()}"})
        columns = [
            {"name": name, "label": MemberTable.base_columns[name].verbose_name, "shown": name in shown}
            for name in MemberTable.Meta.fields
        ]
        return {
            **context,
            "title": "組合員",
            "count": context["table"].paginator.count,
            "sums": [{"label": "出資金額", "amount": total}],
            "actions": actions,
            "primary": primary,
            "exports": exports,
            "columns": columns,
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


class MemberDetailView(GuardedMixin, RememberReading, DetailView):
    """組合員の頁。この組合員についてのすべて（ほかのアプリの欄は panels から来る）。"""

    permission_required = "members.view_member"
    template_name = "members/member_detail.html"
    queryset = Member.objects.select_related("representative", "industry")

    def get_object(self, queryset=None):
        member = super().get_object(queryset)
        self.remember(member)
        return member

    def get_context_data(self, **kwargs):
        member, user = self.object, self.request.user
        officers = member.officers.select_related("person")
        current = officers.current(self.on)
        return super().get_context_data(
            **kwargs,
            title=member.name,
            breadcrumbs=[MEMBERS_CRUMB, (member.name, "")],
            may_edit=user.has_perm("members.edit_member"),
            is_current=member.is_current(self.on),
            facts=self.facts(member),
            account_facts=self.account_facts(member),
            officers=current,
            former_officers=[officer for officer in officers if officer.to_on and officer.to_on <= self.on],
            panels=panels.member_panels_for(member, user, self.on),
            timeline=histories.member_entries(member),
        )

    @staticmethod
    def facts(member):
        return [
            ("組合員番号", member.number),
            ("名称", member.name),
            ("カナ", member.kana),
            ("種類", member.get_kind_display()),
            ("法人番号", member.corporate_number if member.is_corporate else "―（個人事業主）"),
            ("業種", member.industry.name),
            ("所在地", f"〒{member.postal_code} {member.address}"),
            ("電話番号", member.phone),
            ("加入日", member.joined_on),
            *([("脱退日", member.left_on)] if member.left_on else []),
            ("備考", member.note),
        ]

    @staticmethod
    def account_facts(member):
        if not member.account_number:
            return []
        return [
            ("銀行", f"{member.bank_name}（{member.bank_code}）"),
            ("支店", f"{member.branch_name}（{member.branch_code}）"),
            ("預金種類", member.get_account_type_display()),
            ("口座番号", member.account_number),
            ("口座名義", member.account_holder),
        ]


class MemberFormView(OperationView):
    """登録と変更に共通の画面。"""

    permission_required = "members.edit_member"
    template_name = "members/member_form.html"
    form_class = MemberForm

    def representative(self, form):
        """選ばれた人か、新しく書かれた人（台帳に載せる）。"""
        person = form.new_person()
        if person is None:
            return form.cleaned_data["representative"]
        return operations.register_person(by=self.request.user, on=self.on, **person)

    def get_context_data(self, **kwargs):
        form = kwargs.get("form") or self.get_form()
        codes = [form[name].value() or "" for name in ("bank_code", "branch_code")]
        return super().get_context_data(**{**kwargs, "form": form}, bank_names=look_up(*codes))


class MemberCreateView(MemberFormView):
    """組合員の登録。"""

    title = "組合員の登録"
    submit_label = "登録する"

    def back_url(self):
        return reverse("members:list")

    def get_context_data(self, **kwargs):
        return super().get_context_data(breadcrumbs=[MEMBERS_CRUMB, (self.title, "")], **kwargs)

    def operate(self, form):
        member = operations.register_member(
            by=self.request.user, on=self.on, representative=self.representative(form), **form.values()
        )
        return member, member.get_absolute_url(), f"組合員「{member}」を登録しました。"


class MemberUpdateView(MemberFormView):
    """組合員の変更。"""

    title = "組合員の変更"
    submit_label = "変更する"
    queryset = Member.objects.select_related("representative", "industry")

    def get_form_kwargs(self):
        # フォームは渡されたものに値を入れるので、画面の見出しに使うものとは別の写しを渡す。
        return {**super().get_form_kwargs(), "instance": copy.copy(self.object)}

    def get_context_data(self, **kwargs):
        crumbs = [MEMBERS_CRUMB, (self.object.name, self.object.get_absolute_url()), (self.title, "")]
        return super().get_context_data(breadcrumbs=crumbs, lead=self.object.name, **kwargs)

    def operate(self, form):
        member = operations.update_member(
            member=self.object,
            by=self.request.user,
            on=self.on,
            version=form.cleaned_data["version"],
            representative=self.representative(form),
            **form.values(),
        )
        return member, member.get_absolute_url(), f"組合員「{member}」を変更しました。"


class OfficerAddView(OperationView):
    """役員・関係者を加える。"""

    permission_required = "members.edit_member"
    template_name = "members/officer_form.html"
    form_class = OfficerForm
    title = "役員・関係者の追加"
    submit_label = "追加する"
    queryset = Member.objects.select_related("representative", "industry")

    def get_context_data(self, **kwargs):
        crumbs = [MEMBERS_CRUMB, (self.object.name, self.object.get_absolute_url()), (self.title, "")]
        return super().get_context_data(breadcrumbs=crumbs, lead=self.object.name, **kwargs)

    def operate(self, form):
        new, cleaned = form.new_person(), form.cleaned_data
        person = cleaned["person"]
        if new is not None:
            person = operations.register_person(by=self.request.user, on=self.on, **new)
        officer = operations.add_officer(
            member=self.object, person=person, title=cleaned["title"], from_on=cleaned["from_on"],
            by=self.request.user, on=self.on,
        )  # fmt: skip
        return officer, self.object.get_absolute_url(), f"{officer.get_title_display()} {person} を追加しました。"


class OfficerEndView(OperationView):
    """役員の退任。"""

    permission_required = "members.edit_member"
    template_name = "generic/form.html"
    form_class = EndOfficerForm
    title = "役員の退任"
    submit_label = "退任を記録する"
    queryset = Officer.objects.select_related("member", "person")

    def back_url(self):
        return self.object.member.get_absolute_url()

    def get_initial(self):
        return {"to_on": self.on}

    def get_context_data(self, **kwargs):
        officer = self.object
        crumbs = [MEMBERS_CRUMB, (officer.member.name, self.back_url()), (self.title, "")]
        lead = f"{officer.member} {officer.get_title_display()} {officer.person}"
        return super().get_context_data(breadcrumbs=crumbs, lead=lead, **kwargs)

    def operate(self, form):
        cleaned = form.cleaned_data
        officer = operations.end_officer(
            officer=self.object, to_on=cleaned["to_on"], by=self.request.user, on=self.on, version=cleaned["version"]
        )
        return officer, self.back_url(), f"{officer.person} の退任を記録しました。"


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
