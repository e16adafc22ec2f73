"""金額と率のフィールド。金額は円の整数（64ビット）、率は年率パーセントの Decimal。"""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class YenField(models.BigIntegerField):
    """金額（円）。画面では 20,000,000・2000万・全角のいずれでも受け付ける。"""

    def formfield(self, **kwargs):
        from coopfin.forms import YenFormField

        return super(models.BigIntegerField, self).formfield(**{"form_class": YenFormField, **kwargs})


class RateField(models.DecimalField):
    """率（年率パーセント、小数第4位まで）。SQL の中で合計・平均しない。"""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 7)
        kwargs.setdefault("decimal_places", 4)
        kwargs.setdefault("validators", [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))])
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        from coopfin.forms import RateFormField

        return super(models.DecimalField, self).formfield(**{"form_class": RateFormField, **kwargs})


class CodesField(models.CharField):
    """いくつか選ぶ欄。選んだ符号を、選択肢の順にカンマで並べて持つ。空は「選んでいない」。

    options は符号 → 名の辞書。上の階が起動時に書き入れることがあるので、使うときに読む。
    """

    def __init__(self, *args, options: dict[str, str] | None = None, **kwargs):
        self.options = options if options is not None else {}
        kwargs.setdefault("max_length", 200)
        super().__init__(*args, **kwargs)

    def labels(self, value: str) -> str:
        return "・".join(self.options.get(code, code) for code in value.split(",") if code)

    def formfield(self, **kwargs):
        from coopfin.forms import CodesFormField

        return CodesFormField(
            choices=list(self.options.items()), required=not self.blank, label=self.verbose_name,
            help_text=self.help_text,
        )  # fmt: skip
