"""What every journey begins with: users, the policy, the cooperative's own entry — and nothing else."""

import pytest

from tests.journeys import office as rooms


@pytest.fixture
def office(new_page, watch):
    """The office on its first morning."""
    rooms.given()
    return rooms.Office(new_page, watch)
