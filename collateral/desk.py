"""メニュー・検索・組合員と人の頁・統合への登録。"""

from __future__ import annotations

from django.db.models import Q

from collateral.models import Asset, Guarantee, SecurityInterest
from coopfin import handbook, worklists
from coopfin.calc import words
from coopfin.flow import block
from coopfin.worklists import Hit, MenuItem
from members.merging import register_guard
from members.models import Person
from members.panels import register_member_panel, register_person_panel

VIEW = "collateral.view_collateral"
MOST_HITS = 5
MOST_ROWS = 100


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


def _shown(guarantees, assets) -> dict | None:
    guarantees, assets = list(guarantees), list(assets)
    if not guarantees and not assets:
        return None
    return {"template": "collateral/parts/party_panel.html", "guarantees": guarantees, "assets": assets}


def member_panel(member, user, on):
    """組合員の頁: 受けている保証、している保証、所有する担保物件。"""
    if not user.has_perm(VIEW):
        return None
    guarantees = Guarantee.objects.filter(Q(debtor=member) | Q(member=member))
    assets = Asset.objects.filter(Q(owner_member=member) | Q(interests__debtor=member)).distinct()
    return _shown(
        guarantees.select_related("person", "member", "debtor").order_by("pk")[:MOST_ROWS],
        assets.select_related("owner_person", "owner_member").order_by("pk")[:MOST_ROWS],
    )


def person_panel(person, user, on):
    """人の頁: している保証と、所有する担保物件。"""
    if not user.has_perm(VIEW):
        return None
    return _shown(
        Guarantee.objects.filter(person=person).select_related("person", "member", "debtor").order_by("pk")[:MOST_ROWS],
        Asset.objects.filter(owner_person=person)
        .select_related("owner_person", "owner_member")
        .order_by("pk")[:MOST_ROWS],
    )


def keep_guarantees_apart(kept, gone):
    """同じ債務者の生きている保証が二つになる人は、先に一方を解かなければまとめられない（極度額が重なる）。"""
    debtors = Guarantee.objects.live().filter(person=kept).values("debtor")
    for guarantee in Guarantee.objects.live().filter(person=gone, debtor__in=debtors).select_related("debtor"):
        yield block(
            f"どちらの人も「{guarantee.debtor}」の保証人です。先に一方の保証を解いてください。",
            "保証の台帳",
            url=guarantee.get_absolute_url(),
            url_label="保証を見る",
            code="guarantees",
        )


def register() -> None:
    worklists.register_menu(
        MenuItem("先と保全", 55, "担保・保証", "collateral:assets", VIEW, namespaces=("collateral:",))
    )
    worklists.register_search(search)
    register_member_panel(member_panel)
    register_person_panel(person_panel)
    register_guard(Person, keep_guarantees_apart)
    handbook.kept_at("担保の台帳", "collateral:assets", VIEW, "H2.3-e", "H2.3-f", "H2.3-g", "H2.4-e")
    handbook.kept_at("保証の台帳", "collateral:guarantees", VIEW, "H2.3-h", "H2.4-f")
    handbook.kept_by(SecurityInterest, "securityinterest_amount", "H2.3-g")
    handbook.kept_by(Guarantee, "guarantee_root_with_maximum", "H2.3-h")
    handbook.kept_by(Guarantee, "guarantee_simple_with_reason", "H2.3-h")
    handbook.kept_by(Guarantee, "guarantee_exception_whole", "H2.4-f")
