"""メニュー・検索への登録。"""

from __future__ import annotations

from django.db.models import Q

from collateral.models import Asset, Guarantee
from coopfin import worklists
from coopfin.calc import words
from coopfin.worklists import Hit, MenuItem

VIEW = "collateral.view_collateral"
MOST_HITS = 5


def search(user, text: str):
    """物件の表示・所有者、保証人の名で探す。"""
    key = words.search_key(text)
    if not key or not user.has_perm(VIEW):
        return []
    assets = Asset.objects.filter(
        Q(description__contains=text.strip())
        | Q(owner_person__search_text__contains=key)
        | Q(owner_member__search_text__contains=key)
    ).select_related("owner_person", "owner_member")[:MOST_HITS]
    guarantees = (
        Guarantee.objects.live()
        .filter(Q(person__search_text__contains=key) | Q(member__search_text__contains=key))
        .select_related("person", "member", "debtor")[:MOST_HITS]
    )
    hits = [Hit("担保", str(asset), f"所有者 {asset.owner}", asset.get_absolute_url()) for asset in assets]
    hits += [
        Hit("保証", str(guarantee.guarantor), f"債務者 {guarantee.debtor}", guarantee.get_absolute_url())
        for guarantee in guarantees
    ]
    return hits


def register() -> None:
    worklists.register_menu(
        MenuItem("先と保全", 55, "担保・保証", "collateral:assets", VIEW, namespaces=("collateral:",))
    )
    worklists.register_search(search)
