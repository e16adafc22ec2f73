"""担保・保証の選択肢と、担保の種類ごとに設定できる権利の表（H2.3-f）。"""

from decimal import Decimal

from django.db import models

from collateral.guarantee_deed import RELATION_LABELS, Relation


class AssetKind(models.TextChoices):
    """担保物件の種類。"""

    LAND = "land", "土地"
    BUILDING = "building", "建物"
    FOREST = "forest", "山林"
    LEASEHOLD_WITH_BUILDING = "leasehold_with_building", "借地権（建物とともに・借地権の登記なし）"
    REGISTERED_LEASEHOLD_WITH_BUILDING = (
        "registered_leasehold_with_building",
        "借地権（建物とともに・借地権の登記あり）",
    )
    SUPERFICIES = "superficies", "借地権のみ（地上権）"
    LAND_LEASE = "land_lease", "借地権のみ（賃借権）"
    MACHINERY = "machinery", "機械設備"
    FACTORY = "factory", "工場"
    REGISTERED_SHIP = "registered_ship", "船舶（登録船舶）"
    OTHER_SHIP = "other_ship", "船舶（登録船舶以外）"
    VEHICLE = "vehicle", "自動車"
    RECEIVABLE = "receivable", "指名債権"
    SECURITIES = "securities", "有価証券"


#: 最初の方針に入れておく掛目（手引き Q&A 3 の目安の低いほう。ほかは 0 から。中央会に確かめて決める）
FIRST_HAIRCUTS = {AssetKind.LAND: Decimal(70), AssetKind.BUILDING: Decimal(60), AssetKind.SECURITIES: Decimal(50)}


class RightKind(models.TextChoices):
    """担保権の種類。"""

    MORTGAGE = "mortgage", "抵当権"
    REVOLVING_MORTGAGE = "revolving_mortgage", "根抵当権"
    PLEDGE = "pledge", "質権"
    MORTGAGE_AND_PLEDGE = "mortgage_and_pledge", "抵当権及び質権"
    REVOLVING_MORTGAGE_AND_PLEDGE = "revolving_mortgage_and_pledge", "根抵当権及び質権"
    ASSIGNMENT = "assignment", "譲渡担保権"


_MORTGAGES = frozenset({RightKind.MORTGAGE, RightKind.REVOLVING_MORTGAGE})

MATRIX_SOURCE = "手引き 第2章2 二 c"

#: 種類 → 設定できる権利（手引き 第2章2 二 c の表）
RIGHTS_OF: dict[AssetKind, frozenset[RightKind]] = {
    AssetKind.LAND: _MORTGAGES,
    AssetKind.BUILDING: _MORTGAGES,
    AssetKind.FOREST: _MORTGAGES,
    AssetKind.LEASEHOLD_WITH_BUILDING: _MORTGAGES,
    AssetKind.REGISTERED_LEASEHOLD_WITH_BUILDING: frozenset(
        {RightKind.MORTGAGE_AND_PLEDGE, RightKind.REVOLVING_MORTGAGE_AND_PLEDGE}
    ),
    AssetKind.SUPERFICIES: _MORTGAGES,
    AssetKind.LAND_LEASE: frozenset({RightKind.PLEDGE}),
    AssetKind.MACHINERY: frozenset({RightKind.ASSIGNMENT}),
    AssetKind.FACTORY: _MORTGAGES,
    AssetKind.REGISTERED_SHIP: _MORTGAGES,
    AssetKind.OTHER_SHIP: frozenset({RightKind.ASSIGNMENT}),
    AssetKind.VEHICLE: _MORTGAGES,
    AssetKind.RECEIVABLE: frozenset({RightKind.PLEDGE, RightKind.ASSIGNMENT}),
    AssetKind.SECURITIES: frozenset({RightKind.PLEDGE, RightKind.ASSIGNMENT}),
}


def allowed_rights(kind: str) -> list[RightKind]:
    """その種類に設定できる権利。表の順。"""
    return [right for right in RightKind if right in RIGHTS_OF[AssetKind(kind)]]


def refused_right(kind: str, right: str) -> str:
    """設定できない組合せなら、断りの文（できる権利の名を挙げる）。できるなら空。"""
    allowed = allowed_rights(kind)
    if right in allowed:
        return ""
    labels = "・".join(choice.label for choice in allowed)
    return f"{AssetKind(kind).label}に設定できるのは {labels} です（{MATRIX_SOURCE}）。"


REVOLVING_RIGHTS = frozenset({RightKind.REVOLVING_MORTGAGE, RightKind.REVOLVING_MORTGAGE_AND_PLEDGE})


class SeniorKind(models.TextChoices):
    """先順位の担保権・先に取られる債権。根抵当権は極度額で、ほかは確認済の残高（なければ登記の額）で引く（B12a）。"""

    MORTGAGE = "mortgage", "抵当権"
    REVOLVING = "revolving", "根抵当権"
    TAX = "tax", "租税（法定納期限等が先のもの）"
    ENTERPRISE = "enterprise", "企業価値担保権"
    OTHER = "other", "そのほか（質権・譲渡担保権など）"


class AppraisalMethod(models.TextChoices):
    """評価の方法（手引き Q&A 3）。"""

    COMPARISON = "comparison", "取引事例比較"
    PUBLISHED = "published", "公示価格・基準地価格"
    ROAD = "road", "路線価"
    PROPERTY_TAX = "property_tax", "固定資産税評価額"
    COST = "cost", "取得価額"
    BOOK = "book", "簿価（償却後）"
    EXPERT = "expert", "不動産鑑定"
    MARKET = "market", "時価・相場（上場株式など）"
    FACE = "face", "額面・債権額"
    OTHER = "other", "そのほか"


class GuaranteeScope(models.TextChoices):
    """保証の範囲（H2.3-h）。証書貸付は証書に連署する特定保証、手形貸付は別の保証書による根保証（H2.5-b）。"""

    SPECIFIC = "specific", "特定債務保証"
    ROOT = "root", "根保証"


class GuaranteeKind(models.TextChoices):
    """保証の種類（H2.3-h）。連帯保証人には、催告・検索の抗弁も分別の利益もない（民法454条・458条）。"""

    JOINT = "joint", "連帯保証"
    SIMPLE = "simple", "単純保証"


#: 債務者が保証人に知らせること（民法465条の10第1項）。符号 → 名
INFORMATION = {"finances": "財産及び収支の状況", "debts": "ほかの債務", "collateral": "ほかの担保"}


#: 保証人と債務者との関係（組合員の債務の保証で選べるもの。組合自身の借入の保証は別）
RELATION_CHOICES = [
    (relation.value, label)
    for relation, label in RELATION_LABELS.items()
    if relation not in (Relation.COOPERATIVE_DIRECTOR, Relation.BORROWING_MEMBERS_REPRESENTATIVE)
]
