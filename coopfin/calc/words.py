"""文字の形: 和暦, 大字, amounts as people type them, and the key by which a name is found in any writing."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from fractions import Fraction

import jaconv

from .days import fiscal_year_start
from .yen import ImpossibleTerms

# ---------------------------------------------------------------- 和暦

# (name, letter, first day). 明治 counts back to the first day of 1868 by its own edict; before 1873 the calendar was
# lunar, but papers of lending never reach there.
ERAS = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
    ("大正", "T", date(1912, 7, 30)),
    ("明治", "M", date(1868, 1, 25)),
)
_ERA_BY_NAME = {name: (name, start) for name, _, start in ERAS} | {
    letter: (name, start) for name, letter, start in ERAS
}


def _era_of(day):
    for name, _, start in ERAS:
        if day >= start:
            return name, start
    raise ImpossibleTerms("明治より前の日付は和暦で書けません。")


def _year_text(year, start):
    number = year - start.year + 1
    return "元" if number == 1 else str(number)


def to_wareki(day):
    """和暦の日付: 令和8年11月22日, with 元年 for the first year of an era."""
    name, start = _era_of(day)
    return f"{name}{_year_text(day.year, start)}年{day.month}月{day.day}日"


def to_wareki_month(day):
    """和暦の年月: 令和8年11月."""
    name, start = _era_of(day)
    return f"{name}{_year_text(day.year, start)}年{day.month}月"


def fiscal_year_label(day, start_month=4, both_names=True):
    """年度の表示: 令和8年度. In the year an era changes, days before the change show both names (a setting)."""
    first = fiscal_year_start(day, start_month)
    name, start = _era_of(first)
    label = f"{name}{_year_text(first.year, start)}年度"
    # An era that begins later in the calendar year in which this fiscal year began renames the fiscal year.
    for new_name, _, new_start in ERAS:
        if new_start.year == first.year and new_start > first:
            new_label = f"{new_name}元年度"
            if day >= new_start:
                return new_label
            return f"{label}({new_label})" if both_names else label
    return label


_DATE_SHAPES = tuple(
    re.compile(shape, re.ASCII)
    for shape in (
        r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM])(?P<year>元|\d{1,3})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
        r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM])(?P<year>元|\d{1,3})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
        r"(?P<year>\d{4})(?P<mark>[-./])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    )
)
_HOW_TO_WRITE_A_DATE = "「2026-11-22」「令和8年11月22日」「R8.11.22」のように入れてください。"


def parse_date(text):
    """日付の読取り: western or 和暦, full or half width. Old eras may run on (平成35年 → 2023), as old contracts do."""
    # Only the surrounding marks are made alike; a lone unreadable sign must not be guessed away.
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text))).upper()
    plain = plain.replace("㋿", "令和").translate({ord(mark): "-" for mark in "‐−–ー"})
    for shape in _DATE_SHAPES:
        if found := shape.fullmatch(plain):
            return _to_date(text, found.groupdict())
    raise ImpossibleTerms(f"「{text}」は日付として読めません。{_HOW_TO_WRITE_A_DATE}")


def _to_date(text, parts):
    year = 1 if parts["year"] == "元" else int(parts["year"])
    era = parts.get("era")
    start = None
    if era:
        name, start = _ERA_BY_NAME[era]
        if year < 1:
            raise ImpossibleTerms(f"「{text}」は日付として読めません。{name}は元年から始まります。")
        year += start.year - 1
    try:
        day = date(year, int(parts["month"]), int(parts["day"]))
    except ValueError:
        raise ImpossibleTerms(f"「{text}」という日付は暦にありません。") from None
    if start and day < start:
        raise ImpossibleTerms(
            f"「{text}」は{name}が始まる前の日付です。{name}は{start.year}年{start.month}月{start.day}日からです。"
        )
    return day


# ---------------------------------------------------------------- 大字

_DAIJI = "〇壱弐参四五六七八九"
_SMALL_UNITS = ("", "拾", "百", "千")
_BIG_UNITS = ("", "万", "億", "兆", "京")


def kanji_amount(amount):
    """大字の金額: 金壱百弐拾参円也, with an explicit 壱 before 千百拾 so that no figure can be put in front."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise TypeError("金額は整数の円です。")
    if amount < 0:
        raise ImpossibleTerms("マイナスの金額は大字で書けません。")
    if amount >= 10_000 ** len(_BIG_UNITS):
        raise ImpossibleTerms("金額が大きすぎて大字で書けません。")
    if amount == 0:
        return "金零円也"
    groups = []
    rest = amount
    for big in _BIG_UNITS:
        rest, four = divmod(rest, 10_000)
        if four:
            groups.append(_four_digits(four) + big)
    return f"金{''.join(reversed(groups))}円也"


def _four_digits(number):
    text = ""
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += _DAIJI[digit] + _SMALL_UNITS[place]
    return text


# ---------------------------------------------------------------- 金額


def format_yen(amount, mark=""):
    """円の表示: 1,234,567, negatives with △. `mark` is put behind: format_yen(1000, '円') → 1,000円."""
    return f"{'△' if amount < 0 else ''}{abs(amount):,}{mark}"


LARGEST_AMOUNT = 10**15 - 1  # far beyond any cooperative, well inside the 64 bits of the database

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_SECTION = re.compile(rf"(?:(?P<thousands>{_NUMBER})千)?(?:(?P<hundreds>{_NUMBER})百)?(?P<ones>{_NUMBER})?", re.ASCII)
_HOW_TO_WRITE_AN_AMOUNT = "「1,000,000」「100万」「1億2000万」のように入れてください。"


def parse_amount(text, negative=False):
    """金額の読取り: whole yen from commas, full width, ¥ 円 and 億 万 千 (1.5億 when it comes to whole yen).

    Anything else is refused with a sentence; △ ▲ and minus only where `negative` amounts make sense.
    """
    if isinstance(text, (bool, float)):
        raise TypeError("金額に浮動小数点数は使えません。")
    plain = re.sub(r"(?<=[億万千百兆¥△▲-])\s+|\s+(?=[兆億万千百円])", "", _narrow(text))
    sign = 1
    if found := re.match(r"[△▲-]", plain):
        if not negative:
            raise ImpossibleTerms("マイナスの金額は入れられません。")
        sign, plain = -1, plain[found.end() :]
    plain = plain.removeprefix("¥").removesuffix("円")
    amount = _amount(text, plain)
    if amount > LARGEST_AMOUNT:
        raise ImpossibleTerms(f"「{text}」は金額として大きすぎます。桁を確かめてください。")
    return sign * amount


def _narrow(text):
    plain = unicodedata.normalize("NFKC", str(text)).strip()
    return plain.replace("\\", "¥").translate({ord(mark): "-" for mark in "−‐–"})


def _amount(text, plain):
    unreadable = ImpossibleTerms(f"「{text}」は金額として読めません。{_HOW_TO_WRITE_AN_AMOUNT}")
    if not plain:
        raise ImpossibleTerms("金額を入れてください。") if not str(text).strip() else unreadable
    total, ceiling, rest = Fraction(0), None, plain
    for unit, size in (("兆", 10**12), ("億", 10**8), ("万", 10**4), ("", 1)):
        if unit:
            if unit not in rest:
                continue
            section, rest = rest.split(unit, 1)
        else:
            section, rest = rest, ""
            if not section:
                break
        value = _section(section, bare=not unit)
        if value is None:
            raise unreadable
        value *= size
        # 1億20000万 is more likely a slip than a way of writing three hundred million.
        if ceiling is not None and value >= ceiling:
            raise unreadable
        total, ceiling = total + value, size
    if total.denominator != 1:
        raise ImpossibleTerms(f"「{text}」は1円未満の端数になります。円の整数になるように入れてください。")
    return int(total)


def _section(section, bare):
    """One stretch of figures before 億 or 万, or at the end: 2千5百, 2,000, 1.5. None when it cannot be read."""
    found = _SECTION.fullmatch(section)
    if not section or not found:
        return None
    parts = found.groupdict()
    if bare and parts["ones"] and "." in parts["ones"]:
        return None  # 1000.5 yen does not exist, and 1.000 may have been meant as a thousand
    numbers = [(parts["thousands"], 1000), (parts["hundreds"], 100), (parts["ones"], 1)]
    total, ceiling = Fraction(0), None
    for figures, size in numbers:
        if figures is None:
            continue
        value = Fraction(Decimal(figures.replace(",", ""))) * size
        if ceiling is not None and value >= ceiling:
            return None
        total, ceiling = total + value, size
    return total


# ---------------------------------------------------------------- 検索キー

_SMALL_KANA = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_OLD_KANJI = str.maketrans(
    "髙﨑濵濱齋齊斉邊邉澤嶋嶌廣櫻龍眞惠德淵渕國壽寶彌榮會", "高崎浜浜斎斎斎辺辺沢島島広桜竜真恵徳渕渕国寿宝弥栄会"
)
_DROPPED = re.compile(r"[\s・･.,，．、。\-‐‑‒–—―ー−－~〜'’&＆/／]+")
_LEGAL_FORMS = (
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "合名会社",
    "事業協同組合",
    "協同組合",
    "企業組合",
    "協業組合",
    "一般社団法人",
    "一般財団法人",
    "社会福祉法人",
    "医療法人",
    "特定非営利活動法人",
    "農事組合法人",
    "カブシキガイシヤ",
    "カブシキカイシヤ",
    "ユウゲンガイシヤ",
    "ユウゲンカイシヤ",
    "ゴウドウガイシヤ",
    "ゴウシガイシヤ",
    "ゴウメイガイシヤ",
    "ジギヨウキヨウドウクミアイ",
    "キヨウドウクミアイ",
    "キギヨウクミアイ",
)
_SHORT_FORMS = "株|有|同|資|名|協|企|業|一社|一財|福|医|特非|農|カブ|カ|ユ|ド|メ|シ|キヨウクミ|フク|イ"
_IN_BRACKETS = re.compile(
    rf"\((?:{_SHORT_FORMS})\)|^(?:カ|ユ|ド|メ|シ|キヨウクミ|フク|イ)\)|\((?:カ|ユ|ド|メ|シ|キヨウクミ|フク|イ)$"
)
_SPELLED_OUT = re.compile("|".join(sorted(_LEGAL_FORMS, key=len, reverse=True)))


#: 都道府県と市区町村まで（金沢市、能美郡川北町、大阪市中央区）
_TOWN = re.compile(
    r"(?:東京都|北海道|大阪府|京都府|[^\s0-9]{2,3}県)?[^\s0-9]{1,7}?(?:市|区|郡[^\s0-9]{1,7}?[町村]|町|村)"
)
HIDDEN = "（以下は伏せています）"


def town_only(text):
    """住所や所在を、市区町村までにする。個人の資産や住まいを、知らなくてよい人に見せないため。"""
    found = _TOWN.search(text or "")
    return f"{found.group(0)}{HIDDEN}" if found else HIDDEN if text else ""


def search_terms(text):
    """検索の語: the words typed into a search box; signs that no text holds (NUL, which PostgreSQL refuses) part them."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", str(text or "")).split()


def search_key(text):
    """検索キー: one key for every writing of a name: width, kind and size of kana, 株式会社 or ㈱, ー and ・.

    Meant for comparing by containment; never shown. A text that is nothing but a legal form keeps it, so that a
    search for 「株式会社」 does not find everybody.
    """
    plain = unicodedata.normalize("NFKC", "".join(search_terms(text))).casefold()
    plain = jaconv.hira2kata(plain).translate(_SMALL_KANA).translate(_OLD_KANJI)
    plain = plain.replace("ヂ", "ジ").replace("ヅ", "ズ")
    folded = _DROPPED.sub("", plain)
    named = _SPELLED_OUT.sub("", _IN_BRACKETS.sub("", folded))
    named = re.sub(r"[()\[\]「」]", "", named)
    return named or re.sub(r"[()\[\]「」]", "", folded)
