"""練習用の組合の人と決めごと: 利用者・機関・席・方針・限度額。設定は二人で（提案と別の人の承認で）決める。"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from collateral.enums import AssetKind
from coopfin import proposals
from coopfin.calc import days
from coopfin.models import Cooperative, HaircutRate, Policy, User
from coopfin.roles import Role
from desk.demo.road import Office
from governance.enums import BodyKind, SeatTitle
from governance.models import Body, DesignatedBank, LimitResolution, Seat
from members.models import Person

PASSWORD = "kumiai-demo-2026"

#: ログイン名 → 氏名・役割
USERS = {
    "yamada": ("山田 花子", [Role.CLERK]),
    "nishida": ("西田 健", [Role.CLERK]),
    "kitamura": ("北村 洋子", [Role.CHIEF]),
    "kanri": ("管理 太郎", [Role.ADMIN]),
    "komatsu": ("小松 正", [Role.PRESIDENT]),
    "kaga": ("加賀 良子", [Role.DIRECTOR]),
    "noto": ("能登 一郎", [Role.DIRECTOR]),
    "iida": ("飯田 修", [Role.COMMITTEE]),
    "takase": ("高瀬 美穂", [Role.COMMITTEE]),
    "hakui": ("羽咋 茂", [Role.COMMITTEE]),
    "asano": ("浅野 さくら", [Role.COMMITTEE]),
    "kenmochi": ("剱持 弘", [Role.AUDITOR]),
}

#: 理事会の席（氏名は組合員の代表者か、ここだけの人）
BOARD = (
    ("小松 正", SeatTitle.PRESIDENT),
    ("加賀 良子", SeatTitle.VICE_PRESIDENT),
    ("能登 一郎", SeatTitle.DIRECTOR),
    ("森本 隆", SeatTitle.MANAGING_DIRECTOR),
    ("内灘 和夫", SeatTitle.DIRECTOR),
    ("津幡 恵子", SeatTitle.DIRECTOR),
    ("宝達 進", SeatTitle.DIRECTOR),
    ("川北 誠", SeatTitle.DIRECTOR),
    ("野々市 学", SeatTitle.DIRECTOR),
)
COMMITTEE = (
    ("飯田 修", SeatTitle.CHAIR),
    ("高瀬 美穂", SeatTitle.MEMBER),
    ("羽咋 茂", SeatTitle.MEMBER),
    ("浅野 さくら", SeatTitle.MEMBER),
)

HAIRCUTS = {
    AssetKind.LAND: 70,
    AssetKind.BUILDING: 60,
    AssetKind.FACTORY: 60,
    AssetKind.MACHINERY: 0,
    AssetKind.FOREST: 30,
    AssetKind.RECEIVABLE: 70,
    AssetKind.SECURITIES: 50,
}
OTHER_HAIRCUT = 50


def make_cooperative() -> Cooperative:
    """組合。"""
    cooperative = Cooperative(
        name="石川機械工業協同組合",
        kana="イシカワキカイコウギョウキョウドウクミアイ",
        postal_code="920-8203",
        address="石川県金沢市鞍月二丁目20番地",
        representative_title="代表理事",
        representative_name="小松 正",
        court="金沢地方裁判所",
        payment_place="組合の指定する組合名義の預金口座",
        fiscal_start_month=4,
    )
    cooperative.save()
    return cooperative


def make_users() -> dict[str, User]:
    """利用者。"""
    return {
        username: User.objects.create_user(username, PASSWORD, name=name, roles=roles)
        for username, (name, roles) in USERS.items()
    }


def _person(name: str, user: User | None) -> Person:
    person = Person.objects.filter(name=name).order_by("pk").first()
    if person is None:
        person = Person(name=name)
    person.user = user
    person.save()
    return person


def make_bodies(users: dict[str, User], on: date) -> None:
    """機関と席。任期は二年で、前の年度のはじめから。"""
    by_name = {user.name: user for user in users.values()}
    starts = days.fiscal_year_start(days.add_months(on, -12))
    ends = days.add_months(starts, 36) - timedelta(days=1)
    Body.objects.create(kind=BodyKind.GENERAL_MEETING, name="総会", source="定款 第26条")
    board = Body.objects.create(kind=BodyKind.BOARD, name="理事会", seats_min=8, source="定款 第32条")
    committee = Body.objects.create(
        kind=BodyKind.COMMITTEE, name="金融委員会", seats_min=3, source="金融委員会規約 第4条"
    )
    for body, seats in ((board, BOARD), (committee, COMMITTEE)):
        for name, title in seats:
            person = _person(name, by_name.get(name))
            Seat.objects.create(body=body, person=person, title=title, from_on=starts, to_on=ends)
    for user in users.values():
        if not Person.objects.filter(user=user).exists():
            _person(user.name, user)


def make_policy(users: dict[str, User], on: date) -> Policy:
    """方針。管理者が提案し、事務局長が承認する。"""
    effective = days.fiscal_year_start(days.add_months(on, -12))
    policy = Policy(
        effective_on=effective,
        source="金融事業規程 第8条（第310回理事会）",
        # 紙の手形は2026年度末で交換が終わる。
        paper_bill_last_maturity_on=date(2027, 3, 31),
        damages_rate=Decimal("14.5"),
        proposed_by=users["kanri"],
    )
    policy.save()
    HaircutRate.objects.bulk_create(
        HaircutRate(policy=policy, asset_kind=kind, haircut_rate=HAIRCUTS.get(kind, OTHER_HAIRCUT))
        for kind in AssetKind.values
    )
    return proposals.approve(policy, by=users["kitamura"], on=effective, permission="coopfin.approve_policy")


def make_resolutions(users: dict[str, User], on: date) -> list[LimitResolution]:
    """限度額の決議。毎年5月25日の通常総会のうち、終わった最近の二回。"""
    last = on.year if (on.month, on.day) >= (5, 25) else on.year - 1
    made = []
    for year in (last - 1, last):
        held = date(year, 5, 25)
        resolution = LimitResolution(
            meeting_name=f"第{year - 1978}回通常総会",
            item_number="第5号議案",
            resolved_on=held,
            effective_on=held,
            borrowing_limit=400_000_000,
            guarantee_limit=50_000_000,
            member_loan_limit=50_000_000,
            member_guarantee_limit=10_000_000,
            proposed_by=users["kanri"],
        )
        resolution.save()
        for name, branch in (("商工組合中央金庫", "金沢支店"), ("北國銀行", "県庁支店")):
            DesignatedBank.objects.create(resolution=resolution, name=name, branch=branch)
        made.append(
            proposals.approve(resolution, by=users["kitamura"], on=held, permission="governance.approve_resolution")
        )
    return made


def office_of(users: dict[str, User]) -> Office:
    """道を歩かせるための顔ぶれ。"""
    return Office(
        clerk=users["yamada"],
        chief=users["kitamura"],
        president=users["komatsu"],
        committee=[users[name] for name in ("iida", "takase", "hakui", "asano")],
        directors=[users[name] for name in ("komatsu", "kaga", "noto")],
        auditor=users["kenmochi"],
        admin=users["kanri"],
    )
