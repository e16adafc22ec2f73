"""玄関の入力: パスワードを決める・最初の管理者。"""

from __future__ import annotations

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from coopfin.models import User
from members.forms import WrittenField

PASSWORD_HELP = "10文字以上。数字だけ、よくある言葉、氏名や利用者名に似たものは使えません。"


class TwicePasswordForm(forms.Form):
    """同じパスワードを二度打つ。"""

    password1 = forms.CharField(
        label="パスワード", strip=False, max_length=200, help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    password2 = forms.CharField(
        label="パスワード（もう一度）", strip=False, max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def password_owner(self) -> User | None:
        """似たパスワードを断るための、本人の名。分からなければ None。"""
        return None

    def clean(self):
        cleaned = super().clean()
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            self.add_error("password2", "二つのパスワードが違います。もう一度打ってください。")
        elif first:
            try:
                password_validation.validate_password(first, self.password_owner())
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned


class ChosenPasswordForm(TwicePasswordForm):
    """招待を受けた人のパスワード。"""

    def __init__(self, *args, user: User, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def password_owner(self) -> User:
        return self.user


class FirstAdministratorForm(TwicePasswordForm):
    """最初の管理者。"""

    field_order = ["name", "username", "email", "password1", "password2"]

    name = WrittenField(label="氏名", max_length=60)
    username = forms.CharField(
        label="利用者名", max_length=60, validators=User._meta.get_field("username").validators,
        help_text="ログインに使う名前。英数字（例: kanri）。",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    email = forms.EmailField(label="メールアドレス", required=False)

    def password_owner(self) -> User:
        return User(**{name: self.cleaned_data.get(name, "") for name in ("username", "name", "email")})

    def values(self) -> dict:
        return {
            **{name: self.cleaned_data[name] for name in ("username", "name", "email")},
            "password": self.cleaned_data["password1"],
        }
