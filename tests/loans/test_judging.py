"""The case is judged: figures are asked for, what fails is spoken to by the committee, fees stay under the cap."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from desk.demo import fact_finding as demo
from desk.demo import road
from governance.enums import ItemResult
from loans import headroom, judging, workflow
from loans.enums import ApplicationState as S
from loans.judgement import Scenario
from loans.models import RepaymentCapacity
from loans.operations import application as applications
from loans.operations import capacity as operations
from loans.operations import review as reviews
from tests.factories.loans import (
    REASON,
    TODAY,
    bill_terms,
    deed_terms,
    findings_for,
    fresh,
    make_application,
    make_application_in,
    make_cases_in_investigation,
)
from tests.loans.pages import stop_the_clock, text_of

FAILING = {
    "profit": 2_000_000, "startup_profit": 0, "shortfall_profit": 500_000, "depreciation": 1_000_000,
    "other_repayments": 400_000, "basis": "決算書",
}  # fmt: skip


def make_cases():
    office, bill, deed = make_cases_in_investigation()
    demo.investigate(deed, by=office.clerk, on=TODAY)
    return office, fresh(deed), bill


@pytest.fixture(scope="module")
def made(for_the_module):
    return for_the_module(make_cases)


@pytest.fixture
def cases(made, db, monkeypatch):
    stop_the_clock(monkeypatch)
    return made()


@pytest.fixture
def office(cases):
    return cases[0]


@pytest.fixture
def deed(cases):
    return cases[1]


@pytest.fixture
def bill(cases):
    return cases[2]


def found(application, step, code, by, **given):
    return [f for f in findings_for(fresh(application), step, by=by, on=TODAY, **given) if f.code == code]


def submit(application, office):
    return reviews.submit_to_committee(fresh(application), by=office.clerk, on=TODAY, reason=REASON)


def advise(application, office, **more):
    return reviews.recommend(
        fresh(application),
        result=ItemResult.FAVOURABLE,
        by=office.free_members(application, TODAY)[0],
        on=TODAY,
        **more,
    )


# --- repayment ---------------------------------------------------------------------------------


def test_missing_figures_block_and_failing_ones_are_known_before_the_committee(office, deed, bill):
    (missing,) = found(bill, "submit_to_committee", "capacity", office.clerk)
    assert missing.blocks
    assert "入る予定の売掛金・未収金、回転の日数" in missing.text
    assert [f.level for f in found(deed, "submit_to_committee", "capacity", office.clerk)] == ["pass"]
    operations.figure(fresh(deed), figures=FAILING, by=office.clerk, on=TODAY)
    failing = found(deed, "submit_to_committee", "capacity", office.clerk)
    assert [f.level for f in failing] == ["warn", "warn"]
    assert "立上り期では、返済に充てる1,000,000円が、年の返済2,600,000円に1,600,000円足りません。" in failing[0].text


def test_the_advice_speaks_to_what_fails_and_keeps_it(office, deed):
    operations.figure(fresh(deed), figures=FAILING, by=office.clerk, on=TODAY)
    submit(deed, office)
    road.committee_opinions(fresh(deed), office, TODAY)
    with pytest.raises(StepRefused) as refusal:
        advise(deed, office, reason=REASON)
    assert [finding.code for finding in refusal.value.findings] == ["capacity-comment"]
    assert advise(deed, office, capacity_comment="預金で補える。").state == S.RECOMMENDED
    kept = RepaymentCapacity.objects.get(application=deed)
    assert (kept.comment, kept.commented_on) == ("預金で補える。", TODAY)


def test_the_comment_belongs_to_the_figures_it_was_about(office, deed):
    operations.figure(fresh(deed), figures=FAILING, by=office.clerk, on=TODAY)
    submit(deed, office)
    road.committee_opinions(fresh(deed), office, TODAY)
    advise(deed, office, capacity_comment="預金で補える。")
    applications.return_(fresh(deed), by=office.chief, on=TODAY, reason="利益の見込みを改める")
    applications.investigate(fresh(deed), by=office.clerk, on=TODAY, reason=REASON)
    operations.figure(fresh(deed), figures=FAILING, by=office.clerk, on=TODAY)
    assert RepaymentCapacity.objects.get(application=deed).comment == "預金で補える。"
    operations.figure(fresh(deed), figures={**FAILING, "profit": 1_000_000}, by=office.clerk, on=TODAY)
    assert RepaymentCapacity.objects.get(application=deed).comment == ""
    log = ActionLog.objects.about(deed).filter(verb="figure_capacity").order_by("-pk").first()
    assert log.detail["changed"] == {"税引後利益（計画）": ["2000000", "1000000"]}


def test_long_working_capital_is_judged_on_the_power_to_raise_funds_as_well(office):
    terms = deed_terms(purpose="working", purpose_detail="増加運転資金")
    application = make_application_in(office, S.INVESTIGATION, terms=terms)
    operations.figure(application, figures={**FAILING, "profit": 10**7}, by=office.clerk, on=TODAY)
    (missing,) = found(application, "submit_to_committee", "capacity", office.clerk)
    assert "（総合的な資金調達力）" in missing.text


def test_figures_are_written_only_during_the_investigation(office, deed):
    submit(deed, office)
    with pytest.raises(StepRefused):
        operations.figure(fresh(deed), figures=FAILING, by=office.clerk, on=TODAY)


def test_grace_helps_in_the_first_year_only(office):
    application = make_application(office, terms=deed_terms(grace_installments=6, first_due_on=date(2026, 12, 31)))
    figures = RepaymentCapacity(**{name: value for name, value in FAILING.items() if name != "basis"})
    scenarios = judging.judge(application, figures, judging.computation_of(application, TODAY)).scenarios
    plan, startup, _ = (one.this_loan for one in scenarios)
    assert plan == 222_222 * 12
    assert startup == 222_222 * 5


# --- form and cap ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "codes"),
    [
        (bill_terms(), []),
        (bill_terms(maturity_on=date(2027, 11, 24)), ["term", "paper-bill"]),
        (deed_terms(grace_installments=6), []),
        (deed_terms(purpose="working", grace_installments=6), ["grace"]),
        (deed_terms(purpose="working", method="bullet"), ["bullet"]),
    ],
)
def test_form_and_term_are_advice_that_a_reason_overrules(office, terms, codes):
    application = make_application(office, terms=terms)
    advice = list(judging.form_and_term(application, by=office.clerk, on=TODAY))
    assert [finding.code for finding in advice] == codes
    assert all(finding.warns for finding in advice)


@pytest.mark.parametrize(
    ("terms", "level"),
    [
        (bill_terms(), "pass"),
        (bill_terms(interest_rate=Decimal("15.1"), fee_rate=0), "block"),
        (bill_terms(interest_rate=Decimal("14.9"), fee_rate=Decimal("0.2")), "block"),
        # Within the cap of the principal, beyond that of what is received.
        (bill_terms(interest_rate=Decimal("14.9"), fee_rate=0), "block"),
        (deed_terms(interest_rate=Decimal("14.8"), fee_rate=Decimal("0.2")), "pass"),
        (deed_terms(interest_rate=Decimal("14.9"), fee_rate=Decimal("0.2")), "block"),
    ],
)
def test_interest_and_fees_together_stay_under_the_cap(office, terms, level):
    application = make_application(office, terms=terms)
    (cap,) = judging.rate_cap(application, by=office.clerk, on=TODAY)
    assert cap.level == level
    assert "上限" in cap.text


def test_the_cap_is_tried_at_receipt_at_submission_and_at_the_decision():
    steps = {step.name for step in workflow.FLOW.steps if judging.rate_cap in step.guards}
    assert steps == {"receive", "submit_to_committee", "approve"}


# --- what will be owed -------------------------------------------------------------------------


def test_the_outlook_rises_with_every_disbursement_and_ends_repaid(office):
    first = make_application_in(
        office, S.APPROVED, terms=bill_terms(disburse_on=date(2026, 12, 21), maturity_on=date(2027, 3, 19))
    )
    second = make_application(office, member=first.member, terms=bill_terms(amount=4_000_000))
    room = headroom.of(second, TODAY)
    outlook = judging.outlook(second, room, judging.computation_of(second, TODAY), TODAY)
    assert (outlook.opening, outlook.peak, outlook.peak_on) == (0, 14_000_000, date(2026, 12, 21))
    points = dict(outlook.chart.series[0].points)
    assert points[TODAY] == 4_000_000
    # The other case has no schedule yet and is counted in full to the end.
    assert points[second.maturity_on] == 10_000_000
    assert outlook.room == outlook.limit - 14_000_000


def test_without_a_resolution_there_is_no_outlook(office, bill):
    assert judging.outlook(bill, headroom.Headroom(resolution=None, checks=None), None, TODAY) is None


# --- the pages ---------------------------------------------------------------------------------


def test_the_figures_are_typed_judged_live_and_read_on_the_case_page(office, deed, sit, client):
    desk = sit(office.clerk)
    typed = {
        "profit": "200万",
        "startup_profit": "△50万",
        "shortfall_profit": "50万",
        "depreciation": "100万",
        "other_repayments": "40万",
    }
    preview = text_of(client.post(reverse("loans:capacity_preview", args=[deed.pk]), typed))
    assert "足りない場合がある" in preview
    assert "△" in preview
    wrong = desk.send("capacity", deed.pk, **{**typed, "depreciation": "-1"})
    assert wrong.status_code == 422
    assert desk.send("capacity", deed.pk, **typed).status_code == 302
    assert RepaymentCapacity.objects.get(application=deed).startup_profit == -500_000
    shown = text_of(desk.get("application", deed.pk))
    assert "足りない場合がある" in shown
    assert "この組合員の残高の見込み" in shown


def test_the_committee_is_asked_for_its_comment_and_for_no_second_reason(office, deed, sit):
    operations.figure(fresh(deed), figures=FAILING, by=office.clerk, on=TODAY)
    submit(deed, office)
    road.committee_opinions(fresh(deed), office, TODAY)
    desk = sit(office.committee[0])
    opened = desk.get("recommend", deed.pk)
    assert "capacity_comment" in opened.context["form"].fields
    assert "reason" not in opened.context["form"].fields
    refused = desk.send("recommend", deed.pk, result="favourable", comment="付帯意見は残る")
    assert refused.status_code == 422
    assert "付帯意見は残る" in refused.content.decode()
    done = desk.send("recommend", deed.pk, result="favourable", capacity_comment="預金で補える")
    assert done.status_code == 302
    assert "預金で補える" in text_of(desk.get("application", deed.pk))


@pytest.mark.parametrize(
    ("profit", "parts"),
    [
        (5_000_000, [("ほかの返済", 1_000_000), ("今回の返済", 1_500_000)]),
        (-1_000_000, [("返済に充てる額", 500_000), ("足りない額", 2_000_000)]),
        (-9_000_000, [("足りない額", 2_500_000)]),
    ],
)
def test_the_bar_names_no_repayment_that_it_shows_cut_short(profit, parts):
    scenario = Scenario(
        label="立上り期", profit=profit, depreciation=1_500_000, this_loan=1_500_000, other_loans=1_000_000
    )
    assert [(part.label, part.amount) for part in judging.bar_of(scenario).segments] == parts
