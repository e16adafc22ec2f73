"""Excel・Word: よいものは受け取り、動くもの・外から取り込むもの・隠したものは、形を変えていても断る。"""

import zipfile
from io import BytesIO

import pytest
import tablib
from django.core.exceptions import ValidationError

from documents import office as checking
from documents import uploads
from tests.documents.office_files import external, formula, office, paragraph, relationships


def inspect(content, name="資金使途明細.xlsx"):
    return uploads.inspect(name, BytesIO(content))


def refusal(content, name="資金使途明細.xlsx"):
    with pytest.raises(ValidationError) as refused:
        inspect(content, name)
    return refused.value.messages[0]


# --- よいもの ------------------------------------------------------------------------------


def test_a_workbook_written_by_another_program_is_accepted():
    content = tablib.Dataset(["能登精機", 12_000_000], headers=["名", "金額"]).export("xlsx")
    checked = inspect(content)
    assert checked.filename == "資金使途明細.xlsx"
    assert checked.media_type.endswith("spreadsheetml.sheet")


def test_a_document_is_named_by_what_it_is():
    assert inspect(office("docx"), "事業計画書.xlsx").filename == "事業計画書.docx"


HARMLESS = {
    "link to the web": {"xl/worksheets/_rels/sheet1.xml.rels": external("hyperlink", "https://example.org/link/x")},
    "mail address": {"word/_rels/document.xml.rels": external("hyperlink", "mailto:a@example.org")},
    "check box": {
        "xl/ctrlProps/ctrlProp1.xml": "<formControlPr/>",
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(
            ("http://schemas.openxmlformats.org/officeDocument/2006/relationships/ctrlProp", "../ctrlProps/x.xml", "")
        ),
    },
    "printer settings": {"xl/printerSettings/printerSettings1.bin": b"\x00P\x00R"},
    "picture": {"xl/media/image1.png": b"\x89PNG\r\n\x1a\n"},
    "a sum": {"xl/worksheets/sheet1.xml": formula("SUM(A1:A9)*IF(B1=&quot;LINK&quot;,1,2)")},
    "page number": {"word/header1.xml": paragraph(" PAGE ")},
    "link in the text": {"word/header1.xml": paragraph(' HYPERLINK "https://example.org/import/link" ')},
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_every_office_writes_is_accepted(what):
    assert inspect(office("xlsx", HARMLESS[what]))


# --- 仕掛け --------------------------------------------------------------------------------

TRICKS = {
    "macro": ({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}, "マクロ"),
    "macro under another name": ({"xl/media/image1.png": b"\xd0\xcf\x11\xe0\xa1\xb1"}, "埋め込まれたファイル"),
    "macro by its relation": ({"xl/_rels/workbook.xml.rels": relationships(
        ("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "theme.xml", ""))}, "マクロ"),
    "excel 4.0 macro": ({"xl/macrosheets/sheet1.xml": "<xm:macrosheet xmlns:xm='urn:m'/>"}, "マクロ"),
    "embedded object": ({"xl/embeddings/oleObject1.bin": b"x"}, "埋め込まれたファイル"),
    "embedded package": ({"xl/_rels/workbook.xml.rels": relationships(
        ("http://schemas.openxmlformats.org/officeDocument/2006/relationships/package", "x.xml", ""))}, "埋め込まれたファイル"),
    "web page inside": ({"word/_rels/document.xml.rels": relationships(
        ("http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk", "a.xml", ""))}, "埋め込まれたファイル"),
    "activex": ({"xl/activeX/activeX1.xml": "<a/>"}, "ActiveX"),
    "external workbook": ({"xl/externalLinks/externalLink1.xml": "<a/>"}, "外部のデータ"),
    "template from outside": (
        {"word/_rels/settings.xml.rels": external("attachedTemplate", "https://example.org/x.dotm")}, "外部のデータ"),
    "picture from outside": (
        {"word/_rels/document.xml.rels": external("image", "https://example.org/x.png")}, "外部のデータ"),
    "link to a share": (
        {"xl/worksheets/_rels/sheet1.xml.rels": external("hyperlink", "file://server/share/x")}, "外部のデータ"),
    "address without the mark": ({"word/_rels/document.xml.rels": relationships(
        ("http://schemas.openxmlformats.org/officeDocument/2006/relationships/image", "//server/x.png", ""))}, "外部のデータ"),
    "data connection": ({"xl/connections.xml": "<connections/>"}, "外部のデータ"),
    "dde field in pieces": ({"word/header1.xml": paragraph(" D", "DE", "AUTO c:\\\\x ")}, "取り込む欄"),
    "dde behind an address": (
        {"word/header1.xml": paragraph(' HYPERLINK "https://example.org" ', " INCLUDEPICTURE x ")}, "取り込む欄"),
    "simple dde field": (
        {"word/footer1.xml": '<w:p xmlns:w="urn:w"><w:fldSimple w:instr="DDE cmd"/></w:p>'}, "取り込む欄"),
    "formula that fetches": (
        {"xl/worksheets/sheet1.xml": formula("_xlfn.WEBSERVICE(&quot;http://x&quot;)").replace("_xlfn.", "")}, "取り込む式"),
    "entity": ({"xl/styles.xml": '<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'}, "実体宣言"),
    "entity in another coding": ({"xl/styles.xml": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "x">]><a/>'
                                  .encode("utf-16")}, "実体宣言"),
    "program": ({"xl/media/image1.png": b"MZ\x90\x00"}, "プログラム"),
    "pdf inside": ({"xl/media/image1.png": b"%PDF-1.7"}, "埋め込まれたファイル"),
    "unknown part": ({"xl/payload.hta": "<script>"}, "知らない種類"),
    "web page as a part": ({"xl/page.html": "<script>"}, "知らない種類"),
    "way out": ({"../../x.xml": "<a/>"}, "つなぎ合わせた"),
}  # fmt: skip


@pytest.mark.parametrize("what", TRICKS)
def test_a_document_with_a_trick_is_refused(what):
    parts, said = TRICKS[what]
    assert said in refusal(office("xlsx", parts))


def test_the_prefixed_name_of_a_formula_that_fetches_is_refused():
    assert "取り込む式" in refusal(office("xlsx", {"xl/worksheets/sheet1.xml": formula("_xlfn.WEBSERVICE(A1)")}))


def test_a_macro_by_its_content_type_is_refused():
    more = '<Override PartName="/xl/x.xml" ContentType="application/vnd.ms-office.vbaProject"/>'
    assert "マクロ" in refusal(office("xlsx", types=more))


def test_a_macro_enabled_workbook_is_no_workbook():
    content = office("xlsx", main_type="application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    assert "そのどれでもありません" in refusal(content)


def test_another_zip_is_no_document():
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    assert "そのどれでもありません" in refusal(out.getvalue())
    assert "そのどれでもありません" in refusal(b"PK\x03\x04word/document.xml")


def test_old_and_locked_files_are_refused_with_what_to_do():
    assert "パスワードを外し" in refusal(checking.OLE_HEAD + b"\0" * 500, "見積.xls")
    locked = bytearray(office())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := locked.find(mark, at + 1)) >= 0:
            locked[at + place] |= 1
    assert "そのどれでもありません" in refusal(bytes(locked)) or "パスワード" in refusal(bytes(locked))


def test_a_document_joined_to_another_file_is_refused():
    assert "つなぎ合わせた" in refusal(office(after=b"<script>alert(1)</script>"))
    assert "そのどれでもありません" in refusal(office(before=b"#!/bin/sh\n"))
    assert "つなぎ合わせた" in refusal(office(before=b"PK\x03\x04 another"))


def test_the_same_part_twice_is_refused():
    out = BytesIO(office())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", "<other/>")
    assert "つなぎ合わせた" in refusal(out.getvalue())


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_is(monkeypatch):
    monkeypatch.setattr(checking, "_LARGEST_PART", 100_000)
    monkeypatch.setattr(checking, "_LARGEST_TOTAL", 300_000)
    assert "大きすぎて" in refusal(office("xlsx", {"xl/a.xml": b"<a>" + b" " * 200_000 + b"</a>"}))
    many = {f"xl/{number}.xml": b"<a>" + b" " * 90_000 + b"</a>" for number in range(4)}
    assert "大きすぎて" in refusal(office("xlsx", many))
    monkeypatch.setattr(checking, "_MOST_PARTS", 3)
    assert "大きすぎて" in refusal(office())


def test_a_broken_document_is_refused():
    content = bytearray(office())
    content[60:90] = bytes(30)
    assert "受け取れ" in refusal(bytes(content)) or "開けません" in refusal(bytes(content))
    assert "開けません" in refusal(office("xlsx", {"xl/styles.xml": "<a><b></a>"}))
