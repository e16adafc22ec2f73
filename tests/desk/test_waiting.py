"""The page of waiting proposals: what changes, who asked, and a second person who approves, returns, or a first who takes back."""

from datetime import date

import pytest
from django.urls import reverse

from coopfin.models import Proposal
from coopfin.roles import Role
from tests.coopfin.test_proposals import ELSEWHERE, MAKERS
from tests.factories.core import make_policy, make_user
from tests.factories.governance import make_resolution
from tests.factories.rules import make_delegation, make_rule

pytestmark = pytest.mark.django_db
HERE = [model for model in MAKERS if model not in ELSEWHERE]
LIST = reverse("desk:proposals")


def url(proposal, verb):
    return reverse(f"desk:proposal_{verb}", args=[proposal._meta.label_lower, proposal.pk])


def version_on(page):
    return page.context["form"]["version"].value()


@pytest.fixture
def enter(client):
    def enter(user):
        client.force_login(user)
        return client

    return enter


@pytest.mark.parametrize("model", HERE, ids=lambda model: model.__name__)
def test_every_kind_is_listed_refused_to_its_proposer_and_approved_by_a_second_person(enter, model):
    proposer, president = make_user(Role.CHIEF), make_user(Role.PRESIDENT)
    proposal = MAKERS[model](approved=False, proposer=proposer)
    client = enter(proposer)
    assert str(proposal) in client.get(LIST).content.decode()
    own = client.get(proposal.proposal_url).content.decode()
    assert (url(proposal, "withdraw") in own, url(proposal, "approve") in own) == (True, False)
    page = client.get(url(proposal, "approve"))
    assert "提案した本人は承認・却下できません" in page.content.decode()
    for verb in ("approve", "reject"):
        sent = client.post(url(proposal, verb), {"version": version_on(page), "reason": "急ぐ"})
        assert (sent.status_code, "提案した本人" in sent.content.decode()) == (422, True)
    client = enter(president)
    assert url(proposal, "approve") in client.get(proposal.proposal_url).content.decode()
    page = client.get(url(proposal, "approve"))
    assert client.post(url(proposal, "approve"), {"version": version_on(page)}).url == LIST
    proposal.refresh_from_db()
    assert (proposal.status, proposal.decided_by) == (Proposal.Status.APPROVED, president)
    assert str(proposal) not in client.get(LIST).content.decode().partition("</nav>")[2].partition("<table")[2]


def test_what_changed_after_the_page_was_opened_is_not_approved_unread(enter):
    proposal = make_resolution(approved=False)
    client = enter(make_user(Role.PRESIDENT))
    seen = version_on(client.get(url(proposal, "approve")))
    type(proposal).objects.filter(pk=proposal.pk).update(borrowing_limit=900_000_000)
    sent = client.post(url(proposal, "approve"), {"version": seen})
    assert (sent.status_code, "ほかの人が更新しました" in sent.content.decode()) == (422, True)
    assert "900,000,000円" in sent.content.decode()
    proposal.refresh_from_db()
    assert proposal.is_waiting


def test_it_is_returned_with_a_reason_and_the_first_version_shows_all_its_rows(enter):
    proposal = make_resolution(approved=False)
    client = enter(make_user(Role.PRESIDENT))
    assert "はじめて定めます" in client.get(LIST).content.decode()
    version = version_on(client.get(url(proposal, "reject")))
    assert client.post(url(proposal, "reject"), {"version": version, "reason": " "}).status_code == 422
    client.post(url(proposal, "reject"), {"version": version, "reason": "③ が議事録と違う"})
    assert "③ が議事録と違う" in client.get(proposal.proposal_url).content.decode()


def test_the_list_says_what_changes_against_the_version_in_force(enter):
    make_policy(effective_on=date(2026, 4, 1))
    make_policy(effective_on=date(2026, 10, 1), approved=False, stale_case_days=21)
    page = enter(make_user(Role.PRESIDENT)).get(LIST).content.decode()
    assert "案件の滞りを知らせる日数" in page
    assert "<b>21日</b>" in page


def test_the_proposer_takes_back_and_proposes_again_from_what_was_written(enter):
    proposer = make_user(Role.CHIEF)
    rule = make_rule(approved=False, proposer=proposer, title="金融事業規程（改正案）")
    delegation = make_delegation(approved=False, proposer=proposer)
    assert enter(make_user(Role.PRESIDENT)).get(url(rule, "withdraw")).status_code == 403
    client = enter(make_user(Role.CHIEF))
    told = client.get(url(rule, "withdraw")).content.decode()
    assert "取り下げられるのは、提案した本人だけです" in told
    assert client.post(url(rule, "withdraw"), {"reason": "誤り"}).status_code == 422
    client = enter(proposer)
    for proposal, again in ((rule, "desk:setup_rule"), (delegation, "desk:setup_delegation")):
        assert client.post(url(proposal, "withdraw"), {"reason": "条の誤り"}).url == proposal.proposal_url
        page = client.get(proposal.proposal_url).content.decode()
        anew = f"{reverse(again)}?from={proposal.pk}"
        assert anew in page
        assert "承認されなかった提案" in client.get(anew).content.decode()
    assert "金融事業規程（改正案）" in client.get(f"{reverse('desk:setup_rule')}?from={rule.pk}").content.decode()
    assert client.get(f"{reverse('desk:setup_rule')}?from=x").status_code == 200


def test_a_kind_that_does_not_exist_is_not_found(enter):
    client = enter(make_user(Role.PRESIDENT))
    assert client.get("/proposals/members.accountrequest/1/").status_code == 404
    assert client.get("/proposals/coopfin.user/1/approve/").status_code == 404
