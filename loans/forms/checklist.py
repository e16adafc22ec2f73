"""必要書類の入力欄: まとめて受け取る、一行の記録、ファイル、加える、原本を返す。"""

from __future__ import annotations

from django import forms

from coopfin.forms import UNCHOSEN, JapaneseDateField, OperationForm
from documents import uploads
from documents.models import DocumentKind
from loans.enums import DocumentDue

#: 一度に送れるファイルの数
MOST_FILES = 20


class RowChoice(forms.ModelMultipleChoiceField):
    """一覧の行を選ぶ欄（画面では行の頭の印）。"""

    widget = forms.CheckboxSelectMultiple


class ReceiveForm(OperationForm):
    """いくつかの書類を、まとめて受け取ったことの記録。空の欄は、いまの記録のまま変えない。"""

    rows = RowChoice(queryset=None, label="書類", error_messages={"required": "受け取った書類に印を付けてください。"})
    received_on = JapaneseDateField(label="受け取った日")
    issued_on = JapaneseDateField(
        label="発行日", required=False, help_text="期限のある書類は、ここから数えます。印を付けた書類に共通のとき。"
    )
    original_seen = forms.BooleanField(label="原本を見た", required=False)
    copied = forms.BooleanField(label="写しを取った", required=False)
    original_kept = forms.BooleanField(label="原本を預かった", required=False)

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rows"].queryset = rows

    def values(self) -> dict:
        """記録する値。"""
        cleaned = self.cleaned_data
        day = cleaned["received_on"]
        found = {"received_on": day}
        if cleaned["issued_on"]:
            found["issued_on"] = cleaned["issued_on"]
        if cleaned["original_seen"]:
            found["original_seen_on"] = day
        if cleaned["copied"]:
            found["copied_on"] = day
        if cleaned["original_kept"]:
            found["original_kept"] = True
        return found


class RowForm(OperationForm):
    """一行の記録。受け取った日を空にすると、受け取りの取消しになる。"""

    received_on = JapaneseDateField(
        label="受け取った日", required=False, help_text="空にすると、受け取りの記録を取り消します。"
    )
    issued_on = JapaneseDateField(label="発行日", required=False)
    original_seen_on = JapaneseDateField(label="原本を見た日", required=False)
    copied_on = JapaneseDateField(label="写しを取った日", required=False)
    original_kept = forms.BooleanField(label="原本を預かっている", required=False)
    is_required = forms.BooleanField(
        label="必ず要る", required=False, help_text="「新しく取引する組合員だけ」など、場合を限った書類で、この案件に要るとき。"
    )  # fmt: skip
    remark = forms.CharField(label="備考", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, row, **kwargs):
        super().__init__(*args, **kwargs)
        if row.validity_months:
            self.fields["issued_on"].help_text = f"発行から{row.validity_months}か月以内のものを受け取ります。"
        # 商品の決めた「必ず要る」を外すのは、省略（別の人の決定）である。
        if row.is_required:
            del self.fields["is_required"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("received_on") is None and "received_on" not in self.errors:
            written = [name for name in ("issued_on", "original_seen_on", "copied_on") if cleaned.get(name)]
            if written or cleaned.get("original_kept"):
                self.add_error("received_on", "受け取った日も書いてください。取り消すときは、ほかの日付も空にします。")
        return cleaned


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """いくつかのファイル。"""

    widget = ManyFiles(attrs={"accept": uploads.EXTENSIONS})

    def clean(self, data, initial=None):
        files = data if isinstance(data, list) else [data]
        found = [super(FilesField, self).clean(file, initial) for file in files]
        if len(found) > MOST_FILES:
            raise forms.ValidationError(f"一度に送れるのは{MOST_FILES}個までです。")
        return found


class FilesForm(OperationForm):
    """書類に付けるファイル。"""

    files = FilesField(
        label="ファイル", help_text=f"いくつでも選べます。{uploads.HELP}", max_length=255,
        error_messages={"required": "ファイルを選んでください。", "empty": "ファイルの中身が空です。"},
    )  # fmt: skip


class AddForm(OperationForm):
    """この案件だけに要る書類。"""

    kind = forms.ModelChoiceField(
        label="書類の種類", queryset=None, required=False, empty_label=UNCHOSEN,
        help_text="一覧にない書類は、下に名前を書きます。",
    )  # fmt: skip
    name = forms.CharField(label="書類の名前", max_length=100, required=False)
    note = forms.CharField(label="組合員に伝える言葉", max_length=300, required=False)
    due = forms.ChoiceField(
        label="いつまでに", choices=DocumentDue.choices, initial=DocumentDue.COMMITTEE, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label="この案件で求める理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="必要書類は、どの組合員にも同じです。加えるときは、その理由を残します。",
    )  # fmt: skip

    def __init__(self, *args, taken=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = DocumentKind.objects.exclude(pk__in=taken)

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("kind") and not cleaned.get("name"):
            self.add_error("name", "書類の種類を選ぶか、名前を書いてください。")
        return cleaned


class ShortReasonForm(OperationForm):
    """理由だけを書く操作（省く、ファイルを外す）。"""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ReturnForm(OperationForm):
    """預かった原本の返却。"""

    rows = RowChoice(queryset=None, label="返す原本", error_messages={"required": "返す原本に印を付けてください。"})
    returned_on = JapaneseDateField(label="返した日")
    receipt = forms.CharField(
        label="受領証",
        max_length=100,
        help_text="受け取った人の名と、受領証の番号や日付。例: 能登 一郎 受領証 11月25日。",
    )

    def __init__(self, *args, rows, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rows"].queryset = rows
        if len(rows) == 1:
            self.fields["rows"].initial = [row.pk for row in rows]
