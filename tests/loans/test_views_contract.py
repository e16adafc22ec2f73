"""契約と実行の画面: 原資の決定、契約、書類、条件、確認、実行。"""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from coopfin.calc import days
from documents.models import IssuedDocument, Upload
from ledger.models import Voucher
from loans.enums import ApplicationState as S
from loans.models import Loan, LoanEvent
from tests.factories.loans import REASON, TODAY, bill_terms, deed_terms, fresh, make_application_in
from tests.loans.pages import page, text_of

BANK = "商工組合中央金庫 金沢支店"


def notice(name="決定通知.png"):
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    return SimpleUploadedFile(name, picture.getvalue(), "image/png")


@pytest.fixture
def approved(office):
    return make_application_in(office, S.APPROVED, terms=bill_terms(funding_source="bank"))


def fund(desk, application, **changes):
    data = {
        "bank": changes.pop("bank", desk.get("funding", application.pk).context["banks"][0]),
        "decided_on": "R8.11.24",
        "result": "as_applied",
        "amount": "1000万",
        "bank_rate": "1.5",
        "maturity_on": "2027-02-22",
        "document_reference": "商中金発 第12号",
        **changes,
    }
    return desk.send("funding", application.pk, **data)


def test_the_banks_decision_is_recorded_with_its_notice(office, sit, approved):
    desk = sit(office.clerk)
    assert "原資（銀行借入）の決定が記録されていません" in text_of(desk.get("contract", approved.pk))
    assert fund(desk, approved, notice=notice()).status_code == 302
    assert Upload.objects.get().filename == "決定通知.png"
    assert "申込どおり承諾" in text_of(desk.get("application", approved.pk))


def test_a_hostile_notice_is_refused_and_nothing_is_kept(office, sit, approved):
    evil = SimpleUploadedFile("通知.pdf", b"<script>alert(1)</script>", "application/pdf")
    response = fund(sit(office.clerk), approved, notice=evil, note="控えは別便")
    assert response.status_code == 422
    assert "控えは別便" in response.content.decode()
    assert fresh(approved).funding is None
    assert not Upload.objects.exists()


def test_a_copy_sent_beside_a_mistake_has_to_be_chosen_again_and_the_page_says_so(office, sit, approved):
    response = fund(sit(office.clerk), approved, notice=notice(), decided_on="R8.13.1")
    assert response.status_code == 422
    assert "ファイルは受け取っていません。もう一度選んでください。" in text_of(response)
    assert not Upload.objects.exists()


def test_changed_terms_go_back_to_the_board(office, sit, approved):
    response = fund(
        sit(office.clerk), approved, result="changed", amount="800万", new_amount="800万", new_interest_rate="6",
        new_fee_rate="0.1", new_maturity_on="2027-02-21", reason=REASON,
    )  # fmt: skip
    assert response.status_code == 302
    case = fresh(approved)
    assert (case.state, case.amount, case.approved_on) == (S.BOARD_QUEUE, 8_000_000, None)


def test_own_funds_have_no_page_for_the_bank(office, sit):
    application = make_application_in(office, S.APPROVED)
    assert sit(office.clerk).get("funding", application.pk).status_code == 404


def test_the_contract_gets_a_number_and_leads_to_its_papers(office, sit):
    application = make_application_in(office, S.APPROVED, terms=deed_terms(funding_source="own"))
    desk = sit(office.clerk)
    late = desk.send("contract", application.pk, contracted_on="2027-03-01", reason=REASON)
    assert late.status_code == 422
    assert "有効期限を過ぎます" in text_of(late)
    response = desk.send("contract", application.pk, contracted_on="R8.11.24", reason=REASON)
    assert response.url == page("contract_papers", application.pk)
    assert fresh(application).loan.number == "S-2026-001"


def test_the_checks_of_a_contract_follow_its_day(office, sit):
    application = make_application_in(office, S.APPROVED)
    client = sit(office.clerk).client
    url = page("contract_preview", application.pk)
    early = client.post(url, {"contracted_on": "2026-11-20"})
    assert "情報提供の日が契約日より後です" in text_of(early)
    assert "情報提供の日が契約日より後です" not in text_of(client.post(url, {"contracted_on": "2026-11-24"}))
    assert fresh(application).state == S.APPROVED


@pytest.fixture
def contracting(office):
    return make_application_in(office, S.CONTRACTING, terms=deed_terms(funding_source="own"))


def test_a_paper_is_seen_issued_once_and_returned_signed(office, sit, contracting):
    desk = sit(office.clerk)
    papers = desk.get("contract_papers", contracting.pk)
    rows = papers.context["rows"]
    for row in rows:
        preview = desk.get("paper_preview", contracting.pk, row["paper"].code)
        assert "見本" in text_of(preview)
        for _ in range(2):
            sent = desk.client.post(page("paper_issue", contracting.pk, row["paper"].code), {"token": row["token"]})
            assert sent.status_code == 302
    assert IssuedDocument.objects.valid().count() == len(rows) == 2
    again = desk.client.post(page("paper_issue", contracting.pk, rows[0]["paper"].code), {"token": "x"}, follow=True)
    assert "すでに発行されています" in text_of(again)
    for document in IssuedDocument.objects.all():
        desk.client.post(page("paper_signed", contracting.pk, document.pk), {"token": f"s{document.pk}"})
    assert "そろいました" in text_of(desk.get("contract_papers", contracting.pk))


def test_papers_of_another_case_are_not_found(office, sit, contracting):
    desk = sit(office.clerk)
    assert desk.get("paper_preview", contracting.pk, "no-such-paper").status_code == 404
    assert desk.client.post(page("paper_issue", contracting.pk, "no-such-paper")).status_code == 404
    assert desk.client.post(page("paper_signed", contracting.pk, 999)).status_code == 404
    before = make_application_in(office, S.APPROVED)
    assert desk.get("contract_papers", before.pk).status_code == 404


def test_the_auditor_reads_papers_but_issues_none(office, sit, contracting):
    desk = sit(office.auditor)
    response = desk.get("contract_papers", contracting.pk)
    assert "発行する" not in response.content.decode().replace("発行するもの", "")
    code = response.context["rows"][0]["paper"].code
    assert desk.client.post(page("paper_issue", contracting.pk, code)).status_code == 403


def test_a_condition_is_met_with_its_evidence(office, sit):
    application = make_application_in(
        office, S.APPROVED, result="conditional", conditions=("火災保険に質権", "決算書の提出")
    )
    desk = sit(office.clerk)
    first = application.conditions.first()
    assert desk.send("conditions", application.pk, condition=first.pk, evidence="").status_code == 422
    assert desk.send("conditions", application.pk, condition=first.pk, evidence="写しを受領").status_code == 302
    assert desk.send("conditions", application.pk, condition="x", evidence="写し").status_code == 404
    again = desk.send("conditions", application.pk, condition=first.pk, evidence="もう一度")
    assert again.status_code == 422
    assert [c.evidence for c in fresh(application).conditions.all()] == ["写しを受領", ""]


def test_readiness_lists_everything_missing_and_the_maker_cannot_confirm(office, sit, contracting):
    told = text_of(sit(office.chief).get("confirm_ready", contracting.pk))
    assert "約定書が発行されていません" in told
    assert "金銭消費貸借契約証書が発行されていません" in told
    Loan.objects.update(contracted_by=office.chief)
    response = sit(office.chief).send("confirm_ready", contracting.pk)
    assert response.status_code == 422
    assert "契約手続をした本人" in text_of(response)


def test_a_contract_is_cancelled_with_a_reason_and_keeps_its_number(office, sit, contracting):
    desk = sit(office.clerk)
    assert desk.send("cancel_contract", contracting.pk, reason="").status_code == 422
    assert desk.send("cancel_contract", contracting.pk, reason="金額の変更").status_code == 302
    assert fresh(contracting).state == S.APPROVED
    assert Loan.objects.get().state == "cancelled"


@pytest.fixture
def ready(office):
    return make_application_in(office, S.READY)


def test_what_is_previewed_is_prepared_and_posted_by_another(office, sit, ready):
    desk = sit(office.clerk)
    told = text_of(desk.get("disburse", ready.pk))
    for figure in ("147,945", "2,465", "9,849,590"):
        assert figure in told
    response = desk.send("disburse", ready.pk, disburse_on="R8.11.24")
    voucher = Voucher.objects.get()
    assert response.url == voucher.get_absolute_url()
    assert LoanEvent.objects.get().cash == 9_849_590
    shown = text_of(desk.get("application", ready.pk))
    assert "承認を待つ伝票を見る" in shown
    assert "147,945" in text_of(sit(office.chief).client.get(voucher.get_absolute_url()))


def test_a_day_before_the_contract_or_a_holiday_is_refused(office, sit, ready):
    desk = sit(office.clerk)
    for day, why in (("2026-11-22", "契約日より前"), ("2026-11-28", "休業日"), ("2027-02-22", "最終期日以後")):
        response = desk.send("disburse", ready.pk, disburse_on=day, reason=REASON)
        assert response.status_code == 422, day
        assert why in text_of(response)
    assert not Voucher.objects.exists()
    assert days.is_business_day(TODAY)


def test_the_preview_follows_the_day_and_writes_nothing(office, sit, ready):
    client = sit(office.clerk).client
    url = page("disburse_preview", ready.pk)
    assert "休業日" in text_of(client.post(url, {"disburse_on": "2026-11-28"}))
    assert "9,851,261" in text_of(client.post(url, {"disburse_on": "2026-11-25"}))
    assert "実行日を入力" in text_of(client.post(url, {"disburse_on": "いつか"}))
    assert not Voucher.objects.exists()


def test_a_second_voucher_cannot_be_prepared(office, sit, ready):
    desk = sit(office.clerk)
    assert desk.send("disburse", ready.pk, disburse_on="2026-11-24").status_code == 302
    response = desk.send("disburse", ready.pk, disburse_on="2026-11-24")
    assert response.status_code == 422
    assert "すでに承認を待っています" in text_of(response)


@pytest.mark.parametrize(
    "name",
    ["funding", "contract", "cancel_contract", "conditions", "disburse", "receive", "investigate", "withdraw"],
)
def test_the_secretariats_pages_are_closed_to_the_others(office, sit, approved, name):
    for user in (office.auditor, office.committee[0], office.cast["kaga"], office.admin):
        assert sit(user).get(name, approved.pk).status_code == 403, user
