"""人の画面: 一覧・一件・登録・変更と、台帳から探して選ぶための候補。"""

from __future__ import annotations

import copy
from datetime import date

from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import DetailView
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from coopfin.exports import ExportedList
from coopfin.views import GuardedMixin, OperationView, PlainView, RememberReading
from members import histories, operations, panels
from members.forms import PersonForm
from members.models import Person
from members.tables import PersonFilter, PersonTable
from members.views.base import PEOPLE_CRUMB

OPTIONS = 10


class PersonListView(GuardedMixin, ExportedList, SingleTableMixin, FilterView):
    """人の一覧。"""

    permission_required = "members.view_member"
    template_name = "generic/list.html"
    filterset_class = PersonFilter
    table_class = PersonTable
    paginate_by = 50
    title = "人の台帳"
    export_permission = "members.edit_member"
    queryset = Person.objects.prefetch_related("represented_members", "offices__member", "relationships__member")

    @cached_property
    def roles(self) -> dict:
        """機関の席など、組合員でのもののほかの役割。"""
        return panels.roles_on(self.on)

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "roles": self.roles}

    def get_table_kwargs(self):
        return {"roles": self.roles}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        may_edit = self.request.user.has_perm("members.edit_member")
        primary = {"label": "人を登録", "url": reverse("members:person_create")} if may_edit else None
        actions = [{"label": "重複らしいもの", "url": reverse("members:duplicates")}] if may_edit else []
        return {
            **context,
            "title": "人",
            "lead": "代表者・役員・保証人・理事・委員など、組合の仕事に出てくる人の台帳です。",
            "count": context["table"].paginator.count,
            "primary": primary,
            "actions": actions,
            "exports": self.export_links(),
            "empty": {
                "text": "人がまだ登録されていません。",
                "hint": "組合員を登録するか取り込むと、代表者がここに載ります。",
                "url": reverse("members:import") if may_edit else "",
                "label": "組合員名簿を取り込む",
            },
        }


class PersonDetailView(GuardedMixin, RememberReading, DetailView):
    """人の頁。この人のすべての役割を、時を追って一枚に集める（席・保証・担保などはほかのアプリが足す）。"""

    permission_required = "members.view_member"
    template_name = "members/person_detail.html"
    queryset = Person.everyone.select_related("user", "merged_into")
    context_object_name = "person"

    def get_object(self, queryset=None):
        person = super().get_object(queryset)
        self.remember(person)
        return person

    def get_context_data(self, **kwargs):
        person, user, on = self.object, self.request.user, self.on
        return super().get_context_data(
            **kwargs,
            title=person.name,
            breadcrumbs=[PEOPLE_CRUMB, (person.name, "")],
            may_edit=user.has_perm("members.edit_member") and not person.is_merged,
            facts=[
                ("氏名", person.name),
                ("カナ", person.kana),
                ("生年月日", person.born_on),
                ("住所", f"〒{person.postal_code} {person.address}" if person.postal_code else person.address),
                ("電話番号", person.phone),
                ("利用者（ログイン）", f"{person.user}（{person.user.role_labels}）" if person.user else "―"),
            ],
            roles=roles_of(person, on),
            merged=list(person.merged.all()),
            panels=panels.person_panels_for(person, user, on),
            timeline=histories.person_entries(person),
        )


def roles_of(person, on) -> list[dict]:
    """組合員での役割。いまのものを先に、終わったものをあとに、それぞれ始まりの新しい順。"""
    rows = [
        {
            "member": member, "role": member.get_representative_title_display(), "mark": "代表",
            "from_on": member.representative_from_on, "to_on": None,
        }
        for member in person.represented_members.filter(merged_into__isnull=True)
    ]  # fmt: skip
    rows += [
        {
            "member": office.member, "role": office.get_title_display(), "mark": "", "from_on": office.from_on,
            "to_on": office.to_on, "note": f"任期満了 {_said(office.term_ends_on)}" if office.term_ends_on else "",
        }
        for office in person.offices.select_related("member")
    ]  # fmt: skip
    rows += [
        {
            "member": held.member, "role": held.get_kind_display(), "mark": "過半数" if held.is_control else "",
            "from_on": held.from_on, "to_on": held.to_on,
            "note": f"持株比率 {held.percent}" if held.percent else "",
        }
        for held in person.relationships.select_related("member", "other_person")
    ]  # fmt: skip
    rows += [
        {
            "member": mandate.member, "role": "委任", "mark": "", "from_on": mandate.from_on, "to_on": mandate.to_on,
            "note": mandate.scope,
        }
        for mandate in person.mandates.select_related("member")
    ]  # fmt: skip
    for row in rows:
        row["over"] = row["to_on"] is not None and row["to_on"] <= on
    rows.sort(key=lambda row: row["from_on"] or date.min, reverse=True)
    return sorted(rows, key=lambda row: row["over"])


def _said(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


class PersonCreateView(OperationView):
    """人の登録。"""

    permission_required = "members.edit_member"
    template_name = "generic/form.html"
    form_class = PersonForm
    title = "人の登録"

    def back_url(self):
        return reverse("members:people")

    def get_context_data(self, **kwargs):
        return super().get_context_data(breadcrumbs=[PEOPLE_CRUMB, (self.title, "")], **kwargs)

    def operate(self, form):
        person = operations.register_person(by=self.request.user, on=self.on, **form.values())
        return person, person.get_absolute_url(), f"「{person}」を人の台帳に登録しました。"


class PersonUpdateView(OperationView):
    """人の変更。"""

    permission_required = "members.edit_member"
    template_name = "generic/form.html"
    form_class = PersonForm
    title = "人の変更"
    submit_label = "変更する"
    queryset = Person.objects.all()

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "instance": copy.copy(self.object)}

    def get_context_data(self, **kwargs):
        crumbs = [PEOPLE_CRUMB, (self.object.name, self.object.get_absolute_url()), (self.title, "")]
        return super().get_context_data(breadcrumbs=crumbs, lead=self.object.name, **kwargs)

    def operate(self, form):
        person = operations.update_person(
            person=self.object, by=self.request.user, on=self.on, version=form.cleaned_data["version"], **form.values()
        )
        return person, person.get_absolute_url(), f"「{person}」を変更しました。"


class PersonOptionsView(PlainView):
    """台帳から選ぶ候補（打つたびに htmx が取りに来る）。いま選ばれている人は先頭に残す。"""

    permission_required = "members.edit_member"

    def get(self, request):
        name = next((key[:-2] for key in request.GET if key.endswith("_q") and key[:-2].isidentifier()), "person")
        text, value = request.GET.get(f"{name}_q", ""), request.GET.get(name, "")
        chosen = Person.objects.filter(pk=int(value)).first() if value.isdecimal() and len(value) < 18 else None
        found = []
        if text.strip():
            found = list(Person.objects.search(text).prefetch_related("represented_members")[: OPTIONS + 1])
        people = [chosen] if chosen else []
        people += [person for person in found[:OPTIONS] if person != chosen]
        context = {
            "name": name, "people": people, "chosen": chosen, "text": text.strip(), "more": len(found) > OPTIONS,
        }  # fmt: skip
        return render(request, "members/parts/person_options.html", context)
