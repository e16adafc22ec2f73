"""契約書類の値を、本物の操作で契約まで進めた貸付から作る。"""

from datetime import timedelta

import pytest

from collateral.models import Guarantee
from documents import access
from documents import operations as documents
from loans import printing
from loans.enums import ApplicationState
from loans.papers import DEED, GUARANTEE_LETTER, MASTER_AGREEMENT
from members.enums import MemberKind
from tests.factories.core import make_user
from tests.factories.loans import TODAY, deed_terms, make_application_in
from tests.factories.members import make_member, make_person
from tests.papers.reading import text_of

pytestmark = pytest.mark.django_db
CONTRACTING = ApplicationState.CONTRACTING


@pytest.fixture
def office(made_office, db):
    return made_office()


def loan_of(application):
    return application.contracts.get()


def codes(loan):
    return [paper.code for paper in printing.papers_for(loan)]


def html(paper, loan):
    return text_of(paper.render_html(printing.context_for(paper, loan, on=TODAY, number="D2026-0001")))


def test_a_bill_wants_the_agreement_and_the_letter_of_guarantee(office):
    loan = loan_of(make_application_in(office, CONTRACTING))
    assert codes(loan) == ["master_agreement", "guarantee_letter"]


def test_a_deed_wants_the_agreement_and_the_deed(office):
    loan = loan_of(make_application_in(office, CONTRACTING, terms=deed_terms()))
    assert codes(loan) == ["master_agreement", "deed"]


def test_the_agreement_is_wanted_only_for_the_first_loan_of_a_member(office):
    first = make_application_in(office, CONTRACTING)
    second = make_application_in(office, CONTRACTING, member=first.member)
    paper = printing.papers_for(loan_of(first))[0]
    document = documents.issue(
        paper=paper,
        context_builder=lambda number: printing.context_for(paper, loan_of(first), number=number, on=TODAY),
        target=loan_of(first),
        by=office.clerk,
        on=TODAY,
    )
    assert "master_agreement" in codes(loan_of(second))
    documents.mark_signed(document, by=office.clerk, on=TODAY)
    assert "master_agreement" not in codes(loan_of(second))
    assert "master_agreement" in codes(loan_of(first))
    documents.void(document, reason="誤り", by=office.clerk, on=TODAY)
    assert "master_agreement" in codes(loan_of(second))


def test_the_deed_says_what_was_agreed(office):
    loan = loan_of(make_application_in(office, CONTRACTING, terms=deed_terms()))
    deed = printing.context_for(DEED, loan, on=TODAY)
    assert deed.principal == loan.principal == 12_000_000
    assert deed.contract_number == loan.number
    assert deed.maturity_on == loan.maturity_on
    assert deed.bank == loan.application.funding.bank
    assert deed.debtor.name == loan.member.name
    assert deed.debtor.representative == f"代表取締役　{loan.member.representative.name}"
    assert len(deed.instalments) == 60
    text = html(DEED, loan)
    assert "金壱千弐百万円也（¥12,000,000）" in text
    assert "第1回から第60回までは各金200,000円" in text
    assert loan.member.bank_account.replace(" ", "") in text


def test_the_representative_signs_the_letter_with_his_exception(office):
    loan = loan_of(make_application_in(office, CONTRACTING))
    letter = printing.context_for(GUARANTEE_LETTER, loan, on=TODAY)
    (guarantor,) = letter.guarantors
    assert guarantor.party.name == loan.member.representative.name
    assert "第465条の9第1号" in guarantor.deed_statement
    assert guarantor.informed_on == TODAY
    assert "極度額" in html(GUARANTEE_LETTER, loan)


def test_the_agreement_takes_rate_grace_and_court_from_the_policy_and_the_cooperative(office):
    loan = loan_of(make_application_in(office, CONTRACTING))
    agreement = printing.context_for(MASTER_AGREEMENT, loan, on=TODAY)
    assert agreement.damages_rate == loan.damages_rate
    assert agreement.grace_days == loan.policy.acceleration_grace_days
    assert agreement.agreed_on == loan.contracted_on
    assert agreement.court in html(MASTER_AGREEMENT, loan)


def test_a_third_party_is_named_with_the_deed_of_the_notary():
    guarantee = Guarantee(
        person=make_person(),
        debtor=make_member(),
        relation="relative_or_friend",
        scope="specific",
        deed_on=TODAY - timedelta(days=10),
        deed_office="金沢公証人合同役場",
        deed_number="令和8年第5号",
    )
    statement = printing.deed_statement(guarantee)
    assert statement.startswith("令和8年11月14日作成の公正証書（金沢公証人合同役場、証書番号 令和8年第5号）")
    guarantee.deed_on = None
    assert "令和　　年" in printing.deed_statement(guarantee)


def test_a_sole_proprietor_signs_in_his_own_name():
    owner = make_person("能登 花子")
    assert printing.member_party(make_member("能登　花子", kind=MemberKind.SOLE, representative=owner)).lines == (
        "能登　花子",
    )
    shop = printing.member_party(make_member("能登商店", kind=MemberKind.SOLE, representative=owner))
    assert shop.lines == ("能登商店", "事業主　能登 花子")


def test_papers_of_a_loan_are_seen_by_those_who_may_see_the_case(office):
    loan = loan_of(make_application_in(office, CONTRACTING))
    paper = printing.papers_for(loan)[0]
    document = documents.issue(
        paper=paper,
        context_builder=lambda number: printing.context_for(paper, loan, number=number, on=TODAY),
        target=loan,
        by=office.clerk,
        on=TODAY,
    )
    assert access.may_see(document, office.clerk, TODAY)
    related = make_user("president")
    person = loan.member.representative
    person.user = related
    person.save()
    assert not access.may_see(document, related, TODAY)
