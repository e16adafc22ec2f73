"""条件の入力欄: 条件の並び（文・種類・いつまでに）、満たしたことの記録、免除の決定。"""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from coopfin.calc import words
from coopfin.forms import JapaneseDateField, OperationForm, ReasonForm
from documents import uploads
from governance.enums import ItemResult
from loans.conditions import Wanted
from loans.enums import ConditionDue, ConditionKind

#: はじめから見せる行と、書ける行の数
SHOWN_ROWS, CONDITION_ROWS = 3, 12
PARTS = ("text", "kind", "due", "due_on")
TEXT_LENGTH = 300


class ConditionsWidget(forms.Widget):
    """条件を一行ずつ。書いた行の下に、空の行を足して見せる。"""

    template_name = "loans/parts/condition_rows.html"
    use_fieldset = True

    def value_from_datadict(self, data, files, name):
        return [{part: data.get(f"{name}_{row}_{part}", "") for part in PARTS} for row in range(CONDITION_ROWS)]

    def value_omitted_from_data(self, data, files, name):
        return not any(f"{name}_{row}_text" in data for row in range(CONDITION_ROWS))

    def id_for_label(self, id_):
        return f"{id_}_0_text" if id_ else id_

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        given = [one if isinstance(one, dict) else _as_typed(one) for one in value or ()]
        rows = [
            {"name": f"{name}_{row}", "id": f"{attrs.get('id', name)}_{row}", "no": row + 1,
             **(given[row] if row < len(given) else dict.fromkeys(PARTS, ""))}
            for row in range(CONDITION_ROWS)
        ]  # fmt: skip
        filled = max((place + 1 for place, row in enumerate(rows) if row["text"]), default=0)
        shown = max(SHOWN_ROWS, min(filled + 1, CONDITION_ROWS))
        context.update(
            rows=rows[:shown], more=rows[shown:], kinds=ConditionKind.choices, dues=ConditionDue.choices,
            default_kind=ConditionKind.OTHER, default_due=ConditionDue.DISBURSEMENT, length=TEXT_LENGTH,
        )  # fmt: skip
        return context


def _as_typed(one: Wanted) -> dict:
    return {**one.values, "due_on": one.due_on.isoformat() if one.due_on else ""}


class ConditionsField(forms.Field):
    """条件の並び（Wanted の列）。文のない行は落とす。"""

    widget = ConditionsWidget

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)

    def to_python(self, value):
        found, problems = [], []
        for row, typed in enumerate(value or (), 1):
            try:
                found += _read(row, typed)
            except ValidationError as problem:
                problems.append(problem)
        if problems:
            raise ValidationError(problems)
        return found

    def has_changed(self, initial, data):
        return [_as_typed(one) for one in initial or ()] != [row for row in data or () if row["text"].strip()]


def _read(row: int, typed: dict) -> list[Wanted]:
    text, due_on = typed["text"].strip(), typed["due_on"].strip()
    if not text:
        if due_on:
            raise ValidationError(f"条件 {row}: 期日だけが書かれています。条件を書いてください。")
        return []
    if len(text) > TEXT_LENGTH:
        raise ValidationError(f"条件 {row}: {TEXT_LENGTH}字までで書いてください（いま{len(text)}字）。")
    kind, due = typed["kind"] or ConditionKind.OTHER, typed["due"] or ConditionDue.DISBURSEMENT
    if kind not in ConditionKind.values or due not in ConditionDue.values:
        raise ValidationError(f"条件 {row}: 種類と、いつまでに満たすかを選び直してください。")
    try:
        return [Wanted(text, kind, due, words.parse_date(due_on) if due_on else None)]
    except ValueError as problem:
        raise ValidationError(f"条件 {row}: {problem}") from problem


class ConditionForm(OperationForm):
    """条件を満たしたことの記録。"""

    evidence = forms.CharField(
        label="確かめた方法", max_length=300, help_text="例: 質権設定承認請求書の写しを受領し、原本と照合した。"
    )
    met_on = JapaneseDateField(label="満たした日", required=False, help_text="空のままなら今日です。")
    copy = forms.FileField(label="証拠の写し", required=False, help_text=uploads.HELP)

    def __init__(self, *args, on: date, **kwargs):
        self.on = on
        super().__init__(*args, **kwargs)

    def clean_met_on(self):
        day = self.cleaned_data["met_on"]
        if day and day > self.on:
            raise ValidationError("先の日付です。満たしてから記録してください。")
        return day


class WaiverDecisionForm(ReasonForm):
    """免除についての理事会の決定。"""

    result = forms.ChoiceField(
        label="決定",
        choices=[
            (ItemResult.FAVOURABLE.value, "可決（条件を免除する）"),
            (ItemResult.UNFAVOURABLE.value, "否決（条件は残る）"),
            (ItemResult.CONTINUED.value, "継続審議（次の会議で審議する）"),
        ],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label="付帯意見・理由", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="否決・継続審議のときは、理由を必ず書きます。",
    )  # fmt: skip

    field_order = ["result", "comment"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["reason"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("result") in (ItemResult.UNFAVOURABLE, ItemResult.CONTINUED) and not cleaned.get("comment"):
            self.add_error("comment", "否決・継続審議のときは、理由を書いてください。")
        return cleaned
