"""What is repeated from memory is row for row what was walked; and only in the very same world is anything repeated."""

import pytest
from django.apps import apps
from django.db import models, transaction

from loans.enums import ApplicationState as S
from loans.operations import application as applications
from tests.factories.loans import REASON, TODAY, deed_terms, make_application_in
from tests.factories.members import make_member
from tests.memory import MEMORY, Unknown, frozen

kept = {}


@pytest.fixture
def office(made_office, db):
    return made_office()


def rows():
    """Everything in every table, but for the time of day at which it was written."""
    found = {}
    for model in apps.get_models():
        columns = [each.attname for each in model._meta.concrete_fields if not isinstance(each, models.DateTimeField)]
        found[model.__name__] = sorted(map(repr, model._base_manager.values_list(*columns)))
    return found


@pytest.mark.parametrize("state", [S.BOARD_QUEUE, S.APPROVED])
@pytest.mark.parametrize("time", ["walked", "repeated"])
def test_what_is_repeated_is_row_for_row_what_was_walked(office, monkeypatch, state, time):
    monkeypatch.setattr("documents.operations.render_pdf", lambda html: (b"%PDF-1.7\n%%EOF\n", 1))
    known = len(MEMORY.deeds)
    application = make_application_in(office, state, terms=deed_terms())
    if time == "walked":
        kept[state] = application.pk, application.version, rows()
    else:
        assert len(MEMORY.deeds) == known
        assert (application.pk, application.version, rows()) == kept[state]
    if state == S.APPROVED:
        # And one can work on from there.
        applications.withdraw(application, by=office.clerk, on=TODAY, reason=REASON)


def test_any_other_write_makes_another_world(office):
    world = MEMORY.world
    assert world is not None
    one = make_member("能登精機株式会社")
    assert MEMORY.world not in (None, world)
    one.save()
    assert MEMORY.world is None
    known = len(MEMORY.deeds)
    two = make_member("能登精機株式会社")
    assert (two.pk != one.pk, len(MEMORY.deeds)) == (True, known)


def test_what_is_rolled_back_brings_the_former_world_back(office):
    world = MEMORY.world
    with transaction.atomic():
        make_member().save()
        transaction.set_rollback(True)
    assert MEMORY.world is world
    with transaction.atomic():
        make_member().save()
    assert MEMORY.world is None


@pytest.mark.parametrize("time", ["once", "again"])
def test_what_one_test_does_to_an_object_the_next_one_does_not_see(office, time):
    member = make_member("羽咋機工株式会社")
    assert member.name == "羽咋機工株式会社"
    member.name = "書き換えた名前"


@pytest.mark.parametrize("pair", [(1, True), ("1", 1), ({"a": 1}, {"a": 2}), ([1], (1,))], ids=str)
def test_arguments_that_differ_are_told_apart(pair):
    one, other = pair
    assert frozen(one) != frozen(other)
    assert frozen(one) == frozen(one)


def test_an_argument_that_cannot_be_compared_is_not_guessed_at():
    with pytest.raises(Unknown):
        frozen(object())
