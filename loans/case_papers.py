"""案件の書類（稟議書・答申書・決定通知）の様式と、印字する値。データベースの値は loans.memorandum と loans.letters が写す。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from documents.blocks import Section
from documents.paper import Paper
from documents.parties import Party
from governance.enums import ItemResult

FORM_VERSION = "2026年版"
CREDIT_MEMORANDUM = Paper(
    "credit_memorandum", "稟議書", "print/loans/credit_memorandum.html", FORM_VERSION, sheet="file", repeatable=True
)
RECOMMENDATION = Paper(
    "recommendation", "答申書", "print/loans/recommendation.html", FORM_VERSION, sheet="letter", repeatable=True
)
DECISION_NOTICE = Paper(
    "decision_notice", "決定通知書", "print/loans/decision_notice.html", FORM_VERSION, sheet="letter", repeatable=True
)
PAPERS = {paper.code: paper for paper in (CREDIT_MEMORANDUM, RECOMMENDATION, DECISION_NOTICE)}
#: 決裁欄
SEALS = ("事務局", "事務局長", "理事長")


@dataclass(frozen=True, kw_only=True)
class CreditMemorandum:
    """稟議書に印字する値。案件のページの、そのときの内容のすべて。"""

    number: str
    issuer: str
    subject: str
    stage: str
    issued_on: date
    reader: str
    read_at: str
    summary: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    seals: tuple[str, ...] = SEALS

    stamp_duty = 0

    @property
    def title(self) -> str:
        return f"稟議書　{self.subject}"


@dataclass(frozen=True, kw_only=True)
class Voice:
    """委員一人の意見。choice は「賛成」「除斥」など、意見を述べなかった委員は空。"""

    name: str
    seat: str
    choice: str
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """答申書に印字する値（H2.4-g）。委員会の意見であり、決定ではない。"""

    number: str
    issuer: str
    addressee: str
    body: str
    asked_on: date
    advised_on: date
    decision_number: str
    subject: tuple[tuple[str, str], ...]
    conclusion: str
    counts: str
    quorum: str
    voices: tuple[Voice, ...]
    conditions: tuple[str, ...] = ()
    comment: str = ""
    capacity_comment: str = ""
    signer_title: str = "委員長"
    signer: str = ""

    stamp_duty = 0

    @property
    def title(self) -> str:
        return f"答申書　{self.decision_number}"


@dataclass(frozen=True, kw_only=True)
class DecisionLetter:
    """決定通知書に印字する値。result は可・条件付可・否の符号。委員会・理事会の意見と賛否は、持たない。"""

    number: str
    written_on: date
    creditor: Party
    addressee: Party
    honorific: str
    result: str
    received_on: date
    application_number: str
    decided_on: date
    terms: tuple[tuple[str, str], ...] = ()
    conditions: tuple[tuple[str, str], ...] = ()
    expires_on: date | None = None
    bank_funded: bool = False
    reason_told: str = ""
    message: str = ""
    returned: tuple[str, ...] = ()
    person_in_charge: str = ""

    stamp_duty = 0

    @property
    def title(self) -> str:
        return f"決定通知書　{self.application_number}"

    @property
    def issuer(self) -> str:
        return self.creditor.name

    @property
    def is_declined(self) -> bool:
        return self.result == ItemResult.UNFAVOURABLE

    @property
    def is_conditional(self) -> bool:
        return self.result == ItemResult.CONDITIONAL
