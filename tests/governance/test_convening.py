"""招集の変更と取消。"""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from coopfin.roles import Role
from governance import operations, printing
from governance.desk import notices_to_issue_again
from governance.enums import ItemState, MeetingState
from governance.models import AgendaItem, Meeting
from tests.factories.core import make_user
from tests.factories.governance import HELD_ON, attend, make_board, make_item, make_meeting

pytestmark = pytest.mark.django_db
BEFORE, NEXT_WEEK = HELD_ON - timedelta(days=10), HELD_ON + timedelta(days=7)


def who():
    return {"by": make_user(Role.CLERK), "on": BEFORE}


def test_a_mistyped_meeting_is_moved_with_its_number_and_its_items():
    make_board(5)
    meeting = make_meeting()
    item = make_item(meeting=meeting)
    given = {"held_on": NEXT_WEEK, "starts_at": time(10, 30), "place": "大会議室", **who()}
    with pytest.raises(StepRefused, match="理由"):
        operations.reschedule(meeting, reason=" ", **given)
    moved = operations.reschedule(meeting, reason="会場の都合", **given)
    assert (moved.held_on, moved.starts_at, moved.place, moved.number) == (
        NEXT_WEEK, time(10, 30), "大会議室", meeting.number,
    )  # fmt: skip
    item.refresh_from_db()
    assert item.meeting_id == meeting.pk
    assert ActionLog.objects.about(moved).first().reason == "会場の都合"
    with pytest.raises(StepRefused, match="変えるところがありません"):
        operations.reschedule(moved, reason="会場の都合", **given)


def test_a_meeting_called_off_gives_back_its_items_and_its_number():
    make_board(5)
    meeting = make_meeting()
    item = make_item(meeting=meeting)
    off = operations.call_off(meeting, reason="日を誤った", **who())
    item.refresh_from_db()
    assert (item.state, item.meeting_id, off.state) == (ItemState.WAITING, None, MeetingState.CALLED_OFF)
    assert (off.is_closed, off.called_off_reason) == (True, "日を誤った")
    again = operations.convene(body=off.body, held_on=NEXT_WEEK, starts_at=time(14, 0), place="会館", **who())
    assert again.number == off.number
    assert list(Meeting.objects.convened()) == [again]
    assert AgendaItem.objects.undecided().get() == item
    with pytest.raises(StepRefused, match="招集取消"):
        operations.call_off(off, reason="もう一度", **who())


def test_the_notice_of_the_old_date_is_void_and_asked_for_again(client):
    """日時を変えると、前の招集通知は無効になり、出し直すまで「今日の仕事」に残る。"""
    make_board(5)
    meeting = make_meeting()
    make_item(meeting=meeting)
    clerk = make_user(Role.CLERK)
    first = printing.issue_notice(meeting, by=clerk, on=BEFORE)
    assert list(notices_to_issue_again(clerk, BEFORE)) == []
    operations.reschedule(
        meeting, held_on=NEXT_WEEK, starts_at=time(14, 0), place="会館", reason="会場の都合", by=clerk, on=BEFORE
    )
    first.refresh_from_db()
    assert first.voided_at is not None
    assert "招集の変更" in first.voided_reason
    (task,) = notices_to_issue_again(clerk, BEFORE)
    assert task.url == reverse("governance:notice", args=[meeting.pk])
    assert list(notices_to_issue_again(make_user(Role.DIRECTOR), BEFORE)) == []
    printing.issue_notice(Meeting.objects.get(), by=clerk, on=BEFORE)
    assert list(notices_to_issue_again(clerk, BEFORE)) == []
    operations.call_off(Meeting.objects.get(), reason="日を誤った", by=clerk, on=BEFORE)
    assert not printing.notices_of(meeting).filter(voided_at__isnull=True).exists()


def test_a_meeting_whose_attendance_is_recorded_is_neither_moved_nor_called_off():
    seats = make_board(5)
    meeting = make_meeting()
    attend(meeting, seats[0])
    for operation, more in (
        (operations.call_off, {}),
        (operations.reschedule, {"held_on": NEXT_WEEK, "starts_at": time(14, 0), "place": "会館"}),
    ):
        with pytest.raises(StepRefused, match="出席を記録するまで"):
            operation(meeting, reason="誤り", by=make_user(Role.CLERK), on=HELD_ON, **more)


def test_the_database_keeps_the_reason_of_a_meeting_called_off():
    make_board(1)
    meeting = make_meeting()
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(state=MeetingState.CALLED_OFF)
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(called_off_reason="理由だけ")


def test_the_meetings_page_leads_to_both_until_someone_attends(client):
    make_board(3)
    meeting = make_meeting()
    client.force_login(make_user(Role.CLERK))
    page = client.get(meeting.get_absolute_url()).content.decode()
    for name in ("reschedule", "call_off"):
        assert reverse(f"governance:{name}", args=[meeting.pk]) in page
    sent = client.post(reverse("governance:call_off", args=[meeting.pk]), {"reason": "開催日の誤り"})
    assert sent.url == meeting.get_absolute_url()
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "招集を取り消しました（開催日の誤り）" in page
    assert reverse("governance:reschedule", args=[meeting.pk]) not in page


def test_a_meeting_convened_for_a_closed_day_says_so_and_stands(client):
    body = make_board(3)[0].seat.body
    client.force_login(make_user(Role.CLERK))
    given = {"body": body.pk, "starts_at": "14:00", "place": "会館"}
    for day, warned in (("2026-11-28", True), ("2026-11-30", False)):
        page = client.post(reverse("governance:convene"), {**given, "held_on": day}, follow=True).content.decode()
        assert ("休業日です" in page, "を招集しました" in page) == (warned, True)
