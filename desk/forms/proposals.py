"""規約・規程・方針・権限委譲の提案の入力。いまの版を写した下書きから始まり、変わるところを言える。"""

from __future__ import annotations

from django import forms

from coopfin.forms import RateFormField, YenFormField
from coopfin.models import DelegatedAct, Delegation, HaircutRate, Policy
from coopfin.policy_settings import GROUPS, Setting, help_text_of
from coopfin.shown import NOTHING, changed_lines, field_rows, show
from desk.forms.setup import RESOLUTION, ProposalForm
from governance.models import FinanceBylaw, FinanceRule
from governance.models.rules import PARAMETER_GROUPS
from governance.rules_admin import LendingStandardForm

Change = tuple[str, str, str]


class VersionForm(ProposalForm):
    """版のある定めの提案。"""

    #: 版ごとに違って当たり前の欄。変わるところには数えない。
    of_the_version: tuple[str, ...] = ("effective_on", "source")

    def changes(self, current) -> list[Change]:
        """変わるところ（項目, いま, 提案）。読めない欄は、直ってから数える。"""
        self.is_valid()
        skipped = {
            str(self.instance._meta.get_field(name).verbose_name)
            for name in (*self.of_the_version, *self.errors)
            if name in {field.name for field in self.instance._meta.fields}
        }
        rows = [*field_rows(self.instance, current), *self.extra_rows(current)]
        return [(label, old, new) for label, old, new in rows if old != new and label not in skipped]

    def extra_rows(self, current) -> list[Change]:
        """欄のほかの行。"""
        return []


STANDARD_SECTIONS = (
    ("名称と本文", ("title", "text")),
    ("決議", RESOLUTION),
    *((group.label, (group.article, *group.fields)) for group in PARAMETER_GROUPS),
)
STANDARD_FIELDS = [name for _, names in STANDARD_SECTIONS for name in names]
_TEXT = {"text": forms.Textarea(attrs={"rows": 10})}


class StandardForm(VersionForm, LendingStandardForm):
    """規約・規程。"""

    SECTIONS = STANDARD_SECTIONS
    of_the_version = RESOLUTION

    def changes(self, current):
        """本文は、変わる行だけを言う。"""
        text = str(self.instance._meta.get_field("text").verbose_name)
        return [change for change in super().changes(current) if change[0] != text]

    def extra_rows(self, current):
        if current is None:
            return []
        gone, added = changed_lines(current.text, self.instance.text.replace("\r\n", "\n"))
        return [("本文で変わる行", gone, added)] if gone or added else []


class BylawForm(StandardForm):
    """規約（総会）。"""

    class Meta:
        model, fields, widgets = FinanceBylaw, STANDARD_FIELDS, _TEXT


class RuleForm(StandardForm):
    """規程（理事会）。"""

    class Meta:
        model, fields, widgets = FinanceRule, STANDARD_FIELDS, _TEXT


POLICY_SECTIONS = (
    ("いつから・何によるか", ("effective_on", "source")),
    *(
        (label, tuple(item.name for item in items if isinstance(item, Setting)))
        for label, items in GROUPS
        if any(isinstance(item, Setting) for item in items)
    ),
)
_SOURCES = {item.name: item.source for _, items in GROUPS for item in items if isinstance(item, Setting)}


class PolicyForm(VersionForm):
    """方針。欄のそばに、説明とよりどころを書く。"""

    SECTIONS = POLICY_SECTIONS

    class Meta:
        model = Policy
        fields = [name for _, names in POLICY_SECTIONS for name in names]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, source in _SOURCES.items():
            self.fields[name].help_text = f"{help_text_of(name, self.fields[name].help_text)}（{source}）"
        for kind, label in HaircutRate.kinds.items():
            self.fields[f"haircut_{kind}"] = RateFormField(label=f"{label}（%）", required=False)

    def sections(self):
        return [*super().sections(), ("担保掛目", [self[f"haircut_{kind}"] for kind in HaircutRate.kinds])]

    def haircuts(self) -> dict:
        """種類 → 掛目。空欄の種類には定めがない。"""
        given = {kind: self.cleaned_data.get(f"haircut_{kind}") for kind in HaircutRate.kinds}
        return {kind: rate for kind, rate in given.items() if rate is not None}

    def extra_rows(self, current):
        rate = HaircutRate._meta.get_field("haircut_rate")
        old = {row.asset_kind: show(row, rate) for row in current.haircuts.all()} if current is not None else {}
        new = {kind: show(HaircutRate(haircut_rate=value), rate) for kind, value in self.haircuts().items()}
        return [
            (f"掛目 {label}", old.get(kind, NOTHING), new.get(kind, NOTHING))
            for kind, label in HaircutRate.kinds.items()
            if f"haircut_{kind}" not in self.errors
        ]


class DelegationForm(VersionForm):
    """権限委譲表。行為ごとに、役割といくらまで。"""

    SECTIONS = (("いつから・何によるか", ("effective_on", "source")),)

    class Meta:
        model = Delegation
        fields = ["effective_on", "source"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for act, role in self.cells():
            self.fields[f"{act.value}_{role.value}"] = YenFormField(
                label=f"{role.label}（この額まで、円）", required=False, help_text="空欄なら委譲しません。"
            )

    @staticmethod
    def cells() -> list:
        """（行為, 役割）の並び。"""
        return [(act, role) for act in DelegatedAct for role in act.roles]

    def sections(self):
        by_act = [
            (act.label, [self[f"{act.value}_{role.value}"] for role in act.roles]) for act in DelegatedAct if act.roles
        ]
        return [*super().sections(), *by_act]

    def amounts(self) -> dict:
        given = {(act, role): self.cleaned_data.get(f"{act.value}_{role.value}") for act, role in self.cells()}
        return {(act.value, role.value): amount for (act, role), amount in given.items() if amount}

    def extra_rows(self, current):
        def told(amounts, act, role):
            amount = amounts.get((act.value, role.value))
            return f"{amount:,}円まで" if amount else "委譲しない"

        old = {(row.act, row.role): row.maximum_amount for row in current.rows.all()} if current is not None else {}
        new = self.amounts()
        return [
            (f"{act.label}（{role.label}）", told(old, act, role), told(new, act, role)) for act, role in self.cells()
        ]
