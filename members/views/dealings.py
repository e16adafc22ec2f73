"""関係先・連絡先・委任・メモ・あとですることの画面。"""

from __future__ import annotations

import copy

from members import operations
from members.forms import ContactForm, EndForm, MandateForm, NoteForm, RelationshipForm, SettleForm
from members.models import Contact, FollowUp, Mandate, MemberNote, Relationship
from members.views.base import MemberOperation, MemberRowOperation, chosen_person


class AddView(MemberOperation):
    """組合員に一つ加える。model と place（組合員の頁の欄）を書く。"""

    model = None
    place = ""
    submit_label = "追加する"

    @property
    def title(self):
        return f"{self.model._meta.verbose_name}の追加"

    def values(self, form) -> dict:
        return form.values()

    def operate(self, form):
        row = operations.add_to_member(self.model, member=self.object, **self.values(form), **self.who())
        return row, f"{self.back_url()}#{self.place}", f"{self.model._meta.verbose_name}を追加しました。"


class ChangeView(MemberRowOperation):
    """加えたものを直す。"""

    model = None
    place = ""
    submit_label = "変更する"

    @property
    def title(self):
        return f"{self.model._meta.verbose_name}の変更"

    def get_queryset(self):
        return self.model.objects.select_related("member")

    def load(self):
        self.queryset = self.get_queryset()
        return super().load()

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "instance": copy.copy(self.object)}

    def operate(self, form):
        row = operations.change_of_member(self.object, **form.values(), **self.who(form))
        return row, f"{self.back_url()}#{self.place}", f"{self.model._meta.verbose_name}を変更しました。"


class EndView(ChangeView):
    """終わりの日を入れる。"""

    form_class = EndForm
    submit_label = "終わりを記録する"

    @property
    def title(self):
        return f"{self.model._meta.verbose_name}の終わり"

    def get_initial(self):
        return {"to_on": self.on}

    def get_form_kwargs(self):
        return {**MemberRowOperation.get_form_kwargs(self)}

    def operate(self, form):
        row = operations.change_of_member(self.object, to_on=form.cleaned_data["to_on"], **self.who(form))
        return row, f"{self.back_url()}#{self.place}", f"{self.model._meta.verbose_name}の終わりを記録しました。"


class OfRelationship:
    """関係先。"""

    model = Relationship
    place = "relationships"
    form_class = RelationshipForm

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "member": self.member}


class RelationshipAddView(OfRelationship, AddView):
    """関係先を加える。"""


class RelationshipChangeView(OfRelationship, ChangeView):
    """関係先を直す。"""


class RelationshipEndView(EndView):
    """関係先を終わらせる。"""

    model, place = Relationship, "relationships"


class ContactAddView(AddView):
    """連絡先を加える。"""

    model, place, form_class = Contact, "contacts", ContactForm


class ContactChangeView(ChangeView):
    """連絡先を直す（異動で替わったら、終わりの日を入れて新しい人を加える）。"""

    model, place, form_class = Contact, "contacts", ContactForm


class MandateAddView(AddView):
    """委任を加える。"""

    model, place, form_class = Mandate, "mandates", MandateForm
    template_name = "members/with_person.html"

    def values(self, form):
        return {"person": chosen_person(form, **self.who()), **form.values()}


class MandateEndView(EndView):
    """委任を終わらせる。"""

    model, place = Mandate, "mandates"


class NoteAddView(MemberOperation):
    """メモを書く。"""

    form_class = NoteForm
    title = "メモ"
    submit_label = "書き足す"

    def operate(self, form):
        note = operations.write_note(member=self.object, text=form.cleaned_data["text"], **self.who())
        return note, f"{self.back_url()}#notes", "メモを書き足しました。"


class NoteCorrectView(MemberRowOperation):
    """メモを訂正する（新しいメモを書く）。"""

    form_class = NoteForm
    title = "メモの訂正"
    submit_label = "訂正のメモを書く"
    queryset = MemberNote.objects.select_related("member")

    def get_context_data(self, **kwargs):
        return super().get_context_data(lead=self.member.name, note=f"訂正するメモ：{self.object.text}", **kwargs)

    def operate(self, form):
        note = operations.write_note(
            member=self.member, text=form.cleaned_data["text"], corrects=self.object, **self.who()
        )
        return note, f"{self.back_url()}#notes", "訂正のメモを書きました。もとのメモも残っています。"


class FollowUpView(MemberRowOperation):
    """あとですることを、結果を書いて済ませる。"""

    form_class = SettleForm
    title = "あとですることの済み"
    submit_label = "済ませる"
    queryset = FollowUp.objects.select_related("member")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            lead=f"{self.member} {self.object.get_kind_display()}",
            note=f"{self.object.detail}（{self.object.source}）",
            **kwargs,
        )

    def operate(self, form):
        follow_up = operations.settle_follow_up(
            follow_up=self.object, outcome=form.cleaned_data["outcome"], **self.who()
        )
        return follow_up, self.back_url(), "済ませたことを記録しました。"
