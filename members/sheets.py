"""表計算のファイルを読み書きする。種類は名前ではなく中身で見分け、疑わしいものは文を添えて断る。

読むときは、どの値も評価しない（数式は文字のまま）。書くときは、=+-@ で始まる文字を数式にしない。
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 80 * 1024 * 1024
MAX_PARTS = 500
MAX_ROWS = 5_000
MAX_COLUMNS = 100
#: 空の行も含めて、ここまでしか読まない。
MAX_SCANNED_ROWS = 20_000
#: 見出しは初めの数行のどこかにある（上に表題があってもよい）。
HEADING_SEARCH = 10

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]+\d+:[A-Z]+\d+)[\"']")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")


class UnreadableFile(ValueError):
    """読めないファイル。文がそのまま利用者への説明になる。"""


@dataclass(frozen=True)
class Row:
    """一行。number は表計算で見える行番号。"""

    number: int
    values: list


@dataclass
class Sheet:
    """読んだ表。見出しと行。"""

    headings: list[str]
    rows: list[Row] = field(default_factory=list)


def read(content: bytes, known: Iterable[str]) -> Sheet:
    """Excel（.xlsx）か CSV を読む。known は知っている見出しで、見出しの行を探すのに使う。"""
    if not content:
        raise UnreadableFile("ファイルが空です。組合員の行が入ったファイルを選んでください。")
    if len(content) > MAX_BYTES:
        raise UnreadableFile(
            f"ファイルが大きすぎます（{MAX_BYTES // 1024 // 1024}MB まで）。いくつかに分けてください。"
        )
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise UnreadableFile("パスワードの付いた Excel は読めません。パスワードを外して保存し直してください。")
        raise UnreadableFile("古い形式の Excel（.xls）は読めません。「Excel ブック（.xlsx）」で保存し直してください。")
    lines = _read_xlsx(content) if content.startswith(b"PK") else _read_csv(content)
    return _sheet(lines, set(known))


# --- Excel ---------------------------------------------------------------------------------
def _read_xlsx(content: bytes) -> list[Row]:
    not_excel = UnreadableFile(
        "Excel（.xlsx）として読めません。中身が別の種類か、壊れています。開いて保存し直してください。"
    )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _refuse_bomb(package)
            if "xl/workbook.xml" not in package.namelist():
                raise not_excel
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
        if not sheets:
            raise not_excel
        sheet = sheets[0]
        _refuse_merged(content, sheet._worksheet_path)
        # 書かれている大きさは信じない（大きさだけを偽るファイルがある）。
        sheet.reset_dimensions()
        lines = []
        for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_SCANNED_ROWS), 1):
            values = [_cell_value(cell) for cell in cells]
            if any(value not in (None, "") for value in values):
                lines.append(Row(number, values))
                _refuse_long(len(lines))
        book.close()
        return lines
    except UnreadableFile:
        raise
    except Exception as error:
        # 壊れたファイルが投げるものは数え切れない。どれも「読めない」の一文にする。
        raise not_excel from error


def _refuse_bomb(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise UnreadableFile("ファイルの中身が、見かけより大きすぎます。組合員の表だけを新しいブックに写してください。")
    if any(part.flag_bits & 0x1 for part in parts):
        raise UnreadableFile("パスワードの付いたファイルは読めません。パスワードを外してください。")


def _refuse_merged(content: bytes, path: str) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        ranges = [found.decode() for found in _MERGED.findall(package.read(path.lstrip("/")))]
    if ranges:
        shown = "、".join(ranges[:5]) + ("など" if len(ranges) > 5 else "")
        raise UnreadableFile(f"結合されたセルがあります（{shown}）。結合を解いて、どの行にも値を入れてください。")


def _cell_value(cell):
    value = cell.value
    if isinstance(value, str):
        # 改行と桁送りのほかの制御文字は、名前にも数にも要らない（データベースが受け付けないものもある）。
        return "".join(letter for letter in value if letter in "\t\n" or unicodedata.category(letter) != "Cc").strip()
    if value is None or isinstance(value, (int, datetime, date)):
        return value
    if isinstance(value, float):
        # 1001.0 と表示される番号を 1001 に。端数のある数は、書かれたとおりの十進数に。
        return int(value) if value.is_integer() else Decimal(repr(value))
    return str(getattr(value, "text", value))


# --- CSV -----------------------------------------------------------------------------------
def _read_csv(content: bytes) -> list[Row]:
    text = _decode(content)
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml", "<table", "{\\rtf")):
        raise UnreadableFile("表の形をした Excel・CSV ではありません（ウェブページや文書のファイルです）。")
    first = text.lstrip("\n\r").split("\n", 1)[0]
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    lines = []
    try:
        for number, values in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            values = [_csv_value(value) for value in values[: MAX_COLUMNS + 1]]
            if any(values):
                lines.append(Row(number, values))
                _refuse_long(len(lines))
            if number > MAX_SCANNED_ROWS:
                break
    except csv.Error as error:
        raise UnreadableFile(
            'CSV として読めません。引用符（"）が閉じていない行がないか確かめるか、Excel（.xlsx）で保存し直してください。'
        ) from error
    return lines


def _decode(content: bytes) -> str:
    unknown = UnreadableFile(
        "文字コードが分からないか、表のファイルではありません。Excel（.xlsx）か、UTF-8・シフトJIS の CSV を選んでください。"
    )
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # 画像や PDF も、たまたま文字として読めることがある。表に制御文字はない。
        if any(unicodedata.category(letter) == "Cc" and letter not in "\t\r\n" for letter in text):
            raise unknown
        return text
    raise unknown


def _csv_value(value: str) -> str:
    value = value.strip()
    # 書き出すときに数式を止めるために付けた ' を外す。
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA_START) else value


# --- 見出しと行 ----------------------------------------------------------------------------
def _refuse_long(count: int) -> None:
    if count > MAX_ROWS + HEADING_SEARCH:
        raise UnreadableFile(f"行が多すぎます（{MAX_ROWS:,}行まで）。いくつかに分けてください。")


def _sheet(lines: Sequence[Row], known: set[str]) -> Sheet:
    if not lines:
        raise UnreadableFile("ファイルに何も書かれていません。組合員の行が入ったファイルを選んでください。")
    place = max(range(min(HEADING_SEARCH, len(lines))), key=lambda index: (_known_count(lines[index], known), -index))
    if not _known_count(lines[place], known):
        raise UnreadableFile(
            "見出しの行が見つかりません。雛形の1行目の見出し（組合員番号・名称など）を付けてください。"
        )
    headings = [_heading(value) for value in lines[place].values]
    while headings and not headings[-1]:
        headings.pop()
    _refuse_duplicates(headings)
    rows = []
    for row in lines[place + 1 :]:
        beyond = [value for value in row.values[len(headings) :] if value not in (None, "")]
        if beyond:
            raise UnreadableFile(
                f"{row.number}行目に、見出しのない列の値「{str(beyond[0])[:20]}」があります。"
                "列がずれていないか確かめてください。"
            )
        values = [*row.values[: len(headings)], *[""] * (len(headings) - len(row.values))]
        if any(value not in (None, "") for value in values):
            rows.append(Row(row.number, values))
    if not rows:
        raise UnreadableFile("見出しのほかに行がありません。組合員の行を入れてください。")
    if len(rows) > MAX_ROWS:
        raise UnreadableFile(f"行が多すぎます（{MAX_ROWS:,}行まで）。いくつかに分けてください。")
    return Sheet(headings, rows)


def _heading(value) -> str:
    """見出し: 全角・半角の括弧や空白の違いを見ない。"""
    plain = unicodedata.normalize("NFKC", str(value or ""))
    return re.sub(r"\s+", "", plain).replace("(", "（").replace(")", "）")


def _known_count(row: Row, known: set[str]) -> int:
    return sum(_heading(value) in known for value in row.values)


def _refuse_duplicates(headings: list[str]) -> None:
    doubled = sorted({heading for heading in headings if heading and headings.count(heading) > 1})
    if doubled:
        raise UnreadableFile(f"同じ見出しの列が二つ以上あります（{'、'.join(doubled)}）。一つにしてください。")


# --- 書き出し ------------------------------------------------------------------------------
def write_xlsx(
    title: str, headings: Sequence[str], rows: Iterable[Sequence], *, widths: dict[str, int] | None = None
) -> bytes:
    """Excel（.xlsx）。見出しを固定し、文字はつねに文字として書く（数式にしない）。"""
    widths = widths or {}
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for place, heading in enumerate(headings, 1):
        sheet.column_dimensions[get_column_letter(place)].width = widths.get(heading, 14)
    heads = []
    for heading in headings:
        head = _text_cell(sheet, heading)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", start_color="FFE8EDF5")
        head.alignment = Alignment(vertical="center", wrap_text=True)
        heads.append(head)
    sheet.append(heads)
    for row in rows:
        sheet.append([_written_cell(sheet, value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _written_cell(sheet, value):
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, date)):
        return _text_cell(sheet, str(value))
    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = "yyyy/mm/dd" if isinstance(value, date) else "#,##0"
    return cell


def _text_cell(sheet, text: str):
    # 制御文字は Excel の中に書けない。
    text = "".join(letter for letter in text if letter in "\t\n" or unicodedata.category(letter) != "Cc")[:32_000]
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.number_format = "@"
    if text.startswith(_FORMULA_START):
        cell.quotePrefix = True
    return cell


def write_csv(headings: Sequence[str], rows: Iterable[Sequence]) -> bytes:
    """CSV（UTF-8、Excel が文字化けしないよう BOM つき）。数式に見える文字には ' を付ける。"""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_csv_text(value) for value in row])
    return stream.getvalue().encode("utf-8-sig")


def _csv_text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, Decimal)):
        return str(value)
    text = value.isoformat() if isinstance(value, date) else str(value)
    return f"'{text}" if text.startswith(_FORMULA_START) else text
