"""A limit raised by two people: what was refused in the morning passes once another has approved."""

from datetime import timedelta

from playwright.sync_api import expect

from coopfin.models import Proposal
from governance.models import LimitResolution
from loans.enums import ApplicationState as S
from tests.factories.loans import bill_terms, fresh, make_application
from tests.journeys import office as work

SENTENCE = "1組合員に対する貸付残高の最高限度8,000,000円に対し実行後10,000,000円で、2,000,000円超えます。"


def test_a_limit_is_raised_by_two_people_and_the_refused_case_then_passes(house):
    LimitResolution.objects.update(member_loan_limit=8_000_000)
    terms = bill_terms(disburse_on=house.today, maturity_on=house.today + timedelta(days=89))
    application = make_application(house.people, on=house.today, terms=terms)
    clerk, chief, president = house.desks.yamada, house.desks.kitamura, house.desks.komatsu
    case = application.get_absolute_url()
    clerk.open(case).see(SENTENCE)
    expect(clerk.page.get_by_role("button", name="受け付ける", exact=True)).to_be_disabled()

    # The chief reckons the limits, and hands the figures on to the proposal.
    chief.open("/loans/headroom/").see("③ を一律に使う").follow("最高限度を試算する")
    chief.fill("③ 1組合員に対する貸付残高の最高限度", "2000万").fill("総会の名", "臨時総会")
    chief.fill("議案番号", "第1号議案").fill("総会の日（予定）", house.today)
    chief.fill("① 借入金残高の最高限度", "4億")
    expect(chief.page.locator("#preview")).to_contain_text("400,000,000")
    expect(chief.page.locator("#preview")).to_contain_text("20,000,000")
    chief.follow("この内容で限度額の決議を提案").fill("会議", "臨時総会").fill("議案番号", "第1号議案")
    chief.fill("決議日", house.today).press("提案する").see("これは提案です")
    proposal = LimitResolution.objects.waiting().get()
    assert (proposal.member_loan_limit, proposal.effective_on) == (20_000_000, house.today)
    assert [str(bank) for bank in proposal.designated_banks.order_by("pk")] == [
        "商工組合中央金庫 金沢支店", "北國銀行 県庁支店",
    ]  # fmt: skip

    # Who proposed cannot approve: no link on the page, and none who goes round it.
    page = f"/proposals/governance.limitresolution/{proposal.pk}/"
    chief.open(page)
    assert not chief.has_link("承認する")
    chief.open(f"{page}approve/").see("提案した本人は承認・却下できません")
    assert LimitResolution.objects.get(pk=proposal.pk).status == Proposal.Status.PROPOSED
    clerk.open(case).see(SENTENCE)

    # Another can, seeing what changes.
    president.open("/").follow_to(page).follow("承認する").see("20,000,000円", "変わるところ")
    president.press("承認する").see("承認しました")
    work.take_step(clerk, case, "受け付ける").stage("受付済").not_see("超えます")
    assert fresh(application).state == S.RECEIVED
