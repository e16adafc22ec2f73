"""会議の入力欄。時刻は 14:05・1405・14時5分・全角のいずれでも受け付ける。"""

from __future__ import annotations

import re
import unicodedata
from datetime import time

from django import forms
from django.core.exceptions import ValidationError

from coopfin.forms import JapaneseDateField, OperationForm
from governance.enums import AttendanceKind, BodyKind, VoteChoice
from governance.models import AgendaItem, Body, Seat

_TIME = re.compile(r"^(\d{1,2})(?::|時)?(\d{2})?分?$|^(\d{1,2})[:時](\d{1,2})分?$")


class JapaneseTimeField(forms.Field):
    """時刻（24時間）。"""

    widget = forms.TextInput

    def widget_attrs(self, widget):
        return {"autocomplete": "off", "inputmode": "text", "size": "6"}

    def prepare_value(self, value):
        return f"{value:%H:%M}" if isinstance(value, time) else value

    def to_python(self, value):
        if value in self.empty_values:
            return None
        if isinstance(value, time):
            return value
        text = unicodedata.normalize("NFKC", str(value)).replace(" ", "")
        match = _TIME.match(text)
        if match:
            hour, minute = (match[1], match[2]) if match[1] else (match[3], match[4])
            if int(hour) < 24 and int(minute or 0) < 60:
                return time(int(hour), int(minute or 0))
        raise ValidationError("時刻は 14:05 のように入力してください。", code="invalid")


class ConveneForm(OperationForm):
    """会議の招集。"""

    body = forms.ModelChoiceField(
        label="機関", queryset=Body.objects.exclude(kind=BodyKind.GENERAL_MEETING), empty_label="選んでください"
    )
    held_on = JapaneseDateField(label="開催日", help_text="例: 2026-11-25、R8.11.25")
    starts_at = JapaneseTimeField(label="開始時刻", help_text="例: 14:00")
    place = forms.CharField(label="場所", max_length=100, help_text="例: 組合会館 2階会議室")


class AttendanceForm(OperationForm):
    """出席。席ごとに、出欠・着席時刻・退席時刻。"""

    def __init__(self, *args, meeting, seats, recorded, **kwargs):
        super().__init__(*args, version=str(meeting.version), **kwargs)
        self.seats = list(seats)
        kinds = [
            (kind.value, kind.label)
            for kind in AttendanceKind
            if kind != AttendanceKind.ONLINE or meeting.body.remote_allowed
        ]
        for seat in self.seats:
            known = recorded.get(seat.pk)
            self.fields[f"kind_{seat.pk}"] = forms.ChoiceField(
                label=f"{seat.person} 出欠",
                choices=[("", "未記録"), *kinds],
                required=False,
                initial=known.kind if known else "",
                widget=forms.Select(attrs={"class": "form-select form-select-sm", "aria-label": f"{seat.person} 出欠"}),
            )
            for name, label, initial in (
                ("arrived", "着席時刻", known.arrived_at if known else meeting.starts_at),
                ("left", "退席時刻", known.left_at if known else None),
            ):
                self.fields[f"{name}_{seat.pk}"] = JapaneseTimeField(
                    label=f"{seat.person} {label}",
                    required=False,
                    initial=initial,
                    widget=forms.TextInput(
                        attrs={"class": "form-control form-control-sm", "aria-label": f"{seat.person} {label}"}
                    ),
                )

    def rows(self):
        """席と三つの欄。"""
        return [
            {
                "seat": seat,
                "kind": self[f"kind_{seat.pk}"],
                "arrived": self[f"arrived_{seat.pk}"],
                "left": self[f"left_{seat.pk}"],
            }
            for seat in self.seats
        ]

    def entries(self):
        """操作に渡す形。「全員出席」を押したときは、未記録の人を出席にする。"""
        everyone = "everyone" in self.data
        entries = {}
        for seat in self.seats:
            kind = self.cleaned_data[f"kind_{seat.pk}"] or (AttendanceKind.PRESENT.value if everyone else "")
            entries[seat.pk] = (
                kind, self.cleaned_data[f"arrived_{seat.pk}"], self.cleaned_data[f"left_{seat.pk}"],
            )  # fmt: skip
        return entries


class VotesForm(OperationForm):
    """議決。席ごとに、賛成・反対・棄権と意見。"""

    def __init__(self, *args, item, seats, recorded, version, **kwargs):
        super().__init__(*args, version=str(version), prefix=f"item{item.pk}", **kwargs)
        self.seats = list(seats)
        for seat in self.seats:
            known = recorded.get(seat.pk)
            self.fields[f"choice_{seat.pk}"] = forms.ChoiceField(
                label=f"{seat.person} 議決",
                choices=VoteChoice.choices,
                required=False,
                initial=known.choice if known else "",
                widget=forms.RadioSelect,
            )
            self.fields[f"comment_{seat.pk}"] = forms.CharField(
                label=f"{seat.person} 意見",
                max_length=300,
                required=False,
                initial=known.comment if known else "",
                widget=forms.TextInput(
                    attrs={"class": "form-control form-control-sm", "aria-label": f"{seat.person} 意見"}
                ),
            )

    def row(self, seat):
        return {"choice": self[f"choice_{seat.pk}"], "comment": self[f"comment_{seat.pk}"]}

    def entries(self):
        """選ばれた席だけ（席, 議決, 意見）。変わっていない席は送らない。"""
        for seat in self.seats:
            names = (f"choice_{seat.pk}", f"comment_{seat.pk}")
            if self.cleaned_data[names[0]] and any(name in self.changed_data for name in names):
                yield seat, self.cleaned_data[names[0]], self.cleaned_data[names[1]]


class AgendaForm(OperationForm):
    """議案に載せる案件を選ぶ。"""

    item = forms.ModelChoiceField(label="付議待ちの案件", queryset=AgendaItem.objects.none())

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items


class InterestForm(OperationForm):
    """利害関係の申出。記録する人は、申し出た人を選ぶ。"""

    seat = forms.ModelChoiceField(label="申し出た人", queryset=Seat.objects.none(), empty_label="選んでください")
    reason = forms.CharField(
        label="利害関係の内容",
        max_length=200,
        required=False,
        help_text="議事録に残ります。例: 申込者の取締役、保証人の配偶者。台帳から見つかった人は、退席時刻だけでよい。",
    )
    left_at = JapaneseTimeField(label="退席時刻", required=False, help_text="例: 14:20。議場を離れた時刻。")

    def __init__(self, *args, seats=None, **kwargs):
        super().__init__(*args, **kwargs)
        if seats is None:
            del self.fields["seat"]
        else:
            self.fields["seat"].queryset = seats
            self.fields["seat"].label_from_instance = lambda seat: f"{seat.person}（{seat.get_title_display()}）"
