"""The decision in a real browser: a case that comes back changed, and a case that is declined."""

from datetime import timedelta

from playwright.sync_api import expect

from desk.demo import road
from governance.enums import VoteChoice
from governance.models import Meeting
from loans.enums import ApplicationState as S
from tests.factories.loans import bill_terms, make_application_in
from tests.journeys import office as work

TOLD = "返済の財源が、まだはっきりしないためです。"
WHY = "返済の財源に対して金額が大きい。"


def of_today(today):
    return bill_terms(disburse_on=today, maturity_on=today + timedelta(days=89))


def test_a_returned_case_comes_back_changed_and_the_committee_sees_what_changed(house):
    application = make_application_in(house.people, S.RECOMMENDED, on=house.today, terms=of_today(house.today))
    case = application.get_absolute_url()
    clerk, chief, member = house.desks.yamada, house.desks.kitamura, house.desks.takase

    # The head of the office sends it back; the clerk reads why, and changes the amount.
    chief.open(case).follow("差し戻す").fill("理由", WHY).press("差し戻す").stage("差戻し")
    clerk.open(case).see(WHY, "変わっていません").follow("直す").fill("金額", "800万").press("保存する")
    clerk.see("前の付議から変わったこと", "10,000,000円", "8,000,000円")
    work.take_step(clerk, case, "実態把握を始める")
    work.take_step(clerk, case, "金融委員会に付議する").stage("金融委員会 付議中")

    # A member of the committee reads what changed and why, asks, and gives an opinion with a condition of its own.
    work.todays_work(member, f"{case}opinion/").see("前の付議から変わったこと", WHY, "8,000,000円")
    member.open(case).follow("書く").pick("宛先", "事務局").fill("本文", "売掛金の年齢表はありますか。")
    member.press("書き込む").see("事務局あてに書き込みました", "回答待ち")
    clerk.open("/").follow_to(f"{case}comments/").fill("回答", "添付しました。").press("回答する").see("添付しました。")
    member.open(f"{case}opinion/").choose("意見", "条件付賛成").fill("意見の理由", "財源は確かめられた。")
    member.fill("条件 1", "試算表を毎月出すこと").pick("条件 1の種類", "書類").pick("条件 1を満たす時期", "契約まで")
    member.press("意見を記録する").see("試算表を毎月出すこと", "書類・契約まで")

    # Everything that happened is told in one place.
    member.open(case).follow_to(f"{case}timeline/").see(WHY, "意見 条件付賛成", "売掛金の年齢表はありますか。")


def test_a_declined_case_ends_with_its_letter_and_can_be_applied_for_again(house):
    application = make_application_in(house.people, S.BOARD_QUEUE, on=house.today, terms=of_today(house.today))
    road.hold_board([application], house.people, house.today, choice=VoteChoice.NO)
    case, meeting = application.get_absolute_url(), Meeting.objects.get().get_absolute_url()
    clerk, chief = house.desks.yamada, house.desks.kitamura
    chief.open(meeting).follow("決定を記録する").choose("決定", "否決").fill("付帯意見・理由", "財源が明らかでない。")
    work.go_on(chief, "決定を記録する").stage("謝絶").see("財源が明らかでない。")

    # The clerk finds it among today's work, looks at the letter, issues it, and writes down that it was posted.
    work.todays_work(clerk, f"{case}notice/").fill("申込者に伝える理由", TOLD)
    with clerk.page.expect_popup() as popup:
        clerk.page.get_by_role("button", name="見本を見る", exact=True).click()
    expect(popup.value.locator("main")).to_contain_text(TOLD)
    popup.value.close()
    clerk.press("この内容で発行する").see("決定通知を発行しました", "まだ送っていません")
    letter = work.download(clerk, "決定通知書")
    for words in (TOLD, "今回はご希望に添いかねる", str(application.member).replace(" ", ""), "10,000,000円"):
        assert words in letter, words
    for inside in ("財源が明らかでない", "反対", "飯田", "答申"):
        assert inside not in letter, inside
    clerk.follow("送ったことを記録する").choose("渡し方", "郵送").fill("控え", "簡易書留 123-45").press("記録する")
    clerk.see("送付済", "簡易書留 123-45").not_see("決定通知が、まだです")
    clerk.open("/loans/applications/?stage=closed").follow_to(case).stage("謝絶")
    clerk.follow("あらためて申し込む").press("下書きを作る").see("前の申込の条件を写した下書きを作りました")
    # The way back leads to the list as it was left.
    crumb = (
        clerk.open(case).see("あとの申込").page.get_by_role("navigation", name="いまいる場所").get_by_role("link").first
    )
    with clerk.page.expect_navigation():
        crumb.click()
    assert clerk.path == "/loans/applications/?stage=closed"
