"""契約に要る書類（H2.5-a・b、チェックポイント5）。流れの確認事項と、書類を作る所の両方が引く。"""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType

from collateral.enums import GuaranteeScope, RightKind
from collateral.models import Guarantee, SecurityInterest
from documents.models import IssuedDocument
from documents.paper import Paper
from loans import root_guarantees
from loans.enums import ApplicationState, LoanState
from loans.models import Loan, LoanSecurity
from loans.papers import DEED, DEED_WITH_MORTGAGE, GUARANTEE_LETTER, MASTER_AGREEMENT
from loans.security_papers import SECURITY_PAPERS, paper_for


def papers_for(loan: Loan) -> list[Paper]:
    """この契約に要る書類。

    約定書は、組合員のほかの貸付で調印済のものが有効に残っていれば要らない。証書貸付には証書（抵当権を同時に設定するときは
    抵当権設定の証書を兼ねるもの）、新しく受ける根保証のある手形貸付には保証書、新しく設定する担保にはその契約書（H2.5-b・d）。
    """
    papers = [] if _signed_master_elsewhere(loan) else [MASTER_AGREEMENT]
    interests = interests_to_set(loan)
    if not loan.is_bill:
        papers.append(DEED_WITH_MORTGAGE if any(set_in_deed(loan, interest) for interest in interests) else DEED)
    elif guarantees_to_give(loan):
        papers.append(GUARANTEE_LETTER)
    needed = {
        paper_for(interest.asset.kind, interest.right).code for interest in interests if not set_in_deed(loan, interest)
    }
    return papers + [paper for code, paper in SECURITY_PAPERS.items() if code in needed]


def set_in_deed(loan: Loan, interest: SecurityInterest) -> bool:
    """証書の中で設定する担保権か。証書貸付の普通抵当は、貸付と同じ証書で設定する（H2.5-d）。"""
    return not loan.is_bill and interest.right == RightKind.MORTGAGE


def securities_of(loan: Loan) -> list[SecurityInterest]:
    """この契約に付く、効力のある担保権。"""
    links = loan.application.securities.filter(interest__released_on__isnull=True).select_related(
        "interest__asset__owner_person", "interest__asset__owner_member__representative"
    )
    return [link.interest for link in links.order_by("pk")]


def interests_to_set(loan: Loan) -> list[SecurityInterest]:
    """この契約で新しく設定する担保権。ほかの契約で設定したもの、契約の前に登記したものは、契約書を作り直さない。"""
    found = [one for one in securities_of(loan) if one.registered_on is None or one.registered_on >= loan.contracted_on]
    if not found:
        return []
    earlier = Loan.objects.filter(pk__lt=loan.pk).exclude(state=LoanState.CANCELLED)
    already = LoanSecurity.objects.filter(interest__in=found, application__in=earlier.values("application"))
    set_before = set(already.values_list("interest", flat=True))
    return [interest for interest in found if interest.pk not in set_before]


def guarantees_of(loan: Loan, scope: str) -> list[Guarantee]:
    """この契約の、効力のある保証（特定保証または根保証）。"""
    links = loan.application.guarantees.filter(
        guarantee__scope=scope, guarantee__released_on__isnull=True
    ).select_related("guarantee__person", "guarantee__member__representative", "guarantee__debtor")
    return [link.guarantee for link in links.order_by("pk")]


def guarantees_to_give(loan: Loan) -> list[Guarantee]:
    """この契約で新しく受ける根保証。前の契約で受けたものは、保証書を作り直さない（民法465条の2）。"""
    roots = guarantees_of(loan, GuaranteeScope.ROOT)
    before = root_guarantees.given_before(loan.application, roots, before=loan)
    return [guarantee for guarantee in roots if guarantee.pk not in before]


def agreement_of(loan: Loan) -> IssuedDocument | None:
    """この契約が立つ約定書。組合員の調印済のもの、なければこの契約で発行した有効なもの。"""
    signed = _signed_agreements(loan.member_id).without_content().order_by("-signed_on", "-pk").first()
    if signed is not None:
        return signed
    content_type = ContentType.objects.get_for_model(Loan)
    issued = IssuedDocument.objects.valid().without_content().about(content_type, loan.pk)
    return issued.filter(paper=MASTER_AGREEMENT.code).first()


def stands_on_agreement_of(loan: Loan) -> bool:
    """同じ組合員のほかの貸付が、この契約で調印した約定書の上に立っているか（自分の約定書を持たないか）。"""
    if not _signed_agreements(loan.member_id).filter(object_id=loan.pk).exists():
        return False
    if _signed_master_elsewhere(loan):
        return False
    past_papers = (ApplicationState.READY, ApplicationState.DISBURSED)
    others = Loan.objects.filter(member_id=loan.member_id, application__state__in=past_papers)
    return others.exclude(pk=loan.pk).exclude(state=LoanState.CANCELLED).exists()


def _signed_agreements(member_id: int):
    loans = Loan.objects.filter(member_id=member_id).values("pk")
    content_type = ContentType.objects.get_for_model(Loan)
    signed = IssuedDocument.objects.valid().filter(paper=MASTER_AGREEMENT.code, signed_on__isnull=False)
    return signed.filter(content_type=content_type, object_id__in=loans)


def _signed_master_elsewhere(loan: Loan) -> bool:
    return _signed_agreements(loan.member_id).exclude(object_id=loan.pk).exists()
