"""関係先・連絡先・委任・メモ・あとですることの入力欄。"""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from coopfin.forms import JapaneseDateField, JapaneseDateFormMixin, OperationForm, YenFormField
from members.forms.fields import NewPersonMixin, PercentField, WrittenField, person_choice_field, phone_field
from members.models import Contact, Mandate, Member, Relationship


class RelationshipForm(JapaneseDateFormMixin, OperationForm, forms.ModelForm):
    """関係先。相手は、組合員・人・組合員でない会社のうち一つ。"""

    other_member = forms.ModelChoiceField(
        label="相手が組合員なら、その組合員",
        queryset=Member.objects.none(),
        required=False,
        empty_label="（組合員でない）",
    )
    other_person = person_choice_field("相手が人なら、その人")
    other_name = WrittenField(label="相手が組合員でない会社なら、その名称", required=False, max_length=100)
    share_percent = PercentField(
        label="持株比率（%）",
        required=False,
        help_text="親会社・主要株主なら相手が組合員を、子会社・関連会社なら組合員が相手を持つ割合。50%を超えると利害関係になります。",
    )

    class Meta:
        model = Relationship
        fields = ("kind", "other_member", "other_person", "other_name", "share_percent", "from_on", "to_on", "source")

    def __init__(self, *args, member: Member, **kwargs):
        super().__init__(*args, **kwargs)
        others = Member.objects.exclude(pk=member.pk).order_by("kana", "number")
        self.fields["other_member"].queryset = others
        self.fields["other_member"].empty_label = "（組合員でない）"
        self.fields["other_person"].help_text = "台帳にない人は、先に「人」に登録してください。"
        self.fields["other_member"].label_from_instance = lambda other: f"{other.number}　{other.name}"
        self.instance.member = member

    def clean(self):
        cleaned = super().clean()
        given = [name for name in ("other_member", "other_person", "other_name") if cleaned.get(name)]
        if len(given) != 1 and not {"other_member", "other_person", "other_name"} & set(self.errors):
            self.add_error(
                given[-1] if given else "other_member",
                "相手は、組合員・人・組合員でない会社のうち一つだけを入れてください。",
            )
        return cleaned

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ContactForm(JapaneseDateFormMixin, OperationForm, forms.ModelForm):
    """連絡先。"""

    name = WrittenField(label="氏名", max_length=60)
    phone = phone_field()

    class Meta:
        model = Contact
        fields = ("name", "department", "subject", "phone", "email", "from_on", "to_on")

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class MandateForm(JapaneseDateFormMixin, NewPersonMixin, OperationForm, forms.ModelForm):
    """委任。"""

    person = person_choice_field("委任された人")

    class Meta:
        model = Mandate
        fields = ("scope", "document", "from_on", "to_on")

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class EndForm(OperationForm):
    """終わりの日を入れる。"""

    to_on = JapaneseDateField(
        label="終わりの日", help_text="この日からないものとして扱います。これまでの記録は残ります。"
    )


class NoteForm(OperationForm):
    """メモ。"""

    text = forms.CharField(
        label="内容", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="書いたあとは直せません。誤りは、訂正のメモを書いてください。",
    )  # fmt: skip


class SettleForm(OperationForm):
    """あとですることの結果。"""

    outcome = forms.CharField(
        label="結果", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="決めたこと・したことと、その日・決議などを書きます。",
    )  # fmt: skip


class SalesForm(OperationForm):
    """年間売上高。"""

    ended_on = JapaneseDateField(label="決算期の末日", help_text="例: R8.3.31。個人事業主は年末の日。")
    amount = YenFormField(label="年間売上高", min_value=0)
    source = forms.CharField(label="確かめた資料", max_length=100, help_text="例: 第42期 決算書（税務申告書の控え）。")

    def __init__(self, *args, on, **kwargs):
        self.on = on
        super().__init__(*args, **kwargs)

    def clean_ended_on(self):
        day = self.cleaned_data["ended_on"]
        if day > self.on:
            raise ValidationError("まだ終わっていない決算期です。終わった決算期の末日を入力してください。")
        return day
