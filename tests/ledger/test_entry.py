"""起票の画面: 寛容な入力、直せない入力、二度押し。"""

from datetime import timedelta

import pytest
from django.urls import reverse

from coopfin.clock import business_date
from coopfin.roles import Role
from ledger.accounts import AccountCode
from ledger.models import Voucher, VoucherKind
from tests.factories.core import make_cooperative, make_user
from tests.factories.ledger import load_accounts, make_voucher
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db

BLANK = {"side": "debit", "account": "", "member": "", "amount": "", "memo": ""}
DEPOSIT = {**BLANK, "account": "113", "amount": "1,000"}
RECEIVED = {**BLANK, "side": "credit", "account": "227", "amount": "1000"}


@pytest.fixture
def clerk(client):
    load_accounts()
    make_cooperative()
    user = make_user(Role.CLERK, name="山田 花子")
    client.force_login(user)
    return user


def typed(*lines, token="", **head):
    """画面に打ち込んだもの。"""
    data = {
        "dated_on": business_date().isoformat(),
        "description": "入金先不明の振込",
        "token": token,
        "lines-TOTAL_FORMS": len(lines),
        "lines-INITIAL_FORMS": 0,
        **head,
    }
    for number, line in enumerate(lines):
        data |= {f"lines-{number}-{name}": value for name, value in line.items()}
    return data


@pytest.fixture
def send(client, clerk):
    def post(*lines, page="voucher_create", **head):
        return client.post(reverse(f"ledger:{page}"), typed(*lines, **head))

    return post


def complaints(answer) -> str:
    """画面の上のまとめに出る文。"""
    assert answer.status_code == 422
    assert not Voucher.objects.exists()
    page = answer.content.decode()
    return page[page.index("error-summary") : page.index("</div>", page.index("error-summary"))]


def test_a_balanced_entry_becomes_a_waiting_voucher(send, clerk):
    answer = send(DEPOSIT, RECEIVED)
    voucher = Voucher.objects.get()
    assert answer["Location"] == voucher.get_absolute_url()
    assert (voucher.kind, voucher.made_by, voucher.total) == (VoucherKind.TRANSFER, clerk, 1_000)
    assert [(line.order, line.side, line.account_id) for line in voucher.lines.all()] == [
        (1, "debit", "113"),
        (2, "credit", "227"),
    ]


@pytest.mark.parametrize("amount", ["２０，０００，０００", "2000万", "20,000,000円", "¥20,000,000", "2千万"])
def test_amounts_are_read_as_people_write_them(send, amount):
    send({**DEPOSIT, "amount": amount}, {**RECEIVED, "amount": "20000000"})
    assert Voucher.objects.get().total == 20_000_000


@pytest.mark.parametrize("written", ["R8.4.1", "令和8年4月1日", "2026-04-01", "２０２６年４月１日"])
def test_dates_are_read_as_people_write_them(send, written):
    send(DEPOSIT, RECEIVED, dated_on=written)
    assert Voucher.objects.get().dated_on.isoformat() == "2026-04-01"


@pytest.mark.parametrize("amount", ["0", "-1000", "△1000", "abc", "", "1.5", "99999999999999999999"])
def test_an_impossible_amount_is_refused_beside_its_field(send, amount):
    answer = send({**DEPOSIT, "amount": amount}, RECEIVED)
    assert "1行目 金額" in complaints(answer)
    assert answer.context["formset"][0].errors["amount"]
    assert 'value="入金先不明の振込"' in answer.content.decode(), "what was typed is kept"


@pytest.mark.parametrize("written", ["2026-02-30", "令和8年13月1日", "きのう", "", "1899-01-01"])
def test_an_impossible_date_is_refused_beside_its_field(send, written):
    answer = send(DEPOSIT, RECEIVED, dated_on=written)
    assert "日付" in complaints(answer)


def test_a_date_that_has_not_come_is_refused(send):
    answer = send(DEPOSIT, RECEIVED, dated_on=(business_date() + timedelta(days=1)).isoformat())
    assert "まだ来ていない日付" in complaints(answer)


def test_an_unbalanced_entry_says_which_side_lacks_how_much(send):
    answer = send(DEPOSIT, {**RECEIVED, "amount": "400"})
    sentence = "貸借が合いません。借方 1,000円、貸方 400円で、貸方が 600円足りません。"
    assert sentence in complaints(answer)
    page = answer.content.decode()
    assert sentence in page[page.index('id="preview"') :], "beside the totals"


def test_one_side_alone_or_nothing_at_all_is_refused(send):
    assert "借方が 1,000円足りません" in complaints(send(RECEIVED))
    assert "仕訳の行を書いてください。" in complaints(send(BLANK, {**BLANK, "side": "credit"}))


def test_blank_rows_and_removed_rows_do_not_count(send):
    removed = {**DEPOSIT, "amount": "書きかけ", "DELETE": "on"}
    send(DEPOSIT, BLANK, removed, {**BLANK, "side": "credit"}, RECEIVED)
    assert Voucher.objects.get().lines.count() == 2


def test_an_unknown_account_is_refused(send):
    assert "1行目 科目" in complaints(send({**DEPOSIT, "account": "999"}, RECEIVED))


@pytest.mark.parametrize("code", [AccountCode.BILL_LOANS, AccountCode.DEED_LOANS, AccountCode.DISCOUNTED_BILLS])
def test_loan_accounts_move_only_through_loans(send, code):
    member = make_member("小松製作所")
    answer = send({**DEPOSIT, "account": str(code), "member": member.number}, RECEIVED)
    assert "貸付の実行・回収の画面から" in complaints(answer)


# --- 組合員 --------------------------------------------------------------------------------
ADVANCE = {**BLANK, "account": "144", "amount": "1000"}


@pytest.mark.parametrize("text", ["{number}", "{number} {name}", "{name}", "白山", "ハクサン", "ﾊｸｻﾝ"])
def test_a_member_is_found_by_number_or_by_any_writing_of_the_name(send, text):
    member = make_member("白山精機株式会社", kana="ハクサンセイキ")
    make_member("能登鉄工有限会社", kana="ノトテッコウ")
    send({**ADVANCE, "member": text.format(number=member.number, name=member.name)}, RECEIVED)
    assert Voucher.objects.get().lines.first().member == member


def test_a_member_that_is_missing_unknown_or_ambiguous_is_told(send):
    make_member("白山精機株式会社", kana="ハクサンセイキ")
    make_member("白山鋳造株式会社", kana="ハクサンチュウゾウ")
    assert "この科目には組合員が要ります。" in complaints(send(ADVANCE, RECEIVED))
    assert "という組合員は見つかりません" in complaints(send({**ADVANCE, "member": "存在しない"}, RECEIVED))
    assert "当たる組合員が2件あります" in complaints(send({**ADVANCE, "member": "白山"}, RECEIVED))


# --- 二度押し・下見・開始伝票 --------------------------------------------------------------
def test_sending_twice_makes_one_voucher(send):
    first = send(DEPOSIT, RECEIVED, token="once")
    second = send(DEPOSIT, RECEIVED, token="once")
    assert first["Location"] == second["Location"]
    assert Voucher.objects.count() == 1


def test_the_balance_is_shown_live_and_nothing_is_written(client, clerk):
    url = reverse("ledger:voucher_preview", args=["transfer"])
    half = client.post(url, typed(DEPOSIT, {**BLANK, "side": "credit"})).content.decode()
    assert "貸方が 1,000円足りません" in half
    whole = client.post(url, typed(DEPOSIT, {**RECEIVED, "amount": "0.1万"})).content.decode()
    assert "貸借一致" in whole
    assert client.post(url, {}).status_code == 200
    assert client.get(url).status_code == 405
    assert not Voucher.objects.exists()


def test_an_opening_voucher_is_entered_on_its_own_page(send):
    capital = {**RECEIVED, "account": "311"}
    send(DEPOSIT, capital, page="opening_create", dated_on="2026-04-01", description="開始残高")
    assert Voucher.objects.get().kind == VoucherKind.OPENING


@pytest.mark.parametrize("given", ["x", "999999", "99999999999999999999", "-1", ""])
def test_a_wrong_pattern_to_copy_opens_an_empty_form(client, clerk, given):
    assert client.get(f"{reverse('ledger:voucher_create')}?from={given}").status_code == 200


def test_a_voucher_may_serve_as_the_pattern_of_the_next(client, clerk):
    voucher = make_voucher()
    page = client.get(f"{reverse('ledger:voucher_create')}?from={voucher.pk}")
    assert page.context["totals"]["balanced"]


@pytest.mark.parametrize("count", ["-1", "x", "5000", ""])
def test_a_tampered_number_of_rows_is_refused_calmly(send, count):
    answer = send(DEPOSIT, RECEIVED, **{"lines-TOTAL_FORMS": count})
    assert answer.status_code == 422
    assert not Voucher.objects.exists()


def test_a_borrowing_line_names_the_loan_it_funds(send):
    send(DEPOSIT, {**BLANK, "side": "credit", "account": "211", "amount": "1000", "reference": "ｔ-2026-001"})
    assert Voucher.objects.get().lines.get(account_id="211").reference == "T-2026-001"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"account": "211", "reference": "2026の1"}, "T-2026-001 や S-2026-001 の形"),
        ({"account": "227", "reference": "T-2026-001"}, "転貸借入金の行だけ"),
    ],
)
def test_a_contract_number_out_of_place_is_refused(send, line, sentence):
    answer = send(DEPOSIT, {**BLANK, "side": "credit", "amount": "1000", **line})
    assert sentence in complaints(answer)
