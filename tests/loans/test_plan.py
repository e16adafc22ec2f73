"""The funds plan of an application: lines that add up, the split of two purposes, the member's own will, copies, files."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from coopfin.flow import StepRefused
from loans import completeness, rulebook
from loans.enums import ApplicationState as S
from loans.enums import Purpose
from loans.models import Application, BankRelation, FundUse
from loans.operations import application as applications
from loans.operations import plan as plans
from tests.factories.loans import TODAY, bill_terms, fresh, make_application, make_application_in, make_office
from tests.factories.products import make_product
from tests.factories.rules import make_rule
from tests.loans.test_forms import bill_data
from tests.prepared import little_pdf, pages_on

pytestmark = pytest.mark.django_db

USE = {"purpose": Purpose.WORKING, "what": "原材料", "supplier": "北陸鋼材販売株式会社", "amount": 12_000_000}
OWN = {"kind": "own", "provider": "", "amount": 2_000_000}
BANK = {"bank": "北陸銀行 金沢支店", "kind": "deed", "balance": 30_000_000, "yearly_repayment": 6_000_000}


@pytest.fixture(scope="module")
def prepared(for_the_module):
    def world():
        office = make_office()
        return office, make_application(office)

    return for_the_module(world)


@pytest.fixture
def office(prepared):
    return prepared()[0]


@pytest.fixture
def draft(prepared):
    return fresh(prepared()[1])


def change(office, draft, plan=None, **terms):
    return applications.update_terms(draft, terms=terms, plan=plan, by=office.clerk, on=TODAY)


def told(draft, office, level="block"):
    found = completeness.findings(fresh(draft), by=office.clerk, on=TODAY)
    return [finding.text for finding in found if finding.level == level]


def test_a_draft_may_be_saved_with_gaps_and_receipt_names_each_of_them(office, draft):
    change(office, draft, product=make_product(), purpose_detail="", repayment_source="")
    assert told(draft, office) == [
        "使いみちの内容が書かれていません。",
        "返済の財源が書かれていません。",
        "使いみちの明細（何を、だれから、いくらで）が書かれていません。",
        "本人の申込であることが確かめられていません。来た人と本人の同意の日を書くか、本人の署名のある申込書を付けてください。",
    ]
    with pytest.raises(StepRefused, match="返済の財源が書かれていません"):
        applications.receive(fresh(draft), by=office.clerk, on=TODAY, reason="x")


def test_without_products_an_application_needs_no_plan(office, draft):
    assert told(draft, office) == []


def test_the_plan_adds_up_to_the_yen_or_says_by_how_much_it_does_not(office, draft):
    change(office, draft, {"uses": [USE], "sources": [{**OWN, "amount": 1_999_999}]})
    (text,) = told(draft, office)
    assert text == (
        "使いみちの明細の計 12,000,000円が、この申込 10,000,000円とほかの資金 1,999,999円の計 11,999,999円より 1円多いです。"
    )
    change(office, fresh(draft), {"sources": [OWN]})
    assert told(draft, office) == []
    assert told(draft, office, "pass") == ["資金計画は、使いみちとまかない方の計が合っています。"]


def test_lines_keep_their_rows_and_what_changed_is_in_the_log(office, draft):
    change(office, draft, {"uses": [USE, {**USE, "what": "外注"}], "banks": [BANK]})
    first, second = fresh(draft).uses.all()
    change(office, fresh(draft), {"uses": [{**USE, "what": "鋼材", "row": first.pk}], "banks": [BANK]})
    (kept,) = fresh(draft).uses.all()
    assert (kept.pk, kept.what) == (first.pk, "鋼材")
    assert not FundUse.objects.filter(pk=second.pk).exists()
    assert BankRelation.objects.get().balance == 30_000_000


def test_two_purposes_need_the_amounts_and_both_are_held_to_the_criteria(office, draft):
    equipment = {**USE, "purpose": Purpose.EQUIPMENT, "what": "旋盤", "amount": 4_000_000}
    change(office, draft, {"uses": [{**USE, "amount": 6_000_000}, equipment]})
    assert "申込の使いみちは運転資金だけです" in told(draft, office)[0]
    change(office, fresh(draft), equipment_amount=5_000_000)
    assert told(draft, office) == ["申込の設備資金 5,000,000円が、設備資金の明細の計 4,000,000円を超えています。"]
    change(office, fresh(draft), equipment_amount=4_000_000)
    assert told(draft, office) == []
    assert told(draft, office, "warn") == ["見積書が付いていない設備があります（旋盤）。"]
    assert fresh(draft).purpose_label == "設備資金 4,000,000円・運転資金 6,000,000円"
    make_rule(effective_on=TODAY, purpose_article="第2条", purposes="working")
    texts = [found.text for found in rulebook.standard_findings(fresh(draft), TODAY)]
    assert "使いみちの設備資金は、認められた使いみちにありません。" in texts


def test_a_long_list_of_equipment_names_three_and_counts_the_rest(office, draft):
    tools = [{**USE, "purpose": Purpose.EQUIPMENT, "what": f"工具{n}", "amount": 2_000_000} for n in range(5)]
    change(office, draft, {"uses": tools}, purpose=Purpose.EQUIPMENT)
    assert told(draft, office, "warn") == ["見積書が付いていない設備があります（工具0、工具1、工具2、ほか2件）。"]


@pytest.mark.parametrize("changes", [{"equipment_amount": 10_000_000}, {"equipment_amount": 0}, {"applied_by": "山田"}])
def test_the_database_refuses_a_split_or_a_consent_that_is_only_half_there(draft, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=draft.pk).update(**changes)


def test_an_estimate_and_the_signed_form_are_attached_where_they_belong(office, draft):
    change(office, draft, {"uses": [USE]}, product=make_product())
    use = fresh(draft).uses.get()
    for what in (str(use.pk), plans.SIGNED_FORM):
        file = SimpleUploadedFile("写し.pdf", little_pdf())
        plans.attach(fresh(draft), file=file, what=what, by=office.clerk, on=TODAY)
    assert fresh(draft).uses.get().estimate.kind == "見積書"
    assert "本人の署名のある申込書を受け取っています。" in told(draft, office, "pass")
    change(office, fresh(draft), {"uses": [{**USE, "row": use.pk}]})
    assert fresh(draft).uses.get().estimate_id


def test_what_was_asked_for_at_receipt_is_kept_when_the_terms_change(office):
    case = make_application_in(office, S.RECEIVED)
    change(office, case, amount=9_000_000)
    case = fresh(case)
    assert (case.requested_amount, case.amount) == (10_000_000, 9_000_000)
    client = Client()
    client.force_login(office.clerk)
    with pages_on():
        assert "受付のときの希望額" in client.get(case.get_absolute_url()).content.decode()


def rows(name, *values):
    data = {f"{name}-TOTAL_FORMS": len(values), f"{name}-INITIAL_FORMS": 0}
    return data | {f"{name}-{n}-{field}": value for n, row in enumerate(values) for field, value in row.items()}


def test_the_page_writes_the_lines_keeps_bad_ones_and_copies_them_to_a_new_application(office, draft):
    member = draft.member
    client = Client()
    client.force_login(office.clerk)
    whole = bill_data(member, applied_by="代表取締役", consented_on="2026-11-24", amount="10000000")
    endorser = {"role": "endorser", "name": "羽咋商事株式会社"}
    lines = {**rows("uses", USE, {}), **rows("sources", OWN), **rows("banks", BANK), **rows("parties", endorser)}
    with pages_on():
        wrong = client.post("/loans/applications/new/", {**whole, **lines, "uses-0-amount": "たくさん"})
        assert wrong.status_code == 422
        assert 'value="たくさん"' in wrong.content.decode()
        assert 'value="北陸鋼材販売株式会社"' in wrong.content.decode()
        assert client.post("/loans/applications/new/", {**whole, **lines}).status_code == 302
        written = Application.objects.exclude(pk=draft.pk).get()
        assert [str(use) for use in written.uses.all()] == ["原材料 12,000,000円"]
        shown = client.get(written.get_absolute_url()).content.decode()
        assert "北陸銀行 金沢支店" in shown
        assert [str(party) for party in written.parties.all()] == ["裏書人 羽咋商事株式会社"]
        assert "手形の関係者" in shown
        copy = client.get(f"/loans/applications/new/?copy={written.pk}").content.decode()
        assert 'value="12,000,000"' in copy
        assert 'name="uses-0-row" value' not in copy
        assert 'value="2026-11-24"' not in copy
        preview = client.post("/loans/applications/preview/", {**whole, **lines}).content.decode()
    assert "合っています" in preview
    assert 'name="purpose"' in copy


def test_both_purposes_in_the_form_want_the_split_and_other_purposes_are_refused(office, draft):
    client = Client()
    client.force_login(office.clerk)
    with pages_on():
        none = client.post("/loans/applications/new/", bill_data(draft.member, purpose="both"))
        living = client.post("/loans/applications/new/", bill_data(draft.member, purpose="living"))
        given = client.post(
            "/loans/applications/new/",
            bill_data(draft.member, purpose="both", equipment_amount="400万", amount="1000万"),
        )
    assert "設備資金の分を入力してください" in none.content.decode()
    assert "生活資金・投機資金には貸せません" in living.content.decode()
    assert given.status_code == 302
    written = Application.objects.exclude(pk=draft.pk).get()
    assert (written.purpose, written.equipment_amount) == (Purpose.WORKING, 4_000_000)


def test_a_consent_of_tomorrow_is_refused(office, draft):
    client = Client()
    client.force_login(office.clerk)
    data = bill_data(draft.member, applied_by="経理部長", consented_on=(TODAY + timedelta(days=1)).isoformat())
    with pages_on():
        answer = client.post("/loans/applications/new/", data)
    assert answer.status_code == 422
    assert "先の日付です" in answer.content.decode()


def test_bill_terms_are_left_alone_by_a_plan_that_was_not_sent(office, draft):
    change(office, draft, {"uses": [USE]})
    change(office, fresh(draft), **bill_terms())
    assert fresh(draft).uses.count() == 1
