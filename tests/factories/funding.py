"""融資枠。"""

from datetime import date

from django.utils import timezone

from coopfin.models import Proposal
from coopfin.roles import Role
from funding.models import Facility
from tests.factories.core import make_user

BANK = "商工組合中央金庫 金沢支店"


def make_facility(*, approved=True, proposer=None, approver=None, **changes):
    """融資枠（承認済なら二人で決めたもの）。"""
    values = {
        "bank": BANK,
        "amount": 100_000_000,
        "effective_on": date(2026, 6, 1),
        "ends_on": date(2027, 5, 31),
        "document_reference": "融資枠契約書 商中金発8-45",
    }
    facility = Facility(**{**values, **changes}, proposed_by=proposer or make_user(Role.ADMIN))
    if approved:
        facility.status = Proposal.Status.APPROVED
        facility.decided_by, facility.decided_at = approver or make_user(Role.CHIEF), timezone.now()
    facility.save()
    return facility
