"""招集・出席・いまの議案・利害関係の申出。"""

from __future__ import annotations

from datetime import date, time

from django.db import transaction
from django.db.models import Max

from coopfin import log
from coopfin.calc import days
from coopfin.flow import block
from coopfin.models import Cooperative
from governance.enums import AttendanceKind, BodyKind, ItemState, MeetingKind, MeetingState
from governance.models import AgendaItem, Attendance, Body, Meeting, MemberAttendance, Opinion, Recusal, Seat, Vote
from governance.operations.agenda import put_on_agenda
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
from governance.workflow import (
    BOARD_SOURCE,
    GENERAL_MINUTES_SOURCE,
    day_of,
    person_of,
    seats_at,
    seats_of,
    source_of,
)
from members.models import Member


@transaction.atomic
def convene(
    *, body: Body, held_on: date, starts_at: time, place: str, by, on: date, kind: str = "", number: int | None = None,
    continues: Meeting | None = None,
) -> Meeting:  # fmt: skip
    """会議を招集する。回は通し番号で、臨時総会だけは年度ごとに数える。流会で戻った議案は、そのまま議案に載せる。

    number は、仕組みの前からの回を引き継ぐとき（次の回より先へ進めるとき）だけ渡す。
    """
    label = "会議の招集"
    need(by, RECORD, label)
    body = Body.objects.select_for_update().get(pk=body.pk)
    if body.is_general != (kind in MeetingKind.values):
        text = "通常総会か臨時総会かを選んでください。" if body.is_general else "総会の別は、総会だけのものです。"
        refuse(label, block(text, body.source, code="kind"))
    officers = BodyKind.BOARD if body.is_general else body.kind
    if not seats_of(officers, held_on).exists():
        text = f"開催日（{_day(held_on)}）に{BodyKind(officers).label}に在任する人がいません。"
        refuse(label, block(text, body.source, code="no-seats", **bodies_page()))
    fiscal_year = None
    if kind == MeetingKind.EXTRAORDINARY:
        cooperative = Cooperative.current()
        fiscal_year = days.fiscal_year(held_on, cooperative.fiscal_start_month if cooperative else 4)
    same = Meeting.objects.convened().filter(body=body, kind=kind, fiscal_year=fiscal_year)
    following = (same.aggregate(last=Max("number"))["last"] or 0) + 1
    if number is not None and number < following:
        refuse(label, block(f"回は第{following}回からです。それより前の回は使えません。", "議事録", code="number"))
    meeting = Meeting.objects.create(
        body=body, kind=kind, fiscal_year=fiscal_year, number=number or following, held_on=held_on,
        starts_at=starts_at, place=place.strip(), continues=continues,
    )  # fmt: skip
    log.record(meeting, verb="convene", label=label, by=by, on=on, held_on=held_on.isoformat(), place=meeting.place)
    for item in AgendaItem.objects.waiting_after_adjournment(body).order_by("submitted_on", "pk"):
        put_on_agenda(item, meeting=meeting, by=by, on=on)
    meeting.refresh_from_db()
    return meeting


@transaction.atomic
def record_attendance(meeting: Meeting, *, entries: dict, by, on: date) -> Meeting:
    """出席を記録する。entries は 席の番号 → (出欠, 着席時刻, 退席時刻)。出欠が空なら、まだ記録がないことに戻す。"""
    label = "出席の記録"
    need(by, RECORD, label)
    meeting = lock_meeting(meeting)
    open_meeting_only(meeting, label)
    _held(meeting, on, label)
    seats = {seat.pk: seat for seat in seats_at(meeting)}
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


@transaction.atomic
def record_members(
    meeting: Meeting, *, in_person: int, by_proxy: int = 0, in_writing: int = 0, chair_name: str, by, on: date
) -> MemberAttendance:
    """総会に出席した組合員の数（本人・代理人・書面議決）と議長を記録する。総数は、開催日に在籍する組合員を数える。"""
    label = "組合員の出席の記録"
    need(by, RECORD, label)
    meeting = lock_meeting(meeting)
    open_meeting_only(meeting, label)
    if not meeting.is_general:
        refuse(label, block("組合員の出席を数で記録するのは、総会だけです。", "議事録", code="body"))
    _held(meeting, on, label)
    body, source = meeting.body, meeting.body.participation_source or "中小企業等協同組合法 11条"
    problems = []
    if by_proxy and not body.proxy_allowed:
        text = "代理人による議決は、定款に定めがありません。定めがあれば、設定の「機関」で認めてください。"
        problems.append(block(text, source, code="proxy", **bodies_page()))
    if in_writing and not body.written_allowed:
        text = "書面による議決は、定款に定めがありません。定めがあれば、設定の「機関」で認めてください。"
        problems.append(block(text, source, code="written", **bodies_page()))
    total = Member.objects.current(meeting.held_on).count()
    votes = in_person + by_proxy + in_writing
    if votes > total:
        text = f"出席の合計 {votes}名が、{_day(meeting.held_on)}の組合員の総数 {total}名を超えています。"
        problems.append(block(text, "組合員名簿", code="too-many"))
    if not chair_name.strip():
        problems.append(block("総会で選任した議長の氏名を記入してください。", GENERAL_MINUTES_SOURCE, code="chair"))
    if meeting.items.decided().filter(present__gt=votes).exists():
        problems.append(block("議決済の議案の出席数より少なくはできません。", "議事録", code="decided"))
    refuse(label, *problems)
    found, _ = MemberAttendance.objects.update_or_create(
        meeting=meeting,
        defaults={
            "total": total, "in_person": in_person, "by_proxy": by_proxy, "in_writing": in_writing,
            "chair_name": chair_name.strip(), "recorded_by": by,
        },
    )  # fmt: skip
    if meeting.state == MeetingState.CONVENED:
        meeting.state = MeetingState.OPEN
    touch(meeting)
    log.record(meeting, verb="record_members", label=label, by=by, on=on, attendance=found.text)
    return found


@transaction.atomic
def take_up(item: AgendaItem, *, by, on: date) -> Meeting:
    """この議案の審議に入る。出席者の手もとの画面が、この議案に変わる。"""
    label = "審議に入る"
    need(by, RECORD, label)
    item = lock_item(item, label)
    open_item_only(item, label)
    if item.meeting_id is None:
        refuse(label, block("この議案はどの会議にも載っていません。", "議事録", code="state"))
    open_meeting_only(item.meeting, label)
    meeting = item.meeting
    meeting.current_item = item
    meeting.save(update_fields=["current_item"])
    touch(meeting)
    log.record(item, verb="take_up", label=label, by=by, on=on)
    return meeting


def _held(meeting: Meeting, on: date, label: str) -> None:
    """開催日になっていること。"""
    if meeting.held_on > on:
        text = f"会議はまだ開かれていません。出席は開催日（{_day(meeting.held_on)}）から記録できます。"
        refuse(label, block(text, "議事録", code="not-held"))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def source_text(meeting: Meeting) -> str:
    """会議のよりどころ。"""
    return (
        meeting.body.participation_source
        or meeting.body.source
        or (BOARD_SOURCE if meeting.body.kind == BodyKind.BOARD else "金融委員会規約")
    )


def _seat_name(pk: int) -> str:
    seat = Seat.objects.filter(pk=pk).select_related("person").first()
    return str(seat.person) if seat else "不明な席"


def _hm(moment) -> str:
    return f"{moment:%H:%M}" if moment else ""


def _attendance_problems(meeting, seat, kind, arrived_at, left_at, has_decided_vote):
    name = f"{seat.person}さん"
    if kind and kind not in AttendanceKind.values:
        yield block(f"{name}の出欠を選び直してください。", "議事録")
    if meeting.is_general and kind == AttendanceKind.WRITTEN:
        yield block(f"{name}の出席は「出席」か「欠席」です。書面議決は組合員の数で記録します。", "議事録")
        return
    if kind == AttendanceKind.ONLINE and not meeting.body.remote_allowed:
        yield block(
            f"{name}をオンライン出席にできません。{meeting.body}のオンライン出席は定款・規約に定めがありません。",
            source_text(meeting),
            code="remote",
        )
    if kind == AttendanceKind.WRITTEN and not meeting.body.written_allowed:
        yield block(
            f"{name}を書面による議決にできません。{meeting.body}の書面による議決は定款・規約に定めがありません。",
            source_text(meeting),
            code="written",
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
