"""どの部屋の一覧も使う部品: 日付の列、日付と印の絞り込み。"""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django import forms

from coopfin.forms import JapaneseDateField
from coopfin.templatetags.coopfin import jdate

#: 折り返さない列
TIGHT = {"td": {"class": "nowrap"}}


class DayColumn(tables.Column):
    """日付。画面では日本語の書き方、書出しでは日付。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, attrs=TIGHT, **kwargs)

    def render(self, value):
        return jdate(value)

    def value(self, value):
        return value


class DateFilter(django_filters.Filter):
    """日付（和暦も可）。"""

    field_class = JapaneseDateField


class CheckFilter(django_filters.Filter):
    """印を付けたときだけ効く絞り込み。"""

    field_class = forms.BooleanField
