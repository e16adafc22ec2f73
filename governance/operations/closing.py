"""会議の終了・流会・議事録の確定・差戻し。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from django.db import transaction

from coopfin import log
from coopfin.flow import block
from governance import minutes, proceedings
from governance.enums import CarryKind, MeetingState
from governance.models import AgendaItem, Meeting, Minutes
from governance.operations.agenda import put_on_agenda, return_to_queue
from governance.operations.locks import RECORD, lock_meeting, need, open_meeting_only, refuse, touch
from governance.operations.meetings import convene
from governance.workflow import finalising_findings, member_attendance, standing, unfinished_items

FINALISE = "governance.finalise_minutes"


@dataclass(frozen=True, kw_only=True)
class NextMeeting:
    """延会の、次に開く会議。"""

    held_on: date
    starts_at: time
    place: str


def _recorded(meeting: Meeting, on: date, label: str) -> None:
    """開かれ、出席が記録されていること。"""
    if meeting.held_on > on:
        refuse(label, block("会議はまだ開かれていません。", "議事録"))
    missing = []
    if not meeting.attendances.exists():
        missing.append("役員の出席" if meeting.is_general else "出席")
    if meeting.is_general and member_attendance(meeting) is None:
        missing.append("組合員の出席")
    if missing:
        text = f"{'・'.join(missing)}が記録されていません。"
        refuse(label, block(text, "議事録", url=meeting.get_absolute_url()))


def _close(meeting: Meeting, ends_at: time | None, by, label: str) -> None:
    if ends_at and ends_at < meeting.starts_at:
        refuse(label, block(f"閉会時刻が開始時刻（{meeting.starts_at:%H:%M}）より前です。", "議事録", code="ends_at"))
    meeting.state, meeting.ends_at, meeting.closed_by, meeting.current_item = MeetingState.CLOSED, ends_at, by, None
    meeting.save(update_fields=["ends_at", "closed_by", "current_item", "adjourned_reason"])
    touch(meeting)


@transaction.atomic
def close_meeting(meeting: Meeting, *, ends_at: time | None = None, by, on: date) -> Meeting:
    """会議を終える。議案がすべて議決・継続審議・取下げになっていること。以後、記録は変えられず、議長の確定を待つ。"""
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
    _recorded(meeting, on, label)
    _close(meeting, ends_at, by, label)
    log.record(meeting, verb="close", label=label, by=by, on=on)
    return meeting


@transaction.atomic
def adjourn(
    meeting: Meeting, *, reason: str, ends_at: time | None = None, following: NextMeeting | None = None, by, on: date
) -> Meeting:
    """定足数に満たない会議を流会（次の日を決めれば延会）にする。議決に至らない議案は、次の会議に載る。

    返すのは流会になった会議。延会なら、次の会議を招集してある。
    """
    label = "流会・延会"
    need(by, RECORD, label)
    meeting = lock_meeting(meeting)
    open_meeting_only(meeting, label)
    if not reason.strip():
        refuse(label, block("流会の理由を記入してください。議事録に残ります。", "議事録", code="reason"))
    _recorded(meeting, on, label)
    items = list(
        AgendaItem.objects.select_for_update(of=("self",)).undecided().filter(meeting=meeting).select_related("body")
        .order_by("order")
    )  # fmt: skip
    if not items:
        refuse(label, block("議決していない議案がありません。会議を終えてください。", "議事録", code="nothing"))
    counted = []
    for item in items:
        item.meeting = meeting
        counted.append((item, standing(item, on=on)))
    if all(counts.met for _, counts in counted):
        text = f"定足数を満たしているので、流会にできません。{counted[0][1].quorum_text()}"
        refuse(label, block(text, counted[0][1].source, code="quorum"))
    if following is not None and following.held_on <= meeting.held_on:
        refuse(label, block("延会の開催日は、この会議より後の日にしてください。", "議事録", code="following"))
    meeting.adjourned_reason = reason.strip()[:300]
    for item, counts in counted:
        return_to_queue(item, meeting, kind=CarryKind.ADJOURNED, present=counts.present, comment=reason, by=by)
    _close(meeting, ends_at, by, label)
    log.record(meeting, verb="adjourn", label=label, by=by, on=on, reason=reason, items=len(items))
    if following is not None:
        convene(
            body=meeting.body, kind=meeting.kind, held_on=following.held_on, starts_at=following.starts_at,
            place=following.place, continues=meeting, by=by, on=on,
        )  # fmt: skip
    else:
        _put_on_the_next(meeting, items, by=by, on=on)
    return meeting


def _put_on_the_next(meeting: Meeting, items, *, by, on: date) -> None:
    """次の会議がもう招集されていれば、そこに載せる。なければ、招集したときに載る。"""
    following = (
        Meeting.objects.filter(body=meeting.body, state=MeetingState.CONVENED, held_on__gte=meeting.held_on)
        .order_by("held_on", "pk")
        .first()
    )
    if following is not None:
        for item in items:
            put_on_agenda(item, meeting=following, by=by, on=on)


@transaction.atomic
def finalise(meeting: Meeting, *, by, on: date) -> Minutes:
    """議長が議事録を確定する。文はこのとき一度だけ作って残し、以後は変えられない。"""
    label = "議事録の確定"
    need(by, FINALISE, label)
    meeting = lock_meeting(meeting)
    record = proceedings.read(meeting)
    refuse(label, *finalising_findings(meeting, by=by, chair=record.chair))
    found = Minutes.objects.create(
        meeting=meeting, content=minutes.compose(record, on=on), finalised_by=by, finalised_on=on,
        kept_until=max(Minutes.kept_until_of(meeting.held_on), Minutes.kept_until_of(on)),
    )  # fmt: skip
    meeting.state, meeting.finalised_by, meeting.finalised_on = MeetingState.FINALISED, by, on
    meeting.save(update_fields=["finalised_by", "finalised_on", "state"])
    touch(meeting)
    log.record(meeting, verb="finalise", label=label, by=by, on=on, kept_until=found.kept_until.isoformat())
    return found


@transaction.atomic
def send_back(meeting: Meeting, *, reason: str, by, on: date) -> Meeting:
    """記録に誤りがあるとき、議長が確定せずに記録する人へ戻す。議決の結果は変わらない。"""
    label = "記録の差戻し"
    need(by, FINALISE, label)
    meeting = lock_meeting(meeting)
    record = proceedings.read(meeting)
    findings = finalising_findings(meeting, by=by, chair=record.chair)
    refuse(label, *(finding for finding in findings if finding.code != "same-person"))
    if not reason.strip():
        refuse(label, block("差し戻す理由を記入してください。", "議事録", code="reason"))
    if meeting.is_adjourned:
        refuse(
            label, block("流会にした会議の議案は次の会議に送られているので、戻せません。", "議事録", code="adjourned")
        )
    meeting.state, meeting.closed_by, meeting.ends_at = MeetingState.OPEN, None, None
    meeting.save(update_fields=["closed_by", "ends_at"])
    touch(meeting)
    log.record(meeting, verb="send_back", label=label, by=by, on=on, reason=reason)
    return meeting
