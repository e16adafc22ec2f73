"""印紙税: duty on the papers of a loan (印紙税法 別表第一). Whole yen; an electronic document bears none."""

from enum import StrEnum

from .yen import Explanation, ImpossibleTerms, group

# (upper bound, inclusive; duty). Beyond the last bound the second element of the pair below applies.
_DEED = (  # 第1号の3文書 消費貸借に関する契約書
    (100_000, 200),
    (500_000, 400),
    (1_000_000, 1_000),
    (5_000_000, 2_000),
    (10_000_000, 10_000),
    (50_000_000, 20_000),
    (100_000_000, 60_000),
    (500_000_000, 100_000),
    (1_000_000_000, 200_000),
    (5_000_000_000, 400_000),
)
_DEED_BEYOND = 600_000
_DEED_FREE_BELOW = 10_000
_BILL = (  # 第3号文書 約束手形・為替手形
    (1_000_000, 200),
    (2_000_000, 400),
    (3_000_000, 600),
    (5_000_000, 1_000),
    (10_000_000, 2_000),
    (20_000_000, 4_000),
    (30_000_000, 6_000),
    (50_000_000, 10_000),
    (100_000_000, 20_000),
    (200_000_000, 40_000),
    (300_000_000, 60_000),
    (500_000_000, 100_000),
    (1_000_000_000, 150_000),
)
_BILL_BEYOND = 200_000
_BILL_FREE_BELOW = 100_000


class Paper(StrEnum):
    """課税文書の種類: papers whose duty does not depend on an amount."""

    MASTER_AGREEMENT = "master_agreement"
    ROOT_GUARANTEE_LETTER = "root_guarantee_letter"
    GUARANTEE_CLAUSE_INSIDE_DEED = "guarantee_clause_inside_deed"
    DEBT_ASSUMPTION = "debt_assumption"
    CHANGE_OF_TERMS_WITHOUT_AMOUNT = "change_of_terms_without_amount"
    ELECTRONIC_CONTRACT = "electronic_contract"
    RECEIPT_TO_MEMBER = "receipt_to_member"
    MORTGAGE_ONLY_DEED = "mortgage_only_deed"
    CLAIM_ASSIGNMENT = "claim_assignment"


_FIXED = {
    Paper.MASTER_AGREEMENT: (4_000, "第7号文書（継続的取引の基本となる契約書）"),
    Paper.ROOT_GUARANTEE_LETTER: (200, "第13号文書（債務の保証に関する契約書）"),
    Paper.GUARANTEE_CLAUSE_INSIDE_DEED: (0, "主たる債務の契約書に併記した保証は課税されません"),
    Paper.DEBT_ASSUMPTION: (200, "第15号文書（債務引受けに関する契約書）"),
    Paper.CHANGE_OF_TERMS_WITHOUT_AMOUNT: (200, "契約金額の記載のない変更契約書"),
    Paper.ELECTRONIC_CONTRACT: (0, "電子契約は課税文書にあたりません"),
    Paper.RECEIPT_TO_MEMBER: (0, "組合と出資者との間の受取書は非課税です（第17号文書）"),
    Paper.MORTGAGE_ONLY_DEED: (0, "抵当権の設定だけの契約書は課税文書にあたりません"),
    Paper.CLAIM_ASSIGNMENT: (200, "第15号文書（債権譲渡に関する契約書）"),
}


def deed_duty(amount, electronic=False):
    """金銭消費貸借契約証書（第1号の3文書）: by amount in yen; None where the deed states no amount (200 yen)."""
    if electronic:
        return 0
    if amount is None:
        return 200
    return _bracket(amount, _DEED, _DEED_BEYOND, _DEED_FREE_BELOW)


def bill_duty(amount, electronic=False):
    """約束手形（第3号文書）: by amount in yen; a blank bill bears no duty until it is filled in."""
    if electronic or amount is None:
        return 0
    return _bracket(amount, _BILL, _BILL_BEYOND, _BILL_FREE_BELOW)


def bills_duty(amounts):
    """手形を分けたときの印紙税: several smaller bills may bear less than one."""
    return sum(bill_duty(amount) for amount in amounts)


def fixed_duty(paper, electronic=False):
    """定額の文書の印紙税."""
    duty, _ = _FIXED[_paper(paper)]
    return 0 if electronic else duty


def explain_deed(amount, electronic=False):
    """金銭消費貸借契約証書の印紙税の説明."""
    duty = deed_duty(amount, electronic)
    if electronic:
        return Explanation("印紙税", "電子契約のため印紙は要りません = 0円", duty)
    stated = "契約金額の記載なし" if amount is None else f"契約金額{group(amount)}円"
    return Explanation("印紙税", f"第1号の3文書、{stated} = {group(duty)}円", duty)


def explain_bill(amount, electronic=False):
    """約束手形の印紙税の説明."""
    duty = bill_duty(amount, electronic)
    if electronic:
        return Explanation("印紙税", "電子記録のため印紙は要りません = 0円", duty)
    stated = "手形金額の記載なし" if amount is None else f"手形金額{group(amount)}円"
    return Explanation("印紙税", f"第3号文書、{stated} = {group(duty)}円", duty)


def explain_fixed(paper, electronic=False):
    """定額の文書の印紙税の説明."""
    paper = _paper(paper)
    duty = fixed_duty(paper, electronic)
    reason = "電子契約のため印紙は要りません" if electronic else _FIXED[paper][1]
    return Explanation("印紙税", f"{reason} = {group(duty)}円", duty)


def _paper(paper):
    try:
        return Paper(paper)
    except ValueError:
        raise ImpossibleTerms(f"文書の種類「{paper}」は印紙税の表にありません。") from None


def _bracket(amount, brackets, beyond, free_below):
    if amount < 0:
        raise ImpossibleTerms("記載金額がマイナスです。")
    if amount < free_below:
        return 0
    return next((duty for bound, duty in brackets if amount <= bound), beyond)
