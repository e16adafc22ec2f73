"""法人番号: 13 digits whose first is a check digit (法人番号の指定等に関する省令2条), tested by python-stdnum."""

import unicodedata

from stdnum.exceptions import ValidationError
from stdnum.jp import cn

from .yen import ImpossibleTerms


def is_valid(text):
    """法人番号が正しいか."""
    try:
        normalise(text)
    except ImpossibleTerms:
        return False
    return True


def normalise(text):
    """法人番号の正規化: full width, spaces and hyphens accepted; what is wrong is refused with a sentence."""
    plain = unicodedata.normalize("NFKC", str(text)).strip().replace(" ", "")
    plain = plain.translate({ord(mark): None for mark in "-‐−–—ー"})
    if len(plain) != 13 or not (plain.isascii() and plain.isdigit()):
        raise ImpossibleTerms("法人番号は13桁の数字です。")
    try:
        return cn.validate(plain)
    except ValidationError:
        raise ImpossibleTerms("法人番号の検査数字が合いません。番号を確かめてください。") from None
