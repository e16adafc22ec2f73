"""意見・質問と回答の入力欄。"""

from __future__ import annotations

from django import forms

from coopfin.forms import OperationForm
from loans.enums import CommentKind


class AnswerForm(OperationForm):
    """質問への回答。"""

    text = forms.CharField(label="回答", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class CommentForm(OperationForm):
    """意見・質問。"""

    addressee = forms.ChoiceField(label="宛先")
    kind = forms.ChoiceField(
        label="種類",
        choices=[(kind.value, kind.label) for kind in (CommentKind.QUESTION, CommentKind.OPINION)],
        initial=CommentKind.QUESTION,
        widget=forms.RadioSelect,
        help_text="質問は、宛先の人の「今日の仕事」に出て、回答されるまで残ります。",
    )
    text = forms.CharField(
        label="本文", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="この案件を見てよい人だけが読みます。消すことはできません（取り消した跡が残ります）。",
    )  # fmt: skip

    field_order = ["addressee", "kind", "text"]

    def __init__(self, *args, addressees, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["addressee"].choices = addressees
