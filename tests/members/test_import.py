"""Importing members: what is previewed is what is entered, or nothing is."""

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from coopfin.roles import Role
from members import importing, operations, sheets
from members.enums import AccountType, ImportChoice, MemberKind, OfficerTitle, ShareKind
from members.models import AccountRequest, Member, Person
from tests.factories.core import make_user
from tests.factories.members import corporate_number, make_member, make_person
from tests.members.books import COLUMNS, as_excel_keeps_it, excel, row, text

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)
FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "members.xlsx"


@pytest.fixture
def clerk():
    return make_user(Role.CLERK)


def start(clerk, *rows, content=None, **more):
    return importing.start(filename="名簿.xlsx", content=content or excel(rows, **more), by=clerk, on=ON)


def confirm(batch, clerk, choice=ImportChoice.ALL):
    return importing.confirm(batch=batch, choice=choice, by=clerk, on=ON)


def only_error(batch):
    (problem,) = [(r["row"], column, reason) for r in batch.rows for column, _, reason in r["errors"]]
    return problem


# --- the good way --------------------------------------------------------------------------


def test_previewing_writes_nothing_but_the_kept_file(clerk):
    batch = start(clerk, row(1), row(2))
    assert (batch.new_count, batch.changed_count, batch.unchanged_count, batch.refused_count) == (2, 0, 0, 0)
    assert not Member.objects.exists()
    assert not Person.objects.exists()
    assert bytes(batch.content).startswith(b"PK")


def test_confirming_enters_members_and_their_representatives(clerk):
    confirm(start(clerk, row(1), row(2, 種類="個人事業主", 法人番号="", 代表者の肩書="")), clerk)
    first, second = Member.objects.order_by("number")
    assert first.representative.name == "取込 1郎"
    assert first.representative.born_on == date(1960, 5, 5)
    assert first.account_holder == "トリコミコウギヨウ(カ"
    assert (first.bank_name, first.branch_name, first.account_type) == ("北國銀行", "県庁支店", AccountType.ORDINARY)
    assert (second.kind, second.representative_title) == (MemberKind.SOLE, OfficerTitle.OWNER)
    assert first.history.get().history_user == clerk
    assert ActionLog.objects.filter(verb="register_member").count() == 2


@pytest.mark.parametrize("again", ["excel", "csv", "cp932"])
def test_importing_twice_changes_nothing(clerk, again):
    rows = [row(1), row(2, 名称="㈱髙﨑工業")]
    confirm(start(clerk, *rows), clerk)
    content = {"excel": excel(rows), "csv": text(rows), "cp932": text(rows, encoding="cp932")}[again]
    batch = start(clerk, content=content)
    assert (batch.new_count, batch.changed_count, batch.unchanged_count) == (0, 0, 2)
    confirm(batch, clerk)
    assert Member.objects.count() == Person.objects.count() == 2
    assert Member.history.count() == 2


def test_a_changed_row_shows_the_difference_and_changes_only_that(clerk):
    confirm(start(clerk, row(1)), clerk)
    batch = start(clerk, row(1, 出資金額="300万", 出資口数="３００", 電話番号="０７６－２６０－９９９９"))
    assert batch.rows[0]["changes"] == [
        ["電話番号", "076-260-0001", "076-260-9999"],
        ["出資口数", "100", "300"],
        ["出資金額", "1,000,000", "3,000,000"],
    ]
    confirm(batch, clerk)
    member = Member.objects.get()
    assert (member.shares, member.share_capital, member.phone) == (300, 3_000_000, "076-260-9999")
    first, imported = member.share_changes.all()
    assert (first.kind, first.shares) == (ShareKind.CARRIED, 100)
    assert (imported.kind, imported.shares, imported.amount, imported.applied_on) == (
        ShareKind.IMPORTED,
        200,
        2_000_000,
        ON,
    )


def test_a_column_that_is_absent_is_left_alone_and_a_blank_cell_is_cleared(clerk):
    confirm(start(clerk, row(1, 備考="大事な備考")), clerk)
    without_note = [column for column in COLUMNS if column != "備考"]
    assert start(clerk, row(1), headings=without_note).unchanged_count == 1
    assert start(clerk, row(1)).rows[0]["changes"] == [["備考", "大事な備考", ""]]


@pytest.mark.parametrize(
    "written", [as_excel_keeps_it(2010, 4, 1), date(2010, 4, 1), "平成22年4月1日", "H22.4.1", "２０１０/4/1", 20100401]
)
def test_dates_are_read_in_every_usual_writing(clerk, written):
    confirm(start(clerk, row(1, 加入日=written)), clerk)
    assert Member.objects.get().joined_on == date(2010, 4, 1)


def test_codes_that_lost_their_leading_zeros_are_mended(clerk):
    confirm(start(clerk, row(1, 銀行コード=146, 支店コード=103, 口座番号=12345, 郵便番号=9200901)), clerk)
    member = Member.objects.get()
    assert (member.bank_code, member.account_number, member.postal_code) == ("0146", "0012345", "920-0901")


def test_formulas_in_text_stay_text(clerk):
    confirm(start(clerk, row(1, 備考="=cmd|'/c calc'!A0")), clerk)
    assert Member.objects.get().note == "=cmd|'/c calc'!A0"
    exported = importing.export(Member.objects.all(), as_csv=False)
    sheet = load_workbook(io.BytesIO(exported)).active
    cell = sheet.cell(2, COLUMNS.index("備考") + 1)
    assert (cell.value, cell.data_type) == ("=cmd|'/c calc'!A0", "s")


def test_what_is_exported_can_be_imported_and_changes_nothing(clerk):
    confirm(start(clerk, row(1), row(2, 備考="=1+1\n二行目", 代表者生年月日="")), clerk)
    for as_csv in (False, True):
        batch = start(clerk, content=importing.export(Member.objects.order_by("number"), as_csv=as_csv))
        assert batch.unchanged_count == 2, batch.rows


def test_the_template_has_the_headings_that_the_import_reads():
    sheet = load_workbook(io.BytesIO(importing.template())).active
    assert [cell.value for cell in sheet[1]] == COLUMNS


# --- rows that are wrong -------------------------------------------------------------------


def test_a_refused_date_is_told_without_the_time_that_excel_keeps(clerk):
    refused = start(clerk, row(1, 加入日=as_excel_keeps_it(2199, 2, 27), 脱退日=as_excel_keeps_it(2010, 2, 27)))
    told = {column: value for column, value, _ in refused.rows[0]["errors"]}
    assert told
    assert not any("00:00" in value for value in told.values())


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("組合員番号", "", "組合員番号を入れてください。"),
        ("名称", "", "名称を入れてください。"),
        ("住所", None, "住所を入れてください。"),
        ("加入日", "", "加入日を入れてください。"),
        ("加入日", "2010-02-30", "暦にありません"),
        ("加入日", "令和8年13月1日", "暦にありません"),
        ("加入日", "=TODAY()", "数式が入っています"),
        ("出資金額", "百万円くらい", "金額として読めません"),
        ("出資金額", -1, "マイナスの金額"),
        ("出資金額", 0, "1円以上"),
        ("出資金額", "=L2*10000", "数式が入っています"),
        ("出資口数", 1.5, "端数"),
        ("種類", "団体", "「団体」は選べません"),
        ("業種", "はたおり", "「はたおり」という業種はありません"),
        ("法人番号", "1234567890123", "検査数字が合いません"),
        ("法人番号", "1.22E+12", "指数の表示"),
        ("法人番号", "12345", "13桁"),
        ("郵便番号", "92-1", "郵便番号は7桁"),
        ("電話番号", 762600001, "0から始まります"),
        ("カナ", "金沢", "「金」は使えません"),
        ("銀行コード", "9999", "銀行コード 9999 の銀行はありません"),
        ("支店コード", "999", "支店コード 999 の支店はありません"),
        ("銀行名", "北陸銀行", "コードの示す「北國銀行」と違います"),
        ("預金種類", "定期", "「定期」は選べません"),
        ("口座番号", "", "口座を登録するには、口座番号も要ります"),
        ("代表者", "", "代表者の氏名を入れてください。"),
        ("代表者生年月日", "昨日", "日付として読めません"),
        ("脱退日", "2001-01-01", "脱退日は加入日以後"),
        ("名称", as_excel_keeps_it(2020, 1, 2), "日付に変わっています"),
        ("名称", "長" * 101, "100"),
    ],
)
def test_a_wrong_cell_is_named_by_row_column_and_reason(clerk, column, value, sentence):
    batch = start(clerk, row(1), row(2, **{column: value}))
    number, named, reason = only_error(batch)
    assert (number, named) == (3, column)
    assert sentence in reason


def test_every_wrong_cell_of_a_row_is_named_at_once(clerk):
    batch = start(clerk, row(1, 加入日="x", 出資金額="y", 郵便番号="z"))
    assert [column for column, _, _ in batch.rows[0]["errors"]] == ["郵便番号", "出資金額", "加入日"]


def test_the_same_number_twice_in_a_file_is_wrong(clerk):
    assert only_error(start(clerk, row(1), row(1, 法人番号="")))[:2] == (3, "組合員番号")


def test_a_corporate_number_of_another_member_is_wrong(clerk):
    make_member(number="900", corporate_number=corporate_number(777))
    number, column, reason = only_error(start(clerk, row(1, 法人番号=corporate_number(777))))
    assert (number, column) == (2, "法人番号")
    assert "組合員番号 900" in reason


@pytest.mark.parametrize("missing", ["組合員番号", "代表者", "加入日"])
def test_a_missing_column_is_named(clerk, missing):
    with pytest.raises(sheets.UnreadableFile, match=missing):
        start(clerk, row(1), headings=[column for column in COLUMNS if column != missing])


def test_an_unknown_column_is_told_and_not_read(clerk):
    batch = start(clerk, {**row(1), "干支": "午"}, headings=[*COLUMNS, "干支"])
    assert batch.ignored_columns == ["干支"]
    assert batch.new_count == 1


def three_bad_in_five_hundred():
    rows = [row(number) for number in range(1, 501)]
    rows[10]["加入日"] = "2010-02-30"
    rows[250]["法人番号"] = "1234567890123"
    rows[499]["業種"] = "はたおり"
    return rows


def test_three_bad_rows_in_five_hundred_are_named_and_the_others_can_be_taken(clerk):
    rows = three_bad_in_five_hundred()
    batch = start(clerk, *rows)
    assert [(r["row"], r["errors"][0][0]) for r in batch.rows if r["errors"]] == [
        (12, "加入日"),
        (252, "法人番号"),
        (501, "業種"),
    ]
    with pytest.raises(StepRefused, match="直す行が3行"):
        confirm(batch, clerk, ImportChoice.ALL)
    assert not Member.objects.exists()
    confirm(batch, clerk, ImportChoice.GOOD_ROWS)
    assert Member.objects.count() == 497
    # Mended, the three come in; the others stay as they are.
    refused = importing.refused_rows(batch)
    sheet = load_workbook(io.BytesIO(refused)).active
    assert [sheet.cell(1, place).value for place in (1, 2, 3)] == ["行番号", "理由", "組合員番号"]
    assert [sheet.cell(line, 1).value for line in (2, 3, 4)] == ["12", "252", "501"]
    assert "業種：「はたおり」という業種はありません" in sheet.cell(4, 2).value
    sheet.cell(2, 3 + COLUMNS.index("加入日")).value = "2010-02-28"
    sheet.cell(3, 3 + COLUMNS.index("法人番号")).value = ""
    sheet.cell(4, 3 + COLUMNS.index("業種")).value = "建設業"
    stream = io.BytesIO()
    sheet.parent.save(stream)
    mended = start(clerk, content=stream.getvalue())
    assert (mended.new_count, mended.refused_count, mended.ignored_columns) == (3, 0, [])
    confirm(mended, clerk)
    assert Member.objects.count() == 500


# --- representatives -----------------------------------------------------------------------


def test_one_person_may_represent_two_members_of_one_file(clerk):
    same = {"代表者": "能登 一郎", "代表者カナ": "ノト イチロウ", "代表者生年月日": "S33.6.14"}
    confirm(start(clerk, row(1, **same), row(2, **same)), clerk)
    assert Person.objects.get().represented_members.count() == 2


def test_a_person_in_the_register_is_matched_by_name_kana_and_birth(clerk):
    person = make_person("能登　一郎", kana="ノト イチロウ", born_on=date(1958, 6, 14))
    batch = start(clerk, row(1, 代表者="能登 一郎", 代表者カナ="ﾉﾄ ｲﾁﾛｳ", 代表者生年月日="S33.6.14"))
    assert "人の台帳にいる人と同じとみます" in batch.rows[0]["notes"][0]
    confirm(batch, clerk)
    assert Member.objects.get().representative == person


def test_the_same_name_without_birth_asks_for_it(clerk):
    make_person("能登 一郎", kana="ノト イチロウ")
    _, column, reason = only_error(
        start(clerk, row(1, 代表者="能登 一郎", 代表者カナ="ノト イチロウ", 代表者生年月日=""))
    )
    assert column == "代表者生年月日"
    assert "生年月日を入れてください" in reason


def test_two_of_the_same_name_without_birth_in_one_file_ask_for_it(clerk):
    same = {"代表者": "能登 一郎", "代表者カナ": "ノト イチロウ", "代表者生年月日": ""}
    assert only_error(start(clerk, row(1, **same), row(2, **same)))[:2] == (3, "代表者生年月日")


def test_a_known_person_without_birth_is_never_merged_silently(clerk):
    make_person("能登 一郎", kana="ノト イチロウ", born_on=None)
    _, column, reason = only_error(start(clerk, row(1, 代表者="能登 一郎", 代表者カナ="ノト イチロウ")))
    assert column == "代表者生年月日"
    assert "生年月日のない人" in reason


def test_a_namesake_of_another_birth_is_another_person(clerk):
    make_person("能登 一郎", kana="ノト イチロウ", born_on=date(1958, 6, 14))
    batch = start(clerk, row(1, 代表者="能登 一郎", 代表者カナ="ノト イチロウ", 代表者生年月日="1972-01-05"))
    assert "別の人として登録します" in batch.rows[0]["notes"][0]
    confirm(batch, clerk)
    assert Person.objects.search("能登一郎").count() == 2


def test_a_file_fills_what_the_register_lacks_and_overwrites_nothing(clerk):
    confirm(start(clerk, row(1, 代表者生年月日="", 代表者住所="")), clerk)
    batch = start(clerk, row(1, 代表者郵便番号="921-0000"))
    assert batch.rows[0]["changes"] == [
        ["代表者生年月日", "", "1960年5月5日"],
        ["代表者住所", "", "石川県金沢市彦三町一丁目1番地"],
    ]
    confirm(batch, clerk)
    person = Person.objects.get()
    assert (person.born_on, person.postal_code) == (date(1960, 5, 5), "920-0901")


# --- what a list does not change by itself ---------------------------------------------------


def test_another_account_of_a_known_member_becomes_a_request_and_says_so(clerk):
    confirm(start(clerk, row(1)), clerk)
    changed = row(1, 口座番号="7654321")
    batch = start(clerk, changed)
    assert ["口座番号", "1234567", "7654321"] in batch.rows[0]["changes"]
    assert "変更の申請を出します" in batch.rows[0]["notes"][0]
    confirm(batch, clerk)
    member = Member.objects.get()
    assert member.account_number == "1234567"
    request = AccountRequest.objects.get()
    assert (request.account_number, request.is_waiting) == ("7654321", True)
    # The same list again asks for nothing new; another account has to wait.
    again = start(clerk, changed)
    assert (again.unchanged_count, "承認を待っています" in again.rows[0]["notes"][0]) == (1, True)
    _, column, reason = only_error(start(clerk, row(1, 口座番号="1111111")))
    assert (column, "承認を待っています" in reason) == ("口座番号", True)


def test_leaving_is_not_recorded_by_a_list(clerk):
    confirm(start(clerk, row(1)), clerk)
    _, column, reason = only_error(start(clerk, row(1, 脱退日="2026-03-31")))
    assert (column, "「脱退を記録」" in reason) == ("脱退日", True)


def test_another_representative_in_a_list_is_a_change_of_representative(clerk):
    confirm(start(clerk, row(1)), clerk)
    former = Member.objects.get().representative
    confirm(start(clerk, row(1, 代表者="取込 二郎", 代表者カナ="トリコミ ジロウ", 代表者生年月日="S60.1.1")), clerk)
    member = Member.objects.get()
    assert (member.representative.name, member.representative_from_on) == ("取込 二郎", ON)
    assert [(office.person, office.to_on) for office in member.officers.all()] == [(former, ON)]
    assert member.follow_ups.get().kind == "guarantors"


def test_a_change_of_representative_that_cannot_be_is_said_in_the_preview(clerk):
    sole = row(1, 種類="個人事業主", 法人番号="", 代表者の肩書="事業主")
    confirm(start(clerk, sole), clerk)
    other = {"代表者": "取込 二郎", "代表者カナ": "トリコミ ジロウ", "代表者生年月日": "S60.1.1"}
    _, column, reason = only_error(start(clerk, {**sole, **other}))
    assert (column, "個人事業主は" in reason) == ("代表者", True)


def test_a_number_that_was_merged_away_is_named(clerk):
    confirm(start(clerk, row(1), row(2, 法人番号="")), clerk)
    kept, gone = Member.objects.order_by("number")
    chief = make_user(Role.CHIEF)
    operations.merge(kept=kept, gone=gone, reason="二重登録", by=chief, on=ON)
    _, column, reason = only_error(start(clerk, row(2, 法人番号="")))
    assert (column, reason) == ("組合員番号", "この番号の組合員は、組合員番号 1 に統合されています。")


# --- confirmation --------------------------------------------------------------------------


def test_confirmation_is_refused_when_the_register_changed_in_between(clerk):
    batch = start(clerk, row(1), row(2))
    make_member(number="2")
    with pytest.raises(StepRefused, match="下見のあとに"):
        confirm(batch, clerk)
    assert list(Member.objects.values_list("number", flat=True)) == ["2"]
    batch = importing.again(batch=batch, by=clerk, on=ON)
    assert (batch.new_count, batch.changed_count) == (1, 1)
    confirm(batch, clerk)
    assert Member.objects.get(number="2").name == "取込工業2株式会社"


def test_confirmation_is_refused_when_a_namesake_was_entered_in_between(clerk):
    batch = start(clerk, row(1))
    make_person("取込 1郎", kana="トリコミ 1ロウ", born_on=date(1960, 5, 5))
    with pytest.raises(StepRefused, match="下見のあとに"):
        confirm(batch, clerk)
    assert not Member.objects.exists()


def test_a_batch_is_confirmed_once(clerk):
    batch = start(clerk, row(1))
    confirm(batch, clerk)
    with pytest.raises(StepRefused, match="登録済"):
        confirm(batch, clerk)


def test_a_discarded_batch_forgets_the_file_and_cannot_be_confirmed(clerk):
    batch = operations.discard_import(batch=start(clerk, row(1)), by=clerk, on=ON)
    assert bytes(batch.content) == b""
    with pytest.raises(StepRefused, match="取りやめ済"):
        confirm(batch, clerk)


def test_those_without_the_permission_cannot_import(clerk):
    with pytest.raises(StepRefused, match="権限"):
        start(make_user(Role.AUDITOR), row(1))


# --- the list of the demo cooperative ------------------------------------------------------


def test_the_list_in_fixtures_is_whole_and_can_be_found_in_every_writing(clerk):
    batch = start(clerk, content=FIXTURE.read_bytes())
    assert batch.refused_count == 0, [r for r in batch.rows if r["errors"]]
    assert batch.new_count >= 42
    confirm(batch, clerk)
    for name, representative in [
        ("能登精機株式会社", "能登 一郎"),
        ("加賀繊維有限会社", "加賀 良子"),
        ("小松鋳造株式会社", "小松 正"),
        ("株式会社山﨑製作所", "山﨑 隆"),
    ]:
        assert Member.objects.get(name=name).representative.name == representative
    assert Member.objects.get(name="輪島塗工房 松本").kind == MemberKind.SOLE
    for typed, name in [
        ("北陸ｷﾞﾔｰ", "㈱北陸ギヤー工業"),
        ("山崎製作所", "株式会社山﨑製作所"),
        ("ミヤコ技研", "ﾐﾔｺ技研株式会社"),
        ("ｳﾞｪﾙﾃﾞ", "有限会社ヴェルデ精工"),
        ("キヤツチヤー", "キャッチャー機工株式会社"),
    ]:
        assert name in Member.objects.search(typed).values_list("name", flat=True), typed
    assert Member.objects.values("industry").distinct().count() >= 7
    assert start(clerk, content=FIXTURE.read_bytes()).unchanged_count == batch.new_count
