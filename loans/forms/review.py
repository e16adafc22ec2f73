"""審査の入力欄: 委員の意見、答申、理事会の決定。"""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from coopfin.forms import ReasonForm
from governance.enums import ItemResult, OpinionChoice
from loans.forms.conditions import ConditionsField

RECOMMENDATIONS = [
    (ItemResult.FAVOURABLE.value, "可（貸付を適当と認める）"),
    (ItemResult.CONDITIONAL.value, "条件付可"),
    (ItemResult.UNFAVOURABLE.value, "否（貸付を適当と認めない）"),
]
DECISIONS = [
    (ItemResult.FAVOURABLE.value, "可決"),
    (ItemResult.CONDITIONAL.value, "条件付で可決"),
    (ItemResult.UNFAVOURABLE.value, "否決"),
    (ItemResult.CONTINUED.value, "継続審議（次の会議で審議する）"),
]


class OpinionForm(ReasonForm):
    """委員の意見と理由。"""

    choice = forms.ChoiceField(label="意見", choices=OpinionChoice.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="意見の理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="理事会と監事が読みます。",
    )  # fmt: skip
    conditions = ConditionsField(
        label="付けるべき条件", help_text="条件付賛成のときに、一つずつ書きます。答申にまとめられ、理事会が決めます。"
    )

    field_order = ["choice", "text", "conditions"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["reason"]

    def clean(self):
        cleaned = super().clean()
        asked, choice = cleaned.get("conditions"), cleaned.get("choice")
        if "conditions" in self.errors:
            return cleaned
        if choice == OpinionChoice.CONDITIONAL and not asked:
            self.add_error("conditions", "条件付賛成のときは、付けるべき条件を一つ以上書いてください。")
        if choice in (OpinionChoice.FOR, OpinionChoice.AGAINST) and asked:
            self.add_error("conditions", "条件を付けるときは「条件付賛成」を選んでください。")
        return cleaned


class RecommendationForm(ReasonForm):
    """金融委員会の答申。"""

    result = forms.ChoiceField(label="答申", choices=RECOMMENDATIONS, widget=forms.RadioSelect)
    conditions = ConditionsField(
        label="付ける条件",
        help_text="委員の意見から集めてあります。条件付可のときは必ず書きます。例: 建物の火災保険に質権を設定すること。",
    )
    comment = forms.CharField(
        label="付帯意見", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    capacity_comment = forms.CharField(
        label="返済の力についての意見", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="試算が足りないときは、必ず書きます。足りないのになぜ貸せるか、または何を改めるべきか。",
    )  # fmt: skip

    field_order = ["result", "conditions", "comment", "capacity_comment", "reason"]

    def __init__(self, *args, failing: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if not failing:
            del self.fields["capacity_comment"]

    def clean(self):
        cleaned = super().clean()
        result = cleaned.get("result")
        if result == ItemResult.CONDITIONAL and not cleaned.get("conditions") and "conditions" not in self.errors:
            self.add_error("conditions", "条件付可のときは、条件を書いてください。")
        return cleaned


class DecisionForm(ReasonForm):
    """理事会の決定。"""

    result = forms.ChoiceField(label="決定", choices=DECISIONS, widget=forms.RadioSelect)
    conditions = ConditionsField(
        label="条件",
        help_text="答申の条件を入れてあります。そのまま採るか、改めるか、加えるかを決めてください。"
        "契約までの条件は満たすまで契約に、実行までの条件は満たすまで実行に進めません。",
    )
    comment = forms.CharField(
        label="付帯意見・理由", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="否決・継続審議のときは、理由を必ず書きます。",
    )  # fmt: skip

    field_order = ["result", "conditions", "comment", "reason"]

    def clean(self):
        cleaned = super().clean()
        result, comment = cleaned.get("result"), (cleaned.get("comment") or "").strip()
        if result == ItemResult.CONDITIONAL and not cleaned.get("conditions") and "conditions" not in self.errors:
            self.add_error("conditions", "条件付で可決のときは、条件を一つ以上書いてください。")
        if result == ItemResult.FAVOURABLE and cleaned.get("conditions"):
            self.add_error("conditions", "条件を付けるときは「条件付で可決」を選んでください。")
        if result in (ItemResult.UNFAVOURABLE, ItemResult.CONTINUED) and not comment:
            self.add_error("comment", ValidationError("否決・継続審議のときは、理由を書いてください。"))
        return cleaned
