"""一覧: what a clerk looks for in the lists of people, meetings, account requests and users, and takes along as a file."""

import html
from datetime import date

import pytest

from coopfin.roles import Role
from governance.enums import SeatTitle
from members import operations
from tests.factories.core import make_user
from tests.factories.governance import HELD_ON, make_board, make_meeting, make_seat
from tests.factories.members import make_member, make_person

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


@pytest.fixture
def clerk(client):
    user = make_user(Role.CLERK)
    client.force_login(user)
    return user


def told(response) -> str:
    return html.unescape(response.content.decode("utf-8-sig"))


def test_a_person_is_found_by_the_seat_held_today(client, clerk):
    (seat,) = make_board(1)
    plain = make_person(name="無役 太郎")
    page = told(client.get("/members/people/"))
    assert "理事会 理事長" in page
    seated = told(client.get("/members/people/?role=seat"))
    assert (seat.person.name in seated, plain.name in seated) == (True, False)
    without = told(client.get("/members/people/?role=none"))
    assert (seat.person.name in without, plain.name in without) == (False, True)
    assert "理事会 理事長" in told(client.get("/members/people/?role=seat&export=csv"))


def test_meetings_are_narrowed_by_day_and_place_and_exported_as_seen(client, clerk):
    make_board(3)
    meeting = make_meeting()
    day = HELD_ON.isoformat()
    assert str(meeting) in told(client.get(f"/governance/meetings/?from_on={day}&to_on={day}"))
    assert str(meeting) not in told(client.get("/governance/meetings/?place=ありえない場所"))
    assert str(meeting) in told(client.get("/governance/meetings/?export=csv"))


def test_the_requests_for_accounts_are_narrowed_by_state(client, clerk):
    member = make_member()
    account = {**member.account, "account_number": "7654321"}
    request = operations.request_account(member=member, document="通帳の写し", by=clerk, on=ON, **account)
    assert "7654321" in told(client.get("/members/accounts/?state=proposed"))
    assert client.get(request.get_absolute_url() + "withdraw/").status_code == 200
    sent = client.post(request.get_absolute_url() + "withdraw/", {"reason": "番号の誤り"})
    assert sent.url == request.get_absolute_url()
    assert "番号の誤り" in told(client.get(sent.url))
    assert "7654321" not in told(client.get("/members/accounts/?state=proposed"))
    assert "取下げ" in told(client.get("/members/accounts/?state=withdrawn&q=7654321"))


def test_the_administrator_sees_who_has_not_pledged(client):
    client.force_login(make_user(Role.ADMIN))
    make_user(Role.COMMITTEE, name="未誓約 花子", pledged=False)
    page = told(client.get("/setup/users/"))
    assert "守秘の誓約" in page
    assert "まだ" in page[page.index("未誓約 花子") :]


def test_the_vice_president_comes_before_the_managing_director_and_they_before_the_rest(client, clerk):
    titles = (SeatTitle.DIRECTOR, SeatTitle.MANAGING_DIRECTOR, SeatTitle.VICE_PRESIDENT)
    seats = [make_seat(title=title) for title in titles]
    page = told(client.get(f"/governance/bodies/{seats[0].body_id}/"))
    places = [page.index(str(seat.person)) for seat in reversed(seats)]
    assert places == sorted(places)
    assert seats[0].person.get_absolute_url() in page
