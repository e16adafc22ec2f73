"""必要書類（H2.2-d）: だれにも同じ一覧、名で言う不足と期限、別の人の省略、同じファイルの断り、原本の返却。"""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from coopfin.worklists import tasks as task_sources
from documents.models import DocumentKind
from loans import checklist as rules
from loans.checklist_desk import tasks
from loans.document_list import document_list
from loans.enums import ApplicationState as S
from loans.enums import DocumentBasis, DocumentDue
from loans.models import DocumentFile, RequiredDocument
from loans.operations import application as applications
from loans.operations import checklist
from tests.documents.test_uploads import pdf
from tests.factories.loans import REASON, TODAY, bill_terms, deed_terms, fresh, make_application, make_office
from tests.factories.members import make_member
from tests.factories.products import make_product

DOCUMENTS = (("financials", ""), ("profile", ""), ("cash-flow", "working"), ("estimate", "equipment"), ("identity", ""))


class World:
    """受け付けた申込と、その商品。"""

    def __init__(self):
        self.office = make_office()
        self.product = make_product(*DOCUMENTS, purposes="working,equipment")
        self.case = _case(self.office, self.product)


def _case(office, product, **more):
    terms = bill_terms(product=product, applied_by="代表取締役", consented_on=TODAY, **more)
    return make_application(office, member=make_member(), terms=terms)


@pytest.fixture(scope="module")
def made(for_the_module):
    return for_the_module(World)


@pytest.fixture
def world(made):
    return made()


def rows(case):
    return {row.kind_id: row for row in case.required_documents.all()}


def received(world):
    """流れの確認を通さずに、受け付けたところ。"""
    case = fresh(world.case)
    type(case).objects.filter(pk=case.pk).update(
        state=S.INVESTIGATION, received_by=world.office.clerk, received_on=TODAY, fiscal_year=2026, sequence=900,
        number="2026-0900",
    )  # fmt: skip
    return fresh(case)


def record(case, codes, office, on=TODAY, **values):
    chosen = [row for code, row in rows(case).items() if code in codes]
    return checklist.record(case, chosen, values={"received_on": on, **values}, by=office.clerk, on=on)


def said(findings):
    return [finding.text for finding in findings]


# --- だれにも同じ --------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_the_same_product_and_purpose_make_the_same_checklist_for_everybody(made, data):
    world = made()
    amount = data.draw(st.integers(1, 10_000_000))
    terms = {"amount": amount, "purpose": "equipment" if data.draw(st.booleans()) else "working"}
    number = data.draw(st.integers(0, 3))
    with transaction.atomic():
        cases = [_case(world.office, world.product, **terms) for _ in range(1 + number % 2)]
        lists = [
            [(row.kind_id, row.is_required, row.basis_text, row.due, row.validity_months) for row in case.required_documents.all()]
            for case in cases
        ]  # fmt: skip
        transaction.set_rollback(True)
    wanted = [(one.kind.pk, one.is_required, one.basis_text) for one in rules.wanted(world.product, [terms["purpose"]])]
    for found in lists:
        assert [row[:3] for row in found] == wanted
        assert {row[3] for row in found} == {DocumentDue.COMMITTEE}


@pytest.mark.django_db
def test_the_list_follows_the_product_and_the_purpose_but_forgets_nothing_recorded(world):
    assert list(rows(world.case)) == ["financials", "profile", "cash-flow", "identity"]
    record(world.case, ["cash-flow"], world.office)
    changed = applications.update_terms(
        fresh(world.case), terms=bill_terms(product=world.product, purpose="equipment"), by=world.office.clerk, on=TODAY
    )
    found = rows(changed)
    assert found["estimate"].is_required
    assert not found["cash-flow"].is_required
    assert found["cash-flow"].received_on == TODAY
    assert "短期運転資金" in found["estimate"].basis_text


@pytest.mark.django_db
def test_a_document_for_some_cases_only_is_asked_for_by_a_person(world):
    world.product.documents.filter(kind="profile").update(note="新しく取引する組合員だけ")
    case = _case(world.office, world.product)
    row = rows(case)["profile"]
    assert not row.is_required
    (row,) = checklist.record(case, [row], values={"is_required": True}, by=world.office.clerk, on=TODAY)
    assert row.is_missing


@pytest.mark.django_db
def test_without_a_product_the_basic_three_are_named_and_hinder_nothing(world):
    case = make_application(world.office, member=make_member(), terms=deed_terms())
    found = list(case.required_documents.all())
    assert [row.kind_id for row in found] == ["financials", "profile", "use-of-funds"]
    assert {row.basis for row in found} == {DocumentBasis.RULE}
    assert not any(row.is_required for row in found)
    assert list(rules.documents_complete(case, by=None, on=TODAY)) == []


# --- 付議まで ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_missing_warns_at_receipt_and_hinders_the_committee_each_by_name(world):
    early = list(rules.documents_asked_for(world.case, by=None, on=TODAY))
    late = list(rules.documents_complete(world.case, by=None, on=TODAY))
    assert said(early) == said(late)
    # Asked for on the same ground, they are told in one sentence.
    assert said(late) == ["「決算書（2期）」「企業概要」「資金繰表」「本人確認書類」を受け取っていません。"]
    assert all(finding.warns for finding in early)
    assert all(finding.blocks for finding in late)
    assert "第312回理事会" in late[0].source
    assert late[0].url == reverse("loans:checklist", args=[world.case.pk])


@pytest.mark.django_db
def test_an_expired_document_says_its_date(world):
    record(world.case, ["financials", "profile", "identity"], world.office, original_seen_on=TODAY)
    record(world.case, ["cash-flow"], world.office, issued_on=date(2026, 8, 20))
    (finding,) = rules.documents_complete(world.case, by=None, on=TODAY)
    assert finding.blocks
    assert "令和8年11月20日" in finding.text
    on_the_day = list(rules.documents_complete(world.case, by=None, on=date(2026, 11, 20)))
    assert not any(found.blocks for found in on_the_day)


@pytest.mark.django_db
def test_an_original_not_yet_seen_warns_and_a_complete_list_says_so(world):
    record(world.case, ["financials", "profile", "cash-flow", "identity"], world.office)
    (finding,) = rules.documents_complete(world.case, by=None, on=TODAY)
    assert finding.warns
    assert "本人確認書類」の原本" in finding.text
    record(world.case, ["identity"], world.office, original_seen_on=TODAY)
    (finding,) = rules.documents_complete(world.case, by=None, on=TODAY)
    assert finding.text == "必要書類4件がそろっています。"


@pytest.mark.django_db
def test_what_is_due_before_disbursement_hinders_only_that(world):
    row = checklist.add(
        world.case, kind=None, name="竣工の写真", reason="工事の出来高を確かめるため。", note="", due="disbursement",
        by=world.office.clerk, on=TODAY,
    )  # fmt: skip
    assert row.basis == DocumentBasis.HAND
    assert not any("竣工" in text for text in said(rules.documents_complete(world.case, by=None, on=TODAY)))
    (finding,) = rules.documents_before_disbursement(world.case, by=None, on=TODAY)
    assert finding.blocks
    assert "竣工の写真" in finding.text


@pytest.mark.django_db
def test_a_case_from_before_has_its_list_drawn_up_first(world):
    RequiredDocument.objects.filter(application=world.case).delete()
    (finding,) = rules.documents_complete(world.case, by=None, on=TODAY)
    assert "一覧が、まだ作られていません" in finding.text
    checklist.draw_up(world.case, by=world.office.clerk, on=TODAY)
    assert len(rows(world.case)) == 4


# --- 記録 ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_receipt_tells_who_and_when_and_can_be_taken_back(world):
    (row,) = record(world.case, ["financials"], world.office, copied_on=TODAY, original_kept=True)
    assert (row.received_by, row.received_on, row.copied_on) == (world.office.clerk, TODAY, TODAY)
    (row,) = checklist.record(world.case, [row], values={"received_on": None}, by=world.office.chief, on=TODAY)
    assert (row.received_by, row.copied_on, row.original_kept) == (None, None, False)
    entries = ActionLog.objects.about(world.case).filter(verb="record_document")
    assert entries.count() == 2
    assert entries.order_by("pk").last().detail["changed"]["受け取った日"] == [str(TODAY), ""]


@pytest.mark.django_db
def test_a_day_to_come_and_an_issue_after_the_receipt_are_refused_beside_the_field(world):
    with pytest.raises(ValidationError) as refused:
        record(world.case, ["financials"], world.office, issued_on=TODAY + timedelta(days=1))
    assert "issued_on" in refused.value.message_dict
    row = rows(world.case)["financials"]
    with pytest.raises(ValidationError, match="発行日は、受け取った日以前"):
        checklist.record(
            world.case, [row], values={"received_on": TODAY - timedelta(days=5), "issued_on": TODAY},
            by=world.office.clerk, on=TODAY,
        )  # fmt: skip


# --- ファイル ------------------------------------------------------------------------------


def file(content=None, name="決算書.pdf"):
    return SimpleUploadedFile(name, content or pdf())


@pytest.mark.django_db
def test_several_files_are_attached_and_the_same_one_twice_is_refused_by_name(world):
    row = rows(world.case)["financials"]
    two = [file(), file(pdf(b"<< /Other 1 >>"), "二期目.pdf")]
    found = checklist.attach(world.case, row, files=two, by=world.office.clerk, on=TODAY)
    assert [one.upload.filename for one in found] == ["決算書.pdf", "二期目.pdf"]
    assert rows(world.case)["financials"].received_on == TODAY
    with pytest.raises(ValidationError, match="同じ中身のファイルが、すでに"):
        checklist.attach(world.case, row, files=[file(name="また.pdf")], by=world.office.clerk, on=TODAY)
    assert DocumentFile.objects.filter(row=row).count() == 2
    checklist.set_aside(found[0], reason="前の年のものだった。", by=world.office.clerk, on=TODAY)
    assert checklist.attach(world.case, row, files=[file()], by=world.office.clerk, on=TODAY)
    with pytest.raises(StepRefused, match="すでに外されています"):
        checklist.set_aside(found[0], reason="もう一度", by=world.office.clerk, on=TODAY)


@pytest.mark.django_db
def test_one_hostile_file_among_several_keeps_them_all_out(world):
    row = rows(world.case)["financials"]
    with (
        pytest.raises(ValidationError, match=r"「悪い\.pdf」: "),
        transaction.atomic(),
    ):
        checklist.attach(
            world.case, row, files=[file(), file(b"<script>", "悪い.pdf")], by=world.office.clerk, on=TODAY
        )
    assert not DocumentFile.objects.exists()
    assert rows(world.case)["financials"].received_on is None


# --- 省く・返す ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_document_is_waived_by_another_person_than_the_receiver_with_a_reason(world):
    case, office = received(world), world.office
    row = rows(case)["profile"]
    with pytest.raises(StepRefused, match="権限がありません"):
        checklist.waive(case, row, reason="要らない", by=office.clerk, on=TODAY)
    type(case).objects.filter(pk=case.pk).update(received_by=office.chief)
    with pytest.raises(StepRefused, match="別の人にお願いしてください"):
        checklist.waive(fresh(case), row, reason="要らない", by=office.chief, on=TODAY)
    type(case).objects.filter(pk=case.pk).update(received_by=office.clerk)
    row = checklist.waive(fresh(case), row, reason="前の申込のものが新しい。", by=office.chief, on=TODAY)
    assert not row.is_missing
    assert row.state(TODAY)[0] == "省略"
    assert "企業概要" not in "".join(said(rules.documents_complete(fresh(case), by=None, on=TODAY)))
    with pytest.raises(IntegrityError), transaction.atomic():
        RequiredDocument.objects.filter(pk=row.pk).update(waiver_receiver=office.chief)


@pytest.mark.django_db
def test_nothing_is_waived_before_receipt(world):
    with pytest.raises(StepRefused, match="受け付けてから"):
        checklist.waive(world.case, rows(world.case)["profile"], reason="要らない", by=world.office.chief, on=TODAY)


@pytest.mark.django_db
def test_originals_of_an_ended_case_are_a_task_until_they_are_given_back(world):
    (row,) = record(world.case, ["financials"], world.office, original_kept=True)
    case = applications.withdraw(fresh(world.case), by=world.office.clerk, on=TODAY, reason=REASON)
    titles = [task.title for task in tasks(world.office.clerk, TODAY)]
    assert titles == ["終わった案件の原本を返す　（受付前）"]
    with pytest.raises(StepRefused, match="必要書類は変えられません"):
        record(case, ["profile"], world.office)
    give = {"returned_on": TODAY, "receipt": "受領証 11月24日", "by": world.office.clerk, "on": TODAY}
    (row,) = checklist.give_back(case, [row], **give)
    assert row.return_receipt == "受領証 11月24日"
    assert list(tasks(world.office.clerk, TODAY)) == []
    with pytest.raises(StepRefused, match="すでに返しています"):
        checklist.give_back(fresh(case), [row], **give)


@pytest.mark.django_db
def test_what_is_missing_and_what_soon_expires_are_tasks_of_the_secretariat(world):
    case = received(world)
    record(case, ["cash-flow"], world.office, issued_on=TODAY - timedelta(days=85))
    titles = {task.title: task for task in tasks(world.office.clerk, TODAY)}
    assert set(titles) == {"必要書類をそろえる　2026-0900", "期限の近い書類を取り直す　2026-0900"}
    assert titles["期限の近い書類を取り直す　2026-0900"].due_on is not None
    assert "決算書（2期）・企業概要 ほか1件" in titles["必要書類をそろえる　2026-0900"].counterpart
    assert list(tasks(world.office.committee[0], TODAY)) == []
    assert tasks in task_sources


# --- 画面 ----------------------------------------------------------------------------------


def url(name, case, *more):
    return reverse(f"loans:{name}", args=[case.pk, *more])


@pytest.mark.django_db
def test_several_are_received_at_once_and_a_mistake_keeps_what_was_ticked(world, client):
    case = received(world)
    client.force_login(world.office.clerk)
    two = [rows(case)[code].pk for code in ("financials", "profile")]
    answer = client.post(url("checklist_receive", case), {"rows": two, "received_on": "読めない日"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count(" checked") == 2
    assert "読めない日" in page
    assert client.post(url("checklist_receive", case), {"rows": two, "received_on": "R8.11.24"}).status_code == 302
    assert rows(case)["profile"].received_on == TODAY
    assert "2／4" in client.get(url("checklist", case)).content.decode()


@pytest.mark.django_db
def test_the_pages_of_a_row_record_attach_waive_set_aside_and_give_back(world, client):
    case, office = received(world), world.office
    row = rows(case)["identity"]
    client.force_login(office.clerk)
    sent = {
        "received_on": "2026-11-24",
        "original_seen_on": "2026-11-24",
        "original_kept": "on",
        "remark": "運転免許証",
    }
    assert client.post(url("checklist_row", case, row.pk), sent).status_code == 302
    assert client.post(url("checklist_row", case, row.pk), {"original_seen_on": "2026-11-24"}).status_code == 422
    assert (
        client.post(url("checklist_files", case, row.pk), {"files": [file(), file(b"<html>", "x.pdf")]}).status_code
        == 422
    )
    assert client.post(url("checklist_files", case, row.pk), {"files": [file()]}).status_code == 302
    attached = DocumentFile.objects.get(row=row)
    page = client.get(url("checklist", case)).content.decode()
    assert attached.upload.get_absolute_url() in page
    aside = url("checklist_set_aside", case, row.pk, attached.pk)
    assert client.post(aside, {"reason": ""}).status_code == 422
    assert client.post(aside, {"reason": "長" * 301}).status_code == 422
    assert client.post(aside, {"reason": "別の人のもの"}).status_code == 302
    added = {"name": "工場の写真", "due": "committee", "reason": "設備の配置を見るため。"}
    assert client.post(url("checklist_add", case), {**added, "name": ""}).status_code == 422
    assert client.post(url("checklist_add", case), added).status_code == 302
    given = {"rows": [row.pk], "returned_on": "2026-11-24", "receipt": "能登 一郎"}
    assert client.post(url("checklist_return", case), {**given, "receipt": ""}).status_code == 422
    assert client.post(url("checklist_return", case), given).status_code == 302
    assert client.post(url("checklist_waive", case, row.pk), {"reason": "x"}).status_code == 403
    client.force_login(office.chief)
    profile = rows(case)["profile"]
    assert client.post(url("checklist_waive", case, profile.pk), {"reason": "前の申込にある。"}).status_code == 302
    assert "前の申込にある。" in client.get(url("checklist", case)).content.decode()


@pytest.mark.django_db
def test_the_list_asks_as_often_for_thirty_documents_as_for_four(world, client):
    case = received(world)
    client.force_login(world.office.clerk)

    def queries(page):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    pages = [url("checklist", case), case.get_absolute_url()]
    few = [queries(page) for page in pages + pages][2:]
    RequiredDocument.objects.bulk_create(
        RequiredDocument(
            application=case, name=f"書類{number}", basis="hand", basis_text="理由", added_by=world.office.clerk,
            received_on=TODAY, received_by=world.office.clerk,
        )
        for number in range(30)
    )  # fmt: skip
    assert [queries(page) for page in pages] == few


@pytest.mark.django_db
def test_the_list_for_the_member_parts_what_is_missing_from_what_came(world):
    record(world.case, ["financials"], world.office)
    it = document_list(world.case, list(world.case.required_documents.all()), issuer="組合", on=TODAY)
    assert [row.name for row in it.received] == ["決算書（2期）"]
    assert [row.name for row in it.needed] == ["企業概要", "資金繰表", "本人確認書類"]
    assert it.later == it.welcome == ()


@pytest.mark.django_db
def test_the_kinds_named_as_basic_exist(world):
    assert DocumentKind.objects.filter(code__in=rules.BASIC_KINDS).count() == len(rules.BASIC_KINDS)
