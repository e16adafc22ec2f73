"""審査の入力欄: 委員の意見、答申、理事会の決定。"""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from coopfin.forms import ReasonForm
from governance.enums import ItemResult, OpinionChoice

#: 一度に書ける条件の数（足りなければ、もう一度保存する前に行を足せる）
CONDITION_ROWS = 5

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
        help_text="条件付のときは、付けるべき条件も書いてください。理事会と監事が読みます。",
    )  # fmt: skip

    field_order = ["choice", "text"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["reason"]


class RecommendationForm(ReasonForm):
    """金融委員会の答申。"""

    result = forms.ChoiceField(label="答申", choices=RECOMMENDATIONS, widget=forms.RadioSelect)
    conditions = forms.CharField(
        label="付ける条件", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="条件付可のときは必ず書きます。例: 建物の火災保険に質権を設定すること。",
    )  # fmt: skip
    comment = forms.CharField(
        label="付帯意見", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    field_order = ["result", "conditions", "comment", "reason"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("result") == ItemResult.CONDITIONAL and not (cleaned.get("conditions") or "").strip():
            self.add_error("conditions", "条件付可のときは、条件を書いてください。")
        return cleaned


class ConditionsWidget(forms.MultiWidget):
    """条件を一行ずつ。"""

    template_name = "loans/parts/condition_rows.html"

    def __init__(self, attrs=None):
        super().__init__([forms.TextInput(attrs={"maxlength": 300}) for _ in range(CONDITION_ROWS)], attrs)

    def decompress(self, value):
        rows = list(value or [])[:CONDITION_ROWS]
        return rows + [""] * (CONDITION_ROWS - len(rows))

    def id_for_label(self, id_):
        return f"{id_}_0" if id_ else id_


class ConditionsField(forms.MultiValueField):
    """条件の並び。空の行は落とす。"""

    def __init__(self, **kwargs):
        super().__init__(
            [forms.CharField(max_length=300, required=False) for _ in range(CONDITION_ROWS)],
            widget=ConditionsWidget, require_all_fields=False, required=False, **kwargs,
        )  # fmt: skip

    def compress(self, data_list):
        return [text.strip() for text in data_list or [] if (text or "").strip()]


class DecisionForm(ReasonForm):
    """理事会の決定。"""

    result = forms.ChoiceField(label="決定", choices=DECISIONS, widget=forms.RadioSelect)
    conditions = ConditionsField(
        label="条件", help_text="条件付で可決のときに、一つずつ書きます。満たしたことを確かめるまで実行できません。"
    )
    comment = forms.CharField(
        label="付帯意見・理由", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="否決・継続審議のときは、理由を必ず書きます。",
    )  # fmt: skip

    field_order = ["result", "conditions", "comment", "reason"]

    def clean_conditions(self):
        return self.cleaned_data["conditions"] or []

    def clean(self):
        cleaned = super().clean()
        result, comment = cleaned.get("result"), (cleaned.get("comment") or "").strip()
        if result == ItemResult.CONDITIONAL and not cleaned.get("conditions"):
            self.add_error("conditions", "条件付で可決のときは、条件を一つ以上書いてください。")
        if result == ItemResult.FAVOURABLE and cleaned.get("conditions"):
            self.add_error("conditions", "条件を付けるときは「条件付で可決」を選んでください。")
        if result in (ItemResult.UNFAVOURABLE, ItemResult.CONTINUED) and not comment:
            self.add_error("comment", ValidationError("否決・継続審議のときは、理由を書いてください。"))
        return cleaned
