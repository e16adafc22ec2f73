"""Who owns a member, which members belong together, and whom a person is bound to."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from members.enums import MemberKind, OfficerTitle, RelationKind
from members.models import Member, Relationship, connected_with, grouped_with, owners_of, related_to
from tests.factories.members import make_member, make_officer, make_person, make_relationship

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


def test_a_majority_owner_is_who_holds_more_than_half_on_that_day():
    member, owner = make_member(), make_person("千代 一郎")
    make_relationship(member, owner, RelationKind.MAJOR_SHAREHOLDER, "50.01", from_on=date(2020, 4, 1))
    make_relationship(member, make_person(), RelationKind.MAJOR_SHAREHOLDER, "49.99")
    make_relationship(member, make_person(), RelationKind.MAJOR_SHAREHOLDER, "50")
    make_relationship(member, make_person(), RelationKind.MAJOR_SHAREHOLDER, "90", to_on=ON)
    (found,) = member.owners_on(ON)
    assert (found.person, found.percent, found.reason) == (owner, Decimal("50.01"), "主要株主 50.01%")
    assert member.owners_on(date(2020, 3, 31))[0].percent == 90


def test_parents_own_without_a_percentage_and_seen_from_the_other_side_too():
    child, parent, grown = make_member(), make_member("親株式会社"), make_member()
    make_relationship(parent, child, RelationKind.SUBSIDIARY)
    make_relationship(grown, "外の会社", RelationKind.PARENT)
    make_relationship(parent, grown, RelationKind.AFFILIATE, "30")
    found = owners_of([child, grown], ON)
    assert [(owner.member, owner.reason) for owner in found[child.pk]] == [(parent, "親会社")]
    assert [(owner.name, owner.member) for owner in found[grown.pk]] == [("外の会社", None)]


def test_an_officer_entered_as_majority_shareholder_owns_too_and_nobody_twice():
    member, person = make_member(), make_person()
    make_officer(member, person, OfficerTitle.MAJORITY_SHAREHOLDER)
    make_relationship(member, person, RelationKind.MAJOR_SHAREHOLDER, "60")
    assert [owner.person for owner in member.owners_on(ON)] == [person]


def test_members_of_one_group_know_each_other_from_both_sides():
    mother, daughter, cousin, customer = (make_member(name) for name in ("母社", "娘社", "従社", "客社"))
    make_relationship(mother, daughter, RelationKind.SUBSIDIARY, "80")
    make_relationship(mother, cousin, RelationKind.AFFILIATE, "20")
    make_relationship(mother, customer, RelationKind.MAJOR_CUSTOMER)
    assert [(r.member, r.relation) for r in mother.related_members(ON)] == [(daughter, "子会社"), (cousin, "関連会社")]
    assert [(r.member, r.relation) for r in daughter.related_members(ON)] == [(mother, "親会社")]
    assert customer.related_members(ON) == []
    ours = Member.objects.filter(pk=mother.pk)
    assert set(grouped_with(ours, ON)) == {daughter, cousin}


def test_companies_of_one_owner_belong_together():
    owner, first, second, parent, third = (
        make_person("千代 一郎"),
        make_member(),
        make_member(),
        make_member(),
        make_member(),
    )
    make_relationship(first, owner, RelationKind.MAJOR_SHAREHOLDER, "60")
    make_officer(second, owner, OfficerTitle.MAJORITY_SHAREHOLDER)
    make_relationship(first, parent, RelationKind.PARENT)
    make_relationship(parent, third, RelationKind.SUBSIDIARY)
    found = {related.member: related.relation for related in first.related_members(ON)}
    assert found == {parent: "親会社", second: "千代 一郎が過半数を持つ会社", third: f"{parent}が過半数を持つ会社"}
    # The filter that hides cases speaks the same rule, from either end.
    assert set(grouped_with([first.pk], ON)) == {parent, second, third}
    assert set(grouped_with([second.pk], ON)) == {first}
    assert set(grouped_with([third.pk], ON)) == {parent, first}


def test_an_owner_that_is_no_member_binds_its_companies_by_its_name():
    first, second, minor = make_member(), make_member(), make_member()
    for member in (first, second):
        make_relationship(member, "白山ホールディングス株式会社", RelationKind.PARENT)
    make_relationship(minor, "白山ホールディングス株式会社", RelationKind.MAJOR_SHAREHOLDER, "50")
    assert [(r.member, r.relation) for r in first.related_members(ON)] == [
        (second, "白山ホールディングス株式会社が過半数を持つ会社")
    ]
    assert set(grouped_with([second.pk], ON)) == {first}


def test_a_person_is_bound_to_what_he_represents_serves_or_owns():
    person = make_person()
    represented, served, owned = make_member(representative=person), make_member(), make_member()
    make_officer(served, person)
    make_relationship(owned, person, RelationKind.MAJOR_SHAREHOLDER, "51")
    make_relationship(make_member(), person, RelationKind.MAJOR_SHAREHOLDER, "50")
    make_relationship(make_member(), person, RelationKind.MAJOR_CUSTOMER)
    make_officer(make_member(), person, to_on=ON)
    assert set(connected_with(person, ON)) == {represented, served, owned}


def test_many_members_are_asked_about_in_as_many_questions_as_one(django_assert_num_queries):
    members = [make_member() for _ in range(3)]
    for member in members:
        make_relationship(member, make_person(), RelationKind.MAJOR_SHAREHOLDER, "60")
    for some in (members[:1], members):
        with django_assert_num_queries(5):
            related_to(some, ON)


@pytest.mark.parametrize(
    ("kind", "other", "percent", "sentence"),
    [
        (RelationKind.PARENT, "person", None, "人は親会社"),
        (RelationKind.MAJOR_SHAREHOLDER, "person", None, "持株比率が要ります"),
        (RelationKind.MAJOR_SHAREHOLDER, "person", "0", "0より大きく"),
        (RelationKind.SUBSIDIARY, "name", "100.01", "100以下"),
        (RelationKind.MAJOR_CUSTOMER, "name", "10", "空欄に"),
        (RelationKind.PARENT, "itself", None, "自分自身"),
        (RelationKind.PARENT, "nobody", None, "一つだけ"),
        (RelationKind.PARENT, "two", None, "一つだけ"),
    ],
)
def test_a_relation_that_makes_no_sense_is_refused_in_words_and_by_the_database(kind, other, percent, sentence):
    member = make_member()
    who = {
        "person": {"other_person": make_person()}, "name": {"other_name": "外の会社"}, "itself": {"other_member": member},
        "nobody": {}, "two": {"other_name": "外の会社", "other_person": make_person()},
    }[other]  # fmt: skip
    relationship = Relationship(member=member, kind=kind, share_percent=percent and Decimal(percent), **who)
    with pytest.raises(ValidationError, match=sentence):
        relationship.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        relationship.save()


def test_a_sole_proprietor_has_customers_but_no_shareholders():
    member = make_member(kind=MemberKind.SOLE)
    Relationship(member=member, kind=RelationKind.MAJOR_CUSTOMER, other_name="外の会社").full_clean()
    with pytest.raises(ValidationError, match="個人事業主に親会社"):
        Relationship(
            member=member, kind=RelationKind.MAJOR_SHAREHOLDER, other_name="外の会社", share_percent=Decimal(60)
        ).full_clean()
