"""利用者の入力。"""

from __future__ import annotations

from django import forms

from coopfin.forms import OperationForm
from coopfin.models import User
from coopfin.roles import ROLE_CHOICES
from desk.forms.people import NamedPersonMixin
from members.forms import WrittenField


class UserForm(NamedPersonMixin, OperationForm):
    """利用者。パスワードの欄はない（招待のリンクで本人が決める）。"""

    field_order = ["name", "username", "email", "roles", "person_name", "new_kana", "new_born_on", "is_active"]

    name = WrittenField(label="氏名", max_length=60)
    username = forms.CharField(
        label="利用者名", max_length=60, validators=User._meta.get_field("username").validators,
        help_text="ログインに使う名前。英数字（例: yamada）。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    email = forms.EmailField(label="メールアドレス", required=False)
    roles = forms.MultipleChoiceField(
        label="役割", choices=ROLE_CHOICES, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="一人が兼ねることがあります（例: 理事で金融委員）。委員長は役割ではなく、金融委員会の席です。"
        "外部の専門家（弁護士・会計士）は、役割を付けずに招き、案件の頁の「閲覧を許す」で期限を決めて読ませます。",
    )  # fmt: skip
    is_active = forms.BooleanField(
        label="有効", required=False, initial=True, help_text="退職した人は消さずに、ここを外します。"
    )

    def __init__(self, *args, user: User | None = None, acting_user: User, **kwargs):
        initial = kwargs.pop("initial", None) or {}
        if user is not None:
            person = getattr(user, "person", None)
            initial = {
                "name": user.name, "username": user.username, "email": user.email, "is_active": user.is_active,
                "roles": sorted(user.roles), **initial,
            }  # fmt: skip
        super().__init__(*args, initial=initial, **kwargs)
        field = self.fields["person_name"]
        field.label, field.required = "人の台帳", False
        field.help_text = "理事・委員・理事長・監事は結んでください。利害関係のある案件が、その人には見えなくなります。"
        if user is None:
            del self.fields["is_active"]
            return
        if person is not None:
            self.initial["person_name"] = self.register.label(person)
        if user.pk == acting_user.pk:
            for name in ("roles", "is_active", "person_name", "new_kana", "new_born_on"):
                self.fields[name].disabled = True
            self.fields["roles"].help_text = "自分の役割は変えられません。ほかの管理者に頼んでください。"

    def clean_username(self):
        return User.normalize_username(self.cleaned_data["username"])

    def values(self) -> dict:
        names = ("username", "name", "email", "roles", "is_active")
        return {name: self.cleaned_data[name] for name in names if name in self.fields}


class IssueInvitationForm(OperationForm):
    """招待のリンクを出す。メールが使え、宛先があれば、送ることもできる。"""

    mail = forms.BooleanField(label="メールでも送る", required=False)

    def __init__(self, *args, address: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        if address:
            self.fields["mail"].label = f"メールでも送る（{address}）"
        else:
            del self.fields["mail"]
