"""受け取るファイルの検査: よいものは受け取り、仕掛けのあるものは、形を変えていても断る。"""

import zipfile
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from PIL import Image
from pypdf import PdfWriter

from documents import uploads
from tests.papers.reading import printed
from tests.papers.samples import SAMPLES


def inspect(content, name="公正証書.pdf"):
    return uploads.inspect(name, BytesIO(content))


def refusal(content, name="公正証書.pdf"):
    with pytest.raises(ValidationError) as refused:
        inspect(content, name)
    return refused.value.messages[0]


def image(kind, size=(40, 30)):
    out = BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def pdf(*objects, catalog=b""):
    """手で書いた小さな PDF。"""
    body = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>\nendobj\n"
    body += b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
    body += b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>\nendobj\n"
    for number, content in enumerate(objects, 4):
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    return body + b"trailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"


def stream(data, dictionary=b"/Filter /FlateDecode"):
    return b"<< %b /Length %d >>\nstream\n%b\nendstream" % (dictionary, len(data), data)


def packed(text):
    return zlib.compress(text)


# --- よいもの ------------------------------------------------------------------------------


def test_a_plain_pdf_is_accepted():
    checked = inspect(pdf())
    assert (checked.filename, checked.media_type) == ("公正証書.pdf", "application/pdf")


def test_our_own_papers_are_accepted_when_they_come_back():
    assert inspect(printed(*SAMPLES["deed"])).media_type == "application/pdf"


def test_a_pdf_written_by_another_program_is_accepted():
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(out)
    assert inspect(out.getvalue()).media_type == "application/pdf"


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_picture_is_accepted_and_named_by_what_it_is(kind, media_type):
    checked = inspect(image(kind), "写真.pdf")
    assert checked.media_type == media_type
    assert checked.filename == ("写真.png" if kind == "PNG" else "写真.jpg")


def test_random_pictures_inside_a_pdf_are_not_mistaken_for_tricks():
    noise = bytes((number * 2654435761 >> 7) & 255 for number in range(400_000)) + b"/JS\x00/AA\x01"
    assert inspect(pdf(stream(noise, b"/Subtype /Image /Filter /DCTDecode")))


# --- 仕掛け --------------------------------------------------------------------------------

TRICKS = {
    "javascript": b"<< /S /JavaScript /JS (app.alert(1)) >>",
    "launch": b"<< /S /Launch /F (cmd.exe) >>",
    "embedded file": b"<< /Type /Filespec /EF << /F 9 0 R >> /Names << /EmbeddedFiles 9 0 R >> >>",
    "embedded stream": b"<< /Type /EmbeddedFile >>",
    "xfa": b"<< /XFA 9 0 R >>",
    "additional action": b"<< /AA << /O 9 0 R >> >>",
    "open action": b"<< /OpenAction 9 0 R >>",
    "rich media": b"<< /Subtype /RichMedia >>",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_pdf_with_a_trick_is_refused(trick):
    assert "受け取れない仕掛け" in refusal(pdf(TRICKS[trick]))


def test_a_trick_in_the_catalog_is_refused():
    assert "開いたときの自動の動作" in refusal(pdf(catalog=b"/OpenAction 4 0 R"))


@pytest.mark.parametrize("name", [b"/J#61vaScript", b"/#4aavaScr#69pt", b"/J#53"])
def test_a_trick_in_escaped_names_is_refused(name):
    assert "JavaScript" in refusal(pdf(b"<< /S " + name + b" >>"))


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_in_a_compressed_object_stream_is_refused(trick):
    inside = packed(b"9 0 " + TRICKS[trick])
    assert "受け取れない仕掛け" in refusal(pdf(stream(inside, b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")))


def test_an_object_stream_that_cannot_be_read_is_refused():
    for filters in (b"/Filter [/ASCII85Decode /FlateDecode]", b"/Filter /LZWDecode", b"/Filter /A#53CIIHexDecode"):
        content = pdf(stream(b"9jqo^BlbD-BleB1DJ+*+F(f,q", b"/Type /ObjStm /N 1 /First 4 " + filters))
        assert "調べられない" in refusal(content)


def test_a_trick_behind_a_false_stream_mark_is_refused():
    hidden = b"% stream \x80\x81\x82\x83" + bytes(range(128, 255)) * 6 + b"\n<< /S /JavaScript /JS (x) >>\n% endstream"
    assert "JavaScript" in refusal(pdf(hidden))


def test_a_compression_bomb_is_refused():
    bomb = packed(b"\0" * (uploads._LARGEST_STREAM + 10))
    assert "大きすぎて" in refusal(pdf(stream(bomb)))


def test_an_encrypted_pdf_is_refused():
    assert "暗号" in refusal(pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 8 0 R"))


def test_a_truncated_pdf_is_refused():
    assert "途中で切れ" in refusal(pdf()[:120])


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"PK\x03\x04word/document.xml",
        b"MZ\x90\x00",
        b"GIF89a",
        b"  %PDF-1.7 late",
        "ただの文".encode(),
    ],
)
def test_anything_else_renamed_to_pdf_is_refused(content):
    assert "そのどれでもありません" in refusal(content)


def test_a_broken_picture_is_refused():
    assert "画像として開けません" in refusal(image("PNG")[:60], "写真.png")
    assert "画像として開けません" in refusal(image("JPEG", (400, 300))[:300], "写真.jpg")
    assert "画像として開けません" in refusal(b"\x89PNG\r\n\x1a\n<script>", "写真.png")


def test_a_file_with_two_faces_is_refused():
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("x.hta", "<script>")
    for content in (pdf(), image("PNG"), image("JPEG")):
        assert "つなぎ合わされ" in refusal(content + archive.getvalue() + (b"%%EOF" if content[:1] == b"%" else b""))
    page = b"<script>alert(1)</script>"
    assert "つなぎ合わされ" in refusal(pdf().replace(b"%PDF-1.7\n", b"%PDF-1.7\n%" + page + b"\n"))
    assert "つなぎ合わされ" in refusal(image("PNG") + page)
    assert "つなぎ合わされ" in refusal(image("JPEG") + b"<SVG onload='x'>")
    assert "つなぎ合わされ" in refusal(image("JPEG") + pdf())


def test_the_words_of_the_web_inside_a_compressed_part_are_only_words():
    assert inspect(pdf(stream(packed(b"(<html> is a word) Tj"))))


def test_a_name_too_long_is_refused_with_its_length():
    assert "130字" in refusal(pdf(), "長" * 130 + ".pdf")
    assert inspect(pdf(), "長" * 100 + ".pdf").filename == "長" * 100 + ".pdf"


def test_too_large_and_empty_files_are_refused():
    assert "10MB" in refusal(b"%PDF-1.7" + b"0" * uploads.LARGEST)
    assert "空です" in refusal(b"")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\scan\\公正証書.PDF", "公正証書.pdf"),
        ("証書\u202efdp.exe", "証書fdp.exe.pdf"),
        ('a"b;c\r\nd.pdf', "a_b_cd.pdf"),
        ("", "書類.pdf"),
        ("...", "書類.pdf"),
        ("長" * 300 + ".pdf", "長" * 100 + ".pdf"),
    ],
)
def test_the_file_name_is_cleaned(name, kept):
    assert uploads.clean_name(name, "pdf") == kept
