"""伝票と帳簿の画面: 開ける人、見える文、絞り込み、書出し、問い合わせの数。"""

import io
from datetime import date, timedelta

import pytest
import tablib
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coopfin.clock import business_date
from coopfin.models import Sequence
from coopfin.roles import Role
from ledger import operations
from ledger.accounts import AccountCode, Side
from ledger.models import Voucher, VoucherKind, VoucherLine, VoucherState
from ledger.slips import Slip, credit, debit
from tests.databases import count_rows
from tests.factories.core import make_cooperative, make_user
from tests.factories.ledger import load_accounts, make_slip, make_voucher
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db

READ_PAGES = ["voucher_list", "journal", "trial_balance", "general_ledger"]


@pytest.fixture
def today():
    return business_date()


@pytest.fixture
def clerk():
    return make_user(Role.CLERK, name="山田 花子")


@pytest.fixture
def chief():
    return make_user(Role.CHIEF, name="中村 誠")


@pytest.fixture
def open_as(client):
    def login(user):
        client.force_login(user)
        return client

    return login


def text_of(response):
    return response.content.decode()


# --- 開ける人 ------------------------------------------------------------------------------
@pytest.mark.parametrize("name", READ_PAGES)
@pytest.mark.parametrize("role", list(Role))
def test_books_open_for_those_who_may_see_vouchers(open_as, name, role):
    load_accounts()
    make_cooperative()
    may = role in {Role.CLERK, Role.CHIEF, Role.PRESIDENT, Role.AUDITOR}
    assert open_as(make_user(role)).get(reverse(f"ledger:{name}")).status_code == (200 if may else 403)


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("voucher", {Role.CLERK, Role.CHIEF, Role.PRESIDENT, Role.AUDITOR}),
        ("voucher_approve", {Role.CHIEF, Role.PRESIDENT}),
        ("voucher_send_back", {Role.CHIEF, Role.PRESIDENT}),
        ("voucher_reverse", {Role.CLERK, Role.CHIEF}),
    ],
)
@pytest.mark.parametrize("role", list(Role))
def test_each_page_of_a_voucher_opens_for_its_roles_only(open_as, today, name, roles, role):
    voucher = make_voucher(on=today)
    client = open_as(make_user(role))
    expected = 200 if role in roles else 403
    assert client.get(reverse(f"ledger:{name}", args=[voucher.pk])).status_code == expected
    if name != "voucher":
        answer = client.post(reverse(f"ledger:{name}", args=[voucher.pk]), {}).status_code
        assert (answer == 403) == (role not in roles)


@pytest.mark.parametrize("name", ["voucher_create", "opening_create"])
@pytest.mark.parametrize("role", list(Role))
def test_only_the_secretariat_prepares_vouchers(open_as, name, role):
    load_accounts()
    make_cooperative()
    expected = 200 if role in {Role.CLERK, Role.CHIEF} else 403
    assert open_as(make_user(role)).get(reverse(f"ledger:{name}")).status_code == expected


def test_a_missing_voucher_is_not_found(open_as, clerk):
    assert open_as(clerk).get(reverse("ledger:voucher", args=[999])).status_code == 404


# --- 一枚の伝票 ----------------------------------------------------------------------------
def test_the_maker_sees_the_button_closed_with_the_reason(open_as, today, chief):
    voucher = make_voucher(on=today, maker=chief)
    page = text_of(open_as(chief).get(voucher.get_absolute_url()))
    assert "起票した本人（中村 誠）は承認できません。" in page
    assert 'type="submit" disabled aria-describedby="closed-why"' in page
    answer = open_as(chief).post(reverse("ledger:voucher_approve", args=[voucher.pk]), {})
    assert answer.status_code == 422
    voucher.refresh_from_db()
    assert voucher.is_waiting


def test_the_checker_approves_from_the_voucher_itself(open_as, today, chief):
    voucher = make_voucher(on=today)
    client = open_as(chief)
    form = client.get(voucher.get_absolute_url()).context["form"]
    data = {"version": form["version"].value(), "token": form["token"].value()}
    url = reverse("ledger:voucher_approve", args=[voucher.pk])
    answer = client.post(url, data, follow=True)
    voucher.refresh_from_db()
    assert voucher.is_posted
    assert f"伝票 {voucher.label} を計上しました。" in text_of(answer)
    # 二度押し: 一度目の結果へ案内するだけ。
    assert client.post(url, data).status_code == 302
    assert Sequence.objects.get(name="voucher").last_number == 1


def test_a_stale_page_is_refused_with_a_sentence(open_as, today, chief):
    voucher = make_voucher(on=today)
    operations.reject(voucher, by=make_user(Role.PRESIDENT), on=today, reason="摘要が違う")
    answer = open_as(chief).post(reverse("ledger:voucher_approve", args=[voucher.pk]), {"version": "prepared"})
    assert answer.status_code == 422
    assert "この画面を開いたあとに、ほかの人が更新しました" in text_of(answer)


def test_a_rejected_voucher_shows_why_and_can_be_prepared_anew(open_as, today, chief, clerk):
    voucher = make_voucher(on=today, maker=clerk)
    url = reverse("ledger:voucher_send_back", args=[voucher.pk])
    assert open_as(chief).post(url, {"reason": " "}).status_code == 422
    open_as(chief).post(url, {"reason": "金額が通帳と違います"})
    page = text_of(open_as(clerk).get(voucher.get_absolute_url()))
    assert "差し戻されました" in page
    assert "金額が通帳と違います" in page
    again = open_as(clerk).get(f"{reverse('ledger:voucher_create')}?from={voucher.pk}")
    assert "100,000" in text_of(again)
    assert [form.initial["account"] for form in again.context["formset"]] == ["113", "227"]


def test_a_correction_is_linked_both_ways(open_as, today, chief, clerk):
    voucher = make_voucher(posted=True, on=today)
    url = reverse("ledger:voucher_reverse", args=[voucher.pk])
    client = open_as(clerk)
    assert "起票される訂正伝票" in text_of(client.get(url))
    assert client.post(url, {"dated_on": today.isoformat(), "reason": ""}).status_code == 422
    answer = client.post(url, {"dated_on": today.isoformat(), "reason": "科目の誤り"}, follow=True)
    reversal = Voucher.objects.get(kind=VoucherKind.REVERSAL)
    assert voucher.get_absolute_url() in text_of(answer)
    assert reversal.get_absolute_url() in text_of(client.get(voucher.get_absolute_url()))
    assert client.post(url, {"dated_on": today.isoformat(), "reason": "もう一度"}).status_code == 422
    assert Voucher.objects.filter(kind=VoucherKind.REVERSAL).count() == 1


def test_a_correction_dated_before_its_original_is_refused(open_as, today, clerk):
    voucher = make_voucher(posted=True, on=today)
    yesterday = (today - timedelta(days=1)).isoformat()
    answer = open_as(clerk).post(
        reverse("ledger:voucher_reverse", args=[voucher.pk]), {"dated_on": yesterday, "reason": "科目の誤り"}
    )
    assert answer.status_code == 422
    assert "元の伝票の日付より前にはできません" in text_of(answer)


def test_a_warning_asks_for_a_reason_before_it_can_be_approved(open_as, today, chief):
    lines = make_slip(credit_account=AccountCode.SHARE_CAPITAL)
    make_voucher(lines, posted=True, on=today, kind=VoucherKind.OPENING)
    again = make_voucher(lines, on=today, kind=VoucherKind.OPENING)
    url = reverse("ledger:voucher_approve", args=[again.pk])
    client = open_as(chief)
    assert "開始残高は、すでに計上されています" in text_of(client.get(again.get_absolute_url()))
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"reason": "口座が二つあるため"}).status_code == 302
    again.refresh_from_db()
    assert again.is_posted


# --- 一覧と絞り込み ------------------------------------------------------------------------
@pytest.fixture
def three_vouchers(today):
    member = make_member("小松製作所", kana="コマツセイサクショ")
    return {
        "loan": make_voucher(
            make_slip(
                300, debit_account=AccountCode.BILL_LOANS, member=member, reference="T-2026-001", description="貸付の実行"
            ),
            posted=True, on=today,
        ),
        "old": make_voucher(make_slip(20, description="古い振替"), posted=True, on=today, dated_on=date(2020, 5, 1)),
        "waiting": make_voucher(make_slip(1_000, description="立替の精算"), on=today),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"loan", "old", "waiting"}),
        ("state=prepared", {"waiting"}),
        ("kind=opening", set()),
        ("account=131", {"loan"}),
        ("member=コマツ", {"loan"}),
        ("member=知らない", set()),
        ("text=T-2026-001", {"loan"}),
        ("text=精算", {"waiting"}),
        ("text=2020-1", {"old"}),
        ("text=２０２０-0001", {"old"}),
        ("to_on=令和2年5月1日", {"old"}),
        ("from_on=2021-01-01", {"loan", "waiting"}),
        ("maker=me", set()),
    ],
)
def test_the_list_finds_what_is_asked(open_as, clerk, three_vouchers, query, expected):
    page = open_as(clerk).get(f"{reverse('ledger:voucher_list')}?{query}")
    found = {name for name, voucher in three_vouchers.items() if voucher in page.context["table"].data.data}
    assert found == expected
    assert page.context["count"] == len(expected)
    assert page.context["sums"][0]["amount"] == sum(three_vouchers[name].total for name in expected)


def test_an_impossible_date_in_the_filter_is_told_beside_the_field(open_as, clerk, three_vouchers):
    page = open_as(clerk).get(f"{reverse('ledger:voucher_list')}?from_on=2026-02-30")
    assert page.status_code == 200
    assert page.context["filter"].form.errors["from_on"]


@pytest.mark.parametrize("name", READ_PAGES)
@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_every_book_can_be_taken_away_as_a_file(open_as, clerk, three_vouchers, name, file_format):
    answer = open_as(clerk).get(f"{reverse(f'ledger:{name}')}?export={file_format}")
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    if file_format == "csv":
        assert answer.content.startswith(b"\xef\xbb\xbf")
    else:
        assert tablib.Dataset().load(io.BytesIO(answer.content), format="xlsx").height >= 1


def test_the_file_holds_what_is_filtered_and_no_formulas(open_as, clerk, three_vouchers, today):
    make_voucher(make_slip(5, description="=1+1"), on=today)
    answer = open_as(clerk).get(f"{reverse('ledger:voucher_list')}?export=csv&state=prepared")
    data = tablib.Dataset().load(answer.content.decode("utf-8-sig"), format="csv")
    assert sorted(data["摘要"]) == sorted(["立替の精算", "'=1+1"])
    assert "金額（円）" in data.headers


# --- 帳簿 ----------------------------------------------------------------------------------
def test_the_trial_balance_carries_the_past_and_shows_the_period(open_as, clerk, three_vouchers, today):
    page = open_as(clerk).get(reverse("ledger:trial_balance"))
    rows = {row.account.code: row for row in page.context["book"].rows}
    assert (rows["113"].carried, rows["113"].debit, rows["113"].balance) == (20, 0, 20)
    assert (rows["131"].carried, rows["131"].debit, rows["131"].balance) == (0, 300, 300)
    assert rows["227"].balance == 320
    assert page.context["book"].balanced
    assert "貸借一致" in text_of(page)


def test_a_backward_period_is_refused_beside_the_field(open_as, clerk):
    load_accounts()
    page = open_as(clerk).get(f"{reverse('ledger:trial_balance')}?from_on=2026-05-01&to_on=2026-04-01")
    assert page.status_code == 422
    assert "「いつから」より後の日付" in text_of(page)


def test_the_general_ledger_runs_a_balance_over_its_pages(open_as, clerk, today):
    for amount in (100, 20, 3):
        make_voucher(make_slip(amount), posted=True, on=today)
    make_voucher(
        Slip("払出", (debit(AccountCode.SUSPENSE_RECEIPTS, 50), credit(AccountCode.ORDINARY_DEPOSIT, 50))),
        posted=True,
        on=today,
    )
    page = open_as(clerk).get(f"{reverse('ledger:general_ledger')}?account=113&from_on={today}&to_on={today}")
    assert [line.running for line in page.context["page"]] == [100, 120, 123, 73]
    assert page.context["book"]["balance"] == 73


def test_the_general_ledger_of_one_member_shows_the_sub_account_only(open_as, clerk, three_vouchers, today):
    other = make_member("別の会社")
    make_voucher(
        make_slip(7, debit_account=AccountCode.BILL_LOANS, member=other, reference="T-2026-002"), posted=True, on=today
    )
    url = f"{reverse('ledger:general_ledger')}?account=131"
    everything = open_as(clerk).get(url).context
    assert everything["book"]["balance"] == 307
    assert everything["sub_total"] == 307
    assert {sub.amount for sub in everything["book"]["subs"]} == {300, 7}
    assert open_as(clerk).get(f"{url}&member=別の会社").context["book"]["balance"] == 7
    assert open_as(clerk).get(f"{url}&member=いない会社").status_code == 422


def test_the_journal_lists_posted_vouchers_by_date(open_as, clerk, three_vouchers):
    page = open_as(clerk).get(f"{reverse('ledger:journal')}?to_on=2199-12-31")
    assert [voucher.description for voucher in page.context["object_list"]] == ["古い振替", "貸付の実行"]
    this_year = open_as(clerk).get(reverse("ledger:journal"))
    assert [voucher.description for voucher in this_year.context["object_list"]] == ["貸付の実行"]


def test_an_empty_book_says_what_to_do_next(open_as, clerk):
    load_accounts()
    page = text_of(open_as(clerk).get(reverse("ledger:voucher_list")))
    assert "伝票はまだありません。" in page
    assert reverse("ledger:opening_create") in page
    assert "計上済の伝票はまだありません。" in text_of(open_as(clerk).get(reverse("ledger:journal")))


# --- 問い合わせの数 ------------------------------------------------------------------------
def fill(count, *, maker, checker, member, on):
    """計上済と承認待ちの伝票を半分ずつ、まとめて作る（引き金の守る順に: 起票 → 行 → 計上）。"""
    vouchers = Voucher.objects.bulk_create(
        Voucher(dated_on=on, fiscal_year=on.year, description=f"まとめて {n}", made_by=maker) for n in range(count)
    )
    VoucherLine.objects.bulk_create(
        VoucherLine(
            voucher=voucher, order=order, side=side, account_id=account, amount=100,
            member=member if account == "131" else None,
        )
        for voucher in vouchers
        for order, (side, account) in enumerate([(Side.DEBIT, "131"), (Side.CREDIT, "113")], 1)
    )  # fmt: skip
    start = Voucher.objects.filter(state=VoucherState.POSTED).count()
    for number, voucher in enumerate(vouchers[: count // 2], start + 1):
        Voucher.objects.filter(pk=voucher.pk).update(
            state=VoucherState.POSTED, number=number, posted_at="2026-11-24T00:00:00Z", checked_by=checker
        )


@pytest.mark.parametrize("name", [*READ_PAGES, "journal?account=131", "general_ledger?account=131"])
def test_the_number_of_queries_does_not_grow_with_the_rows(open_as, clerk, chief, today, name):
    load_accounts()
    make_cooperative()
    member = make_member()
    client = open_as(clerk)
    page, _, query = name.partition("?")
    url = f"{reverse(f'ledger:{page}')}?{query}"
    counts = []
    for rows in (10, 990):
        fill(rows, maker=clerk, checker=chief, member=member, on=today)
        count_rows()
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
    # 頁が一枚に収まるときは、頁送りのための問い合わせの有無だけが違ってよい。
    assert counts[1] <= counts[0]


def test_the_number_of_queries_of_a_voucher_does_not_grow_with_its_lines(open_as, clerk, chief, today):
    member = make_member()
    counts = []
    for pairs in (1, 40):
        slip = Slip(
            "多くの行",
            (
                *(debit(AccountCode.BILL_LOANS, 10, member=member) for _ in range(pairs)),
                *(credit(AccountCode.ORDINARY_DEPOSIT, 10) for _ in range(pairs)),
            ),
        )
        voucher = make_voucher(slip, on=today, maker=clerk)
        client = open_as(chief)
        client.get(voucher.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            assert client.get(voucher.get_absolute_url()).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
