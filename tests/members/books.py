"""Makes the files that people hand in: lists of members as Excel and CSV, good and bad."""

import csv
import io
from datetime import date, datetime, time

from openpyxl import Workbook

from members.resources import MemberResource
from tests.factories.members import corporate_number

COLUMNS = list(MemberResource.columns().values())


def row(number, **changes):
    """One good line of a list, by heading."""
    values = {
        "組合員番号": f"{number}",
        "名称": f"取込工業{number}株式会社",
        "カナ": f"トリコミコウギョウ{number}",
        "種類": "法人",
        "法人番号": corporate_number(500_000 + int(number)),
        "代表者": f"取込 {number}郎",
        "代表者カナ": f"トリコミ {number}ロウ",
        "代表者生年月日": "1960-05-05",
        "代表者郵便番号": "920-0901",
        "代表者住所": "石川県金沢市彦三町一丁目1番地",
        "代表者の肩書": "代表取締役",
        "業種": "製造業",
        "郵便番号": "920-0901",
        "住所": "石川県金沢市彦三町二丁目2番地",
        "電話番号": "076-260-0001",
        "出資口数": 100,
        "出資金額": 1_000_000,
        "加入日": "2010-04-01",
        "脱退日": "",
        "銀行コード": "0146",
        "銀行名": "北國銀行",
        "支店コード": "103",
        "支店名": "県庁",
        "預金種類": "普通",
        "口座番号": "1234567",
        "口座名義（カナ）": "ﾄﾘｺﾐｺｳｷﾞﾖｳ(ｶ",
        "備考": "",
    }
    return {**values, **changes}


def as_excel_keeps_it(year, month, day):
    """A day as a cell of Excel holds it: a moment at midnight, of no time zone."""
    return datetime.combine(date(year, month, day), time())


def excel(rows, *, headings=None, merge=None, title_rows=()):
    """An Excel file of these rows, as bytes."""
    book = Workbook()
    sheet = book.active
    for line in title_rows:
        sheet.append(line)
    headings = headings or COLUMNS
    sheet.append(headings)
    for one in rows:
        sheet.append([one.get(heading, "") for heading in headings])
    if merge:
        sheet.merge_cells(merge)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def text(rows, *, encoding="utf-8", headings=None, delimiter=","):
    """A CSV file of these rows, as bytes."""
    headings = headings or COLUMNS
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerow(headings)
    writer.writerows([one.get(heading, "") for heading in headings] for one in rows)
    return stream.getvalue().encode(encoding)
