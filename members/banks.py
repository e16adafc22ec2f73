"""全国の銀行と支店の名前を、コードから引く（zengin-code の表）。名前は登録した時のものを組合員に写して残す。"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class BankNames:
    """銀行と支店の名前。引けなければ空で、理由が入る。"""

    bank: str = ""
    branch: str = ""
    bank_problem: str = ""
    branch_problem: str = ""


def lookup(bank_code: str, branch_code: str) -> BankNames:
    """銀行コード・支店コードから名前を引く。空欄は空のまま返す。"""
    if not bank_code:
        return BankNames(branch_problem="先に銀行コードを入力してください。" if branch_code else "")
    banks = _banks()
    bank = banks.get(bank_code)
    if bank is None:
        return BankNames(bank_problem=f"銀行コード {bank_code} の銀行はありません。")
    name = _official(bank_code, bank.name)
    if not branch_code:
        return BankNames(bank=name)
    branch = bank.branches.get(branch_code)
    if branch is None:
        return BankNames(bank=name, branch_problem=f"{name}に支店コード {branch_code} の支店はありません。")
    return BankNames(bank=name, branch=_branch(bank_code, branch.name))


def same_bank(written: str, name: str) -> bool:
    """書かれた名前が、コードの示す名前と同じとみてよいか（國と国、「銀行」「支店」の有無は見ない）。"""
    return _key(written) == _key(name)


def is_of(written: str, name: str) -> bool:
    """書かれた借入先が、この金融機関か。name に支店がなければ、どの支店でもよい。"""
    first, *_ = written.split() or [""]
    return same_bank(written, name) or same_bank(first, name)


def is_mentioned(name: str, text: str) -> bool:
    """文の中に、この金融機関の名があるか。"""
    return bool(name) and _plain(name) in _plain(text)


def _banks():
    # 二万九千の支店を読むので、使うときに一度だけ読む。
    from zengin_code import Bank

    return Bank.all


#: 短い名前に「銀行」が省かれている区分（都銀・地銀・信託・第二地銀など）。外国銀行などは表のまま使う。
_WITH_SUFFIX = ((1, 44), (116, 191), (288, 398), (501, 596))
_WHOLE_BRANCH = ("支店", "本店", "代理店", "営業部", "事業部", "本部", "出張所", "支所", "営業所", "センター", "ＡＴＭ")


def _official(code: str, name: str) -> str:
    """表の短い名前に「銀行」を補う（北國 → 北國銀行）。信金・信組・商工中金はそのままで通じる。"""
    if any(first <= int(code) <= last for first, last in _WITH_SUFFIX) and not name.endswith("銀行"):
        return f"{name}銀行"
    return name


def _branch(bank_code: str, name: str) -> str:
    """表の短い名前に「支店」を補う（県庁 → 県庁支店）。農協など呼び方の分かれるものは表のまま使う。"""
    if name.endswith(_WHOLE_BRANCH) or "2950" <= bank_code <= "9899":
        return name
    return f"{name}{'店' if bank_code == '9900' else '支店'}"


def _plain(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).replace("國", "国").replace(" ", "")
    for long, short in (("商工組合中央金庫", "商工中金"), ("信用金庫", "信金"), ("信用組合", "信組"), ("ヶ", "ケ")):
        plain = plain.replace(long, short)
    return plain


def _key(name: str) -> str:
    plain = _plain(name)
    for ending in ("銀行", "支店"):
        plain = plain.removesuffix(ending)
    return plain
