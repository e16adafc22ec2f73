"""組合員まわりの入力欄。書き方の違いは受け入れ、直せないものは欄のそばで断る。"""

from __future__ import annotations

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from coopfin.forms import JapaneseDateField, YenFormField
from members import writing
from members.models import Person


class WrittenField(forms.CharField):
    """書かれた文字を、台帳の形（カナ・郵便番号・番号など）にそろえる欄。"""

    def __init__(self, *, convert=writing.to_name, **kwargs):
        self.convert = convert
        super().__init__(**kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        try:
            return self.convert(text)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error


class CountField(YenFormField):
    """口数。全角やカンマ、末尾の「口」を受け付ける。"""

    def widget_attrs(self, widget):
        return {"inputmode": "numeric", "autocomplete": "off", "class": "num"}

    def to_python(self, value):
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip().removesuffix("口")
        return super().to_python(value)

    def validate(self, value):
        forms.Field.validate(self, value)
        if value is not None and value > 10**8:
            raise ValidationError("口数が大きすぎます。桁を確かめてください。")


class PersonPicker(forms.Widget):
    """人の台帳から探して選ぶ欄。打つと候補が出る（htmx）。選ばれた人は候補の先頭に残る。"""

    template_name = "members/parts/person_picker.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        chosen = Person.objects.filter(pk=value).first() if str(value or "").isdecimal() else None
        context.update(
            name=name, options_url=reverse("members:person_options"), chosen=chosen, people=[chosen] if chosen else []
        )
        return context


def kana_field(**kwargs):
    return WrittenField(
        convert=writing.to_kana, label="カナ", max_length=120, help_text="ひらがな・半角カナでも構いません。", **kwargs
    )


def postal_code_field(**kwargs):
    return WrittenField(convert=writing.to_postal_code, label="郵便番号", **kwargs)


def phone_field():
    return WrittenField(convert=writing.to_phone, label="電話番号", required=False)


def person_choice_field(label: str = "人"):
    """人を台帳から選ぶ欄。"""
    return forms.ModelChoiceField(
        label=label, queryset=Person.objects.all(), required=False, widget=PersonPicker,
        error_messages={"invalid_choice": "選んだ人が台帳に見つかりません。もう一度探してください。"},
    )  # fmt: skip


class PercentField(forms.DecimalField):
    """持株比率。全角と % 記号も受け付ける。"""

    widget = forms.TextInput

    def __init__(self, **kwargs):
        super().__init__(max_digits=5, decimal_places=2, **kwargs)

    def widget_attrs(self, widget):
        return {"inputmode": "decimal", "autocomplete": "off", "class": "num"}

    def to_python(self, value):
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip().removesuffix("%").strip()
        return super().to_python(value)


class NewPersonMixin(forms.Form):
    """人を台帳から選ぶか、台帳にない人を新しく書くか。person_field は選ぶ欄の名前。"""

    person_field = "person"
    NEW_PERSON = ("new_name", "new_kana", "new_born_on", "new_postal_code", "new_address")

    new_name = WrittenField(label="氏名", required=False, max_length=100)
    new_kana = kana_field(required=False)
    new_born_on = JapaneseDateField(label="生年月日", required=False, help_text="例: S38.5.1、1963-05-01")
    new_postal_code = postal_code_field(required=False)
    new_address = WrittenField(label="住所", required=False, max_length=200)

    def clean(self):
        cleaned = super().clean()
        if self.person_field in self.errors:
            return cleaned
        chosen, written = cleaned.get(self.person_field), cleaned.get("new_name")
        initial = self.get_initial_for_field(self.fields[self.person_field], self.person_field)
        if chosen and written:
            # 選び直さずに新しい人を書いたときは、新しい人が選ばれたとみる。
            if chosen.pk == getattr(initial, "pk", initial):
                cleaned[self.person_field] = None
            else:
                self.add_error(
                    self.person_field, "台帳から選んだ人と新しく書いた人の両方があります。どちらか一方にしてください。"
                )
        elif not chosen and not written:
            if any(cleaned.get(name) for name in ("new_kana", "new_born_on", "new_postal_code", "new_address")):
                self.add_error("new_name", "氏名を入力してください。")
            else:
                self.add_error(self.person_field, "台帳から探して選ぶか、台帳にない人なら氏名を書いてください。")
        elif not chosen and "new_name" not in self.errors:
            for name in ("new_kana", "new_born_on"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, "新しい人には、カナと生年月日が要ります（同じ名前の人と区別するため）。")
        return cleaned

    @property
    def writes_new_person(self) -> bool:
        """新しい人の欄を開いておくか（まだ誰も選ばれていないか、書きかけ・誤りがあるとき）。"""
        written = any(self[name].value() or self[name].errors for name in self.NEW_PERSON)
        return written or not self[self.person_field].value()

    def other_fields(self):
        """人を選ぶ・書く欄のほかの欄（見える順）。"""
        return [
            field
            for field in self.visible_fields()
            if field.name != self.person_field and field.name not in self.NEW_PERSON
        ]

    def person_choice(self):
        return self[self.person_field]

    def new_person_fields(self):
        return [self[name] for name in self.NEW_PERSON]

    def new_person(self) -> dict | None:
        """新しく書かれた人の値。台帳から選ばれていれば None。"""
        if self.cleaned_data.get(self.person_field):
            return None
        names = ("name", "kana", "born_on", "postal_code", "address")
        return {name: self.cleaned_data[f"new_{name}"] for name in names}
