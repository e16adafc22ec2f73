"""招集した会議の、日時・場所の変更と、招集の取消。出席を記録するまでに限る。"""

from __future__ import annotations

from datetime import date, time

from django.db import transaction

from coopfin import log
from coopfin.calc import days
from coopfin.flow import block
from coopfin.models import Cooperative
from documents import operations as documents
from governance import printing
from governance.enums import BodyKind, ItemState, MeetingKind, MeetingState
from governance.models import Meeting
from governance.operations.locks import RECORD, bodies_page, lock_meeting, need, refuse, touch
from governance.workflow import seats_of

#: 招集を変える・取り消すときのよりどころ
SOURCE = "招集の手続（中小企業等協同組合法 36条の6・49条）"


def _convened_only(meeting: Meeting, label: str) -> None:
    """出席を記録した会議、終わった会議の招集は変えない。"""
    if meeting.state != MeetingState.CONVENED or meeting.attendances.exists():
        text = f"{meeting}は「{meeting.state_label}」です。招集を変えられるのは、出席を記録するまでです。"
        refuse(label, block(text, SOURCE, code="state", url=meeting.get_absolute_url()))


@transaction.atomic
def reschedule(
    meeting: Meeting, *, held_on: date, starts_at: time, place: str, reason: str, by, on: date
) -> Meeting:  # fmt: skip
    """招集した会議の日時・場所を改める。回と議案はそのまま。前の招集通知は無効になり、出し直す。"""
    label = "招集の変更"
    need(by, RECORD, label)
    meeting = lock_meeting(meeting)
    _convened_only(meeting, label)
    if not reason.strip():
        refuse(label, block("変える理由を記入してください。記録に残ります。", SOURCE, code="reason"))
    before = (meeting.held_on, meeting.starts_at, meeting.place)
    if before == (held_on, starts_at, place.strip()):
        refuse(label, block("日時・場所がいまと同じです。変えるところがありません。", SOURCE, code="same"))
    officers = BodyKind.BOARD if meeting.is_general else meeting.body.kind
    if not seats_of(officers, held_on).exists():
        text = f"開催日（{held_on.year}年{held_on.month}月{held_on.day}日）に{BodyKind(officers).label}に在任する人がいません。"
        refuse(label, block(text, meeting.body.source, code="no-seats", **bodies_page()))
    if meeting.kind == MeetingKind.EXTRAORDINARY and _fiscal_year(held_on) != meeting.fiscal_year:
        text = "臨時総会の回は年度ごとに数えます。別の年度に移すときは、招集を取り消して、招集し直してください。"
        refuse(label, block(text, SOURCE, code="fiscal-year"))
    if meeting.continues is not None and held_on <= meeting.continues.held_on:
        refuse(label, block("延会の開催日は、もとの会議より後の日にしてください。", SOURCE, code="following"))
    meeting.held_on, meeting.starts_at, meeting.place = held_on, starts_at, place.strip()
    meeting.save(update_fields=["held_on", "starts_at", "place"])
    touch(meeting)
    void_notice(meeting, f"{label}（{_said(*before)} → {_said(held_on, starts_at, meeting.place)}）", by=by, on=on)
    log.record(
        meeting, verb="reschedule", label=label, by=by, on=on, reason=reason.strip(),
        before=_said(*before), after=_said(held_on, starts_at, meeting.place),
    )  # fmt: skip
    return meeting


@transaction.atomic
def call_off(meeting: Meeting, *, reason: str, by, on: date) -> Meeting:
    """招集を取り消す。議案は付議待ちに戻り、回は次の会議に使う。取り消した招集は記録に残る。"""
    label = "招集の取消"
    need(by, RECORD, label)
    meeting = lock_meeting(meeting)
    _convened_only(meeting, label)
    if not reason.strip():
        refuse(label, block("取り消す理由を記入してください。記録に残ります。", SOURCE, code="reason"))
    items = meeting.items.select_for_update().filter(state=ItemState.ON_AGENDA)
    count = items.update(meeting=None, order=0, state=ItemState.WAITING)
    meeting.state, meeting.called_off_reason, meeting.current_item = MeetingState.CALLED_OFF, reason.strip()[:300], None
    meeting.save(update_fields=["state", "called_off_reason", "current_item"])
    touch(meeting)
    void_notice(meeting, f"{label}（{meeting.called_off_reason}）", by=by, on=on)
    log.record(meeting, verb="call_off", label=label, by=by, on=on, reason=meeting.called_off_reason, items=count)
    return meeting


def void_notice(meeting: Meeting, reason: str, *, by, on: date) -> None:
    """前の日時の招集通知を無効にする（作っているあいだのものも）。有効なまま残れば、古い日時で人が集まる。"""
    for notice in printing.notices_of(meeting).filter(voided_at__isnull=True):
        documents.void(notice, reason=reason, by=by, on=on)


def _fiscal_year(day: date) -> int:
    cooperative = Cooperative.current()
    return days.fiscal_year(day, cooperative.fiscal_start_month if cooperative else 4)


def _said(held_on: date, starts_at: time, place: str) -> str:
    return f"{held_on.isoformat()} {starts_at:%H:%M} {place}"
