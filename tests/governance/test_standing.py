"""The figures of the vectors, met by recorded attendance and votes, and the sentences they become."""

import pytest
from django.db import IntegrityError, transaction

from coopfin.flow import StepRefused
from coopfin.roles import Role
from governance import operations
from governance.enums import BodyKind, ItemResult, SeatTitle
from members.models import Person
from tests.factories.core import make_user
from tests.factories.governance import (
    HELD_ON,
    make_board,
    make_body,
    make_committee,
    make_item,
    make_meeting,
    make_seat,
    vote,
)

pytestmark = pytest.mark.django_db


def board(seated, present, *, seats_min=0, interested=0, yes=0, no=0):
    """An item before a board of `seated`; the interested sit last and do not attend unless counted in `present`."""
    seats = make_board(seated, seats_min=seats_min)
    recused = {seat.person: "申込者の取締役" for seat in seats[seated - interested :]} if interested else {}
    item = make_item(meeting=make_meeting(present=seats[:present]), interested=recused)
    choices = ["yes"] * yes + ["no"] * no
    vote(item, *zip(seats, choices, strict=False))
    item.refresh_from_db()
    return item


def figures(item):
    s = operations.standing(item, on=HELD_ON)
    return s.eligible, s.quorum, s.present, s.met, s.passed


def decide(item, result=ItemResult.FAVOURABLE):
    return operations.decide_board(item, result=result, by=make_user(Role.CHIEF), on=HELD_ON)


def test_ten_seated_six_present_four_in_favour_passes():
    item = board(10, 6, seats_min=10, yes=4, no=2)
    assert figures(item) == (10, 6, 6, True, True)
    assert decide(item).number == "第1回理事会 第1号議案"


def test_nine_seated_one_interested_counts_eight():
    item = board(9, 5, seats_min=8, interested=1, yes=3, no=2)
    assert figures(item) == (8, 5, 5, True, True)
    texts = [finding.text for finding in operations.standing(item, on=HELD_ON).findings()]
    assert texts == [
        "定足数を満たしています。議決に加われる理事 8名（在任 9名・除斥 1名）のうち、必要 5名、出席 5名。",
        "賛成 3名・反対 2名・棄権 0名。可決には 3名の賛成が要ります。",
    ]


def test_a_board_below_its_articles_minimum_needs_the_majority_of_the_minimum():
    item = board(5, 4, seats_min=8, yes=4)
    assert figures(item) == (5, 5, 4, False, False)
    with pytest.raises(StepRefused) as refused:
        decide(item)
    text = str(refused.value)
    assert "在任理事5名が定款の定数の下限8名を下回るため、定足数は5名です。" in text
    assert "定足数5名に対し出席4名で、あと1名足りません" in text
    (finding,) = refused.value.findings
    assert finding.source == "中小企業等協同組合法 36条の6"
    assert finding.url == item.meeting.get_absolute_url()


def test_a_tie_fails():
    item = board(6, 4, yes=2, no=2)
    assert figures(item) == (6, 4, 4, True, False)
    with pytest.raises(StepRefused, match="可否同数は否決です"):
        decide(item)
    assert decide(item, ItemResult.UNFAVOURABLE).yes == 2


def test_who_is_present_and_silent_counts_as_not_in_favour():
    item = board(5, 4, yes=2)
    standing = operations.standing(item, on=HELD_ON)
    assert (standing.abstain, standing.silent, standing.needed, standing.passed) == (2, 2, 3, False)


def test_an_auditor_at_the_table_is_not_counted():
    seats = make_board(3)
    auditor = make_seat(title=SeatTitle.AUDITOR)
    item = make_item(meeting=make_meeting(present=[seats[0], auditor]))
    assert figures(item) == (3, 2, 1, False, False)


def test_terms_are_judged_on_the_day_of_the_meeting():
    seats = make_board(3)
    seats[2].seat.to_on = HELD_ON.replace(day=24)
    seats[2].seat.save()
    item = make_item(meeting=make_meeting(present=seats[:2]))
    assert figures(item)[:3] == (2, 2, 2)


def test_the_committee_counts_opinions_of_those_without_interest():
    chair, second, third, fourth = make_committee(4)
    item = make_item(BodyKind.COMMITTEE, interested={fourth.person: "保証人"})
    assert figures(item) == (3, 2, 0, False, False)
    (finding,) = [f for f in operations.standing(item, on=HELD_ON).findings() if f.blocks]
    assert "意見を述べた委員0名で、あと2名足りません（議決に加われる委員は3名）。" in finding.text
    assert finding.source == "金融委員会規約"
    for seated in (chair, second):
        operations.give_opinion(item, seat=seated.seat, choice="for", reason="妥当", by=seated.user, on=HELD_ON)
    assert figures(item) == (3, 2, 2, True, True)
    assert third.person != fourth.person


def test_the_committees_regulations_may_set_another_quorum():
    first, second, third, _, _ = make_committee(5)
    item = make_item(BodyKind.COMMITTEE)
    for seated in (first, second, third):
        operations.give_opinion(item, seat=seated.seat, choice="for", reason="妥当", by=seated.user, on=HELD_ON)
    assert figures(item) == (5, 3, 3, True, True)
    make_body(BodyKind.COMMITTEE, committee_quorum=4)
    assert figures(type(item).objects.get(pk=item.pk)) == (5, 4, 3, False, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_body(BodyKind.BOARD, committee_quorum=4)


@pytest.mark.parametrize("changes", [{"present": 5}, {"yes": 7}, {"no": None}, {"eligible": 5}])
def test_the_database_keeps_no_decision_without_its_quorum_nor_more_votes_than_heads(changes):
    item = decide(board(10, 6, yes=4, no=2))
    with pytest.raises(IntegrityError), transaction.atomic():
        type(item).objects.filter(pk=item.pk).update(**changes)


def test_a_board_in_which_all_are_interested_cannot_decide():
    seats = make_board(2)
    item = make_item(meeting=make_meeting(present=seats), interested={seat.person: "申込者の取締役" for seat in seats})
    assert figures(item) == (0, 1, 0, False, False)


def test_seats_are_found_by_body_day_and_person():
    first, second = make_board(2)
    (member,) = make_committee(1)
    make_seat(first.person, body=member.seat.body)
    assert set(operations.seats_of(BodyKind.BOARD, HELD_ON)) == {first.seat, second.seat}
    assert operations.person_seats(first.person, HELD_ON).count() == 2
    assert not operations.person_seats(None, HELD_ON)
    assert not operations.person_seats(Person.objects.create(name="白山 誠"), HELD_ON)
