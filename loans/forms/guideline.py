"""経営者保証の検討の入力欄。規則は操作の文をそのまま欄のそばに出す。"""

from __future__ import annotations

from django import forms

from collateral.forms import FindingsMixin
from coopfin.forms import CodesFormField, JapaneseDateField, OperationForm
from loans.enums import ALTERNATIVES, GuaranteeDecision, GuidelineCriterion, Verdict
from loans.operations import guideline

#: 要件 → 何を見るか
ASKED = {
    GuidelineCriterion.SEPARATION: "役員報酬・配当・貸付などで、法人の資金が社会通念上適切な範囲をこえて個人に流れていないか。"
    "事業用の資産は法人が持っているか。",
    GuidelineCriterion.FINANCES: "法人だけの資産と収益で返済できるか。業績・内部留保・キャッシュフロー。",
    GuidelineCriterion.DISCLOSURE: "決算書・試算表・資金繰り表などを、求めに応じて適時に出しているか。経営の見通しを説明しているか。",
}


class GuaranteeReviewForm(FindingsMixin, OperationForm):
    """経営者保証の検討。三つの要件は、あとから書き足せる。"""

    decision = forms.ChoiceField(
        label="代表者の保証", choices=GuaranteeDecision.choices, widget=forms.RadioSelect,
        error_messages={"required": "代表者を保証人とするかどうかを選んでください。"},
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="保証人としない理由、または、要件に照らしてなお保証が要る理由。",
    )  # fmt: skip
    alternatives = CodesFormField(label="示した代わりの手法", choices=list(ALTERNATIVES.items()), required=False)
    alternatives_note = forms.CharField(
        label="代わりの手法の検討", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="示した結果、または示さなかった理由。",
    )  # fmt: skip
    explained_on = JapaneseDateField(label="説明した日", required=False)
    explained_to = forms.CharField(label="説明した相手", max_length=100, required=False)
    explained_why = forms.CharField(
        label="どの部分が足りず、なぜ保証が要るか", required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    explained_release = forms.CharField(
        label="何を改めれば、保証を外し・軽くできるか", required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args, application, on, **kwargs):
        self.application, self.on = application, on
        super().__init__(*args, **kwargs)
        for criterion in GuidelineCriterion:
            self.fields[f"{criterion}_verdict"] = forms.ChoiceField(
                label="判断", required=False, choices=[("", "まだ確かめていない"), *Verdict.choices]
            )
            self.fields[f"{criterion}_finding"] = forms.CharField(
                label="見たこと", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
            )
            self.fields[f"{criterion}_evidence"] = forms.CharField(
                label="確かめた資料", required=False, max_length=200,
                widget=forms.TextInput(attrs={"placeholder": "例: 決算書2期、勘定科目内訳書"}),
            )  # fmt: skip

    @property
    def criteria(self) -> list[dict]:
        """三つの要件と、その欄。"""
        return [
            {
                "title": criterion.label,
                "asked": ASKED[criterion],
                "fields": [self[f"{criterion}_{name}"] for name in ("verdict", "finding", "evidence")],
            }
            for criterion in GuidelineCriterion
        ]

    def values(self) -> dict:
        """操作に渡す値。"""
        names = ("decision", "explained_on", *guideline.TEXTS)
        findings = {
            criterion: {
                name: self.cleaned_data.get(f"{criterion}_{name}") for name in ("verdict", "finding", "evidence")
            }
            for criterion in GuidelineCriterion
        }
        return {**{name: self.cleaned_data.get(name) for name in names}, "findings": findings}

    def clean(self):
        cleaned = super().clean()
        if "decision" not in self.errors:
            values = {name: value if value is not None else "" for name, value in self.values().items()}
            values["explained_on"] = self.cleaned_data.get("explained_on")
            unreadable = {"explained_on"} if self.has_error("explained_on") else set()
            self.add_findings(
                finding
                for finding in guideline.review_refusals(self.application, **values, on=self.on)
                if finding.code not in unreadable
            )
        return cleaned
