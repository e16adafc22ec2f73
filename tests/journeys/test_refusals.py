"""The refusals on the way: each is met on the page, in a sentence, and met again by whoever goes round the page."""

from datetime import timedelta

from playwright.sync_api import expect

from desk.demo import road
from desk.demo.stories import with_third_party
from governance import operations as governance
from governance.enums import BodyKind
from governance.models import Body, LimitResolution
from ledger.models import Voucher
from loans import items
from loans.enums import ApplicationState as S
from loans.models import Application
from members.models import Person
from tests.factories.loans import bill_terms, deed_terms, fresh, make_application, make_application_in
from tests.factories.members import make_member
from tests.journeys import office as work


def of_today(today, **changes):
    """A bill loan out of our own funds, to be paid out today."""
    return bill_terms(disburse_on=today, maturity_on=today + timedelta(days=89), **changes)


def go_round(desk, address, **fields):
    """Somebody sends the form without the button that the page keeps shut."""
    crumb = next(cookie["value"] for cookie in desk.page.context.cookies() if cookie["name"] == "csrftoken")
    desk.watch.expect(r"status of 4\d\d")
    return desk.page.request.post(
        address, form={"csrfmiddlewaretoken": crumb, **fields}, headers={"Referer": desk.page.url}
    )


def test_over_the_limit_every_limit_is_named_and_nobody_gets_past(house):
    LimitResolution.objects.update(borrowing_limit=9_000_000, member_loan_limit=8_000_000)
    application = make_application(house.people, on=house.today, terms=of_today(house.today, funding_source="bank"))
    clerk = house.desks.yamada.open(application.get_absolute_url())
    sentences = (
        "1組合員に対する貸付残高の最高限度8,000,000円に対し実行後10,000,000円で、2,000,000円超えます。",
        "借入金残高の最高限度9,000,000円に対し実行後10,000,000円で、1,000,000円超えます。",
    )
    clerk.see(*sentences)
    shut = clerk.page.get_by_role("button", name="受け付ける", exact=True)
    expect(shut).to_be_disabled()
    expect(clerk.page.locator(f"#{shut.get_attribute('aria-describedby')}")).to_contain_text("超えます")
    clerk.open(f"{clerk.path}receive/").see(*sentences)
    answer = go_round(clerk, clerk.path, reason="急ぐので。")
    assert answer.status == 422
    assert all(sentence in answer.text() for sentence in sentences)
    assert fresh(application).state == S.DRAFT


def test_an_interested_director_cannot_open_the_case_and_is_recused_at_the_meeting(house):
    kaga = Person.objects.get(user=house.people.cast["kaga"])
    application = make_application_in(
        house.people,
        S.BOARD_QUEUE,
        on=house.today,
        terms=of_today(house.today),
        member=make_member(representative=kaga),
    )
    other = make_application_in(house.people, S.BOARD_QUEUE, on=house.today, terms=of_today(house.today))
    clerk, director = house.desks.yamada, house.desks.kaga
    work.convene(clerk)
    meeting = clerk.path
    for case in (application, other):
        clerk.press(f"{items.open_item(case, BodyKind.BOARD).title}を議案に載せる")
    clerk.see("加賀 良子", "特別の利害関係（申込先の代表者）により議決に加わらない")

    director.watch.expect(r"status of 404")
    director.open(application.get_absolute_url(), status=404).not_see(str(application.member))
    director.open(other.get_absolute_url())
    director.open(meeting).see("利害関係のため非表示").not_see(str(application.member))
    director.open("/").not_see(str(application.member))


def test_a_quorum_missed_by_one_stops_the_decision_until_one_more_comes(house):
    application = make_application_in(house.people, S.BOARD_QUEUE, on=house.today, terms=of_today(house.today))
    clerk, chief = house.desks.yamada, house.desks.kitamura
    work.convene(clerk)
    meeting = clerk.path
    clerk.press("議案に載せる", part_of_name=True)
    names = [seat.person.name for seat in governance.seats_of(BodyKind.BOARD, house.today)]
    assert len(names) == 9
    work.record_attendance(clerk, names, absent=names[4:])
    work.vote(clerk, names[:4])
    clerk.see("必要 5名", "出席 4名")
    chief.open(meeting).see("定足数に満たないので、決定を記録できません。")
    assert not chief.has_link("決定を記録する")

    # Whoever opens the page of the decision all the same is told the same, and keeps what was written.
    chief.open(f"{application.get_absolute_url()}decision/").choose("決定", "可決")
    chief.fill("付帯意見・理由", "全員一致であった。")
    chief.watch.expect(r"status of 422")
    chief.press("決定を記録する").see("あと1名足りません").holds(comment="全員一致であった。")
    assert fresh(application).state == S.BOARD_QUEUE

    # One more arrives.
    clerk.open(meeting).pick(f"{names[4]} 出欠", "出席").fill(f"{names[4]} 着席時刻", "14時20分")
    clerk.press("出席を記録する").see("出席 5名")
    work.vote(clerk, names[4:5])
    work.decide(chief, meeting)


def test_a_missing_notarial_deed_is_a_warning_to_the_board_and_a_wall_before_the_contract(house):
    terms = deed_terms(disburse_on=house.today, first_due_on=house.today + timedelta(days=30), anchor_day=None)
    terms |= {"anchor_day": terms["first_due_on"].day, "funding_source": "own", "fee_rate": 0}
    application = make_application(house.people, on=house.today, terms=terms)
    application = with_third_party(application, house.people, house.today, name="田中 実")
    application, _ = road.bring(application, S.BOARD_QUEUE, house.people, house.today)
    road.hold_board([application], house.people, house.today)
    clerk, chief = house.desks.yamada, house.desks.kitamura
    case = application.get_absolute_url()

    # Warned at the approval: it goes on only with a reason.
    chief.open(f"{case}decision/").see("田中 実", "公正証書").choose("決定", "可決")
    chief.watch.expect(r"status of 422")
    chief.press("決定を記録する").see("理由")
    assert fresh(application).state == S.BOARD_QUEUE
    work.go_on(chief, "決定を記録する").stage("承認済")

    # Blocked at the contract, with a link to where it is mended.
    clerk.open(f"{case}contract/").see("公正証書")
    answer = go_round(clerk, clerk.path, contracted_on=house.today.isoformat(), reason="あとで作ります。")
    assert answer.status == 422
    assert fresh(application).state == S.APPROVED
    clerk.follow("公正証書・情報提供を記録する").fill("公正証書の作成日", house.today - timedelta(days=7))
    clerk.fill("公証役場", "金沢公証人合同役場").fill("公正証書の番号", "令和8年第512号").press("記録する")
    work.contract(clerk, case)


def test_the_maker_of_a_disbursement_cannot_approve_it(house):
    application = make_application_in(house.people, S.READY, on=house.today, terms=of_today(house.today))
    chief, president = house.desks.kitamura, house.desks.komatsu
    chief.open(application.get_absolute_url()).follow("実行の伝票を起票する")
    voucher = work.prepare(chief)
    shut = chief.page.get_by_role("button", name="承認して計上する")
    expect(shut).to_be_disabled()
    expect(chief.page.locator(f"#{shut.get_attribute('aria-describedby')}")).to_contain_text("起票した本人")
    answer = go_round(chief, f"{voucher}approve/", reason="急ぐので。")
    assert answer.status == 422
    assert "起票した本人" in answer.text()
    assert not Voucher.objects.get().number
    assert fresh(application).state == S.READY
    work.approve(president, voucher).stage("計上済")


def test_the_receiver_of_a_case_cannot_record_its_decision(house):
    house.people.clerk, clerk = house.people.chief, house.people.clerk
    application = make_application_in(house.people, S.BOARD_QUEUE, on=house.today, terms=of_today(house.today))
    house.people.clerk = clerk
    road.hold_board([application], house.people, house.today)
    chief, president = house.desks.kitamura, house.desks.komatsu
    sentence = "受け付けた本人（北村 洋子）は、この申込の決定を記録できません。"
    case = application.get_absolute_url()
    chief.open(case).see(sentence)
    expect(chief.page.get_by_role("button", name="理事会の決定を記録する")).to_be_disabled()
    chief.open(f"{case}decision/").see(sentence)
    expect(chief.page.get_by_role("button", name="決定を記録する")).to_be_disabled()
    answer = go_round(chief, chief.path, result="favourable")
    assert answer.status == 422
    assert sentence in answer.text()
    assert Application.objects.get().state == S.BOARD_QUEUE
    work.decide(president, Body.objects.get(kind=BodyKind.BOARD).meetings.get().get_absolute_url())
