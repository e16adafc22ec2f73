"""寛容な入力欄: 全角・カンマ・万・和暦を受け付け、直せない入力には欄のそばで文を返す。"""

from __future__ import annotations

import datetime
import unicodedata
import uuid
from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.fields import BLANK_CHOICE_DASH

from coopfin.calc import words

EARLIEST = datetime.date(1900, 1, 1)
LATEST = datetime.date(2199, 12, 31)


class YenFormField(forms.Field):
    """金額（円）。既定では 1円以上。min_value を None にすると、△ や - の付いた負の額も読む。"""

    widget = forms.TextInput

    def __init__(self, *, min_value: int | None = 1, max_value: int = 10**13, **kwargs):
        for unused in ("max_length", "empty_value"):
            kwargs.pop(unused, None)
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        signed = {"data-signed": "yes"} if self.min_value is None else {}
        return {"inputmode": "text", "autocomplete": "off", "class": "num", "data-echo": "yen", **signed}

    def prepare_value(self, value):
        return f"{value:,}" if isinstance(value, int) else value

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        try:
            return words.parse_amount(str(value), negative=self.min_value is None)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        if self.min_value is not None and value < self.min_value:
            limit = f"{self.min_value:,}円以上" if self.min_value > 1 else "1円以上"
            raise ValidationError(
                f"金額は{limit}で入力してください。" if self.min_value else "金額に負の数は使えません。"
            )
        if value > self.max_value:
            raise ValidationError("金額が大きすぎます。桁を確かめてください。")

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True


class RateFormField(forms.Field):
    """年率（%）。全角・% 記号つきも受け付ける。"""

    widget = forms.TextInput

    def __init__(self, *, min_value=Decimal(0), max_value=Decimal(100), **kwargs):
        for unused in ("max_digits", "decimal_places", "max_length", "empty_value"):
            kwargs.pop(unused, None)
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {"inputmode": "decimal", "autocomplete": "off", "class": "num"}

    def prepare_value(self, value):
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        text = unicodedata.normalize("NFKC", str(value)).strip().removeprefix("年").removesuffix("%").strip()
        try:
            rate = Decimal(text)
        except InvalidOperation as error:
            raise ValidationError("年率を数字で入力してください（例: 2.10）。") from error
        # 桁の多すぎる数は、丸めてみることもできない。範囲の断りは validate が言う。
        if not rate.is_finite() or abs(rate.adjusted()) > 20 or rate != rate.quantize(Decimal("0.0001")):
            raise ValidationError("年率は小数第4位までの数字で入力してください。")
        return rate

    def validate(self, value):
        super().validate(value)
        if value is not None and not self.min_value <= value <= self.max_value:
            raise ValidationError(f"年率は{self.min_value}%から{self.max_value}%までで入力してください。")

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True


class CodesFormField(forms.MultipleChoiceField):
    """いくつか選ぶ欄。値は選択肢の順にカンマで並べた符号（coopfin.fields.CodesField）。"""

    widget = forms.CheckboxSelectMultiple

    def prepare_value(self, value):
        return [code for code in value.split(",") if code] if isinstance(value, str) else value

    def clean(self, value):
        chosen = super().clean(value)
        return ",".join(code for code, _ in self.choices if code in chosen)

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


class JapaneseDateField(forms.Field):
    """日付。2026-11-24・R8.11.24・令和8年11月24日のいずれでも受け付ける。"""

    widget = forms.TextInput

    def __init__(self, **kwargs):
        for unused in ("input_formats", "max_length", "empty_value"):
            kwargs.pop(unused, None)
        super().__init__(**kwargs)

    def widget_attrs(self, widget):
        return {"autocomplete": "off", "data-echo": "date"}

    def prepare_value(self, value):
        return value.isoformat() if isinstance(value, datetime.date) else value

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        try:
            parsed = words.parse_date(str(value))
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error
        if not EARLIEST <= parsed <= LATEST:
            raise ValidationError("日付は1900年から2199年までで入力してください。")
        return parsed

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True


#: まだ選んでいない欄に見せる言葉
UNCHOSEN = "選んでください"
_DASHES = BLANK_CHOICE_DASH[0][1]


class JapaneseDateFormMixin:
    """モデルフォームの欄を整える: 日付は和暦でも打て、まだ選んでいない欄は「選んでください」と言う。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.DateField) and not isinstance(field, JapaneseDateField):
                self.fields[name] = JapaneseDateField(
                    required=field.required, label=field.label, help_text=field.help_text, initial=field.initial
                )
            elif isinstance(field, forms.ModelChoiceField) and field.empty_label:
                field.empty_label = UNCHOSEN
            elif isinstance(field, forms.ChoiceField) and ("", _DASHES) in field.choices:
                field.choices = [("", UNCHOSEN) if choice == ("", _DASHES) else choice for choice in field.choices]


class OperationForm(forms.Form):
    """操作の入力。version は開いたときの版（古い画面を断る）、token は二度押しを一度にする合言葉。"""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, version: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = version
        self.fields["token"].initial = uuid.uuid4().hex


class ReasonForm(OperationForm):
    """理由だけを書く操作。"""

    reason = forms.CharField(label="理由", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
