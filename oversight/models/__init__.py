"""守秘と監査のモデル: 守秘義務の誓約、案件の閲覧の制限と許し、監査の記録。"""

from oversight.models.access import CaseGrant, CaseRestriction
from oversight.models.marks import AuditMark
from oversight.models.pledges import Pledge

__all__ = ["AuditMark", "CaseGrant", "CaseRestriction", "Pledge"]
