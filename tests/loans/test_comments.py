"""意見・質問と回答、経過: 誰が書き、誰が読み、何が残るか。"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coopfin import log
from coopfin.flow import StepRefused
from coopfin.roles import Role
from loans import waiting
from loans.enums import ApplicationState as S
from loans.enums import CommentKind, Party
from loans.history import KINDS, History
from loans.models import Comment
from loans.operations import application as applications
from loans.operations import comments
from tests.factories.core import make_user
from tests.factories.loans import TODAY, fresh, make_application_in, make_office
from tests.loans.pages import Desk, stop_the_clock, text_of


def make_world():
    """理事会に付議中の案件、金融委員会に付議中の案件、実行済の案件。"""
    office = make_office(borrowing_limit=2_000_000_000, member_limit=500_000_000)
    board = make_application_in(office, S.BOARD_QUEUE)
    committee = make_application_in(office, S.COMMITTEE_QUEUE, member=board.member)
    disbursed = make_application_in(office, S.DISBURSED, member=board.member)
    return office, board, committee, disbursed


@pytest.fixture(scope="module")
def made(for_the_module):
    return for_the_module(make_world)


@pytest.fixture
def world(made, db, monkeypatch):
    stop_the_clock(monkeypatch)
    return made()


def ask(case, by, addressee=Party.SECRETARIAT, kind=CommentKind.QUESTION, text="売掛金の年齢表はありますか。"):
    return comments.write(fresh(case), kind=kind, addressee=addressee, text=text, by=by, on=TODAY)


def titles(source, user):
    return [task.title.split("　")[0] for task in source(user, TODAY)]


def test_a_question_waits_in_the_work_of_whom_it_is_put_to_until_it_is_answered(world):
    office, case, *_ = world
    question = ask(case, office.committee[0])
    assert titles(waiting.question_tasks, office.clerk) == ["事務局への質問に答える"]
    assert titles(waiting.question_tasks, office.committee[0]) == []
    with pytest.raises(StepRefused, match="答えるのは事務局です"):
        comments.answer(question, text="あります。", by=office.committee[1], on=TODAY)
    reply = comments.answer(question, text="添付しました。", by=office.clerk, on=TODAY)
    assert titles(waiting.question_tasks, office.clerk) == []
    # An answer taken back leaves the question open again.
    comments.withdraw(reply, reason="別の表でした。", by=office.clerk, on=TODAY)
    assert titles(waiting.question_tasks, office.clerk) == ["事務局への質問に答える"]
    assert Comment.objects.count() == 2


def test_nobody_is_asked_who_cannot_read_the_case(world):
    office, _, committee, _ = world
    with pytest.raises(StepRefused, match="付議されていません"):
        ask(committee, office.clerk, Party.BOARD)
    ask(committee, office.clerk, Party.COMMITTEE)
    assert [value for value, _ in comments.addressees(committee)] == [Party.SECRETARIAT, Party.COMMITTEE]


def test_only_the_writer_takes_it_back_with_a_reason_and_nothing_is_ever_deleted(world):
    office, case, *_ = world
    opinion = ask(case, office.clerk, Party.COMMITTEE, CommentKind.OPINION, "担保の評価を見直しました。")
    with pytest.raises(StepRefused, match="本人だけ"):
        comments.withdraw(opinion, reason="誤り。", by=office.chief, on=TODAY)
    with pytest.raises(StepRefused, match="理由"):
        comments.withdraw(opinion, reason=" ", by=office.clerk, on=TODAY)
    comments.withdraw(opinion, reason="数字を誤った。", by=office.clerk, on=TODAY)
    for delete in (opinion.delete, Comment.objects.all().delete):
        with pytest.raises(TypeError):
            delete()


def test_auditors_and_the_interested_write_nothing(world):
    office, case, *_ = world
    with pytest.raises(StepRefused):
        ask(case, office.auditor)
    clerk = make_user(Role.CLERK)
    case.member.representative.user = clerk
    case.member.representative.save()
    with pytest.raises(StepRefused, match="利害関係"):
        ask(case, clerk)
    ask(case, office.committee[0])
    assert titles(waiting.question_tasks, clerk) == []


def test_the_page_shows_asks_answers_and_takes_back(world, client):
    office, case, *_ = world
    member = Desk(client, office.committee[1])
    assert member.send("comment", case.pk, addressee="secretariat", kind="question", text="").status_code == 422
    sent = member.send("comment", case.pk, addressee="secretariat", kind="question", text="納期はいつですか。")
    assert sent.status_code == 302
    question = Comment.objects.get()
    clerk = Desk(client, office.clerk)
    assert "回答待ち 1件" in text_of(clerk.get("application", case.pk))
    assert clerk.send("comment_answer", case.pk, question.pk, text="3月です。").status_code == 302
    assert clerk.send("comment_withdraw", case.pk, question.pk, reason="不要").status_code == 422
    told = text_of(Desk(client, office.cast["kaga"]).get("application", case.pk))
    assert "納期はいつですか。" in told
    assert "3月です。" in told
    assert "回答待ち" not in told


# --- 経過 -----------------------------------------------------------------------------------


def test_the_timeline_tells_every_kind_of_event_once(world):
    office, _, _, case = world
    ask(case, office.clerk, Party.COMMITTEE)
    history = History(fresh(case))
    counts = history.counts()
    assert counts["all"] == sum(counts[kind] for kind in KINDS) == len(history.entries(history.all))
    assert {kind for kind in KINDS if counts[kind]} >= {"step", "document", "opinion", "decision", "comment", "voucher"}
    for kind in KINDS:
        assert {entry.kind for entry in history.entries(history.records(kind))} <= {kind}
    labels = [entry.label for entry in history.entries(history.all)]
    assert labels.count("実行を承認する") == 1
    assert labels.count("委員の意見") == len(office.committee)
    assert "契約手続の開始" not in labels


def test_the_timeline_says_from_what_to_what_and_why(world, client):
    office, case, *_ = world
    applications.return_(fresh(case), by=office.chief, on=TODAY, reason="金額が大きい。")
    applications.update_terms(fresh(case), terms={"amount": 8_000_000}, by=office.clerk, on=TODAY)
    desk = Desk(client, office.clerk)
    told = text_of(desk.get("timeline", case.pk, query="?kind=terms"))
    assert "金額: 10,000,000円 → 8,000,000円" in told
    assert "金額が大きい。" not in told
    assert "理由：金額が大きい。" in text_of(desk.get("timeline", case.pk))
    assert desk.get("timeline", case.pk, query="?kind=x&page=99").status_code == 200


def test_figures_and_days_of_the_record_are_told_as_they_are_read(world):
    office, case, *_ = world
    changed = {"返済額": ["13999996", "9500"], "受け取った日": ["", "2026-11-09"], "番号": ["0123456", "2026-0042"]}
    log.record(case, verb="update_terms", label="条件の変更", by=office.clerk, on=TODAY, changed=changed)
    history = History(case)
    (entry, *_) = history.entries(history.records("terms"))
    # PostgreSQL keeps the keys of a record in an order of its own.
    assert set(entry.text.splitlines()) == {
        "返済額: 13,999,996 → 9500",
        "受け取った日: （なし） → 2026年11月9日",
        "番号: 0123456 → 2026-0042",
    }


def test_the_timeline_is_for_those_who_may_see_the_case(world, client):
    office, _, committee, _ = world
    assert Desk(client, office.cast["kaga"]).get("timeline", committee.pk).status_code == 404
    assert Desk(client, office.committee[1]).get("timeline", committee.pk).status_code == 200
    assert Desk(client, office.admin).get("timeline", committee.pk).status_code == 403


def test_the_timeline_asks_no_more_for_a_long_history(world, client):
    office, case, *_ = world
    desk = Desk(client, office.clerk)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert desk.get("timeline", case.pk).status_code == 200
        return len(captured)

    ask(case, office.clerk)
    desk.get("timeline", case.pk)
    before = queries()
    for _ in range(60):
        ask(case, office.clerk)
    assert queries() == before
    assert "次の50件" in text_of(desk.get("timeline", case.pk))


def test_the_timeline_is_printed_for_its_reader(world, client, monkeypatch):
    office, case, *_ = world
    seen = []
    monkeypatch.setattr("loans.views.timeline.render_pdf", lambda html: (seen.append(html) or b"%PDF-1.7", 1))
    response = Desk(client, office.clerk).get("timeline_pdf", case.pk, query="?kind=opinion")
    assert response["Content-Type"] == "application/pdf"
    assert office.clerk.name in seen[0]
    assert "答申を記録する" in seen[0]
    assert "理事会に付議する" not in seen[0]
