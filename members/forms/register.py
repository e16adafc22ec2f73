"""人と組合員の入力欄。"""

from __future__ import annotations

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from coopfin.calc import corporate_number
from coopfin.forms import JapaneseDateField, JapaneseDateFormMixin, OperationForm, YenFormField
from members import writing
from members.enums import AccountType, MemberKind, OfficerTitle
from members.forms.fields import (
    CountField,
    NewPersonMixin,
    WrittenField,
    kana_field,
    person_choice_field,
    phone_field,
    postal_code_field,
)
from members.models import Member, Person


class PersonForm(OperationForm, forms.ModelForm):
    """人。"""

    name = WrittenField(label="氏名", max_length=100)
    kana = kana_field()
    born_on = JapaneseDateField(
        label="生年月日",
        required=False,
        help_text="同じ名前の人と区別します。保証人には公正証書・印鑑証明との照合にも使います。",
    )
    postal_code = postal_code_field(required=False)
    address = WrittenField(label="住所", required=False, max_length=200)
    phone = phone_field()

    class Meta:
        model = Person
        fields = ("name", "kana", "born_on", "postal_code", "address", "phone")

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class MemberFacts(JapaneseDateFormMixin, OperationForm, forms.ModelForm):
    """組合員の、登録のあとも画面で直せる項目。"""

    number = WrittenField(convert=writing.to_number, label="組合員番号", max_length=10)
    name = WrittenField(
        label="名称", max_length=100, help_text="登記・屋号のとおりに（㈱や髙・﨑もそのまま残ります）。"
    )
    kana = kana_field()
    corporate_number = WrittenField(
        convert=lambda text: corporate_number.normalise(text) if text.strip() else "",
        label="法人番号",
        required=False,
        help_text="13桁。個人事業主は空欄。",
    )
    postal_code = postal_code_field()
    address = WrittenField(label="住所", max_length=200)
    phone = phone_field()

    class Meta:
        model = Member
        fields = (
            "number", "name", "kana", "kind", "corporate_number", "industry", "joined_on", "representative_title",
            "representative_from_on", "postal_code", "address", "phone", "note",
        )  # fmt: skip
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    SECTIONS = (
        ("基本", ("number", "name", "kana", "kind", "corporate_number", "industry", "joined_on")),
        ("所在地・連絡先", ("postal_code", "address", "phone")),
        ("代表者", ("representative_title", "representative_from_on")),
    )

    def clean(self):
        cleaned = super().clean()
        # 個人事業主の肩書は「事業主」に決まっているので、初めの値のままなら合わせる。
        if cleaned.get("kind") == MemberKind.SOLE and cleaned.get("representative_title") == (
            OfficerTitle.REPRESENTATIVE_DIRECTOR
        ):
            cleaned["representative_title"] = OfficerTitle.OWNER
        return cleaned

    def _update_errors(self, errors):
        """この画面にない項目（口座・出資・脱退日）の不備は、上にまとめて言う。読めなかった欄のことは、もう言ってある。"""
        if hasattr(errors, "error_dict"):
            placed = {}
            for name, problems in errors.error_dict.items():
                if name in self.errors:
                    continue
                placed.setdefault(name if name in self.fields else NON_FIELD_ERRORS, []).extend(problems)
            errors = ValidationError(placed)
        super()._update_errors(errors)

    def sections(self):
        """画面に並べる区切りと欄。"""
        return [(title, [self[name] for name in names]) for title, names in self.SECTIONS]

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class AccountFields(forms.Form):
    """振込先の口座の欄。"""

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

    BANK_CODES = ("bank_code", "branch_code")
    ACCOUNT = ("account_type", "account_number", "account_holder")

    def bank_code_fields(self):
        return [self[name] for name in self.BANK_CODES]

    def account_fields(self):
        return [self[name] for name in self.ACCOUNT]

    def account(self) -> dict:
        return {name: self.cleaned_data[name] for name in (*self.BANK_CODES, *self.ACCOUNT)}


class MemberForm(NewPersonMixin, AccountFields, MemberFacts):
    """組合員の登録（加入）。代表者・出資・口座まで一度に入れる。"""

    person_field = "representative"

    representative = person_choice_field("代表者")
    shares = CountField(label="出資口数", min_value=None)
    share_capital = YenFormField(label="出資金額", min_value=0)
    consented_on = JapaneseDateField(
        label="加入の承認の日",
        required=False,
        help_text="組合がいま加入を承認した組合員について入れます（中小企業等協同組合法15条）。",
    )
    consent = forms.CharField(
        label="加入の承認の決議", required=False, max_length=100, help_text="例: 第312回理事会 第3号議案"
    )
    paid_on = JapaneseDateField(label="出資の払込みの日", required=False)

    class Meta(MemberFacts.Meta):
        fields = (
            *MemberFacts.Meta.fields, "left_on", "shares", "share_capital", "bank_code", "branch_code", "account_type",
            "account_number", "account_holder",
        )  # fmt: skip

    SECTIONS = (
        ("基本", ("number", "name", "kana", "kind", "corporate_number", "industry", "joined_on", "left_on")),
        ("所在地・連絡先", ("postal_code", "address", "phone")),
        ("出資と加入の承認", ("shares", "share_capital", "paid_on", "consented_on", "consent")),
    )

    def clean(self):
        cleaned = super().clean()
        if bool(cleaned.get("consent")) != bool(cleaned.get("consented_on")) and "consented_on" not in self.errors:
            missing = "consent" if cleaned.get("consented_on") else "consented_on"
            self.add_error(missing, "加入の承認は、日と決議の両方を入れてください。")
        return cleaned

    def admission(self) -> dict:
        """加入の承認と払込み。"""
        return {name: self.cleaned_data[name] for name in ("paid_on", "consented_on", "consent")}


class AccountRequestForm(AccountFields, OperationForm):
    """口座の変更の申請。すべて空にすると、口座の登録をなくす申請になる。"""

    account_type = forms.ChoiceField(
        label="預金種類", choices=[("", "選んでください"), *AccountType.choices], required=False
    )
    document = forms.CharField(
        label="確かめたもの",
        max_length=200,
        help_text="例: 通帳の写し（代表者が来所、本人確認済）。電話やメールだけで変えないでください。",
    )
