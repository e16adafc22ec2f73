"""手引きとの対応: 表は流れの表と名乗りから組み立てられ、確認の関数はどれかの段落を名乗る。"""

import pytest
from django.urls import reverse

from coopfin import handbook
from coopfin.flow import Flow
from coopfin.roles import Role
from desk.views.handbook import correspondence
from loans.workflow import FLOW
from tests.factories.core import make_user


def every_guard():
    return {guard for step in FLOW.steps for guard in step.guards}


@pytest.mark.parametrize("guard", sorted(every_guard(), key=lambda guard: guard.__name__))
def test_every_guard_of_the_road_says_which_paragraph_it_follows(guard):
    assert guard.follows
    assert handbook.sentence(guard).endswith("。")


def test_every_paragraph_is_kept_by_something_or_recorded_somewhere():
    answered = {*handbook.guards, *handbook.constraints, *handbook.places}
    assert set(handbook.paragraphs()) == answered


def test_a_code_that_the_handbook_does_not_have_is_refused_at_once():
    with pytest.raises(ValueError, match="H9"):
        handbook.follows("H9.9-z")


def test_the_sentence_of_a_guard_leaves_out_the_codes():
    def guard():
        """利害関係のある人は加われない（ドメイン E）。"""

    def another():
        """書類がそろっていること（H2.5-a・b）。"""

    assert handbook.sentence(guard) == "利害関係のある人は加われない。"
    assert handbook.sentence(another) == "書類がそろっていること。"


@pytest.mark.django_db
def test_a_guard_taken_off_the_road_is_no_longer_said_to_be_asked(monkeypatch):
    """表は生きている: 流れから確認を外せば、そのステップの名も消える。"""
    from desk.views import handbook as page

    def steps_of(text):
        rows = [row for part in correspondence(make_user(Role.CLERK)) for row in part["paragraphs"]]
        return [guard["steps"] for row in rows for guard in row["guards"] if guard["text"] == text]

    text = "金融委員会に在任の委員がいること。"
    assert steps_of(text) == [["金融委員会に付議する"]]
    monkeypatch.setattr(page, "FLOW", Flow(name="empty", field="state", states=FLOW.states))
    assert steps_of(text) == [[]]


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "linked"), [(Role.CLERK, True), (Role.COMMITTEE, False)])
def test_the_page_links_to_what_the_reader_may_open(client, role, linked):
    client.force_login(make_user(role))
    page = client.get(reverse("desk:handbook")).content.decode()
    assert "チェックポイント5" in page
    assert (f'href="{reverse("loans:headroom")}"' in page) is linked
    assert "限度額の余力" in page
