"""A root guarantee given with one bill loan guarantees the next as well: one letter, one maximum for all of them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from collateral.models import Guarantee
from coopfin.flow import StepRefused
from desk.demo import road
from documents.models import IssuedDocument
from loans import coverage, printing, root_guarantees
from loans.enums import ApplicationState as S
from loans.models import Application, Loan, LoanGuarantee
from loans.operations import application as applications
from loans.operations import contract, security
from tests.factories.loans import bill_terms, deed_terms, fresh, make_application, make_application_in, make_office
from tests.factories.members import make_member, make_person

pytestmark = pytest.mark.django_db


def make_world():
    """A bill of 10,000,000 yen that was paid out, its letter of guarantee signed; and the next bill of the same member,
    with the new guarantee of the representative that every draft proposes."""
    office = make_office()
    first = make_application_in(office, S.DISBURSED)
    day = first.contracts.get().disbursed_on + timedelta(days=40)
    terms = bill_terms(amount=4_000_000, disburse_on=day, maturity_on=day + timedelta(days=90))
    second = make_application(office, member=first.member, terms=terms, informed=False, on=day)
    return office, first, second, first.guarantees.get().guarantee, day


@pytest.fixture(scope="module")
def made(for_the_module):
    return for_the_module(make_world)


@pytest.fixture
def world(made, db):
    return made()


@pytest.fixture
def office(world):
    return world[0]


@pytest.fixture
def first(world):
    return world[1]


@pytest.fixture
def second(world):
    return world[2]


@pytest.fixture
def root(world):
    return world[3]


@pytest.fixture
def day(world):
    """The day on which the member comes again."""
    return world[4]


def use(application, root, office, day):
    return security.use_guarantee(application, guarantee=root, by=office.clerk, on=day)


def told(found, *codes):
    return [finding for finding in found if finding.code in codes]


def test_what_was_given_is_offered_and_takes_the_place_of_the_new_one(second, root, office, day):
    proposed = second.guarantees.get().guarantee
    (offer,) = root_guarantees.in_use_by(second)
    assert offer.guarantee == root
    assert (offer.used, offer.left) == (10_000_000, 0)
    use(second, root, office, day)
    assert second.guarantees.get().guarantee == root
    assert Guarantee.objects.get(pk=proposed.pk).released_on == day
    assert Guarantee.objects.get(pk=root.pk).released_on is None
    assert root_guarantees.in_use_by(second) == []


def test_what_cannot_be_used_is_refused_with_a_sentence(second, root, first, office, day):
    def refused(sentence, guarantee=root, application=second):
        with pytest.raises(StepRefused, match=sentence):
            use(fresh(application), guarantee, office, day)

    again = make_application(office, member=first.member, on=day)
    refused("まだ契約で受けていません", again.guarantees.get().guarantee)
    other = make_application(office, member=make_member(), on=day)
    refused("ほかの組合員の債務", application=other)
    deed = make_application(office, member=first.member, terms=deed_terms(), on=day)
    refused("証書に連署する特定保証", application=deed)
    refused("それを受けた一つの貸付だけ", deed.guarantees.get().guarantee)
    Guarantee.objects.filter(pk=root.pk).update(fixed_on=day)
    refused("に確定するので")
    assert root_guarantees.in_use_by(second) == []
    Guarantee.objects.filter(pk=root.pk).update(fixed_on=day + timedelta(days=1), released_on=day)
    refused("すでに解除・取りやめ")
    Guarantee.objects.filter(pk=root.pk).update(released_on=None)
    Application.objects.filter(pk=first.pk).update(state=S.CONTRACTING)
    refused("書類が、まだそろっていません")
    Application.objects.filter(pk=first.pk).update(state=S.DISBURSED)
    use(fresh(second), root, office, day)
    refused("すでにこの申込に付いています")


def test_a_stated_day_beyond_five_years_fixes_the_principal_after_three(first, root):
    contracted_on = first.contracts.get().contracted_on
    standing = root_guarantees.Standing(guarantee=root, given=first.contracts.get(), owed={})
    root.fixed_on = date(contracted_on.year + 6, 1, 1)
    assert standing.fixes_on() == date(contracted_on.year + 3, contracted_on.month, contracted_on.day)
    assert standing.is_fixed_by(standing.fixes_on())
    assert not standing.is_fixed_by(standing.fixes_on() - timedelta(days=1))


def test_the_maximum_is_counted_against_all_bills_it_guarantees(second, root, office, day):
    use(second, root, office, day)
    (finding,) = told(coverage.guarantor_findings(fresh(second)), "maximum")
    assert finding.warns
    assert "4,000,000円足りません" in finding.text
    assert "残り 10,000,000円 ＋ この申込 4,000,000円 ＝ 14,000,000円" in finding.detail
    Guarantee.objects.filter(pk=root.pk).update(maximum_amount=14_000_000)
    assert told(coverage.guarantor_findings(fresh(second)), "maximum") == []


def test_the_deed_and_the_information_are_judged_by_the_contract_that_took_the_guarantee(second, first, office, day):
    """A deed of the month before the first contract would be too old for the second; it need not be made again."""
    link = first.guarantees.get()
    given_on = first.contracts.get().contracted_on
    Guarantee.objects.filter(pk=link.guarantee_id).update(
        person=make_person(), relation="relative_or_friend", deed_on=given_on - timedelta(days=10), deed_office="金沢",
        deed_number="1", informed_on=given_on,
    )  # fmt: skip
    security.remove_guarantee(second, second.guarantees.get(), by=office.clerk, on=day)
    used = use(fresh(second), link.guarantee, office, day)
    at_contract = {"contract_on": day, "level": "block"}
    found = coverage.guarantor_findings(fresh(second), **at_contract)
    assert [finding.level for finding in told(found, "deed")] == ["pass"]
    assert not [finding for finding in told(found, "information", "fixed_on", "fixed") if finding.blocks]
    assert first.contracts.get().number in told(found, "given")[0].text
    with pytest.raises(StepRefused, match="で受けた根保証です"):
        security.record_deed(used, informed_on=day, by=office.clerk, on=day)
    # What never came to a contract is new in this one.
    Loan.objects.filter(application=first).update(state="cancelled")
    found = coverage.guarantor_findings(fresh(second), **at_contract)
    assert "block" in [finding.level for finding in told(found, "deed")]
    assert told(found, "given") == []


def test_no_new_letter_is_wanted_and_a_second_guarantor_signs_alone(second, root, office, day):
    use(second, root, office, day)
    road.bring(fresh(second), S.CONTRACTING, office, day)
    loan = second.contracts.get()
    assert "guarantee_letter" not in [paper.code for paper in printing.papers_for(loan)]
    assert coverage.representative_stands(second.member, coverage.guarantee_links(second))
    newcomer = make_person("田中 実")
    Application.objects.filter(pk=second.pk).update(state=S.RETURNED)
    security.add_guarantee(
        fresh(second), person=newcomer, relation="relative_or_friend", maximum_amount=4_000_000, by=office.clerk, on=day
    )
    assert "guarantee_letter" in [paper.code for paper in printing.papers_for(loan)]
    (entry,) = printing.guarantee_letter(loan, on=day).guarantors
    assert entry.party.name == "田中 実"


def test_neither_new_terms_nor_a_withdrawal_touch_what_another_loan_uses(second, root, office, day):
    use(second, root, office, day)
    applications.update_terms(
        fresh(second), terms=bill_terms(amount=30_000_000, disburse_on=day, maturity_on=day + timedelta(days=90)),
        by=office.clerk, on=day,
    )  # fmt: skip
    applications.withdraw(fresh(second), by=office.clerk, on=day, reason="不要になった")
    root.refresh_from_db()
    assert (root.maximum_amount, root.released_on) == (10_000_000, None)


def test_removed_from_the_next_case_it_still_guarantees_the_first(second, root, office, day):
    link = use(second, root, office, day)
    security.remove_guarantee(fresh(second), link, by=office.clerk, on=day)
    root.refresh_from_db()
    assert root.released_on is None


def test_a_letter_outlives_its_contract_while_a_loan_that_was_paid_out_stands_on_it(first, office, day):
    taken = make_application_in(office, S.READY)
    loan = taken.contracts.get()
    assert not root_guarantees.letter_supports_another(loan)
    LoanGuarantee.objects.create(application=first, guarantee=taken.guarantees.get().guarantee)
    contract.cancel(fresh(taken), by=office.clerk, on=day, reason="延期")
    kept = IssuedDocument.objects.without_content().filter(voided_at__isnull=True, object_id=loan.pk)
    assert "guarantee_letter" in {document.paper for document in kept}


def test_the_page_offers_it_and_attaches_it_with_one_button(second, root, office, day, client, monkeypatch):
    monkeypatch.setattr("coopfin.views.business_date", lambda: day)
    client.force_login(office.clerk)
    address = reverse("loans:guarantee_use", args=[second.pk, root.pk])
    for page in (second.get_absolute_url(), reverse("loans:guarantee_add", args=[second.pk])):
        assert address in client.get(page).content.decode()
    asked = client.get(address)
    assert ("極度額の残り", "0円（この申込は 4,000,000円）") in asked.context["facts"]
    done = client.post(address, {"version": second.version, "token": "one-token"})
    assert done.status_code == 302, done.context["form"].errors
    assert second.guarantees.get().guarantee == root
    again = client.get(address)
    assert "すでにこの申込に付いています" in again.context["blocked_why"]
    assert "で受けた根保証" in client.get(second.get_absolute_url()).content.decode()
