"""限度額の決議の提案（H2.1-c）。総会が決めた額を書き、別の権限者が承認して初めて効力を持つ。"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from coopfin import log
from governance.models import DesignatedBank, LimitResolution
from governance.operations.locks import need

PROPOSE = "governance.propose_resolution"


def propose_limits(*, banks: Iterable[tuple[str, str]], by, on: date, **fields) -> LimitResolution:
    """限度額の決議を提案する。banks は ⑤ の（金融機関, 支店）。"""
    label = "限度額の決議の提案"
    need(by, PROPOSE, label)
    with transaction.atomic():
        resolution = LimitResolution(proposed_by=by, **fields)
        resolution.full_clean()
        resolution.save()
        for name, branch in banks:
            bank = DesignatedBank(resolution=resolution, name=name, branch=branch)
            bank.full_clean()
            bank.save()
        log.record(resolution, verb="propose", label=label, by=by, on=on)
    return resolution
