"""組合員のモデル: 人、組合員、役員、関係先、取込。"""

from members.models.imports import ImportBatch
from members.models.member import Member, MemberQuerySet
from members.models.officers import Officer, OfficerQuerySet
from members.models.people import Industry, Person, Searchable, SearchQuerySet, Versioned
from members.models.relations import Owner, Related, Relationship, connected_with, grouped_with, owners_of, related_to
from members.models.sales import AnnualSales

__all__ = [
    "AnnualSales",
    "ImportBatch",
    "Industry",
    "Member",
    "MemberQuerySet",
    "Officer",
    "OfficerQuerySet",
    "Owner",
    "Person",
    "Related",
    "Relationship",
    "SearchQuerySet",
    "Searchable",
    "Versioned",
    "connected_with",
    "grouped_with",
    "owners_of",
    "related_to",
]
