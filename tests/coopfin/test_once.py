"""While a page is read nothing changes, so nothing is asked twice; wherever something may change, it is asked anew."""

from datetime import date

import pytest
from django.http import HttpResponse

from coopfin.middleware import ReadsDoNotWriteMiddleware
from coopfin.models import Cooperative, Policy
from coopfin.once import once_while_reading, while_reading
from tests.factories.core import make_cooperative, make_policy

DAY = date(2026, 11, 24)


@pytest.fixture
def asked():
    """What was really asked, and the question."""
    answers = []

    @once_while_reading
    def question(*args, **named):
        answers.append((args, named))
        return len(answers)

    return answers, question


def test_the_same_question_is_asked_once_while_reading(asked):
    answers, question = asked
    with while_reading():
        assert [question(1, on=DAY), question(1, on=DAY), question(2, on=DAY), question(1)] == [1, 1, 2, 3]
    assert answers == [((1,), {"on": DAY}), ((2,), {"on": DAY}), ((1,), {})]


def test_two_pages_share_no_answer_and_outside_of_a_page_none_is_kept(asked):
    _, question = asked
    with while_reading():
        question(1)
    with while_reading():
        assert question(1) == 2
    assert [question(1), question(1)] == [3, 4]


def test_what_has_no_number_yet_is_never_mistaken_for_another(asked):
    _, question = asked
    with while_reading():
        assert [question(Policy(effective_on=DAY)), question(Policy(effective_on=DAY))] == [1, 2]


@pytest.mark.parametrize(
    ("method", "path", "times"), [("get", "/", 1), ("post", "/", 2), ("get", "/accounts/login/", 2)]
)
def test_only_a_page_that_may_not_write_remembers(rf, db, asked, method, path, times):
    answers, question = asked
    middleware = ReadsDoNotWriteMiddleware(lambda request: view(request))

    def view(request):
        middleware.process_view(request, view, (), {})
        question(1)
        question(1)
        return HttpResponse()

    middleware(getattr(rf, method)(path))
    assert len(answers) == times


def test_what_was_changed_between_two_readings_is_seen(db, django_assert_num_queries):
    make_policy(effective_on=date(2026, 4, 1))
    make_cooperative()
    with while_reading(), django_assert_num_queries(2):
        assert {Policy.on(DAY).effective_on for _ in range(3)} == {date(2026, 4, 1)}
        assert {Cooperative.current().name for _ in range(3)} == {"石川機械工業協同組合"}
    make_policy(effective_on=date(2026, 10, 1))
    assert Policy.on(DAY).effective_on == date(2026, 10, 1)
    with while_reading():
        assert Policy.on(DAY).effective_on == date(2026, 10, 1)
