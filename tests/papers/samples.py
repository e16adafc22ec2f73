"""試験する書類: ふつうの一件、保証人も担保もない一件、名前のとても長い一件。"""

from ledger.printing import VOUCHER_SLIP
from loans.papers import DEED, GUARANTEE_LETTER, MASTER_AGREEMENT
from loans.resolution_paper import LIMIT_PROPOSAL
from tests.factories import documents as make

SAMPLES = {
    "master_agreement": (MASTER_AGREEMENT, make.make_master_agreement()),
    "master_agreement_long": (
        MASTER_AGREEMENT,
        make.make_master_agreement(creditor=make.LONG_PARTY, debtor=make.LONG_PARTY, rounding="half_up", grace_days=30),
    ),
    "deed": (DEED, make.make_deed()),
    "deed_without_guarantors": (DEED, make.make_bare_deed()),
    "deed_long": (DEED, make.make_long_deed()),
    "guarantee_letter": (GUARANTEE_LETTER, make.make_guarantee_letter()),
    "guarantee_letter_long": (GUARANTEE_LETTER, make.make_long_guarantee_letter()),
    "voucher_slip": (VOUCHER_SLIP, make.make_slip()),
    "voucher_slip_long": (VOUCHER_SLIP, make.make_long_slip()),
    "limit_proposal": (LIMIT_PROPOSAL, make.make_limit_proposal()),
    "limit_proposal_long": (LIMIT_PROPOSAL, make.make_long_limit_proposal()),
}
CONTRACTS = {name: sample for name, sample in SAMPLES.items() if not name.startswith(("voucher", "limit"))}
