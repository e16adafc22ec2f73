"""担保の入力欄。欄ごとの検査だけをし、規則は collateral.checks の文をそのまま欄のそばに出す。"""

from __future__ import annotations

from django import forms
from django.forms.formsets import BaseFormSet

from collateral import checks
from collateral.enums import AppraisalMethod, AssetKind, SeniorKind
from collateral.operations import ASSET_FIELDS, SENIOR_FIELDS
from coopfin.forms import JapaneseDateField, OperationForm, RateFormField, YenFormField


class FindingsMixin:
    """点検の文を、code が名指す欄のそばに出す。"""

    def add_findings(self, findings, rename=None) -> None:
        for finding in findings:
            field = (rename or {}).get(finding.code, finding.code)
            field = field if field in self.fields else None
            if field is None or not self.has_error(field):
                source = f"（{finding.source}）" if finding.source and finding.source not in finding.text else ""
                self.add_error(field, f"{finding.text}{source}")


class AssetFields(FindingsMixin, forms.Form):
    """物件の欄。"""

    kind = forms.ChoiceField(
        label="種類", choices=[("", "選んでください"), *AssetKind.choices],
        error_messages={"required": "担保の種類を選んでください。"},
    )  # fmt: skip
    description = forms.CharField(
        label="物件の表示", max_length=200,
        help_text="所在・地番・家屋番号・機械番号など。建物のない土地には「更地」と書き添えます。",
        error_messages={"required": "物件の表示を入力してください。"},
    )  # fmt: skip
    appraised = YenFormField(
        label="評価額（円）", min_value=0, error_messages={"required": "評価額を入力してください。"}
    )
    appraised_on = JapaneseDateField(label="評価日", error_messages={"required": "評価日を入力してください。"})
    appraisal_method = forms.ChoiceField(
        label="評価の方法", choices=[("", "選んでください"), *AppraisalMethod.choices],
        error_messages={"required": "評価の方法を選んでください。"},
    )  # fmt: skip
    appraiser = forms.CharField(
        label="評価した人", max_length=60, required=False,
        help_text="空欄なら、登録する人です。鑑定は、鑑定した人の名を書きます。",
    )  # fmt: skip
    appraisal_note = forms.CharField(
        label="評価のよりどころ",
        max_length=200,
        required=False,
        help_text="路線価図の番号、取引事例、鑑定評価書の番号など。",
    )
    haircut_rate = RateFormField(
        label="掛目（%）", help_text="方針の定めが初めの値です。下げるのは自由、超えるには理由が要ります。",
        error_messages={"required": "掛目を入力してください。"},
    )  # fmt: skip
    haircut_reason = forms.CharField(label="掛目を方針より上げる理由", max_length=200, required=False)

    def asset_values(self) -> dict:
        return {name: self.cleaned_data.get(name) for name in ASSET_FIELDS}


class SeniorForm(FindingsMixin, forms.Form):
    """先順位の一行。"""

    kind = forms.ChoiceField(label="種類", choices=SeniorKind.choices, initial=SeniorKind.MORTGAGE.value)
    holder = forms.CharField(label="権利者", max_length=60, error_messages={"required": "権利者を入力してください。"})
    registered = YenFormField(
        label="債権額・極度額（円）", error_messages={"required": "債権額・極度額を入力してください。"}
    )
    balance = YenFormField(
        label="確認済の残高（円）", min_value=0, required=False, help_text="根抵当権は、いつも極度額で引きます。"
    )
    balance_on = JapaneseDateField(label="残高を確かめた日", required=False)
    evidence = forms.CharField(
        label="確かめた方法", max_length=100, required=False, help_text="残高証明書、返済予定表など。"
    )

    def __init__(self, *args, on=None, **kwargs):
        self.on = on
        super().__init__(*args, **kwargs)

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            self.add_findings(checks.senior_refusals(**self.values(), on=self.on))
        return cleaned

    def values(self) -> dict:
        return {name: self.cleaned_data.get(name) for name in SENIOR_FIELDS}


class BaseSeniorFormSet(BaseFormSet):
    """先順位の行の集まり。"""

    def rows(self) -> list[dict]:
        """画面に残る行（外した行・空の行・書きかけの行を除く）。初めからある行は、触れていなくても数える。"""
        kept = [form for form in self.forms if form.is_valid() and not self._should_delete_form(form)]
        return [form.values() for form in kept if form.cleaned_data.get("registered")]


SeniorFormSet = forms.formset_factory(
    SeniorForm, formset=BaseSeniorFormSet, extra=0, can_delete=True, max_num=10, validate_max=True
)


def seniors_of(asset) -> list[dict]:
    """登録済の先順位を、初めの行として。"""
    return [{name: getattr(lien, name) for name in SENIOR_FIELDS} for lien in asset.seniors.all()]


class AssetForm(AssetFields, OperationForm):
    """担保物件を直す。所有者は変えない。"""

    def __init__(self, *args, asset, on, **kwargs):
        self.asset, self.on = asset, on
        initial = {name: getattr(asset, name) for name in ASSET_FIELDS} | (kwargs.pop("initial", None) or {})
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self):
        cleaned = super().clean()
        values = self.asset_values()
        untouched = (values["kind"], values["haircut_rate"]) == (self.asset.kind, self.asset.haircut_rate)
        reason = cleaned.get("haircut_reason") or (checks.UNCHANGED if untouched else "")
        self.add_findings(checks.asset_refusals(**values, owner=self.asset.owner, haircut_reason=reason, on=self.on))
        return cleaned
