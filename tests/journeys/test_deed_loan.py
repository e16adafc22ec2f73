"""A deed loan with a mortgage and a stranger's guarantee: the schedule on the page is the core's, to the yen."""

from datetime import timedelta
from decimal import Decimal

from playwright.sync_api import expect

from coopfin.calc import days, schedule
from tests.journeys import office as work

DEED = "金銭消費貸借及び抵当権設定契約証書"
LAND = "石川県金沢市鞍月二丁目20番 宅地 330.00㎡"
BUILDING = "石川県金沢市鞍月二丁目20番 家屋番号20番 工場 鉄骨造2階建 480.20㎡"
CONDITION = "第2順位の抵当権の設定登記を済ませること"


def the_schedule(disburse_on, first_due_on):
    """1,200万円、年2.1%、手数料0.2%、60回元金均等、毎月末（方針のとおり）。"""
    return schedule.build(
        schedule.ScheduleTerms(
            principal=12_000_000,
            rate=Decimal("2.1"),
            fee_rate=Decimal("0.2"),
            disbursed_on=disburse_on,
            instalments=60,
            first_due_on=first_due_on,
            anchor=31,
        )
    )


def read_row(row):
    """One instalment as the page says it: number, principal, interest, fee, payment, balance."""
    return [row[0], *row[3:]]


def as_read(instalment):
    amounts = (instalment.principal, instalment.interest, instalment.fee, instalment.payment, instalment.balance)
    return [str(instalment.no), *(f"{amount:,}" for amount in amounts)]


def check_schedule(desk, plan):
    """The first rows and the sums on the page are those of the core."""
    rows = [read_row(row) for row in desk.table("償還予定")[:3]]
    assert rows == [as_read(instalment) for instalment in plan.instalments[:3]]
    totals = [
        sum(getattr(row, name) for row in plan.instalments) for name in ("principal", "interest", "fee", "payment")
    ]
    assert desk.sums("償還予定")[1:5] == [f"{amount:,}" for amount in totals]


def test_a_deed_loan_with_mortgage_and_notarial_deed_to_the_first_row_of_its_schedule(office, today):
    clerk, chief = office.yamada, office.kitamura
    first_due_on = days.add_months(today, 1, anchor=31)
    plan = the_schedule(today, first_due_on)
    preview = clerk.page.locator("#preview")
    work.open_the_office(office)

    # The clerk writes the application with dates of the Japanese calendar; the schedule stands beside it.
    work.begin_application(clerk, "能登精機株式会社")
    work.write_terms(
        clerk, form="証書貸付", amount="１，２００万", purpose="設備資金", detail="マシニングセンタ1台の購入",
        source="設備による増益と減価償却", rate="2.1", fee="0.2", on=f"令和{today.year - 2018}年{today:%m月%d日}",
    )  # fmt: skip
    clerk.pick("返済方法", "元金均等").pick("返済の間隔", "毎月").fill("回数", "60").fill("据置回数", "0")
    clerk.fill("初回期日", f"R{first_due_on.year - 2018}.{first_due_on.month}.{first_due_on.day}")
    clerk.fill("毎回の期日（日）", "31")
    expect(preview).to_contain_text("計 60回")
    check_schedule(clerk, plan)
    case = work.save_draft(clerk)
    check_schedule(clerk, plan)
    work.inform_guarantor(clerk, "能登 一郎（代表者）")
    work.weigh_guarantee(clerk)

    # Land is mortgaged behind the bank, whose claim is confirmed; the building secures the same claim, which counts once.
    clerk.follow("担保を付ける").pick("種類", "土地").fill("物件の表示", LAND).fill("評価額（円）", "2,400万")
    clerk.fill("評価日", today).pick("評価の方法", "路線価")
    expect(clerk.field("担保権").locator("option")).to_have_count(3)
    clerk.page.get_by_role("button", name="先順位を足す").click()
    senior = clerk.page.get_by_role("group", name="先順位").last
    for label, value in (("権利者", "北陸銀行 金沢支店"), ("債権額・極度額（円）", "900万"), ("確認済の残高（円）", "600万"),
                         ("残高を確かめた日", str(today)), ("確かめた方法", "残高証明書")):  # fmt: skip
        senior.get_by_label(label).fill(value)
    clerk.pick("担保権", "抵当権").fill("当組合の順位", "2")
    expect(preview.get_by_role("row", name="担保余力")).to_contain_text("10,800,000")
    clerk.press("担保を付ける").see("12,000,000円に対する保全 90.0%")
    clerk.follow("担保を付ける").pick("種類", "建物").fill("物件の表示", BUILDING).fill("評価額（円）", "1,000万")
    clerk.fill("評価日", today).pick("評価の方法", "簿価（償却後）")
    expect(clerk.field("掛目（%）")).to_have_value("60")
    clerk.pick("担保権", "抵当権")
    clerk.field("共同担保").select_option(index=1)
    expect(preview.get_by_role("row", name="担保余力")).to_contain_text("6,000,000")
    clerk.press("担保を付ける").see("12,000,000円に対する保全 100.0%", "共同担保")

    # A friend guarantees, whose notarial deed is asked for at once.
    clerk.follow("保証人を付ける")
    clerk.page.get_by_text("台帳にいない人を登録する").click()
    clerk.page.get_by_label("新しい人を登録して選ぶ").check()
    clerk.fill("氏名", "田中 実").fill("カナ", "たなか みのる").fill("住所", "石川県金沢市泉野町一丁目1番1号")
    clerk.pick("債務者との関係", "親族・知人").fill("情報提供を受けた日", today)
    expect(preview).to_contain_text("公正証書")
    clerk.press("保証人を付ける").see("田中 実", "未登録")

    # It goes the whole way round to the board, which approves with a condition.
    work.take_step(clerk, case, "受け付ける").stage("受付済")
    work.investigate(clerk, case, interviewee="代表取締役 能登 一郎")
    work.committee_advises(office, case, conditions=CONDITION)
    meeting = work.board_meets(clerk, case, recused=["能登 一郎"])
    work.decide(chief, meeting, condition=CONDITION)

    # What was judged is printed as it stood, and the applicant is told the decision with its condition.
    clerk.open(case).follow("作る （稟議書）").press("この内容で発行する").see("稟議書を発行しました")
    memorandum = work.download(clerk, "稟議書")
    clerk.follow("作る （答申書）").press("この内容で発行する").see("答申書を発行しました")
    clerk.follow("決定通知を作る").press("この内容で発行する").see("決定通知を発行しました")
    letter = work.download(clerk, "決定通知書")
    for words in ("能登精機株式会社", "12,000,000円", "田中実", CONDITION, "家屋番号20番"):
        assert words in memorandum, words
        assert words in letter, words
    for inside in ("北陸銀行金沢支店抵当権9,000,000円。残高6,000,000円", "受注は前年並みで", "条件付可", "可決には"):
        assert inside in memorandum, inside
        assert inside not in letter, inside
    work.record_funding(clerk, case, rate="1.9")

    # Without the deed there is no contract; the way to mend it is one link away.
    clerk.follow("公正証書・情報提供を記録する").fill("公正証書の作成日", today - timedelta(days=7))
    clerk.fill("公証役場", "金沢公証人合同役場").fill("公正証書の番号", "令和8年第512号").press("記録する")
    number = work.contract(clerk, case)
    papers = work.issue_papers(clerk, ["約定書", DEED])
    for words in (
        number,
        "能登精機株式会社",
        "金壱千弐百万円也（¥12,000,000）",
        "能登一郎",
        "田中実",
        "令和8年第512号",
        "60回",
    ):
        assert words in papers[DEED], words

    # The condition is met, another confirms that all is ready, the loan is paid out.
    clerk.open(case).follow("満たしたことを記録する").fill("確かめた方法", "登記事項証明書の原本を確かめた。")
    clerk.press(f"満たしたことを記録する （{CONDITION}）").see("満たした")
    work.take_step(chief, case, "実行できることを確認する").stage("実行待ち")
    clerk.open(case).follow("実行の伝票を起票する")
    check_schedule(clerk, plan)
    assert work.voucher_lines(clerk) == [["証書貸付", "12,000,000", "当座預金", "12,000,000"]]
    voucher = work.prepare(clerk)
    work.approve(chief, voucher).see("貸付を実行しました").stage("計上済")
    assert work.voucher_lines(chief) == [["証書貸付", "12,000,000", "当座預金", "12,000,000"]]

    # The register of loans shows the same schedule.
    clerk.open("/loans/").follow_to("/loans/1/").stage("返済中")
    check_schedule(clerk, plan)
