"""A working-capital bill that fails two criteria goes through the president's instruction, and the committee reads it."""

from datetime import timedelta

from playwright.sync_api import expect

from loans.enums import ApplicationState as S
from tests.factories.loans import bill_terms, fresh, make_application
from tests.factories.rules import make_rule
from tests.journeys import office as work

AMOUNT = "金額 10,000,000円は、手形貸付の限度 8,000,000円を2,000,000円超えています。"
TERM = "手形貸付の期間の限度 2か月"


def test_a_bill_that_fails_two_criteria_goes_through_the_presidents_instruction(house):
    make_rule(
        effective_on=house.today, amount_article="第3条", bill_maximum_amount=8_000_000, term_article="第4条",
        bill_maximum_months=2,
    )  # fmt: skip
    terms = bill_terms(disburse_on=house.today, maturity_on=house.today + timedelta(days=89))
    application = make_application(house.people, on=house.today, terms=terms)
    case = application.get_absolute_url()
    clerk, president = house.desks.yamada, house.desks.komatsu

    # The clerk sees both misses, writes down what else she advised, and asks.
    clerk.open(case).see(AMOUNT, TERM)
    expect(clerk.page.get_by_role("button", name="受け付ける", exact=True)).to_be_disabled()
    clerk.open(f"{case}advice/").pick("内容", "ほかの制度・公的な融資の案内").fill("相談の相手", "代表取締役")
    clerk.fill("説明したこと・相手の返事", "県の制度融資を案内した。手続が間に合わない。").press("記録する").see(
        "相談を記録しました"
    )
    clerk.follow("理事長の指示を求める").fill("指示を求める理由", "主要な得意先の増産で、仕入れが先に立つ。")
    clerk.press("指示を求める").see("理事長の指示を求めました", "指示を待っています")

    # The president finds it among today's work and rules on each point; half an answer loses nothing.
    work.todays_work(president, f"{case}instruction/").see(AMOUNT, "主要な得意先の増産で")
    president.choose("指示 1", "進める").fill("指示の理由 1", "受注残を確かめた。")
    president.watch.expect(r"status of 422")
    president.press("指示を記録する").see("指示を選んでください。")
    expect(president.field("指示の理由 1")).to_have_value("受注残を確かめた。")
    president.choose("指示 2", "進める").fill("指示の理由 2", "回収の日に合わせる。").press("指示を記録する")
    president.see("指示を記録しました", "指示済")

    # The misses are warnings now; the clerk goes on knowingly, and the case is received.
    work.todays_work(clerk, case).see("理事長の指示（", "進める。受注残を確かめた。")
    work.take_step(clerk, case, "受け付ける").stage("受付済")

    # The committee reads the instruction beside the advice.
    work.investigate(clerk, case, interviewee="代表取締役")
    member = house.desks.iida.open(case)
    member.see("指示済", "受注残を確かめた。", "県の制度融資を案内した。")
    assert not member.has_link("理事長の指示を求める")
    assert fresh(application).state == S.COMMITTEE_QUEUE
