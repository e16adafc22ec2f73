"""保証意思宣明公正証書（計算のみ）: who must declare before a notary, and when (民法465条の6〜465条の9)."""

from dataclasses import dataclass
from enum import StrEnum

from coopfin.calc.days import add_months
from coopfin.calc.words import to_wareki

DEED_ARTICLE = "民法465条の6"
CORPORATE_ARTICLE = "民法465条の6第3項"
EXCEPTION_ARTICLE = "民法465条の9"
MONTHS_BEFORE = 1


class Debtor(StrEnum):
    """主たる債務者: whose debt is guaranteed."""

    COMPANY = "company"
    SOLE_PROPRIETOR = "sole_proprietor"
    COOPERATIVE = "cooperative"


class Entity(StrEnum):
    """保証人の別: the rule protects individuals only."""

    INDIVIDUAL = "individual"
    CORPORATE = "corporate"


class Relation(StrEnum):
    """保証人と主たる債務者との関係."""

    REPRESENTATIVE = "representative"
    DIRECTOR = "director"
    AUDITOR = "auditor"
    MAJORITY_SHAREHOLDER = "majority_shareholder"
    REPRESENTATIVES_SPOUSE_WORKING = "representatives_spouse_working"
    JOINT_PROPRIETOR = "joint_proprietor"
    SPOUSE_WORKING = "spouse_working"
    SPOUSE_NOT_WORKING = "spouse_not_working"
    COOPERATIVE_DIRECTOR = "cooperative_director"
    BORROWING_MEMBERS_REPRESENTATIVE = "borrowing_members_representative"
    RELATIVE_OR_FRIEND = "relative_or_friend"
    AFFILIATED_COMPANY = "affiliated_company"


DEBTOR_LABELS = {
    Debtor.COMPANY: "法人組合員",
    Debtor.SOLE_PROPRIETOR: "個人事業主",
    Debtor.COOPERATIVE: "組合",
}
ENTITY_LABELS = {Entity.INDIVIDUAL: "個人", Entity.CORPORATE: "法人"}
RELATION_LABELS = {
    Relation.REPRESENTATIVE: "代表取締役",
    Relation.DIRECTOR: "取締役(非代表)",
    Relation.AUDITOR: "監査役",
    Relation.MAJORITY_SHAREHOLDER: "総株主の議決権の過半数を有する株主",
    Relation.REPRESENTATIVES_SPOUSE_WORKING: "代表者の配偶者(事業に現に従事)",
    Relation.JOINT_PROPRIETOR: "共同事業者",
    Relation.SPOUSE_WORKING: "配偶者(事業に現に従事)",
    Relation.SPOUSE_NOT_WORKING: "配偶者(従事せず)",
    Relation.COOPERATIVE_DIRECTOR: "組合の理事(組合の銀行借入の保証)",
    Relation.BORROWING_MEMBERS_REPRESENTATIVE: "転貸先組合員会社の代表者(組合の銀行借入の保証)",
    Relation.RELATIVE_OR_FRIEND: "親族・知人",
    Relation.AFFILIATED_COMPANY: "関連会社",
}

# An exemption holds only towards the debtor it is written for: a working spouse is exempt when the debtor is a sole
# proprietor, not when it is the spouse's company.
_EXEMPT = {
    (Debtor.COMPANY, Relation.REPRESENTATIVE): "1号",
    (Debtor.COMPANY, Relation.DIRECTOR): "1号",
    (Debtor.COOPERATIVE, Relation.COOPERATIVE_DIRECTOR): "1号",
    (Debtor.COMPANY, Relation.MAJORITY_SHAREHOLDER): "2号",
    (Debtor.SOLE_PROPRIETOR, Relation.JOINT_PROPRIETOR): "3号",
    (Debtor.SOLE_PROPRIETOR, Relation.SPOUSE_WORKING): "3号",
}


@dataclass(frozen=True)
class DeedRequirement:
    """公正証書の要否: true when the guarantee is void without the deed; with the reason and its article."""

    required: bool
    reason: str
    article: str

    def __bool__(self):
        return self.required


@dataclass(frozen=True)
class DeedValidity:
    """公正証書の有効性: true when the deed was made in time; with the reason and its article."""

    valid: bool
    reason: str
    article: str = DEED_ARTICLE

    def __bool__(self):
        return self.valid


def deed_required(relation, debtor, entity=Entity.INDIVIDUAL):
    """公正証書が要るか: for a guarantee of a business debt by an individual who is not inside the business."""
    relation, debtor, entity = Relation(relation), Debtor(debtor), Entity(entity)
    label, whose = RELATION_LABELS[relation], DEBTOR_LABELS[debtor]
    if entity is Entity.CORPORATE:
        return DeedRequirement(False, "法人が保証人となるときは公正証書は要りません。", CORPORATE_ARTICLE)
    if number := _EXEMPT.get((debtor, relation)):
        return DeedRequirement(
            False,
            f"主たる債務者（{whose}）の「{label}」は公正証書の例外にあたります。",
            f"{EXCEPTION_ARTICLE}第{number}",
        )
    return DeedRequirement(
        True,
        f"主たる債務者（{whose}）に対する「{label}」が個人で事業の借入を保証するには、"
        "契約前1か月以内の保証意思宣明公正証書が要ります。ないと保証は無効です。",
        DEED_ARTICLE,
    )


def deed_earliest(contract_on):
    """公正証書の最早日: one month before the contract, month end where that day is missing (民法143条)."""
    return add_months(contract_on, -MONTHS_BEFORE)


def deed_valid(deed_on, contract_on):
    """公正証書が有効か: made within the month before the contract, and before its day."""
    if deed_on is None:
        return DeedValidity(False, "保証意思宣明公正証書の作成日がありません。")
    earliest = deed_earliest(contract_on)
    if deed_on >= contract_on:
        return DeedValidity(
            False,
            f"公正証書の作成日（{to_wareki(deed_on)}）は契約日（{to_wareki(contract_on)}）より前でなければなりません。",
        )
    if deed_on < earliest:
        return DeedValidity(
            False, f"公正証書の作成日（{to_wareki(deed_on)}）が契約日の1か月前（{to_wareki(earliest)}）より前です。"
        )
    return DeedValidity(True, f"公正証書の作成日（{to_wareki(deed_on)}）は契約前1か月以内です。")
