"""科目表の名称（ドメイン D1）。転記は符号で科目を指すので、組合が変えてよいのは名称だけ。変更は履歴に残る。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin.flow import StepRefused, block
from ledger.models import Account

PERMISSION = "coopfin.propose_policy"


def rename_accounts(names: dict[str, str], *, by, on: date) -> int:
    """科目の名称を変える（符号 → 名称）。変わった科目の数を返す。同じ名称の科目は二つ作れない。"""
    label = "科目の名称の変更"
    if not by.has_perm(PERMISSION):
        raise StepRefused(label, [block("科目の名称を変える権限がありません。", "役割の表")])
    changed = 0
    with transaction.atomic():
        accounts = list(Account.objects.select_for_update().order_by("code"))
        owners: dict[str, str] = {}
        for account in accounts:
            name = names.get(account.code, account.name)
            if name in owners:
                raise ValidationError(
                    {
                        f"name_{account.code}": f"符号 {owners[name]} と同じ名称です。帳簿で見分けられる名にしてください。"
                    }
                )
            owners[name] = account.code
            if name != account.name:
                account.name = name
                account._history_user = by
                account.full_clean()
                account.save()
                changed += 1
    return changed


def renamings(limit: int = 20) -> list[dict]:
    """これまでの名称の変更を、新しい順に（経過に出す形）。"""
    before: dict[str, str] = {}
    entries = []
    for row in Account.history.select_related("history_user").order_by("history_id"):
        earlier = before.get(row.code)
        if earlier and earlier != row.name:
            entries.append(
                {"at": row.history_date, "by": row.history_user, "label": f"{row.code} {row.name}", "text": f"{earlier} → {row.name}"}
            )  # fmt: skip
        before[row.code] = row.name
    return entries[::-1][:limit]
