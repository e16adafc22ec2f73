"""流会・延会、終了、議長の確定、凍った議事録、再任。"""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from coopfin.flow import StepRefused
from coopfin.roles import Role
from governance import minutes, operations, proceedings
from governance.enums import AttendanceKind, BodyKind, ItemResult, ItemState, MeetingState, SeatTitle, VoteChoice
from governance.models import AgendaItem, Meeting, Minutes, Seat
from tests.factories.core import make_user
from tests.factories.governance import (
    HELD_ON,
    attend,
    make_board,
    make_body,
    make_committee,
    make_item,
    make_meeting,
    make_seat,
    vote,
)

pytestmark = pytest.mark.django_db
NEXT_WEEK = HELD_ON + timedelta(days=7)


def refusal(operation, *args, **kwargs):
    with pytest.raises(StepRefused) as refused:
        operation(*args, **kwargs)
    return str(refused.value)


def fresh(meeting):
    return Meeting.objects.select_related("body").get(pk=meeting.pk)


def short_board():
    """Five directors; one is interested and leaves, two are absent: two of the four who may vote are there, three needed."""
    seats = make_board(5)
    meeting = make_meeting(present=seats[:3])
    item = make_item(meeting=meeting, interested={seats[0].person: "申込者の代表者"})
    return seats, fresh(meeting), item


def adjourn(meeting, **more):
    return operations.adjourn(
        meeting, **{"reason": "除斥のため定足数に1名足りない", "by": make_user(Role.CLERK), "on": HELD_ON, **more}
    )


def closed_board():
    """A board that decided one item; the secretariat has closed it."""
    seats = make_board(5)
    auditor = make_seat(body=seats[0].seat.body, title=SeatTitle.AUDITOR)
    meeting = make_meeting(present=[*seats[:4], auditor])
    item = make_item(meeting=meeting, interested={seats[3].person: "保証人"})
    vote(item, *((seat, "yes") for seat in seats[:3]))
    operations.decide_board(
        item, result=ItemResult.CONDITIONAL, conditions="火災保険に質権", by=make_user(Role.CHIEF), on=HELD_ON
    )
    clerk = make_user(Role.CLERK)
    operations.close_meeting(fresh(meeting), ends_at=time(15, 20), by=clerk, on=HELD_ON)
    return seats, fresh(meeting), clerk


# --- adjourned ---------------------------------------------------------------------------------


def test_a_meeting_short_of_its_quorum_is_adjourned_and_its_item_stands_on_the_next():
    _, meeting, item = short_board()
    assert "理由を記入" in refusal(adjourn, meeting, reason=" ")
    adjourn(meeting)
    meeting = fresh(meeting)
    assert (meeting.state, meeting.is_adjourned, meeting.state_label) == (MeetingState.CLOSED, True, "流会")
    item.refresh_from_db()
    assert (item.state, item.meeting_id) == (ItemState.WAITING, None)
    following = operations.convene(
        body=meeting.body, held_on=NEXT_WEEK, starts_at=time(14), place="会議室", by=make_user(Role.CLERK), on=HELD_ON
    )
    item.refresh_from_db()
    assert (item.meeting, item.order, item.state) == (following, 1, ItemState.ON_AGENDA)
    assert item.recusals.count() == 1
    record = proceedings.read(meeting)
    text = minutes.compose(record, on=HELD_ON)
    assert "定足数に満たないため議決に至らず、次の会議に付議することとした" in text["items"][0]["text"]
    assert "議長は流会を宣し" in text["closing"]


def test_with_a_day_named_the_next_meeting_is_convened_at_once():
    _, meeting, item = short_board()
    following = operations.NextMeeting(held_on=NEXT_WEEK, starts_at=time(10), place="会議室")
    assert "後の日に" in refusal(
        adjourn, meeting, following=operations.NextMeeting(held_on=HELD_ON, starts_at=time(10), place="会議室")
    )
    adjourn(meeting, following=following)
    coming = fresh(meeting).continued_by.get()
    item.refresh_from_db()
    assert (str(coming), item.meeting, coming.held_on) == ("第2回理事会", coming, NEXT_WEEK)


def test_a_meeting_already_convened_takes_the_item():
    _, meeting, item = short_board()
    coming = make_meeting(held_on=NEXT_WEEK)
    adjourn(meeting)
    item.refresh_from_db()
    assert item.meeting == coming


def test_a_meeting_with_its_quorum_or_without_attendance_is_not_adjourned():
    seats = make_board(5)
    meeting = make_meeting()
    item = make_item(meeting=meeting)
    assert "出席が記録されていません" in refusal(adjourn, fresh(meeting))
    attend(meeting, *seats)
    assert "定足数を満たしているので" in refusal(adjourn, fresh(meeting))
    operations.remove_from_agenda(item, by=make_user(Role.CLERK), on=HELD_ON)
    assert "議決していない議案がありません" in refusal(adjourn, fresh(meeting))
    assert "権限がありません" in refusal(adjourn, fresh(meeting), by=make_user(Role.PRESIDENT))


# --- written participation ---------------------------------------------------------------------


def test_taking_part_in_writing_asks_for_the_articles_and_counts_to_the_quorum_but_not_to_the_seals():
    seats = make_board(4)
    meeting = make_meeting()
    item = make_item(meeting=meeting)
    attend(meeting, *seats[:2])
    assert "書面による議決は定款・規約に定めがありません" in refusal(
        attend, meeting, seats[2], kind=AttendanceKind.WRITTEN
    )
    make_body(BodyKind.BOARD, written_allowed=True)
    attend(fresh(meeting), seats[2], kind=AttendanceKind.WRITTEN, arrived_at=None)
    item.refresh_from_db()
    assert operations.standing(item, on=HELD_ON).met
    record = proceedings.read(fresh(meeting))
    assert "うち書面1名" in minutes.opening(record)
    assert [name for _, name in minutes.signers(record)] == [seats[0].person.name, seats[1].person.name]


# --- finalised ---------------------------------------------------------------------------------


def test_the_chair_finalises_what_another_has_closed_and_the_minutes_are_kept_ten_years():
    seats, meeting, clerk = closed_board()
    assert "議長（" in refusal(operations.finalise, meeting, by=seats[1].user, on=HELD_ON)
    assert "権限がありません" in refusal(operations.finalise, meeting, by=clerk, on=HELD_ON)
    kept = operations.finalise(meeting, by=seats[0].user, on=HELD_ON)
    meeting = fresh(meeting)
    assert (meeting.state, meeting.finalised_by, meeting.finalised_on) == (
        MeetingState.FINALISED, seats[0].user, HELD_ON,
    )  # fmt: skip
    assert kept.kept_until == date(2036, 11, 25)
    text = kept.content["items"][0]["text"]
    assert "議決に加わった理事3名のうち賛成3名・反対0名・棄権0名により、次の条件を付して（火災保険に質権）" in text
    assert "特別の利害関係（保証人）を有するため、議決に加わらなかった" in text
    assert kept.content["closing"] == "以上をもって議事を終え、15時20分に閉会した。"
    roles = [role for role, _ in kept.content["signers"]]
    assert roles == ["議長 理事長", "出席理事", "出席理事", "出席理事", "出席監事"]
    assert "すでに確定しています" in refusal(operations.finalise, meeting, by=seats[0].user, on=HELD_ON)


def test_finalised_minutes_change_no_more_and_are_never_deleted():
    seats, meeting, _ = closed_board()
    kept = operations.finalise(meeting, by=seats[0].user, on=HELD_ON)
    kept.content = {}
    for change in (kept.save, kept.delete, Minutes.objects.all().delete):
        with pytest.raises(ValidationError):
            change()
    assert Minutes.objects.get().content["title"] == "第1回理事会議事録"
    assert "終了しています" in refusal(attend, fresh(meeting), seats[0])


def test_who_closed_cannot_finalise_in_the_database_either():
    seats, meeting, clerk = closed_board()
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(
            state=MeetingState.FINALISED, finalised_by=clerk, finalised_on=HELD_ON
        )
    # The president closed it himself: he may not finalise what he closed.
    Meeting.objects.filter(pk=meeting.pk).update(closed_by=seats[0].user)
    assert "記録を終えた本人" in refusal(operations.finalise, fresh(meeting), by=seats[0].user, on=HELD_ON)


def test_an_open_meeting_is_not_finalised_and_a_wrong_record_goes_back_with_a_reason():
    seats, meeting, _ = closed_board()
    assert "理由を記入" in refusal(operations.send_back, meeting, reason="", by=seats[0].user, on=HELD_ON)
    operations.send_back(meeting, reason="着席の時刻が違う", by=seats[0].user, on=HELD_ON)
    meeting = fresh(meeting)
    assert (meeting.state, meeting.closed_by) == (MeetingState.OPEN, None)
    assert "記録が終わっていません" in refusal(operations.finalise, meeting, by=seats[0].user, on=HELD_ON)


def test_the_vice_who_presided_finalises_in_the_absence_of_the_president():
    seats = make_board(3)
    meeting = make_meeting(present=seats[1:])
    clerk = make_user(Role.CLERK)
    operations.close_meeting(fresh(meeting), by=clerk, on=HELD_ON)
    assert operations.finalise(fresh(meeting), by=seats[1].user, on=HELD_ON).finalised_by == seats[1].user


# --- numbers -----------------------------------------------------------------------------------


def test_advice_without_a_meeting_is_numbered_through_the_year_and_no_number_comes_twice():
    seats = make_committee(1)
    numbers = []
    for _ in range(2):
        item = make_item(BodyKind.COMMITTEE)
        operations.give_opinion(item, seat=seats[0].seat, choice="for", reason="よい", by=seats[0].user, on=HELD_ON)
        numbers.append(operations.conclude_committee(item, result="favourable", by=seats[0].user, on=HELD_ON).number)
    assert numbers == ["2026年度答申第1号", "2026年度答申第2号"]
    last = AgendaItem.objects.order_by("-pk").first()
    for number in (numbers[0], ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            AgendaItem.objects.filter(pk=last.pk).update(number=number)


# --- seats -------------------------------------------------------------------------------------


def test_reappointing_begins_the_day_after_and_happens_once():
    admin = make_user(Role.ADMIN)
    seat = make_seat(to_on=date(2027, 5, 27))
    until = date(2029, 5, 27)
    new = operations.reappoint(seat, title=SeatTitle.VICE_PRESIDENT, to_on=until, by=admin, on=HELD_ON)
    assert (new.person, new.from_on, new.to_on) == (seat.person, date(2027, 5, 28), until)
    assert Seat.objects.count() == 2
    assert "同じ期間に同じ機関の席" in refusal(
        operations.reappoint, seat, title=SeatTitle.DIRECTOR, to_on=until, by=admin, on=HELD_ON
    )
    assert "任期満了日が定められていません" in refusal(
        operations.reappoint, make_seat(), title=SeatTitle.DIRECTOR, to_on=until, by=admin, on=HELD_ON
    )
    assert "権限がありません" in refusal(
        operations.reappoint, seat, title=SeatTitle.DIRECTOR, to_on=until, by=make_user(Role.CLERK), on=HELD_ON
    )
    assert "就任日以後" in refusal(
        operations.reappoint, new, title=SeatTitle.DIRECTOR, to_on=date(2029, 1, 1), by=admin, on=HELD_ON
    )


def test_when_the_chair_is_recused_another_director_presides_over_that_item():
    board = make_board(5)
    meeting = make_meeting(present=board)
    item = make_item(meeting=meeting, interested={board[0].person: "申込先の代表者"})
    vote(item, *((seated, VoteChoice.YES) for seated in board[1:]))
    operations.decide_board(item, result=ItemResult.FAVOURABLE, by=make_user(Role.CHIEF), on=meeting.held_on)
    text = minutes.compose(proceedings.read(meeting), on=meeting.held_on)["items"][0]["text"]
    assert (
        f"議長 {board[0].person.name}に特別の利害関係があるため、この議案の議長は理事 {board[1].person.name}が代行した。"
        in text
    )


def test_finalised_minutes_are_neither_changed_nor_deleted_even_in_bulk():
    for act in (lambda: Minutes.objects.update(content={}), lambda: Minutes.objects.all().delete()):
        with pytest.raises(ValidationError, match="議事録は"):
            act()
