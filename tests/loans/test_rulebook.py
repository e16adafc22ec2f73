"""定款・規約・規程: the version of the day of receipt judges, and nothing is lent without the articles."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.models import DelegatedAct, Delegation, Policy
from coopfin.roles import Role
from desk.demo import fact_finding, road
from governance.models import ArticlesClause, FinanceBylaw, FinanceRule
from ledger import operations as ledger
from ledger.accounts import AccountCode
from ledger.slips import Slip, credit, debit
from loans import rulebook
from loans.enums import ApplicationState as S
from loans.operations import application as applications
from loans.operations import contract as contracts
from loans.operations import disbursement as disbursements
from loans.operations import review as reviews
from tests.factories.core import make_policy
from tests.factories.loans import (
    REASON,
    TODAY,
    bill_terms,
    deed_terms,
    findings_for,
    fresh,
    make_application,
    make_application_in,
)
from tests.factories.rules import make_bylaw, make_delegation, make_rule
from tests.loans.pages import text_of

TOMORROW = TODAY + timedelta(days=1)


def found(application, step, office, *, on=TODAY, by=None):
    return {f.code: f for f in findings_for(application, step, by=by or office.clerk, on=on)}


def codes(refusal):
    return [finding.code for finding in refusal.value.findings]


# --- 版 ------------------------------------------------------------------------------------


def test_the_version_in_force_on_the_day_of_receipt_judges_to_the_end(office):
    stricter = make_rule(effective_on=TOMORROW, title="金融事業規程（改正）", bill_maximum_amount=5_000_000)
    early, late = (
        applications.receive(make_application(office, on=day), by=office.clerk, on=day, reason=REASON)
        for day in (TODAY, TODAY)
    )
    assert early.rule == FinanceRule.on(TODAY) != stricter
    assert early.bylaw == FinanceBylaw.on(TODAY)
    assert rulebook.versions(late, TOMORROW) == [late.bylaw, late.rule]
    with pytest.raises(StepRefused) as refusal:
        applications.receive(make_application(office), by=office.clerk, on=TOMORROW, reason=REASON)
    assert codes(refusal) == ["standard-amount"]
    (finding,) = refusal.value.findings
    assert finding.text == "金額 10,000,000円は、手形貸付の限度 5,000,000円を5,000,000円超えています。"
    assert finding.source == "金融事業規程（改正） 第3条（第312回理事会 第2号議案）"


def test_bylaw_and_rule_each_name_what_fails_with_their_own_article(office):
    make_bylaw(effective_on=TODAY, amount_article="第6条", bill_maximum_amount=9_000_000, purpose_article="第3条",
               purposes="equipment")  # fmt: skip
    application = make_application(office, terms=bill_terms(amount=40_000_000))
    misses = [
        f for f in findings_for(application, "receive", by=office.clerk, on=TODAY) if f.code.startswith("standard-")
    ]
    assert [(f.code, f.source.split("（")[0]) for f in misses] == [
        ("standard-purpose", "金融事業規約 第3条"),
        ("standard-amount", "金融事業規約 第6条"),
        ("standard-amount", "金融事業規程 第3条"),
        ("standard-collateral", "金融事業規程 第6条"),
    ]
    urls = [reverse(f"loans:{name}", args=[application.pk]) for name in ("edit", "edit", "edit", "security_add")]
    assert [f.url for f in misses] == urls
    assert all(f.blocks for f in misses)


def test_what_meets_everything_says_how_much_was_tested_and_by_which_version(office):
    finding = found(make_application(office), "receive", office)["standard"]
    assert finding.level == "pass"
    assert finding.url == FinanceRule.on(TODAY).get_absolute_url()


def test_the_board_does_not_approve_what_no_longer_fits(office):
    application = make_application_in(office, S.BOARD_QUEUE)
    road.hold_board([fresh(application)], office, TODAY)
    FinanceRule.objects.filter(pk=fresh(application).rule_id).update(bill_maximum_amount=9_999_999)
    with pytest.raises(StepRefused) as refusal:
        road.decide(application, office, TODAY)
    assert codes(refusal) == ["standard-amount"]
    assert refusal.value.findings[0].url == reverse("loans:return", args=[application.pk])


def test_without_any_bylaw_or_rule_the_receipt_warns_and_the_approval_is_refused(office):
    FinanceRule.objects.all().delete()
    FinanceBylaw.objects.all().delete()
    draft = make_application(office)
    assert found(draft, "receive", office)["no-standard"].warns
    application = make_application_in(office, S.BOARD_QUEUE)
    assert (application.bylaw, application.rule) == (None, None)
    road.hold_board([fresh(application)], office, TODAY)
    with pytest.raises(StepRefused) as refusal:
        road.decide(application, office, TODAY)
    assert codes(refusal) == ["no-standard"]
    rule = make_rule(effective_on=TODAY)
    assert road.decide(application, office, TODAY).rule == rule


def test_a_policy_without_fees_lets_no_fee_through(office):
    make_policy(effective_on=TODAY, fee_mode=Policy.FeeMode.NONE)
    assert found(make_application(office), "receive", office)["fee-mode"].blocks
    assert "fee-mode" not in found(make_application(office, terms=bill_terms(fee_rate=Decimal(0))), "receive", office)


def test_collateral_is_asked_for_by_the_rule_and_satisfied_by_what_is_given(office):
    application = make_application(office, terms=deed_terms(amount=31_000_000))
    assert "保全額のある担保が付いていません" in found(application, "receive", office)["standard-collateral"].text


# --- 定款 ----------------------------------------------------------------------------------


def test_without_an_effective_clause_the_receipt_warns_and_nothing_further_is_done(office):
    stages = [
        (S.BOARD_QUEUE, "approve", office.chief), (S.APPROVED, "contract", office.clerk),
        (S.READY, "prepare_disbursement", office.clerk), (S.READY, "disburse", office.chief),
    ]  # fmt: skip
    cases = [(make_application_in(office, state), step, by) for state, step, by in stages]
    draft = make_application(office)
    ArticlesClause.objects.update(registered_on=TOMORROW)
    assert found(draft, "receive", office)["no-articles"].warns
    for application, step, by in cases:
        finding = found(application, step, office, by=by)["no-articles"]
        assert finding.blocks, step
        assert finding.url == reverse("governance:articles")
    with pytest.raises(StepRefused) as refusal:
        contracts.begin(fresh(cases[1][0]), contracted_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    assert codes(refusal) == ["no-articles"]
    assert "articles" in found(cases[1][0], "contract", office, on=TOMORROW)


def test_the_guarantee_clause_does_not_allow_loans(office):
    ArticlesClause.objects.filter(business="lending").delete()
    assert found(make_application(office), "receive", office)["no-articles"].warns


# --- 権限委譲 ------------------------------------------------------------------------------


def at_most(amount, *acts):
    return make_delegation(*((act, Role.CHIEF, amount) for act in acts or DelegatedAct.values), effective_on=TODAY)


def test_only_the_president_confirms_and_releases_what_is_above_the_amount(office):
    application = make_application_in(office, S.CONTRACTING)
    road.sign_papers(application, office, TODAY)
    version = at_most(9_999_999)
    with pytest.raises(StepRefused) as refusal:
        contracts.confirm_ready(fresh(application), by=office.chief, on=TODAY, reason=REASON)
    (finding,) = refusal.value.findings
    assert finding.text == (
        f"北村 洋子さん（事務局長）が確認できるのは 9,999,999円まで（{version}）で、これは 10,000,000円です。"
        "理事長の確認が要ります。"
    )
    assert finding.source == "第312回理事会 第3号議案"
    contracts.confirm_ready(fresh(application), by=office.president, on=TODAY, reason=REASON)
    event = disbursements.prepare(fresh(application), disburse_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    with pytest.raises(StepRefused, match="理事長の承認が要ります"):
        disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    disbursements.approve(event.voucher, by=office.president, on=TODAY, reason=REASON)
    assert fresh(application).state == S.DISBURSED
    undo = disbursements.prepare_reversal(event.voucher, dated_on=TODAY, by=office.clerk, on=TODAY, reason="誤り")
    with pytest.raises(StepRefused, match="理事長の承認が要ります"):
        disbursements.approve(undo.voucher, by=office.chief, on=TODAY, reason=REASON)


def test_the_amount_itself_is_within_what_was_delegated(office):
    application = make_application_in(office, S.READY)
    event = disbursements.prepare(application, disburse_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    at_most(10_000_000, DelegatedAct.DISBURSE)
    disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)
    assert fresh(application).state == S.DISBURSED


def test_a_voucher_of_the_books_has_its_own_amount(office, sit):
    slip = Slip("入金", (debit(AccountCode.CURRENT_DEPOSIT, 500_000), credit(AccountCode.SUSPENSE_RECEIPTS, 500_000)))
    voucher = ledger.enter(slip, dated_on=TODAY, by=office.clerk, on=TODAY)
    at_most(10_000_000, DelegatedAct.DISBURSE)
    with pytest.raises(StepRefused, match="「伝票の承認」が委譲されていません"):
        ledger.approve(voucher, by=office.chief, on=TODAY)
    page = text_of(sit(office.clerk).client.get(voucher.get_absolute_url()))
    assert "理事長の承認を待っています" in page
    assert "待ち：理事長" in text_of(sit(office.clerk).client.get(reverse("ledger:voucher_list")))
    ledger.approve(voucher, by=office.president, on=TODAY)


def test_without_a_table_of_delegation_the_roles_alone_decide(office):
    Delegation.objects.all().delete()
    application = make_application_in(office, S.READY, terms=deed_terms(amount=30_000_000, funding_source="own"))
    event = disbursements.prepare(application, disburse_on=TODAY, by=office.clerk, on=TODAY, reason=REASON)
    disbursements.approve(event.voucher, by=office.chief, on=TODAY, reason=REASON)


# --- 画面 ----------------------------------------------------------------------------------


def test_the_case_shows_which_versions_judge_it_and_the_preview_what_does_not_fit(office, sit):
    application = make_application_in(office, S.RECEIVED)
    desk = sit(office.clerk)
    page = text_of(desk.get("application", application.pk))
    assert "適用する規約" in page
    assert str(fresh(application).rule) in page
    data = {
        "member": application.member_id, "member_search": application.member.name, "loan_type": "bill",
        "purpose": "working", "purpose_detail": "仕入れ", "repayment_source": "売掛金", "amount": "4000万",
        "funding_source": "own", "interest_rate": "9", "fee_rate": "0.1", "disburse_on": "2026-11-24",
        "maturity_on": "2027-02-20",
    }  # fmt: skip
    preview = text_of(desk.client.post(reverse("loans:preview"), data))
    assert "金額 40,000,000円は、手形貸付の限度 30,000,000円を10,000,000円超えています。" in preview
    assert "利率 年9.0%は、上限の年8.0%を超えています。" in preview
    assert "保全額のある担保" not in preview


def test_reviews_are_not_opened_for_what_does_not_fit(office):
    application = make_application_in(office, S.INVESTIGATION)
    fact_finding.investigate(fresh(application), by=office.clerk, on=TODAY)
    applications.update_terms(
        fresh(application), terms=bill_terms(maturity_on=date(2028, 1, 24)), by=office.clerk, on=TODAY
    )
    with pytest.raises(StepRefused) as refusal:
        reviews.submit_to_committee(fresh(application), by=office.clerk, on=TODAY, reason=REASON)
    # Over a year it is long money as well, judged by figures that were not asked for before.
    assert set(codes(refusal)) == {"standard-term", "capacity"}
