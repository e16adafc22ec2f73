"""関係先: 親会社・子会社・関連会社・主要株主・主要取引先と、その持株比率。

特別の利害関係（ドメイン E「50%超を持つ会社」「関係会社」）と、関連当事者の一覧の根拠。相手は組合員・人・台帳にない会社のいずれか。
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from simple_history.models import HistoricalRecords

from members.enums import BETWEEN_COMPANIES, OWNED_BY_OTHER, OWNS_OTHER, OfficerTitle, RelationKind
from members.models.member import Member
from members.models.officers import Officer
from members.models.people import Person, TermQuerySet, Versioned

#: これを超えて持つと支配（過半数）
MAJORITY = Decimal(50)


class RelationshipQuerySet(TermQuerySet):
    def controlling(self):
        """過半数の関係。親会社・子会社は、比率が書かれていなければ過半数とみる。"""
        return self.filter(
            Q(share_percent__gt=MAJORITY)
            | Q(share_percent__isnull=True, kind__in=(RelationKind.PARENT, RelationKind.SUBSIDIARY))
        )


class Relationship(Versioned):
    """関係先。share_percent は、親会社・主要株主なら相手が組合員を、子会社・関連会社なら組合員が相手を持つ割合。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="relationships")
    kind = models.CharField("関係", max_length=20, choices=RelationKind.choices)
    other_member = models.ForeignKey(
        Member, verbose_name="相手の組合員", null=True, blank=True, on_delete=models.PROTECT,
        related_name="relationships_as_other",
    )  # fmt: skip
    other_person = models.ForeignKey(
        Person, verbose_name="相手の人", null=True, blank=True, on_delete=models.PROTECT, related_name="relationships"
    )
    other_name = models.CharField("相手の名称（組合員でない会社など）", max_length=100, blank=True)
    share_percent = models.DecimalField("持株比率（%）", max_digits=5, decimal_places=2, null=True, blank=True)
    from_on = models.DateField("いつから", null=True, blank=True)
    to_on = models.DateField("いつまで", null=True, blank=True, help_text="この日から関係がないものとして扱います。")
    source = models.CharField("確かめたもの", max_length=100, blank=True, help_text="株主名簿、決算書の内訳書など。")

    objects = RelationshipQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="関係先の履歴", verbose_name_plural="関係先の履歴")

    class Meta:
        verbose_name = "関係先"
        verbose_name_plural = "関係先"
        ordering = ["member", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(other_member__isnull=False, other_person__isnull=True, other_name="")
                | Q(other_member__isnull=True, other_person__isnull=False, other_name="")
                | (Q(other_member__isnull=True, other_person__isnull=True) & ~Q(other_name="")),
                name="relationship_one_counterpart",
                violation_error_message="相手は、組合員・人・組合員でない会社のうち一つだけにしてください。",
            ),
            models.CheckConstraint(
                condition=Q(other_member__isnull=True) | ~Q(other_member=models.F("member")),
                name="relationship_not_itself",
                violation_error_message="自分自身を関係先にすることはできません。",
            ),
            models.CheckConstraint(
                condition=Q(other_person__isnull=True) | ~Q(kind__in=BETWEEN_COMPANIES),
                name="relationship_person_kind",
                violation_error_message="人は親会社・子会社・関連会社になりません。「主要株主」か「主要取引先」を選んでください。",
            ),
            models.CheckConstraint(
                condition=Q(share_percent__isnull=True) | Q(share_percent__gt=0, share_percent__lte=100),
                name="relationship_share_percent",
                violation_error_message="持株比率は0より大きく100以下の数字にしてください。",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RelationKind.MAJOR_SHAREHOLDER) | Q(share_percent__isnull=False),
                name="relationship_shareholder_percent",
                violation_error_message="主要株主には持株比率が要ります。",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RelationKind.MAJOR_CUSTOMER) | Q(share_percent__isnull=True),
                name="relationship_customer_percent",
                violation_error_message="主要取引先に持株比率は付きません。空欄にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(from_on__isnull=True) | Q(to_on__gte=models.F("from_on")),
                name="relationship_term",
                violation_error_message="終わりの日は始まりの日以後の日付にしてください。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_kind_display()} {self.other}"

    @property
    def other(self) -> str:
        """相手の名。"""
        return str(self.other_member or self.other_person or self.other_name)

    @property
    def is_control(self) -> bool:
        """過半数か。"""
        if self.share_percent is None:
            return self.kind in (RelationKind.PARENT, RelationKind.SUBSIDIARY)
        return self.share_percent > MAJORITY and self.kind != RelationKind.MAJOR_CUSTOMER

    @property
    def percent(self) -> str:
        """比率の見せ方（66.7%）。書かれていなければ空。"""
        return "" if self.share_percent is None else f"{self.share_percent.normalize():f}%"

    @property
    def holding(self) -> str:
        """どちらがどちらを何%持つかを、文で。"""
        if self.share_percent is None:
            return ""
        owner, owned = (self.other, self.member) if self.kind in OWNED_BY_OTHER else (self.member, self.other)
        return f"{owner}が{owned}の{self.percent}を保有"

    def clean(self):
        super().clean()
        if self.member_id and not self.member.is_corporate and self.kind in BETWEEN_COMPANIES + OWNED_BY_OTHER:
            raise ValidationError(
                {"kind": "個人事業主に親会社・子会社・株主はありません。「主要取引先」を選んでください。"}
            )


@dataclass(frozen=True)
class Owner:
    """過半数を持つ者。人か組合員か、名前だけの会社。"""

    name: str
    reason: str
    person: Person | None = None
    member: Member | None = None
    percent: Decimal | None = None

    @property
    def key(self) -> tuple:
        """同じ持ち主かを見る鍵。台帳にない会社は、名が同じなら同じとみる。"""
        return self.key_of(self.person and self.person.pk, self.member and self.member.pk, self.name)

    @staticmethod
    def key_of(person_pk, member_pk, name: str) -> tuple:
        if person_pk:
            return ("person", person_pk)
        return ("member", member_pk) if member_pk else ("name", name)


@dataclass(frozen=True)
class Related:
    """関係会社である組合員。relation は対象の組合員からみた相手の立場。"""

    member: Member
    relation: str


def _reason(label: str, relationship: Relationship) -> str:
    return f"{label} {relationship.percent}".strip()


def owners_of(members, on) -> dict[int, list[Owner]]:
    """組合員（いくつでも、番号でもよい）→ その日に過半数を持つ者。問合せは二つ。

    主要株主・親会社の登録、相手の側に登録された「子会社」、役職「過半数株主」を合わせて読む。
    """
    wanted = [getattr(member, "pk", member) for member in members]
    found: dict[int, list[Owner]] = {pk: [] for pk in wanted}
    rows = (
        Relationship.objects.current(on)
        .controlling()
        .filter(Q(member__in=wanted, kind__in=OWNED_BY_OTHER) | Q(other_member__in=wanted, kind__in=OWNS_OTHER))
        .select_related("member__representative", "other_member__representative", "other_person")
        .order_by("pk")
    )
    for row in rows:
        if row.kind in OWNED_BY_OTHER:
            owner = Owner(
                row.other,
                _reason(row.get_kind_display(), row),
                row.other_person,
                row.other_member,
                row.share_percent,
            )
            _add(found, row.member_id, owner)
        else:
            owner = Owner(row.member.name, _reason("親会社", row), None, row.member, row.share_percent)
            _add(found, row.other_member_id, owner)
    officers = Officer.objects.current(on).filter(member__in=wanted, title=OfficerTitle.MAJORITY_SHAREHOLDER)
    for officer in officers.select_related("person").order_by("pk"):
        _add(found, officer.member_id, Owner(officer.person.name, officer.get_title_display(), officer.person))
    return found


def _add(found: dict, pk: int, owner: Owner) -> None:
    same = [
        other
        for other in found.get(pk, ())
        if (other.person, other.member) == (owner.person, owner.member) and other.name == owner.name
    ]
    if pk in found and not same:
        found[pk].append(owner)


#: 相手の側からみた言い方
_SEEN_FROM_OTHER = {
    RelationKind.PARENT: "子会社",
    RelationKind.SUBSIDIARY: "親会社",
    RelationKind.AFFILIATE: "関連会社",
    RelationKind.MAJOR_SHAREHOLDER: "出資先",
}


def related_to(members, on) -> dict[int, list[Related]]:
    """組合員（いくつでも）→ その日の関係会社である組合員。主要取引先は含まない。

    親会社・子会社・関連会社・主要株主（どちらの側に登録されていても）と、同じ人・同じ会社が過半数を持つ会社。
    """
    members = list(members)
    wanted = {member.pk for member in members}
    found: dict[int, list[Related]] = {pk: [] for pk in wanted}

    def add(pk, other, relation):
        if pk in wanted and pk != other.pk and other not in [known.member for known in found[pk]]:
            found[pk].append(Related(other, relation))

    rows = (
        Relationship.objects.current(on)
        .exclude(kind=RelationKind.MAJOR_CUSTOMER)
        .filter(Q(member__in=wanted, other_member__isnull=False) | Q(other_member__in=wanted))
        .select_related("member__representative", "other_member__representative")
        .order_by("pk")
    )
    for row in rows:
        add(row.member_id, row.other_member, row.get_kind_display())
        add(row.other_member_id, row.member, _SEEN_FROM_OTHER[RelationKind(row.kind)])
    owners = owners_of(members, on)
    every = [owner for known in owners.values() for owner in known]
    if not every:
        return found
    owned = _owned_by(
        {owner.person.pk for owner in every if owner.person}, {owner.member.pk for owner in every if owner.member}, on,
        {owner.name for owner in every if not owner.person and not owner.member},
    )  # fmt: skip
    for pk, known in owners.items():
        for owner in known:
            for other in owned.get(owner.key, ()):
                add(pk, other, f"{owner.name}が過半数を持つ会社")
    return found


def _owned_by(people, companies, on, names=frozenset()) -> dict[tuple, list[Member]]:
    """持ち主（人・組合員・台帳にない会社の名、Owner.key）→ 過半数を持たれている組合員。"""
    owned: dict[tuple, list[Member]] = {}
    rows = Relationship.objects.current(on).controlling()
    rows = rows.filter(
        Q(kind__in=OWNED_BY_OTHER)
        & (Q(other_person__in=people) | Q(other_member__in=companies) | Q(other_name__in=names))
        | Q(kind__in=OWNS_OTHER, member__in=companies, other_member__isnull=False)
    ).select_related("member__representative", "other_member__representative")
    for row in rows.order_by("pk"):
        if row.kind in OWNED_BY_OTHER:
            key = Owner.key_of(row.other_person_id, row.other_member_id, row.other_name)
            owned.setdefault(key, []).append(row.member)
        else:
            owned.setdefault(("member", row.member_id), []).append(row.other_member)
    officers = Officer.objects.current(on).filter(title=OfficerTitle.MAJORITY_SHAREHOLDER, person__in=people)
    for officer in officers.select_related("member__representative").order_by("pk"):
        owned.setdefault(("person", officer.person_id), []).append(officer.member)
    return owned


def connected_with(people, on):
    """その人たちが代表し、役員を務め、または過半数を持つ組合員（絞り込みに使える QuerySet。ドメイン E の利害関係）。

    people は一人、または人の QuerySet（本人と親族など）。
    """
    people = [people] if isinstance(people, Person) else people
    serves = Officer.objects.current(on).filter(member=OuterRef("pk"), person__in=people)
    owns = (
        Relationship.objects.current(on)
        .controlling()
        .filter(member=OuterRef("pk"), other_person__in=people, kind__in=OWNED_BY_OTHER)
    )
    return Member.objects.filter(Q(representative__in=people) | Exists(serves) | Exists(owns))


def grouped_with(members, on):
    """その組合員（番号の列か QuerySet）の関係会社である組合員。絞り込みに使える QuerySet で、規則は related_to と同じ。

    親会社・子会社・関連会社・主要株主と、同じ人・同じ会社が過半数を持つ会社（兄弟会社、ドメイン C4・E）。
    """
    members = [getattr(member, "pk", member) for member in members]
    rows = Relationship.objects.current(on).exclude(kind=RelationKind.MAJOR_CUSTOMER)
    return Member.objects.filter(
        Exists(rows.filter(member=OuterRef("pk"), other_member__in=members))
        | Exists(rows.filter(other_member=OuterRef("pk"), member__in=members))
        | Q(pk__in=_sisters_of(members, on))
    )


def _sisters_of(members, on) -> set[int]:
    """同じ者が過半数を持つ、ほかの組合員の番号。持ち主を先に読み、問合せを重ねない。"""
    wanted = set(members)
    owners = [owner for known in owners_of(wanted, on).values() for owner in known]
    people = {owner.person.pk for owner in owners if owner.person}
    companies = {owner.member.pk for owner in owners if owner.member}
    names = {owner.name for owner in owners if not owner.person and not owner.member}
    if not (people or companies or names):
        return set()
    return {other.pk for known in _owned_by(people, companies, on, names).values() for other in known} - wanted
