"""人の画面: 一覧・一件・登録・変更と、台帳から探して選ぶための候補。"""

from __future__ import annotations

import copy

from django.shortcuts import render
from django.urls import reverse
from django.views.generic import DetailView
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin

from coopfin.views import GuardedMixin, OperationView, PlainView, RememberReading
from members import histories, operations, panels
from members.forms import PersonForm
from members.models import Person
from members.tables import PersonFilter, PersonTable
from members.views.base import PEOPLE_CRUMB

OPTIONS = 10


class PersonListView(GuardedMixin, SingleTableMixin, FilterView):
    """人の一覧。"""

    permission_required = "members.view_member"
    template_name = "generic/list.html"
    filterset_class = PersonFilter
    table_class = PersonTable
    paginate_by = 50
    queryset = Person.objects.prefetch_related("represented_members", "offices__member")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        may_edit = self.request.user.has_perm("members.edit_member")
        primary = {"label": "人を登録", "url": reverse("members:person_create")} if may_edit else None
        return {
            **context,
            "title": "人",
            "lead": "代表者・役員・保証人・理事・委員など、組合の仕事に出てくる人の台帳です。",
            "count": context["table"].paginator.count,
            "primary": primary,
            "empty": {
                "text": "人がまだ登録されていません。",
                "hint": "組合員を登録するか取り込むと、代表者がここに載ります。",
                "url": reverse("members:import") if may_edit else "",
                "label": "組合員名簿を取り込む",
            },
        }


class PersonDetailView(GuardedMixin, RememberReading, DetailView):
    """人の頁。この人の役職と、ほかのアプリが足す欄（席・保証など）。"""

    permission_required = "members.view_member"
    template_name = "members/person_detail.html"
    queryset = Person.objects.all()

    def get_object(self, queryset=None):
        person = super().get_object(queryset)
        self.remember(person)
        return person

    def get_context_data(self, **kwargs):
        person, user = self.object, self.request.user
        return super().get_context_data(
            **kwargs,
            title=person.name,
            breadcrumbs=[PEOPLE_CRUMB, (person.name, "")],
            may_edit=user.has_perm("members.edit_member"),
            facts=[
                ("氏名", person.name),
                ("カナ", person.kana),
                ("生年月日", person.born_on),
                ("住所", f"〒{person.postal_code} {person.address}" if person.postal_code else person.address),
                ("電話番号", person.phone),
            ],
            represented=person.represented_members.all(),
            offices=person.offices.select_related("member"),
            panels=panels.person_panels_for(person, user, self.on),
            timeline=histories.entries(person),
        )


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
