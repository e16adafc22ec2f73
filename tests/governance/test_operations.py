"""Submitting, convening, attendance, interests, opinions and decisions, each with what refuses it."""

from datetime import date, time

import pytest

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from coopfin.roles import Role
from governance import operations
from governance.enums import AttendanceKind, BodyKind, ItemResult, ItemState, MeetingState, SeatTitle
from governance.models import AgendaItem, Opinion, Vote
from members.models import Person
from tests.factories.core import make_user
from tests.factories.governance import (
    HELD_ON,
    attend,
    make_board,
    make_body,
    make_committee,
    make_item,
    make_meeting,
    make_person_with_user,
    make_seat,
    vote,
)

pytestmark = pytest.mark.django_db


def refusal(call, *args, **kwargs):
    with pytest.raises(StepRefused) as caught:
        call(*args, **kwargs)
    return str(caught.value)


# --- submitting ----------------------------------------------------------------------------


def test_submitting_recuses_the_interested_who_hold_a_seat_or_can_log_in():
    director, *_ = make_board(3)
    outsider = Person.objects.create(name="珠洲 明美")
    clerk = make_person_with_user(Role.CLERK)
    item = make_item(interested={director.person: "申込者の代表者", outsider: "保証人", clerk: "申込者の監査役"})
    assert item.state == ItemState.WAITING
    assert {r.person: (r.reason, r.found) for r in item.recusals.all()} == {
        director.person: ("申込者の代表者", True),
        clerk: ("申込者の監査役", True),
    }
    assert operations.standing(item, on=HELD_ON).interested == 1
    assert ActionLog.objects.about(item).get().verb == "submit"


def test_a_body_without_seats_receives_nothing():
    make_body(BodyKind.COMMITTEE)
    assert "金融委員会に在任する人がいません" in refusal(make_item, BodyKind.COMMITTEE)


def test_one_case_is_not_submitted_twice_to_the_same_body():
    make_board(3)
    item = make_item()
    target = Person.objects.get(pk=item.object_id)
    assert "すでに理事会に付議されています" in refusal(make_item, target=target)
    make_committee(3)
    make_item(BodyKind.COMMITTEE, target=target)


def test_refreshing_follows_the_register_but_keeps_what_was_declared():
    first, second, third, fourth = make_board(4)
    item = make_item(interested={first.person: "保証人"}, meeting=make_meeting(present=[second, third, fourth]))
    operations.declare_interest(item, person=second.person, reason="親族が役員", by=second.user, on=HELD_ON)
    vote(item, (third, "yes"))
    operations.refresh_recusals(
        item, interested={third.person: "担保の所有者", second.person: "別の理由"}, by=make_user(), on=HELD_ON
    )
    assert {r.person: r.reason for r in item.recusals.all()} == {
        second.person: "親族が役員",
        third.person: "担保の所有者",
    }
    assert not Vote.objects.filter(item=item).exists()


def test_a_withdrawn_item_is_closed_for_good():
    make_board(3)
    item = make_item(meeting=make_meeting())
    operations.withdraw(item, by=make_user(), on=HELD_ON)
    item.refresh_from_db()
    assert item.state == ItemState.WITHDRAWN
    assert "すでに「取下げ」" in refusal(operations.withdraw, item, by=make_user(), on=HELD_ON)
    assert "すでに「取下げ」" in refusal(operations.refresh_recusals, item, interested={}, on=HELD_ON)


# --- convening and the agenda --------------------------------------------------------------


def convene(body, by=None, held_on=HELD_ON):
    return operations.convene(
        body=body, held_on=held_on, starts_at=time(14, 0), place="会議室", by=by or make_user(), on=date(2026, 11, 16)
    )


def test_meetings_are_numbered_body_by_body():
    make_board(3)
    make_committee(3)
    board, committee = make_body(BodyKind.BOARD), make_body(BodyKind.COMMITTEE)
    make_meeting(board, number=6)
    assert str(convene(board)) == "第7回理事会"
    assert str(convene(committee)) == "第1回金融委員会"


def test_who_convenes_and_for_which_body():
    board, _ = make_board(2)
    assert "権限がありません" in refusal(convene, board.seat.body, by=board.user)
    assert "通常総会か臨時総会か" in refusal(convene, make_body(BodyKind.GENERAL_MEETING))
    assert "開催日（2020年4月1日）に理事会に在任する人がいません" in refusal(
        convene, board.seat.body, held_on=date(2020, 4, 1)
    )


def test_items_are_numbered_as_they_come_and_close_up_when_one_leaves():
    make_board(3)
    meeting = make_meeting()
    first, second, third = (make_item(meeting=meeting) for _ in range(3))
    assert [item.label for item in (first, second, third)] == ["第1号議案", "第2号議案", "第3号議案"]
    operations.remove_from_agenda(first, by=make_user(), on=HELD_ON)
    for item in (first, second, third):
        item.refresh_from_db()
    assert (first.state, first.meeting, first.order) == (ItemState.WAITING, None, 0)
    assert (second.order, third.order) == (1, 2)


def test_a_decided_number_never_changes():
    seats = make_board(3)
    meeting = make_meeting(present=seats)
    first, second = make_item(meeting=meeting), make_item(meeting=meeting)
    vote(second, *((seat, "yes") for seat in seats))
    operations.decide_board(second, result=ItemResult.FAVOURABLE, by=make_user(Role.CHIEF), on=HELD_ON)
    operations.remove_from_agenda(first, by=make_user(), on=HELD_ON)
    second.refresh_from_db()
    assert (second.order, second.number) == (2, "第1回理事会 第2号議案")


def test_what_keeps_an_item_off_the_agenda():
    make_board(3)
    make_committee(3)
    by = make_user()
    item, meeting = make_item(), make_meeting(make_body(BodyKind.BOARD))
    committee_meeting = make_meeting(make_body(BodyKind.COMMITTEE))
    put = operations.put_on_agenda
    assert "第1回金融委員会には載せられません" in refusal(put, item, meeting=committee_meeting, by=by, on=HELD_ON)
    assert "権限がありません" in refusal(put, item, meeting=meeting, by=make_user(Role.DIRECTOR), on=HELD_ON)
    item = put(item, meeting=meeting, by=by, on=HELD_ON)
    assert "いまは「議案」です" in refusal(put, item, meeting=meeting, by=by, on=HELD_ON)
    assert "権限がありません" in refusal(operations.remove_from_agenda, item, by=make_user(Role.DIRECTOR), on=HELD_ON)
    operations.remove_from_agenda(item, by=by, on=HELD_ON)
    assert "どの会議にも載っていません" in refusal(operations.remove_from_agenda, item, by=by, on=HELD_ON)


def test_a_closed_meeting_takes_nothing_more():
    seats = make_board(3)
    by, meeting = make_user(), make_meeting(present=seats)
    waiting = make_item()
    meeting = operations.close_meeting(meeting, by=by, on=HELD_ON)
    assert meeting.state == MeetingState.CLOSED
    for call in (
        lambda: operations.put_on_agenda(waiting, meeting=meeting, by=by, on=HELD_ON),
        lambda: attend(meeting, seats[0], by=by),
        lambda: operations.close_meeting(meeting, by=by, on=HELD_ON),
    ):
        assert "第1回理事会は終了しています" in refusal(call)


def test_a_meeting_closes_when_every_item_has_its_result():
    seats = make_board(3)
    by, meeting = make_user(), make_meeting(held_on=HELD_ON)
    item = make_item(meeting=meeting)
    close = operations.close_meeting
    assert "まだ開かれていません" in refusal(close, meeting, by=by, on=date(2026, 11, 24))
    assert "第1号議案の結果が記録されていません" in refusal(close, meeting, by=by, on=HELD_ON)
    operations.withdraw(item, by=by, on=HELD_ON)
    assert "出席が記録されていません" in refusal(close, meeting, by=by, on=HELD_ON)
    attend(meeting, *seats)
    assert "権限がありません" in refusal(close, meeting, by=seats[0].user, on=HELD_ON)
    close(meeting, by=by, on=HELD_ON)


# --- attendance ----------------------------------------------------------------------------


def test_attendance_opens_the_meeting_and_raises_its_version():
    first, second, _ = make_board(3)
    meeting = make_meeting()
    after = attend(meeting, first, second)
    assert (after.state, after.version) == (MeetingState.OPEN, meeting.version + 1)
    assert after.attendances.count() == 2


def test_attendance_refused_names_every_reason_at_once():
    first, second, _ = make_board(3)
    stranger = make_seat(body=make_body(BodyKind.COMMITTEE))
    meeting = make_meeting()
    entries = {
        first.seat.pk: (AttendanceKind.ONLINE, time(14, 0), None),
        second.seat.pk: (AttendanceKind.PRESENT, time(14, 30), time(14, 10)),
        stranger.pk: (AttendanceKind.PRESENT, None, None),
    }
    text = refusal(operations.record_attendance, meeting, entries=entries, by=make_user(), on=HELD_ON)
    assert f"{first.person}さんをオンライン出席にできません" in text
    assert "退席時刻（14:10）が着席時刻（14:30）より前です" in text
    assert f"開催日に在任していない席です（{stranger.person}）" in text
    assert not meeting.attendances.exists()


def test_attendance_online_where_the_articles_allow_it():
    first, *_ = make_board(3, remote_allowed=True)
    meeting = make_meeting()
    attend(meeting, first, kind=AttendanceKind.ONLINE)
    assert meeting.attendances.get().kind == AttendanceKind.ONLINE


def test_attendance_waits_for_the_day_and_for_the_recorder():
    first, *_ = make_board(3)
    meeting = make_meeting()
    entries = {first.seat.pk: (AttendanceKind.PRESENT, None, None)}
    record = operations.record_attendance
    early = date(2026, 11, 24)
    assert "開催日（2026年11月25日）から" in refusal(record, meeting, entries=entries, by=make_user(), on=early)
    assert "権限がありません" in refusal(record, meeting, entries=entries, by=first.user, on=HELD_ON)
    odd = {first.seat.pk: ("dreaming", None, None)}
    assert "出欠を選び直してください" in refusal(record, meeting, entries=odd, by=make_user(), on=HELD_ON)


def test_a_seat_whose_term_ended_before_the_meeting_cannot_attend():
    make_board(2)
    former = make_seat(to_on=date(2026, 11, 24))
    assert "開催日に在任していない" in refusal(attend, make_meeting(), former)


def test_marking_someone_absent_takes_back_an_open_vote_but_not_a_decided_one():
    seats = make_board(3)
    meeting = make_meeting(present=seats)
    decided, still_open = make_item(meeting=meeting), make_item(meeting=meeting)
    vote(decided, *((seat, "yes") for seat in seats[:2]))
    vote(still_open, (seats[2], "yes"))
    operations.decide_board(decided, result=ItemResult.FAVOURABLE, by=make_user(Role.CHIEF), on=HELD_ON)
    attend(meeting, seats[2], kind=AttendanceKind.ABSENT)
    assert not Vote.objects.filter(item=still_open).exists()
    text = refusal(attend, meeting, seats[0], kind=AttendanceKind.ABSENT)
    assert "議決済の議案の議決に加わっています" in text


def test_one_who_left_counts_only_for_what_was_voted_before():
    seats = make_board(4)
    meeting = make_meeting(present=seats)
    before, after = make_item(meeting=meeting), make_item(meeting=meeting)
    vote(before, *((seat, "yes") for seat in seats))
    attend(meeting, seats[3], left_at=time(15, 0))
    assert operations.standing(before, on=HELD_ON).present == 4
    assert operations.standing(after, on=HELD_ON).present == 3
    after.refresh_from_db()
    assert "15時00分に退席しています" in refusal(vote, after, (seats[3], "yes"))


# --- interests -----------------------------------------------------------------------------


def test_declaring_an_interest_removes_vote_and_opinion():
    _chair, member, _ = make_committee(3)
    item = make_item(BodyKind.COMMITTEE)
    operations.give_opinion(item, seat=member.seat, choice="for", reason="妥当", by=member.user, on=HELD_ON)
    operations.declare_interest(item, person=member.person, reason="取引先", by=member.user, on=HELD_ON)
    assert not Opinion.objects.exists()
    assert not item.recusals.get().found
    seats = make_board(3)
    item = make_item(meeting=make_meeting(make_body(BodyKind.BOARD), present=seats))
    vote(item, (seats[0], "yes"))
    operations.declare_interest(item, person=seats[0].person, reason="取引先", by=make_user(), on=HELD_ON)
    assert not Vote.objects.exists()


def test_what_refuses_a_declaration():
    first, second, third = make_board(3)
    meeting = make_meeting(present=[first, second])
    item = make_item(meeting=meeting, interested={third.person: "保証人"})
    declare = operations.declare_interest
    on = {"on": HELD_ON}
    assert "本人か会議を記録する人" in refusal(declare, item, person=first.person, reason="x", by=second.user, **on)
    outsider = Person.objects.create(name="白山 誠")
    assert "在任していません" in refusal(declare, item, person=outsider, reason="x", by=make_user(), **on)
    assert "内容を記入" in refusal(declare, item, person=first.person, reason=" ", by=first.user, **on)
    early = {"reason": "取引先", "left_at": time(13, 0), "by": first.user}
    assert "着席時刻（14:00）より前" in refusal(declare, item, person=first.person, **early, **on)
    assert "すでにこの議案から除斥" in refusal(declare, item, person=third.person, reason="x", by=third.user, **on)
    declare(item, person=third.person, reason="", left_at=time(14, 20), by=third.user, **on)
    recusal = item.recusals.get(person=third.person)
    assert (recusal.reason, recusal.found, recusal.left_at) == ("保証人", True, time(14, 20))


# --- the committee's opinion ----------------------------------------------------------------


def opinion(item, seated, choice="for", reason="資金使途が明確である", by=None):
    return operations.give_opinion(
        item, seat=seated.seat, choice=choice, reason=reason, by=by or seated.user, on=HELD_ON
    )


def test_an_opinion_is_ones_own_and_may_be_changed_until_concluded():
    chair, member, _ = make_committee(3)
    item = make_item(BodyKind.COMMITTEE)
    opinion(item, member)
    opinion(item, member, "against", "返済原資が足りない")
    given = Opinion.objects.get()
    assert (given.choice, given.given_on) == ("against", HELD_ON)
    assert "本人だけ" in refusal(opinion, item, member, by=chair.user)
    assert "本人だけ" in refusal(opinion, item, member, by=make_user(Role.CHIEF))


def test_what_refuses_an_opinion():
    _chair, member, interested = make_committee(3)
    (director,) = make_board(1)
    item = make_item(BodyKind.COMMITTEE, interested={interested.person: "申込者の取締役"})
    text = refusal(opinion, item, interested)
    assert "特別の利害関係があるため、この議案に加われません（申込者の取締役）" in text
    assert "理由を記入" in refusal(opinion, item, member, reason="  ")
    assert "賛成・条件付賛成・反対" in refusal(opinion, item, member, choice="perhaps")
    assert "議決に加われる席にありません" in refusal(opinion, item, director)
    barred = {member.user.pk: "実態把握をした本人は意見を述べられません。"}
    assert "実態把握をした本人" in refusal(
        operations.give_opinion, item, seat=member.seat, choice="for", reason="x", by=member.user, on=HELD_ON,
        barred=barred,
    )  # fmt: skip
    assert "金融委員会の議案ではありません" in refusal(opinion, make_item(), member)


def conclude(item, seated, result=ItemResult.FAVOURABLE, **more):
    return operations.conclude_committee(item, result=result, by=seated.user, on=HELD_ON, **more)


def test_the_chair_concludes_when_most_have_given_their_opinion():
    chair, second, third, fourth = make_committee(4)
    item = make_item(BodyKind.COMMITTEE)
    opinion(item, chair)
    opinion(item, second, "conditional", "火災保険に質権")
    assert "定足数3名に対し意見を述べた委員2名で、あと1名足りません" in refusal(conclude, item, chair)
    opinion(item, third)
    item = conclude(item, chair, ItemResult.CONDITIONAL, conditions="建物の火災保険に質権を設定すること")
    assert (item.state, item.result, item.decided_on) == (ItemState.DECIDED, ItemResult.CONDITIONAL, HELD_ON)
    assert (item.seated, item.eligible, item.quorum, item.present, item.yes, item.no) == (4, 4, 3, 3, 3, 0)
    assert "すでに「議決済」" in refusal(conclude, item, chair)
    assert "すでに「議決済」" in refusal(opinion, item, fourth)


def test_only_the_chair_concludes_or_else_the_longest_seated_who_can():
    chair, second, third = make_committee(3)
    elder = make_seat(body=chair.seat.body, from_on=date(2020, 5, 28))
    item = make_item(BodyKind.COMMITTEE, interested={chair.person: "申込者の取締役"})
    for seated in (second, third):
        opinion(item, seated)
    assert "特別の利害関係があるため" in refusal(conclude, item, chair)
    text = refusal(conclude, item, second)
    assert f"答申をまとめるのは委員の{elder.person}さんです" in text
    barred = {elder.person.user.pk: "この案件を受け付けた本人は答申をまとめられません。"}
    item = conclude(item, second, barred=barred)
    assert (item.eligible, item.quorum, item.present) == (3, 2, 2)


def test_the_receiver_of_the_case_does_not_conclude():
    chair, second, _third = make_committee(3)
    item = make_item(BodyKind.COMMITTEE)
    opinion(item, chair)
    opinion(item, second)
    barred = {chair.user.pk: "この案件を受け付けた本人は答申をまとめられません。"}
    assert "この案件を受け付けた本人" in refusal(conclude, item, chair, barred=barred)
    conclude(item, second, barred=barred)


def test_a_recommendation_follows_the_opinions_given():
    chair, second, third = make_committee(3)
    item = make_item(BodyKind.COMMITTEE)
    opinion(item, chair)
    opinion(item, second, "against", "担保が足りない")
    text = refusal(conclude, item, chair)
    assert "可決できません" in text
    assert "可否同数は否決です" in text
    assert "条件を記入" in refusal(conclude, item, chair, ItemResult.CONDITIONAL)
    assert "可・条件付可・否のいずれか" in refusal(conclude, item, chair, ItemResult.CONTINUED)
    opinion(item, third)
    assert "否とは記録できません" in refusal(conclude, item, chair, ItemResult.UNFAVOURABLE)
    conclude(item, chair)


def test_nobody_left_to_conclude_is_said():
    (chair,) = make_committee(1)
    item = make_item(BodyKind.COMMITTEE)
    opinion(item, chair)
    chair.user.is_active = False
    chair.user.save()
    assert "答申をまとめられる委員がいません" in refusal(conclude, item, chair)


# --- the board's decision -------------------------------------------------------------------


def test_directors_vote_for_themselves_and_the_recorder_for_raised_hands():
    first, second, third = make_board(3)
    item = make_item(meeting=make_meeting(present=[first, second]))
    cast = operations.cast_vote
    cast(item, seat=first.seat, choice="yes", comment="受注見込みを半期ごとに確認", by=first.user, on=HELD_ON)
    cast(item, seat=second.seat, choice="no", by=make_user(Role.CLERK), on=HELD_ON)
    cast(item, seat=first.seat, choice="abstain", by=first.user, on=HELD_ON)
    assert sorted(Vote.objects.values_list("choice", flat=True)) == ["abstain", "no"]
    text = refusal(cast, item, seat=first.seat, choice="yes", by=second.user, on=HELD_ON)
    assert "自分の議決だけ" in text
    assert "出席していません" in refusal(cast, item, seat=third.seat, choice="yes", by=third.user, on=HELD_ON)


def test_what_refuses_a_vote():
    first, second, third = make_board(3)
    auditor = make_seat(title=SeatTitle.AUDITOR)
    (member,) = make_committee(1)
    clerk = make_user()
    meeting = make_meeting(make_body(BodyKind.BOARD), present=[first, second, third, auditor])
    item = make_item(meeting=meeting, interested={third.person: "保証人"})
    cast = operations.cast_vote
    yes = {"choice": "yes", "by": clerk, "on": HELD_ON}
    assert "特別の利害関係があるため" in refusal(cast, item, seat=third.seat, **yes)
    assert "議決に加われる席にありません" in refusal(cast, item, seat=auditor, **yes)
    assert "議決に加われる席にありません" in refusal(cast, item, seat=member.seat, **yes)
    assert "賛成・反対・棄権" in refusal(cast, item, seat=first.seat, choice="", by=clerk, on=HELD_ON)
    early = date(2026, 11, 24)
    assert "まだ開かれていません" in refusal(cast, item, seat=first.seat, choice="yes", by=clerk, on=early)
    assert "理事会の議案に載っていません" in refusal(cast, make_item(), seat=first.seat, **yes)
    committee_item = make_item(BodyKind.COMMITTEE)
    assert "理事会の議案ではありません" in refusal(cast, committee_item, seat=member.seat, **yes)


def decide(item, result=ItemResult.FAVOURABLE, by=None, on=HELD_ON, **more):
    return operations.decide_board(item, result=result, by=by or make_user(Role.CHIEF), on=on, **more)


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.DIRECTOR, Role.AUDITOR, Role.ADMIN])
@pytest.mark.parametrize("result", [ItemResult.FAVOURABLE, ItemResult.CONTINUED])
def test_the_decision_is_recorded_by_those_who_keep_the_record(role, result):
    seats = make_board(3)
    item = make_item(meeting=make_meeting(present=seats))
    vote(item, *((seat, "yes") for seat in seats))
    with pytest.raises(StepRefused, match="権限がありません"):
        operations.decide_board(item, result=result, by=make_user(role), on=HELD_ON)
    item.refresh_from_db()
    assert item.is_open


def test_the_decision_is_numbered_counted_and_dated_by_the_meeting():
    seats = make_board(5)
    make_meeting(number=6)
    item = make_item(meeting=make_meeting(present=seats[:4]), interested={seats[4].person: "保証人"})
    vote(item, *zip(seats[:4], ["yes", "yes", "yes", "no"], strict=True))
    item = decide(item, ItemResult.CONDITIONAL, conditions="火災保険に質権", on=date(2026, 11, 27))
    assert item.number == "第7回理事会 第1号議案"
    assert item.decided_on == HELD_ON
    assert (item.seated, item.eligible, item.quorum, item.present, item.yes, item.no) == (5, 4, 3, 4, 3, 1)
    standing = operations.standing(item, on=HELD_ON)
    assert (standing.interested, standing.needed, standing.passed) == (1, 3, True)
    assert "すでに「議決済」" in refusal(decide, item)


def test_a_board_one_short_of_its_quorum_cannot_decide():
    seats = make_board(5)
    item = make_item(meeting=make_meeting(present=seats[:2]))
    vote(item, (seats[0], "yes"), (seats[1], "yes"))
    for result in (ItemResult.FAVOURABLE, ItemResult.UNFAVOURABLE, ItemResult.CONTINUED):
        text = refusal(decide, item, result)
        assert "定足数3名に対し出席2名で、あと1名足りません（議決に加われる理事は5名）。" in text


def test_a_recused_director_at_the_table_does_not_make_the_quorum():
    seats = make_board(5)
    item = make_item(meeting=make_meeting(present=seats[:3]), interested={seats[0].person: "申込者の代表者"})
    standing = operations.standing(item, on=HELD_ON)
    assert (standing.eligible, standing.quorum, standing.present, standing.met) == (4, 3, 2, False)
    assert "あと1名足りません" in refusal(decide, item)


def test_the_result_must_be_what_the_votes_say():
    seats = make_board(4)
    item = make_item(meeting=make_meeting(present=seats))
    vote(item, (seats[0], "yes"), (seats[1], "yes"), (seats[2], "no"), (seats[3], "no"))
    text = refusal(decide, item)
    assert "可決できません。賛成2票で、出席した理事の過半数（3票）に1票足りません。可否同数は否決です。" in text
    vote(item, (seats[2], "yes"))
    assert "否とは記録できません" in refusal(decide, item, ItemResult.UNFAVOURABLE)
    assert "条件を記入" in refusal(decide, item, ItemResult.CONDITIONAL)
    assert "いずれかを選んで" in refusal(decide, item, "maybe")
    vote(item, (seats[1], "no"))
    assert decide(item, ItemResult.UNFAVOURABLE).result == ItemResult.UNFAVOURABLE


def test_the_receiver_and_the_interested_do_not_record_the_decision():
    seats = make_board(4)
    item = make_item(meeting=make_meeting(present=seats[1:]), interested={seats[0].person: "保証人"})
    vote(item, *((seat, "yes") for seat in seats[1:]))
    assert "特別の利害関係があるため" in refusal(decide, item, by=seats[0].user)
    receiver = make_user(Role.CHIEF)
    barred = {receiver.pk: "この案件を受け付けた本人は決定を記録できません。"}
    assert "この案件を受け付けた本人" in refusal(decide, item, by=receiver, barred=barred)
    decide(item, barred=barred)


def test_a_continued_item_waits_again_and_its_number_stays_in_the_minutes():
    seats = make_board(3)
    meeting = make_meeting(present=seats)
    item = make_item(meeting=meeting)
    vote(item, (seats[0], "yes"))
    item = decide(item, ItemResult.CONTINUED, comment="決算書の説明を求める")
    assert (item.state, item.meeting, item.order, item.result) == (ItemState.WAITING, None, 0, "")
    assert not Vote.objects.exists()
    record = meeting.continuations.get()
    assert (record.order, record.present, record.comment) == (1, 3, "決算書の説明を求める")
    assert make_item(meeting=meeting).label == "第2号議案"
    assert AgendaItem.objects.undecided().count() == 2


def test_every_change_raises_the_version_of_the_meeting():
    seats = make_board(3)
    meeting = make_meeting()
    versions = []

    def note():
        meeting.refresh_from_db()
        versions.append(meeting.version)

    note()
    item = make_item(meeting=meeting)
    note()
    attend(meeting, *seats)
    note()
    vote(item, (seats[0], "yes"))
    note()
    operations.declare_interest(item, person=seats[0].person, reason="取引先", by=make_user(), on=HELD_ON)
    note()
    vote(item, (seats[1], "yes"), (seats[2], "yes"))
    note()
    decide(item)
    note()
    operations.close_meeting(meeting, by=make_user(), on=HELD_ON)
    note()
    assert versions == sorted(set(versions))
