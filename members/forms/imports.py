"""取込の入力欄。"""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError

from coopfin.forms import OperationForm
from members import sheets
from members.enums import ImportChoice


class ImportUploadForm(OperationForm):
    """取り込むファイル。"""

    file = forms.FileField(
        label="ファイル",
        help_text="Excel（.xlsx）か CSV（UTF-8・シフトJIS）。10MB・5,000行まで。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        allow_empty_file=True,
        max_length=500,
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > sheets.MAX_BYTES:
            raise ValidationError("ファイルが大きすぎます（10MB まで）。いくつかに分けてください。")
        return file


class ImportConfirmForm(OperationForm):
    """登録のしかた。"""

    choice = forms.ChoiceField(
        label="登録のしかた", choices=ImportChoice.choices, initial=ImportChoice.ALL, widget=forms.RadioSelect
    )
