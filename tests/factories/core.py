"""利用者・組合・方針。"""

import itertools
from datetime import date
from decimal import Decimal

from django.utils import timezone

from coopfin.models import Cooperative, HaircutRate, Policy, Proposal, User
from coopfin.roles import Role
from oversight.enums import PledgeKind
from oversight.models import Pledge
from tests.memory import remembered

_serial = itertools.count(1)

PASSWORD = "kumiai-kinyu-2026"

HAIRCUTS = {
    "land": 70,
    "building": 60,
    "forest": 50,
    "leasehold_with_building": 60,
    "registered_leasehold_with_building": 60,
    "superficies": 60,
    "land_lease": 50,
    "machinery": 0,
    "factory": 60,
    "registered_ship": 50,
    "other_ship": 50,
    "vehicle": 50,
    "receivable": 70,
    "securities": 50,
}


@remembered
def make_user(*roles, name=None, username=None, pledged=True):
    """役割を持つ利用者。守秘義務の誓約も済んでいる（pledged=False なら、まだ）。"""
    number = next(_serial)
    roles = roles or (Role.CLERK,)
    user = User.objects.create_user(
        username or f"user{number}",
        PASSWORD,
        name=name or f"{Role(roles[0]).label} {number}郎",
        roles=roles,
    )
    if pledged:
        make_pledge(user)
    return user


def make_pledge(user=None, *, person=None, pledged_on=date(2020, 4, 1), **changes):
    """守秘義務の誓約。利用者は画面で、席だけの人は書面で。"""
    values = {
        "kind": PledgeKind.ELECTRONIC if user else PledgeKind.PAPER,
        "text_version": "2026年版",
        "recorded_by": user,
        **changes,
    }
    return Pledge.objects.create(user=user, person=person, pledged_on=pledged_on, **values)


def make_expert(name="弁護士 太郎", **changes):
    """外部の専門家。役割はなく、誓約だけがある。"""
    user = User.objects.create_user(f"expert{next(_serial)}", PASSWORD, name=name)
    make_pledge(user, **changes)
    return user


def make_cooperative(**changes):
    """組合。"""
    values = {
        "name": "石川機械工業協同組合",
        "kana": "イシカワキカイコウギョウキョウドウクミアイ",
        "postal_code": "920-8203",
        "address": "石川県金沢市鞍月二丁目20番地",
        "representative_title": "代表理事",
        "representative_name": "小松 正",
        "court": "金沢地方裁判所",
        "payment_place": "組合の指定する組合名義の預金口座",
        "fiscal_start_month": 4,
    }
    cooperative = Cooperative(**{**values, **changes})
    cooperative.save()
    return cooperative


def make_policy(*, effective_on=date(2026, 4, 1), proposer=None, approver=None, approved=True, **changes):
    """承認済の方針（二人で決めたもの）。"""
    policy = Policy(
        effective_on=effective_on,
        source="金融事業規程 第8条",
        paper_bill_last_maturity_on=date(2027, 3, 31),
        proposed_by=proposer or make_user(Role.ADMIN),
        **changes,
    )
    if approved:
        policy.status = Proposal.Status.APPROVED
        policy.decided_by = approver or make_user(Role.CHIEF)
        policy.decided_at = timezone.now()
    policy.save()
    HaircutRate.objects.bulk_create(
        HaircutRate(policy=policy, asset_kind=kind, haircut_rate=Decimal(rate)) for kind, rate in HAIRCUTS.items()
    )
    return policy
