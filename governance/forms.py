"""会議の入力欄。時刻は 14:05・1405・14時5分・全角のいずれでも受け付ける。"""

from __future__ import annotations

import re
import unicodedata
from datetime import time

from django import forms
from django.core.exceptions import ValidationError

from coopfin.forms import JapaneseDateField, OperationForm
from governance.enums import TITLES_OF, AttendanceKind, BodyKind, ItemResult, MeetingKind, VoteChoice
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

    body = forms.ModelChoiceField(label="機関", queryset=Body.objects.all(), empty_label="選んでください")
    kind = forms.ChoiceField(
        label="総会の別", choices=[("", "総会ではない"), *MeetingKind.choices], required=False,
        help_text="総会を招集するときだけ選びます。",
    )  # fmt: skip
    held_on = JapaneseDateField(label="開催日", help_text="例: 2026-11-25、R8.11.25")
    starts_at = JapaneseTimeField(label="開始時刻", help_text="例: 14:00")
    place = forms.CharField(label="場所", max_length=100, help_text="例: 組合会館 2階会議室")
    number = forms.IntegerField(
        label="回", min_value=1, required=False,
        help_text="空欄なら、前の会議の次の回になります。はじめて使うときは、これまでの回の続きを入れます（例: 312）。",
    )  # fmt: skip

    def clean(self):
        given = super().clean()
        body = given.get("body")
        if body is not None and body.is_general and not given.get("kind"):
            self.add_error("kind", "通常総会か臨時総会かを選んでください。")
        if body is not None and not body.is_general and given.get("kind"):
            self.add_error("kind", "総会の別は、総会を招集するときだけ選びます。")
        return given


class RescheduleForm(OperationForm):
    """招集の変更。"""

    held_on = JapaneseDateField(label="開催日")
    starts_at = JapaneseTimeField(label="開始時刻")
    place = forms.CharField(label="場所", max_length=100)
    reason = forms.CharField(label="変える理由", max_length=300, help_text="記録に残ります。例: 会場の都合。")


class CallOffForm(OperationForm):
    """招集の取消。"""

    reason = forms.CharField(
        label="取り消す理由", max_length=300, help_text="記録に残ります。例: 開催日を誤って入力した。"
    )


class MembersForm(OperationForm):
    """総会に出席した組合員の数と、選任された議長。"""

    in_person = forms.IntegerField(label="本人出席", min_value=0, max_value=30_000)
    by_proxy = forms.IntegerField(label="代理人", min_value=0, max_value=30_000, required=False)
    in_writing = forms.IntegerField(label="書面議決", min_value=0, max_value=30_000, required=False)
    chair_name = forms.CharField(label="議長の氏名", max_length=60, help_text="総会で選任した議長。")

    def __init__(self, *args, body, recorded=None, **kwargs):
        super().__init__(*args, **kwargs)
        for name, allowed in (("by_proxy", body.proxy_allowed), ("in_writing", body.written_allowed)):
            if not allowed:
                del self.fields[name]
        for name in ("in_person", "by_proxy", "in_writing", "chair_name"):
            if name in self.fields and recorded is not None:
                self.fields[name].initial = getattr(recorded, name)


class CloseForm(OperationForm):
    """会議の終了。"""

    ends_at = JapaneseTimeField(label="閉会時刻", required=False, help_text="例: 15:20。議事録に書きます。")


class AdjournForm(CloseForm):
    """流会・延会。"""

    reason = forms.CharField(
        label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="議事録に残ります。例: 特別の利害関係による除斥のため、定足数に1名足りない。",
    )  # fmt: skip
    held_on = JapaneseDateField(
        label="次の開催日（延会）",
        required=False,
        help_text="決まっていれば入れます。空欄なら流会とし、次の招集で議案に載ります。",
    )
    starts_at = JapaneseTimeField(label="次の開始時刻", required=False)
    place = forms.CharField(label="次の場所", max_length=100, required=False)
    field_order = ["reason", "ends_at", "held_on", "starts_at", "place"]

    def clean(self):
        given = super().clean()
        if given.get("held_on"):
            for name, label in (("starts_at", "開始時刻"), ("place", "場所")):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, f"延会の{label}を入力してください。")
        return given


class BoardDecisionForm(OperationForm):
    """決議による定めの議案（規程など）の、理事会の議決。"""

    result = forms.ChoiceField(
        label="議決", widget=forms.RadioSelect,
        choices=[
            (ItemResult.FAVOURABLE.value, "可決"), (ItemResult.UNFAVOURABLE.value, "否決"),
            (ItemResult.CONTINUED.value, "継続審議"),
        ],
    )  # fmt: skip
    comment = forms.CharField(
        label="付帯意見・継続審議の理由", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class GeneralDecisionForm(BoardDecisionForm):
    """総会の議決。賛否は議決権の数で記録する。"""

    yes = forms.IntegerField(label="賛成", min_value=0, max_value=30_000, required=False)
    no = forms.IntegerField(label="反対", min_value=0, max_value=30_000, required=False)
    casting = forms.BooleanField(label="可否同数のため、議長が可と決した", required=False)
    field_order = ["result", "yes", "no", "casting", "comment"]

    def __init__(self, *args, chair_breaks_tie=False, **kwargs):
        super().__init__(*args, **kwargs)
        if not chair_breaks_tie:
            del self.fields["casting"]

    def clean(self):
        given = super().clean()
        if given.get("result") in (ItemResult.FAVOURABLE, ItemResult.UNFAVOURABLE):
            for name, label in (("yes", "賛成"), ("no", "反対")):
                if given.get(name) is None and name not in self.errors:
                    self.add_error(name, f"{label}の数を入力してください（なければ 0）。")
        return given


class ReappointForm(OperationForm):
    """再任。"""

    title = forms.ChoiceField(label="席")
    to_on = JapaneseDateField(label="新しい任期満了日")

    def __init__(self, *args, kind, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].choices = [(title.value, title.label) for title in TITLES_OF[BodyKind(kind)]]


class AttendanceForm(OperationForm):
    """出席。席ごとに、出欠・着席時刻・退席時刻。"""

    def __init__(self, *args, meeting, seats, recorded, **kwargs):
        super().__init__(*args, version=str(meeting.version), **kwargs)
        self.seats = list(seats)
        kinds = [
            (kind.value, kind.label)
            for kind in AttendanceKind
            if (kind != AttendanceKind.ONLINE or meeting.body.remote_allowed)
            and (kind != AttendanceKind.WRITTEN or (meeting.body.written_allowed and not meeting.is_general))
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
        """選ばれた席だけ（席, 議決, 意見）。変わっていない席は送らない。

        「全員賛成」を押したときは、まだ選ばれていない席を賛成にする。
        """
        everyone = self.add_prefix("everyone") in self.data
        for seat in self.seats:
            names = (f"choice_{seat.pk}", f"comment_{seat.pk}")
            if everyone and not self.cleaned_data[names[0]]:
                yield seat, VoteChoice.YES.value, self.cleaned_data[names[1]]
            elif self.cleaned_data[names[0]] and any(name in self.changed_data for name in names):
                yield seat, self.cleaned_data[names[0]], self.cleaned_data[names[1]]


class OwnVoteForm(OperationForm):
    """手もとの画面から入れる、自分の議決。"""

    choice = forms.ChoiceField(
        label="議決",
        choices=VoteChoice.choices,
        error_messages={"required": "賛成・反対・棄権のいずれかを押してください。"},
    )
    comment = forms.CharField(label="意見（なくてもよい）", max_length=300, required=False)


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
