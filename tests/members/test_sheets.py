"""Files that people hand in: told apart by what is in them, read without being believed."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import load_workbook

from members import sheets
from tests.members.books import COLUMNS, as_excel_keeps_it, excel, row, text


def read(content):
    return sheets.read(content, COLUMNS)


def refused(content):
    with pytest.raises(sheets.UnreadableFile) as problem:
        read(content)
    assert str(problem.value).endswith("。")
    return str(problem.value)


def packed(**parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return stream.getvalue()


def test_excel_and_csv_in_every_encoding_read_alike():
    rows = [row(1, 名称="㈱髙﨑工業"), row(2)]
    files = [
        excel(rows),
        text(rows),
        text(rows, encoding="utf-8-sig"),
        text(rows, encoding="cp932"),
        text(rows, encoding="utf-16", delimiter="\t"),
    ]
    names = COLUMNS.index("名称")
    for content in files:
        sheet = read(content)
        assert sheet.headings == COLUMNS
        assert [one.values[names] for one in sheet.rows] == ["㈱髙﨑工業", "取込工業2株式会社"]
        assert [one.number for one in sheet.rows] == [2, 3]


def test_a_title_and_empty_lines_above_keep_the_row_numbers_of_the_spreadsheet():
    content = excel([row(1), {}, row(2)], title_rows=[["組合員名簿（令和8年度）"], []])
    assert [one.number for one in read(content).rows] == [4, 6]


def test_headings_may_be_written_in_half_width():
    headings = [heading.replace("（", "(").replace("）", ")") for heading in COLUMNS]
    lines = [dict(zip(headings, row(1).values(), strict=True))]
    assert read(excel(lines, headings=headings)).headings == COLUMNS


def test_dates_and_whole_numbers_keep_their_kind():
    sheet = read(excel([row(1, 加入日=as_excel_keeps_it(2010, 4, 1), 出資口数=12.0)]))
    values = dict(zip(sheet.headings, sheet.rows[0].values, strict=True))
    assert values["加入日"] == as_excel_keeps_it(2010, 4, 1)
    assert values["出資口数"] == 12
    assert isinstance(values["出資口数"], int)


def test_formulas_are_kept_as_text():
    sheet = read(excel([row(1, 備考="=cmd|'/c calc'!A0", 名称="=1+1")]))
    values = dict(zip(sheet.headings, sheet.rows[0].values, strict=True))
    assert values["備考"] == "=cmd|'/c calc'!A0"
    assert values["名称"] == "=1+1"


@pytest.mark.parametrize("value", ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)"])
def test_what_looks_like_a_formula_is_written_so_that_no_spreadsheet_runs_it(value):
    written = sheets.write_xlsx("試験", ["備考"], [[value]])
    cell = load_workbook(io.BytesIO(written)).active["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (value, "s", True)
    line = sheets.write_csv(["備考"], [[value]]).decode("utf-8-sig").splitlines()[1]
    assert line.strip('"').startswith("'")


def test_what_is_written_as_csv_is_read_back_the_same():
    content = sheets.write_csv(["組合員番号", "備考", "加入日"], [["001", "=1+1", date(2020, 1, 2)]])
    assert read(content).rows[0].values == ["001", "=1+1", "2020-01-02"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "空です"),
        (b"\r\n\r\n", "何も書かれていません"),
        (b"%PDF-1.7\n\x00\x01binary", "文字コードが分からないか"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "文字コードが分からないか"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)), "文字コードが分からないか"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "ウェブページ"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"\x00" * 600, "古い形式の Excel"),
        (
            bytes.fromhex("D0CF11E0A1B11AE1") + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "パスワードの付いた Excel",
        ),
        (b"PK\x03\x04 broken", "Excel（.xlsx）として読めません"),
        (packed(**{"word/document.xml": "<w/>"}), "Excel（.xlsx）として読めません"),
        (packed(**{"xl/workbook.xml": "<broken"}), "Excel（.xlsx）として読めません"),
        ("氏名,年齢\n山田,20\n".encode(), "見出しの行が見つかりません"),
        ("組合員番号,名称\n".encode(), "見出しのほかに行がありません"),
        ("組合員番号,名称,名称\n1,a,b\n".encode(), "同じ見出しの列が二つ以上あります（名称）"),
        ("組合員番号,名称\n1,甲,はみ出し\n".encode(), "2行目に、見出しのない列の値「はみ出し」"),
        ('組合員番号,名称\n1,"閉じない\n'.encode(), "引用符"),
        (b"\xff\xfe\x00\xd8", "文字コードが分からないか"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(content, sentence):
    assert sentence in refused(content)


def test_a_file_larger_than_ten_megabytes_is_refused():
    assert "10MB" in refused(b"a" * (sheets.MAX_BYTES + 1))


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = packed(**{"xl/workbook.xml": "<w/>", "xl/worksheets/sheet1.xml": b"0" * (sheets.MAX_UNPACKED_BYTES + 1)})
    assert len(bomb) < sheets.MAX_BYTES
    assert "見かけより大きすぎます" in refused(bomb)


def test_too_many_rows_are_refused():
    lines = "".join(f"{number},名称{number}\n" for number in range(sheets.MAX_ROWS + 1))
    assert "行が多すぎます（5,000行まで）" in refused(f"組合員番号,名称\n{lines}".encode())


def test_a_sheet_that_lies_about_its_size_is_read_only_as_far_as_it_goes():
    content = excel([row(1)])
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(
                    b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
            new.writestr(part, data)
    assert len(read(stream.getvalue()).rows) == 1


def test_merged_cells_are_refused_by_name():
    assert "B2:B3" in refused(excel([row(1), row(2)], merge="B2:B3"))
