"""定款の金融条項・規約・規程・権限委譲（承認済なら二人で決めたもの）。"""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from coopfin.models import Delegation, DelegationRow, Proposal
from coopfin.roles import Role
from governance.enums import FinanceBusiness
from governance.models import ArticlesClause, FinanceBylaw, FinanceRule
from tests.factories.core import make_user

SINCE = date(2026, 4, 1)


def decided(proposal, *, proposer=None, approver=None, approved=True):
    """提案した人と、別の承認した人を付けて保存する。"""
    proposal.proposed_by = proposer or make_user(Role.ADMIN)
    if approved:
        proposal.status = Proposal.Status.APPROVED
        proposal.decided_by = approver or make_user(Role.CHIEF)
        proposal.decided_at = timezone.now()
    proposal.save()
    return proposal


def make_clause(business=FinanceBusiness.LENDING, *, effective_on=SINCE, proposer=None, approver=None, approved=True,
                **changes):  # fmt: skip
    """定款の金融条項。"""
    values = {
        "article": "定款 第7条第1項第4号",
        "text": "組合員に対する事業資金の貸付け（手形の割引を含む。）及び組合員のためにするその借入れ",
        "meeting_name": "第36回通常総会",
        "item_number": "第3号議案",
        "resolved_on": effective_on,
        "authority": "石川県知事",
        "authorised_on": effective_on,
        "registered_on": effective_on,
        **changes,
    }
    clause = ArticlesClause(business=business, effective_on=effective_on, **values)
    return decided(clause, proposer=proposer, approver=approver, approved=approved)


def _standard(model, effective_on, defaults, changes, **who):
    values = {
        "text": "第1条（趣旨） この定めは、貸付けの基準を定める。",
        "resolved_on": effective_on,
        "effective_on": effective_on,
        **defaults,
        **changes,
    }
    return decided(model(**values), **who)


def make_bylaw(*, effective_on=SINCE, proposer=None, approver=None, approved=True, **changes):
    """規約（総会）。基準は、渡したものだけを定める。"""
    defaults = {"title": "金融事業規約", "meeting_name": "第48回通常総会", "item_number": "第6号議案"}
    return _standard(
        FinanceBylaw, effective_on, defaults, changes, proposer=proposer, approver=approver, approved=approved
    )


def make_rule(*, effective_on=SINCE, proposer=None, approver=None, approved=True, **changes):
    """規程（理事会）。基準は、渡したもののほか、証書貸付の限度 5,000万円だけを定める。"""
    defaults = {
        "title": "金融事業規程",
        "meeting_name": "第312回理事会",
        "item_number": "第2号議案",
        "amount_article": "第3条",
        "deed_maximum_amount": 50_000_000,
        "fee_article": "第8条",
        "maximum_fee_rate": Decimal("0.3"),
    }
    return _standard(
        FinanceRule, effective_on, defaults, changes, proposer=proposer, approver=approver, approved=approved
    )


def make_delegation(*rows, effective_on=SINCE, proposer=None, approver=None, approved=True):
    """権限委譲表。rows は（行為, 役割, この額まで）。"""
    delegation = decided(
        Delegation(effective_on=effective_on, source="第312回理事会 第3号議案"), proposer=proposer,
        approver=approver, approved=approved,
    )  # fmt: skip
    DelegationRow.objects.bulk_create(
        DelegationRow(delegation=delegation, act=act, role=role, maximum_amount=amount) for act, role, amount in rows
    )
    return delegation
