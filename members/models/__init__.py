"""組合員のモデル: 人、親族、組合員、役員、関係先、加入・出資・脱退、やりとり、取込。"""

from members.models.dealings import AccountRequest, Contact, FollowUp, Mandate, MemberNote
from members.models.imports import ImportBatch
from members.models.kinship import Kinship, KinshipKind, kin_of, self_and_kin
from members.models.member import ACCOUNT_FIELDS, Member, MemberQuerySet
from members.models.officers import Officer, OfficerQuerySet
from members.models.people import Industry, Person, Searchable, SearchQuerySet, Versioned
from members.models.relations import Owner, Related, Relationship, connected_with, grouped_with, owners_of, related_to
from members.models.sales import AnnualSales
from members.models.standing import Leaving, ShareChange

__all__ = [
    "ACCOUNT_FIELDS",
    "AccountRequest",
    "AnnualSales",
    "Contact",
    "FollowUp",
    "ImportBatch",
    "Industry",
    "Kinship",
    "KinshipKind",
    "Leaving",
    "Mandate",
    "Member",
    "MemberNote",
    "MemberQuerySet",
    "Officer",
    "OfficerQuerySet",
    "Owner",
    "Person",
    "Related",
    "Relationship",
    "SearchQuerySet",
    "Searchable",
    "ShareChange",
    "Versioned",
    "connected_with",
    "grouped_with",
    "kin_of",
    "owners_of",
    "related_to",
    "self_and_kin",
]
