"""The president's instruction: asked for by one, given by another, for exactly these misses and this amount (H2.2-c)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from coopfin.flow import StepRefused
from coopfin.roles import Role
from loans import headroom, rulebook, stand_in
from loans.briefing import of_application
from loans.enums import ApplicationState as S
from loans.enums import Ruling
from loans.instructions import nothing_waits_for_an_instruction
from loans.models import Advice, Application, EscalatedMiss, Escalation
from loans.operations import application as applications
from loans.operations import escalation as operations
from tests.factories.loans import REASON, TODAY, fresh, make_application, make_office
from tests.factories.members import make_officer
from tests.factories.rules import make_bylaw, make_rule
from tests.prepared import pages_on

pytestmark = pytest.mark.django_db

#: 規程: 手形は 800万円・2か月まで。申込（1,000万円・90日）は二つの基準を満たさない。
RULE = {
    "effective_on": TODAY, "amount_article": "第3条", "bill_maximum_amount": 8_000_000, "term_article": "第4条",
    "bill_maximum_months": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def prepared(for_the_module):
    def world():
        office = make_office()
        make_rule(**RULE)
        return office, make_application(office)

    return for_the_module(world)


@pytest.fixture
def office(prepared):
    return prepared()[0]


@pytest.fixture
def draft(prepared):
    return fresh(prepared()[1])


def ask(draft, office, reason="主要な得意先の増産で、仕入れが先に立つ。"):
    return operations.ask(fresh(draft), reason=reason, by=office.clerk, on=TODAY)


def instruct(draft, office, *rulings, by=None, why="受注残を確かめた。"):
    waiting = operations.waiting_of(fresh(draft))
    given = {miss.pk: (ruling, why) for miss, ruling in zip(waiting.misses.all(), rulings, strict=True)}
    return operations.instruct(fresh(draft), rulings=given, by=by or office.president, on=TODAY)


def standard(draft, level):
    return [
        found
        for found in rulebook.standard_findings(fresh(draft), TODAY)
        if found.level == level and found.code != "standard"
    ]


def receive(draft, office, **more):
    return applications.receive(fresh(draft), by=more.pop("by", office.clerk), on=TODAY, reason=REASON)


def test_two_misses_go_to_the_president_and_become_warnings_that_cite_him(office, draft):
    assert [found.code for found in standard(draft, "block")] == ["standard-amount", "standard-term"]
    ask(draft, office)
    with pytest.raises(StepRefused, match="理事長の指示を待っています"):
        receive(draft, office)
    instruct(draft, office, Ruling.PROCEED, Ruling.PROCEED)
    assert standard(draft, "block") == []
    amount, term = standard(draft, "warn")
    assert "2,000,000円超えています" in amount.text
    assert (
        amount.source
        == f"金融事業規程 第3条（第312回理事会 第2号議案）／理事長の指示（2026年11月24日 {office.president}）"
    )
    assert term.detail.endswith("：進める。受注残を確かめた。")
    assert receive(draft, office).state == S.RECEIVED


def test_only_the_points_that_may_proceed_turn_and_the_others_stay_shut_with_his_words(office, draft):
    ask(draft, office)
    instruct(draft, office, Ruling.CHANGE, Ruling.PROCEED, why="800万円に改める。")
    (amount,) = standard(draft, "block")
    assert "条件を改める。800万円に改める。" in amount.detail
    with pytest.raises(StepRefused, match="金額 10,000,000円"):
        receive(draft, office)
    assert [found.code for found in standard(draft, "warn")] == ["standard-term"]


def test_a_changed_amount_or_another_miss_needs_a_new_instruction(office, draft):
    ask(draft, office)
    instruct(draft, office, Ruling.PROCEED, Ruling.PROCEED)
    applications.update_terms(fresh(draft), terms={"amount": 9_000_000}, by=office.clerk, on=TODAY)
    assert [found.code for found in standard(draft, "block")] == ["standard-amount", "standard-term"]
    applications.update_terms(fresh(draft), terms={"amount": 10_000_000}, by=office.clerk, on=TODAY)
    assert standard(draft, "block") == []
    later = fresh(draft).maturity_on + timedelta(days=1)
    applications.update_terms(fresh(draft), terms={"maturity_on": later}, by=office.clerk, on=TODAY)
    assert [found.code for found in standard(draft, "block")] == ["standard-term"]


def test_the_bylaw_of_the_general_meeting_the_limits_and_the_articles_are_beyond_him(office, draft):
    make_bylaw(effective_on=TODAY, amount_article="第4条", bill_maximum_amount=9_000_000)
    misses, beyond = rulebook.misses_to_escalate(fresh(draft), TODAY)
    assert len(misses) == 2
    assert [found.source for found in beyond] == ["金融事業規約 第4条（第48回通常総会 第6号議案）"]
    ask(draft, office)
    instruct(draft, office, Ruling.PROCEED, Ruling.PROCEED)
    (left,) = standard(draft, "block")
    assert "9,000,000円" in left.text
    codes = {found.code for found in headroom.findings(headroom.of(fresh(draft), TODAY))}
    assert not any(code.startswith("standard-") for code in codes)


def test_who_asked_or_received_cannot_instruct_and_who_instructed_cannot_receive(office, draft):
    ask(draft, office)
    with pytest.raises(StepRefused, match="権限がありません"):
        instruct(draft, office, Ruling.PROCEED, Ruling.PROCEED, by=office.chief)
    instruct(draft, office, Ruling.PROCEED, Ruling.PROCEED)
    Application.objects.filter(pk=draft.pk).update(instructed_by=office.clerk)
    with pytest.raises(StepRefused, match="指示をした本人"):
        receive(draft, office)
    mine = operations.ask_refusals(fresh(draft), TODAY)
    assert mine[0].text.startswith("理事長の指示を求める点はありません")


def test_the_database_keeps_asker_receiver_and_instructor_apart(office, draft):
    escalation = ask(draft, office)
    rows = Escalation.objects.filter(pk=escalation.pk)
    for wrong in (
        {"instructed_by": office.clerk, "instructed_on": TODAY},
        {"instructed_by": office.president},
        {"instructed_by": office.president, "instructed_on": TODAY, "superseded": True},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=draft.pk).update(received_by=office.clerk, instructed_by=office.clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        EscalatedMiss.objects.update(ruling="proceed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.create(application=draft, amount=1, reason="もう一度", asked_by=office.clerk, asked_on=TODAY)


def test_what_changed_while_he_was_reading_is_asked_again(office, draft):
    first = ask(draft, office)
    with pytest.raises(StepRefused, match="すでに理事長の指示を待っています"):
        ask(draft, office)
    applications.update_terms(fresh(draft), terms={"amount": 9_500_000}, by=office.clerk, on=TODAY)
    with pytest.raises(StepRefused, match="条件か満たさない点が変わりました"):
        instruct(draft, office, Ruling.PROCEED, Ruling.PROCEED)
    second = ask(draft, office)
    first.refresh_from_db()
    assert first.superseded
    assert second.amount == 9_500_000


def test_terms_that_meet_the_criteria_let_the_clerk_take_the_request_back(office, draft):
    ask(draft, office)
    applications.update_terms(
        fresh(draft), terms={"amount": 8_000_000, "maturity_on": date(2027, 1, 23)}, by=office.clerk, on=TODAY
    )
    with pytest.raises(StepRefused, match="理事長の指示を求める点はありません"):
        ask(draft, office)
    operations.take_back(fresh(draft), by=office.clerk, on=TODAY, reason="金額と期間を改めた。")
    assert receive(draft, office).state == S.RECEIVED


def test_an_interested_president_is_stood_in_for_in_the_order_of_the_articles(office, draft):
    """理事長に利害関係のある案件: だれが職務を代理するかを言い、役割が付けば、その人が指示する。"""
    assert stand_in.finding(fresh(draft), TODAY) is None
    make_officer(draft.member, office.president.person)
    ask(draft, office)
    with pytest.raises(StepRefused, match="利害関係"):
        instruct(draft, office, Ruling.PROCEED, Ruling.PROCEED)
    found = stand_in.finding(fresh(draft), TODAY)
    assert "理事長（小松 正）は、この案件に利害関係がある" in found.text
    assert "副理事長 加賀 良子、専務理事 森本 隆" in found.detail
    told = nothing_waits_for_an_instruction(fresh(draft), by=office.clerk, on=TODAY)
    assert [one.code for one in told] == ["instruction-waits", "president-interested"]
    kaga = office.cast["kaga"]
    make_officer(draft.member, kaga.person)
    assert "加賀" not in stand_in.finding(fresh(draft), TODAY).detail
    draft.member.officers.filter(person=kaga.person).delete()
    kaga.set_roles([Role.DIRECTOR, Role.PRESIDENT])
    assert stand_in.finding(fresh(draft), TODAY) is None
    assert instruct(draft, office, Ruling.PROCEED, Ruling.PROCEED, by=kaga).instructed_by == kaga


def test_an_instruction_needs_a_ruling_and_a_reason_for_every_point(office, draft):
    ask(draft, office)
    with pytest.raises(ValidationError, match="指示と理由を書いてください"):
        instruct(draft, office, Ruling.PROCEED, Ruling.PROCEED, why=" ")
    with pytest.raises(ValidationError, match="指示を求める理由"):
        ask(draft, office, reason=" ")


def test_advice_is_kept_with_who_when_and_what(office, draft):
    record = {
        "advised_on": TODAY,
        "topic": "programme",
        "counterpart": "代表取締役",
        "text": "県の制度融資を案内した。",
    }
    operations.advise(fresh(draft), record=record, by=office.clerk, on=TODAY)
    advice = Advice.objects.get()
    assert (advice.recorded_by, advice.get_topic_display()) == (office.clerk, "ほかの制度・公的な融資の案内")
    with pytest.raises(ValidationError, match="先の日付"):
        operations.advise(
            fresh(draft), record={**record, "advised_on": TODAY + timedelta(days=1)}, by=office.clerk, on=TODAY
        )


def test_the_pages_show_the_request_the_instruction_and_the_advice(office, draft):
    client = Client()
    with pages_on():
        client.force_login(office.clerk)
        case = client.get(draft.get_absolute_url()).content.decode()
        assert "理事長の指示を求める" in case
        asking = client.get(f"{draft.get_absolute_url()}escalate/").content.decode()
        assert "2,000,000円超えています" in asking
        answer = client.post(f"{draft.get_absolute_url()}escalate/", {"reason": "増産のため。"})
        assert answer.status_code == 302
        client.force_login(office.president)
        assert f"{draft.get_absolute_url()}instruction/" in client.get("/").content.decode()
        page = f"{draft.get_absolute_url()}instruction/"
        one, two = (miss.pk for miss in operations.waiting_of(fresh(draft)).misses.all())
        half = client.post(page, {f"ruling_{one}": "proceed", f"reason_{one}": "受注残を確かめた。"})
        assert half.status_code == 422
        assert "受注残を確かめた。" in half.content.decode()
        whole = {f"ruling_{pk}": "proceed" for pk in (one, two)} | {
            f"reason_{pk}": "受注残を確かめた。" for pk in (one, two)
        }
        assert client.post(page, whole).status_code == 302
        shown = client.get(draft.get_absolute_url()).content.decode()
    assert "受注残を確かめた。" in shown
    assert "金額 10,000,000円は、手形貸付の限度 8,000,000円を2,000,000円超えています。 → 進める" in shown
    rows = dict(of_application(draft.pk, TODAY).sections[0].rows)
    assert "進める（2026年11月24日）" in rows["理事長の指示"]
