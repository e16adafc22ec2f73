"""担保の契約書の様式と、印字する値: 抵当権・根抵当権・譲渡担保・質権の設定契約証書、有価証券担保差入証書（H2.5-d、民法）。

一つの契約で、同じ種類の権利を設定する物件をまとめ、所有者の全部が署名する。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from collateral.enums import REVOLVING_RIGHTS, AssetKind, RightKind
from coopfin.calc import stamp_duty
from documents.paper import Paper
from documents.parties import Party, Signatory
from loans.papers import DEBTOR, FORM_VERSION, OWNER

_TEMPLATE = "print/loans/security_contract.html"
MORTGAGE_CONTRACT = Paper("mortgage_contract", "抵当権設定契約証書", _TEMPLATE, FORM_VERSION)
REVOLVING_MORTGAGE_CONTRACT = Paper("revolving_mortgage_contract", "根抵当権設定契約証書", _TEMPLATE, FORM_VERSION)
ASSIGNMENT_CONTRACT = Paper("assignment_contract", "譲渡担保契約証書", _TEMPLATE, FORM_VERSION)
PLEDGE_CONTRACT = Paper("pledge_contract", "質権設定契約証書", _TEMPLATE, FORM_VERSION)
SECURITIES_PLEDGE = Paper("securities_pledge", "有価証券担保差入証書", _TEMPLATE, FORM_VERSION)

_ORDINARY = frozenset({RightKind.MORTGAGE, RightKind.MORTGAGE_AND_PLEDGE})
#: 根抵当権で担保する債権の範囲（民法398条の2）
SCOPE = (
    "手形貸付取引、証書貸付取引、手形割引取引及び保証委託取引による一切の債権並びに手形債権、小切手債権及び電子記録債権"
)
#: 様式 → その契約で設定する（物件の種類, 権利）か。上から順に、初めに合うもの。
_CHOSEN: tuple[tuple[Paper, Callable[[str, str], bool]], ...] = (
    (SECURITIES_PLEDGE, lambda kind, right: kind == AssetKind.SECURITIES),
    (MORTGAGE_CONTRACT, lambda kind, right: right in _ORDINARY),
    (REVOLVING_MORTGAGE_CONTRACT, lambda kind, right: right in REVOLVING_RIGHTS),
    (ASSIGNMENT_CONTRACT, lambda kind, right: right == RightKind.ASSIGNMENT),
    (PLEDGE_CONTRACT, lambda kind, right: right == RightKind.PLEDGE),
)
SECURITY_PAPERS = {paper.code: paper for paper, _ in _CHOSEN}


def paper_for(kind: str, right: str) -> Paper:
    """その物件に、その権利を設定する契約書。"""
    return next(paper for paper, fits in _CHOSEN if fits(kind, right))


@dataclass(frozen=True, kw_only=True)
class SecuredItem:
    """契約の目的。joint は、同じ債権をほかの物件とともに担保するか。"""

    kind: str
    description: str
    right: str
    rank: int
    amount: int
    owner: Party
    joint: bool = False

    @property
    def kind_label(self) -> str:
        return AssetKind(self.kind).label

    @property
    def right_label(self) -> str:
        return RightKind(self.right).label

    @property
    def is_ranked(self) -> bool:
        """順位のある権利か（譲渡担保は順位を書かない）。"""
        return self.right != RightKind.ASSIGNMENT

    @property
    def amount_label(self) -> str:
        return "極度額" if self.right in REVOLVING_RIGHTS else "債権額"


@dataclass(frozen=True, kw_only=True)
class SecurityContract:
    """担保の契約書に印字する値。"""

    heading: str
    number: str
    contract_number: str
    contracted_on: date
    creditor: Party
    debtor: Party
    principal: int
    interest_rate: Decimal
    damages_rate: Decimal
    maturity_on: date
    claim: str
    court: str
    items: tuple[SecuredItem, ...]
    agreement_articles: tuple[tuple[str, int], ...] = ()

    @property
    def title(self) -> str:
        return f"{self.heading}　{self.contract_number}　{self.debtor.name}"

    @property
    def issuer(self) -> str:
        return self.creditor.name

    @property
    def stamp_duty(self) -> int:
        """債権の譲渡は第15号文書。抵当権・質権の設定と動産の譲渡だけの契約書は、課税文書にあたらない。"""
        if self.assigns_claims:
            return stamp_duty.fixed_duty(stamp_duty.Paper.CLAIM_ASSIGNMENT)
        return stamp_duty.fixed_duty(stamp_duty.Paper.MORTGAGE_ONLY_DEED)

    @property
    def owners(self) -> tuple[Party, ...]:
        """設定者。債務者が先。"""
        found = dict.fromkeys(item.owner for item in self.items)
        return tuple(sorted(found, key=lambda owner: owner != self.debtor))

    @property
    def third_party_owners(self) -> tuple[Party, ...]:
        """債務者でない設定者（物上保証人）。"""
        return tuple(owner for owner in self.owners if owner != self.debtor)

    @property
    def owners_words(self) -> str:
        *most, last = [owner.name for owner in self.owners]
        return f"{'、'.join(most)}及び{last}" if most else last

    @property
    def assigns_claims(self) -> bool:
        return any(item.right == RightKind.ASSIGNMENT and item.kind == AssetKind.RECEIVABLE for item in self.items)

    @property
    def assigns_goods(self) -> bool:
        goods = {AssetKind.MACHINERY, AssetKind.OTHER_SHIP, AssetKind.VEHICLE}
        return any(item.right == RightKind.ASSIGNMENT and item.kind in goods for item in self.items)

    @property
    def scope(self) -> str:
        return SCOPE

    @property
    def maximums(self) -> tuple[tuple[str, int], ...]:
        """根抵当権の極度額。共同担保は合わせて一つ。（物件の言い方, 額）。"""
        joint = [item for item in self.items if item.joint]
        alone = [(item.description, item.amount) for item in self.items if not item.joint]
        return (*((("共同担保の物件", joint[0].amount),) if joint else ()), *alone)

    @property
    def signatories(self) -> tuple[Signatory, ...]:
        """署名欄: 組合、債務者（設定者を兼ねることがある）、物上保証人。"""
        both = f"{DEBTOR}兼設定者" if self.debtor in self.owners else DEBTOR
        return (
            Signatory("債権者", self.creditor),
            Signatory(both, self.debtor),
            *(Signatory(f"設定者（{OWNER}）", owner) for owner in self.third_party_owners),
        )
