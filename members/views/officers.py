"""役員の就任・退任・再任と、代表者の交代の画面。"""

from __future__ import annotations

from members import operations
from members.forms import EndOfficerForm, OfficerForm, ReappointForm, RepresentativeForm
from members.models import Officer
from members.views.base import MemberOperation, MemberRowOperation, chosen_person

OFFICERS = Officer.objects.select_related("member", "person")


class OfficerAddView(MemberOperation):
    """役員・関係者を加える。"""

    template_name = "members/with_person.html"
    form_class = OfficerForm
    title = "役員・関係者の追加"
    submit_label = "追加する"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "member": self.object}

    def operate(self, form):
        cleaned = form.cleaned_data
        person = chosen_person(form, **self.who())
        officer = operations.add_officer(
            member=self.object, person=person, title=cleaned["title"], from_on=cleaned["from_on"],
            term_ends_on=cleaned["term_ends_on"], **self.who(),
        )  # fmt: skip
        return officer, self.object.get_absolute_url(), f"{officer.get_title_display()} {person} を追加しました。"


class OfficerEndView(MemberRowOperation):
    """役員の退任。"""

    form_class = EndOfficerForm
    title = "役員の退任"
    submit_label = "退任を記録する"
    queryset = OFFICERS

    def get_initial(self):
        return {"to_on": self.on}

    def operate(self, form):
        officer = operations.end_officer(officer=self.object, to_on=form.cleaned_data["to_on"], **self.who(form))
        return officer, self.back_url(), f"{officer.person} の退任を記録しました。"


class OfficerReappointView(MemberRowOperation):
    """再任。"""

    form_class = ReappointForm
    title = "役員の再任"
    submit_label = "再任を記録する"
    queryset = OFFICERS

    def get_initial(self):
        return {"from_on": self.object.term_ends_on}

    def operate(self, form):
        cleaned = form.cleaned_data
        officer = operations.reappoint_officer(
            officer=self.object, from_on=cleaned["from_on"], term_ends_on=cleaned["term_ends_on"], **self.who(form)
        )
        return officer, self.back_url(), f"{officer.person} の再任を記録しました。"


class RepresentativeView(MemberOperation):
    """代表者の交代。"""

    template_name = "members/with_person.html"
    form_class = RepresentativeForm
    title = "代表者の交代"
    submit_label = "交代を記録する"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "member": self.object}

    def get_context_data(self, **kwargs):
        note = (
            f"いまの代表者は {self.object.get_representative_title_display()} {self.object.representative} です。"
            "交代を記録すると、前の代表者の任期が役員の履歴に残り、保証人の見直しが「今日の仕事」に載ります。"
            "会社の債務はそのままです。"
        )
        return super().get_context_data(note=note, **kwargs)

    def operate(self, form):
        cleaned = form.cleaned_data
        person = chosen_person(form, **self.who())
        member = operations.change_representative(
            member=self.object, person=person, title=cleaned["title"], changed_on=cleaned["changed_on"],
            stays_as=cleaned["stays_as"], **self.who(form),
        )  # fmt: skip
        return member, member.get_absolute_url(), f"代表者を {person} に改めました。保証人の見直しを決めてください。"
