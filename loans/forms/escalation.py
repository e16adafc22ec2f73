"""相談の記録と理事長の指示の入力。"""

from __future__ import annotations

from django import forms

from coopfin.forms import UNCHOSEN, JapaneseDateField, OperationForm
from loans.enums import AdviceTopic, Ruling


class AdviceForm(OperationForm):
    """相談の記録。"""

    advised_on = JapaneseDateField(label="相談の日")
    topic = forms.ChoiceField(label="内容", choices=[("", UNCHOSEN), *AdviceTopic.choices])
    counterpart = forms.CharField(label="相談の相手", max_length=60, help_text="例: 代表取締役 能登 一郎")
    text = forms.CharField(
        label="説明したこと・相手の返事", max_length=2000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="例: 県の制度融資と信用保証協会の窓口を案内した。手続に時間がかかるので組合で借りたいとのこと。",
    )  # fmt: skip

    @property
    def record(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("advised_on", "topic", "counterpart", "text")}


class AskForm(OperationForm):
    """指示を求める理由。"""

    reason = forms.CharField(
        label="指示を求める理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="基準を満たさなくても進めたいわけと、事務局の考え。理事長が読み、案件に残ります。",
    )  # fmt: skip


class TakeBackForm(OperationForm):
    """求めを取り下げる理由。"""

    reason = forms.CharField(
        label="取り下げる理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="例: 金額を改めて、基準に収まったため。",
    )  # fmt: skip


class InstructForm(OperationForm):
    """一点ごとの指示と理由。"""

    def __init__(self, *args, misses, **kwargs):
        super().__init__(*args, **kwargs)
        self.misses = list(misses)
        for number, miss in enumerate(self.misses, 1):
            self.fields[f"ruling_{miss.pk}"] = forms.ChoiceField(
                label=f"指示 {number}", choices=Ruling.choices, widget=forms.RadioSelect,
                error_messages={"required": "指示を選んでください。"},
            )  # fmt: skip
            self.fields[f"reason_{miss.pk}"] = forms.CharField(
                label=f"指示の理由 {number}", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
                error_messages={"required": "指示の理由を書いてください。"},
            )  # fmt: skip

    @property
    def parts(self) -> list[tuple]:
        """点ごとの、点・指示の欄・理由の欄。"""
        return [(miss, self[f"ruling_{miss.pk}"], self[f"reason_{miss.pk}"]) for miss in self.misses]

    @property
    def rulings(self) -> dict[int, tuple[str, str]]:
        return {
            miss.pk: (self.cleaned_data[f"ruling_{miss.pk}"], self.cleaned_data[f"reason_{miss.pk}"])
            for miss in self.misses
        }
