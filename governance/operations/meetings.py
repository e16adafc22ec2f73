"""招集・出席・利害関係の申出・終了。"""

from __future__ import annotations

from datetime import date, time

from django.db import transaction
from django.db.models import Max

from coopfin import log
from coopfin.flow import block
from governance.enums import AttendanceKind, BodyKind, ItemState, MeetingState
from governance.models import AgendaItem, Attendance, Body, Meeting, Opinion, Recusal, Seat, Vote
from governance.operations.locks import (
    RECORD,
    bodies_page,
    lock_item,
    lock_meeting,
    need,
    open_item_only,
    open_meeting_only,
    refuse,
    touch,
)
from governance.workflow import BOARD_SOURCE, day_of, person_of, seats_of, source_of, unfinished_items


@transaction.atomic
def convene(*, body: Body, held_on: date, starts_at: time, place: str, by, on: date) -> Meeting:
    """会議を招集する。回は機関ごとの通し番号。"""
    label = "会議の招集"
    need(by, RECORD, label)
    body = Body.objects.select_for_update().get(pk=body.pk)
    if body.kind == BodyKind.GENERAL_MEETING:
        refuse(label, block("総会の決議は、限度額の決議として管理サイトに登録します。", "手引き 第2章1 c"))
    if not seats_of(body.kind, held_on).exists():
        text = f"開催日（{held_on.year}年{held_on.month}月{held_on.day}日）に{body}に在任する人がいません。"
        refuse(label, block(text, body.source, code="no-seats", **bodies_page()))
    last = Meeting.objects.filter(body=body).aggregate(last=Max("number"))["last"] or 0
    meeting = Meeting.objects.create(
        body=body, number=last + 1, held_on=held_on, starts_at=starts_at, place=place.strip()
    )
    log.record(meeting, verb="convene", label=label, by=by, on=on, held_on=held_on.isoformat(), place=meeting.place)
    return meeting


@transaction.atomic
def record_attendance(meeting: Meeting, *, entries: dict, by, on: date) -> Meeting:
    """出席を記録する。entries は 席の番号 → (出欠, 着席時刻, 退席時刻)。出欠が空なら、まだ記録がないことに戻す。"""
    label = "出席の記録"
    need(by, RECORD, label)
    meeting = lock_meeting(meeting)
    open_meeting_only(meeting, label)
    if meeting.held_on > on:
        day = f"{meeting.held_on.year}年{meeting.held_on.month}月{meeting.held_on.day}日"
        refuse(label, block(f"会議はまだ開かれていません。出席は開催日（{day}）から記録できます。", "議事録"))
    seats = {
        seat.pk: seat
        for seat in Seat.objects.filter(body=meeting.body).current(meeting.held_on).select_related("person")
    }
    items = list(AgendaItem.objects.select_for_update().filter(meeting=meeting))
    decided = [item.pk for item in items if item.state == ItemState.DECIDED]
    voted = set(Vote.objects.filter(item__in=decided).values_list("seat_id", flat=True))
    problems = []
    for seat_pk, (kind, arrived_at, left_at) in entries.items():
        seat = seats.get(seat_pk)
        if seat is None:
            problems.append(block(f"開催日に在任していない席です（{_seat_name(seat_pk)}）。", source_text(meeting)))
            continue
        problems.extend(_attendance_problems(meeting, seat, kind, arrived_at, left_at, seat_pk in voted))
    refuse(label, *problems)
    for seat_pk, (kind, arrived_at, left_at) in entries.items():
        if not kind:
            Attendance.objects.filter(meeting=meeting, seat_id=seat_pk).delete()
        else:
            absent = kind == AttendanceKind.ABSENT
            Attendance.objects.update_or_create(
                meeting=meeting,
                seat_id=seat_pk,
                defaults={
                    "kind": kind,
                    "arrived_at": None if absent else arrived_at,
                    "left_at": None if absent else left_at,
                },
            )
        if not kind or kind == AttendanceKind.ABSENT:
            open_items = [item for item in items if item.is_open]
            Vote.objects.filter(item__in=open_items, seat_id=seat_pk).delete()
    if meeting.state == MeetingState.CONVENED and meeting.attendances.exclude(kind=AttendanceKind.ABSENT).exists():
        meeting.state = MeetingState.OPEN
    touch(meeting)
    log.record(
        meeting,
        verb="record_attendance",
        label=label,
        by=by,
        on=on,
        entries=[
            {"name": str(seats[pk].person), "kind": str(kind), "arrived": _hm(arrived), "left": _hm(left)}
            for pk, (kind, arrived, left) in entries.items()
        ],
    )
    return meeting


def source_text(meeting: Meeting) -> str:
    """会議のよりどころ。"""
    return meeting.body.source or (BOARD_SOURCE if meeting.body.kind == BodyKind.BOARD else "金融委員会規約")


def _seat_name(pk: int) -> str:
    seat = Seat.objects.filter(pk=pk).select_related("person").first()
    return str(seat.person) if seat else "不明な席"


def _hm(moment) -> str:
    return f"{moment:%H:%M}" if moment else ""


def _attendance_problems(meeting, seat, kind, arrived_at, left_at, has_decided_vote):
    name = f"{seat.person}さん"
    if kind and kind not in AttendanceKind.values:
        yield block(f"{name}の出欠を選び直してください。", "議事録")
    if kind == AttendanceKind.ONLINE and not meeting.body.remote_allowed:
        yield block(
            f"{name}をオンライン出席にできません。{meeting.body}のオンライン出席は定款・規約に定めがありません。",
            source_text(meeting),
            code="remote",
        )
    if kind != AttendanceKind.ABSENT and arrived_at and left_at and left_at < arrived_at:
        yield block(f"{name}の退席時刻（{_hm(left_at)}）が着席時刻（{_hm(arrived_at)}）より前です。", "議事録")
    if (not kind or kind == AttendanceKind.ABSENT) and has_decided_vote:
        yield block(f"{name}は議決済の議案の議決に加わっています。欠席には変えられません。", "議事録")


@transaction.atomic
def declare_interest(item: AgendaItem, *, person, reason: str, left_at: time | None = None, by, on: date) -> Recusal:
    """特別の利害関係を申し出る（本人、または申出を受けた記録者）。その人の議決・意見は取り除く。"""
    label = "利害関係の申出"
    if person_of(by) != person and not by.has_perm(RECORD):
        refuse(label, block("申出ができるのは、本人か会議を記録する人です。", "役割の表", code="permission"))
    item = lock_item(item, label)
    open_item_only(item, label)
    if item.meeting_id:
        open_meeting_only(item.meeting, label)
    source = source_of(item)
    if not Seat.objects.filter(body=item.body, person=person).current(day_of(item, on)).exists():
        refuse(label, block(f"{person}さんは{item.body}に在任していません。", source, code="no-seat"))
    recusal = item.recusals.filter(person=person).first()
    if recusal is None and not reason.strip():
        refuse(label, block("利害関係の内容を記入してください。議事録に残ります。", source, code="reason"))
    if left_at and item.meeting_id:
        here = item.meeting.attendances.filter(seat__person=person).first()
        if here and here.arrived_at and left_at < here.arrived_at:
            text = f"退席時刻（{_hm(left_at)}）が着席時刻（{_hm(here.arrived_at)}）より前です。"
            refuse(label, block(text, "議事録"))
    if recusal is None:
        recusal = Recusal.objects.create(
            item=item, person=person, reason=reason.strip()[:200], found=False, left_at=left_at
        )
    elif left_at:
        recusal.left_at = left_at
        recusal.save(update_fields=["left_at"])
    else:
        refuse(
            label, block(f"{person}さんはすでにこの議案から除斥されています（{recusal.reason}）。", source, code="done")
        )
    Vote.objects.filter(item=item, seat__person=person).delete()
    Opinion.objects.filter(item=item, seat__person=person).delete()
    touch(item.meeting)
    log.record(
        item, verb="declare_interest", label=label, by=by, on=on, reason=recusal.reason,
        person=str(person), left_at=_hm(left_at),
    )  # fmt: skip
    return recusal


@transaction.atomic
def close_meeting(meeting: Meeting, *, by, on: date) -> Meeting:
    """会議を終える。議案がすべて議決・継続審議・取下げになっていること。以後、記録は変えられない。"""
    label = "会議の終了"
    need(by, RECORD, label)
    meeting = lock_meeting(meeting)
    open_meeting_only(meeting, label)
    if meeting.held_on > on:
        refuse(label, block("会議はまだ開かれていません。", "議事録"))
    left = [item.label for item in unfinished_items(meeting)]
    if left:
        text = f"{'・'.join(left)}の結果が記録されていません。結果を記録するか、議案から外してください。"
        refuse(label, block(text, "議事録", url=meeting.get_absolute_url()))
    if not meeting.attendances.exists():
        refuse(label, block("出席が記録されていません。", "議事録", url=meeting.get_absolute_url()))
    meeting.state = MeetingState.CLOSED
    touch(meeting)
    log.record(meeting, verb="close", label=label, by=by, on=on)
    return meeting
