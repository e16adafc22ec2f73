"""The pages: who sees which meeting, what the interested never see, one form each, stale pages and double submits."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coopfin import worklists
from coopfin.flow import StepRefused
from coopfin.roles import Role
from governance import barring, desk, operations
from governance.enums import BodyKind, ItemResult, ItemState
from governance.models import Attendance, LimitResolution, Meeting, Vote
from members.models import Person
from tests.factories.core import make_cooperative, make_policy, make_user
from tests.factories.governance import (
    HELD_ON,
    attend,
    make_board,
    make_body,
    make_committee,
    make_item,
    make_meeting,
    make_person_with_user,
    make_resolution,
    make_seat,
    vote,
)

pytestmark = pytest.mark.django_db

TITLE = "能登精機株式会社 設備資金 20,000,000円の貸付"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The pages believe it is the day of the meeting."""
    monkeypatch.setattr("coopfin.views.business_date", lambda: HELD_ON)
    monkeypatch.setattr("coopfin.context_processors.business_date", lambda: HELD_ON)


@pytest.fixture
def enter(client):
    def enter(user):
        client.force_login(user)
        return client

    return enter


def url(name, *args):
    return reverse(f"governance:{name}", args=args)


def attendance_data(meeting, *seats, kind="present", **more):
    data = {"version": str(meeting.version), "token": more.pop("token", "")}
    for seat in seats:
        data |= {f"kind_{seat.pk}": kind, f"arrived_{seat.pk}": "14:00", f"left_{seat.pk}": ""}
    return data | more


def votes_data(item, version, choices, **more):
    prefix = f"item{item.pk}"
    data = {f"{prefix}-version": str(version), f"{prefix}-token": more.pop("token", "")}
    for seat, choice in choices:
        data |= {f"{prefix}-choice_{seat.pk}": choice, f"{prefix}-comment_{seat.pk}": more.get("comment", "")}
    return data


# --- registers -----------------------------------------------------------------------------


def test_the_resolutions_page_shows_the_limits_and_their_end(enter):
    make_cooperative()
    make_policy()
    make_resolution(effective_on=date(2026, 5, 28))
    make_resolution(effective_on=date(2025, 5, 28), resolved_on=date(2025, 5, 28), meeting_name="第47回通常総会")
    waiting = make_resolution(effective_on=date(2026, 12, 1), approved=False, meeting_name="臨時総会")
    text = enter(make_user(Role.CHIEF)).get(url("resolutions")).content.decode()
    assert "第48回通常総会 第5号議案" in text
    assert "500,000,000" in text
    assert "2027年6月30日（令和9年6月30日）まで有効" in text
    assert "申込の承認も貸付の実行もできなくなります" in text
    assert "北陸第一銀行" in text
    assert waiting.proposal_url in text
    assert "第47回通常総会" in text


def test_without_a_resolution_the_page_says_what_to_do(enter):
    text = enter(make_user(Role.CLERK)).get(url("resolutions")).content.decode()
    assert "有効な限度額の決議がありません" in text
    assert "/admin/" not in text


def test_the_bodies_page_marks_terms_that_end_soon(enter):
    make_board(2)
    make_seat(to_on=HELD_ON + timedelta(days=90), person=Person.objects.create(name="白山 誠"))
    make_seat(to_on=HELD_ON + timedelta(days=91), person=Person.objects.create(name="珠洲 明美"))
    make_seat(to_on=HELD_ON - timedelta(days=1), person=Person.objects.create(name="輪島 健"))
    text = enter(make_user(Role.ADMIN)).get(url("bodies")).content.decode()
    assert text.count("90日以内に満了") == 1
    assert "在任 4名" in text
    assert "退任 1名" in text


@pytest.mark.parametrize("name", ["resolutions", "bodies"])
def test_register_pages_ask_a_constant_number_of_questions(enter, name):
    make_board(3)
    client = enter(make_user(Role.CHIEF))
    counts = []
    for years in (range(2000, 2003), range(2003, 2020)):
        for year in years:
            make_resolution(meeting_name=f"{year}年総会", effective_on=date(year, 6, 1), resolved_on=date(year, 5, 28))
            make_seat(person=Person.objects.create(name=f"委員 {year}郎"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(name)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- lists ---------------------------------------------------------------------------------


def test_people_see_the_meetings_of_their_own_body(enter):
    (director,) = make_board(1)
    (member,) = make_committee(1)
    board, committee = make_meeting(make_body(BodyKind.BOARD)), make_meeting(make_body(BodyKind.COMMITTEE))
    sees = {
        director.user: {board, committee},  # the president oversees both
        member.user: {committee},
        make_person_with_user(Role.DIRECTOR).user: set(),
        make_user(Role.ADMIN): set(),
        make_user(Role.CLERK): {board, committee},
        make_user(Role.AUDITOR): {board, committee},
    }
    for user, meetings in sees.items():
        client = enter(user)
        shown = client.get(url("meetings"))
        assert shown.status_code == 200
        for meeting in (board, committee):
            assert (str(meeting) in shown.content.decode()) == (meeting in meetings)
            answer = client.get(meeting.get_absolute_url()).status_code
            assert answer == (200 if meeting in meetings else 404)


def test_meetings_are_filtered_by_body_and_state(enter):
    make_board(1)
    make_committee(1)
    make_meeting(make_body(BodyKind.BOARD))
    make_meeting(make_body(BodyKind.COMMITTEE))
    client = enter(make_user(Role.CLERK))
    text = client.get(url("meetings"), {"body": make_body(BodyKind.BOARD).pk}).content.decode()
    assert "第1回理事会" in text
    assert "第1回金融委員会" not in text
    assert "条件に合うものはありません" in client.get(url("meetings"), {"state": "closed"}).content.decode()


def test_the_list_of_meetings_asks_a_constant_number_of_questions(enter):
    make_board(1)
    client = enter(make_user(Role.CLERK))
    counts = []
    for wanted in (10, 40):
        for number in range(Meeting.objects.count() + 1, wanted + 1):
            make_meeting(number=number)
        with CaptureQueriesContext(connection) as queries:
            client.get(url("meetings"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_convening_numbers_the_meeting_and_keeps_what_was_typed(enter):
    make_board(3)
    client = enter(make_user(Role.CLERK))
    data = {"body": make_body().pk, "held_on": "2026-02-30", "starts_at": "25時", "place": "会議室"}
    answer = client.post(url("convene"), data)
    assert answer.status_code == 422
    assert "2026-02-30" in answer.content.decode()
    assert "時刻は 14:05 のように" in answer.content.decode()
    answer = client.post(url("convene"), {**data, "held_on": "R8.11.25", "starts_at": "１４時３０分"}, follow=True)
    meeting = Meeting.objects.get()
    assert (meeting.held_on, meeting.starts_at) == (HELD_ON, time(14, 30))
    assert "第1回理事会を招集しました" in answer.content.decode()


def test_only_the_secretariat_convenes(enter):
    for role in set(Role) - {Role.CLERK, Role.CHIEF}:
        assert enter(make_user(role)).get(url("convene")).status_code == 403


# --- the meeting page ----------------------------------------------------------------------


def test_an_interested_director_sees_nothing_of_the_item(enter):
    seats = make_board(4)
    interested = make_seat(body=seats[0].seat.body)
    meeting = make_meeting(present=[*seats, interested])
    item = make_item(meeting=meeting, interested={interested.person: "申込者の代表者"}, title=TITLE)
    vote(item, *((seat, "yes") for seat in seats))
    operations.decide_board(
        item, result=ItemResult.CONDITIONAL, conditions="火災保険に質権", by=make_user(Role.CHIEF), on=HELD_ON
    )
    text = enter(interested.person.user).get(meeting.get_absolute_url()).content.decode()
    assert "利害関係のため非表示" in text
    for secret in ("能登精機", "20,000,000", item.target_url, item.decide_url, "火災保険", "申込者の代表者"):
        assert secret not in text
    other = enter(seats[1].user).get(meeting.get_absolute_url()).content.decode()
    assert TITLE in other
    assert "特別の利害関係（申込者の代表者）により議決に加わらない" in other


def test_a_continued_item_stays_hidden_too(enter):
    seats = make_board(4)
    meeting = make_meeting(present=seats)
    item = make_item(meeting=meeting, interested={seats[3].person: "保証人"}, title=TITLE)
    operations.decide_board(
        item, result=ItemResult.CONTINUED, comment="決算書を待つ", by=make_user(Role.CHIEF), on=HELD_ON
    )
    text = enter(seats[3].user).get(meeting.get_absolute_url()).content.decode()
    assert "第1号議案 利害関係のため非表示" in text
    assert "能登精機" not in text
    text = enter(seats[1].user).get(meeting.get_absolute_url()).content.decode()
    assert f"第1号議案 {TITLE}について審議し、継続審議とした（決算書を待つ）。" in text


def test_an_interested_clerk_finds_no_waiting_item_and_no_forms(enter):
    clerk = make_person_with_user(Role.CLERK)
    seats = make_board(3)
    meeting = make_meeting(present=seats)
    waiting = make_item(interested={clerk: "申込者の監査役"}, title="珠洲鋳造の貸付")
    item = make_item(meeting=meeting, interested={clerk: "申込者の監査役"}, title=TITLE)
    client = enter(clerk.user)
    text = client.get(meeting.get_absolute_url()).content.decode()
    assert "能登精機" not in text
    assert "珠洲鋳造" not in text
    meeting.refresh_from_db()
    data = votes_data(item, meeting.version, [(seats[0].seat, "yes")])
    assert client.post(url("votes", meeting.pk, item.pk), data).status_code == 404
    assert client.post(url("agenda_remove", meeting.pk, item.pk), {"version": meeting.version}).status_code == 404
    add = client.post(url("agenda_add", meeting.pk), {"version": meeting.version, "item": waiting.pk})
    assert add.status_code == 422
    assert client.get(url("interest", item.pk)).status_code == 404


def test_the_recorder_puts_a_case_on_the_agenda_and_takes_it_off(enter):
    make_board(3)
    meeting, item = make_meeting(), make_item(title=TITLE)
    client = enter(make_user(Role.CLERK))
    assert TITLE in client.get(meeting.get_absolute_url()).content.decode()
    client.post(url("agenda_add", meeting.pk), {"version": meeting.version, "item": item.pk})
    item.refresh_from_db()
    assert (item.meeting, item.order) == (meeting, 1)
    meeting.refresh_from_db()
    client.post(url("agenda_remove", meeting.pk, item.pk), {"version": meeting.version})
    item.refresh_from_db()
    assert item.state == ItemState.WAITING


def test_attendance_is_sent_in_one_form(enter):
    seats = make_board(3)
    meeting = make_meeting()
    client = enter(make_user(Role.CLERK))
    data = attendance_data(meeting, seats[0].seat, seats[1].seat)
    data |= {f"left_{seats[1].seat.pk}": "１５時０５分"}
    answer = client.post(url("attendance", meeting.pk), data, follow=True)
    assert "出席を記録しました" in answer.content.decode()
    assert Attendance.objects.count() == 2
    assert Attendance.objects.get(seat=seats[1].seat).left_at == time(15, 5)
    meeting.refresh_from_db()
    client.post(url("attendance", meeting.pk), attendance_data(meeting, seats[0].seat, everyone="yes"))
    assert Attendance.objects.filter(kind="present").count() == 3


def test_a_refused_attendance_keeps_what_was_typed(enter):
    seats = make_board(2)
    meeting = make_meeting()
    client = enter(make_user(Role.CLERK))
    data = attendance_data(meeting, seats[0].seat, seats[1].seat) | {f"left_{seats[0].seat.pk}": "13:45"}
    answer = client.post(url("attendance", meeting.pk), data)
    assert answer.status_code == 422
    assert "退席時刻（13:45）が着席時刻（14:00）より前です" in answer.content.decode()
    assert 'value="13:45"' in answer.content.decode()
    assert not Attendance.objects.exists()
    answer = client.post(url("attendance", meeting.pk), data | {f"left_{seats[0].seat.pk}": "99:99"})
    assert answer.status_code == 422
    assert "時刻は 14:05 のように" in answer.content.decode()


def test_a_stale_page_is_refused_and_can_be_sent_again(enter):
    seats = make_board(3)
    meeting = make_meeting()
    old = attendance_data(meeting, seats[0].seat)
    attend(meeting, seats[1])
    client = enter(make_user(Role.CLERK))
    answer = client.post(url("attendance", meeting.pk), old)
    assert answer.status_code == 422
    assert "ほかの人が会議の記録を更新しました" in answer.content.decode()
    assert not Attendance.objects.filter(seat=seats[0].seat).exists()
    fresh = answer.context["attendance_form"]["version"].value()
    assert client.post(url("attendance", meeting.pk), old | {"version": fresh}).status_code == 302
    assert Attendance.objects.filter(seat=seats[0].seat).exists()


def test_votes_are_sent_in_one_form_and_twice_does_nothing_twice(enter):
    seats = make_board(3)
    meeting = make_meeting(present=seats)
    item = make_item(meeting=meeting)
    meeting.refresh_from_db()
    client = enter(make_user(Role.CLERK))
    choices = [(seats[0].seat, "yes"), (seats[1].seat, "yes"), (seats[2].seat, "no")]
    data = votes_data(item, meeting.version, choices, token="once", comment="受注見込みを確認")
    answer = client.post(url("votes", meeting.pk, item.pk), data, follow=True)
    assert "第1号議案の議決を3名分記録しました" in answer.content.decode()
    version = Meeting.objects.get().version
    again = client.post(url("votes", meeting.pk, item.pk), data)
    assert again.status_code == 302
    assert (Vote.objects.count(), Meeting.objects.get().version) == (3, version)
    stale = client.post(url("votes", meeting.pk, item.pk), data | {f"item{item.pk}-token": "twice"})
    assert stale.status_code == 422


def test_the_unrecorded_are_all_for_it_at_one_button_that_enter_never_presses(enter):
    seats = make_board(3)
    meeting = make_meeting(present=seats)
    item = make_item(meeting=meeting)
    meeting.refresh_from_db()
    client = enter(make_user(Role.CLERK))
    page = client.get(meeting.get_absolute_url()).content.decode()
    for record, everyone in (("議決を記録する", "全員賛成にする"), ("出席を記録する", "全員出席にする")):
        assert page.index(f">{record}</button>") < page.index(f"{everyone}</button>")
    data = votes_data(item, meeting.version, [(seats[2].seat, "no")]) | {f"item{item.pk}-everyone": "yes"}
    client.post(url("votes", meeting.pk, item.pk), data)
    assert {v.seat_id: v.choice for v in Vote.objects.all()} == {
        seats[0].seat.pk: "yes", seats[1].seat.pk: "yes", seats[2].seat.pk: "no",
    }  # fmt: skip


def test_a_director_votes_only_for_himself(enter):
    seats = make_board(3)
    meeting = make_meeting(present=seats)
    item = make_item(meeting=meeting)
    meeting.refresh_from_db()
    client = enter(seats[1].user)
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert f'name="item{item.pk}-choice_{seats[1].seat.pk}"' in page
    assert f'name="item{item.pk}-choice_{seats[2].seat.pk}"' not in page
    choices = [(seats[1].seat, "no"), (seats[2].seat, "no")]
    # Another director voted meanwhile: one's own vote is not refused for that.
    vote(item, (seats[0], "yes"))
    assert client.post(url("votes", meeting.pk, item.pk), votes_data(item, meeting.version, choices)).status_code == 302
    assert {v.seat_id: v.choice for v in Vote.objects.all()} == {seats[0].seat.pk: "yes", seats[1].seat.pk: "no"}
    assert client.post(url("attendance", meeting.pk), {}).status_code == 403


def test_a_vote_cast_on_ones_own_tablet_is_changed_by_nobody_else(enter):
    seats = make_board(3)
    meeting = make_meeting(present=seats)
    item = make_item(meeting=meeting)
    vote(item, (seats[1], "no"), by=seats[1].user)
    vote(item, (seats[2], "yes"))
    for other in (make_user(Role.CLERK), seats[0].user):
        page = enter(other).get(meeting.get_absolute_url()).content.decode()
        assert f'name="item{item.pk}-choice_{seats[1].seat.pk}"' not in page
        assert f'name="item{item.pk}-choice_{seats[2].seat.pk}"' in page
        with pytest.raises(StepRefused, match="本人だけが改められます"):
            vote(item, (seats[1], "yes"), by=other)
    vote(item, (seats[1], "abstain"), by=seats[1].user)
    vote(item, (seats[2], "no"))
    assert {v.seat_id: v.choice for v in Vote.objects.all()} == {seats[1].seat.pk: "abstain", seats[2].seat.pk: "no"}


def test_one_who_may_vote_for_nobody_is_told_so(enter):
    seats = make_board(3)
    meeting = make_meeting(present=seats[:2])
    item = make_item(meeting=meeting)
    answer = enter(seats[2].user).post(url("votes", meeting.pk, item.pk), votes_data(item, 1, []))
    assert answer.status_code == 422
    assert "記録できる議決はありません" in answer.content.decode()


def test_the_page_leads_to_the_decision_when_the_quorum_stands(enter):
    seats = make_board(5)
    meeting = make_meeting(present=seats[:2])
    item = make_item(meeting=meeting)
    client = enter(make_user(Role.CHIEF))
    text = client.get(meeting.get_absolute_url()).content.decode()
    assert item.decide_url not in text
    assert "定足数に満たないので、決定を記録できません" in text
    attend(meeting, seats[2])
    assert item.decide_url in client.get(meeting.get_absolute_url()).content.decode()
    assert item.decide_url not in enter(make_user(Role.CLERK)).get(meeting.get_absolute_url()).content.decode()


def test_the_committees_advice_is_shown_to_the_board(enter):
    chair, second = make_committee(2)
    seats = make_board(3)
    target = Person.objects.create(name="能登 一郎")
    item = make_item(BodyKind.COMMITTEE, target=target)
    for seated in (chair, second):
        operations.give_opinion(item, seat=seated.seat, choice="for", reason="妥当", by=seated.user, on=HELD_ON)
    operations.conclude_committee(
        item, result=ItemResult.CONDITIONAL, conditions="建物の火災保険に質権", by=chair.user, on=HELD_ON
    )
    meeting = make_meeting(make_body(BodyKind.BOARD), present=seats)
    make_item(target=target, meeting=meeting)
    text = enter(seats[1].user).get(meeting.get_absolute_url()).content.decode()
    assert "建物の火災保険に質権" in text
    assert "2名中 賛成 2名" in text


def test_the_committees_meeting_shows_opinions_and_who_concludes(enter):
    chair, second, third = make_committee(3)
    meeting = make_meeting(make_body(BodyKind.COMMITTEE), present=[chair, second])
    item = make_item(BodyKind.COMMITTEE, meeting=meeting)
    for seated in (chair, second):
        operations.give_opinion(
            item, seat=seated.seat, choice="for", reason="資金使途が明確", by=seated.user, on=HELD_ON
        )
    text = enter(third.user).get(meeting.get_absolute_url()).content.decode()
    assert "資金使途が明確" in text
    assert f"答申をまとめる人: 委員長 {chair.person}" in text
    assert item.decide_url not in text
    assert item.decide_url in enter(chair.user).get(meeting.get_absolute_url()).content.decode()


def test_the_minutes_say_attendance_recusal_votes_and_result(enter):
    seats = make_board(5)
    meeting = make_meeting(present=seats)
    item = make_item(meeting=meeting, interested={seats[4].person: "申込者の代表者"}, title=TITLE)
    operations.declare_interest(
        item, person=seats[4].person, reason="", left_at=time(14, 20), by=make_user(), on=HELD_ON
    )
    vote(item, (seats[0], "yes"), (seats[1], "yes"), (seats[2], "yes"), (seats[3], "no"))
    operations.decide_board(
        item, result=ItemResult.CONDITIONAL, conditions="火災保険に質権", by=make_user(Role.CHIEF), on=HELD_ON
    )
    text = enter(make_user(Role.AUDITOR)).get(meeting.get_absolute_url()).content.decode()
    assert "在任理事5名のうち出席5名" in text
    assert (
        f"第1号議案 {TITLE}について議長が議場に諮ったところ、議決に加わった理事4名のうち"
        "賛成3名・反対1名・棄権0名により、次の条件を付して（火災保険に質権）これを可決した。"
        f"なお、理事 {seats[4].person}は特別の利害関係（申込者の代表者）を有するため、14時20分に退席し、議決に加わらなかった。"
    ) in text


def test_declaring_an_interest_hides_the_item_at_once(enter):
    seats = make_board(3)
    meeting = make_meeting(present=seats)
    item = make_item(meeting=meeting, title=TITLE)
    client = enter(seats[1].user)
    assert client.get(url("interest", item.pk)).status_code == 200
    assert client.post(url("interest", item.pk), {"reason": ""}).status_code == 422
    answer = client.post(url("interest", item.pk), {"reason": "取引先の取締役", "left_at": "14:20"}, follow=True)
    assert "申出を記録しました" in answer.content.decode()
    assert "能登精機" not in answer.content.decode()
    assert item.recusals.get().person == seats[1].person


def test_the_recorder_enters_a_declaration_for_another(enter):
    seats = make_board(3)
    item = make_item(meeting=make_meeting(present=seats))
    data = {"seat": seats[2].seat.pk, "reason": "取引先", "left_at": "14:20"}
    assert enter(make_user(Role.CLERK)).post(url("interest", item.pk), data).status_code == 302
    assert item.recusals.get().person == seats[2].person
    outsider = make_person_with_user(Role.DIRECTOR)
    assert enter(outsider.user).get(url("interest", item.pk)).status_code == 404


def test_a_closed_meeting_shows_records_without_forms(enter):
    seats = make_board(2)
    meeting = make_meeting(present=seats)
    client = enter(make_user(Role.CLERK))
    assert client.get(url("close", meeting.pk)).status_code == 200
    answer = client.post(url("close", meeting.pk), follow=True)
    assert "終えました" in answer.content.decode()
    assert 'action="' + url("attendance", meeting.pk) not in answer.content.decode()
    data = attendance_data(Meeting.objects.get(), seats[0].seat)
    assert client.post(url("attendance", meeting.pk), data).status_code == 422


def test_an_address_meant_for_sending_leads_back_to_the_meeting(enter):
    seats = make_board(2)
    meeting = make_meeting(present=seats)
    item = make_item(meeting=meeting)
    client = enter(make_user(Role.CLERK))
    for address in (
        url("attendance", meeting.pk), url("agenda_add", meeting.pk),
        url("votes", meeting.pk, item.pk), url("agenda_remove", meeting.pk, item.pk),
    ):  # fmt: skip
        assert client.get(address).headers["Location"] == meeting.get_absolute_url()


def test_the_meeting_page_asks_no_more_for_more_items(enter, monkeypatch):
    # Who handled a case is asked of the room that knows it, once for all items.
    monkeypatch.setitem(
        barring._bars, "members.person", lambda numbers: {pk: {} for pk in Person.objects.in_bulk(numbers)}
    )
    seats = make_board(3)
    meeting = make_meeting(present=seats)
    client = enter(seats[1].user)
    counts = []
    for wanted in (2, 6):
        while meeting.items.count() < wanted:
            vote(make_item(meeting=meeting), (seats[0], "yes"))
        with CaptureQueriesContext(connection) as queries:
            client.get(meeting.get_absolute_url())
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- today ---------------------------------------------------------------------------------


def tasks(user):
    return [task.title for source in (desk.proposals_to_approve, desk.seats_to_renew, desk.meetings_to_record)
            for task in source(user, HELD_ON)]  # fmt: skip


def test_proposals_call_those_who_may_approve_but_not_the_proposer():
    proposer = make_user(Role.CHIEF)
    make_resolution(approved=False, proposer=proposer)
    make_policy(approved=False, proposer=proposer)
    assert tasks(make_user(Role.PRESIDENT)) == [
        "限度額の決議の提案を承認または却下する", "方針の提案を承認または却下する",
    ]  # fmt: skip
    assert tasks(proposer) == []
    assert tasks(make_user(Role.CLERK)) == []
    assert desk.waiting_limits(make_user(Role.PRESIDENT), HELD_ON) == 1
    assert desk.waiting_rules(make_user(Role.PRESIDENT), HELD_ON) == 1
    assert desk.waiting_rules(make_user(Role.CLERK), HELD_ON) == 0
    assert LimitResolution.objects.waiting().count() == 1


def test_terms_that_end_soon_and_meetings_past_call_the_secretariat():
    make_board(1)
    make_seat(to_on=HELD_ON + timedelta(days=30))
    make_meeting(held_on=HELD_ON)
    make_meeting(held_on=HELD_ON + timedelta(days=1))
    clerk = make_user(Role.CLERK)
    assert tasks(clerk) == ["理事会の理事の任期が満了する", "会議の出席と議決を記録する"]
    assert desk.meetings_count(clerk, HELD_ON) == 1
    assert tasks(make_user(Role.AUDITOR)) == []


def test_the_menu_names_the_places():
    labels = {item.label: item.order for item in worklists.menu if item.url_name.startswith("governance:")}
    assert labels == {"限度額・決議": 70, "方針・規程": 71, "会議": 72, "決議一覧": 74}
