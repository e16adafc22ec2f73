"""The first day: nothing is entered yet, every list opens for whom it is meant and says what to do first."""

import html

import pytest
from django.urls import reverse

from coopfin.roles import Role
from tests.access_table import ROWS
from tests.factories.core import make_user

pytestmark = pytest.mark.django_db

#: 何についてでもない GET のページ（対象を選んで開くものを除く）
PLAIN = [(name, expected) for name, thing, expected in ROWS if not thing and not name.startswith(("account_", "mfa_"))]
#: 空の一覧 → 言うこと（事務局・局長が開いたとき）
TOLD = {
    "members:list": ("組合員がまだ登録されていません。", "名簿を取り込む"),
    "members:people": ("人がまだ登録されていません。", "組合員名簿を取り込む"),
    "loans:applications": ("申込はまだありません。", "借入申込を書く"),
    "loans:contracting": ("契約・実行を待つ案件はありません。", "理事会で承認された案件が、ここに並びます。"),
    "loans:loans": ("貸付はまだありません。", "契約手続を始めた案件"),
    "collateral:assets": ("担保物件はまだありません。", "担保を付ける"),
    "collateral:guarantees": ("保証はまだありません。", "保証人を付ける"),
    "documents:list": ("発行した書類はまだありません。", "契約手続の画面から発行します。"),
    "ledger:voucher_list": ("伝票はまだありません。", "開始伝票を起票する"),
    "ledger:journal": ("計上済の伝票はまだありません。", "承認されるとここに並びます"),
    "governance:meetings": ("会議がまだありません。", "会議を招集する"),
    "governance:resolutions": ("有効な限度額の決議がありません", ""),
    "desk:today": ("いま手を付けることはありません。", ""),
}


def text_of(response):
    return html.unescape(response.content.decode())


def address(name):
    chosen = {
        "ledger:voucher_preview": "transfer", "admin:app_list": "coopfin", "documents:form": "deed",
        "documents:form_specimen": "deed",
    }  # fmt: skip
    args = [chosen[name]] if name in chosen else []
    query = "?q=能登" if name == "desk:search" else "?format=csv" if name == "members:export" else ""
    if name == "admin:autocomplete":
        query = "?app_label=governance&model_name=seat&field_name=person&term=小松"
    return reverse(name, args=args) + query


@pytest.mark.parametrize("role", list(Role))
def test_every_page_opens_on_an_empty_database(client, role):
    """Not even the cooperative, a policy or a body exists; the same people get in as on any other day."""
    client.force_login(make_user(role))
    wrong = []
    for name, expected in PLAIN:
        wanted = expected[role]
        if name == "admin:coopfin_cooperative_add" and wanted == "403" and role in (Role.CHIEF, Role.ADMIN):
            wanted = "200"  # the one cooperative is still to be entered
        response = client.get(address(name))
        if str(response.status_code) != wanted:
            wrong.append(f"{name}: {wanted} のはずが {response.status_code}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("name", TOLD)
def test_an_empty_list_says_what_comes_next(client, name):
    client.force_login(make_user(Role.CLERK))
    text = text_of(client.get(reverse(name)))
    for sentence in TOLD[name]:
        assert sentence in text


def test_who_only_reads_is_not_told_to_write(client):
    client.force_login(make_user(Role.AUDITOR))
    for name in ("members:list", "loans:applications", "ledger:voucher_list", "governance:meetings"):
        text = text_of(client.get(reverse(name)))
        for invitation in ("名簿を取り込む", "借入申込を書く", "開始伝票を起票する", "会議を招集する"):
            assert invitation not in text, (name, invitation)


@pytest.mark.parametrize("query", ["", " ", "　", "%", "'", "存在しない", "a" * 5000, "\x00", "🏭"])
def test_a_search_for_nothing_in_particular_breaks_nothing(client, query):
    client.force_login(make_user(Role.CHIEF))
    for name in (
        "desk:search",
        "members:list",
        "loans:applications",
        "loans:loans",
        "collateral:assets",
        "documents:list",
    ):
        assert client.get(reverse(name), {"q": query}).status_code == 200, name


@pytest.mark.parametrize(
    "query",
    ["?page=0", "?page=99", "?page=x", "?sort=nothing", "?sort=-pk'", "?columns=nothing", "?state=nothing", "?stage=x", "?amount_from=abc",
     "?received_from=2026-02-30", "?export=exe", "?mine=maybe"],
)  # fmt: skip
def test_an_address_typed_wrongly_opens_the_list_or_says_there_is_no_such_page(client, query):
    client.force_login(make_user(Role.CHIEF))
    for name in (
        "members:list",
        "loans:applications",
        "loans:loans",
        "ledger:voucher_list",
        "documents:list",
        "collateral:assets",
    ):
        assert client.get(reverse(name) + query).status_code in (200, 404, 422), (name, query)


def test_a_task_counts_nothing_on_the_first_day(client):
    client.force_login(make_user(Role.PRESIDENT))
    text = text_of(client.get("/"))
    assert "審査を待つ申込" in text
    assert "承認を待つ伝票" in text
