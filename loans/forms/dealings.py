"""理事との取引の報告の入力欄。"""

from __future__ import annotations

from django import forms

from coopfin.forms import UNCHOSEN, OperationForm
from governance.enums import BodyKind
from governance.models import Meeting


class ReportForm(OperationForm):
    """理事会への報告。報告日は、選んだ理事会の開催日になる。"""

    meeting = forms.ModelChoiceField(
        label="報告した理事会", queryset=Meeting.objects.none(), empty_label=UNCHOSEN,
        help_text="実行のあとに開かれた理事会。招集しただけの会議と、流会になった会議は出ません。",
    )  # fmt: skip
    minutes_number = forms.CharField(label="議事録の番号", max_length=40, help_text="例: 報告事項 第2号")
    note = forms.CharField(label="報告の内容", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, dealing, on, **kwargs):
        super().__init__(*args, **kwargs)
        boards = Meeting.objects.held().filter(body__kind=BodyKind.BOARD, held_on__range=(dealing.disbursed_on, on))
        self.fields["meeting"].queryset = boards.select_related("body").order_by("-held_on")
