"""定足数と議決（計算）."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.voting import board_quorum, board_vote, committee_vote, general_meeting_vote
from tests.vectors.adapters import ADAPTERS, Given


def test_a_board_needs_more_than_half():
    assert board_quorum(seated=10, seats_min=10) == 6
    assert board_quorum(seated=9, seats_min=8) == 5


def test_the_interested_are_not_counted():
    assert board_quorum(seated=9, interested=2, seats_min=8) == 4


def test_a_shrunken_board_needs_half_of_its_least_number():
    assert board_quorum(seated=7, seats_min=10) == 6
    vote = board_vote(seated=7, seats_min=10, present=5, yes=5)
    assert not vote.passed
    assert "下限10名" in vote.missing[0]


def test_a_quorum_missed_by_one_says_so():
    vote = board_vote(seated=10, seats_min=10, present=5, yes=5)
    assert (vote.met, vote.passed) == (False, False)
    assert vote.missing == ("定足数6名に対し出席5名で、あと1名足りません（議決に加われる理事は10名）。",)


def test_a_tie_fails():
    vote = board_vote(seated=10, seats_min=10, present=6, yes=3)
    assert (vote.met, vote.passed, vote.needed) == (True, False, 4)
    assert vote.missing == ("賛成3票で、出席した理事の過半数（4票）に1票足りません。可否同数は否決です。",)


def test_a_majority_of_those_present_passes():
    vote = board_vote(seated=10, seats_min=10, present=6, yes=4)
    assert vote.passed
    assert vote.missing == ()


def test_without_votes_only_the_quorum_is_judged():
    vote = board_vote(seated=10, seats_min=10, present=6)
    assert (vote.met, vote.passed, vote.missing) == (True, False, ())


def test_a_meeting_of_nobody_decides_nothing():
    assert not board_vote(seated=3, interested=3, seats_min=3, present=0, yes=0).passed


@pytest.mark.parametrize(
    "wrong",
    [
        {"seated": 5, "present": 6, "yes": 3},
        {"seated": 5, "present": 3, "yes": 4},
        {"seated": 5, "interested": 3, "present": 3, "yes": 1},
        {"seated": 2, "interested": 3, "present": 0, "yes": 0},
        {"seated": 5, "present": 3, "yes": -1},
    ],
)
def test_impossible_counts_are_refused(wrong):
    with pytest.raises(ValueError, match="超えています"):
        board_vote(**wrong)


def test_a_special_resolution_needs_two_thirds():
    assert general_meeting_vote(members=45, present_votes=30, yes=20).passed
    assert not general_meeting_vote(members=45, present_votes=30, yes=19).passed
    assert general_meeting_vote(members=45, present_votes=31, yes=21).needed == 21


def test_half_of_the_members_are_enough_for_a_general_meeting():
    assert general_meeting_vote(members=44, present_votes=22, yes=22).met
    assert not general_meeting_vote(members=45, present_votes=22, yes=22).met


def test_an_ordinary_resolution_needs_a_majority():
    vote = general_meeting_vote(members=45, present_votes=30, yes=16, special=False)
    assert (vote.needed, vote.passed) == (16, True)
    assert not general_meeting_vote(members=45, present_votes=30, yes=15, special=False).passed


def test_a_committee_may_set_its_own_quorum():
    assert committee_vote(members=7, interested=1, present=4, yes=3).passed
    assert committee_vote(members=7, interested=1, present=3, yes=3).quorum == 4
    assert committee_vote(members=7, present=3, yes=2, quorum=3).passed


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.data())
def test_no_decision_passes_without_a_majority_of_a_quorum(seats_min, seated, interested, data):
    interested = min(interested, seated)
    present = data.draw(st.integers(0, seated - interested))
    yes = data.draw(st.integers(0, present))
    vote = board_vote(seats_min=seats_min, seated=seated, interested=interested, present=present, yes=yes)
    assert vote.passed == (not vote.missing)
    if vote.passed:
        assert yes * 2 > present
        assert present * 2 > seated - interested


# --- the general meeting -----------------------------------------------------------------------


def general(**more):
    return general_meeting_vote(**{"members": 45, "present_votes": 30, "special": False, **more})


@pytest.mark.parametrize(("rule", "quorum"), [("half", 23), ("majority", 23), ("third", 15)])
def test_the_articles_set_the_quorum_of_an_ordinary_resolution(rule, quorum):
    assert general(quorum_rule=rule).quorum == quorum
    # 特別議決はつねに半数以上。
    assert general(quorum_rule=rule, special=True).quorum == 23


def test_half_of_an_even_number_is_enough_and_a_majority_asks_one_more():
    assert general(members=44, present_votes=22, quorum_rule="half").met
    assert not general(members=44, present_votes=22, quorum_rule="majority").met


def test_an_ordinary_resolution_needs_more_than_half_of_the_votes_present():
    assert general(yes=16).passed
    tie = general(yes=15)
    assert not tie.passed
    assert "可否同数は否決です" in tie.missing[0]


def test_on_a_tie_the_chair_decides_only_where_he_may_and_never_on_a_special_resolution():
    assert general(yes=15, casting=True).passed
    assert not general(yes=14, casting=True).passed
    assert not general(yes=15, casting=True, special=True).passed
    assert not general(members=45, present_votes=10, yes=5, casting=True).passed  # no quorum, no casting vote


def test_a_special_resolution_counts_two_thirds_of_those_present_not_of_the_yes_and_no():
    assert [general(yes=yes, special=True).passed for yes in (19, 20)] == [False, True]
    assert general(present_votes=31, special=True).needed == 21


@pytest.mark.parametrize(
    "counts",
    [
        {"seats_min": 10, "seated": 10, "interested": 0, "present": 6, "yes": 4},
        {"seated": 9, "interested": 1, "present_eligible": 5},
        {"seats_min": 8, "seated": 7, "present": 5, "yes": 3},
        {"members": 4, "interested": 1, "present_eligible": 2, "yes": 2},
        {"members": 45, "present_votes": 30, "yes": 20},
        {"members": 45, "present_votes": 30},
    ],
)
def test_the_adapter_of_the_vectors_reads_every_key_it_is_given(counts):
    asked = Given(counts)
    answer = ADAPTERS["quorum"](asked)
    assert asked.read >= set(counts)
    assert set(answer) == {"eligible", "quorum", "met", "needed", "passed"}
