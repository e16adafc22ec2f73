"""親族・同居の画面: 人の頁から加え、終わりを記録する。"""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse

from coopfin.views import OperationView
from members import operations
from members.forms import EndKinshipForm, KinshipForm
from members.models import Kinship, Person
from members.views.base import PEOPLE_CRUMB, chosen_person

EDIT = "members.edit_member"


class KinshipAddView(OperationView):
    """親族・同居の人を加える。"""

    permission_required = EDIT
    template_name = "members/kinship_form.html"
    form_class = KinshipForm
    title = "親族・同居の人を加える"
    submit_label = "加える"
    queryset = Person.objects.all()

    def get_context_data(self, **kwargs):
        crumbs = [PEOPLE_CRUMB, (self.object.name, self.object.get_absolute_url()), (self.title, "")]
        return super().get_context_data(breadcrumbs=crumbs, lead=self.object.name, **kwargs)

    def operate(self, form):
        cleaned, relative = form.cleaned_data, chosen_person(form, by=self.request.user, on=self.on)
        made = operations.add_kinship(
            person=self.object, relative=relative, kind=cleaned["kind"], from_on=cleaned["from_on"],
            source=cleaned["source"], by=self.request.user, on=self.on,
        )  # fmt: skip
        text = f"{relative}（{made.get_kind_display()}）を加えました。どちらの人の利害関係にも数えます。"
        return made, self.object.get_absolute_url(), text


class KinshipEndView(OperationView):
    """間柄の終わりを記録する。?person= は、開いていた人の頁。"""

    permission_required = EDIT
    template_name = "generic/form.html"
    form_class = EndKinshipForm
    title = "間柄の終わりを記録する"
    submit_label = "記録する"

    def load(self):
        return get_object_or_404(Kinship.objects.select_related("person", "relative"), pk=self.kwargs["pk"])

    def remember(self, *objects):
        """読むのは人の台帳のほう。"""
        super().remember(*(obj.person for obj in objects))

    def back_url(self):
        shown = self.request.GET.get("person", "")
        kept = self.object.relative if shown == str(self.object.relative_id) else self.object.person
        return reverse("members:person", args=[kept.pk])

    def get_initial(self):
        return {"to_on": self.on}

    def get_context_data(self, **kwargs):
        crumbs = [PEOPLE_CRUMB, (self.object.person.name, self.back_url()), (self.title, "")]
        return super().get_context_data(breadcrumbs=crumbs, lead=str(self.object), **kwargs)

    def operate(self, form):
        ended = operations.end_kinship(
            kinship=self.object, to_on=form.cleaned_data["to_on"], by=self.request.user, on=self.on
        )
        return ended, self.back_url(), "間柄の終わりを記録しました。"
