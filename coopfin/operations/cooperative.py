"""組合の登録と変更。約定書・契約証書に印字されるので、何を何に変えたかを記録に残す。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from coopfin import log
from coopfin.flow import StepRefused, block
from coopfin.models import Cooperative

PERMISSION = "coopfin.propose_policy"
FIELDS = (
    "name", "kana", "postal_code", "address", "representative_title", "representative_name", "court",
    "payment_place", "fiscal_start_month", "invoice_number",
)  # fmt: skip


def register_cooperative(*, by, on: date, **fields) -> Cooperative:
    """組合を登録する。登録済なら、変わった欄だけを直す。変わらなければ記録も増えない。"""
    label = "組合の登録"
    if not by.has_perm(PERMISSION):
        raise StepRefused(label, [block("組合の登録・変更をする権限がありません。", "役割の表")])
    with transaction.atomic():
        cooperative = Cooperative.objects.select_for_update().filter(pk=1).first()
        added = cooperative is None
        cooperative = cooperative or Cooperative()
        changes = log.assign(cooperative, {name: fields[name] for name in FIELDS if name in fields})
        if not added and not changes:
            return cooperative
        cooperative.full_clean(exclude=[] if added else ["id"], validate_unique=False)
        cooperative.save()
        log.record(
            cooperative, verb="cooperative_add" if added else "cooperative_change",
            label=label if added else "組合の変更", by=by, on=on, differences=[] if added else changes,
        )  # fmt: skip
    return cooperative
