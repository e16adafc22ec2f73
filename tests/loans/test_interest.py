"""Who is interested: one rule in two forms, and the rule itself, said one by one (domain E)."""

import random
from datetime import date

import pytest

from collateral.guarantee_deed import Relation
from governance.models import AgendaItem, Body, Recusal
from loans import coverage
from loans.models import Application, BankRelation, BillParty, LoanGuarantee, LoanSecurity
from members.enums import OfficerTitle, RelationKind
from members.models import Kinship, KinshipKind
from tests.factories.collateral import make_asset, make_guarantee, make_interest
from tests.factories.core import make_user
from tests.factories.governance import make_body
from tests.factories.loans import bill_terms
from tests.factories.members import make_member, make_officer, make_person, make_relationship

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)
#: 始まりと終わり: ずっと、いま、まだ、もう終わった、きょう終わった、きょうから
SPANS = (
    {}, {"from_on": date(2020, 4, 1)}, {"from_on": date(2026, 11, 25)}, {"to_on": date(2026, 3, 31)}, {"to_on": ON},
    {"from_on": ON},
)  # fmt: skip


def make_kin(person, relative, kind=KinshipKind.SPOUSE, **changes):
    return Kinship.objects.create(person=person, relative=relative, kind=kind, **changes)


def case(member=None, by=None):
    return Application.objects.create(member=member or make_member(), created_by=by or make_user(), **bill_terms())


def why(application, person):
    return coverage.interested_persons(application, on=ON).get(person, "")


def sees(application, person):
    return Application.objects.not_interested(person, ON).filter(pk=application.pk).exists()


def declare(application, person, body, by):
    item = AgendaItem.objects.create(
        body=body, title="試験", content_type=_type(application), object_id=application.pk, submitted_on=ON,
        submitted_by=by, state="withdrawn",
    )  # fmt: skip
    Recusal.objects.create(item=item, person=person, reason="試験", found=False)


def _type(application):
    from django.contrib.contenttypes.models import ContentType

    return ContentType.objects.get_for_model(application)


@pytest.mark.parametrize("seed", [11, 24])
def test_the_reasons_and_the_filter_are_the_same_rule_in_any_situation(seed):
    """A small world thrown together at random: each person is out of exactly the cases that name a reason for them."""
    dice = random.Random(seed)
    user, body = make_user(), make_body()
    people = [make_person() for _ in range(10)]
    members = [make_member(representative=dice.choice(people[:5])) for _ in range(6)]
    for _ in range(4):
        make_officer(dice.choice(members), dice.choice(people), OfficerTitle.DIRECTOR, **_dated(dice))
        first, second = dice.sample(people, 2)
        make_kin(first, second, dice.choice(KinshipKind.values), **_dated(dice))
    for _ in range(4):
        first, second = dice.sample(members, 2)
        kind = dice.choice((RelationKind.PARENT, RelationKind.SUBSIDIARY, RelationKind.AFFILIATE))
        make_relationship(first, second, kind, dice.choice((None, "30", "70")), **_dated(dice))
        share = dice.choice(("50", "50.01", "80"))
        make_relationship(
            dice.choice(members), dice.choice(people), RelationKind.MAJOR_SHAREHOLDER, share, **_dated(dice)
        )
    make_relationship(members[0], members[1], RelationKind.MAJOR_CUSTOMER)
    applications = [case(dice.choice(members), user) for _ in range(4)]
    for application in applications:
        guarantor = dice.choice((dice.choice(people), dice.choice(members)))
        who = {"person": guarantor} if guarantor in people else {"member": guarantor}
        given = make_guarantee(debtor=application.member, relation=Relation.RELATIVE_OR_FRIEND.value, **who)
        LoanGuarantee.objects.create(application=application, guarantee=given)
        asset = make_asset(owner=dice.choice((dice.choice(people), dice.choice(members))))
        LoanSecurity.objects.create(
            application=application, interest=make_interest(asset=asset, debtor=application.member)
        )
        BillParty.objects.create(application=application, role="endorser", name=dice.choice([*people, *members]).name)
        lender = dice.choice(members)
        BankRelation.objects.create(
            application=application, bank=f" {lender.name[:2]}　{lender.name[2:]}", kind=dice.choice(("deed", "deposit")),
            balance=1,
        )  # fmt: skip
    declare(applications[0], dice.choice(people), body, user)
    told = {(a.pk, p.pk) for a in applications for p in coverage.interested_persons(a, on=ON)}
    for person in people:
        open_to = set(Application.objects.not_interested(person, ON).values_list("pk", flat=True))
        shut = {application.pk for application in applications} - open_to
        assert shut == {pk for pk, interested in told if interested == person.pk}, (seed, person)
    assert told
    assert len(told) < len(applications) * len(people)


def _dated(dice):
    return dict(dice.choice(SPANS))


def test_the_people_of_a_related_company_are_interested_and_of_a_customer_are_not():
    application = case()
    parent, other, customer = make_member("親株式会社"), make_member(), make_member()
    make_relationship(application.member, parent, RelationKind.PARENT)
    make_relationship(other, application.member, RelationKind.AFFILIATE, "30")
    make_relationship(application.member, customer, RelationKind.MAJOR_CUSTOMER)
    assert why(application, parent.representative) == "申込先の関係会社 親株式会社の代表者"
    assert "関係会社" in why(application, other.representative)
    assert not why(application, customer.representative)
    assert not sees(application, parent.representative)
    assert sees(application, customer.representative)


def test_the_people_of_a_sister_company_under_one_owner_are_interested():
    """Domain C4 and E: companies of one owner are one group, whoever the owner is."""
    application, sister, minor, owner = case(), make_member("姉妹工業"), make_member(), make_person()
    make_relationship(application.member, owner, RelationKind.MAJOR_SHAREHOLDER, "60")
    make_relationship(sister, owner, RelationKind.MAJOR_SHAREHOLDER, "50.01")
    make_relationship(minor, owner, RelationKind.MAJOR_SHAREHOLDER, "50")
    assert why(application, sister.representative) == "申込先の関係会社 姉妹工業の代表者"
    assert not sees(application, sister.representative)
    assert not why(application, minor.representative)
    assert sees(application, minor.representative)


def test_who_holds_more_than_half_is_interested():
    application, owner, holder = case(), make_person(), make_person()
    make_relationship(application.member, owner, RelationKind.MAJOR_SHAREHOLDER, "50.01")
    make_relationship(application.member, holder, RelationKind.MAJOR_SHAREHOLDER, "50")
    assert why(application, owner) == "申込先の過半数を持つ人（主要株主 50.01%）"
    assert not why(application, holder)


def test_relatives_of_who_is_interested_are_too_but_not_the_relatives_of_those():
    application, spouse, cousin = case(), make_person(), make_person()
    representative = application.member.representative
    make_kin(spouse, representative)
    make_kin(spouse, cousin, KinshipKind.SIBLING)
    assert why(application, spouse) == f"{representative}（申込先の代表者）の配偶者"
    assert not why(application, cousin)
    assert not sees(application, spouse)
    assert sees(application, cousin)


def test_what_one_declares_is_ones_own_and_not_the_relatives_matter():
    application, person, spouse = case(), make_person(), make_person()
    make_kin(person, spouse)
    declare(application, person, Body.objects.first() or make_body(), application.created_by)
    assert not sees(application, person)
    assert sees(application, spouse)
    assert not why(application, spouse)


def test_who_endorses_the_bill_and_who_runs_the_company_that_does_are_interested():
    endorser, director = make_person("能登 一郎"), make_person()
    firm = make_member("羽咋商事株式会社", representative=director)
    application = case()
    BillParty.objects.create(application=application, role="endorser", name="能登一郎")
    BillParty.objects.create(application=application, role="drawer", name="羽咋商事 株式会社")
    assert why(application, endorser) == "この申込の手形の裏書人"
    assert why(application, director) == f"手形の振出人 {firm}の代表者"
    assert not sees(application, endorser)
    assert not sees(application, director)


def test_who_has_lent_to_the_applicant_is_interested_and_who_keeps_his_deposit_is_not():
    lender = make_person("珠洲 次郎")
    owing, saving = case(), case()
    BankRelation.objects.create(application=owing, bank="珠洲次郎", kind="deed", balance=1_000_000)
    BankRelation.objects.create(application=saving, bank="珠洲次郎", kind="deposit", balance=1_000_000)
    assert why(owing, lender) == "この申込の債権者"
    assert why(saving, lender) == ""
    assert not sees(owing, lender)
    assert sees(saving, lender)
