"""The tablet in the room, the papers of a meeting, the register of decisions, and the forms around the meeting."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from coopfin.models import ReadLog
from coopfin.roles import Role
from documents.models import IssuedDocument
from governance import operations, printing
from governance.enums import BodyKind, ItemResult, SeatTitle
from governance.models import AgendaItem, Meeting, Seat, Vote
from tests.factories.core import make_cooperative, make_user
from tests.factories.governance import (
    HELD_ON,
    attend,
    make_board,
    make_body,
    make_item,
    make_meeting,
    make_person_with_user,
    make_resolution,
    make_seat,
    vote,
)

pytestmark = pytest.mark.django_db
TITLE = "能登精機株式会社 設備資金 20,000,000円の貸付"
PUBLIC = "組合員に対する資金の貸付の件（受付番号 2026-0012）"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The pages believe it is the day of the meeting; papers are not drawn."""
    for module in ("coopfin.views", "coopfin.context_processors"):
        monkeypatch.setattr(f"{module}.business_date", lambda: HELD_ON)
    for module in ("documents.operations", "governance.views.papers"):
        monkeypatch.setattr(f"{module}.render_pdf", lambda html: (b"%PDF-1.7 " + html.encode(), 1))


@pytest.fixture
def enter(client):
    def enter(user):
        client.force_login(user)
        return client

    return enter


def url(name, *args):
    return reverse(f"governance:{name}", args=args)


def board(**more):
    """Four directors and an open meeting with one item; the fourth has an interest."""
    seats = make_board(4)
    meeting = make_meeting(present=seats)
    item = make_item(meeting=meeting, interested={seats[3].person: "申込先の代表者"}, title=TITLE, **more)
    AgendaItem.objects.filter(pk=item.pk).update(public_title=PUBLIC)
    return seats, Meeting.objects.get(pk=meeting.pk), AgendaItem.objects.get(pk=item.pk)


# --- in the room -------------------------------------------------------------------------------


def test_a_director_reads_and_votes_on_his_own_page_and_may_change_it(enter):
    seats, meeting, item = board()
    client = enter(seats[0].user)
    room = url("room", meeting.pk)
    page = client.get(room).content.decode()
    assert TITLE in page
    # Enter in the opinion presses the first button of the form: one that is disabled, never 「賛成」.
    assert page.index('<button type="submit" disabled') < page.index('name="choice"')
    for choice, told in (("yes", "「賛成」と入れました"), ("no", "「反対」と入れました")):
        answer = client.post(
            url("room_vote", meeting.pk, item.pk), {"choice": choice, "comment": "半期ごとに確かめる"}, follow=True
        )
        assert told in answer.content.decode()
    kept = Vote.objects.get()
    assert (kept.seat, kept.choice, kept.comment, kept.cast_by) == (
        seats[0].seat, "no", "半期ごとに確かめる", seats[0].user,
    )  # fmt: skip


def test_the_same_press_twice_is_one_vote_and_a_refusal_keeps_what_was_typed(enter):
    seats, meeting, item = board()
    client = enter(seats[0].user)
    page = url("room_vote", meeting.pk, item.pk)
    for _ in range(2):
        client.post(page, {"choice": "yes", "token": "once"})
    assert Vote.objects.count() == 1
    answer = client.post(page, {"comment": "まだ迷う"})
    assert answer.status_code == 422
    assert "いずれかを押してください" in answer.content.decode()
    assert "まだ迷う" in answer.content.decode()
    operations.record_attendance(
        meeting, entries={seats[0].seat.pk: ("absent", None, None)}, by=make_user(Role.CLERK), on=HELD_ON
    )
    answer = client.post(page, {"choice": "yes"})
    assert answer.status_code == 422
    assert "出席していません" in answer.content.decode()


def test_the_interested_sees_no_word_of_the_item_and_strangers_have_no_page(enter):
    seats, meeting, item = board()
    client = enter(seats[3].user)
    text = client.get(url("room", meeting.pk)).content.decode()
    assert "利害関係のため非表示" in text
    assert "能登精機" not in text
    assert client.post(url("room_vote", meeting.pk, item.pk), {"choice": "yes"}).status_code == 404
    for stranger in (make_user(Role.CLERK), make_person_with_user(Role.DIRECTOR).user):
        assert enter(stranger).get(url("room", meeting.pk)).status_code == 404


def test_the_page_follows_the_item_that_the_secretariat_takes_up(enter):
    seats, meeting, item = board()
    second = make_item(meeting=meeting, title="白山木材株式会社の貸付")
    client = enter(seats[0].user)
    room = url("room", meeting.pk)
    response = client.get(room)
    mark, seen = response.context["mark"], ReadLog.objects.count()
    assert response.context["item"] == item
    assert client.get(room, {"seen": mark}).status_code == 204
    assert "HX-Refresh" not in client.get(room, {"seen": mark}).headers
    assert ReadLog.objects.count() == seen  # asking again is not reading again
    clerk = make_user(Role.CLERK)
    meeting.refresh_from_db()
    other = enter(clerk)
    other.post(url("take_up", meeting.pk, second.pk), {"version": meeting.version})
    client = enter(seats[0].user)
    assert client.get(room, {"seen": mark}).headers["HX-Refresh"] == "true"
    assert client.get(room).context["item"] == second


def test_an_auditor_reads_in_the_room_but_does_not_vote(enter):
    seats, meeting, item = board()
    auditor = make_seat(make_person_with_user(Role.AUDITOR), body=seats[0].seat.body, title=SeatTitle.AUDITOR)
    client = enter(auditor.person.user)
    for _ in range(2):
        text = client.get(url("room", meeting.pk)).content.decode()
        assert TITLE in text
        assert "監事は議決に加わりません" in text
        assert 'name="choice"' not in text
        # Once the attendance is recorded, there is still nothing to press.
        attend(meeting, auditor)
    sent = client.post(url("room_vote", meeting.pk, item.pk), {"choice": "yes"})
    assert sent.status_code == 404


# --- papers ------------------------------------------------------------------------------------


def test_the_papers_are_made_for_their_reader_and_every_making_is_remembered(enter):
    make_cooperative()
    seats, meeting, _ = board()
    answer = enter(seats[0].user).get(url("papers", meeting.pk))
    assert answer["Content-Disposition"].startswith("attachment")
    text = answer.content.decode()
    assert TITLE in text
    assert str(seats[0].user) in text
    assert ReadLog.objects.filter(by=seats[0].user, path=url("papers", meeting.pk)).count() == 1
    hidden = enter(seats[3].user).get(url("papers", meeting.pk)).content.decode()
    assert "利害関係のため非表示" in hidden
    assert "能登精機" not in hidden


def test_the_notice_says_no_members_name_and_is_issued_once(enter):
    make_cooperative()
    _, meeting, _ = board()
    client = enter(make_user(Role.CLERK))
    text = client.get(url("notice", meeting.pk)).content.decode()
    assert PUBLIC in text
    assert "能登精機" not in text
    assert "理事・監事 各位" in text
    client.post(url("notice", meeting.pk))
    client.post(url("notice", meeting.pk))
    assert IssuedDocument.objects.get().paper == "convening_notice"


def test_a_notice_without_items_is_refused_and_a_late_one_is_told(enter):
    make_cooperative()
    make_board(3)
    meeting = make_meeting(held_on=HELD_ON + timedelta(days=3))
    client = enter(make_user(Role.CLERK))
    assert "議案のない招集通知は発行できません" in client.post(url("notice", meeting.pk), follow=True).content.decode()
    assert not IssuedDocument.objects.exists()
    assert "会日の7日前までに発することとしています（今日は3日前）" in printing.notice_warning(meeting, HELD_ON)
    assert printing.notice_warning(meeting, HELD_ON - timedelta(days=4)) == ""
    assert "今日は3日前" in client.get(meeting.get_absolute_url()).content.decode()


def test_minutes_are_issued_when_the_chair_finalises_and_can_be_neither_voided_nor_seen_by_the_interested(enter):
    make_cooperative()
    seats, meeting, item = board()
    vote(item, *((seat, "yes") for seat in seats[:3]))
    operations.decide_board(item, result=ItemResult.FAVOURABLE, by=make_user(Role.CHIEF), on=HELD_ON)
    clerk = make_person_with_user(Role.CLERK)
    operations.close_meeting(Meeting.objects.get(pk=meeting.pk), by=clerk.user, on=HELD_ON)
    draft = enter(clerk.user).get(url("minutes", meeting.pk)).content.decode()
    assert "見本" in draft
    assert PUBLIC in draft
    assert "能登精機" not in draft
    answer = enter(seats[0].user).post(
        url("finalise", meeting.pk), {"version": Meeting.objects.get().version}, follow=True
    )
    assert "議事録を確定しました" in answer.content.decode()
    document = IssuedDocument.objects.get()
    assert (document.paper, document.is_intact) == ("minutes", True)
    assert not printing.may_void_paper(clerk.user, document, HELD_ON)
    client = enter(clerk.user)
    assert client.get(reverse("documents:issued_void", args=[document.pk])).status_code == 403
    assert client.get(url("minutes", meeting.pk)).status_code == 302
    operations_page = client.get(meeting.get_absolute_url()).content.decode()
    assert "備置きの期限 2036年11月25日" in operations_page
    # A clerk with an interest in the item neither sees the paper nor the specimen.
    item.recusals.create(person=clerk, reason="申込先の役員", found=False)
    assert client.get(reverse("documents:issued", args=[document.pk])).status_code == 404
    assert client.get(url("minutes", meeting.pk)).status_code == 404


# --- decisions ---------------------------------------------------------------------------------


def test_the_register_of_decisions_is_searched_exported_and_hides_what_must_be_hidden(enter):
    make_cooperative()
    seats, meeting, item = board()
    vote(item, *((seat, "yes") for seat in seats[:3]))
    operations.decide_board(
        item, result=ItemResult.CONDITIONAL, conditions="火災保険に質権", by=make_user(Role.CHIEF), on=HELD_ON
    )
    page = url("decisions")
    client = enter(make_user(Role.CLERK))
    body = meeting.body_id
    for query, found in (
        ({}, True), ({"q": "質権"}, True), ({"q": "第1回理事会 能登"}, True), ({"q": "鶴来"}, False),
        ({"body": body, "year": "2026", "result": "conditional"}, True), ({"result": "unfavourable"}, False),
    ):  # fmt: skip
        assert ("第1回理事会 第1号議案" in client.get(page, query).content.decode()) == found, query
    assert "第1回理事会 第1号議案" in client.get(page, {"export": "csv"}).content.decode("utf-8-sig")
    decision = item.get_absolute_url()
    assert "火災保険に質権" in client.get(decision).content.decode()
    assert decision in client.get(reverse("desk:search"), {"q": "第1回理事会"}).content.decode()
    interested = enter(seats[3].user)
    assert decision not in interested.get(reverse("desk:search"), {"q": "第1回理事会"}).content.decode()
    assert "第1号議案" not in interested.get(page).content.decode()
    assert interested.get(decision).status_code == 404
    assert enter(make_user(Role.COMMITTEE)).get(decision).status_code == 404


def test_the_limits_that_rest_on_a_decision_link_to_it(enter):
    make_cooperative()
    seats = make_board(3)
    meeting = make_meeting(present=seats)
    item = make_item(meeting=meeting)
    vote(item, *((seat, "yes") for seat in seats))
    operations.decide_board(item, result=ItemResult.FAVOURABLE, by=make_user(Role.CHIEF), on=HELD_ON)
    resolution = make_resolution()
    assert resolution.decision_url == ""
    type(resolution).objects.update(decision=item)
    text = enter(make_user(Role.CLERK)).get(url("resolutions")).content.decode()
    assert item.get_absolute_url() in text


# --- forms -------------------------------------------------------------------------------------


def test_convening_a_general_meeting_asks_which_and_goes_on_from_the_typed_resolutions(enter):
    make_cooperative()
    make_board(1)
    make_resolution()  # 第48回通常総会
    general = make_body(BodyKind.GENERAL_MEETING)
    client = enter(make_user(Role.CLERK))
    assert client.get(url("convene"), {"kind": "ordinary"}).context["form"].initial["number"] == 49
    data = {"body": general.pk, "held_on": "2027-05-25", "starts_at": "10:00", "place": "会館", "number": "49"}
    answer = client.post(url("convene"), data)
    assert answer.status_code == 422
    assert "通常総会か臨時総会かを選んでください" in answer.content.decode()
    client.post(url("convene"), {**data, "kind": "ordinary"})
    assert str(Meeting.objects.get()) == "第49回通常総会"


def test_an_adjournment_without_a_reason_or_half_a_date_loses_nothing(enter):
    seats = make_board(5)
    meeting = make_meeting(present=seats[:2])
    make_item(meeting=meeting)
    client = enter(make_user(Role.CLERK))
    page = url("adjourn", meeting.pk)
    meeting.refresh_from_db()
    data = {"version": meeting.version, "reason": "", "held_on": "2026-12-02", "starts_at": "", "place": ""}
    answer = client.post(page, data)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "2026-12-02" in text
    assert "延会の開始時刻を入力してください" in text
    answer = client.post(page, {**data, "reason": "欠席のため", "starts_at": "14", "place": "会館"}, follow=True)
    assert "第2回理事会を招集し、議案を載せました" in answer.content.decode()
    assert Meeting.objects.get(number=2).starts_at == time(14)


def test_reappointing_proposes_a_term_of_the_same_length(enter):
    seat = make_seat(to_on=HELD_ON + timedelta(days=30), from_on=HELD_ON + timedelta(days=31) - timedelta(days=730))
    client = enter(make_user(Role.ADMIN))
    body = url("body", seat.body_id)
    assert "再任" in client.get(body).content.decode()
    form = client.get(url("reappoint", seat.pk)).context["form"]
    assert form.initial["to_on"].year == seat.to_on.year + 2
    answer = client.post(url("reappoint", seat.pk), {"title": "director", "to_on": "R10.12.25"}, follow=True)
    assert "再任を登録しました" in answer.content.decode()
    assert "再任済" in client.get(body).content.decode()
    assert Seat.objects.count() == 2


def test_all_waiting_items_go_on_the_agenda_at_once(enter):
    make_board(3)
    meeting = make_meeting()
    items = [make_item() for _ in range(3)]
    client = enter(make_user(Role.CLERK))
    assert "すべて載せる" in client.get(meeting.get_absolute_url()).content.decode()
    answer = client.post(url("agenda_all", meeting.pk), {"version": meeting.version}, follow=True)
    assert "付議待ちの3件を議案に載せました" in answer.content.decode()
    assert [AgendaItem.objects.get(pk=item.pk).order for item in items] == [1, 2, 3]
