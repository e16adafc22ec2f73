"""書きかけの操作: 控える、忘れる。本人の控えなので、操作の記録は残さない。"""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from coopfin.models import KeptForm

#: 一人が控えておける画面の数。超えれば、古いものから忘れる
MOST_KEPT = 50


@transaction.atomic
def keep(page: str, values: dict, *, by) -> KeptForm:
    """いま書いてあるものに置き換える。"""
    mine = KeptForm.objects.filter(user=by)
    if not mine.filter(page=page).exists():
        oldest = list(mine.order_by("-saved_at", "-pk").values_list("pk", flat=True)[MOST_KEPT - 1 :])
        KeptForm.objects.filter(pk__in=oldest).delete()
    kept, _ = KeptForm.objects.update_or_create(user=by, page=page, defaults={"values": values, "saved_at": Now()})
    kept.refresh_from_db()
    return kept


def forget(page: str, *, by) -> None:
    """この画面の、自分の書きかけを忘れる。"""
    KeptForm.objects.filter(user=by, page=page).delete()
