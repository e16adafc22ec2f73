"""提案の頁: rules, policy and delegation are drafted from the version in force and say what would change."""

import html
from datetime import date
from decimal import Decimal

import pytest

from coopfin.models import ActionLog, DelegatedAct, Delegation, Policy
from coopfin.roles import Role
from governance.models import FinanceBylaw, FinanceRule
from tests.factories.core import make_policy, make_user
from tests.factories.rules import make_delegation, make_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client):
    user = make_user(Role.CHIEF)
    client.force_login(user)
    return user


def told(response) -> str:
    return html.unescape(response.content.decode())


def drafted(client, page) -> dict:
    """What the page sends when nothing is touched."""
    form = client.get(page).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False, "")}


def test_a_rule_starts_from_the_one_in_force_and_shows_what_changes_before_it_is_sent(client, chief):
    make_rule(deed_maximum_amount=50_000_000, amount_article="第3条", text="第1条 趣旨\n第2条 旧")
    page = "/setup/rule/"
    given = {**drafted(client, page), "meeting_name": "第330回理事会", "item_number": "第1号議案", "resolved_on": "R8.11.20",
             "effective_on": "R9.4.1"}  # fmt: skip
    assert "いまの版と同じです" in told(client.post(f"{page}?preview=1", given))
    given |= {"deed_maximum_amount": "6000万", "text": "第1条 趣旨\r\n第2条 新"}
    shown = told(client.post(f"{page}?preview=1", given))
    assert "50,000,000円" in shown
    assert "60,000,000円" in shown
    assert ("第2条 旧" in shown, "第2条 新" in shown, "第1条 趣旨" in shown) == (True, True, False)
    assert FinanceRule.objects.count() == 1
    wrong = client.post(page, {**given, "amount_article": ""})
    assert wrong.status_code == 422
    assert "基準のよりどころの条" in told(wrong)
    assert "6000万" in told(wrong)
    assert client.post(page, given).url == "/governance/rules/"
    rule = FinanceRule.objects.waiting().get()
    assert (rule.deed_maximum_amount, rule.effective_on, rule.proposed_by) == (60_000_000, date(2027, 4, 1), chief)
    assert ActionLog.objects.about(rule).get().verb == "propose"
    assert "承認を待っています" in told(client.get(page))


def test_the_first_bylaw_has_nothing_to_be_compared_with(client, chief):
    assert "はじめての版です" in told(client.get("/setup/bylaw/"))
    given = {"title": "金融事業規約", "text": "第1条", "meeting_name": "第48回通常総会", "item_number": "第6号議案",
             "resolved_on": "2026-05-25", "effective_on": "2026-06-01"}  # fmt: skip
    assert client.post("/setup/bylaw/", given).status_code == 302
    assert not FinanceBylaw.objects.get().is_approved


def test_a_policy_keeps_every_haircut_it_does_not_change(client, chief):
    policy = make_policy()
    land = policy.haircuts.get(asset_kind="land").haircut_rate
    page = "/setup/policy/"
    given = {**drafted(client, page), "effective_on": "R9.4.1", "source": "第330回理事会", "damages_rate": "14.6"}
    shown = told(client.post(f"{page}?preview=1", given))
    assert "14.6%" in shown
    assert "掛目" not in shown
    shown = told(client.post(f"{page}?preview=1", {**given, "haircut_land": "55"}))
    assert (f"{land.normalize():f}%" in shown, "55%" in shown) == (True, True)
    assert client.post(page, given).url == "/governance/rules/policy/"
    new = Policy.objects.waiting().get()
    assert (new.damages_rate, new.haircuts.get(asset_kind="land").haircut_rate) == (Decimal("14.6"), land)
    assert new.haircuts.count() == policy.haircuts.count()


def test_a_delegation_is_one_amount_for_each_act_and_role(client, chief):
    make_delegation()
    page = "/setup/delegation/"
    act = DelegatedAct.DISBURSE
    name = f"{act.value}_{act.roles[0].value}"
    given = {**drafted(client, page), "effective_on": "R9.4.1", "source": "第330回理事会 第4号議案", name: "3,000万"}
    assert "30,000,000円まで" in told(client.post(f"{page}?preview=1", given))
    assert client.post(page, given).status_code == 302
    new = Delegation.objects.waiting().get()
    assert new.rows.get(act=act).maximum_amount == 30_000_000
    nothing = client.post(page, {"effective_on": "R9.4.1", "source": "第330回理事会"})
    assert nothing.status_code == 422
    assert "一つは書いてください" in told(nothing)
    assert Delegation.objects.waiting().count() == 1
