"""Two people for every setting with effect: proposed by one, approved or rejected by another, refused by the database too."""

from datetime import date

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from coopfin import proposals
from coopfin.flow import StepRefused
from coopfin.models import ActionLog, Delegation, Policy, Proposal
from coopfin.roles import Role
from documents.models import FormVersion
from funding.models import Facility
from governance.models import ArticlesClause, FinanceBylaw, FinanceRule, LimitResolution
from loans.models import Product
from members.models import AccountRequest
from tests.factories.core import make_policy, make_user
from tests.factories.documents import make_form_version
from tests.factories.funding import make_facility
from tests.factories.governance import make_resolution
from tests.factories.members import make_member
from tests.factories.products import make_product
from tests.factories.rules import make_bylaw, make_clause, make_delegation, make_rule

pytestmark = pytest.mark.django_db

ON = date(2026, 11, 22)


def make_account_request(*, approved, proposer):
    return AccountRequest.objects.create(member=make_member(), document="通帳の写し", proposed_by=proposer)


#: 提案の種類 → 作る関数
MAKERS = {
    Policy: make_policy,
    Delegation: make_delegation,
    LimitResolution: make_resolution,
    Facility: make_facility,
    ArticlesClause: make_clause,
    FinanceBylaw: make_bylaw,
    FinanceRule: make_rule,
    AccountRequest: make_account_request,
    Product: make_product,
    FormVersion: make_form_version,
}
#: 管理サイトのほかで承認するもの
ELSEWHERE = {AccountRequest: "members.approve_account"}


@pytest.fixture(params=MAKERS, ids=lambda model: model.__name__)
def proposal(request):
    return MAKERS[request.param](approved=False, proposer=make_user(Role.CHIEF))


def permission(proposal):
    """What the admin site asks for is what the operation is called with."""
    return ELSEWHERE.get(type(proposal)) or admin.site._registry[type(proposal)].approve_permission


def approve(proposal, by):
    return proposals.approve(proposal, by=by, on=ON, permission=permission(proposal))


def reject(proposal, by, reason="議事録の金額と違う"):
    return proposals.reject(proposal, by=by, on=ON, permission=permission(proposal), reason=reason)


def test_every_kind_of_proposal_is_tried_here():
    assert set(MAKERS) == {model for model in apps.get_models() if issubclass(model, Proposal)}


def test_a_second_person_gives_effect(proposal):
    president = make_user(Role.PRESIDENT)
    done = approve(proposal, president)
    assert (done.status, done.decided_by) == (Proposal.Status.APPROVED, president)
    assert done.decided_at is not None
    assert ActionLog.objects.about(proposal).get().by == president


def test_the_proposer_cannot_approve_or_reject(proposal):
    for act in (approve, reject):
        with pytest.raises(StepRefused, match="提案した本人"):
            act(proposal, proposal.proposed_by)
    proposal.refresh_from_db()
    assert proposal.is_waiting


def test_a_role_without_the_permission_cannot_decide(proposal):
    for role in (Role.ADMIN, Role.CLERK, Role.DIRECTOR, Role.AUDITOR):
        with pytest.raises(StepRefused, match="権限がありません"):
            approve(proposal, make_user(role))


def test_a_rejection_keeps_its_reason_and_is_final(proposal):
    with pytest.raises(StepRefused, match="却下の理由を記入"):
        reject(proposal, make_user(Role.PRESIDENT), reason=" ")
    done = reject(proposal, make_user(Role.PRESIDENT))
    assert (done.status, done.decision_reason) == (Proposal.Status.REJECTED, "議事録の金額と違う")
    with pytest.raises(StepRefused, match="すでに「却下」"):
        approve(proposal, make_user(Role.PRESIDENT))


def test_only_the_proposer_takes_back_with_a_reason_and_only_while_it_waits(proposal):
    with pytest.raises(StepRefused, match="本人"):
        proposals.withdraw(proposal, by=make_user(Role.PRESIDENT), on=ON, reason="誤り")
    with pytest.raises(ValidationError, match="理由"):
        proposals.withdraw(proposal, by=proposal.proposed_by, on=ON, reason=" ")
    gone = proposals.withdraw(proposal, by=proposal.proposed_by, on=ON, reason="金額の書き間違い")
    assert (gone.is_waiting, gone.is_withdrawn, gone.get_status_display()) == (False, True, "取下げ")
    assert not type(proposal).objects.waiting().filter(pk=proposal.pk).exists()
    with pytest.raises(StepRefused, match="すでに「取下げ」"):
        approve(proposal, make_user(Role.PRESIDENT))
    for half in ({"withdrawal_reason": ""}, {"withdrawn_at": None}, {"status": "proposed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(proposal).objects.filter(pk=proposal.pk).update(**half)


def test_the_database_refuses_one_person_in_both_parts(proposal):
    rows = type(proposal).objects.filter(pk=proposal.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(status="approved", decided_by=proposal.proposed_by, decided_at=timezone.now())


def test_the_database_refuses_half_a_decision(proposal):
    rows = type(proposal).objects.filter(pk=proposal.pk)
    for half in (
        {"status": "approved"},
        {"status": "approved", "decided_by": make_user(Role.PRESIDENT)},
        {"decided_by": make_user(Role.PRESIDENT), "decided_at": timezone.now()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**half)


def test_two_approved_policies_cannot_start_on_the_same_day():
    make_policy(effective_on=ON)
    second = make_policy(effective_on=ON, approved=False)
    with pytest.raises(ValidationError, match="同じ日から効力を持つ承認済の方針がすでにあります"):
        approve(second, make_user(Role.PRESIDENT))
    second.refresh_from_db()
    assert second.is_waiting


@pytest.mark.parametrize("make", [make_policy, make_delegation])
def test_a_later_version_does_not_begin_in_the_past_the_first_may(make):
    """さかのぼって効力を持てば、その間の計算と承認が、あとから違う定めによったことになる。"""
    president = make_user(Role.PRESIDENT)
    first = make(effective_on=date(2026, 4, 1), approved=False)
    assert approve(first, president).is_approved
    past = make(effective_on=date(2026, 11, 21), approved=False)
    with pytest.raises(StepRefused, match="2026年11月21日）が過ぎています"):
        approve(past, president)
    assert approve(make(effective_on=ON, approved=False), president).is_approved


def test_an_unapproved_limit_has_no_effect():
    waiting = make_resolution(approved=False, effective_on=date(2026, 6, 1))
    assert LimitResolution.current(ON) is None
    approve(waiting, make_user(Role.PRESIDENT))
    assert LimitResolution.current(ON) == waiting


def test_a_resolution_is_valid_until_the_grace_after_its_fiscal_year():
    make_policy(limit_grace_months=3)
    resolution = make_resolution(effective_on=date(2026, 5, 28))
    assert resolution.valid_until(3) == date(2027, 6, 30)
    assert LimitResolution.current(date(2026, 5, 27)) is None
    assert LimitResolution.current(date(2027, 6, 30)) == resolution
    assert LimitResolution.current(date(2027, 7, 1)) is None
    later = make_resolution(effective_on=date(2027, 5, 27), meeting_name="第49回通常総会")
    assert LimitResolution.current(date(2027, 5, 27)) == later
