"""文字の形: 和暦・大字・金額・検索キー."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coopfin.calc import words
from coopfin.calc.yen import ImpossibleTerms

ERA_DATES = st.dates(date(1873, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(1873, 1, 1), "明治6年1月1日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1912, 7, 30), "大正元年7月30日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2026, 11, 22), "令和8年11月22日"),
    ],
)
def test_eras_change_on_their_day(day, text):
    assert words.to_wareki(day) == text
    assert words.parse_date(text) == day


def test_the_month_alone_can_be_written():
    assert words.to_wareki_month(date(2026, 11, 22)) == "令和8年11月"


def test_before_the_meiji_era_there_is_no_wareki():
    with pytest.raises(ImpossibleTerms, match="明治より前"):
        words.to_wareki(date(1868, 1, 24))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22",
        "2026/11/22",
        "2026.11.22",
        "2026年11月22日",
        "20261122",
        "２０２６年１１月２２日",
        "２０２６－１１－２２",
        "R8.11.22",
        "Ｒ８．１１．２２",
        "r8/11/22",
        "R8-11-22",
        "令和8年11月22日",
        "令和 8 年 11 月 22 日",
        "㋿8年11月22日",
        "平成38年11月22日",
        "昭和101年11月22日",
    ],
)
def test_a_date_is_read_in_any_writing(text):
    assert words.parse_date(text) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "きのう",
        "2026-02-30",
        "2026-13-01",
        "令和8年2月29日",
        "8.11.22",
        "令和0年1月1日",
        "令和元年4月30日",
        "2026-11/22",
        "X8.1.1",
    ],
)
def test_an_impossible_date_is_refused_with_a_sentence(text):
    with pytest.raises(ImpossibleTerms, match=r"。$"):
        words.parse_date(text)


def test_an_old_era_may_run_on_but_not_begin_early():
    assert words.parse_date("平成35年3月31日") == date(2023, 3, 31)
    with pytest.raises(ImpossibleTerms, match="平成は1989年1月8日から"):
        words.parse_date("平成元年1月7日")


@given(ERA_DATES)
def test_wareki_round_trips(day):
    assert words.parse_date(words.to_wareki(day)) == day
    assert words.parse_date(day.isoformat()) == day
    assert words.parse_date(day.strftime("%Y%m%d")) == day


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (date(2026, 4, 1), "令和8年度"),
        (date(2027, 3, 31), "令和8年度"),
        (date(2019, 4, 30), "平成31年度(令和元年度)"),
        (date(2019, 5, 1), "令和元年度"),
        (date(2020, 3, 31), "令和元年度"),
        (date(2019, 3, 31), "平成30年度"),
        (date(1989, 2, 1), "昭和63年度"),
        (date(1989, 4, 1), "平成元年度"),
    ],
)
def test_fiscal_years_are_labelled(day, label):
    assert words.fiscal_year_label(day) == label


def test_the_second_name_of_the_changing_year_is_a_setting():
    assert words.fiscal_year_label(date(2019, 4, 30), both_names=False) == "平成31年度"


def test_a_fiscal_year_may_begin_in_another_month():
    assert words.fiscal_year_label(date(2026, 3, 31), start_month=1) == "令和8年度"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "金零円也"),
        (10, "金壱拾円也"),
        (11, "金壱拾壱円也"),
        (1_111, "金壱千壱百壱拾壱円也"),
        (10_000, "金壱万円也"),
        (20_030_004, "金弐千参万四円也"),
        (10**12, "金壱兆円也"),
        (100_000_001, "金壱億壱円也"),
    ],
)
def test_amounts_are_written_in_daiji(amount, text):
    assert words.kanji_amount(amount) == text


@pytest.mark.parametrize("amount", [-1, 10**20])
def test_what_daiji_cannot_write_is_refused(amount):
    with pytest.raises(ImpossibleTerms):
        words.kanji_amount(amount)


@given(st.integers(min_value=1, max_value=10**15), st.integers(min_value=1, max_value=10**15))
def test_two_amounts_never_share_a_text(one, other):
    assert (words.kanji_amount(one) == words.kanji_amount(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234", 1_234),
        ("１，２３４", 1_234),
        ("¥1,000", 1_000),
        ("￥１，０００", 1_000),
        ("\\1000", 1_000),
        ("1000円", 1_000),
        (" 1,000 円 ", 1_000),
        ("2000万", 20_000_000),
        ("２，０００万", 20_000_000),
        ("2,000万円", 20_000_000),
        ("1億2000万", 120_000_000),
        ("1億 2000万円", 120_000_000),
        ("2000 万 円", 20_000_000),
        ("1.5億", 150_000_000),
        ("0.5万", 5_000),
        ("2千万", 20_000_000),
        ("1億2千5百万", 125_000_000),
        ("1万500円", 10_500),
        ("50百万円", 50_000_000),
        ("1,500千円", 1_500_000),
        ("1兆", 10**12),
        ("0", 0),
        ("007", 7),
        (1_234, 1_234),
    ],
)
def test_an_amount_is_read_as_people_type_it(text, amount):
    assert words.parse_amount(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        "　",
        "abc",
        "1,23",
        "1,2345",
        "12,34,567",
        "1000.5",
        "1.000",
        "1.00005万",
        "1.23456千",
        "万",
        "1億20000万",
        "1万億",
        "一千万",
        "1e5",
        "0x10",
        "10 000",
        "1,000ドル",
        "--1",
        "-1",
        "△1",
        "￥",
        "1円2円",
        "٣",
        "99999999999999999",
        "1_000",
    ],
)
def test_anything_else_is_refused_with_a_sentence(text):
    with pytest.raises(ImpossibleTerms, match=r"。$"):
        words.parse_amount(text)


def test_floats_are_not_amounts():
    with pytest.raises(TypeError):
        words.parse_amount(1.0)


def test_negative_amounts_are_read_only_where_they_make_sense():
    assert words.parse_amount("△1,234", negative=True) == -1_234
    assert words.parse_amount("▲1,234円", negative=True) == -1_234
    assert words.parse_amount("－1,234", negative=True) == -1_234
    with pytest.raises(ImpossibleTerms, match="マイナス"):
        words.parse_amount("△1,234")


@given(st.integers(min_value=-words.LARGEST_AMOUNT, max_value=words.LARGEST_AMOUNT))
def test_amount_text_round_trips(amount):
    assert words.parse_amount(words.format_yen(amount), negative=True) == amount
    assert words.parse_amount(words.format_yen(amount, "円"), negative=True) == amount


@given(st.integers(min_value=0, max_value=10**10))
def test_ten_thousands_round_trip(ten_thousands):
    assert words.parse_amount(f"{ten_thousands}万") == ten_thousands * 10_000


@given(st.text(max_size=20))
def test_any_text_is_read_or_refused_but_never_breaks(text):
    for read in (words.parse_amount, words.parse_date):
        with contextlib.suppress(ImpossibleTerms):
            read(text)
    assert isinstance(words.search_key(text), str)


def test_negatives_are_shown_with_a_triangle():
    assert words.format_yen(-1_234_567) == "△1,234,567"
    assert words.format_yen(0, "円") == "0円"


@pytest.mark.parametrize(
    "writing",
    [
        "株式会社のともり重機",
        "㈱のともり重機",
        "(株)ノトモリ重機",
        "（株）ﾉﾄﾓﾘ重機",
        "ノトモリ重機　株式会社",
        "ノト・モリ 重機㍿",
        "のとーもり重機",
        "ノト－モリ‐重機",
    ],
)
def test_one_member_has_one_key(writing):
    assert words.search_key(writing) == "ノトモリ重機"


@pytest.mark.parametrize(
    "writing",
    [
        "カブシキガイシャ　ノトジュウキ",
        "ｶﾌﾞｼｷｶﾞｲｼﾔ ﾉﾄｼﾞﾕｳｷ",
        "ｶ)ﾉﾄｼﾞﾕｳｷ",
        "ﾉﾄｼﾞﾕｳｷ(ｶ",
        "のとじゅうき",
        "ユウゲンガイシャノトジュウキ",
        "ﾕ)ﾉﾄｼﾞﾕｳｷ",
    ],
)
def test_the_kana_of_a_member_has_one_key_however_small_the_kana(writing):
    assert words.search_key(writing) == "ノトジユウキ"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋製作所", "高橋製作所"),
        ("渡邊", "渡辺"),
        ("ＡＢＣ工業", "abc工業"),
        ("㈲山﨑", "有限会社山崎"),
        ("能登鉄工協同組合", "能登鉄工㈿"),
        ("合同会社みどり", "(同)ミドリ"),
        ("サービスセンター", "ｻ-ﾋﾞｽｾﾝﾀ-"),
        ("鳩ヶ谷", "鳩ケ谷"),
        ("がぎぐ", "か\u3099き\u3099く\u3099"),
    ],
)
def test_writings_of_one_name_meet(one, other):
    assert words.search_key(one) == words.search_key(other)


def test_different_names_stay_different():
    assert words.search_key("能登重機") != words.search_key("能登建機")
    assert words.search_key("はし") != words.search_key("ばし")


def test_a_legal_form_alone_does_not_find_everybody():
    assert words.search_key("株式会社") == "株式会社"
    assert words.search_key("㈱") == "株"
    assert words.search_key(None) == ""


@given(st.text(max_size=30))
def test_a_key_of_a_key_is_the_key(text):
    key = words.search_key(text)
    assert words.search_key(key) == key


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("石川県金沢市鞍月二丁目20番 宅地 330.00㎡", "石川県金沢市"),
        ("石川県能美郡川北町壱ツ屋174番地", "石川県能美郡川北町"),
        ("東京都千代田区大手町1-1", "東京都千代田区"),
        ("北海道札幌市中央区", "北海道札幌市"),
        ("京都府京都市左京区", "京都府京都市"),
        ("輪島市河井町5部178番地", "輪島市"),
        ("工作機械一式", ""),
    ],
)
def test_where_something_lies_is_told_as_far_as_the_town(text, told):
    assert words.town_only(text) == f"{told}（以下は伏せています）"


def test_of_nothing_nothing_is_hidden():
    assert words.town_only("") == ""
