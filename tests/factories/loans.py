"""組合の顔ぶれと申込。どれも本物の操作で作る。"""

from datetime import date, timedelta
from decimal import Decimal

from desk.demo import cast, road
from loans.enums import ApplicationState, FundingSource, LoanType, Method, Purpose
from loans.models import Application
from loans.operations import application as applications
from loans.operations import security
from loans.workflow import FLOW
from members.models import Person
from tests.factories.core import make_pledge
from tests.factories.members import make_member
from tests.memory import remembered

TODAY = date(2026, 11, 24)
REASON = "承知のうえで進める。"


def make_office(*, on=TODAY, borrowing_limit=None, member_limit=None):
    """役割のそろった組合（利用者・機関・席・方針・決議・定款と規約・規程・権限委譲）。"""
    users = cast.make_users()
    cast.make_cooperative(users, on)
    cast.make_bodies(users, on)
    cast.make_pledges(users, on)
    for person in Person.objects.filter(user__isnull=True, seats__isnull=False).distinct():
        make_pledge(person=person, recorded_by=users["yamada"])
    cast.make_policy(users, on)
    resolutions = cast.make_resolutions(users, on)
    cast.make_standards(users, on)
    cast.make_delegation(users, on)
    for name, limit in (("borrowing_limit", borrowing_limit), ("member_loan_limit", member_limit)):
        if limit is not None:
            type(resolutions[0]).objects.update(**{name: limit})
    office = cast.office_of(users)
    office.pace = 0
    office.cast = users
    return office


def bill_terms(**changes):
    """手引きの手形貸付（HB-V1）: 1,000万円、6%、手数料0.1%、90日。"""
    return {
        "loan_type": LoanType.BILL,
        "purpose": Purpose.WORKING,
        "purpose_detail": "原材料の仕入れ",
        "repayment_source": "売掛金の回収",
        "amount": 10_000_000,
        "funding_source": FundingSource.OWN,
        "interest_rate": Decimal("6.0"),
        "fee_rate": Decimal("0.1"),
        "disburse_on": TODAY,
        "maturity_on": TODAY + timedelta(days=89),
        **changes,
    }


def deed_terms(**changes):
    """証書貸付: 1,200万円、2.1%、60回元金均等、毎月末。"""
    return {
        "loan_type": LoanType.DEED,
        "purpose": Purpose.EQUIPMENT,
        "purpose_detail": "NC旋盤1台の購入",
        "repayment_source": "設備による増益と減価償却",
        "amount": 12_000_000,
        "funding_source": FundingSource.BANK,
        "interest_rate": Decimal("2.1"),
        "fee_rate": Decimal("0.2"),
        "disburse_on": TODAY,
        "method": Method.EQUAL_PRINCIPAL,
        "installments": 60,
        "interval_months": 1,
        "grace_installments": 0,
        "first_due_on": date(2026, 12, 31),
        "anchor_day": 31,
        **changes,
    }


@remembered
def make_application(office, *, member=None, terms=None, informed=True, on=TODAY) -> Application:
    """申込の下書き。代表者の保証が提案され、情報の提供も受けている。"""
    member = member or make_member(
        bank_code="0144", bank_name="北陸銀行", branch_code="001", branch_name="金沢支店", account_type="current",
        account_number="0123456", account_holder="ﾉﾄｾｲｷ(ｶ",
    )  # fmt: skip
    application = applications.create_draft(member=member, terms=terms or bill_terms(), by=office.clerk, on=on)
    if informed:
        for link in application.guarantees.all():
            link.application = fresh(application)
            security.record_deed(link, informed_on=on, by=office.clerk, on=on)
    return fresh(application)


def findings_for(application, step, *, by, on, **given):
    """ステップの確認事項（通ったものも）。"""
    return FLOW.findings(FLOW[step], application, by=by, on=on, **given)


def fresh(application) -> Application:
    """読み直した申込。"""
    return Application.objects.get(pk=application.pk)


@remembered
def make_application_in(office, state, *, on=TODAY, **more) -> Application:
    """望みの状態まで本物の操作で歩かせた申込。同じ道を二度は歩かない（tests/memory.py）。"""
    walk = {name: more.pop(name) for name in ("result", "conditions") if name in more}
    application, _ = road.bring(make_application(office, on=on, **more), state, office, on, **walk)
    return fresh(application)


def make_cases_in_investigation():
    """組合と、実態把握中の二件: 手形（運転資金）と証書（設備資金）。"""
    office = make_office()
    bill, deed = (
        make_application_in(office, ApplicationState.INVESTIGATION, terms=terms) for terms in (None, deed_terms())
    )
    return office, bill, deed
