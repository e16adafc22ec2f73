"""一覧の見方: 人ごとの列、残した絞り込み、案件から戻っても保たれる絞り込み。"""

import io

import pytest
import tablib
from django.urls import reverse

from coopfin.models import ListColumns, SavedFilter
from coopfin.operations.lists import MOST_FILTERS
from coopfin.roles import Role
from tests.factories.core import make_user
from tests.factories.members import make_member, make_members

pytestmark = pytest.mark.django_db

LIST = "members:list"


@pytest.fixture
def clerk(client):
    user = make_user(Role.CLERK)
    client.force_login(user)
    return user


def choose(client, **data):
    return client.post(reverse("list_choices"), {"list": LIST, "action": "columns", "query": "", **data})


def shown(client, query=""):
    response = client.get(reverse(LIST) + query)
    return [column.name for column in response.context["table"].columns]


def test_each_user_has_columns_of_his_own(client, clerk):
    make_member()
    before = shown(client)
    answer = choose(client, columns=["corporate_number", "name", "nonsense"], query="q=能登")
    assert answer.url == reverse(LIST) + "?q=%E8%83%BD%E7%99%BB"
    assert shown(client) == ["name", "corporate_number"]
    client.force_login(make_user(Role.CHIEF))
    assert shown(client) == before
    client.force_login(clerk)
    choose(client, action="reset")
    assert shown(client) == before
    assert not ListColumns.objects.exists()


@pytest.mark.parametrize("given", ["", "members:nothing", "desk:today", "members:detail", "ledger:accounts"])
def test_only_lists_with_columns_are_chosen_for(client, clerk, given):
    assert choose(client, list=given, columns=["name"]).status_code == 404


def test_a_list_that_one_may_not_open_is_not_there(client):
    client.force_login(make_user(Role.COMMITTEE))
    assert choose(client, columns=["name"]).status_code == 404
    assert not ListColumns.objects.exists()


def test_a_filter_is_kept_under_a_name_and_forgotten_by_its_owner_alone(client, clerk):
    make_member("能登精機株式会社")
    choose(client, action="save", name="能登だけ", query="q=能登&page=3&sort=-number")
    saved = SavedFilter.objects.get()
    assert saved.query == "q=%E8%83%BD%E7%99%BB&sort=-number"
    assert "能登だけ" in client.get(reverse(LIST)).content.decode()
    other = make_user(Role.CLERK)
    client.force_login(other)
    assert "能登だけ" not in client.get(reverse(LIST)).content.decode()
    choose(client, action="forget", filter=saved.pk)
    assert SavedFilter.objects.exists()
    client.force_login(clerk)
    choose(client, action="forget", filter=saved.pk)
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [
        (" ", "q=x", "名を"),
        ("長" * 41, "q=x", "名を"),
        ("空", "", "絞り込んでから"),
        ("長い", "q=" + "x" * 600, "長すぎ"),
    ],
)
def test_a_filter_that_cannot_be_kept_says_why(client, clerk, name, query, sentence):
    answer = choose(client, action="save", name=name, query=query)
    assert sentence in client.get(answer.url).content.decode()
    assert not SavedFilter.objects.exists()


def test_there_is_room_for_so_many_filters(client, clerk):
    for number in range(MOST_FILTERS + 1):
        choose(client, action="save", name=f"絞り込み{number}", query=f"q={number}")
    assert SavedFilter.objects.count() == MOST_FILTERS
    choose(client, action="save", name="絞り込み1", query="q=new")
    assert SavedFilter.objects.get(name="絞り込み1").query == "q=new"


def test_the_way_back_leads_to_the_list_as_it_was_left(client, clerk):
    member = make_member("能登精機株式会社")
    make_members(3)
    query = "?q=%E8%83%BD%E7%99%BB&sort=-number"
    client.get(reverse(LIST) + query)
    page = client.get(member.get_absolute_url()).content.decode()
    assert f'href="{reverse(LIST)}?q=%E8%83%BD%E7%99%BB&amp;sort=-number"' in page
    client.get(reverse(LIST))
    assert f'href="{reverse(LIST)}"' in client.get(member.get_absolute_url()).content.decode()


def test_the_export_has_the_columns_that_were_chosen(client, clerk):
    choose(client, list="loans:applications", columns=["number", "amount"])
    response = client.get(reverse("loans:applications"), {"export": "xlsx"})
    assert tablib.Dataset().load(io.BytesIO(response.content), format="xlsx").headers == ["受付番号", "金額（円）"]
