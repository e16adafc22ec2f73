"""人が書いた文字を、台帳に残す形へそろえる。純粋な関数だけで、直せないものは文を添えて断る。

名称はその人の書いたとおり（㈱・髙・﨑）に残し、探すための形は coopfin.calc.words.search_key が別に作る。
"""

import re
import unicodedata

import jaconv

_SPACES = re.compile(r"\s+")
_HYPHENS = "‐‑‒–—―−ー－ｰ"
_KANA = re.compile(r"[ァ-ヺーヽヾ・A-Za-z0-9 ().,&'\-]*", re.ASCII)
# 全銀協の口座名義に使える文字（半角へ直す前の形）。
_HOLDER = re.compile(r"[ァ-ヴー0-9A-Z ().,/¥「」\-]*", re.ASCII)


class Unwritable(ValueError):
    """この欄には書けない文字や形。文がそのまま利用者への説明になる。"""


def to_name(text) -> str:
    """名称: 前後の空白を除き、続く空白を一つにする。字体はそのまま。"""
    return _SPACES.sub(" ", str(text or "")).strip()


def to_kana(text) -> str:
    """カナ: ひらがな・半角カナも受け、全角カタカナにそろえる。"""
    plain = _narrow(text)
    kana = jaconv.hira2kata(plain)
    _refuse_others(kana, _KANA, "カナは、カタカナで入力してください。「{}」は使えません。")
    return kana


def to_holder(text) -> str:
    """口座名義: 全角・半角・ひらがなを受け、全角カタカナと半角英数字にそろえる（例: カ)ノトセイキ）。"""
    holder = jaconv.hira2kata(_narrow(text)).upper().replace("\\", "¥")
    _refuse_others(holder, _HOLDER, "口座名義は、カナ・英数字・（ ）で入力してください。「{}」は使えません。")
    return holder


def to_postal_code(text) -> str:
    """郵便番号: 9208203・９２０－８２０３・〒920-8203 を 920-8203 に。"""
    plain = _without_hyphens(_narrow(text).removeprefix("〒").strip())
    if not plain:
        return ""
    if not re.fullmatch(r"\d{7}", plain, re.ASCII):
        raise Unwritable("郵便番号は7桁の数字です（例: 920-8203）。")
    return f"{plain[:3]}-{plain[3:]}"


def to_phone(text) -> str:
    """電話番号: 半角の数字とハイフン。0 で始まる。"""
    plain = _narrow(text)
    for mark in _HYPHENS:
        plain = plain.replace(mark, "-")
    plain = plain.replace("(", "-").replace(")", "-").strip("-").replace(" ", "")
    if not plain:
        return ""
    if not re.fullmatch(r"[\d-]+", plain, re.ASCII) or not 9 <= len(plain.replace("-", "")) <= 11:
        raise Unwritable("電話番号は9桁から11桁の数字とハイフンで入力してください（例: 076-267-0000）。")
    if not plain.startswith("0"):
        raise Unwritable("電話番号は0から始まります。表計算で先頭の0が消えていないか確かめてください。")
    return plain


def to_digits(text, width: int, label: str) -> str:
    """桁の決まった番号: 全角を半角にし、表計算で消えた先頭の0を補う。"""
    plain = _without_hyphens(_narrow(text)).replace(" ", "")
    if not plain:
        return ""
    if not re.fullmatch(r"\d+", plain, re.ASCII) or len(plain) > width:
        raise Unwritable(f"{label}は{width}桁の数字です。")
    return plain.zfill(width)


def to_number(text) -> str:
    """組合員番号: 半角にし、空白を除く。"""
    return _narrow(text).replace(" ", "").upper()


def same_name(one: str, other: str) -> bool:
    """氏名が同じか。空白と全角・半角だけを見ない（字体の違いは別の人とみる）。"""
    return name_key(one) == name_key(other)


def name_key(name: str) -> str:
    """同じ人かを確かめるための氏名・カナの形。"""
    return _SPACES.sub("", jaconv.hira2kata(unicodedata.normalize("NFKC", str(name or ""))))


def _narrow(text) -> str:
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", str(text or ""))).strip()


def _without_hyphens(text: str) -> str:
    return text.translate({ord(mark): None for mark in f"-{_HYPHENS}"})


def _refuse_others(text: str, allowed: re.Pattern, sentence: str) -> None:
    end = allowed.match(text).end()
    if end < len(text):
        raise Unwritable(sentence.format(text[end]))
