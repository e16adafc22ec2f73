"""審査の画面: 付議、意見、答申、理事会の決定。"""

import pytest

from governance.enums import ItemResult, VoteChoice
from governance.models import Opinion
from loans.enums import ApplicationState as S
from tests.factories.loans import REASON, TODAY, fresh, make_application_in
from tests.loans.pages import page, text_of


@pytest.fixture
def queued(office):
    return make_application_in(office, S.COMMITTEE_QUEUE)


def opine(desk, application, choice="for", text="返済の見通しがある。"):
    return desk.send("opinion", application.pk, choice=choice, text=text)


def test_a_member_of_the_committee_gives_and_rewrites_an_opinion(office, sit, queued):
    desk = sit(office.committee[1])
    assert opine(desk, queued).status_code == 302
    assert opine(desk, queued, "against", "財源が明らかでない。").status_code == 302
    opinion = Opinion.objects.get()
    assert (opinion.choice, opinion.reason) == ("against", "財源が明らかでない。")
    assert "財源が明らかでない。" in text_of(desk.get("application", queued.pk))


def test_another_members_opinion_does_not_make_the_page_stale(office, sit, queued):
    mine = sit(office.committee[0]).get("opinion", queued.pk).context["form"]
    data = {key: mine[key].value() or "" for key in ("version", "token")}
    opine(sit(office.committee[1]), queued)
    desk = sit(office.committee[0])
    response = desk.client.post(page("opinion", queued.pk), {**data, "choice": "for", "text": "よい。"})
    assert response.status_code == 302


def test_an_opinion_without_reasons_is_not_taken(office, sit, queued):
    response = opine(sit(office.committee[0]), queued, text="  ")
    assert response.status_code == 422
    assert not Opinion.objects.exists()


def test_clerks_and_directors_give_no_opinion(office, sit, queued):
    for user in (office.clerk, office.chief, office.auditor, office.cast["kaga"]):
        assert sit(user).get("opinion", queued.pk).status_code in (403, 404)


def test_the_recommendation_waits_for_the_quorum(office, sit, queued):
    for user in office.committee[:2]:
        opine(sit(user), queued)
    desk = sit(office.committee[0])
    refused = desk.send("recommend", queued.pk, result="favourable")
    assert refused.status_code == 422
    assert "あと1名" in text_of(refused)
    opine(sit(office.committee[2]), queued)
    assert sit(office.committee[0]).send("recommend", queued.pk, result="favourable").status_code == 302
    assert fresh(queued).state == S.RECOMMENDED


def test_the_board_is_asked_and_the_decision_needs_its_meeting(office, sit):
    application = make_application_in(office, S.RECOMMENDED)
    assert sit(office.clerk).send("submit_to_board", application.pk).status_code == 302
    chief = sit(office.chief)
    response = chief.send("decide", application.pk, result="favourable")
    assert response.status_code == 422
    assert "議案に載っていません" in text_of(response)


def held(office, application, **more):
    from desk.demo import road

    road.hold_board([fresh(application)], office, TODAY, **more)


@pytest.fixture
def board(office):
    return make_application_in(office, S.BOARD_QUEUE)


def test_the_boards_approval_carries_its_conditions(office, sit, board):
    held(office, board)
    response = sit(office.chief).send(
        "decide", board.pk, result="conditional", conditions_0_text="火災保険に質権を設定すること", reason=REASON
    )
    assert response.status_code == 302
    told = text_of(sit(office.clerk).get("application", board.pk))
    assert fresh(board).state == S.APPROVED
    assert "火災保険に質権を設定すること" in told
    assert "承認済" in told


def test_an_approval_without_a_majority_is_refused_and_nothing_typed_is_lost(office, sit, board):
    held(office, board, choice=VoteChoice.NO)
    response = sit(office.chief).send(
        "decide", board.pk, result="favourable", comment="賛成多数と聞いた", reason=REASON
    )
    assert response.status_code == 422
    assert "賛成多数と聞いた" in response.content.decode()
    declined = sit(office.chief).send("decide", board.pk, result="unfavourable", comment="財源が明らかでない")
    assert declined.status_code == 302
    assert fresh(board).state == S.DECLINED


def test_a_quorum_missed_by_one_is_refused(office, sit, board):
    held(office, board, absent=5)
    response = sit(office.chief).send("decide", board.pk, result="favourable", reason=REASON)
    assert response.status_code == 422
    assert "定足数" in text_of(response)


def test_a_continued_case_waits_for_another_meeting(office, sit, board):
    held(office, board)
    response = sit(office.chief).send("decide", board.pk, result=ItemResult.CONTINUED, comment="見積書を取り直す")
    assert response.status_code == 302
    assert fresh(board).state == S.BOARD_QUEUE
    assert "継続審議" in text_of(sit(office.clerk).get("application", board.pk))


def test_the_receiver_cannot_record_the_decision(office, sit, board):
    type(board).objects.filter(pk=board.pk).update(received_by=office.chief)
    held(office, board)
    response = sit(office.chief).send("decide", board.pk, result="favourable", reason=REASON)
    assert response.status_code == 422
    assert "受け付けた本人" in text_of(response)


def test_directors_and_clerks_do_not_record_the_decision(office, sit, board):
    for user in (office.clerk, office.cast["kaga"], office.committee[0], office.auditor):
        assert sit(user).get("decide", board.pk).status_code == 403
