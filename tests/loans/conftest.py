"""貸付の試験では、書類の絵は描かない（描くことは tests/papers と道行きの試験が確かめる）。"""

import pytest

from tests.loans.pages import Desk, stop_the_clock

ONE_PAGE = b"%PDF-1.7\n% a paper stands here\n%%EOF\n"


@pytest.fixture(autouse=True)
def _papers_without_pictures(monkeypatch):
    monkeypatch.setattr("documents.operations.render_pdf", lambda html: (ONE_PAGE, 1))


@pytest.fixture
def office(made_office, db, monkeypatch):
    """役割のそろった組合。画面の業務日は、試験の日に止まっている。"""
    stop_the_clock(monkeypatch)
    return made_office()


@pytest.fixture
def sit(client):
    """sit(user) → その人の画面。"""
    return lambda user: Desk(client, user)
