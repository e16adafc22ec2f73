"""限度額の余力の入力欄: どの日について見るか、組合員の絞り込み。"""

from __future__ import annotations

from django import forms

from coopfin.forms import JapaneseDateField

SHOWN = (
    ("", "在籍する組合員のすべて"),
    ("used", "残高か承認済未実行のある組合員"),
    ("tight", "余力が限度の2割に満たない組合員"),
    ("over", "限度を超えている組合員"),
)


class AtForm(forms.Form):
    """どの日について見るか。空なら今日。"""

    at = JapaneseDateField(label="いつの余力", required=False)


class MemberRowsForm(AtForm):
    """組合員の絞り込み。"""

    q = forms.CharField(label="組合員", required=False, max_length=100)
    show = forms.ChoiceField(label="範囲", choices=SHOWN, required=False)

    field_order = ["q", "show", "at"]
