"""親族・同居の入力欄。"""

from __future__ import annotations

from django import forms

from coopfin.forms import UNCHOSEN, JapaneseDateField, OperationForm
from members.forms.fields import NewPersonMixin, person_choice_field
from members.models import KinshipKind


class KinshipForm(NewPersonMixin, OperationForm):
    """親族・同居の人を加える。"""

    person = person_choice_field("相手")
    kind = forms.ChoiceField(label="続柄", choices=[("", UNCHOSEN), *KinshipKind.choices])
    from_on = JapaneseDateField(label="いつから", required=False, help_text="分からなければ空欄。")
    source = forms.CharField(label="確かめたもの", required=False, max_length=100, help_text="本人の申出、戸籍など。")


class EndKinshipForm(OperationForm):
    """間柄の終わり。"""

    to_on = JapaneseDateField(label="いつまで", help_text="この日から間柄がないものとして扱います。")
