"""はじめに整えること: what a newcomer is led through before the first application."""

import html
from datetime import date
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from coopfin import master_data
from coopfin.models import ActionLog, Cooperative
from coopfin.roles import Role
from desk import setup
from governance.models import ArticlesClause, Body, LimitResolution, Seat
from ledger.models import Account
from members.models import Industry, Member, Person
from tests.factories.core import make_cooperative, make_policy, make_user
from tests.factories.governance import make_board, make_committee, make_resolution
from tests.factories.members import make_member
from tests.factories.rules import make_clause, make_rule

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


def labels(user):
    return {step.label: step for step in setup.steps(user, TODAY)}


def test_the_first_administrator_is_led_from_the_cooperative_onwards():
    found = setup.steps(make_user(Role.ADMIN), TODAY)
    assert [step.label for step in found][:3] == [
        "組合の名称・住所・代表者を書く", "業種と勘定科目を入れる", "利用者を招き、役割を付ける",
    ]  # fmt: skip
    assert [step.label for step in found if step.done] == ["業種と勘定科目を入れる"]
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
    make_clause()
    make_rule()
    make_member()
    make_board(3)
    make_committee(3)
    for role in (Role.CLERK, Role.CHIEF, Role.ADMIN):
        assert setup.steps(make_user(role), TODAY) == []
    client.force_login(make_user(Role.CLERK))
    assert "はじめに整えること" not in client.get("/").content.decode()


# --- the pages of the wizard ---------------------------------------------------------------

COOPERATIVE = {
    "name": "石川機械工業協同組合", "kana": "いしかわきかい", "postal_code": "９２０８２０３",
    "address": "石川県金沢市鞍月二丁目20番地", "representative_title": "代表理事", "representative_name": "小松 正",
    "court": "金沢地方裁判所", "payment_place": "組合名義の預金口座", "fiscal_start_month": "4",
    "invoice_number": "ｔ７０００－０１２０５０００２",
}  # fmt: skip


@pytest.fixture
def admin(client):
    user = make_user(Role.ADMIN, name="管理 太郎")
    client.force_login(user)
    return user


def told(response):
    return html.unescape(response.content.decode())


def test_the_cooperative_is_written_in_any_hand_and_every_change_is_told(client, admin):
    page = "/setup/cooperative/"
    wrong = client.post(page, {**COOPERATIVE, "invoice_number": "T7000012050003"})
    assert wrong.status_code == 422
    assert "検査数字が合いません" in told(wrong)
    assert "石川機械工業協同組合" in told(wrong)
    assert client.post(page, {**COOPERATIVE, "version": "new"}).status_code == 302
    found = Cooperative.current()
    assert (found.invoice_number, found.postal_code, found.kana) == ("T7000012050002", "920-8203", "イシカワキカイ")
    stale = client.post(page, {**COOPERATIVE, "name": "上書き", "version": "new"})
    assert "ほかの人が更新しました" in told(stale)
    client.post(page, {**COOPERATIVE, "court": "東京地方裁判所"})
    assert "管轄裁判所：金沢地方裁判所 → 東京地方裁判所" in told(client.get(page))
    assert ActionLog.objects.about(found).count() == 2


def test_the_database_takes_no_other_invoice_number():
    cooperative = make_cooperative()
    for text in ("7000012050002", "T70000", "X7000012050002"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Cooperative.objects.filter(pk=cooperative.pk).update(invoice_number=text)
    cooperative.invoice_number = "T7000012050003"
    with pytest.raises(ValidationError, match="検査数字"):
        cooperative.full_clean()


def test_master_data_comes_in_by_a_button_and_names_keep_their_history(client, admin):
    Account.objects.all().delete()
    Industry.objects.all().delete()
    assert "標準の業種と勘定科目を読み込む" in told(client.get("/setup/accounts/"))
    client.post("/setup/accounts/load/")
    names = {f"name_{account.code}": account.name for account in Account.objects.all()}
    assert names["name_112"] == "当座預金"
    same = client.post("/setup/accounts/", {**names, "name_113": "当座預金"})
    assert same.status_code == 422
    assert "符号 112 と同じ名称です" in told(same)
    client.post("/setup/accounts/", {**names, "name_112": "当座預金（商中金）"})
    names = ("industries.json", "accounts.json", "document_kinds.json", "funds_causes.json")
    assert master_data.load() == dict.fromkeys(names, 0)
    assert Account.objects.get(code="112").name == "当座預金（商中金）"
    text = told(client.get("/setup/accounts/"))
    assert "当座預金 → 当座預金（商中金）" in text
    assert Account.history.filter(code="112").latest().history_user == admin


LIMITS = {
    "meeting_name": "第48回通常総会", "item_number": "第5号議案", "resolved_on": "R8.5.28", "effective_on": "R8.5.28",
    "borrowing_limit": "4億", "guarantee_limit": "0", "member_loan_limit": "5,000万", "member_guarantee_limit": "0",
    "member_limit_mode": "uniform", "sales_months": "", "sales_unit": "10,000", "banks-TOTAL_FORMS": "2", "banks-INITIAL_FORMS": "0", "banks-0-name": "商工組合中央金庫", "banks-0-branch": "金沢支店",
    "banks-1-name": "", "banks-1-branch": "",
}  # fmt: skip


def test_a_proposal_says_whose_turn_it_is_and_leads_that_person_there(client, admin):
    twice = {**LIMITS, "banks-1-name": "商工組合中央金庫", "banks-1-branch": "金沢支店"}
    assert "同じ金融機関が二度書かれています" in told(client.post("/setup/limits/", twice))
    assert client.post("/setup/limits/", LIMITS).status_code == 302
    resolution = LimitResolution.objects.get()
    assert [str(bank) for bank in resolution.designated_banks.all()] == ["商工組合中央金庫 金沢支店"]
    assert not resolution.is_approved
    assert "承認できる人がまだいません" in told(client.get("/setup/"))
    chief = make_user(Role.CHIEF, name="北村 洋子")
    assert "管理 太郎さんの提案が、北村 洋子さんの承認を待っています。" in told(client.get("/setup/"))
    client.force_login(chief)
    step = next(step for step in setup.steps(chief, TODAY) if step.key == "limits")
    assert step.may
    text = told(client.get("/"))
    assert "あなたの承認を待っています" in text
    assert step.url in text


def test_a_proposal_still_to_be_resolved_is_nobodys_turn_yet(client, admin):
    chief = make_user(Role.CHIEF)
    coming = {"meeting_name": "", "item_number": "", "resolved_on": "", "effective_on": "R9.5.28"}
    assert client.post("/setup/limits/", {**LIMITS, **coming}).status_code == 302
    step = next(step for step in setup.all_steps(chief, TODAY) if step.key == "limits")
    assert (
        step.note
        == "管理 太郎さんの提案は、まだ承認できません。総会の議決がまだありません。議案にして、会議で議決してください。"
    )


ARTICLES = {
    "business": "lending", "article": "定款 第7条第1項第4号", "text": "組合員に対する事業資金の貸付け（手形の割引を含む。）",
    "meeting_name": "第40回通常総会", "item_number": "第7号議案", "resolved_on": "H30.5.25", "effective_on": "H30.7.2",
}  # fmt: skip


def test_the_articles_are_copied_for_each_business_and_may_wait_for_the_authority(client, admin):
    page = "/setup/articles/"
    wrong = client.post(page, {**ARTICLES, "authority": "石川県知事", "authorised_on": "H30.5.1"})
    assert wrong.status_code == 422
    assert "この順にしてください" in told(wrong)
    assert "組合員に対する事業資金の貸付け" in told(wrong)
    assert client.post(page, ARTICLES).status_code == 302
    clause = ArticlesClause.objects.get()
    assert (clause.business, clause.resolved_on, clause.authorised_on) == ("lending", date(2018, 5, 25), None)
    assert not clause.is_approved
    # The next one offered is the other business, which is another clause.
    form = client.get(page).context["form"]
    assert form.initial["business"] == "guarantee"
    assert "定款 第7条第1項第4号" in told(client.get(page))


def seats(**changes):
    values = {
        "board-name": "理事会", "board-seats_min": "5", "board-source": "定款 第32条", "board-from_on": "R7.5.28",
        "board-to_on": "R9.5.27", "committee-name": "金融委員会", "committee-seats_min": "", "committee-source": "",
        "general_meeting-name": "総会", "general_meeting-source": "定款 第26条",
        "board-seats-TOTAL_FORMS": "3", "board-seats-INITIAL_FORMS": "0",
        "committee-seats-TOTAL_FORMS": "2", "committee-seats-INITIAL_FORMS": "0",
    }  # fmt: skip
    return {**values, **changes}


def test_bodies_and_seats_are_entered_row_by_row_on_one_page(client, admin):
    make_member("能登精機株式会社")
    known = Member.objects.get().representative
    rows = {
        "board-seats-0-person_name": known.name, "board-seats-0-title": "president",
        "board-seats-1-person_name": "森 みどり", "board-seats-1-title": "director",
        "committee-seats-0-person_name": "森 みどり", "committee-seats-0-title": "chair",
        "committee-seats-0-from_on": "R8.4.1",
    }  # fmt: skip
    unknown = client.post("/setup/bodies/", seats(**rows))
    assert unknown.status_code == 422
    assert "人の台帳にいません" in told(unknown)
    assert "森 みどり" in told(unknown)
    assert not Body.objects.exists()
    for row in ("board-seats-1", "committee-seats-0"):
        rows |= {f"{row}-new_kana": "もり みどり", f"{row}-new_born_on": "S38.5.1"}
    assert client.post("/setup/bodies/", seats(**rows)).status_code == 302
    held = {str(seat): (seat.from_on, seat.to_on) for seat in Seat.objects.all()}
    assert held == {
        f"理事会 理事長 {known.name}": (date(2025, 5, 28), date(2027, 5, 27)),
        "理事会 理事 森 みどり": (date(2025, 5, 28), date(2027, 5, 27)),
        "金融委員会 委員長 森 みどり": (date(2026, 4, 1), None),
    }
    # She is one person, on the board and on the committee.
    assert Person.objects.filter(name="森 みどり").count() == 1
    assert Body.objects.get(kind="board").seats_min == 5
    # A second president is refused by the seat itself, and nothing of the page is kept.
    again = {"board-seats-0-person_name": "森 みどり", "board-seats-0-title": "president", "board-name": "役員会"}
    refused = client.post("/setup/bodies/", seats(**again))
    assert refused.status_code == 422
    assert "森 みどり" in told(refused)
    assert Body.objects.get(kind="board").name == "理事会"
    assert Seat.objects.count() == 3
