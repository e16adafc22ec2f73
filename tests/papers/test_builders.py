"""契約書類の値を、本物の操作で契約まで進めた貸付から作る。"""

from datetime import timedelta

import pytest

from collateral.enums import RIGHTS_OF, AssetKind, RightKind
from collateral.models import Guarantee
from documents import access
from documents import operations as documents
from loans import printing
from loans.enums import ApplicationState
from loans.models import LoanSecurity
from loans.papers import DEED, DEED_WITH_MORTGAGE, GUARANTEE_LETTER, MASTER_AGREEMENT
from loans.security_papers import SECURITY_PAPERS, paper_for
from members.enums import MemberKind
from tests.factories.collateral import make_asset, make_interest
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


# --- 担保の契約書 --------------------------------------------------------------------------


def with_security(application, right, **changes):
    """この案件に担保を付ける。"""
    asset = make_asset(owner=application.member.representative, **changes)
    interest = make_interest(asset=asset, debtor=application.member, right=right)
    LoanSecurity.objects.create(application=application, interest=interest)
    return interest


@pytest.mark.parametrize(("kind", "right"), [(kind, right) for kind, rights in RIGHTS_OF.items() for right in rights])
def test_every_right_that_may_be_set_has_its_contract(kind, right):
    paper = paper_for(kind, right)
    assert paper.code in SECURITY_PAPERS
    assert (paper.code == "securities_pledge") == (kind == AssetKind.SECURITIES)


def test_a_deed_that_sets_a_mortgage_says_so_in_one_paper_and_names_the_owner(office):
    loan = loan_of(make_application_in(office, CONTRACTING, terms=deed_terms()))
    with_security(loan.application, RightKind.MORTGAGE)
    assert codes(loan) == ["master_agreement", "deed_with_mortgage"]
    text = html(DEED_WITH_MORTGAGE, loan)
    assert "金銭消費貸借及び抵当権設定契約証書" in text
    assert "（抵当権の設定）" in text
    assert "（担保）" not in text
    assert "物上保証人" in text


def test_what_a_bill_or_another_right_secures_has_a_contract_of_its_own(office):
    bill = loan_of(make_application_in(office, CONTRACTING))
    with_security(bill.application, RightKind.MORTGAGE)
    with_security(bill.application, RightKind.ASSIGNMENT, kind=AssetKind.MACHINERY)
    assert codes(bill) == ["master_agreement", "guarantee_letter", "mortgage_contract", "assignment_contract"]
    text = html(SECURITY_PAPERS["assignment_contract"], bill)
    assert "（動産の引渡しと使用）" in text
    assert "（債権の譲渡の対抗要件と取立て）" not in text
    assert f"手形貸付契約（契約番号{bill.number}）" in text


def test_a_right_that_was_set_before_is_not_set_again(office):
    first = loan_of(make_application_in(office, CONTRACTING))
    interest = with_security(first.application, RightKind.REVOLVING_MORTGAGE)
    second = loan_of(make_application_in(office, CONTRACTING, member=first.member))
    LoanSecurity.objects.create(application=second.application, interest=interest)
    assert "revolving_mortgage_contract" in codes(first)
    assert "revolving_mortgage_contract" not in codes(second)
    older = with_security(second.application, RightKind.REVOLVING_MORTGAGE)
    assert "revolving_mortgage_contract" in codes(second)
    older.registered_on = TODAY - timedelta(days=400)
    older.save()
    assert "revolving_mortgage_contract" not in codes(second)


def test_joint_revolving_mortgages_have_one_maximum_amount(office):
    loan = loan_of(make_application_in(office, CONTRACTING))
    first = with_security(loan.application, RightKind.REVOLVING_MORTGAGE)
    second = with_security(loan.application, RightKind.REVOLVING_MORTGAGE)
    second.joint_with = first
    second.save()
    contract = printing.context_for(SECURITY_PAPERS["revolving_mortgage_contract"], loan, on=TODAY)
    assert contract.maximums == (("共同担保の物件", first.amount),)
    assert all(item.joint for item in contract.items)
