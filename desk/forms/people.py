"""打った名前で人を決める欄。台帳にいない人は、カナと生年月日を書けば新しく載る。"""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from coopfin.forms import JapaneseDateField
from members import operations, writing
from members.forms import WrittenField
from members.models import Person
from members.register import Register


class NamedPersonMixin(forms.Form):
    """人の欄。候補（datalist）は画面に一つだけ置く。"""

    person_name = WrittenField(
        label="人", max_length=200, widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"})
    )
    new_kana = WrittenField(label="カナ", convert=writing.to_kana, max_length=120, required=False)
    new_born_on = JapaneseDateField(label="生年月日", required=False)

    def __init__(self, *args, register: Register | None = None, **kwargs):
        self.register = register or Register()
        super().__init__(*args, **kwargs)

    @property
    def writes_new_person(self) -> bool:
        """新しい人の欄を開いておくか（書きかけか、誤りがあるとき）。"""
        names = ("person_name", "new_kana", "new_born_on")
        return self.is_bound and (any(self[name].value() for name in names[1:]) or any(self[n].errors for n in names))

    def clean(self):
        cleaned = super().clean()
        text, born_on = cleaned.get("person_name"), cleaned.get("new_born_on")
        cleaned["person"] = None
        if not text:
            return cleaned
        # 生年月日まで書いた人は、候補から選んだのでなければ、新しい人とみる（同じ人がいれば操作が断る）。
        if not born_on or text in self.register.labels:
            try:
                cleaned["person"] = self.register.find(text)
            except ValidationError as error:
                self.add_error("person_name", error)
                return cleaned
        if cleaned["person"] is None and not (cleaned.get("new_kana") and born_on):
            self.add_error(
                "person_name",
                "人の台帳にいません。候補から選ぶか、「台帳にない人」にカナと生年月日を書いてください（新しく載ります）。",
            )
        return cleaned

    def chosen_person(self, *, by, on) -> Person | None:
        """決まった人。新しい人は、ここで台帳に載せる。"""
        cleaned = self.cleaned_data
        if cleaned["person"] is not None or not cleaned.get("person_name"):
            return cleaned["person"]
        written = {"name": cleaned["person_name"], "kana": cleaned["new_kana"], "born_on": cleaned["new_born_on"]}
        # 理事と委員を兼ねる人のように、同じ画面のほかの行が、いま載せたところかもしれない。
        for person in operations.people_like(written["name"], written["kana"]):
            if person.born_on == written["born_on"]:
                return person
        return operations.register_person(**written, by=by, on=on)
