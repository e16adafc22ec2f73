"""守秘と監査の入力。"""

from __future__ import annotations

from django import forms

from coopfin.forms import UNCHOSEN, JapaneseDateField, OperationForm
from coopfin.models import User
from documents import uploads
from oversight.enums import MarkKind


class ConfirmForm(OperationForm):
    """画面での誓約。"""

    agreed = forms.BooleanField(label="上の文面を読み、これを守ることを誓約します。", required=False)


class PaperForm(OperationForm):
    """書面の誓約書。誰のものかは、誓約の要る人の名簿から選ぶ。"""

    who = forms.ChoiceField(label="誓約した人")
    pledged_on = JapaneseDateField(label="誓約した日")
    file = forms.FileField(label="誓約書の写し", help_text=f"署名のある誓約書。{uploads.HELP}")

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {row.key: row for row in people}
        choices = [(key, f"{row.name}（{'、'.join(row.capacities)}）") for key, row in self.people.items()]
        self.fields["who"].choices = [("", UNCHOSEN), *choices]

    @property
    def chosen(self):
        return self.people[self.cleaned_data["who"]]


class RestrictForm(OperationForm):
    """閲覧の制限、または解除。"""

    reason = forms.CharField(
        label="理由", max_length=300, help_text="記録に残り、監事が見ます。", widget=forms.Textarea(attrs={"rows": 2})
    )


class ReaderChoice(forms.ModelChoiceField):
    def label_from_instance(self, user):
        return f"{user.name}（{user.role_labels or '役割なし・外部の専門家'}）"


class GrantForm(OperationForm):
    """閲覧の許し。"""

    user = ReaderChoice(
        label="読む人", queryset=User.objects.none(), empty_label=UNCHOSEN,
        help_text="外部の専門家（弁護士・会計士）は、管理者が役割を付けずに利用者として登録した人を選びます。",
    )  # fmt: skip
    from_on = JapaneseDateField(label="いつから")
    to_on = JapaneseDateField(label="いつまで")
    reason = forms.CharField(
        label="読む理由", max_length=300, help_text="例: 担保の評価について弁護士の意見を聴くため。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        readers = User.objects.filter(is_active=True).exclude(pk=by.pk).prefetch_related("role_rows")
        self.fields["user"].queryset = readers.order_by("name", "pk")


class MarkForm(OperationForm):
    """監査の印と意見。"""

    kind = forms.ChoiceField(label="監査の印", choices=MarkKind.choices, widget=forms.RadioSelect)
    comment = forms.CharField(
        label="意見", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="指摘と要確認には、事務局に答えてほしいことを書きます。",
    )  # fmt: skip


class ReplyForm(OperationForm):
    """事務局の回答。"""

    text = forms.CharField(label="回答", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class AgainForm(OperationForm):
    """もう一度問う。"""

    comment = forms.CharField(label="もう一度問うこと", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
