"""組合員・人・役員・取込の入力欄。書き方の違いは受け入れ、直せないものは欄のそばで断る。"""

from __future__ import annotations

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from coopfin.calc import corporate_number
from coopfin.forms import JapaneseDateField, JapaneseDateFormMixin, OperationForm, YenFormField
from members import sheets, writing
from members.enums import ImportChoice, MemberKind, OfficerTitle
from members.models import Member, Person


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


def _kana(**kwargs):
    return WrittenField(
        convert=writing.to_kana, label="カナ", max_length=120, help_text="ひらがな・半角カナでも構いません。", **kwargs
    )


def _postal_code(**kwargs):
    return WrittenField(convert=writing.to_postal_code, label="郵便番号", **kwargs)


def _phone():
    return WrittenField(convert=writing.to_phone, label="電話番号", required=False)


class NewPersonMixin(forms.Form):
    """人を台帳から選ぶか、台帳にない人を新しく書くか。person_field は選ぶ欄の名前。"""

    person_field = "person"
    NEW_PERSON = ("new_name", "new_kana", "new_born_on", "new_postal_code", "new_address")

    new_name = WrittenField(label="氏名", required=False, max_length=100)
    new_kana = _kana(required=False)
    new_born_on = JapaneseDateField(label="生年月日", required=False, help_text="例: S38.5.1、1963-05-01")
    new_postal_code = _postal_code(required=False)
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

    def new_person_fields(self):
        return [self[name] for name in self.NEW_PERSON]

    def new_person(self) -> dict | None:
        """新しく書かれた人の値。台帳から選ばれていれば None。"""
        if self.cleaned_data.get(self.person_field):
            return None
        names = ("name", "kana", "born_on", "postal_code", "address")
        return {name: self.cleaned_data[f"new_{name}"] for name in names}


class PersonForm(OperationForm, forms.ModelForm):
    """人。"""

    name = WrittenField(label="氏名", max_length=100)
    kana = _kana()
    born_on = JapaneseDateField(
        label="生年月日",
        required=False,
        help_text="同じ名前の人と区別します。保証人には公正証書・印鑑証明との照合にも使います。",
    )
    postal_code = _postal_code(required=False)
    address = WrittenField(label="住所", required=False, max_length=200)
    phone = _phone()

    class Meta:
        model = Person
        fields = ("name", "kana", "born_on", "postal_code", "address", "phone")

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class MemberForm(JapaneseDateFormMixin, NewPersonMixin, OperationForm, forms.ModelForm):
    """組合員。"""

    person_field = "representative"

    number = WrittenField(convert=writing.to_number, label="組合員番号", max_length=10)
    name = WrittenField(
        label="名称", max_length=100, help_text="登記・屋号のとおりに（㈱や髙・﨑もそのまま残ります）。"
    )
    kana = _kana()
    corporate_number = WrittenField(
        convert=lambda text: corporate_number.normalise(text) if text.strip() else "",
        label="法人番号",
        required=False,
        help_text="13桁。個人事業主は空欄。",
    )
    representative = forms.ModelChoiceField(
        label="代表者", queryset=Person.objects.all(), required=False, widget=PersonPicker,
        error_messages={"invalid_choice": "選んだ人が台帳に見つかりません。もう一度探してください。"},
    )  # fmt: skip
    postal_code = _postal_code()
    address = WrittenField(label="住所", max_length=200)
    phone = _phone()
    shares = CountField(label="出資口数", min_value=None)
    share_capital = YenFormField(label="出資金額", min_value=0)
    bank_code = WrittenField(
        convert=lambda text: writing.to_digits(text, 4, "銀行コード"),
        label="銀行コード",
        required=False,
        help_text="4桁",
    )
    branch_code = WrittenField(
        convert=lambda text: writing.to_digits(text, 3, "支店コード"),
        label="支店コード",
        required=False,
        help_text="3桁",
    )
    account_number = WrittenField(
        convert=lambda text: writing.to_digits(text, 7, "口座番号"),
        label="口座番号",
        required=False,
        help_text="7桁まで",
    )
    account_holder = WrittenField(
        convert=writing.to_holder, label="口座名義（カナ）", required=False, max_length=60,
        help_text="全角・半角のどちらでも構いません（例: ｶ)ﾉﾄｾｲｷ）。",
    )  # fmt: skip

    class Meta:
        model = Member
        fields = (
            "number", "name", "kana", "kind", "corporate_number", "industry", "joined_on", "left_on", "representative",
            "representative_title", "postal_code", "address", "phone", "shares", "share_capital", "bank_code",
            "branch_code", "account_type", "account_number", "account_holder", "note",
        )  # fmt: skip
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    SECTIONS = (
        ("基本", ("number", "name", "kana", "kind", "corporate_number", "industry", "joined_on", "left_on")),
        ("所在地・連絡先", ("postal_code", "address", "phone")),
        ("出資", ("shares", "share_capital")),
    )
    BANK_CODES = ("bank_code", "branch_code")
    ACCOUNT = ("account_type", "account_number", "account_holder")

    def clean(self):
        cleaned = super().clean()
        # 個人事業主の肩書は「事業主」に決まっているので、初めの値のままなら合わせる。
        if cleaned.get("kind") == MemberKind.SOLE and cleaned.get("representative_title") == (
            OfficerTitle.REPRESENTATIVE_DIRECTOR
        ):
            cleaned["representative_title"] = OfficerTitle.OWNER
        return cleaned

    def sections(self):
        """画面に並べる区切りと欄。"""
        return [(title, [self[name] for name in names]) for title, names in self.SECTIONS]

    def bank_code_fields(self):
        return [self[name] for name in self.BANK_CODES]

    def account_fields(self):
        return [self[name] for name in self.ACCOUNT]

    def values(self) -> dict:
        """代表者を除いた値。"""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name != "representative"}


class OfficerForm(NewPersonMixin, OperationForm):
    """役員・関係者を加える。"""

    person = forms.ModelChoiceField(
        label="人", queryset=Person.objects.all(), required=False, widget=PersonPicker,
        error_messages={"invalid_choice": "選んだ人が台帳に見つかりません。もう一度探してください。"},
    )  # fmt: skip
    title = forms.ChoiceField(label="役職", choices=[("", "選んでください"), *OfficerTitle.choices])
    from_on = JapaneseDateField(
        label="就任日", required=False, help_text="登記事項証明書の就任日。分からなければ空欄。"
    )


class EndOfficerForm(OperationForm):
    """役員の退任。"""

    to_on = JapaneseDateField(label="退任日", help_text="この日から役職にないものとして扱います。")


class ImportUploadForm(OperationForm):
    """取り込むファイル。"""

    file = forms.FileField(
        label="ファイル",
        help_text="Excel（.xlsx）か CSV（UTF-8・シフトJIS）。10MB・5,000行まで。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        allow_empty_file=True,
        max_length=500,
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > sheets.MAX_BYTES:
            raise ValidationError("ファイルが大きすぎます（10MB まで）。いくつかに分けてください。")
        return file


class ImportConfirmForm(OperationForm):
    """登録のしかた。"""

    choice = forms.ChoiceField(
        label="登録のしかた", choices=ImportChoice.choices, initial=ImportChoice.ALL, widget=forms.RadioSelect
    )


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
