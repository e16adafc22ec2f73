"""書類の画面: 見てよい人だけが、添付として受け取る。一覧の問合せの数は件数によらない。"""

from datetime import date

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coopfin.models import User
from coopfin.roles import Role
from documents import access, operations
from documents.models import IssuedDocument
from ledger.models import Voucher
from ledger.printing import VOUCHER_SLIP, issue_voucher_slip
from tests.documents.test_uploads import pdf
from tests.factories.core import make_user
from tests.factories.ledger import make_voucher

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


@pytest.fixture
def voucher():
    return make_voucher(posted=True)


@pytest.fixture
def document(voucher):
    return issue_voucher_slip(voucher, by=make_user(Role.CLERK), on=ON)


def logged_in(client, *roles):
    user = make_user(*roles)
    client.force_login(user)
    return client


def test_the_stored_bytes_are_served_as_an_attachment(client, document):
    response = logged_in(client, Role.CLERK).get(reverse("documents:issued_download", args=[document.pk]))
    assert response.status_code == 200
    assert response.content == bytes(document.content)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith(
        "attachment; filename=\"document.pdf\"; filename*=UTF-8''D2026-0001_"
    )
    assert "%E6%8C%AF%E6%9B%BF%E4%BC%9D%E7%A5%A8.pdf" in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_changed_bytes_are_not_served(client, document):
    IssuedDocument.objects.filter(pk=document.pk).update(content=b"%PDF-1.7 other")
    response = logged_in(client, Role.CLERK).get(reverse("documents:issued_download", args=[document.pk]))
    assert response.status_code == 409
    assert "指紋と合いません" in response.content.decode()


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.DIRECTOR, Role.ADMIN])
@pytest.mark.parametrize("name", ["list", "issued", "issued_download"])
def test_who_may_not_see_papers_is_refused(client, document, role, name):
    args = [] if name == "list" else [document.pk]
    assert logged_in(client, role).get(reverse(f"documents:{name}", args=args)).status_code == 403


def test_a_paper_about_something_nobody_registered_is_shown_to_nobody(client):
    clerk = make_user(Role.CLERK)
    document = IssuedDocument.objects.create(
        content_type=ContentType.objects.get_for_model(User),
        object_id=clerk.pk,
        object_text="対象",
        paper="x",
        paper_label="書類",
        form_version="2026年版",
        fiscal_year=2026,
        number=7,
        issued_on=ON,
        issued_by=clerk,
        content=b"x",
        sha256="0" * 64,
        pages=1,
    )
    client.force_login(clerk)
    assert not access.may_see(document, clerk, ON)
    assert client.get(reverse("documents:issued", args=[document.pk])).status_code == 404
    assert client.get(reverse("documents:issued_download", args=[document.pk])).status_code == 404
    assert "D2026-0007" not in client.get(reverse("documents:list")).content.decode()


def test_an_upload_is_served_as_an_attachment(client, voucher):
    clerk = make_user(Role.CLERK)
    upload = operations.accept_upload(
        file=SimpleUploadedFile("通知書.pdf", pdf()), kind="決定通知", target=voucher, by=clerk, on=ON
    )
    client.force_login(clerk)
    response = client.get(reverse("documents:upload", args=[upload.pk]))
    assert response.content == pdf()
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "script-src" not in response["Content-Security-Policy"]


def test_the_page_of_a_paper_shows_its_record(client, document):
    page = logged_in(client, Role.AUDITOR).get(document.get_absolute_url()).content.decode()
    assert document.sha256 in page
    assert "D2026-0001" in page
    assert "PDF を受け取る" in page


def test_reading_a_paper_is_remembered(client, document):
    from coopfin.models import ReadLog

    logged_in(client, Role.AUDITOR).get(document.get_absolute_url())
    assert ReadLog.objects.filter(object_id=document.pk).exists()


def test_the_list_is_filtered(client, document):
    client = logged_in(client, Role.CLERK)
    for query, found in [
        ("", True),
        ("?q=D2026-0001", True),
        ("?q=0001", True),
        ("?q=9999", False),
        ("?paper=voucher_slip", True),
        ("?state=unsigned", True),
        ("?state=signed", False),
        ("?state=voided", False),
        ("?from_on=R8.11.24&to_on=2026-11-24", True),
        ("?from_on=2026-11-25", False),
    ]:
        page = client.get(reverse("documents:list") + query)
        assert page.status_code == 200
        assert ("D2026-0001" in page.content.decode()) is found, query


def test_the_list_takes_as_many_queries_for_a_hundred_as_for_one(client, document):
    client = logged_in(client, Role.CLERK)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("documents:list")).status_code == 200
        return len(captured)

    queries()
    few = queries()
    voucher = Voucher.objects.get()
    IssuedDocument.objects.bulk_create(
        IssuedDocument(
            content_type=document.content_type,
            object_id=voucher.pk,
            object_text="伝票",
            paper=f"other{number}",
            paper_label="書類",
            form_version="2026年版",
            fiscal_year=2026,
            number=100 + number,
            issued_on=ON,
            issued_by=make_user(Role.CLERK),
            content=b"x",
            sha256="0" * 64,
            pages=1,
        )
        for number in range(100)
    )
    assert queries() == few


def test_a_misprint_is_void_with_a_reason_and_may_be_issued_again(client, document, voucher):
    client = logged_in(client, Role.CLERK)
    url = reverse("documents:issued_void", args=[document.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "印字のずれ"}).status_code == 302
    document.refresh_from_db()
    assert document.voided_reason == "印字のずれ"
    assert client.get(url).status_code == 403
    client.post(reverse("ledger:voucher_paper", args=[voucher.pk]))
    assert IssuedDocument.objects.valid().get().label == "D2026-0002"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PRESIDENT])
def test_who_may_only_look_cannot_void(client, document, role):
    assert logged_in(client, role).post(reverse("documents:issued_void", args=[document.pk])).status_code == 403


# --- 振替伝票 ------------------------------------------------------------------------------


def test_a_voucher_is_shown_as_a_specimen_first(client, voucher):
    response = logged_in(client, Role.CLERK).get(reverse("ledger:voucher_paper", args=[voucher.pk]))
    page = response.content.decode()
    assert response.status_code == 200
    assert "見本" in page
    assert "この内容で発行する" in page
    assert voucher.label in page
    assert not IssuedDocument.objects.exists()


def test_a_voucher_slip_is_issued_once_and_then_only_the_stored_one_is_shown(client, voucher):
    client = logged_in(client, Role.CLERK)
    url = reverse("ledger:voucher_paper", args=[voucher.pk])
    first = client.post(url)
    document = IssuedDocument.objects.get(paper=VOUCHER_SLIP.code)
    assert first.url == document.get_absolute_url()
    assert client.post(url).url == document.get_absolute_url()
    assert client.get(url).url == document.get_absolute_url()
    assert IssuedDocument.objects.count() == 1


def test_a_voucher_that_waits_can_be_looked_at_but_not_issued(client):
    voucher = make_voucher()
    client = logged_in(client, Role.CLERK)
    url = reverse("ledger:voucher_paper", args=[voucher.pk])
    page = client.get(url).content.decode()
    assert "起票（承認待ち）" in page
    assert "この内容で発行する" not in page
    assert client.post(url).url == voucher.get_absolute_url()
    assert not IssuedDocument.objects.exists()


def test_the_slip_shows_both_persons_and_both_sides(voucher):
    from ledger.printing import voucher_slip

    slip = voucher_slip(voucher)
    assert slip.debit_total == slip.credit_total == 100_000
    assert [seal.name for seal in slip.seals] == [str(voucher.made_by), str(voucher.checked_by)]
    assert slip.voucher_number == voucher.label
