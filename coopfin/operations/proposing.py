"""方針・権限委譲の提案。別の権限者が承認して初めて効力を持つ（相互牽制、手引き 第2章1 e）。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import proposals
from coopfin.models import Delegation, DelegationRow, HaircutRate, Policy

PROPOSE = "coopfin.propose_policy"


@transaction.atomic
def propose_policy(*, haircuts: Mapping[str, Decimal], by, on: date, **fields) -> Policy:
    """方針の新しい版を提案する（ドメイン G1）。haircuts は 担保の種類 → 掛目（%）。"""
    policy = proposals.propose(Policy(**fields), by=by, on=on, permission=PROPOSE)
    for kind, rate in haircuts.items():
        row = HaircutRate(policy=policy, asset_kind=kind, haircut_rate=rate)
        row.full_clean()
        row.save()
    return policy


@transaction.atomic
def propose_delegation(*, amounts: Mapping[tuple[str, str], int], by, on: date, **fields) -> Delegation:
    """権限委譲表の新しい版を提案する（ドメイン E）。amounts は（行為, 役割）→ この額まで。"""
    if not amounts:
        raise ValidationError("委譲する行為と額を、一つは書いてください。委譲しないなら、委譲表は要りません。")
    delegation = proposals.propose(Delegation(**fields), by=by, on=on, permission=PROPOSE)
    for (act, role), amount in amounts.items():
        row = DelegationRow(delegation=delegation, act=act, role=role, maximum_amount=amount)
        row.full_clean()
        row.save()
    return delegation
