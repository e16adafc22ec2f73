"""適格請求書発行事業者の登録番号: T and 13 digits; a corporation's digits are its 法人番号 (消費税法57条の2, 国税庁の案内)."""

import re
import unicodedata

from . import corporate_number
from .yen import ImpossibleTerms

_SHAPE = re.compile(r"T\d{13}", re.ASCII)


def has_format(text):
    """T と13桁の数字か (of a sole proprietor no more can be asked: his digits are not a 法人番号)."""
    return bool(_SHAPE.fullmatch(_plain(text)))


def is_corporate(text):
    """法人の登録番号として正しいか: the digits after the T are a valid 法人番号."""
    return has_format(text) and corporate_number.is_valid(_plain(text)[1:])


def normalise(text):
    """法人の登録番号の正規化: full width, small t, spaces and hyphens accepted; what is wrong is refused with a sentence."""
    plain = _plain(text)
    if not _SHAPE.fullmatch(plain):
        raise ImpossibleTerms("登録番号は、T と13桁の数字です（例: T1234567890123）。")
    if not corporate_number.is_valid(plain[1:]):
        raise ImpossibleTerms(
            "登録番号の検査数字が合いません。法人の登録番号は、T のあとに法人番号が続きます。番号を確かめてください。"
        )
    return plain


def _plain(text):
    plain = unicodedata.normalize("NFKC", str(text)).strip().replace(" ", "").upper()
    return plain.translate({ord(mark): None for mark in "-‐−–—ー"})
