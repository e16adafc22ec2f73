"""発行・無効・調印済・受領の操作。"""

import hashlib
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from coopfin.flow import StepRefused
from coopfin.models import ActionLog, Sequence
from documents import operations
from documents.models import IssuedDocument, Upload
from documents.paper import CannotRender
from tests.documents.test_uploads import pdf
from tests.factories.core import make_cooperative, make_user
from tests.factories.documents import TINY, make_slip

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


@pytest.fixture
def clerk():
    make_cooperative()
    return make_user()


def issue(target, by, *, on=ON, build=None):
    return operations.issue(
        paper=TINY, context_builder=build or (lambda number: make_slip(number=number)), target=target, by=by, on=on
    )


def test_a_paper_is_issued_with_number_hash_and_pages(clerk):
    document = issue(clerk, clerk)
    document.refresh_from_db()
    assert document.label == "D2026-0001"
    assert document.sha256 == hashlib.sha256(bytes(document.content)).hexdigest()
    assert bytes(document.content).startswith(b"%PDF-")
    assert (document.pages, document.form_version, document.issued_on) == (1, "2026年版", ON)
    assert document.object_text == str(clerk)
    assert document.is_intact
    assert ActionLog.objects.about(document).filter(verb="issue", by=clerk).exists()


def test_the_number_stands_on_the_paper(clerk):
    from pypdf import PdfReader

    document = issue(clerk, clerk)
    assert document.label in PdfReader(BytesIO(bytes(document.content))).pages[0].extract_text()


def test_the_fiscal_year_of_the_number_is_that_of_the_cooperative(clerk):
    assert issue(clerk, clerk, on=date(2027, 3, 31)).label == "D2026-0001"
    assert issue(make_user(), clerk, on=date(2027, 4, 1)).label == "D2027-0001"


def test_the_same_paper_is_not_issued_twice(clerk):
    first = issue(clerk, clerk)
    with pytest.raises(operations.AlreadyIssued, match="すでに発行されています（D2026-0001）") as refused:
        issue(clerk, clerk)
    assert refused.value.document == first
    assert Sequence.objects.get(name="document").last_number == 1


def test_a_void_paper_may_be_issued_again_and_both_remain(clerk):
    first = issue(clerk, clerk)
    operations.void(first, reason="名称の誤り", by=clerk, on=ON)
    second = issue(clerk, clerk)
    first.refresh_from_db()
    assert second.label == "D2026-0002"
    assert first.content
    assert (first.voided_reason, first.state_label) == ("名称の誤り", "無効")
    assert list(IssuedDocument.objects.valid()) == [second]


def test_a_failed_rendering_voids_the_number_with_its_reason(clerk):
    def fail(number):
        raise CannotRender("書体がありません。")

    with pytest.raises(StepRefused) as refused:
        issue(clerk, clerk, build=fail)
    assert "発行番号 D2026-0001 は、その理由を付けて無効にしました" in str(refused.value)
    document = IssuedDocument.objects.get()
    assert document.voided_at is not None
    assert document.voided_reason == "作成に失敗: 書体がありません。"
    assert not document.sha256
    assert issue(clerk, clerk).label == "D2026-0002"


def test_an_unexpected_error_while_rendering_is_told_too(clerk):
    with pytest.raises(StepRefused):
        issue(clerk, clerk, build=lambda number: 1 / 0)
    assert "ZeroDivisionError" in IssuedDocument.objects.get().voided_reason


def test_nothing_is_locked_while_the_paper_is_drawn(transactional_db):
    make_cooperative()
    clerk = make_user()
    seen = []

    def look(number):
        seen.append(connection.in_atomic_block)
        return make_slip(number=number)

    issue(clerk, clerk, build=look)
    assert seen == [False]


def test_issuing_inside_a_transaction_is_a_mistake_of_the_programmer(transactional_db):
    make_cooperative()
    clerk = make_user()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        issue(clerk, clerk)


def test_a_paper_void_while_it_was_drawn_is_not_stored(clerk):
    def void_meanwhile(number):
        operations.void(IssuedDocument.objects.get(), reason="取りやめ", by=clerk, on=ON)
        return make_slip(number=number)

    with pytest.raises(StepRefused, match="無効にされました"):
        issue(clerk, clerk, build=void_meanwhile)
    assert not IssuedDocument.objects.get().sha256


def test_the_database_lets_only_one_be_in_force(clerk):
    document = issue(clerk, clerk)
    document.pk, document.number = None, 99
    with pytest.raises(IntegrityError), transaction.atomic():
        document.save(force_insert=True)


def test_voiding_wants_a_reason_and_happens_once(clerk):
    document = issue(clerk, clerk)
    with pytest.raises(StepRefused, match="理由が要ります"):
        operations.void(document, reason="  ", by=clerk, on=ON)
    operations.void(document, reason="誤り", by=clerk, on=ON)
    with pytest.raises(StepRefused, match="すでに無効"):
        operations.void(document, reason="誤り", by=clerk, on=ON)


def test_the_signed_paper_is_received_once(clerk):
    document = operations.mark_signed(issue(clerk, clerk), by=clerk, on=date(2026, 11, 26))
    assert (document.signed_on, document.signed_by, document.state_label) == (date(2026, 11, 26), clerk, "調印済")
    with pytest.raises(StepRefused, match="すでに受け取っています"):
        operations.mark_signed(document, by=clerk, on=date(2026, 11, 26))


def test_a_paper_is_not_signed_before_it_was_issued_nor_when_void(clerk):
    document = issue(clerk, clerk)
    with pytest.raises(StepRefused, match="発行日より前"):
        operations.mark_signed(document, by=clerk, on=date(2026, 11, 23))
    operations.void(document, reason="誤り", by=clerk, on=ON)
    with pytest.raises(StepRefused, match="有効な書類ではありません"):
        operations.mark_signed(document, by=clerk, on=ON)


@pytest.mark.parametrize(
    "changes",
    [
        {"signed_on": ON, "signed_by": None},
        {"pages": 0},
        {"voided_reason": "", "voided_at": "2026-11-24T00:00:00+09:00"},
    ],
)
def test_half_a_fact_is_refused_by_the_database(clerk, changes):
    document = issue(clerk, clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedDocument.objects.filter(pk=document.pk).update(**changes)


def test_changed_content_is_noticed(clerk):
    document = issue(clerk, clerk)
    IssuedDocument.objects.filter(pk=document.pk).update(content=b"%PDF-1.7 other")
    document.refresh_from_db()
    assert not document.is_intact


def test_an_upload_is_kept_with_its_hash(clerk):
    content = pdf()
    upload = operations.accept_upload(
        file=SimpleUploadedFile("../公正証書.PDF", content, "text/html"),
        kind="保証意思宣明公正証書",
        target=clerk,
        by=clerk,
        on=ON,
    )
    upload.refresh_from_db()
    assert (upload.filename, upload.media_type, upload.size) == ("公正証書.pdf", "application/pdf", len(content))
    assert bytes(upload.content) == content
    assert upload.is_intact
    assert ActionLog.objects.about(upload).filter(verb="accept_upload").exists()


def test_a_refused_upload_leaves_nothing(clerk):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        operations.accept_upload(
            file=SimpleUploadedFile("x.pdf", b"<html>"), kind="公正証書", target=clerk, by=clerk, on=ON
        )
    assert not Upload.objects.exists()
