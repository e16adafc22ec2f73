"""貸付のモデル。"""

from loans.models.advice import Advice, EscalatedMiss, Escalation
from loans.models.application import (
    Application,
    FundingDecision,
    Investigation,
    LoanGuarantee,
    LoanSecurity,
)
from loans.models.capacity import RepaymentCapacity
from loans.models.checklist import DocumentFile, RequiredDocument
from loans.models.comments import Comment
from loans.models.conditions import Condition, ProposedCondition
from loans.models.dealings import DirectorDealing
from loans.models.guideline import GuaranteeReview, GuidelineFinding
from loans.models.letters import DecisionNotice
from loans.models.loan import Instalment, Loan, LoanEvent
from loans.models.plan import BankRelation, BillParty, FundSource, FundUse
from loans.models.product import Product, ProductDocument
from loans.models.submissions import Submission
from loans.models.worksheet import FundsCause, FundsNeed, FundsTerm, Interview, WorksheetAnswer

__all__ = [
    "Advice",
    "Application",
    "BankRelation",
    "BillParty",
    "Comment",
    "Condition",
    "DecisionNotice",
    "DirectorDealing",
    "DocumentFile",
    "EscalatedMiss",
    "Escalation",
    "FundSource",
    "FundUse",
    "FundingDecision",
    "FundsCause",
    "FundsNeed",
    "FundsTerm",
    "GuaranteeReview",
    "GuidelineFinding",
    "Instalment",
    "Interview",
    "Investigation",
    "Loan",
    "LoanEvent",
    "LoanGuarantee",
    "LoanSecurity",
    "Product",
    "ProductDocument",
    "ProposedCondition",
    "RepaymentCapacity",
    "RequiredDocument",
    "Submission",
    "WorksheetAnswer",
]
