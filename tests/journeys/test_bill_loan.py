"""A bill loan, from the list that the office keeps in Excel to the posted voucher (the handbook's worked example)."""

from datetime import timedelta

from playwright.sync_api import expect

from coopfin.calc import days
from tests.journeys import office as work

# 手引き 第3章(1)(一): 1,000万円、年6%、手数料0.1%、90日（両端）。
VOUCHER = [
    ["手形貸付", "10,000,000", "貸付金利息", "147,945"],
    ["", "", "転貸手数料", "2,465"],
    ["", "", "当座預金", "9,849,590"],
]


def test_a_bill_loan_from_the_excel_import_to_the_posted_voucher(office, today):
    clerk, chief = office.yamada, office.kitamura
    preview = clerk.page.locator("#preview")

    # The members come in from Excel; the admin seats the bodies; the meeting's limits are set by two people.
    work.open_the_office(office)

    # The clerk writes the application; interest and voucher stand beside it while she types.
    work.begin_application(clerk, "白山木材株式会社")
    work.write_terms(
        clerk, form="手形貸付", amount="1,000万", purpose="運転資金", detail="冬期の原木の仕入れ", source="売掛金の回収",
        rate="6.0", fee="0.1", on=today,
    )  # fmt: skip
    clerk.page.get_by_role("button", name="90日", exact=True).click()
    expect(clerk.field("手形の期日")).to_have_value((today + timedelta(days=89)).isoformat())
    expect(preview).to_contain_text("9,849,590")
    assert work.voucher_lines(clerk) == VOUCHER
    case = work.save_draft(clerk)
    clerk.see("手形貸付（90日）")

    # Received, investigated and put before the committee.
    work.inform_guarantor(clerk, "白山 健（代表者）")
    work.weigh_guarantee(clerk)
    work.take_step(clerk, case, "受け付ける").stage("受付済")
    work.investigate(clerk, case, interviewee="代表取締役 白山 健")

    # Each member of the committee writes an opinion, and the chair sums up.
    work.committee_advises(office, case)

    # The board meets. The applicant's representative sits on it: he neither counts nor votes.
    meeting = work.board_meets(clerk, case, recused=["白山 健"])
    clerk.see("議決に加われる理事 4名（在任 5名・除斥 1名）", "特別の利害関係（申込先の代表者）により議決に加わらない")
    work.decide(chief, meeting)

    # The bank says yes, the contract begins, and the papers are issued and come back signed.
    work.record_funding(clerk, case, rate="5.5")
    number = work.contract(clerk, case)
    papers = work.issue_papers(clerk, ["約定書", "保証書"])
    assert "白山木材株式会社" in papers["約定書"]
    for words in ("白山木材株式会社", "白山健", "極度額金壱千万円也（¥10,000,000）", number):
        assert words in papers["保証書"]
    work.take_step(chief, case, "実行できることを確認する").stage("実行待ち")

    # The disbursement is prepared as it was previewed: another day, other interest; the day wished for, the old one.
    clerk.open(case).follow("実行の伝票を起票する").fill("実行日", days.next_business_day(today))
    expect(preview).not_to_contain_text("147,945")
    clerk.fill("実行日", today)
    expect(preview).to_contain_text("147,945")
    assert work.voucher_lines(clerk) == VOUCHER
    voucher = work.prepare(clerk)

    # Another approves. What stands in the books is what was previewed, for this member and this contract.
    work.approve(chief, voucher).see("貸付を実行しました").stage("計上済")
    assert work.voucher_lines(chief) == VOUCHER
    assert chief.table("伝票の明細")[0][0] == f"手形貸付\n白山木材株式会社 {number}"
    chief.follow("振替伝票（PDF）").press("この内容で発行する")
    slip = work.download(chief, "PDF を受け取る")
    for words in ("白山木材株式会社", "147,945", "2,465", "9,849,590", "北村", "山田"):
        assert words in slip
    chief.open(case).stage("実行済").follow(number).stage("返済中").see("10,000,000円")
    chief.open("/ledger/vouchers/").follow("仕訳帳").see("147,945", "9,849,590")
    chief.follow("合計残高試算表").see("手形貸付", "10,000,000")
    work.close_meeting(clerk, meeting)
    # 白山さんは理事なので、取引の報告だけが残る（中協法38条）。
    expect(clerk.open("/").page.get_by_role("row").filter(has_text="白山木材株式会社")).to_have_count(1)
    clerk.see("理事との取引を理事会に報告する")
