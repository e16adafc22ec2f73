"""練習用の組合の人と決めごと: 利用者・機関・席・方針・限度額・定款と規約・規程・権限委譲。設定は二人で（提案と別の人の承認で）決める。"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from collateral.enums import AssetKind
from coopfin import proposals
from coopfin.calc import days
from coopfin.models import Cooperative, DelegatedAct, Delegation, DelegationRow, HaircutRate, Policy, User
from coopfin.operations.cooperative import register_cooperative
from coopfin.roles import Role
from desk.demo.road import Office
from funding.models import Facility
from governance.enums import BodyKind, FinanceBusiness, SeatTitle
from governance.models import (
    ArticlesClause,
    Body,
    DesignatedBank,
    FinanceBylaw,
    FinanceRule,
    LimitResolution,
    Seat,
)
from members.models import Person
from oversight.operations import pledges

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
    # 外部の専門家（弁護士）。役割はなく、許された案件だけを読む。
    "hongo": ("本郷 法子", []),
}

#: 練習用の組合が、この仕組みで初めて開く理事会の回
FIRST_BOARD = 313

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
    ("剱持 弘", SeatTitle.AUDITOR),
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


def make_cooperative(users: dict[str, User], on: date) -> Cooperative:
    """組合。"""
    return register_cooperative(
        name="石川機械工業協同組合",
        kana="イシカワキカイコウギョウキョウドウクミアイ",
        postal_code="920-8203",
        address="石川県金沢市鞍月二丁目20番地",
        representative_title="代表理事",
        representative_name="小松 正",
        court="金沢地方裁判所",
        payment_place="組合の指定する組合名義の預金口座",
        fiscal_start_month=4,
        invoice_number="T7220005000999",
        by=users["kanri"],
        on=on,
    )


def make_users() -> dict[str, User]:
    """利用者。"""
    return {
        username: User.objects.create_user(username, PASSWORD, name=name, roles=roles)
        for username, (name, roles) in USERS.items()
    }


#: 組合員の代表者でない人のカナ
KANA = {
    "森本 隆": "モリモト タカシ", "内灘 和夫": "ウチナダ カズオ", "津幡 恵子": "ツバタ ケイコ", "宝達 進": "ホウダツ ススム",
    "川北 誠": "カワキタ マコト", "野々市 学": "ノノイチ マナブ", "剱持 弘": "ケンモチ ヒロシ", "飯田 修": "イイダ オサム",
    "高瀬 美穂": "タカセ ミホ", "羽咋 茂": "ハクイ シゲル", "浅野 さくら": "アサノ サクラ", "山田 花子": "ヤマダ ハナコ",
    "西田 健": "ニシダ タケシ", "北村 洋子": "キタムラ ヨウコ", "管理 太郎": "カンリ タロウ", "本郷 法子": "ホンゴウ ノリコ",
}  # fmt: skip


def _person(name: str, user: User | None) -> Person:
    person = Person.objects.filter(name=name).order_by("pk").first()
    if person is None:
        person = Person(name=name, kana=KANA.get(name, ""))
    person.user = user
    person.save()
    return person


def make_bodies(users: dict[str, User], on: date) -> None:
    """機関と席。任期は二年で、前の年度のはじめから。"""
    by_name = {user.name: user for user in users.values()}
    starts = days.fiscal_year_start(days.add_months(on, -12))
    ends = days.add_months(starts, 36) - timedelta(days=1)
    Body.objects.create(
        kind=BodyKind.GENERAL_MEETING, name="総会", source="定款 第26条", proxy_allowed=True,
        participation_source="定款 第29条", notice_days=10,
    )  # fmt: skip
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


def make_pledges(users: dict[str, User], on: date) -> None:
    """守秘義務の誓約。ログインする人は、任期のはじめに画面で文面を確かめている。"""
    starts = days.fiscal_year_start(days.add_months(on, -12))
    for user in users.values():
        pledges.confirm(agreed=True, by=User.objects.get(pk=user.pk), on=starts)


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


#: 総会が毎年決める限度額
LIMITS = {
    "borrowing_limit": 400_000_000,
    "guarantee_limit": 50_000_000,
    "member_loan_limit": 50_000_000,
    "member_guarantee_limit": 10_000_000,
}
BANKS = (("商工組合中央金庫", "金沢支店"), ("北國銀行", "県庁支店"))


def general_meeting_years(on: date) -> tuple[int, int]:
    """毎年5月25日の通常総会のうち、終わった最近の二回の年。"""
    last = on.year if (on.month, on.day) >= (5, 25) else on.year - 1
    return last - 1, last


def general_meeting_day(year: int) -> date:
    return date(year, 5, 25)


def general_meeting_number(year: int) -> int:
    return year - 1978


def make_limits(proposer: User, *, effective_on: date, **fields) -> LimitResolution:
    """限度額の決議の提案。"""
    resolution = LimitResolution(effective_on=effective_on, proposed_by=proposer, **fields)
    resolution.save()
    for name, branch in BANKS:
        DesignatedBank.objects.create(resolution=resolution, name=name, branch=branch)
    return resolution


def make_resolution(users: dict[str, User], year: int) -> LimitResolution:
    """仕組みを使い始める前の総会の決議。会議の名と議案番号を書いて引く。"""
    held = general_meeting_day(year)
    resolution = make_limits(
        users["kanri"], effective_on=held, resolved_on=held, item_number="第5号議案",
        meeting_name=f"第{general_meeting_number(year)}回通常総会", **LIMITS,
    )  # fmt: skip
    return proposals.approve(resolution, by=users["kitamura"], on=held, permission="governance.approve_resolution")


def make_resolutions(users: dict[str, User], on: date) -> list[LimitResolution]:
    """最近の二回の通常総会の決議。"""
    return [make_resolution(users, year) for year in general_meeting_years(on)]


#: 練習用の組合の定め。条文は短くしてあるが、組みと数字は実際のものに倣う。
CLAUSES = {
    FinanceBusiness.LENDING: (
        "定款 第7条第1項第4号",
        "組合員に対する事業資金の貸付け（手形の割引を含む。）及び組合員のためにするその借入れ",
    ),
    FinanceBusiness.GUARANTEE: (
        "定款 第7条第1項第5号",
        "商工組合中央金庫その他の金融機関に対する組合員の債務の保証及びその委任を受けてする債権の取立て",
    ),
}
BYLAW_TEXT = """第1条（目的） この規約は、組合が行う金融事業について必要な事項を定める。
第2条（事業） 組合は、組合員に対する事業資金の貸付けと、そのための借入れを行う。
第3条（使いみち） 貸付けは、組合員の事業に要する運転資金と設備資金に限る。
第4条（規程への委任） 金額、期間、方法、担保及び保証人の基準は、理事会の定める金融事業規程による。
第5条（損害金） 遅延損害金の率は、年14.6パーセントを超えない。
"""
RULE_TEXT = """第1条（趣旨） この規程は、金融事業規約第4条により、貸付けの基準を定める。
第2条（使いみち） 運転資金及び設備資金とし、他の用途に充ててはならない。
第3条（金額） 手形貸付は{bill}、証書貸付は{deed}を限度とする。
第4条（期間） 手形貸付は1年以内、証書貸付は15年以内とする。
第5条（返済の方法） 元金均等、元利均等又は期日一括とし、据置は12か月を超えない。
第6条（担保） {secured}を超える貸付けには、保全額が金額の5割に達する担保を要する。
第7条（保証人） 法人に対する貸付けには、代表者の保証を求める。経営者保証に関するガイドラインによるときは、この限りでない。
第8条（利率及び手数料） 利率は年8パーセント、転貸手数料は年0.3パーセントを超えない。
第9条（損害金） 遅延損害金は、遅れた元金に対し年14.5パーセントとする。
"""


def _in_man(amount: int) -> str:
    return f"{amount // 10_000:,}万円"


def make_standards(users: dict[str, User], on: date) -> None:
    """定款の金融条項・規約・規程。規程は、この年度のはじめに金額を改めた二つの版がある。"""
    founded = date(on.year - 12, 5, 25)
    decided = {"by": users["kitamura"], "permission": "governance.approve_resolution"}
    for business, (article, text) in CLAUSES.items():
        clause = ArticlesClause(
            business=business,
            article=article,
            text=text,
            meeting_name=f"第{founded.year - 1978}回通常総会",
            item_number="第3号議案（定款変更）",
            resolved_on=founded,
            authority="石川県知事",
            authorised_on=founded + timedelta(days=38),
            registered_on=founded + timedelta(days=47),
            effective_on=founded + timedelta(days=38),
            proposed_by=users["kanri"],
        )
        clause.save()
        proposals.approve(clause, on=founded + timedelta(days=47), **decided)
    bylaw = FinanceBylaw(
        title="金融事業規約",
        text=BYLAW_TEXT,
        meeting_name=f"第{founded.year + 5 - 1978}回通常総会",
        item_number="第6号議案",
        resolved_on=date(founded.year + 5, 5, 25),
        effective_on=date(founded.year + 5, 6, 1),
        purpose_article="第3条",
        purposes="working,equipment",
        damages_article="第5条",
        maximum_damages_rate=Decimal("14.6"),
        proposed_by=users["kanri"],
    )
    bylaw.save()
    proposals.approve(bylaw, on=bylaw.effective_on, **decided)
    this_year = days.fiscal_year_start(on)
    for effective, number, bill, deed, secured in (
        (days.add_months(this_year, -24), 288, 20_000_000, 50_000_000, 20_000_000),
        (this_year, 312, 30_000_000, 50_000_000, 30_000_000),
    ):
        rule = FinanceRule(
            title="金融事業規程",
            text=RULE_TEXT.format(bill=_in_man(bill), deed=_in_man(deed), secured=_in_man(secured)),
            meeting_name=f"第{number}回理事会",
            item_number="第2号議案",
            resolved_on=effective - timedelta(days=14),
            effective_on=effective,
            purpose_article="第2条",
            purposes="working,equipment",
            amount_article="第3条",
            bill_maximum_amount=bill,
            deed_maximum_amount=deed,
            term_article="第4条",
            bill_maximum_months=12,
            deed_maximum_months=180,
            method_article="第5条",
            methods="equal_principal,equal_payment,bullet",
            maximum_grace_months=12,
            collateral_article="第6条",
            collateral_above_amount=secured,
            minimum_cover_percent=50,
            guarantor_article="第7条",
            representative_required=True,
            interest_article="第8条",
            maximum_interest_rate=Decimal("8"),
            fee_article="第8条",
            maximum_fee_rate=Decimal("0.3"),
            damages_article="第9条",
            maximum_damages_rate=Decimal("14.5"),
            proposed_by=users["kanri"],
        )
        rule.save()
        proposals.approve(rule, on=effective, **decided)


def make_delegation(users: dict[str, User], on: date) -> Delegation:
    """権限委譲表。事務局長は2,000万円まで、それを超えるものは理事長。"""
    effective = days.fiscal_year_start(days.add_months(on, -12))
    delegation = Delegation(effective_on=effective, source="第300回理事会 第4号議案", proposed_by=users["kanri"])
    delegation.save()
    DelegationRow.objects.bulk_create(
        DelegationRow(delegation=delegation, act=act, role=Role.CHIEF, maximum_amount=20_000_000)
        for act in DelegatedAct.values
    )
    return proposals.approve(delegation, by=users["komatsu"], on=effective, permission="coopfin.approve_policy")


def make_facilities(users: dict[str, User], on: date) -> list[Facility]:
    """融資枠。二つの金融機関と約したもの（承認済）と、承認を待つ増額。"""
    start = days.fiscal_year_start(on)
    ends = days.add_months(start, 24) - timedelta(days=1)
    made = []
    for bank, amount, number in (
        ("商工組合中央金庫 金沢支店", 250_000_000, "商中金発8-45"),
        ("北國銀行 県庁支店", 80_000_000, "北銀県庁第118号"),
    ):
        facility = Facility(
            bank=bank, amount=amount, effective_on=start, ends_on=ends, document_reference=f"融資枠契約書 {number}",
            note="転貸資金の枠。個別の借入は、そのつど申し込む。", proposed_by=users["kanri"],
        )  # fmt: skip
        facility.save()
        made.append(proposals.approve(facility, by=users["kitamura"], on=start, permission="funding.approve_facility"))
    waiting = Facility(
        bank="北國銀行 県庁支店", amount=120_000_000, effective_on=on, ends_on=ends,
        document_reference="増枠の承諾通知 北銀県庁第164号", proposed_by=users["kanri"],
    )  # fmt: skip
    waiting.save()
    return [*made, waiting]


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
