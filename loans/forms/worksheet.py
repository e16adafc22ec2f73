"""調査書の入力欄。節の問いごとに、選ぶ答え・文・金額・該当なし・根拠の欄をつくる。"""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from coopfin.forms import JapaneseDateField, OperationForm, YenFormField
from loans.models import FundsCause, FundsTerm, WorksheetAnswer
from loans.operations.worksheet import Given
from loans.worksheet import Question, Section

LONGEST = 4000
#: 運転資金の要因を書ける行
NEED_ROWS = 6
#: 問い一つの欄（名は「問い_欄」）
PARTS = ("seen", "choice", "amount", "text", "na", "evidence", "file", "same")


class SectionForm(OperationForm):
    """一つの節。どの問いも空のまま保存でき、空欄は付議のときに名を挙げて確かめる。"""

    def __init__(
        self, *args, section: Section, questions: tuple[Question, ...], current: dict, previous: dict, **kwargs
    ):
        self.section, self.questions, self.current, self.previous = section, questions, current, previous
        #: 問い → ほかの人が書き改めた、いまの答え
        self.conflicts: dict[str, WorksheetAnswer] = {}
        super().__init__(*args, **kwargs)
        for question in questions:
            self._add(question)

    def _add(self, question: Question) -> None:
        key, answer = question.key, self.current.get(question.key)
        fields = self.fields
        fields[f"{key}_seen"] = forms.IntegerField(
            required=False, widget=forms.HiddenInput, initial=answer.pk if answer else None
        )
        if question.choices:
            fields[f"{key}_choice"] = forms.ChoiceField(
                label=f"{question.label}の答え", required=False, choices=[("", "まだ"), *question.choices], widget=forms.RadioSelect,
                initial=answer.choice if answer else "",
            )  # fmt: skip
        if question.amount:
            fields[f"{key}_amount"] = YenFormField(
                label=question.amount, required=False, min_value=0, initial=answer.amount if answer else None
            )
        fields[f"{key}_text"] = forms.CharField(
            label=question.label, required=False, max_length=LONGEST, initial=answer.text if answer else "",
            widget=forms.Textarea(attrs={"rows": 3, "aria-describedby": f"ask-{key}"}),
        )  # fmt: skip
        fields[f"{key}_na"] = forms.BooleanField(
            label="該当なし（理由を書く）", required=False, initial=bool(answer and answer.not_applicable)
        )
        if question.evidence:
            fields[f"{key}_evidence"] = forms.CharField(
                label="根拠", required=False, max_length=300, initial=answer.evidence if answer else "",
                help_text="見た書類・聞いた人と日付。",
            )  # fmt: skip
            fields[f"{key}_file"] = forms.FileField(
                label="書類の写し", required=False, help_text="PDF・PNG・JPEG（10MBまで）。"
            )
        if key in self.previous and answer is None:
            fields[f"{key}_same"] = forms.BooleanField(label="いまも前回のとおりと確かめた", required=False)

    def clean(self):
        cleaned = super().clean()
        for question in self.questions:
            key = question.key
            if cleaned.get(f"{key}_na"):
                if not (cleaned.get(f"{key}_text") or "").strip() and f"{key}_text" not in self.errors:
                    self.add_error(f"{key}_text", f"「{question.label}」を該当なしとする理由を書いてください。")
                if cleaned.get(f"{key}_choice") or cleaned.get(f"{key}_amount") is not None:
                    self.add_error(f"{key}_na", "該当なしにするときは、選んだ答えと金額を消してください。")
            if cleaned.get(f"{key}_same") and (
                (cleaned.get(f"{key}_text") or "").strip() or cleaned.get(f"{key}_choice") or cleaned.get(f"{key}_na")
            ):
                self.add_error(
                    f"{key}_same", "答えを書いたときは、前回のとおりにできません。どちらか一つにしてください。"
                )
        return cleaned

    def given(self, documents: dict) -> dict[str, Given]:
        """書かれた答え。documents は問い → 受け取った書類。"""
        cleaned, found = self.cleaned_data, {}
        for question in self.questions:
            key = question.key
            seen = cleaned.get(f"{key}_seen")
            if cleaned.get(f"{key}_same"):
                before = self.previous[key]
                found[key] = Given(
                    choice=before.choice, text=before.text, amount=before.amount, not_applicable=before.not_applicable,
                    evidence=f"前回の調査書（{before.application.number_label}）のとおりと確かめた", copied_from=before,
                    seen=seen,
                )  # fmt: skip
                continue
            found[key] = Given(
                choice=cleaned.get(f"{key}_choice", ""), text=cleaned.get(f"{key}_text", "").strip(),
                amount=cleaned.get(f"{key}_amount"), not_applicable=cleaned.get(f"{key}_na", False),
                evidence=cleaned.get(f"{key}_evidence", "").strip(), document=documents.get(key), seen=seen,
            )  # fmt: skip
        return found

    def names_of(self, key: str) -> list[str]:
        """その問いの欄。"""
        return [f"{key}_{part}" for part in PARTS if f"{key}_{part}" in self.fields]

    def questions_of(self, names: list[str]) -> list[str]:
        """それらの欄のある問い。"""
        return [question.key for question in self.questions if set(self.names_of(question.key)) & set(names)]

    def documents_sent(self) -> dict:
        return {
            question.key: self.cleaned_data[f"{question.key}_file"]
            for question in self.questions
            if self.cleaned_data.get(f"{question.key}_file")
        }

    @property
    def rows(self) -> list[dict]:
        """画面に並べる問い。"""
        return [
            {
                "question": question,
                "answer": self.current.get(question.key),
                "previous": self.previous.get(question.key) if f"{question.key}_same" in self.fields else None,
                "conflict": self.conflicts.get(question.key),
                "fields": {
                    name: self[f"{question.key}_{name}"] for name in PARTS if f"{question.key}_{name}" in self.fields
                },
            }
            for question in self.questions
        ]


class InterviewForm(OperationForm):
    """面談の記録。"""

    held_on = JapaneseDateField(label="面談日")
    place = forms.CharField(label="場所", max_length=60, help_text="例: 先方の工場、組合会館")
    interviewee = forms.CharField(label="面談の相手", max_length=60, help_text="例: 代表取締役 能登 一郎")
    interviewer = forms.CharField(label="聞いた人", max_length=60)
    told = forms.CharField(
        label="聞いたこと", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        help_text="相手の言葉と、こちらの受けとめを分けて書きます。",
    )  # fmt: skip
    follow_up = forms.CharField(
        label="あとで確かめること", required=False, max_length=300,
        help_text="あれば書きます。確かめるまで、付議のときに注意が出ます。",
    )  # fmt: skip

    FIELDS = ("held_on", "place", "interviewee", "interviewer", "told", "follow_up")

    def __init__(self, *args, on: date, **kwargs):
        self.on = on
        super().__init__(*args, **kwargs)

    def clean_held_on(self):
        day = self.cleaned_data["held_on"]
        if day > self.on:
            raise ValidationError("面談日が先の日付です。面談した日を入力してください。")
        return day

    @property
    def record(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.FIELDS}


class FollowUpForm(OperationForm):
    """面談のあと確かめたこと。"""

    outcome = forms.CharField(
        label="分かったこと",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="何を見て、何が分かったか。",
    )


class ConclusionForm(OperationForm):
    """事務局の所見。"""

    conclusion = forms.CharField(
        label="事務局の所見", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="見たこと・確かめたことから、事務局はどう考えるか。貸すとすれば、どんな条件がよいか。",
    )  # fmt: skip


class NeedsForm(OperationForm):
    """運転資金の要因と額。要らない行は空のままでよい。"""

    def __init__(self, *args, needs=(), **kwargs):
        super().__init__(*args, **kwargs)
        used = {need.cause_id for need in needs}
        causes = [(cause.pk, cause.name) for cause in FundsCause.objects.all() if cause.active or cause.pk in used]
        self.has_causes = bool(causes)
        self.count = max(NEED_ROWS, len(needs) + 2)
        for number in range(self.count):
            need = needs[number] if number < len(needs) else None
            self.fields[f"cause_{number}"] = forms.ChoiceField(
                label="要因", required=False, choices=[("", "なし"), *causes],
                initial=need.cause_id if need else "",
            )  # fmt: skip
            self.fields[f"term_{number}"] = forms.ChoiceField(
                label="期間", required=False, choices=[("", "なし"), *FundsTerm.choices],
                initial=need.term if need else "",
            )  # fmt: skip
            self.fields[f"amount_{number}"] = YenFormField(
                label="額", required=False, initial=need.amount if need else None
            )
            self.fields[f"basis_{number}"] = forms.CharField(
                label="計算のもと", required=False, max_length=300, initial=need.basis if need else ""
            )

    @property
    def rows(self):
        return [
            [self[f"{name}_{number}"] for name in ("cause", "term", "amount", "basis")] for number in range(self.count)
        ]

    def clean(self):
        cleaned = super().clean()
        for number in range(self.count):
            row = {name: cleaned.get(f"{name}_{number}") for name in ("cause", "term", "amount", "basis")}
            if not any(row.values()):
                continue
            for name, label in (("cause", "要因"), ("term", "期間"), ("amount", "額")):
                if not row[name] and f"{name}_{number}" not in self.errors:
                    self.add_error(f"{name}_{number}", f"{number + 1}行目の{label}を入れてください。")
        return cleaned

    @property
    def needs(self) -> list[dict]:
        causes = FundsCause.objects.in_bulk()
        return [
            {
                "cause": causes[self.cleaned_data[f"cause_{number}"]],
                "term": self.cleaned_data[f"term_{number}"],
                "amount": self.cleaned_data[f"amount_{number}"],
                "basis": self.cleaned_data[f"basis_{number}"],
            }
            for number in range(self.count)
            if self.cleaned_data[f"cause_{number}"]
        ]
