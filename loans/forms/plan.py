"""資金計画の明細の入力: 使いみち、ほかの資金、金融機関との取引。行は足したり外したりできる。"""

from __future__ import annotations

from django import forms
from django.forms import BaseFormSet, formset_factory

from coopfin.forms import UNCHOSEN, OperationForm, YenFormField
from documents.uploads import HELP
from loans.enums import BankDealing, BillRole, OtherMoney, Purpose

#: 一つの申込に書ける行
MOST_ROWS = 50


def _choice(label: str, choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", UNCHOSEN), *choices])


class RowForm(forms.Form):
    """明細の一行。row は、もうある行の番号。"""

    use_required_attribute = False
    row = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class UseForm(RowForm):
    """何に、だれから、いくらで。"""

    purpose = _choice("区分", Purpose.choices)
    what = forms.CharField(label="何に", max_length=120)
    supplier = forms.CharField(label="だれに払うか", max_length=100, required=False)
    amount = YenFormField(label="明細の金額")


class SourceForm(RowForm):
    """この申込のほかにまかなうもの。"""

    kind = _choice("まかない方", OtherMoney.choices)
    provider = forms.CharField(label="どこから", max_length=100, required=False)
    amount = YenFormField(label="ほかの資金の額")


class BankForm(RowForm):
    """ほかの金融機関との取引。"""

    bank = forms.CharField(label="取引のある金融機関", max_length=100)
    kind = _choice("取引", BankDealing.choices)
    balance = YenFormField(label="残高", min_value=0)
    yearly_repayment = YenFormField(label="年間の返済額", min_value=0, required=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == BankDealing.DEPOSIT and cleaned.get("yearly_repayment"):
            self.add_error("yearly_repayment", "預金に返済額は入れません。")
        cleaned["yearly_repayment"] = cleaned.get("yearly_repayment") or 0
        return cleaned


class PartyForm(RowForm):
    """手形の関係者。"""

    role = _choice("立場", BillRole.choices)
    name = forms.CharField(label="氏名・名称", max_length=100)


class RowFormSet(BaseFormSet):
    """明細。外した行と、何も書いていない行は数えない。"""

    deletion_widget = forms.HiddenInput

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.initial and not self.is_bound:
            # 書いてある申込を開いたときは、空の行を見せない（行は足せる）。
            self.extra = 0

    @property
    def written(self) -> list[dict]:
        return [
            {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
            for form in self.forms
            if form.has_changed() and form.cleaned_data and not form.cleaned_data.get("DELETE")
            and any(value for name, value in form.cleaned_data.items() if name not in ("row", "DELETE"))
        ]  # fmt: skip


def _rows(form, extra: int):
    return formset_factory(
        form, formset=RowFormSet, extra=extra, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS + 10,
        validate_max=True,
    )  # fmt: skip


#: 明細の名 → 見出し、フォームセット
LINES = {
    "uses": ("使いみちの明細", _rows(UseForm, 1)),
    "sources": ("この申込のほかの資金", _rows(SourceForm, 1)),
    "banks": ("ほかの金融機関との取引", _rows(BankForm, 1)),
    "parties": ("手形の関係者", _rows(PartyForm, 1)),
}


class AttachForm(OperationForm):
    """受け取る書類。見積書は、どの明細のものかを選ぶ。"""

    what = forms.ChoiceField(label="何の書類か")
    kind = forms.CharField(
        label="書類の名前", max_length=60, required=False, help_text="「その他の書類」のとき。例: 受注書の写し"
    )
    file = forms.FileField(
        label="ファイル",
        help_text=HELP,
        error_messages={"required": "ファイルを選んでください。"},
    )

    def __init__(self, *args, uses, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [
            ("", UNCHOSEN),
            ("signed_form", "本人の署名のある申込書"),
            *((str(use.pk), f"見積書：{use.what}（{use.amount:,}円）") for use in uses),
            ("other", "その他の書類"),
        ]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("what") == "other" and not cleaned.get("kind", "").strip():
            self.add_error("kind", "書類の名前を書いてください。")
        return cleaned
