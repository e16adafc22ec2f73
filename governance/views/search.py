"""全体の検索への登録: 決議。"""

from __future__ import annotations

from django.db.models import Q

from coopfin import reading
from coopfin.clock import business_date
from coopfin.worklists import Hit
from governance.models import AgendaItem

MOST_HITS = 10


def search(user, text):
    """決定番号・議題で探す。見てよい会議の、利害関係のない議案だけ。"""
    if not user.has_perm("governance.view_governance") or not reading.may(user, business_date()):
        return []
    decided = AgendaItem.objects.visible_to(user, business_date()).decided()
    for word in text.split():
        decided = decided.filter(Q(number__icontains=word) | Q(title__icontains=word))
    return [
        Hit("決議", item.number, f"{item.title}　{item.get_result_display()}", item.get_absolute_url())
        for item in decided.order_by("-decided_on", "-pk")[:MOST_HITS]
    ]
