"""はじめに整えること: what a newcomer is led through before the first application."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from coopfin.roles import Role
from desk import setup
from tests.factories.core import make_cooperative, make_policy, make_user
from tests.factories.governance import make_board, make_committee, make_resolution
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


def labels(user):
    return {step.label: step for step in setup.steps(user, TODAY)}


def test_the_first_administrator_is_led_from_the_cooperative_onwards():
    found = setup.steps(make_user(Role.ADMIN), TODAY)
    assert [step.label for step in found][:3] == [
        "業種と勘定科目を読み込む", "組合の名称・住所・代表者を登録する", "利用者を登録し、役割を付ける",
    ]  # fmt: skip
    assert not any(step.done for step in found[1:])
    assert "まだいない役割: 事務局・金融委員・理事長" in [step.note for step in found]


def test_the_clerk_is_told_what_is_the_clerks_and_who_does_the_rest():
    found = labels(make_user(Role.CLERK))
    assert found["組合員名簿を取り込む"].may
    policy = found["方針（利息の計算・担保の掛目など）を提案し、別の人が承認する"]
    assert not policy.may
    assert policy.who == "事務局長・管理者"


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.DIRECTOR])
def test_who_can_mend_nothing_is_not_bothered(role):
    assert setup.steps(make_user(role), TODAY) == []


def test_a_cooperative_that_is_ready_sees_nothing_of_it(client):
    call_command("load_master_data", stdout=StringIO())
    make_cooperative()
    make_policy(effective_on=date(2026, 4, 1))
    make_resolution()
    make_member()
    make_board(3)
    make_committee(3)
    for role in (Role.CLERK, Role.CHIEF, Role.ADMIN):
        assert setup.steps(make_user(role), TODAY) == []
    client.force_login(make_user(Role.CLERK))
    assert "はじめに整えること" not in client.get("/").content.decode()
