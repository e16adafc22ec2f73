"""Each step of the road, tried by every role with its own person, on a case that stands where the step begins."""

from datetime import date
from decimal import Decimal

import pytest

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from coopfin.roles import Role
from desk.demo import road
from governance.enums import ItemResult, OpinionChoice
from loans.enums import ApplicationState as S
from loans.enums import FundingResult
from loans.operations import application as applications
from loans.operations import contract as contracts
from loans.operations import disbursement as disbursements
from loans.operations import review as reviews
from loans.workflow import FLOW
from tests.factories.loans import REASON, TODAY, deed_terms, fresh, make_application, make_application_in
from tests.prepared import PLAYERS, pages_on

#: ステップを踏んでよい役割（ドメイン E から手で書いた表）。○ よい ・ いけない
TABLE = """
#                       局  長  委  理  代  監  管
receive                 ○  ○  ・  ・  ・  ・  ・
investigate             ○  ○  ・  ・  ・  ・  ・
submit_to_committee     ○  ○  ・  ・  ・  ・  ・
recommend               ・  ・  ○  ・  ・  ・  ・
submit_to_board         ○  ○  ・  ・  ・  ・  ・
approve                 ・  ○  ・  ・  ○  ・  ・
decline                 ・  ○  ・  ・  ○  ・  ・
return                  ・  ○  ○  ・  ○  ・  ・
submit_again            ○  ○  ・  ・  ・  ・  ・
withdraw                ○  ○  ・  ・  ・  ・  ・
record_funding          ○  ○  ・  ・  ・  ・  ・
funding_changed         ○  ○  ・  ・  ・  ・  ・
contract                ○  ○  ・  ・  ・  ・  ・
cancel_contract         ○  ○  ・  ・  ・  ・  ・
confirm_ready           ・  ○  ・  ・  ○  ・  ・
prepare_disbursement    ○  ○  ・  ・  ・  ・  ・
disburse                ・  ○  ・  ・  ○  ・  ・
undo_disbursement       ・  ○  ・  ・  ○  ・  ・
"""


def rows():
    for line in TABLE.splitlines():
        if line.strip() and not line.startswith("#"):
            name, *marks = line.split()
            yield name, {role for role, mark in zip(PLAYERS, marks, strict=True) if mark == "○"}


ALLOWED = dict(rows())


def funding(application, result, by):
    return contracts.record_funding(
        application, bank="商工組合中央金庫 金沢支店", decided_on=TODAY, result=result, amount=application.amount,
        bank_rate=Decimal("1.9"), maturity_on=application.maturity_on, document_reference="第1号",
        new_terms={"amount": 10_000_000}, reason=REASON, by=by, on=TODAY,
    )  # fmt: skip


def plainly(operation):
    return lambda application, by: operation(application, by=by, on=TODAY, reason=REASON)


#: ステップ → 操作
OPERATIONS = {
    "receive": plainly(applications.receive),
    "investigate": plainly(applications.investigate),
    "submit_to_committee": plainly(reviews.submit_to_committee),
    "recommend": lambda a, by: reviews.recommend(a, result=ItemResult.FAVOURABLE, by=by, on=TODAY, reason=REASON),
    "submit_to_board": plainly(reviews.submit_to_board),
    "approve": lambda a, by: reviews.decide(a, result=ItemResult.FAVOURABLE, by=by, on=TODAY, reason=REASON),
    "decline": lambda a, by: reviews.decide(a, result=ItemResult.UNFAVOURABLE, by=by, on=TODAY, reason=REASON),
    "return": plainly(applications.return_),
    "submit_again": plainly(reviews.submit_again),
    "withdraw": plainly(applications.withdraw),
    "record_funding": lambda a, by: funding(a, FundingResult.AS_APPLIED, by),
    "funding_changed": lambda a, by: funding(a, FundingResult.CHANGED, by),
    "contract": lambda a, by: contracts.begin(a, contracted_on=TODAY, by=by, on=TODAY, reason=REASON),
    "cancel_contract": plainly(contracts.cancel),
    "confirm_ready": plainly(contracts.confirm_ready),
    "prepare_disbursement": lambda a, by: disbursements.prepare(a, disburse_on=TODAY, by=by, on=TODAY, reason=REASON),
}


@pytest.fixture
def office(made_office, db):
    with pages_on():
        yield made_office()


def stops(office):
    """The case at every stop of the road, from the draft to the disbursement."""
    application = make_application(office, terms=deed_terms())
    yield application
    for walked, _ in road.walk(application, office, TODAY):
        yield fresh(walked)


def try_steps(application, office, step, wrong):
    """Everybody tries the step: what the table forbids is refused in words, whoever tries."""
    sentence = f"「{step.label}」をする権限がありません。"
    for role, username in PLAYERS.items():
        user = office.cast[username]
        refused = [f.text for f in FLOW.why_not(step, application, by=user, on=TODAY) if f.code == "permission"]
        if refused != ([] if role in ALLOWED[step.name] else [sentence]):
            wrong.append(f"{step.name} {application.state} {role}: {refused or 'よい'}")
        if role not in ALLOWED[step.name] and step.name in OPERATIONS:
            before = ActionLog.objects.count()
            with pytest.raises(StepRefused) as refusal:
                OPERATIONS[step.name](fresh(application), user)
            # 原資の条件変更は、原資の記録の中で踏むので、先にその権限を言われる。
            words = FLOW["record_funding"].label if step.name == "funding_changed" else step.label
            assert f"「{words}」をする権限がありません。" in str(refusal.value)
            assert (fresh(application).version, ActionLog.objects.count()) == (application.version, before)


def test_the_table_names_every_step():
    assert [step.name for step in FLOW.steps] == list(ALLOWED)


def test_each_step_may_be_taken_by_the_roles_of_the_table_and_by_no_other(office):
    wrong, tried = [], set()
    for application in stops(office):
        for step in FLOW.open_steps(application):
            tried.add(step.name)
            try_steps(application, office, step, wrong)
    assert not wrong, "\n" + "\n".join(wrong)
    assert tried == set(ALLOWED)


def test_only_the_committee_gives_opinions(office):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    for role, username in PLAYERS.items():
        user = office.cast[username]
        if role is Role.COMMITTEE:
            reviews.give_opinion(fresh(application), choice=OpinionChoice.FOR, text="よい", by=user, on=TODAY)
        else:
            with pytest.raises(StepRefused, match="意見を述べる権限がありません。"):
                reviews.give_opinion(fresh(application), choice=OpinionChoice.FOR, text="よい", by=user, on=TODAY)


def test_a_committee_member_cannot_undo_what_the_board_decided(office):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    member = office.committee[1]
    assert FLOW.why_not(FLOW["return"], application, by=member, on=TODAY) == []
    approved = make_application_in(office, S.APPROVED)
    with pytest.raises(StepRefused, match="金融委員が差し戻せるのは、金融委員会に付議されているあいだだけです。"):
        applications.return_(approved, by=member, on=TODAY, reason="気が変わった")
    assert fresh(approved).state == S.APPROVED


def test_who_has_two_roles_may_do_the_work_of_both(office):
    member = office.cast["iida"]
    member.set_roles([Role.COMMITTEE, Role.CLERK])
    draft = make_application(office)
    assert not [
        f for f in FLOW.why_not(FLOW["receive"], draft, by=member, on=date(2026, 11, 24)) if f.code == "permission"
    ]
