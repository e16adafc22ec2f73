"""枠のモデル: 利用者、招待、組合、提案、方針（設定）、操作の記録、閲覧の記録、二度押しの合言葉、書きかけ。"""

from coopfin.models.cooperative import Cooperative, Sequence
from coopfin.models.delegation import DelegatedAct, Delegation, DelegationRow
from coopfin.models.invitations import Invitation
from coopfin.models.kept import KeptForm
from coopfin.models.lists import ListColumns, SavedFilter
from coopfin.models.policy import HaircutRate, Policy
from coopfin.models.proposals import Proposal, ProposalQuerySet
from coopfin.models.records import ActionLog, ActionLogQuerySet, ReadLog, TargetedRecord, UsedToken
from coopfin.models.users import User, UserManager, UserRole

__all__ = [
    "ActionLog",
    "ActionLogQuerySet",
    "Cooperative",
    "DelegatedAct",
    "Delegation",
    "DelegationRow",
    "HaircutRate",
    "Invitation",
    "KeptForm",
    "ListColumns",
    "Policy",
    "Proposal",
    "ProposalQuerySet",
    "ReadLog",
    "SavedFilter",
    "Sequence",
    "TargetedRecord",
    "UsedToken",
    "User",
    "UserManager",
    "UserRole",
]
