"""年間売上高の記録。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from coopfin import log
from members.models import AnnualSales, Member
from members.operations.base import lock_member, may_edit, save


@transaction.atomic
def record_sales(*, member: Member, ended_on: date, amount: int, source: str, by, on: date) -> AnnualSales:
    """年間売上高を記録する。同じ決算期の記録があれば、書き直す（前の数字は履歴に残る）。"""
    label = "年間売上高の記録"
    may_edit(by, label)
    member = lock_member(member, label)
    sales = AnnualSales.objects.filter(member=member, ended_on=ended_on).first()
    before = sales.amount if sales else None
    sales = sales or AnnualSales(member=member, ended_on=ended_on)
    sales.amount, sales.source, sales.recorded_by, sales.recorded_on = amount, source, by, on
    save(sales, by)
    log.record(
        member, verb="record_sales", label=label, by=by, on=on, ended_on=ended_on.isoformat(), amount=amount,
        before=before, source=source,
    )  # fmt: skip
    return sales
