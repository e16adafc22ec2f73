"""最後の余力を二人が同時に取りにいく。どの回も、取れるのはちょうど一人。"""

import pytest

from coopfin.models import User
from loans.enums import ApplicationState as S
from loans.enums import FundingSource
from loans.models import Application
from loans.operations import disbursement as disbursements
from loans.operations import review as reviews
from tests.factories.loans import REASON, TODAY, bill_terms, fresh, make_application_in, make_office
from tests.factories.members import make_member
from tests.races.support import racers

HERE = "tests.races.test_headroom"
ROUNDS = 50


def decide(application, by):
    """理事会の決定を記録する。"""
    reviews.decide(
        Application.objects.get(pk=application),
        result="favourable",
        by=User.objects.get(pk=by),
        on=TODAY,
        reason=REASON,
    )
    return "approved"


def approve(voucher, by):
    """実行を承認する。"""
    from ledger.models import Voucher

    disbursements.approve(Voucher.objects.get(pk=voucher), by=User.objects.get(pk=by), on=TODAY, reason=REASON)
    return "disbursed"


def _one_winner(outcomes):
    assert sorted(outcome.won for outcome in outcomes) == [False, True], outcomes
    loser = next(outcome for outcome in outcomes if not outcome.won)
    assert loser.error == "StepRefused", loser
    return loser.message


@pytest.mark.transaction
@pytest.mark.parametrize("limit", ["member", "borrowing"])
def test_two_decisions_racing_for_the_last_headroom_have_exactly_one_winner(limit):
    """③ では同じ組合員の二件が、① では別の組合員の転貸二件が競う。守るのは、① では組合の行の鎖錠だけである。"""
    from desk.demo import road

    office = make_office(**{f"{limit}_limit": 15_000_000})
    borrowers = [make_member()] * 2 if limit == "member" else [make_member(), make_member()]
    source = FundingSource.OWN if limit == "member" else FundingSource.BANK
    cases = [
        make_application_in(office, S.BOARD_QUEUE, member=member, terms=bill_terms(funding_source=source))
        for member in borrowers
    ]
    road.hold_board(cases, office, TODAY)
    recorders = (office.chief.pk, office.president.pk)
    with racers() as race:
        for _ in range(ROUNDS):
            outcomes = race(
                f"{HERE}:decide",
                {"application": cases[0].pk, "by": recorders[0]},
                {"application": cases[1].pk, "by": recorders[1]},
            )
            message = _one_winner(outcomes)
            assert {"member": "1組合員", "borrowing": "借入金残高"}[limit] in message
            assert Application.objects.filter(state=S.APPROVED).count() == 1
            _undecide(cases)


def _undecide(cases):
    """決定の前に戻す（試験の回を繰り返すためだけの、操作を通らない巻き戻し）。"""
    from governance.models import AgendaItem
    from loans.models import Condition

    Condition.objects.all().delete()
    for case in cases:
        Application.objects.filter(pk=case.pk).update(
            state=S.BOARD_QUEUE, version=case.version, approved_on=None, approval_expires_on=None, decided_by=None
        )
    AgendaItem.objects.filter(body__kind="board").update(
        state="on_agenda", result="", decided_on=None, recorded_by=None, number="", quorum=None
    )


@pytest.mark.transaction
def test_two_approvals_of_the_same_slip_have_exactly_one_winner():
    from documents import operations as documents

    documents.render_pdf, kept = (lambda html: (b"%PDF-1.7\n%%EOF\n", 1)), documents.render_pdf
    try:
        office = make_office()
        application = make_application_in(office, S.READY)
    finally:
        documents.render_pdf = kept
    with racers() as race:
        for number in range(5):
            event = disbursements.prepare(
                fresh(application), disburse_on=TODAY, by=office.clerk, on=TODAY, reason=REASON
            )
            outcomes = race(
                f"{HERE}:approve",
                {"voucher": event.voucher.pk, "by": office.chief.pk},
                {"voucher": event.voucher.pk, "by": office.president.pk},
            )
            assert sorted(outcome.won for outcome in outcomes) == [False, True], outcomes
            undone = disbursements.prepare_reversal(
                event.voucher, dated_on=TODAY, by=office.clerk, on=TODAY, reason=f"{number}回目のやり直し"
            )
            disbursements.approve(undone.voucher, by=office.chief, on=TODAY)
