"""What a journey begins with: an office of today, with users and policy — and nothing else."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from coopfin.calc import days
from tests.factories.core import PASSWORD
from tests.factories.loans import make_office
from tests.journeys import office as rooms


@pytest.fixture
def today(monkeypatch):
    """Today; or, when the banks are closed, the next day on which an office would be open."""
    the_clock = timezone.localdate
    day = days.roll(the_clock())
    monkeypatch.setattr(
        timezone, "localdate", lambda value=None, timezone=None: day if value is None else the_clock(value, timezone)
    )
    return day


@pytest.fixture
def office(new_page, watch, today):
    """The office on its first morning."""
    rooms.given()
    return rooms.Office(new_page, watch, password=PASSWORD)


@pytest.fixture
def house(new_page, watch, today, live_url):
    """An office long at work: for the journeys whose point is one refusal, the road up to it is walked by operations."""
    people = make_office(on=today)
    return SimpleNamespace(people=people, desks=rooms.Office(new_page, watch, address=live_url), today=today)
