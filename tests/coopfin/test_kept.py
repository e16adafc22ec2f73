"""What is typed is kept beside the record: for its writer only, newest fifty, and compared with what was recorded then."""

import pytest

from coopfin.models import KeptForm
from coopfin.operations import kept
from loans.enums import ApplicationState as S
from loans.operations import worksheet
from tests.factories.core import make_user
from tests.factories.loans import TODAY, fresh, make_application_in, make_office
from tests.loans.pages import Desk, page, stop_the_clock, text_of


@pytest.mark.django_db
def test_one_person_keeps_fifty_pages_and_each_page_once():
    clerk, other = make_user(), make_user()
    for number in range(kept.MOST_KEPT + 2):
        kept.keep(f"/page/{number}/", {"text": ["文", ""]}, by=clerk)
    kept.keep("/page/51/", {"text": ["後の文", ""]}, by=clerk)
    kept.keep("/page/51/", {"text": ["ほかの人", ""]}, by=other)
    mine = KeptForm.objects.filter(user=clerk)
    assert mine.count() == kept.MOST_KEPT
    assert mine.get(page="/page/51/").values == {"text": ["後の文", ""]}
    assert not mine.filter(page="/page/0/").exists()
    kept.forget("/page/51/", by=clerk)
    assert KeptForm.objects.get(page="/page/51/").user == other


@pytest.fixture(scope="module")
def made(for_the_module):
    def make():
        office = make_office()
        return office, make_application_in(office, S.INVESTIGATION)

    return for_the_module(make)


@pytest.fixture
def world(made, db, monkeypatch):
    stop_the_clock(monkeypatch)
    return made()


def test_what_was_recorded_meanwhile_is_shown_beside_what_was_typed(world, client):
    office, case = world
    worksheet.conclude(fresh(case), conclusion="はじめの所見", by=office.clerk, on=TODAY)
    desk, address = Desk(client, office.clerk), page("investigation", case.pk)
    desk.client.post(address, {"keep": "1", "writer": office.clerk.pk, "conclusion": "書きかけの所見"})
    shown = desk.get("investigation", case.pk)
    assert shown.context["form"]["conclusion"].value() == "書きかけの所見"
    assert "記録が改まりました" not in text_of(shown)
    worksheet.conclude(fresh(case), conclusion="局長の所見", by=office.chief, on=TODAY)
    assert "「事務局の所見」の記録が改まりました。 いまの記録： 局長の所見" in text_of(
        desk.get("investigation", case.pk)
    )


def test_what_arrives_after_it_was_sent_is_not_kept(world, client):
    office, case = world
    desk, address = Desk(client, office.clerk), page("investigation", case.pk)
    token = desk.get("investigation", case.pk).context["form"]["token"].value()
    assert desk.client.post(address, {"conclusion": "所見", "token": token}).status_code == 302
    late = {"keep": "1", "writer": office.clerk.pk, "conclusion": "所見。", "token": token}
    assert desk.client.post(address, late).status_code == 200
    assert not KeptForm.objects.exists()


def test_nothing_is_kept_under_the_name_of_somebody_else(world, client):
    office, case = world
    desk = Desk(client, office.chief)
    sent = {"keep": "1", "writer": office.clerk.pk, "conclusion": "山田の文"}
    refused = desk.client.post(page("investigation", case.pk), sent)
    assert refused.status_code == 409
    assert "ほかの人のログインに替わっています" in refused.content.decode()
    assert not KeptForm.objects.exists()


def test_who_may_not_open_the_page_keeps_nothing(world, client):
    office, case = world
    desk = Desk(client, office.committee[0])
    sent = {"keep": "1", "writer": office.committee[0].pk, "conclusion": "委員の文"}
    assert desk.client.post(page("investigation", case.pk), sent).status_code == 403
    assert not KeptForm.objects.exists()
