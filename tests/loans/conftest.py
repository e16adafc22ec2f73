"""貸付の試験では、書類の絵は描かない（描くことは tests/papers と道行きの試験が確かめる）。"""

import pytest

ONE_PAGE = b"%PDF-1.7\n% a paper stands here\n%%EOF\n"


@pytest.fixture(autouse=True)
def _papers_without_pictures(monkeypatch):
    monkeypatch.setattr("documents.operations.render_pdf", lambda html: (ONE_PAGE, 1))
