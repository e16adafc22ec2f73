"""決定通知の入力欄: 作る、送ったことの記録。"""

from __future__ import annotations

from django import forms

from coopfin.forms import JapaneseDateField, OperationForm
from governance.enums import ItemResult
from loans.enums import Delivery
from loans.models import DecisionNotice


class NoticeForm(OperationForm):
    """決定通知に書き添えること。謝絶のときだけ、申込者に伝える理由の欄がある。"""

    reason_told = forms.CharField(
        label="申込者に伝える理由", required=False, max_length=600, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=DecisionNotice._meta.get_field("reason_told").help_text,
    )  # fmt: skip
    message = forms.CharField(
        label="書き添えること", required=False, max_length=600, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="ほかの制度の案内、手続の日取りなど。なければ空のままにします。",
    )  # fmt: skip

    def __init__(self, *args, result: str, **kwargs):
        super().__init__(*args, **kwargs)
        if result != ItemResult.UNFAVOURABLE:
            del self.fields["reason_told"]

    @property
    def words(self) -> dict[str, str]:
        """書面に書く言葉。"""
        return {name: self.cleaned_data.get(name, "") for name in ("reason_told", "message")}


class SentForm(OperationForm):
    """決定通知を送った・渡したこと。"""

    means = forms.ChoiceField(label="渡し方", choices=Delivery.choices, widget=forms.RadioSelect)
    sent_on = JapaneseDateField(label="送った・渡した日")
    evidence = forms.CharField(
        label="控え", required=False, max_length=100, help_text="簡易書留の引受番号、受け取った人の名など。"
    )
