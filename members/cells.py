"""名簿の升目の読み方と書き方。全角・和暦・Excel の日付などを受け入れ、読めないものは文で断る。"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from import_export import widgets

from coopfin.calc import corporate_number, words
from members import writing
from members.models import Industry

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


class TextWidget(widgets.Widget):
    """文字。convert は形をそろえる関数。"""

    def __init__(self, convert=writing.to_name):
        super().__init__()
        self.convert = convert

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, (date, datetime)):
            raise ValueError("日付に変わっています。表計算で、この列を文字列にして入れ直してください。")
        return self.convert("" if value is None else str(value))

    def render(self, value, obj=None, **kwargs):
        return value or ""


class NoteWidget(TextWidget):
    """備考。改行を残す。"""

    def __init__(self):
        super().__init__(lambda text: str(text).replace("\r\n", "\n").strip())


class DateWidget(widgets.Widget):
    """日付。Excel の日付・西暦・和暦を読む。"""

    def clean(self, value, row=None, **kwargs):
        if value in (None, ""):
            return None
        if isinstance(value, datetime):
            value = value.date()
        if not isinstance(value, date):
            value = words.parse_date(_no_formula(value))
        if not EARLIEST <= value <= LATEST:
            raise ValueError("日付は1900年から2199年までで入れてください。")
        return value

    def render(self, value, obj=None, **kwargs):
        return value or ""


class AmountWidget(widgets.Widget):
    """金額・口数。カンマ・全角・万を読む。空は 0。"""

    def __init__(self, unit="円"):
        super().__init__()
        self.unit = unit

    def clean(self, value, row=None, **kwargs):
        if value in (None, ""):
            return 0
        if isinstance(value, (bool, date, datetime)):
            raise ValueError("数字ではありません。表計算で、この列の表示形式を確かめてください。")
        if isinstance(value, Decimal):
            raise ValueError(f"「{value}」には端数があります。{self.unit}の整数で入れてください。")
        return words.parse_amount(_no_formula(value).removesuffix(self.unit if self.unit != "円" else ""))

    def render(self, value, obj=None, **kwargs):
        return value


class ChoiceWidget(widgets.Widget):
    """選択肢。画面と同じ言葉で書く。"""

    def __init__(self, choices, **also):
        super().__init__()
        self.choices = choices
        self.by_label = {choice.label: choice for choice in choices} | also

    def clean(self, value, row=None, **kwargs):
        text = writing.to_name(value)
        if not text:
            return ""
        if text not in self.by_label:
            known = "・".join(choice.label for choice in self.choices)
            raise ValueError(f"「{text}」は選べません。{known} のいずれかを入れてください。")
        return self.by_label[text]

    def render(self, value, obj=None, **kwargs):
        return self.choices(value).label if value else ""


class IndustryWidget(widgets.Widget):
    """業種。名称でも記号でもよい。表は一度だけ読む。"""

    def __init__(self):
        super().__init__()
        self.known: dict[str, Industry] = {}

    def clean(self, value, row=None, **kwargs):
        if not self.known:
            for industry in Industry.objects.all():
                for text in (industry.code, industry.name, f"{industry.code} {industry.name}"):
                    self.known[_plain(text)] = industry
        text = writing.to_name(value)
        if not text:
            raise ValueError("業種を入れてください。")
        industry = self.known.get(_plain(text))
        if industry is None:
            raise ValueError(
                f"「{text}」という業種はありません。日本標準産業分類の大分類（例: 製造業）を入れてください。"
            )
        return industry

    def render(self, value, obj=None, **kwargs):
        return value.name if value else ""


def _plain(text: str) -> str:
    """業種名の比べ方: 全角・半角と、読点「、」「，」の違いを見ない。"""
    return writing.name_key(text).replace(",", "、").upper()


def _no_formula(value) -> str:
    text = str(value).strip()
    if text.startswith("="):
        raise ValueError("数式が入っています。計算した値に置き換えてください（値として貼り付け）。")
    return text


def to_corporate_number(text: str) -> str:
    if not text:
        return ""
    if "E+" in text.upper():
        raise ValueError(
            "指数の表示になり、桁が失われています。表計算で、この列を文字列にして13桁を入れ直してください。"
        )
    return corporate_number.normalise(text)


def digits(width, label):
    return lambda text: writing.to_digits(text, width, label)
