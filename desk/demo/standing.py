"""練習用の組合員の立場: 脱退の予告、代表者の交代、出資の異動、関係先、委任、口座変更の申請、重複した人。本物の操作だけで作る。"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from coopfin.calc import days
from coopfin.calc.days import add_months
from desk.demo.road import Office
from members import operations
from members.enums import LeavingCause, LeavingKind, OfficerTitle, RelationKind, ShareKind
from members.models import Contact, Mandate, Member, Relationship


def _member(name: str) -> Member:
    return Member.objects.get(name=name)


def _person(name: str, kana: str, born_on: date, who: dict):
    return operations.register_person(name=name, kana=kana, born_on=born_on, **who)


def play(office: Office, today: date) -> None:
    """組合員の台帳を、ふだんの一年ほどに動かす。"""
    who = {"by": office.clerk, "on": today}
    _leavings(today, who)
    _officers(today, who)
    _shares(today, who)
    _relations(who)
    _dealings(today, who)
    # 口座変更の申請。山田が出し、事務局長か理事長の承認を待つ。
    engineering = _member("能美エンジニアリング株式会社")
    changed = {**engineering.account, "account_number": "1190455", "account_type": "current"}
    operations.request_account(
        member=engineering, document="当座勘定の開設通知の写し（代表者が来所、本人確認済）", **changed, **who
    )
    # 同じ人を別の字で二度載せてしまった。「重複らしいもの」に出る。
    operations.register_person(name="山崎 隆", kana="ヤマサキ タカシ", born_on=None, phone="076-276-0000", **who)


def _leavings(today: date, who: dict) -> None:
    """年度末に脱退する組合員（貸付が残る）と、事業主が亡くなった組合員。"""
    operations.record_leaving(
        member=_member("輪島塗工房 松本"), kind=LeavingKind.VOLUNTARY, notified_on=today - timedelta(days=20),
        document="脱退予告書（持参、受付印あり）", **who,
    )  # fmt: skip
    operations.record_leaving(
        member=_member("のとじま海洋機器"), kind=LeavingKind.STATUTORY, cause=LeavingCause.DEATH,
        notified_on=today - timedelta(days=12), document="除籍謄本", **who,
    )  # fmt: skip


def _officers(today: date, who: dict) -> None:
    """代表者の交代と、任期満了の近い役員、個人事業主の家族。"""
    ironworks = _member("鶴来鉄工株式会社")
    operations.change_representative(
        member=ironworks, person=_person("北川 健太", "キタガワ ケンタ", date(1984, 7, 3), who),
        title=OfficerTitle.REPRESENTATIVE_DIRECTOR, changed_on=today - timedelta(days=9),
        stays_as=OfficerTitle.DIRECTOR, **who,
    )  # fmt: skip
    timber = _member("白山木材株式会社")
    operations.add_officer(
        member=timber, person=_person("白山 文子", "ハクサン フミコ", date(1968, 2, 11), who),
        title=OfficerTitle.DIRECTOR, from_on=add_months(today, -24), term_ends_on=today + timedelta(days=25), **who,
    )  # fmt: skip
    tools = _member("宝達工具製作所")
    operations.add_officer(
        member=tools, person=_person("宝達 道子", "ホウダツ ミチコ", date(1961, 9, 20), who), title=OfficerTitle.SPOUSE,
        **who,
    )  # fmt: skip
    operations.add_officer(
        member=tools, person=_person("宝達 亮", "ホウダツ リョウ", date(1990, 12, 1), who),
        title=OfficerTitle.FAMILY_WORKER, **who,
    )  # fmt: skip


def _shares(today: date, who: dict) -> None:
    """増資、持分の譲渡、年度末の減口の予定。"""
    operations.change_shares(
        member=_member("七尾船舶機械株式会社"), kind=ShareKind.INCREASE, shares=20, amount=200_000,
        effective_on=today - timedelta(days=30), consented_on=today - timedelta(days=40),
        consent="第318回理事会 第4号議案", **who,
    )  # fmt: skip
    operations.transfer_shares(
        giver=_member("河北プレス工業株式会社"), receiver=_member("津幡熱処理株式会社"), shares=30, amount=300_000,
        effective_on=today - timedelta(days=35), consented_on=today - timedelta(days=40),
        consent="第318回理事会 第5号議案", **who,
    )  # fmt: skip
    operations.change_shares(
        member=_member("珠洲製缶株式会社"), kind=ShareKind.DECREASE, shares=20, amount=200_000,
        effective_on=days.fiscal_year_end(today), reason="事業の縮小（減口の請求書）", **who,
    )  # fmt: skip


def _relations(who: dict) -> None:
    """過半数を持つ株主、子会社、組合員でない親会社、取引先。"""
    gear, forge = _member("㈱北陸ギヤー工業"), _member("株式会社ﾃｸﾉﾌｫｰｼﾞ")
    for values in (
        {"member": gear, "kind": RelationKind.MAJOR_SHAREHOLDER, "other_person": gear.representative,
         "share_percent": Decimal("66.7"), "source": "株主名簿"},
        {"member": gear, "kind": RelationKind.SUBSIDIARY, "other_member": forge, "share_percent": Decimal(60),
         "from_on": date(2018, 4, 1), "source": "決算書の内訳書"},
        {"member": gear, "kind": RelationKind.MAJOR_CUSTOMER, "other_member": _member("加賀機械商事株式会社")},
        {"member": _member("ﾐﾔｺ技研株式会社"), "kind": RelationKind.PARENT, "share_percent": Decimal(51),
         "other_name": "北陸機械ホールディングス株式会社", "source": "株主名簿"},
    ):  # fmt: skip
        operations.add_to_member(Relationship, **values, **who)


def _dealings(today: date, who: dict) -> None:
    """連絡先、委任、メモとその訂正。"""
    timber = _member("白山木材株式会社")
    operations.add_to_member(
        Contact, member=timber, name="中島 由美", department="経理課", subject="返済・決算書", phone="076-272-0000",
        email="keiri@hakusan-mokuzai.example", **who,
    )  # fmt: skip
    operations.add_to_member(
        Mandate, member=timber, person=timber.officers.get(title=OfficerTitle.DIRECTOR).person,
        scope="借入申込書の提出、書類の受取り", document=f"{today.year}年の委任状（実印・印鑑証明書つき）",
        from_on=today - timedelta(days=60), to_on=today + timedelta(days=300), **who,
    )  # fmt: skip
    note = operations.write_note(member=timber, text="決算は3月。決算書は6月10日ごろ届く。", **who)
    operations.write_note(member=timber, text="決算書が届くのは6月20日ごろ（税理士に確認）。", corrects=note, **who)
