"""Bad input by hand: refused beside its field, nothing typed is lost, nothing is booked twice, and no page breaks."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from ledger.models import Voucher, VoucherState
from loans.enums import ApplicationState as S
from loans.models import Application, FundingDecision
from members.models import ImportBatch, Member
from tests.factories.loans import bill_terms, fresh, make_application, make_application_in
from tests.journeys import office as work


@pytest.fixture
def application(house):
    """A draft of ten million."""
    return make_application(house.people, on=house.today, terms=terms_of(house.today))


def terms_of(today, **changes):
    return bill_terms(disburse_on=today, maturity_on=today + timedelta(days=89), **changes)


def refused(desk, button):
    """Press, and be refused: the page comes back as it was, with its errors."""
    desk.watch.expect(r"status of 422")
    desk.press(button)
    expect(desk.page.get_by_role("alert").first).to_be_visible()
    return desk


def test_what_cannot_be_read_is_refused_beside_its_field_and_what_can_is_taken(house, application):
    clerk = house.desks.yamada.open(f"{application.get_absolute_url()}edit/")
    for typed, said in (
        ("2026-02-30", "暦にありません"),
        ("令和8年13月1日", "暦にありません"),
        ("来週", "日付として読めません"),
        ("", "入力してください"),
    ):
        refused(clerk.fill("実行希望日", typed), "保存する")
        assert said in clerk.beside("実行希望日"), (typed, clerk.beside("実行希望日"))
        clerk.holds(disburse_on=typed, purpose_detail="原材料の仕入れ")
    clerk.fill("実行希望日", f"令和{house.today.year - 2018}年{house.today.month}月{house.today.day}日")
    for typed, said in (
        ("0", "1円以上"),
        ("-5,000", "マイナスの金額は入れられません"),
        ("千円", "金額として読めません"),
        ("1.5円", "金額として読めません"),
        ("99999999999999999999", "大きすぎます"),
    ):  # fmt: skip
        refused(clerk.fill("金額", typed), "保存する")
        assert said in clerk.beside("金額"), (typed, clerk.beside("金額"))
        clerk.holds(amount=typed)
    for typed, amount in (("２，０００万", 20_000_000), ("1億", 100_000_000), ("¥12,345,678", 12_345_678)):
        clerk.fill("金額", typed).press("保存する").see("保存しました")
        assert Application.objects.get().amount == amount
        clerk.follow("直す")
    assert Application.objects.get().disburse_on == house.today


def test_the_second_of_two_open_pages_is_told_that_it_is_stale_and_keeps_what_was_typed(house, application):
    first = house.desks.yamada.open(f"{application.get_absolute_url()}edit/")
    second = house.desks.kitamura.open(f"{application.get_absolute_url()}edit/")
    first.fill("使いみちの内容", "鋼材の仕入れ").press("保存する").see("保存しました")
    refused(second.fill("使いみちの内容", "外注費の支払"), "保存する")
    second.see("ほかの人が更新しました").holds(purpose_detail="外注費の支払")
    assert fresh(application).purpose_detail == "鋼材の仕入れ"


def test_two_clicks_and_a_page_sent_again_book_once(house):
    case = make_application_in(house.people, S.READY, on=house.today, terms=terms_of(house.today)).get_absolute_url()
    clerk, chief = house.desks.yamada, house.desks.kitamura
    clerk.open(f"{case}disburse/")
    sent = clerk.typed()
    click_twice(clerk, "この内容で起票する").stage("起票（承認待ち）")
    voucher = clerk.path
    # The same page, sent once more, leads to the voucher that is already there; opened again, it says why it is shut.
    assert clerk.page.request.post(f"{case}disburse/", form=sent).url.endswith(voucher)
    clerk.open(f"{case}disburse/").see("実行の伝票がすでに承認を待っています。")
    assert Voucher.objects.count() == 1
    sent = chief.open(voucher).typed()
    click_twice(chief, "承認して計上する").stage("計上済")
    assert chief.page.request.post(f"{voucher}approve/", form=sent).ok
    assert [voucher.state for voucher in Voucher.objects.all()] == [VoucherState.POSTED]
    chief.open(case).stage("実行済")


def click_twice(desk, button):
    with desk.page.expect_navigation():
        desk.page.get_by_role("button", name=button, exact=True).dblclick()
    return desk.look()


HOSTILE = {
    "a program under another name": ("members.xlsx", b"MZ\x90\x00" + b"\x00" * 400),
    "a page of the web": ("members.xlsx", b"<html><script>alert(1)</script></html>"),
    "half a workbook": ("members.xlsx", b"PK\x03\x04" + b"\x00" * 200),
    "nothing at all": ("members.csv", b""),
}


def test_a_hostile_list_of_members_is_refused_and_nobody_is_entered(house):
    clerk = house.desks.yamada.open("/members/import/")
    before = Member.objects.count()
    for what, (name, content) in HOSTILE.items():
        clerk.attach("ファイル", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
        refused(clerk, "下見する")
        assert clerk.beside("ファイル"), what
    assert not ImportBatch.objects.exists()
    assert Member.objects.count() == before


def test_a_hostile_notice_of_the_bank_is_refused_and_the_rest_of_the_form_is_kept(house):
    terms = terms_of(house.today, funding_source="bank")
    application = make_application_in(house.people, S.APPROVED, on=house.today, terms=terms)
    clerk = house.desks.yamada.open(f"{application.get_absolute_url()}funding/")
    clerk.pick("金融機関", f"{work.BANK} {work.BRANCH}").choose("結果", "申込どおり承諾")
    clerk.fill("決定日", house.today).fill("決定通知の番号", "商中金発8-123").fill("借入利率（年%）", "５．５")
    for content in (
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(x)>>>>",
    ):
        clerk.attach("決定通知の写し", {"name": "通知.pdf", "mimeType": "application/pdf", "buffer": content})
        refused(clerk, "原資の決定を記録する").holds(document_reference="商中金発8-123", bank_rate="５．５")
        assert clerk.beside("決定通知の写し")
        assert not FundingDecision.objects.exists()
    clerk.fill("決定日", house.today).press("原資の決定を記録する").see("原資の決定を記録しました")
