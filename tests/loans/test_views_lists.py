"""一覧・貸付のページ・今日の仕事・検索: 見てよいものだけ、絞り込んだとおり、問合せは増えないこと。"""

import io
from datetime import timedelta

import pytest
import tablib
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coopfin.roles import Role
from loans import desk as registered
from loans import waiting
from loans.enums import ApplicationState as S
from loans.models import Application, Loan
from loans.operations import disbursement as disbursements
from tests.factories.core import make_user
from tests.factories.loans import (
    REASON,
    TODAY,
    bill_terms,
    deed_terms,
    fresh,
    make_application,
    make_application_in,
)
from tests.factories.members import make_member, make_members
from tests.loans.pages import text_of


def copies(application, count, **changes):
    """同じ申込をたくさん（一覧の速さを確かめるため）。受付番号は続きの番号。"""
    last = Application.objects.order_by("-sequence").first().sequence or 0
    rows = []
    for number, member in enumerate(make_members(count), last + 1):
        row = Application.objects.get(pk=application.pk)
        row.pk, row.member, row.sequence, row.number = None, member, number, f"2026-{number:04d}"
        for name, value in changes.items():
            setattr(row, name, value)
        rows.append(row)
    return Application.objects.bulk_create(rows)


def queries(desk, name, query=""):
    desk.get(name, query=query)
    with CaptureQueriesContext(connection) as captured:
        response = desk.get(name, query=query)
    assert response.status_code == 200
    return len(captured)


def test_the_queue_counts_sums_and_filters(office, sit):
    received = make_application_in(office, S.RECEIVED, member=make_member("鶴来鉄工株式会社"))
    both = deed_terms(amount=30_000_000, equipment_amount=29_000_000)
    make_application(office, terms=both, member=make_member("白山木材株式会社"))
    desk = sit(office.clerk)
    told = text_of(desk.get("applications"))
    assert "2件" in told
    assert "40,000,000" in told
    for query, found, missing in (
        ("?q=鶴来", "鶴来鉄工", "白山木材"),
        ("?q=2026-0001", "鶴来鉄工", "白山木材"),
        ("?stage=draft", "白山木材", "鶴来鉄工"),
        ("?state=received", "鶴来鉄工", "白山木材"),
        ("?loan_type=deed", "白山木材", "鶴来鉄工"),
        ("?amount_from=2000万", "白山木材", "鶴来鉄工"),
        ("?received_from=R8.11.24", "鶴来鉄工", "白山木材"),
        ("?purpose=working&mine=on&loan_type=bill", "鶴来鉄工", "白山木材"),
        # 設備と運転の両方に使うものは、どちらでも出る。
        ("?purpose=working&amount_from=2000万", "設備・運転資金", "鶴来鉄工"),
        ("?purpose=equipment", "白山木材", "鶴来鉄工"),
    ):
        told = text_of(desk.get("applications", query=query))
        assert found in told, query
        assert missing not in told, query
    assert received.number in text_of(desk.get("applications", query="?columns=number&columns=amount"))


@pytest.mark.parametrize(
    "query",
    ["?amount_from=たくさん", "?received_from=2026-02-30", "?state=x", "?stage=x", "?page=99", "?sort=x", "?q=%00"],
)
def test_nonsense_in_the_address_does_no_harm(office, sit, query):
    make_application(office)
    assert sit(office.clerk).get("applications", query=query).status_code in (200, 404)


def test_a_case_that_stands_still_and_an_approval_that_runs_out_are_marked(office, sit):
    application = make_application_in(office, S.APPROVED, member=make_member("鶴来鉄工株式会社"))
    make_application_in(office, S.APPROVED, member=make_member("白山木材株式会社"))
    policy = application.policy
    Application.objects.filter(pk=application.pk).update(
        entered_state_on=TODAY - timedelta(days=policy.stale_case_days + 1),
        approval_expires_on=TODAY + timedelta(days=policy.approval_reminder_days),
    )
    desk = sit(office.clerk)
    told = text_of(desk.get("contracting", query="?expiring=on"))
    assert "鶴来鉄工" in told
    assert "白山木材" not in told
    assert f"{policy.stale_case_days + 1}日 滞り" in told
    assert f"あと{policy.approval_reminder_days}日" in told
    (tile,) = waiting.expiry_tile(office.clerk, TODAY)
    assert (tile.count, tile.alarm) == (1, False)
    (late,) = waiting.expiry_tile(office.clerk, TODAY + timedelta(days=policy.approval_reminder_days + 1))
    assert late.alarm


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_is_exported_is_what_was_on_the_screen(office, sit, form):
    make_application_in(office, S.RECEIVED, member=make_member("鶴来鉄工株式会社"))
    make_application(office, member=make_member("=cmd株式会社"))
    response = sit(office.clerk).get("applications", query=f"?export={form}&stage=reception")
    content = response.content.decode("utf-8-sig") if form == "csv" else response.content
    data = tablib.Dataset().load(content if form == "csv" else io.BytesIO(content), format=form)
    assert data.headers[:2] == ["受付番号", "組合員"]
    assert [row[1] for row in data] == ["鶴来鉄工株式会社"]
    assert str(data[0][4]) == "10000000"


def test_only_those_who_may_export_can(office, sit):
    make_application_in(office, S.COMMITTEE_QUEUE)
    desk = sit(office.committee[0])
    assert desk.get("applications", query="?export=csv").status_code == 403
    assert "CSV" not in text_of(desk.get("applications"))


def test_a_name_that_looks_like_a_formula_stays_a_name(office, sit):
    make_application(office, member=make_member("=cmd株式会社"))
    response = sit(office.clerk).get("applications", query="?export=csv")
    assert "'=cmd株式会社" in response.content.decode("utf-8-sig")


def test_committee_and_board_see_what_has_come_to_them(office, sit):
    make_application_in(office, S.RECEIVED, member=make_member("鶴来鉄工株式会社"))
    make_application_in(office, S.COMMITTEE_QUEUE, member=make_member("白山木材株式会社"))
    assert "白山木材" in text_of(sit(office.committee[0]).get("applications"))
    assert "鶴来鉄工" not in text_of(sit(office.committee[0]).get("applications"))
    assert "白山木材" not in text_of(sit(office.cast["kaga"]).get("applications"))


def test_the_list_for_contracts_holds_what_is_approved_and_not_disbursed(office, sit):
    make_application_in(office, S.READY, member=make_member("鶴来鉄工株式会社"))
    make_application_in(office, S.RECEIVED, member=make_member("白山木材株式会社"))
    told = text_of(sit(office.clerk).get("contracting"))
    assert "鶴来鉄工" in told
    assert "白山木材" not in told


def test_lists_ask_the_database_no_more_for_a_thousand_rows(office, sit):
    application = make_application_in(office, S.READY)
    desk = sit(office.clerk)
    copies(application, 9)
    before = [queries(desk, name) for name in ("applications", "contracting", "loans")]
    copies(application, 990)
    assert [queries(desk, name) for name in ("applications", "contracting", "loans")] == before
    assert "1000件" in text_of(desk.get("applications"))


# --- 貸付 -----------------------------------------------------------------------------------
@pytest.fixture
def disbursed(office):
    terms = deed_terms(funding_source="own")
    return make_application_in(office, S.DISBURSED, terms=terms, member=make_member("鶴来鉄工株式会社"))


def test_the_register_of_loans_shows_balances_and_their_sum(office, sit, disbursed):
    told = text_of(sit(office.clerk).get("loans"))
    assert "残高の計 12,000,000" in told
    assert "鶴来鉄工" in told
    assert "1件" in told


def test_the_page_of_a_loan_tells_its_terms_schedule_events_and_papers(office, sit, disbursed):
    loan = disbursed.loan
    told = text_of(sit(office.auditor).get("loan", loan.pk))
    for words in (loan.number, "元金均等・毎月末日・60回", "計 60回", "元金残高", "実行", "約定書", "連帯保証"):
        assert words in told


def test_a_loan_only_contracted_shows_the_schedule_it_will_have(office, sit):
    application = make_application_in(office, S.CONTRACTING, terms=deed_terms(funding_source="own"))
    told = text_of(sit(office.clerk).get("loan", application.loan.pk))
    assert "実行までは見込みです" in told
    assert "計 60回" in told


def test_the_schedule_is_exported(office, sit, disbursed):
    desk = sit(office.clerk)
    response = desk.get("loan_export", disbursed.loan.pk, query="?export=csv")
    data = tablib.Dataset().load(response.content.decode("utf-8-sig"), format="csv")
    assert len(data) == 60
    assert sum(int(value) for value in data["元金"]) == 12_000_000
    assert desk.get("loan_export", disbursed.loan.pk).status_code == 404


def test_loans_are_closed_to_committee_and_to_the_interested(office, sit, disbursed):
    for user in (office.committee[0], office.cast["kaga"], office.admin):
        assert sit(user).get("loan", disbursed.loan.pk).status_code == 403
    clerk = make_user(Role.CLERK)
    disbursed.member.representative.user = clerk
    disbursed.member.representative.save()
    assert sit(clerk).get("loan", disbursed.loan.pk).status_code == 404
    assert "鶴来鉄工" not in text_of(sit(clerk).get("loans"))


def test_the_voucher_is_approved_by_the_loans_own_checks(office, sit):
    application = make_application_in(office, S.READY)
    event = disbursements.prepare(fresh(application), disburse_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    own = text_of(sit(office.clerk).client.get(event.voucher.get_absolute_url()))
    assert "承認を待っています" in own
    assert "権限がありません" not in own
    chief = sit(office.chief)
    told = text_of(chief.client.get(event.voucher.get_absolute_url()))
    assert "いま計算し直しても、起票した内容と同じです" in told
    assert "日数" in told
    approve = reverse("ledger:voucher_approve", args=[event.voucher.pk])
    done = chief.client.post(approve, {"version": "prepared", "reason": REASON}, follow=True)
    assert "貸付を実行しました（伝票 2026-0001）" in text_of(done)
    assert fresh(application).state == S.DISBURSED


# --- 今日の仕事 -----------------------------------------------------------------------------
def test_everyone_is_told_what_waits_for_them(office, sit):
    make_application_in(office, S.COMMITTEE_QUEUE)
    make_application_in(office, S.RECEIVED)
    assert registered.review_count(office.committee[0], TODAY) == 1
    assert registered.review_count(office.clerk, TODAY) == 1
    assert registered.review_count(office.cast["kaga"], TODAY) == 0
    assert [task.title.split("　")[0] for task in registered.tasks(office.committee[0], TODAY)] == ["意見を述べる"]
    assert [task.title.split("　")[0] for task in registered.tasks(office.clerk, TODAY)] == ["実態把握を始める"]
    told = text_of(sit(office.clerk).client.get("/"))
    assert "金融委員会 1・理事会 0" in told


def test_an_opinion_given_waits_no_longer(office, sit):
    from desk.demo import road

    application = make_application_in(office, S.COMMITTEE_QUEUE)
    road.committee_opinions(application, office, TODAY)
    assert registered.review_count(office.committee[1], TODAY) == 0


def test_this_weeks_due_dates_are_counted_and_summed(office):
    terms = deed_terms(funding_source="own", first_due_on=TODAY.replace(day=30), anchor_day=30)
    make_application_in(office, S.DISBURSED, terms=terms)
    (tile,) = registered.due_tile(office.clerk, TODAY)
    row = Loan.objects.get().instalments.get(no=1)
    assert tile.count == 1
    assert f"{row.payment:,}円" in tile.note


def test_the_balance_is_drawn_with_a_table_behind_it(office, disbursed):
    panel = registered.balance_panel(office.clerk, TODAY)
    assert panel["total"] == 12_000_000
    assert panel["chart"].rows[-1] == (TODAY, [12_000_000])
    assert registered.balance_panel(office.committee[0], TODAY) is None


def test_the_search_finds_numbers_and_names_one_may_see(office, sit, disbursed):
    desk = sit(office.clerk)
    for text in (disbursed.number, disbursed.loan.number, "鶴来", "つるぎ" if disbursed.member.kana else "鶴来鉄工"):
        assert disbursed.loan.number in text_of(desk.client.get(reverse("desk:search"), {"q": text}))
    other = sit(office.cast["kanri"]).client.get(reverse("desk:search"), {"q": "鶴来"})
    assert disbursed.loan.number not in text_of(other)


def test_the_members_page_lists_its_cases_and_loans(office, sit, disbursed):
    told = text_of(sit(office.clerk).client.get(disbursed.member.get_absolute_url()))
    assert disbursed.loan.number in told
    assert disbursed.number in told


def test_todays_page_asks_the_database_no_more_for_a_thousand_cases(office, sit):
    application = make_application_in(office, S.RECEIVED, terms=bill_terms())
    copies(application, 25)
    client = sit(office.clerk).client

    def count():
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/").status_code == 200
        return len(captured)

    before = count()
    copies(application, 975)
    assert count() == before
