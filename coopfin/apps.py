"""枠のアプリ。"""

from django.apps import AppConfig


class CoopfinConfig(AppConfig):
    name = "coopfin"
    verbose_name = "組合と方針"

    def ready(self):
        from django import forms

        # どの欄でも、足りないときは何をすればよいかを言う。
        forms.Field.default_error_messages["required"] = "入力してください。"
        for choice in (forms.ChoiceField, forms.ModelChoiceField):
            choice.default_error_messages["required"] = "選んでください。"
