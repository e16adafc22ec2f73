"""方針・規程の頁と、管理サイトでの提案: what is in force on a day, since when and by whom; what is proposed anew."""

import html
import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from coopfin import proposals
from coopfin.flow import StepRefused
from coopfin.models import DelegatedAct, Policy
from coopfin.roles import Role
from governance.enums import FinanceBusiness
from governance.models import ArticlesClause, FinanceRule
from governance.policy_history import policy_lines
from governance.rules_admin import changed_lines
from tests.factories.core import make_policy, make_user
from tests.factories.rules import make_clause, make_delegation, make_rule

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


@pytest.fixture
def read(client):
    def read(name, *args, role=Role.CLERK, **query):
        client.force_login(make_user(role))
        response = client.get(reverse(f"governance:{name}", args=args), query)
        assert response.status_code == 200
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))

    return read


# --- 方針 ----------------------------------------------------------------------------------


def test_the_same_text_typed_in_a_browser_is_no_change():
    """画面の改行は CR LF で来る。そろえなければ、同じ本文が「変わるところ」に見える。"""
    rule = make_rule(text="第1条")
    rule.text = "第1条\r\n第2条"
    rule.clean()
    assert rule.text == "第1条\n第2条"


def test_a_setting_keeps_the_values_it_had_and_who_changed_them():
    make_policy(effective_on=date(2025, 4, 1), stop_accrual_days=60)
    make_policy(effective_on=date(2025, 10, 1), stop_accrual_days=60)
    latest = make_policy(effective_on=date(2026, 4, 1))
    ((_, (line,)),) = policy_lines(DAY, "未収利息を止める")
    assert (line.value, line.entry.version) == ("90日", latest)
    # 値の変わらない版は、前の版の続きである。
    changes = [(entry.value, entry.version.effective_on) for entry in line.history]
    assert changes == [("90日", date(2026, 4, 1)), ("60日", date(2025, 4, 1))]
    ((_, (before,)),) = policy_lines(date(2025, 12, 31), "未収利息を止める")
    assert before.value == "60日"
    ((_, (never,)),) = policy_lines(date(2024, 1, 1), "未収利息を止める")
    assert never.value == "定めなし"


def test_every_setting_has_its_help_and_its_source():
    make_policy()
    lines = [line for _, lines in policy_lines(DAY) for line in lines]
    assert [line.label for line in lines if not (line.help_text and line.source and line.value)] == []
    own = {"effective_on", "source"}
    fields = {
        str(f.verbose_name) for f in Policy._meta.fields if f.editable and not f.primary_key and f.name not in own
    }
    assert fields <= {line.label for line in lines}


def test_what_leaves_no_choice_is_told_and_is_no_field(read):
    make_policy()
    page = read("policy", q="可否同数")
    assert "否決" in page
    assert "決まっている値（選べません）" in page
    assert "遅延損害金の率" not in page


def test_a_day_that_cannot_be_read_is_said_beside_the_field_and_today_is_shown(read):
    make_policy()
    assert "方針（2026年4月1日から）" in read("policy", on="いつか")
    assert "この日に効力のある方針がありません" in read("policy", on="R7.4.1")


def test_a_setting_that_changes_nothing_yet_says_so(read):
    make_policy()
    shown = read("policy", q="手形の書換を、この仕組みではまだ記帳しません")
    assert "いまは決めておくだけで、まだ何も変えません（手形の書換を、この仕組みではまだ記帳しません）。" in shown
    assert "書換の日数" in shown
    assert "手形貸付の日数" not in shown


@pytest.mark.parametrize(
    ("name", "value"), [("overdue_bands", "30,1"), ("overdue_bands", "x"), ("limitation_alert_months", "1,3")]
)
def test_the_bands_are_numbers_in_order(name, value):
    policy = make_policy()
    setattr(policy, name, value)
    with pytest.raises(ValidationError, match="順の数字を"):
        policy.full_clean()


# --- 規約・規程 ----------------------------------------------------------------------------


def test_the_version_of_a_day_and_the_page_of_a_version(read):
    old = make_rule(effective_on=date(2025, 4, 1), deed_maximum_amount=10_000_000, text="第3条 1,000万円とする。")
    make_rule(effective_on=date(2026, 4, 1))
    assert "50,000,000円" in read("rules")
    assert "10,000,000円" in read("rules", on="R7.5.1")
    page = read("rule", old.pk, role=Role.DIRECTOR)
    assert "第3条 1,000万円とする。" in page
    assert "2026年4月1日に次の版" in page
    assert "申込の承認ができません" in read("rules", on="2020-01-01")


def test_a_criterion_without_its_article_is_not_taken(client):
    client.force_login(make_user(Role.ADMIN))
    data = {
        "title": "金融事業規程", "text": "第3条", "meeting_name": "第312回理事会", "item_number": "第2号議案",
        "resolved_on": "R8.3.18", "effective_on": "2026-04-01", "purposes": ["equipment", "working"],
        "collateral_above_amount": "0", "collateral_article": "第6条",
    }  # fmt: skip
    url = reverse("admin:governance_financerule_add")
    assert "基準のよりどころの条を書いてください" in client.post(url, data).content.decode()
    assert client.post(url, {**data, "purpose_article": "第2条"}).status_code == 302
    rule = FinanceRule.objects.get()
    assert (rule.purposes, rule.collateral_above_amount, rule.is_waiting) == ("working,equipment", 0, True)
    assert rule.shown("purposes") == "運転資金・設備資金"
    # つぎの提案は、いま効力のある版を写した下書きから始まる。
    proposals.approve(rule, by=make_user(Role.CHIEF), on=DAY, permission="governance.approve_resolution")
    form = client.get(url).context["adminform"].form
    assert (form["title"].value(), form["purposes"].value()) == ("金融事業規程", ["working", "equipment"])
    assert not form["meeting_name"].value()


def test_the_approver_sees_the_lines_that_change():
    assert changed_lines("第1条\n第2条 甲\n", "第1条\n第2条 乙\n第3条\n") == ("第2条 甲", "第2条 乙\n第3条")


# --- 定款・権限委譲 ------------------------------------------------------------------------


def test_a_clause_waits_for_the_authority_and_the_register(read):
    clause = make_clause(approved=False, authorised_on=None, registered_on=None, authority="")
    with pytest.raises(StepRefused, match="認可した行政庁・認可書の到達日・登記日がまだ書かれていません"):
        proposals.approve(clause, by=make_user(Role.CHIEF), on=DAY, permission="governance.approve_resolution")
    assert ArticlesClause.on(FinanceBusiness.LENDING, DAY) is None
    assert "貸付の承認・契約・実行はできません" in read("articles")
    make_clause(registered_on=date(2026, 4, 20))
    assert ArticlesClause.on(FinanceBusiness.LENDING, date(2026, 4, 19)) is None
    assert ArticlesClause.on(FinanceBusiness.LENDING, date(2026, 4, 20)) is not None


def test_the_page_states_what_holds_without_and_with_a_table(read):
    assert "役割の表のとおりに、額の定めなく行えます" in read("delegation")
    make_delegation((DelegatedAct.DISBURSE, Role.CHIEF, 5_000_000))
    page = read("delegation")
    assert "5,000,000" in page
    assert "できません" in page
    assert "上限なし" in page


def test_an_act_is_delegated_only_to_a_role_that_has_its_permission():
    row = make_delegation((DelegatedAct.DISBURSE, Role.CLERK, 1)).rows.get()
    with pytest.raises(ValidationError, match="を委譲できるのは事務局長です"):
        row.clean()
