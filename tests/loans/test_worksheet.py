"""The worksheet: each question its own answer, blanks named, nothing lost when two people write."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from coopfin.flow import StepRefused
from coopfin.models import ActionLog, KeptForm, ReadLog, User, UserRole
from desk.demo import fact_finding as demo
from loans import fact_finding, worksheet
from loans.enums import ApplicationState as S
from loans.models import Application, FundsCause, FundsTerm, WorksheetAnswer
from loans.operations import application as applications
from loans.operations import review as reviews
from loans.operations import worksheet as operations
from loans.operations.worksheet import Given, StaleAnswers
from loans.worksheet import Facts
from tests.factories.loans import REASON, TODAY, fresh, make_application_in, make_cases_in_investigation
from tests.loans.pages import page, stop_the_clock, text_of
from tests.prepared import little_pdf

CORPORATE = Facts(corporate=True, purposes=frozenset({"equipment"}), loan_type="deed")


@pytest.fixture(scope="module")
def made(for_the_module):
    return for_the_module(make_cases_in_investigation)


@pytest.fixture
def cases(made, db, monkeypatch):
    stop_the_clock(monkeypatch)
    return made()


@pytest.fixture
def office(cases):
    return cases[0]


@pytest.fixture
def bill(cases):
    return cases[1]


@pytest.fixture
def deed(cases):
    return cases[2]


def asked(facts):
    return {question.key for section in worksheet.sections_for(facts) for question in section.asked(facts)}


def write(application, by, **given):
    return operations.answer(fresh(application), given=given, by=by, on=TODAY)


def refusal_of(work):
    with pytest.raises(StepRefused) as refused:
        work()
    return {finding.code for finding in refused.value.findings}


# --- the questions ---------------------------------------------------------------------------


def test_every_key_is_used_once_and_fits_its_column():
    keys = [
        question.key for section in (*worksheet.SECTIONS, worksheet.EARLIER_SECTION) for question in section.questions
    ]
    assert len(keys) == len(set(keys)) == len(worksheet.QUESTIONS)
    assert max(map(len, keys)) <= 40
    codes = [code for question in worksheet.QUESTIONS.values() for code, _ in question.choices]
    assert max(map(len, codes)) <= 20


@pytest.mark.parametrize(
    ("facts", "has", "has_not"),
    [
        (CORPORATE, {"affiliates", "cost", "ecology", "need"}, {"household", "hidden", "drawer"}),
        (Facts(corporate=False, purposes=frozenset({"working"}), loan_type="bill"), {"household", "hidden"}, {"affiliates", "cost", "drawer"}),
        (Facts(corporate=True, purposes=frozenset({"working", "equipment"}), loan_type="deed"), {"cost", "hidden"}, {"drawer"}),
        (Facts(corporate=True, purposes=frozenset({"working"}), loan_type="discount"), {"trade_backed", "drawer", "formal", "endorsed"}, {"cost"}),
    ],
)  # fmt: skip
def test_what_is_asked_depends_on_the_borrower_the_purpose_and_the_form(facts, has, has_not):
    keys = asked(facts)
    assert has <= keys
    assert not has_not & keys


@pytest.mark.parametrize(
    ("key", "given", "whole"),
    [
        ("history", {"text": "先代から"}, True),
        ("history", {"text": "  "}, False),
        ("environment", {"text": "市場は横ばい"}, False),
        ("environment", {"text": "市場は横ばい", "choice": "calm"}, True),
        ("affiliates", {"choice": "none"}, True),
        ("affiliates", {"choice": "some"}, False),
        ("cost", {"text": "見積り二社"}, False),
        ("cost", {"text": "見積り二社", "amount": 0}, True),
        ("ecology", {"not_applicable": True}, False),
        ("ecology", {"not_applicable": True, "text": "測定器で、騒音も排水もない"}, True),
    ],
)
def test_an_answer_is_whole_when_everything_the_question_asks_is_there(key, given, whole):
    blank = {"choice": "", "text": "", "amount": None, "not_applicable": False}
    assert worksheet.is_answered(worksheet.QUESTIONS[key], **{**blank, **given}) is whole


# --- answering -------------------------------------------------------------------------------


def test_a_rewritten_answer_keeps_what_it_was_and_who_wrote_it(office, bill):
    (first,) = write(bill, office.clerk, history=Given(text="はじめの文"))
    (second,) = write(bill, office.chief, history=Given(text="改めた文", seen=first.pk))
    line = next(line for line in fact_finding.read(fresh(bill)).lines if line.question.key == "history")
    assert (line.answer.text, line.answer.answered_by) == ("改めた文", office.chief)
    assert [(old.text, old.answered_by) for old in line.earlier] == [("はじめの文", office.clerk)]
    assert second.pk != first.pk
    log = ActionLog.objects.about(bill).filter(verb="answer_worksheet").order_by("-pk").first()
    assert (log.by, log.detail["questions"]) == (office.chief, "沿革")


def test_what_did_not_change_is_not_written_again(office, bill):
    (first,) = write(bill, office.clerk, history=Given(text="同じ文"), policy=Given())
    assert write(bill, office.chief, history=Given(text="同じ文", seen=first.pk), policy=Given()) == []
    assert WorksheetAnswer.objects.filter(application=bill).count() == 1


def test_two_people_may_write_different_questions_at_once(office, bill):
    write(bill, office.clerk, history=Given(text="沿革"))
    # The other opened the section before; his blank is no change and takes nothing away.
    write(bill, office.chief, history=Given(), policy=Given(text="方針"))
    texts = {answer.question: answer.text for answer in fresh(bill).worksheet_answers.current()}
    assert texts == {"history": "沿革", "policy": "方針"}


def test_the_same_question_written_by_two_is_refused_and_neither_is_lost(office, bill):
    write(bill, office.clerk, history=Given(text="先の文"))
    with pytest.raises(StaleAnswers) as stale:
        write(bill, office.chief, history=Given(text="後の文"), policy=Given(text="方針"))
    assert stale.value.conflicts["history"].text == "先の文"
    assert fresh(bill).worksheet_answers.current().count() == 1


def test_not_applicable_needs_its_reason_and_choices_are_those_of_the_question(office, bill):
    for given in (Given(not_applicable=True), Given(text="x", choice="no_such")):
        with pytest.raises(ValidationError):
            write(bill, office.clerk, environment=given)
    with pytest.raises(ValidationError):
        write(bill, office.clerk, earlier_business=Given(text="以前の記録には書けない"))


def test_the_database_keeps_one_current_answer_and_the_reason_of_not_applicable(office, bill):
    plain = {"application": bill, "question": "history", "answered_by": office.clerk, "answered_on": TODAY}
    WorksheetAnswer.objects.create(**plain, text="一つ")
    for more in ({"text": "二つ"}, {"not_applicable": True, "superseded": True}, {"amount": -1, "superseded": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WorksheetAnswer.objects.create(**plain, **more)


def test_nothing_is_written_before_or_after_the_investigation(office):
    application = make_application_in(office, S.RECEIVED)
    assert refusal_of(lambda: write(application, office.clerk, history=Given(text="早い"))) == {"state"}
    with pytest.raises(StepRefused):
        operations.answer(application, given={"history": Given(text="委員")}, by=office.committee[0], on=TODAY)


# --- what is missing -------------------------------------------------------------------------


def test_every_blank_is_named_and_leads_to_its_field(deed):
    found = [finding for finding in fact_finding.findings(fact_finding.read(fresh(deed))) if finding.blocks]
    blanks = {finding.text: finding.url for finding in found if finding.code == "worksheet"}
    keys = asked(CORPORATE)
    assert len(blanks) == len(keys)
    assert blanks["経営者の「後継者」が書かれていません。"].endswith(f"/{deed.pk}/worksheet/management/#q-successor")
    assert [finding.code for finding in found if finding.code != "worksheet"] == ["interview"]


def test_the_committee_gets_only_a_whole_worksheet(office, deed):
    def submit():
        return reviews.submit_to_committee(fresh(deed), by=office.clerk, on=TODAY, reason=REASON)

    assert {"worksheet", "interview", "investigation"} <= refusal_of(submit)
    demo.investigate(fresh(deed), by=office.clerk, on=TODAY)
    answer = fresh(deed).worksheet_answers.current().get(question="ecology")
    write(deed, office.clerk, ecology=Given(seen=answer.pk))
    assert refusal_of(submit) == {"worksheet"}
    emptied = fresh(deed).worksheet_answers.current().get(question="ecology")
    write(deed, office.clerk, ecology=Given(not_applicable=True, text="騒音も排水もない", seen=emptied.pk))
    assert submit().state == S.COMMITTEE_QUEUE


def test_answers_without_evidence_and_open_follow_ups_are_warned_of(office, deed):
    demo.investigate(fresh(deed), by=office.clerk, on=TODAY, follow_up="定期預金の残高")
    answer = fresh(deed).worksheet_answers.current().get(question="career")
    write(deed, office.clerk, career=Given(choice="clean", text="聞いた", seen=answer.pk))
    found = {f.code: f for f in fact_finding.findings(fact_finding.read(fresh(deed))) if f.warns}
    assert set(found) == {"evidence", "follow-up"}
    assert "経歴" in found["evidence"].text
    operations.settle_follow_up(fresh(deed), deed.interviews.get(), outcome="証書を見た", by=office.chief, on=TODAY)
    assert {f.code for f in fact_finding.findings(fact_finding.read(fresh(deed))) if f.warns} == {"evidence"}
    with pytest.raises(StepRefused):
        operations.settle_follow_up(fresh(deed), deed.interviews.get(), outcome="二度目", by=office.chief, on=TODAY)


def test_a_plan_that_needs_less_than_is_asked_is_warned_of(office, deed):
    write(
        deed, office.clerk, cost=Given(amount=12_500_000, text="見積り"), own_share=Given(amount=1_000_000, text="預金")
    )
    (found,) = [f for f in fact_finding.findings(fact_finding.read(fresh(deed))) if f.code == "plan-cost"]
    assert "11,500,000円で、申込の金額 12,000,000円に足りません" in found.text


def needs_of(application, *needs):
    rows = [
        {"cause": FundsCause.objects.get(pk=cause), "term": term, "amount": amount, "basis": ""}
        for cause, term, amount in needs
    ]
    return lambda by: operations.state_needs(fresh(application), needs=rows, by=by, on=TODAY)


@pytest.mark.parametrize(
    ("needs", "codes"),
    [
        ((), ["needs"]),
        ((("seasonal", FundsTerm.SHORT, 10_000_000),), []),
        ((("seasonal", FundsTerm.SHORT, 4_000_000), ("bonus", FundsTerm.SHORT, 5_999_999)), ["needs-sum"]),
        ((("seasonal", FundsTerm.SHORT, 8_000_000), ("deficit", FundsTerm.SHORT, 2_000_000)), ["needs-fixed"]),
        ((("seasonal", FundsTerm.LONG, 10_000_000),), ["needs-fixed"]),
    ],
)  # fmt: skip
def test_the_need_is_held_against_the_amount_and_searched_for_what_is_fixed(office, bill, needs, codes):
    if needs:
        needs_of(bill, *needs)(office.clerk)
    assert [finding.code for finding in fact_finding.needs_findings(fact_finding.read(fresh(bill)))] == codes


def test_the_answer_and_the_causes_may_not_contradict_each_other(office, bill):
    needs_of(bill, ("stock", FundsTerm.SHORT, 10_000_000))(office.clerk)
    write(bill, office.clerk, hidden=Given(choice="none", text="一時的", evidence="面談"))
    assert [f.code for f in fact_finding.needs_findings(fact_finding.read(fresh(bill)))] == [
        "needs-fixed",
        "needs-answer",
    ]


# --- who, and from the last time --------------------------------------------------------------


def test_whoever_wrote_in_the_worksheet_gives_no_opinion(office, bill):
    UserRole.objects.create(user=office.committee[0], role="clerk")
    member = User.objects.get(pk=office.committee[0].pk)
    write(bill, member, history=Given(text="委員でもある事務局"))
    demo.investigate(fresh(bill), by=office.clerk, on=TODAY)
    reviews.submit_to_committee(fresh(bill), by=office.clerk, on=TODAY, reason=REASON)
    assert "investigator" in {finding.code for finding in reviews.opinion_refusals(fresh(bill), by=member, on=TODAY)}


def test_the_last_worksheet_is_a_suggestion_that_somebody_must_confirm(office, deed, sit):
    demo.investigate(fresh(deed), by=office.clerk, on=TODAY)
    again = make_application_in(office, S.INVESTIGATION, member=deed.member)
    desk = sit(office.chief)
    shown = text_of(desk.get("worksheet_section", again.pk, "management"))
    assert "前回 " in shown.replace("（", " ")
    assert "無理な拡大をせず" in shown
    assert not again.worksheet_answers.exists()
    assert (
        desk.send("worksheet_section", again.pk, "management", policy_same="on", control_text="代表者").status_code
        == 302
    )
    taken = again.worksheet_answers.current().get(question="policy")
    assert (taken.copied_from.application_id, taken.answered_by) == (deed.pk, office.chief)
    assert "のとおりと確かめた" in taken.evidence
    assert {answer.question for answer in again.worksheet_answers.current()} == {"policy", "control"}
    # What changes from case to case is not carried over.
    assert "前回" not in text_of(desk.get("worksheet_section", again.pk, "preservation"))


def test_a_case_that_may_not_be_seen_suggests_nothing(office, deed):
    demo.investigate(fresh(deed), by=office.clerk, on=TODAY)
    again = make_application_in(office, S.INVESTIGATION, member=deed.member)
    assert fact_finding.previous(again, Application.objects.none()) == {}
    assert "policy" in fact_finding.previous(again, Application.objects.all())


# --- the pages -------------------------------------------------------------------------------


def test_a_stale_section_shows_both_versions_and_can_be_sent_again(office, bill, sit):
    desk = sit(office.chief)
    write(bill, office.clerk, history=Given(text="先に書いた文"))
    sent = {"history_text": "後から書いた文", "history_seen": "", "banks_text": "書きかけ"}
    refused = desk.client.post(page("worksheet_section", bill.pk, "basics"), sent)
    told = refused.content.decode()
    assert refused.status_code == 422
    assert all(text in told for text in ("先に書いた文", "後から書いた文", "書きかけ", "書き改めました"))
    seen = refused.context["form"]["history_seen"].value()
    done = desk.client.post(page("worksheet_section", bill.pk, "basics"), {**sent, "history_seen": seen})
    assert done.status_code == 302
    line = next(line for line in fact_finding.read(fresh(bill)).lines if line.question.key == "history")
    assert (line.answer.text, [old.text for old in line.earlier]) == ("後から書いた文", ["先に書いた文"])


def test_a_bad_input_loses_nothing(office, bill, sit):
    response = sit(office.clerk).send(
        "worksheet_section", bill.pk, "basics", history_text="長い文", environment_na="on", banks_choice="bogus"
    )
    assert response.status_code == 422
    assert "長い文" in response.content.decode()
    assert not bill.worksheet_answers.exists()


def test_a_document_is_kept_as_the_evidence_of_its_answer(office, bill, sit):
    desk = sit(office.clerk)
    file = SimpleUploadedFile("残高証明.pdf", little_pdf())
    wrong = desk.send("worksheet_section", bill.pk, "basics", banks_file=SimpleUploadedFile("x.pdf", b"<html>"))
    assert wrong.status_code == 422
    done = desk.send(
        "worksheet_section", bill.pk, "basics", banks_choice="main", banks_text="信用金庫", banks_file=file, next="1"
    )
    assert done.url == page("worksheet_section", bill.pk, "management")
    answer = bill.worksheet_answers.current().get(question="banks")
    assert answer.document.filename == "残高証明.pdf"
    assert not answer.lacks_evidence
    write(bill, office.clerk, banks=Given(choice="main", text="信用金庫が主力", seen=answer.pk))
    assert bill.worksheet_answers.current().get(question="banks").document == answer.document


def test_an_interview_is_recorded_corrected_and_followed_up(office, bill, sit):
    desk = sit(office.clerk)
    record = {
        "held_on": "R8.11.24",
        "place": "工場",
        "interviewee": "社長",
        "interviewer": "山田",
        "told": "受注は前年並み",
    }
    late = desk.send("interview_add", bill.pk, **{**record, "held_on": str(TODAY + timedelta(days=1))})
    assert late.status_code == 422
    assert desk.send("interview_add", bill.pk, **record, follow_up="預金の残高").status_code == 302
    interview = bill.interviews.get()
    assert (
        desk.send(
            "interview_edit", bill.pk, interview.pk, **{**record, "told": "受注は一割増"}, follow_up="預金の残高"
        ).status_code
        == 302
    )
    log = ActionLog.objects.about(bill).get(verb="correct_interview")
    assert log.detail["changed"]["聞いたこと"] == ["受注は前年並み", "受注は一割増"]
    assert desk.send("follow_up", bill.pk, interview.pk, outcome="証書で 300万円を確かめた").status_code == 302
    shown = text_of(desk.get("worksheet", bill.pk))
    assert "証書で 300万円を確かめた" in shown
    assert "受注は一割増" in shown


def test_needs_are_written_in_rows_and_half_a_row_is_asked_for(office, bill, sit):
    desk = sit(office.clerk)
    half = desk.send("funds_needs", bill.pk, cause_0="seasonal", amount_0="400万")
    assert half.status_code == 422
    assert "1行目の期間を入れてください。" in text_of(half)
    whole = {
        "cause_0": "seasonal",
        "term_0": "short",
        "amount_0": "400万",
        "cause_2": "bonus",
        "term_2": "short",
        "amount_2": "600万",
    }
    assert desk.send("funds_needs", bill.pk, **whole).status_code == 302
    assert [(need.cause_id, need.amount) for need in bill.funds_needs.all()] == [
        ("seasonal", 4_000_000),
        ("bonus", 6_000_000),
    ]


def test_committee_and_board_read_the_worksheet_on_the_case_page(office, sit):
    application = make_application_in(office, S.BOARD_QUEUE)
    for user in (office.directors[0], office.president):
        for name in ("application", "worksheet"):
            told = text_of(sit(user).get(name, application.pk))
            assert "先代が始めた商売を継いで三十年余り" in told
            assert "季節" in told
            assert "調査書を書く" not in told


def test_a_blank_worksheet_is_one_line_on_the_case_page_and_named_on_the_step(office, deed, sit):
    desk = sit(office.clerk)
    assert "まだ書かれていない問いが" in text_of(desk.get("application", deed.pk))
    step = text_of(desk.get("submit_to_committee", deed.pk))
    assert "経営者の「後継者」が書かれていません。" in step


def test_what_was_written_before_the_worksheet_is_kept_and_read(office, sit):
    """The data migration, on rows as they were: three texts and an interview."""
    application = make_application_in(office, S.INVESTIGATION)

    class Old:
        """A row of the old table."""

        application_id, investigated_by_id, updated_on = application.pk, office.clerk.pk, TODAY
        business, use_of_funds, preservation = "前の事業実態", "前の資金使途", ""
        interviewed_on, interviewee, investigated_by = TODAY, "社長", office.clerk

    class Rows(list):
        objects = property(lambda self: self)
        select_related = order_by = lambda self, *names: self

    class History:
        @staticmethod
        def get_model(app, name):
            return Rows([Old]) if name == "Investigation" else apps.get_model(app, name)

    import_module("loans.migrations.0008_worksheet_moves").move(History, None)
    shown = text_of(sit(office.clerk).get("worksheet", application.pk))
    assert "以前の記録" in shown
    assert "前の事業実態" in shown
    assert application.worksheet_answers.count() == 2
    assert application.interviews.get().interviewee == "社長"
    # They answer no question of the worksheet.
    assert len(fact_finding.read(fresh(application)).blanks) == fact_finding.read(fresh(application)).total


def test_a_returned_case_keeps_its_answers(office):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    applications.return_(fresh(application), by=office.chief, on=TODAY, reason="見積書が古い")
    assert fact_finding.read(fresh(application)).blanks == []


def keep(desk, application, section, **data):
    sent = {"keep": "1", "writer": desk.user.pk, **data}
    return desk.client.post(page("worksheet_section", application.pk, section), sent)


def test_what_is_typed_is_kept_given_back_and_is_no_answer_until_it_is_saved(office, bill, sit):
    (mine,) = write(bill, office.clerk, history=Given(text="沿革"))
    reads, logs = ReadLog.objects.count(), ActionLog.objects.count()
    desk = sit(office.clerk)
    told = keep(desk, bill, "basics", history_text="沿革", history_seen=mine.pk, banks_text="主力は地元", banks_na="on")
    assert "書きかけを控えました" in told.content.decode()
    assert fresh(bill).worksheet_answers.count() == 1
    assert (ReadLog.objects.count(), ActionLog.objects.count()) == (reads, logs)
    # Only the question that was changed is kept; whoever else opens the page sees nothing of it.
    assert set(KeptForm.objects.get().values) >= {"banks_text", "banks_seen"}
    assert "history_text" not in KeptForm.objects.get().values
    (found,) = [f for f in fact_finding.findings(fact_finding.read(fresh(bill))) if f.code == "kept"]
    assert "基礎に、保存していない書きかけがあります" in found.text
    form = desk.get("worksheet_section", bill.pk, "basics").context["form"]
    assert (form["banks_text"].value(), form["banks_na"].value(), form["history_text"].value()) == (
        "主力は地元",
        True,
        "沿革",
    )
    assert "主力は地元" not in text_of(sit(office.chief).get("worksheet_section", bill.pk, "basics"))
    desk = sit(office.clerk)
    assert (
        desk.send(
            "worksheet_section",
            bill.pk,
            "basics",
            history_text="沿革",
            history_seen=mine.pk,
            banks_text="主力",
            banks_na="on",
        ).status_code
        == 302
    )
    assert not KeptForm.objects.exists()


def test_who_typed_hears_at_once_that_another_rewrote_the_answer_and_finds_both_later(office, bill, sit):
    (first,) = write(bill, office.clerk, history=Given(text="はじめ"), policy=Given(text="方針"))[:1]
    desk = sit(office.chief)
    write(bill, office.clerk, history=Given(text="事務局が改めた", seen=first.pk))
    sent = {"history_text": "局長が改めた", "history_seen": first.pk}
    told = keep(desk, bill, "basics", **sent).content.decode()
    assert f"「沿革」は、画面を開いたあとに{office.clerk}が書き改めました" in told
    shown = desk.get("worksheet_section", bill.pk, "basics")
    assert {"局長が改めた", "事務局が改めた"} <= set(re.findall("局長が改めた|事務局が改めた", shown.content.decode()))
    seen = shown.context["form"]["history_seen"].value()
    assert (
        desk.send("worksheet_section", bill.pk, "basics", history_text="局長が改めた", history_seen=seen).status_code
        == 302
    )


def test_what_was_typed_is_thrown_away_only_when_asked(office, bill, sit):
    desk = sit(office.clerk)
    keep(desk, bill, "basics", history_text="書きかけ")
    assert KeptForm.objects.exists()
    assert desk.client.post(page("worksheet_section", bill.pk, "basics"), {"discard": "1"}).status_code == 302
    assert not KeptForm.objects.exists()
    keep(desk, bill, "basics", history_text="書きかけ")
    # Typed back to what is recorded: nothing is left to keep.
    keep(desk, bill, "basics", history_text="")
    assert not KeptForm.objects.exists()
