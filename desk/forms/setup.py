"""設定の入力: 組合・科目の名称・限度額の決議・機関と席。"""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from coopfin.calc import invoice_number
from coopfin.calc.yen import ImpossibleTerms
from coopfin.forms import JapaneseDateField, JapaneseDateFormMixin, OperationForm
from coopfin.models import Cooperative
from desk.forms.people import NamedPersonMixin
from governance.admin import LimitResolutionForm
from governance.enums import TITLES_OF, BodyKind, FinanceBusiness, SeatTitle
from governance.models import ArticlesClause, Body, LimitResolution
from ledger.models import Account
from members import writing
from members.forms import WrittenField


def _to_invoice_number(text: str) -> str:
    try:
        return invoice_number.normalise(text) if text.strip() else ""
    except ImpossibleTerms as error:
        raise ValueError(str(error)) from error


class CooperativeForm(JapaneseDateFormMixin, OperationForm, forms.ModelForm):
    """組合。"""

    name = WrittenField(label="組合名", max_length=100, help_text="登記のとおりに。")
    kana = WrittenField(
        convert=writing.to_kana, label="組合名（カナ）", max_length=100, required=False,
        help_text="ひらがな・半角カナでも構いません。",
    )  # fmt: skip
    postal_code = WrittenField(convert=writing.to_postal_code, label="郵便番号", help_text="例: 920-8203")
    address = WrittenField(label="住所", max_length=200)
    representative_name = WrittenField(label="代表者の氏名", max_length=60)
    invoice_number = WrittenField(
        convert=_to_invoice_number, label="適格請求書の登録番号", required=False, max_length=30,
        help_text="T と13桁（法人番号）。登録していなければ空欄。",
    )  # fmt: skip
    fiscal_start_month = forms.TypedChoiceField(
        label="会計年度の始まる月", choices=[(month, f"{month}月") for month in range(1, 13)], coerce=int, initial=4
    )

    class Meta:
        model = Cooperative
        fields = (
            "name", "kana", "postal_code", "address", "representative_title", "representative_name", "court",
            "payment_place", "fiscal_start_month", "invoice_number",
        )  # fmt: skip

    SECTIONS = (
        ("名称と所在地", ("name", "kana", "postal_code", "address")),
        ("代表者", ("representative_title", "representative_name")),
        ("契約書類に印字すること", ("court", "payment_place", "invoice_number")),
        ("会計", ("fiscal_start_month",)),
    )

    def sections(self):
        return [(title, [self[name] for name in names]) for title, names in self.SECTIONS]

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class AccountNamesForm(OperationForm):
    """科目の名称。一つの表で、まとめて直す。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.accounts = list(Account.objects.order_by("code"))
        for account in self.accounts:
            self.fields[f"name_{account.code}"] = WrittenField(
                label=f"{account.code} の名称", max_length=40, initial=account.name
            )

    def rows(self):
        return [{"account": account, "field": self[f"name_{account.code}"]} for account in self.accounts]

    def names(self) -> dict[str, str]:
        return {account.code: self.cleaned_data[f"name_{account.code}"] for account in self.accounts}


class ProposalForm(JapaneseDateFormMixin, OperationForm, forms.ModelForm):
    """決議による定めの提案。欄を区切って見せる。"""

    SECTIONS: tuple = ()

    def sections(self):
        return [(title, [self[name] for name in names]) for title, names in self.SECTIONS]

    def values(self) -> dict:
        return {name: self.cleaned_data[name] for _, names in self.SECTIONS for name in names}


RESOLUTION = ("meeting_name", "item_number", "resolved_on", "effective_on")


LIMIT_SECTIONS = (
    ("総会の決議", RESOLUTION),
    ("限度額（残高ベース、円）", ("borrowing_limit", "guarantee_limit", "member_loan_limit", "member_guarantee_limit")),
    ("③ の範囲での、組合員ごとの限度", ("member_limit_mode", "sales_months", "sales_unit")),
)
ARTICLES_SECTIONS = (
    ("条項", ("business", "article", "text")),
    ("総会の特別議決（3分の2以上）", RESOLUTION),
    ("行政庁の認可と登記", ("authority", "authorised_on", "registered_on")),
)


class LimitsForm(ProposalForm, LimitResolutionForm):
    """限度額の決議（提案）。"""

    SECTIONS = LIMIT_SECTIONS

    class Meta:
        model = LimitResolution
        fields = [name for _, names in LIMIT_SECTIONS for name in names]


class ArticlesForm(ProposalForm):
    """定款の金融条項（提案）。"""

    SECTIONS = ARTICLES_SECTIONS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["business"].choices = FinanceBusiness.choices

    class Meta:
        model = ArticlesClause
        fields = [name for _, names in ARTICLES_SECTIONS for name in names]
        widgets = {"text": forms.Textarea(attrs={"rows": 4}), "business": forms.RadioSelect}


class BankForm(forms.Form):
    """⑤ 取引金融機関の一行。"""

    name = WrittenField(label="金融機関名", max_length=60)
    branch = WrittenField(label="支店", max_length=40, required=False)


class BaseBankFormSet(forms.BaseFormSet):
    """⑤ 取引金融機関。"""

    def banks(self) -> list[tuple[str, str]]:
        # いまの決議から写した行は、手を加えていなくても、書いた行である。
        written = [form for form in self.forms if form not in self.deleted_forms and form.cleaned_data.get("name")]
        return [(form.cleaned_data["name"], form.cleaned_data.get("branch", "")) for form in written]

    def clean(self):
        super().clean()
        if any(self.errors):
            return
        banks = self.banks()
        if len(set(banks)) < len(banks):
            raise ValidationError("同じ金融機関が二度書かれています。")


BankFormSet = forms.formset_factory(
    BankForm, formset=BaseBankFormSet, extra=0, min_num=1, can_delete=True, max_num=30, validate_max=True
)

#: 画面に並べる機関と、はじめに見せる空の行の数
SEATED_BODIES = ((BodyKind.BOARD, 5), (BodyKind.COMMITTEE, 3))
SOURCE_EXAMPLES = {
    BodyKind.GENERAL_MEETING: "例: 定款 第26条",
    BodyKind.BOARD: "例: 定款 第32条",
    BodyKind.COMMITTEE: "例: 金融委員会規約 第4条",
}


class BodyForm(forms.Form):
    """機関。名称・定数の下限・根拠。"""

    name = WrittenField(label="名称", max_length=40)
    seats_min = forms.IntegerField(label="定数の下限", min_value=0, max_value=200, initial=0, required=False)
    source = WrittenField(label="根拠", max_length=60, required=False)
    remote_allowed = forms.BooleanField(label="オンライン出席を認める", required=False)
    from_on = JapaneseDateField(label="就任日（下の行に共通）", required=False, help_text="行に書いた日が優先します。")
    to_on = JapaneseDateField(label="任期満了日（下の行に共通）", required=False)

    def __init__(self, *args, kind: BodyKind, body: Body | None, **kwargs):
        self.kind, self.body = kind, body
        initial = {"name": kind.label}
        if body is not None:
            initial = {name: getattr(body, name) for name in ("name", "seats_min", "source", "remote_allowed")}
        super().__init__(*args, initial=initial, prefix=kind.value, **kwargs)
        self.fields["source"].help_text = SOURCE_EXAMPLES[kind]
        self.fields["seats_min"].help_text = "在任がこれを欠くと、定足数は下限の半数を超える数になります。"
        self.fields["remote_allowed"].help_text = "定款・規約に定めがあるときだけ。"
        if kind == BodyKind.GENERAL_MEETING:
            for name in ("seats_min", "remote_allowed", "from_on", "to_on"):
                del self.fields[name]

    def clean_seats_min(self):
        return self.cleaned_data["seats_min"] or 0

    def term(self) -> tuple:
        """下の行に共通の就任日と任期満了日。"""
        return (self.cleaned_data.get("from_on"), self.cleaned_data.get("to_on")) if self.is_valid() else (None, None)

    def values(self) -> dict:
        shown = ("name", "seats_min", "source", "remote_allowed")
        return {"kind": self.kind, **{name: self.cleaned_data[name] for name in shown if name in self.fields}}


class SeatForm(NamedPersonMixin, forms.Form):
    """席の一行。"""

    field_order = ["person_name", "title", "from_on", "to_on", "new_kana", "new_born_on"]

    title = forms.ChoiceField(label="席")
    from_on = JapaneseDateField(label="就任日", required=False)
    to_on = JapaneseDateField(label="任期満了日", required=False)

    def __init__(self, *args, body_form: BodyForm, **kwargs):
        self.body_form = body_form
        super().__init__(*args, **kwargs)
        kind = body_form.kind
        self.fields["person_name"].label = "氏名"
        self.fields["title"].choices = [
            ("", "選んでください"),
            *((t.value, SeatTitle(t).label) for t in TITLES_OF[kind]),
        ]
        for name in ("person_name", "title", "from_on", "to_on"):
            self.fields[name].widget.attrs["class"] = "form-control"

    def clean(self):
        cleaned = super().clean()
        if not self.has_changed():
            return cleaned
        from_on, to_on = self.body_form.term()
        cleaned["from_on"], cleaned["to_on"] = cleaned.get("from_on") or from_on, cleaned.get("to_on") or to_on
        if not cleaned["from_on"] and "from_on" not in self.errors:
            self.add_error("from_on", "就任日を書いてください（上の共通の欄でも構いません）。")
        return cleaned


class BaseSeatFormSet(forms.BaseFormSet):
    """一つの機関の、新しい席の行。"""

    def seats(self) -> list[SeatForm]:
        return [form for form in self.forms if form.has_changed() and form not in self.deleted_forms]


def seat_formset(body_form: BodyForm, extra: int, *, data=None, register):
    """その機関の席のフォームセット。"""
    factory = forms.formset_factory(
        SeatForm, formset=BaseSeatFormSet, extra=extra, can_delete=True, max_num=60, validate_max=True
    )
    form_kwargs = {"body_form": body_form, "register": register}
    return factory(data, prefix=f"{body_form.kind.value}-seats", form_kwargs=form_kwargs)
