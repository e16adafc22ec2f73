"""試験する書類: ふつうの一件、保証人も担保もない一件、名前のとても長い一件。"""

from documents.form_registry import FORMS
from governance.printing import CONVENING_NOTICE, MEETING_PAPERS, MINUTES, MINUTES_ANNEX
from ledger.printing import VOUCHER_SLIP
from loans.case_papers import CREDIT_MEMORANDUM, DECISION_NOTICE, RECOMMENDATION
from loans.document_list import DOCUMENT_LIST
from loans.papers import DEED, DEED_WITH_MORTGAGE, GUARANTEE_LETTER, MASTER_AGREEMENT
from loans.resolution_paper import LIMIT_PROPOSAL
from loans.security_papers import SECURITY_PAPERS
from loans.views.timeline import TIMELINE
from tests.factories import case_papers, meetings
from tests.factories import documents as make

SAMPLES = {
    "master_agreement": (MASTER_AGREEMENT, make.make_master_agreement()),
    "master_agreement_long": (
        MASTER_AGREEMENT,
        make.make_master_agreement(creditor=make.LONG_PARTY, debtor=make.LONG_PARTY, rounding="half_up", grace_days=30),
    ),
    "master_agreement_on_demand": (MASTER_AGREEMENT, make.make_master_agreement(only_on_demand=True)),
    "deed": (DEED, make.make_deed()),
    "deed_fee_truncated_once": (DEED, make.make_deed(fee_truncated_once=True, guarantors=(), collateral=())),
    "deed_without_guarantors": (DEED, make.make_bare_deed()),
    "deed_long": (DEED, make.make_long_deed()),
    "deed_with_mortgage": (DEED_WITH_MORTGAGE, make.make_deed_with_mortgage()),
    "deed_with_mortgage_alone": (
        DEED_WITH_MORTGAGE,
        make.make_deed_with_mortgage(
            collateral=(),
            guarantors=(),
            owners=(),
            bank="",
            fee_truncated_once=True,
            schedule=make.make_plan(fee_rate=0),
        ),
    ),
    **{
        name: (SECURITY_PAPERS[code], make.make_security_contract(code, **changes))
        for name, code, changes in make.SECURITY_SAMPLES
    },
    "guarantee_letter": (GUARANTEE_LETTER, make.make_guarantee_letter()),
    "guarantee_letter_long": (GUARANTEE_LETTER, make.make_long_guarantee_letter()),
    "guarantee_letter_of_a_company": (
        GUARANTEE_LETTER,
        make.make_guarantee_letter(guarantors=make.THREE_GUARANTORS[2:]),
    ),
    "voucher_slip": (VOUCHER_SLIP, make.make_slip()),
    "voucher_slip_long": (VOUCHER_SLIP, make.make_long_slip()),
    "limit_proposal": (LIMIT_PROPOSAL, make.make_limit_proposal()),
    "limit_proposal_long": (LIMIT_PROPOSAL, make.make_long_limit_proposal()),
    "document_list": (DOCUMENT_LIST, make.make_document_list()),
    "document_list_long": (DOCUMENT_LIST, make.make_long_document_list()),
    "timeline": (TIMELINE, make.make_timeline()),
    "timeline_long": (TIMELINE, make.make_timeline(make.LONG_NAME, times=60)),
    "credit_memorandum": (CREDIT_MEMORANDUM, case_papers.make_memorandum()),
    "credit_memorandum_long": (CREDIT_MEMORANDUM, case_papers.make_long_memorandum()),
    "recommendation": (RECOMMENDATION, case_papers.make_recommendation()),
    "recommendation_long": (RECOMMENDATION, case_papers.make_long_recommendation()),
    "decision_notice": (DECISION_NOTICE, case_papers.make_letter()),
    "decision_notice_conditional": (DECISION_NOTICE, case_papers.make_conditional_letter()),
    "decision_notice_declining": (DECISION_NOTICE, case_papers.make_declining_letter()),
    "decision_notice_long": (DECISION_NOTICE, case_papers.make_long_letter()),
    "convening_notice": (CONVENING_NOTICE, meetings.make_notice()),
    "meeting_papers": (MEETING_PAPERS, meetings.make_papers()),
    "meeting_papers_long": (MEETING_PAPERS, meetings.make_long_papers()),
    "minutes": (MINUTES, meetings.make_minutes()),
    "minutes_long": (MINUTES, meetings.make_long_minutes()),
    "minutes_annex": (MINUTES_ANNEX, meetings.make_minutes()),
    "minutes_annex_long": (MINUTES_ANNEX, meetings.make_long_minutes()),
}
CONTRACTS = {name: sample for name, sample in SAMPLES.items() if sample[0].code in FORMS}
