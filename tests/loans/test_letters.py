"""案件の書類: 稟議書は案件のページのすべてを写し、答申書は委員の意見を、決定通知は決定だけを伝える。"""

from datetime import date, timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
from django.db import IntegrityError, transaction

from collateral.enums import AssetKind, RightKind, SeniorKind
from collateral.guarantee_deed import Relation
from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from documents import access
from documents import operations as documents
from documents.models import IssuedDocument
from documents.operations import AlreadyIssued
from governance.enums import ItemResult
from loans import letters, memorandum
from loans.case_papers import CREDIT_MEMORANDUM, DECISION_NOTICE, RECOMMENDATION
from loans.conditions import Wanted
from loans.enums import ApplicationState as S
from loans.enums import ConditionDue, ConditionKind
from loans.history import History
from loans.models import Application, DecisionNotice
from loans.operations import letters as operations
from loans.operations import security
from loans.waiting import notice_tasks
from tests.factories.core import make_user
from tests.factories.loans import TODAY, deed_terms, fresh, make_application, make_application_in, make_office
from tests.factories.members import make_person
from tests.loans.pages import Desk, stop_the_clock, text_of
from tests.papers import reading

DEED = Wanted("公正証書を作成すること", ConditionKind.GUARANTOR, ConditionDue.CONTRACT, date(2026, 12, 10))
WHY = "返済の財源が、まだはっきりしないためです。"
READ_AT = "2026年11月24日 14:05"
ONE_PAGE = (b"%PDF-1.7\n%%EOF\n", 1)
HOME = "石川県白山市旭丘三丁目10番2 宅地 412.30㎡"


def secured(office) -> Application:
    """親族の土地（確かめた先順位がある）と、第三者の保証人が付いた証書貸付の下書き。"""
    case = make_application(office, terms=deed_terms())
    security.add_security(
        case,
        new_asset={
            "kind": AssetKind.LAND, "description": HOME, "owner": make_person("能登 花子"), "appraised": 24_000_000,
            "appraised_on": TODAY, "appraisal_method": "road", "haircut_rate": 70,
        },
        right=RightKind.MORTGAGE, amount=12_000_000, rank=2,
        seniors=[{"kind": SeniorKind.MORTGAGE, "holder": "北陸銀行", "registered": 9_000_000, "balance": 3_000_000,
                  "balance_on": TODAY, "evidence": "残高証明書"}],
        by=office.clerk, on=TODAY,
    )  # fmt: skip
    security.add_guarantee(
        fresh(case), person=make_person("田中 実"), relation=Relation.RELATIVE_OR_FRIEND, informed_on=TODAY,
        by=office.clerk, on=TODAY,
    )  # fmt: skip
    return fresh(case)


def make_world():
    """下書き、実態把握中、条件付で承認された案件、否決された案件。"""
    office = make_office(borrowing_limit=2_000_000_000, member_limit=500_000_000)
    approved = make_application_in(office, S.APPROVED, result=ItemResult.CONDITIONAL, conditions=[DEED])
    declined = make_application_in(office, S.DECLINED, member=approved.member, result=ItemResult.UNFAVOURABLE)
    return SimpleNamespace(
        office=office, draft=secured(office), approved=approved, declined=declined,
        begun=make_application_in(office, S.INVESTIGATION, member=approved.member, terms=deed_terms()),
    )  # fmt: skip


@pytest.fixture(scope="module")
def made_world(for_the_module):
    return for_the_module(make_world)


@pytest.fixture
def world(made_world, db):
    with mock.patch("documents.operations.render_pdf", return_value=ONE_PAGE):
        yield made_world()


def words(paper, values) -> str:
    return reading.text_of(paper.render_html(values))


def of_memorandum(case, world) -> str:
    return words(CREDIT_MEMORANDUM, memorandum.compose(fresh(case), by=world.office.clerk, on=TODAY))


def issue(case, world):
    return operations.issue_memorandum(fresh(case), read_at=READ_AT, by=world.office.clerk, on=TODAY)


def told(case, world, **given):
    return operations.notify(fresh(case), by=world.office.clerk, on=TODAY, **given)


def codes(refusal):
    return {finding.code for finding in refusal.value.findings}


# --- 稟議書 ---------------------------------------------------------------------------------


def test_the_memorandum_says_all_that_the_case_page_says(world):
    text = of_memorandum(world.approved, world)
    for part in (
        "申込者", "申込の内容", "返済の予定", "限度額と、実行後の残高", "実態把握", "判断", "担保", "保証人", "必要書類",
        "基準に照らして", "金融委員会の答申", "理事会の決定", "確認事項",
    ):  # fmt: skip
        assert part in text
    item = letters.decision_of(world.approved)
    assert item.number.replace(" ", "") in text
    assert "公正証書を作成すること|保証・契約まで（2026年12月10日）|まだ" in text
    assert "|手形金額" not in text
    assert "手形金額\n10,000,000円" in text
    assert "上限の年15%の内です" in text


def test_blanks_are_named_before_the_investigation_is_written(world):
    text = of_memorandum(world.begun, world)
    assert "|経歴|（未記入）" in text
    assert "面談の記録はありません。" in text
    assert "事務局の所見\n（未記入）" in text
    assert "×残る|経営者との面談が記録されていません。" in text


def test_the_land_of_a_person_is_named_by_its_town_alone(world):
    text = of_memorandum(world.draft, world)
    assert "白山市" in text
    assert "旭丘三丁目" not in text
    assert "北陸銀行抵当権9,000,000円。残高3,000,000円（残高証明書、2026年11月24日）" in text
    assert "|田中実|親族・知人|" in text
    assert "|要る（未登録）" in text


def test_it_may_be_issued_as_often_as_wanted_and_every_issue_stays(world):
    first, second = issue(world.begun, world), issue(world.begun, world)
    assert (first.number + 1, first.voided_at, second.voided_at) == (second.number, None, None)
    assert [one.pk for one in letters.issued(world.begun)["credit_memorandum"]] == [second.pk, first.pk]
    assert ActionLog.objects.about(second).filter(verb="issue").exists()


def test_a_copy_of_the_moment_waits_for_no_signature(world, client, monkeypatch):
    stop_the_clock(monkeypatch)
    document = issue(world.begun, world)
    Desk(client, world.office.clerk)
    assert document.label in text_of(client.get("/documents/"))
    assert document.label not in text_of(client.get("/documents/?state=unsigned"))


def test_a_second_press_while_the_first_is_being_drawn_issues_nothing(world):
    def press_again(html):
        with pytest.raises(AlreadyIssued):
            issue(world.begun, world)
        return ONE_PAGE

    with mock.patch("documents.operations.render_pdf", side_effect=press_again):
        issue(world.begun, world)
    assert len(letters.issued(world.begun)["credit_memorandum"]) == 1


def test_before_the_investigation_there_is_no_memorandum(world):
    with pytest.raises(StepRefused) as refusal:
        issue(world.draft, world)
    assert codes(refusal) == {"too-early"}


def test_who_has_an_interest_in_the_case_can_neither_issue_nor_read(world, client):
    document = issue(world.approved, world)
    representative = world.approved.member.representative
    representative.user = make_user("president")
    representative.save()
    desk = Desk(client, representative.user)
    assert desk.get("case_paper", world.approved.pk, document.pk).status_code == 404
    with pytest.raises(StepRefused):
        operations.issue_memorandum(world.approved, read_at=READ_AT, by=representative.user, on=TODAY)


# --- 答申書 ---------------------------------------------------------------------------------


def test_the_recommendation_tells_every_voice_and_the_conclusion(world):
    case = fresh(world.approved)
    text = words(RECOMMENDATION, letters.recommendation(case, on=TODAY))
    assert "貸付を適当と認める。" in text
    assert "賛成4名、条件付賛成0名、反対0名" in text
    for opinion in letters.advice_of(case).opinions.all():
        assert f"|{str(opinion.seat.person).replace(' ', '')}" in text
        assert opinion.reason.replace(" ", "") in text
    assert "金融委員会委員長" in text
    assert operations.issue_recommendation(case, by=world.office.clerk, on=TODAY).paper_label == "答申書"


def test_without_advice_there_is_no_recommendation(world):
    with pytest.raises(StepRefused) as refusal:
        operations.issue_recommendation(fresh(world.begun), by=world.office.clerk, on=TODAY)
    assert codes(refusal) == {"no-advice"}
    assert not IssuedDocument.objects.filter(paper="recommendation").exists()


# --- 決定通知 -------------------------------------------------------------------------------


def test_the_letter_tells_the_decision_and_nothing_of_votes_and_opinions(world):
    letter = letters.decision_letter(fresh(world.declined), on=TODAY, reason_told=WHY)
    text = words(DECISION_NOTICE, letter)
    assert WHY in text
    assert "添いかねる" in text
    decision, advice = letters.decision_of(world.declined), letters.advice_of(world.declined)
    inside = [vote.seat.person.name for vote in decision.votes.all() if vote.seat.person.name != "小松 正"]
    inside += [opinion.reason for opinion in advice.opinions.all()]
    inside += [text for text in (decision.comment, advice.comment, decision.number) if text]
    assert inside
    for secret in inside:
        assert secret.replace(" ", "") not in text


def test_a_conditional_approval_lists_its_conditions_and_until_when_it_holds(world):
    letter = letters.decision_letter(fresh(world.approved), on=TODAY, reason_told=WHY)
    assert letter.conditions == (("公正証書を作成すること", "契約まで（2026年12月10日）"),)
    assert letter.expires_on == world.approved.approval_expires_on
    # 承諾の通知に、謝絶の理由は書かない。
    assert letter.reason_told == ""


def test_a_case_without_a_decision_has_no_letter(world):
    with pytest.raises(StepRefused) as refusal:
        told(world.begun, world)
    assert codes(refusal) == {"no-decision"}


def test_a_decision_without_a_letter_is_work_until_it_is_written_and_sent(world):
    clerk = world.office.clerk

    def titles():
        return {task.title.split("　")[0] for task in notice_tasks(clerk, TODAY) if world.declined.number in task.title}

    assert titles() == {"決定を申込者に知らせる"}
    notice = told(world.declined, world, reason_told=WHY)
    assert titles() == {"決定通知を送ったことを記録する"}
    documents.void(notice.document, reason="宛名の誤り", by=clerk, on=TODAY)
    assert titles() == {"決定を申込者に知らせる"}
    again = told(world.declined, world, reason_told=WHY)
    operations.send(again, means="post", sent_on=TODAY, evidence="引受番号 123", by=clerk, on=TODAY)
    assert titles() == set()
    assert list(notice_tasks(world.office.president, TODAY)) == []


def test_sending_is_told_in_the_history_of_the_case(world):
    operations.send(told(world.declined, world), means="hand", sent_on=TODAY, by=world.office.clerk, on=TODAY)
    history = History(fresh(world.declined))
    (entry,) = [one for one in history.entries(history.records("document")) if one.label == "決定通知の送付"]
    assert "手渡し" in entry.text
    assert "2026年11月24日" in entry.text


@pytest.mark.parametrize("days", [-1, 1])
def test_a_letter_is_sent_neither_before_it_is_written_nor_tomorrow(world, days):
    notice = told(world.declined, world)
    with pytest.raises(StepRefused):
        operations.send(notice, means="post", sent_on=TODAY + timedelta(days), by=world.office.clerk, on=TODAY)


def test_what_was_sent_is_sent_once_and_can_no_longer_be_voided(world):
    notice = told(world.declined, world)
    clerk = world.office.clerk
    assert access.may_void(notice.document, clerk, TODAY)
    assert not access.may_void(notice.document, world.office.president, TODAY)
    operations.send(notice, means="post", sent_on=TODAY, by=clerk, on=TODAY)
    assert not access.may_void(notice.document, clerk, TODAY)
    with pytest.raises(StepRefused, match="すでに記録"):
        operations.send(notice, means="post", sent_on=TODAY, by=clerk, on=TODAY)


def test_the_database_keeps_day_means_and_person_together(world):
    notice = told(world.declined, world)
    with pytest.raises(IntegrityError, match="decisionnotice_sent_whole"), transaction.atomic():
        DecisionNotice.objects.filter(pk=notice.pk).update(sent_on=TODAY)


# --- 画面 -----------------------------------------------------------------------------------


def test_the_clerk_writes_sends_and_reads_the_letter_from_the_case_page(world, client, monkeypatch):
    stop_the_clock(monkeypatch)
    desk, pk = Desk(client, world.office.clerk), world.declined.pk
    assert "申込者への決定通知が、まだです。" in text_of(desk.get("application", pk))
    specimen = client.post(f"/loans/applications/{pk}/notice/preview/", {"reason_told": WHY})
    assert WHY in text_of(specimen)
    assert not DecisionNotice.objects.exists()
    answer = desk.send("notice", pk, reason_told=WHY)
    assert answer.status_code == 302
    notice = DecisionNotice.objects.get()
    assert notice.reason_told == WHY
    page = text_of(desk.get("application", pk))
    assert "決定通知を作りました。" in page
    assert notice.document.label in page
    assert desk.send("notice_sent", pk, notice.pk, means="", sent_on="").status_code == 422
    desk.send("notice_sent", pk, notice.pk, means="post", sent_on="2026-11-24", evidence="引受番号 123")
    page = text_of(desk.get("application", pk))
    assert "送付済" in page
    assert "引受番号 123" in page
    assert client.get(f"/loans/applications/{pk}/case-papers/{notice.document_id}/").content == ONE_PAGE[0]


def test_who_has_an_old_page_open_does_not_tell_the_same_decision_twice(world, client, monkeypatch):
    stop_the_clock(monkeypatch)
    desk, pk = Desk(client, world.office.chief), world.declined.pk
    old = desk.get("notice", pk).context["form"]["version"].value()
    told(world.declined, world, reason_told=WHY)
    answer = client.post(f"/loans/applications/{pk}/notice/", {"version": old, "token": "x", "reason_told": "別の文"})
    assert answer.status_code == 422
    assert "ほかの人が更新しました" in text_of(answer)
    assert "別の文" in text_of(answer)
    assert DecisionNotice.objects.count() == 1


def test_the_same_form_sent_twice_issues_one_paper(world, client, monkeypatch):
    stop_the_clock(monkeypatch)
    Desk(client, world.office.clerk)
    page = f"/loans/applications/{world.begun.pk}/memorandum/"
    assert "見本" in text_of(client.get(page))
    for _ in range(2):
        answer = client.post(page, {"token": "abc"})
        assert answer["Location"].endswith("#case-papers")
    assert len(letters.issued(world.begun)["credit_memorandum"]) == 1


def test_a_committee_member_reads_the_paper_but_is_offered_no_issue(world, client, monkeypatch):
    stop_the_clock(monkeypatch)
    document = issue(world.approved, world)
    desk = Desk(client, world.office.committee[0])
    page = desk.get("application", world.approved.pk)
    assert document.label in text_of(page)
    assert "作り直す" not in text_of(page)
    assert desk.get("case_paper", world.approved.pk, document.pk).status_code == 200
    assert desk.get("case_paper", world.declined.pk, document.pk).status_code == 404
