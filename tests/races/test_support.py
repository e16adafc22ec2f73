import time
from datetime import UTC, datetime

import pytest
from django.contrib.sessions.models import Session

from tests.databases import TEMPLATE
from tests.races.support import racers

EXPIRY = datetime(2030, 4, 1, tzinfo=UTC)
HERE = "tests.races.test_support"


def take(key):
    """There can be only one row of that key."""
    Session.objects.create(session_key=key, session_data="", expire_date=EXPIRY)
    return key


def take_if_free(key):
    """Looks first and acts later, without any lock: wrong, and here to be caught being wrong."""
    if Session.objects.exists():
        raise LookupError("taken")
    time.sleep(0.05)
    return take(key)


@pytest.mark.transaction
def test_of_two_processes_wanting_the_same_row_exactly_one_wins_each_of_fifty_rounds():
    with racers() as race:
        for number in range(50):
            outcomes = race(f"{HERE}:take", {"key": f"round-{number}"}, {"key": f"round-{number}"})
            assert sorted(outcome.error for outcome in outcomes) == ["", "IntegrityError"]
    assert Session.objects.count() == 50


@pytest.mark.transaction
def test_the_two_processes_really_act_at_the_same_time():
    with racers() as race:
        for _ in range(5):
            outcomes = race(f"{HERE}:take_if_free", {"key": "first"}, {"key": "second"})
            assert [outcome.value for outcome in outcomes] == ["first", "second"]
            TEMPLATE.restore()
            assert not Session.objects.exists()


@pytest.mark.transaction
def test_an_exception_in_a_process_comes_back_with_its_name_and_text():
    take("already there")
    with racers() as race:
        outcomes = race(f"{HERE}:take_if_free", {"key": "first"}, {"key": "second"})
    assert {(outcome.won, outcome.error, outcome.message) for outcome in outcomes} == {(False, "LookupError", "taken")}
