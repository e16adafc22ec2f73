"""決議による定めの提案（限度額・定款の条項など）。別の権限者が承認して初めて効力を持つ（相互牽制、手引き 第2章1 e）。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from coopfin import proposals
from governance.models import (
    ArticlesClause,
    DesignatedBank,
    FinanceBylaw,
    FinanceRule,
    LimitResolution,
    Resolved,
)

PROPOSE = "governance.propose_resolution"


def _propose(proposal: Resolved, *, by, on: date) -> Resolved:
    return proposals.propose(proposal, by=by, on=on, permission=PROPOSE)


@transaction.atomic
def propose_limits(*, banks: Iterable[tuple[str, str]], by, on: date, **fields) -> LimitResolution:
    """限度額の決議を提案する（H2.1-c）。banks は ⑤ の（金融機関, 支店）。"""
    resolution = _propose(LimitResolution(**fields), by=by, on=on)
    for name, branch in banks:
        bank = DesignatedBank(resolution=resolution, name=name, branch=branch)
        bank.full_clean()
        bank.save()
    return resolution


@transaction.atomic
def propose_articles(*, by, on: date, **fields) -> ArticlesClause:
    """定款の金融条項を提案する（H2.1-a）。認可書と登記は、届いたあとから提案した人が書き足せる。"""
    return _propose(ArticlesClause(**fields), by=by, on=on)


@transaction.atomic
def propose_bylaw(*, by, on: date, **fields) -> FinanceBylaw:
    """規約の新しい版を提案する（H2.1-b）。"""
    return _propose(FinanceBylaw(**fields), by=by, on=on)


@transaction.atomic
def propose_rule(*, by, on: date, **fields) -> FinanceRule:
    """規程の新しい版を提案する（H2.1-b）。"""
    return _propose(FinanceRule(**fields), by=by, on=on)
