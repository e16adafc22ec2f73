"""What a case says of itself in the papers of a meeting, and what of it stays in the annex of the minutes."""

import pytest

from governance import briefing, minutes
from governance.enums import BodyKind
from loans import items
from loans.enums import ApplicationState as S
from tests.factories.loans import TODAY, make_application_in

pytestmark = pytest.mark.django_db


def test_a_case_before_the_board_tells_its_terms_headroom_security_and_investigation(office):
    application = make_application_in(office, S.BOARD_QUEUE)
    item = items.open_item(application, BodyKind.BOARD)
    brief = briefing.of(item, TODAY)
    assert brief.confidential
    assert brief.opinion_url == ""  # the committee has spoken
    told = {section.title: dict(section.rows) for section in brief.sections}
    assert list(told) == ["申込の内容", "限度額の余力", "保全", "組合員の与信と保全", "実態把握"]
    assert told["申込の内容"]["金額"] == "10,000,000円"
    assert "残り40,000,000円です" in told["限度額の余力"]["限度"]
    assert told["限度額の余力"]["よりどころ"] == "第48回通常総会 第5号議案"
    assert "無担保 10,000,000円" in told["保全"]["担保による保全"]
    assert "山田 花子" in told["実態把握"]["事務局の所見"]
    # The agenda and the minutes name no member; the annex names him, but not the balances of another day.
    assert application.member.name not in item.minutes_title
    item.state = "decided"
    titles = [section["title"] for section in minutes._annex(item, TODAY)]
    assert titles == ["申込の内容", "保全", "実態把握"]


def test_a_case_before_the_committee_leads_to_the_opinion(office):
    application = make_application_in(office, S.COMMITTEE_QUEUE)
    brief = briefing.of(items.open_item(application, BodyKind.COMMITTEE), TODAY)
    assert brief.opinion_url == f"/loans/applications/{application.pk}/opinion/"
