"""返済の力の入力欄。長期と短期で、書く数が違う。"""

from __future__ import annotations

from django import forms

from coopfin.forms import OperationForm, YenFormField
from loans.forms.application import CountField
from loans.models import RepaymentCapacity

SIGNED = {"min_value": None}


class CapacityForm(OperationForm):
    """返済の力。空のままでも保存でき、足りない数は付議のときに名を挙げる。"""

    profit = YenFormField(
        label="税引後利益（計画）",
        required=False,
        **SIGNED,
        help_text="計画どおりのときの一年の税引後利益。赤字は △ か - を付けます。",
    )
    startup_profit = YenFormField(
        label="税引後利益（立上り期）",
        required=False,
        **SIGNED,
        help_text="実行から一年。設備なら、慣れるまでの落ち込みを見ます。",
    )
    shortfall_profit = YenFormField(
        label="税引後利益（計画を下回るとき）", required=False, **SIGNED, help_text="売上が計画に届かないときの見込み。"
    )
    depreciation = YenFormField(
        label="減価償却費", required=False, min_value=0, help_text="一年分。新しい設備の分を含めます。"
    )
    other_repayments = YenFormField(label="ほかの借入の年の返済", required=False, min_value=0)
    funding_power = forms.CharField(
        label="総合的な資金調達力", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="手元の資金、ほかの金融機関から借りる余地、売れる資産など。利益だけでは返せないときの備え。",
    )  # fmt: skip
    receivables = YenFormField(
        label="入る予定の売掛金・未収金", required=False, min_value=0, help_text="期日までに入り、返済に充てられる額。"
    )
    turnover_days = CountField(
        label="回転の日数", required=False, min_value=0, max_value=3650,
        help_text="仕入れてから、つくり・売り、代金が入るまでの日数。",
    )  # fmt: skip
    cash_plan_file = forms.FileField(label="資金繰表", required=False, help_text="PDF・PNG・JPEG（10MBまで）。")
    basis = forms.CharField(
        label="数字のもと", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="どの決算書・計画書から、どう見積もったか。",
    )  # fmt: skip

    LONG = (
        "profit",
        "startup_profit",
        "shortfall_profit",
        "depreciation",
        "other_repayments",
        "funding_power",
        "basis",
    )
    SHORT = ("receivables", "turnover_days", "basis")

    def __init__(self, *args, is_long: bool, is_working: bool, **kwargs):
        super().__init__(*args, **kwargs)
        kept = [name for name in (self.LONG if is_long else self.SHORT) if name != "funding_power" or is_working]
        self.kept = tuple(kept)
        for name in (*self.LONG, *self.SHORT):
            if name not in kept and name in self.fields:
                del self.fields[name]
        if is_long:
            del self.fields["cash_plan_file"]

    @property
    def figures(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.kept}

    def unsaved(self, application) -> RepaymentCapacity:
        """書きかけの数による試算のための一行。"""
        return RepaymentCapacity(
            application=application, **{name: self.cleaned_data.get(name) for name in self.kept if name in self.cleaned_data}
        )  # fmt: skip
