"""限度額の試算の入力欄: 最高限度（手引き Q&A 1）と、組合員別限度（Q&A 2）。"""

from __future__ import annotations

from django import forms

from coopfin.calc.yen import ImpossibleTerms
from coopfin.forms import JapaneseDateField, YenFormField
from governance.enums import MemberLimitMode
from ledger.forms import MemberBook, MemberTextField
from loans import limits, member_limits

OWN_BUSINESS = ("prev_year_end_borrowing", "turnover_need", "facility_need", "other_need", "own_funds")
ON_LENDING = ("prev_year_end_onlending", "new_onlending")


def _yen(label: str, help_text: str = "", *, required: bool = False) -> YenFormField:
    return YenFormField(label=label, help_text=help_text, min_value=0, required=required)


class ModeForm(forms.Form):
    """組合員ごとの定め方。"""

    member_limit_mode = forms.ChoiceField(
        label="③ の範囲での組合員ごとの定め方", choices=MemberLimitMode.choices, widget=forms.RadioSelect,
        initial=MemberLimitMode.UNIFORM,
    )  # fmt: skip
    sales_months = forms.IntegerField(
        label="売上等基準の月数", required=False, min_value=1, max_value=60, widget=forms.TextInput,
        help_text="年間売上高の何か月分までか。例: 2。",
    )  # fmt: skip
    sales_unit = YenFormField(label="売上等基準の単位", required=False, help_text="この額未満を切り捨てます。例: 1万。")

    def clean(self):
        cleaned = super().clean()
        by_sales = cleaned.get("member_limit_mode") == MemberLimitMode.SALES
        if by_sales and not cleaned.get("sales_months") and "sales_months" not in self.errors:
            self.add_error("sales_months", "売上等基準では、年間売上高の何か月分までかを入力してください。")
        if not by_sales:
            cleaned["sales_months"] = None
        cleaned["sales_unit"] = cleaned.get("sales_unit") or 10_000
        return cleaned


class BorrowingLimitForm(ModeForm):
    """借入金残高の最高限度の試算と、議案に書く①〜⑤。書かなかった金額は 0円とみる。"""

    prev_year_end_borrowing = _yen("前期末の借入残（共同事業）")
    turnover_need = _yen("取扱高からの必要額")
    facility_need = _yen("設備の必要額")
    other_need = _yen("その他の必要額")
    own_funds = _yen("自己資金")
    prev_year_end_onlending = _yen("前期末の借入残（転貸）")
    new_onlending = _yen("当期の必要額（転貸）")
    borrowing_limit = _yen("① 借入金残高の最高限度", "空欄なら、上の目安のとおり。")
    guarantee_limit = _yen("② 債務保証残高の最高限度", "債務保証をしなければ 0。")
    member_loan_limit = _yen("③ 1組合員に対する貸付残高の最高限度", required=True)
    member_guarantee_limit = _yen("④ 1組合員に対する債務保証残高の最高限度")
    banks = forms.CharField(
        label="⑤ 取引金融機関", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行に一つ。「金融機関名 支店名」のように書きます。",
    )  # fmt: skip
    meeting_name = forms.CharField(label="総会の名", max_length=60, help_text="例: 第49回通常総会。")
    item_number = forms.CharField(label="議案番号", max_length=30, help_text="例: 第5号議案。")
    resolved_on = JapaneseDateField(label="総会の日（予定）")

    RESOLVED = ("borrowing_limit", "guarantee_limit", "member_loan_limit", "member_guarantee_limit")

    @property
    def own_business_fields(self):
        return [self[name] for name in OWN_BUSINESS]

    @property
    def on_lending_fields(self):
        return [self[name] for name in ON_LENDING]

    @property
    def resolved_fields(self):
        return [self[name] for name in self.RESOLVED]

    @property
    def meeting_fields(self):
        return [self[name] for name in ("meeting_name", "item_number", "resolved_on")]

    def estimate(self) -> limits.BorrowingEstimate | None:
        """目安。金額の欄が読めるうちは、ほかの欄が書きかけでも数える。"""
        names = (*OWN_BUSINESS, *ON_LENDING)
        if any(name in self.errors for name in names):
            return None
        return limits.estimate_borrowing_limit(**{name: self.cleaned_data.get(name) or 0 for name in names})

    def bank_names(self) -> list[str]:
        lines = (" ".join(line.split()) for line in self.cleaned_data.get("banks", "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))


class MemberLimitForm(ModeForm):
    """組合員別限度の試算。金額を書けば、記録の代わりにその額で数える。"""

    member = MemberTextField(label="組合員", required=False, help_text="番号か名前。書くと、記録の数字を使います。")
    uniform = _yen("③ 1組合員に対する貸付残高の最高限度", required=True)
    collateral_cover = _yen("担保の保全額")
    share_capital = _yen("出資金")
    deposits = _yen("預り金")
    annual_sales = _yen("年間売上高")

    FIGURES = ("collateral_cover", "share_capital", "deposits", "annual_sales")

    field_order = [
        "member", "uniform", "member_limit_mode", "sales_months", "sales_unit", "collateral_cover", "share_capital",
        "deposits", "annual_sales",
    ]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.book = self.fields["member"].book = MemberBook()
        self.fields["member"].widget.attrs.update({"list": "members", "autocomplete": "off"})

    @property
    def top_fields(self):
        return [self[name] for name in ("member", "uniform", "member_limit_mode")]

    @property
    def sales_fields(self):
        return [self[name] for name in ("sales_months", "sales_unit", "annual_sales")]

    @property
    def backing_fields(self):
        return [self[name] for name in ("collateral_cover", "share_capital", "deposits")]

    def rule(self) -> member_limits.Rule:
        cleaned = self.cleaned_data
        return member_limits.Rule(
            cleaned["member_limit_mode"], cleaned["uniform"], cleaned["sales_months"], cleaned["sales_unit"]
        )

    def calculate(self, figures: dict[str, int]) -> limits.MemberLimit:
        """この欄の数字での限度。figures は、書かなかった欄の代わりに使う記録の数字。"""
        cleaned, rule = self.cleaned_data, self.rule()
        amounts = {name: figures.get(name, 0) if cleaned.get(name) is None else cleaned[name] for name in self.FIGURES}
        sales = amounts.pop("annual_sales")
        try:
            if rule.mode == MemberLimitMode.BACKING:
                return limits.member_limit_by_backing(uniform=rule.uniform, **amounts)
            if rule.mode == MemberLimitMode.SALES:
                return limits.member_limit_by_sales(
                    uniform=rule.uniform, annual_sales=sales, months=rule.months, unit=rule.unit
                )
        except ImpossibleTerms as problem:
            raise forms.ValidationError(str(problem)) from problem
        return limits.member_limit_uniform(rule.uniform)
