"""受け取った書類の画面: 案件を見てよい人が絵で読み、書類を見る権限のある人だけがファイルとして受け取る。"""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from pypdf import PdfWriter

from coopfin.models import ReadLog
from documents import operations, preview
from documents.models import Upload
from loans.enums import ApplicationState
from tests.documents.office_files import office
from tests.documents.test_uploads import image, pdf
from tests.factories.loans import TODAY, make_application_in, make_office

pytestmark = pytest.mark.django_db


def pages(count):
    writer, out = PdfWriter(), BytesIO()
    for _ in range(count):
        writer.add_blank_page(200, 300)
    writer.write(out)
    return out.getvalue()


# --- 絵にする ------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "media_type"), [(pages(2), "application/pdf"), (image("JPEG"), "image/jpeg")])
def test_a_page_becomes_a_picture(content, media_type):
    picture = preview.picture_of(content, media_type, page=2, side=300)
    with Image.open(BytesIO(picture.png)) as drawn:
        assert drawn.format == "PNG"
        assert max(drawn.size) <= 300
    assert picture.pages == (2 if media_type == "application/pdf" else 1)


def test_where_a_picture_was_taken_is_not_handed_on():
    out, exif = BytesIO(), Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (40, 20), "white").save(out, "JPEG", exif=exif)
    assert b"secret place" in out.getvalue()
    assert b"secret place" not in preview.picture_of(out.getvalue(), "image/jpeg").png


def test_what_cannot_be_drawn_is_said_not_thrown():
    assert preview.picture_of(b"%PDF-1.7 nothing", "application/pdf") is None
    assert preview.picture_of(office(), "application/zip") is None


def test_drawing_that_does_not_end_is_ended(monkeypatch, tmp_path):
    program = tmp_path / "endless.py"
    program.write_text("while True: pass")
    monkeypatch.setattr(preview, "_PROGRAM", program)
    monkeypatch.setattr(preview, "_PATIENCE", 0.2)
    assert preview.picture_of(pages(1), "application/pdf") is None


def test_the_drawing_program_can_write_no_file(tmp_path):
    import subprocess
    import sys

    program = "import runpy, sys; runpy.run_path(sys.argv[1])['confine'](); f = open(sys.argv[2], 'w'); f.write('x'); f.flush()"
    told = [sys.executable, "-c", program, str(preview._PROGRAM), str(tmp_path / "x")]
    assert subprocess.run(told, capture_output=True).returncode != 0
    assert (tmp_path / "x").stat().st_size == 0


# --- 画面 ----------------------------------------------------------------------------------


@pytest.fixture
def office_at_work():
    return make_office()


def receive(case, clerk, content=None, name="見積書.pdf"):
    file = SimpleUploadedFile(name, pages(2) if content is None else content)
    return operations.accept_upload(file=file, kind="見積書", target=case, by=clerk, on=TODAY)


def test_the_page_shows_the_picture_the_fingerprint_and_who_may_see(client, office_at_work):
    clerk = office_at_work.clerk
    upload = receive(make_application_in(office_at_work, ApplicationState.INVESTIGATION), clerk)
    client.force_login(clerk)
    page = client.get(upload.get_absolute_url() + "?page=2").content.decode()
    assert "data:image/png;base64," in page
    assert "2ページ目" in page
    assert upload.sha256 in page
    assert "付議されてから" in page
    assert ReadLog.objects.filter(object_id=upload.pk, by=clerk).exists()
    assert client.get(upload.get_absolute_url() + "?page=-1").status_code == 200
    assert "2ページ目" in client.get(upload.get_absolute_url() + "?page=99").content.decode()


def test_a_committee_member_reads_a_tabled_case_but_takes_no_file(client, office_at_work):
    case = make_application_in(office_at_work, ApplicationState.COMMITTEE_QUEUE)
    upload = receive(case, office_at_work.clerk)
    client.force_login(office_at_work.committee[0])
    page = client.get(upload.get_absolute_url()).content.decode()
    assert "data:image/png" in page
    assert "ファイルを受け取る" not in page
    assert client.get(reverse("documents:upload", args=[upload.pk])).status_code == 403
    assert client.get(reverse("documents:uploads") + "?export=csv").status_code == 403
    early = receive(make_application_in(office_at_work, ApplicationState.INVESTIGATION), office_at_work.clerk)
    assert client.get(early.get_absolute_url()).status_code == 404
    assert str(early.get_absolute_url()) not in client.get(reverse("documents:uploads")).content.decode()


def test_the_same_file_twice_is_said(client, office_at_work):
    case = make_application_in(office_at_work, ApplicationState.INVESTIGATION)
    first, second = (receive(case, office_at_work.clerk, pages(1), name) for name in ("a.pdf", "b.pdf"))
    assert list(operations.same_files(second)) == [first]
    client.force_login(office_at_work.clerk)
    assert "同じ中身の書類" in client.get(second.get_absolute_url()).content.decode()


def test_a_document_of_office_is_not_drawn(client, office_at_work):
    case = make_application_in(office_at_work, ApplicationState.INVESTIGATION)
    upload = receive(case, office_at_work.clerk, office(), "明細.xlsx")
    client.force_login(office_at_work.clerk)
    assert "画面には出しません" in client.get(upload.get_absolute_url()).content.decode()


def test_changed_bytes_are_said_and_not_drawn(client, office_at_work):
    upload = receive(make_application_in(office_at_work, ApplicationState.INVESTIGATION), office_at_work.clerk)
    Upload.objects.filter(pk=upload.pk).update(content=pdf())
    client.force_login(office_at_work.clerk)
    page = client.get(upload.get_absolute_url()).content.decode()
    assert "指紋と合いません" in page
    assert "data:image/png" not in page


def test_the_list_is_filtered_exported_and_of_constant_cost(client, office_at_work):
    case = make_application_in(office_at_work, ApplicationState.INVESTIGATION)
    upload = receive(case, office_at_work.clerk)
    client.force_login(office_at_work.clerk)
    url = reverse("documents:uploads")
    for query, found in [
        ("", True), ("?q=見積", True), (f"?q={upload.sha256[:12]}", True), ("?q=ない", False), ("?mine=on", True),
        ("?media_type=application/pdf", True), ("?media_type=image/png", False), ("?from_on=2100-01-01", False),
    ]:  # fmt: skip
        assert (upload.get_absolute_url() in client.get(url + query).content.decode()) is found, query

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    few = queries()
    Upload.objects.bulk_create(
        Upload(
            content_type=upload.content_type, object_id=case.pk, object_text="x", kind="図面", filename=f"{number}.pdf",
            media_type="application/pdf", content=b"x", sha256=f"{number:064d}", size=1, uploaded_by=upload.uploaded_by,
        )
        for number in range(40)
    )  # fmt: skip
    assert queries() == few
    assert "図面" in client.get(url + "?export=csv").content.decode()


def test_who_sees_no_case_sees_no_document(client, office_at_work):
    client.force_login(office_at_work.admin)
    assert client.get(reverse("documents:uploads")).status_code == 403
