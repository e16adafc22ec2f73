"""業種・人・組合員・役員。"""

import itertools
from datetime import date
from decimal import Decimal

from coopfin.calc import words
from coopfin.models import User
from members.enums import AccountType, MemberKind, OfficerTitle, RelationKind, ShareKind
from members.models import Industry, Member, Officer, Person, Relationship, ShareChange
from tests.factories.core import make_user
from tests.memory import remembered

_serial = itertools.count(1)


def make_industry(code="E", name="製造業"):
    """業種。基本データにあるものはそれを使う。"""
    industry, _ = Industry.objects.get_or_create(code=code, defaults={"name": name})
    return industry


@remembered
def make_person(name=None, **changes):
    """人。名前を言わなければ「試験 1郎」のような別々の人。"""
    number = next(_serial)
    values = {
        "name": name or f"試験 {number}郎",
        "kana": "" if name else f"シケン {number}ロウ",
        "born_on": date(1965, 4, 1),
        "postal_code": "920-0901",
        "address": f"石川県金沢市彦三町一丁目{number}番地",
    }
    return Person.objects.create(**{**values, **changes})


def corporate_number(serial: int) -> str:
    """検査数字の合う、架空の法人番号（12桁の連番に検査数字を付ける）。"""
    body = f"{889900000000 + serial:012d}"
    total = sum(int(digit) * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(body)))
    return f"{9 - total % 9}{body}"


def member_values(number, /, **changes):
    """組合員の値（代表者と業種を除く）。"""
    values = {
        "number": f"T{number:05d}",
        "name": f"試験工業{number}株式会社",
        "kana": f"シケンコウギョウ{number}",
        "kind": MemberKind.CORPORATE,
        "representative_title": OfficerTitle.REPRESENTATIVE_DIRECTOR,
        "postal_code": "920-0901",
        "address": f"石川県金沢市彦三町二丁目{number}番地",
        "phone": "076-260-0000",
        "shares": 100,
        "share_capital": 1_000_000,
        "joined_on": date(2010, 4, 1),
        "bank_code": "0146",
        "bank_name": "北國銀行",
        "branch_code": "103",
        "branch_name": "県庁支店",
        "account_type": AccountType.ORDINARY,
        "account_number": f"{number:07d}",
        "account_holder": f"シケンコウギョウ{number}",
    }
    if changes.get("kind") == MemberKind.SOLE:
        values["representative_title"] = OfficerTitle.OWNER
    elif "corporate_number" not in changes:
        values["corporate_number"] = corporate_number(number)
    return {**values, **changes}


@remembered
def make_member(name=None, *, representative=None, industry=None, **changes):
    """組合員。代表者を言わなければ新しい人が代表になる。"""
    if name:
        changes.setdefault("name", name)
        changes.setdefault("kana", "")
    member = Member.objects.create(
        **member_values(next(_serial), **changes),
        representative=representative or make_person(),
        industry=industry or make_industry(),
    )
    if member.shares and member.share_capital:
        ShareChange.objects.create(
            member=member, kind=ShareKind.CARRIED, on=member.joined_on, applied_on=member.joined_on,
            shares=member.shares, amount=member.share_capital, shares_after=member.shares,
            amount_after=member.share_capital, made_by=User.objects.first() or make_user(),
        )  # fmt: skip
    return member


def make_members(count, *, industry=None, **changes):
    """たくさんの組合員をまとめて作る（一覧の速さを確かめるため。履歴は残らない）。"""
    industry = industry or make_industry()
    numbers = [next(_serial) for _ in range(count)]
    people = [Person(name=f"代表 {number}郎", kana=f"ダイヒョウ {number}ロウ") for number in numbers]
    for person in people:
        person.search_text = " ".join(map(words.search_key, person.search_sources()))
    Person.objects.bulk_create(people)
    members = []
    for number, person in zip(numbers, people, strict=True):
        member = Member(**member_values(number, **changes), representative=person, industry=industry)
        member.search_text = " ".join(filter(None, map(words.search_key, member.search_sources())))
        members.append(member)
    return Member.objects.bulk_create(members)


@remembered
def make_officer(member=None, person=None, title=OfficerTitle.DIRECTOR, **changes):
    """組合員の役員。"""
    return Officer.objects.create(
        member=member or make_member(),
        person=person or make_person(),
        title=title,
        **{"from_on": date(2020, 6, 1), **changes},
    )


def make_relationship(member=None, other=None, kind=RelationKind.PARENT, percent=None, **changes):
    """関係先。other は組合員・人・名前のいずれか。"""
    place = {Member: "other_member", Person: "other_person"}.get(type(other), "other_name")
    return Relationship.objects.create(
        member=member or make_member(),
        kind=kind,
        share_percent=None if percent is None else Decimal(percent),
        **{place: other or "能登ホールディングス株式会社", **changes},
    )
