"""差戻しと付議し直し、承認の期限、あらためての申込。"""

from datetime import timedelta

import pytest

from coopfin.flow import StepRefused
from desk.demo import road
from governance.enums import BodyKind
from governance.models import Opinion
from loans import changes, items, snapshot
from loans.enums import ApplicationState as S
from loans.models import Application, GuaranteeReview, RepaymentCapacity, RequiredDocument, Submission
from loans.operations import application as applications
from loans.operations import review as reviews
from loans.views import rounds
from tests.factories.loans import REASON, TODAY, fresh, make_application_in, make_office
from tests.loans.pages import Desk, stop_the_clock, text_of

WHY = "返済の財源に対して金額が大きい。"


def make_world():
    """理事会から差し戻され、金額を改めて委員会に付議し直した案件と、謝絶・承認済の案件。"""
    office = make_office(borrowing_limit=2_000_000_000, member_limit=500_000_000)
    case = make_application_in(office, S.BOARD_QUEUE)
    applications.return_(fresh(case), by=office.chief, on=TODAY, reason=WHY)
    applications.update_terms(fresh(case), terms={"amount": 8_000_000}, by=office.clerk, on=TODAY)
    applications.investigate(fresh(case), by=office.clerk, on=TODAY, reason=REASON)
    reviews.submit_to_committee(fresh(case), by=office.clerk, on=TODAY, reason=REASON)
    approved = make_application_in(office, S.APPROVED, member=case.member, conditions=["保険"], result="conditional")
    withdrawn = make_application_in(office, S.RECEIVED, member=case.member)
    applications.withdraw(fresh(withdrawn), by=office.clerk, on=TODAY, reason="ほかから借りられた。")
    return office, case, approved, withdrawn


@pytest.fixture(scope="module")
def made(for_the_module):
    return for_the_module(make_world)


@pytest.fixture
def world(made, db, monkeypatch):
    stop_the_clock(monkeypatch)
    return made()


def test_the_committee_reads_what_changed_and_why_it_came_back(world, client):
    office, case, *_ = world
    for page in ("application", "opinion"):
        told = text_of(Desk(client, office.committee[1]).get(page, case.pk))
        assert WHY in told
        assert "10,000,000円 8,000,000円" in told
    assert "前の付議（2026年11月24日）での意見" in told
    assert Opinion.objects.exclude(item=items.open_item(case, BodyKind.COMMITTEE)).first().reason in told
    # 前の意見は、いまの意見には数えない。
    item = items.open_item(case, BodyKind.COMMITTEE)
    assert item.opinions.count() == 0


def test_the_board_compares_with_what_it_saw_itself(world):
    office, case, *_ = world
    applications.return_(fresh(case), by=office.chief, on=TODAY, reason="見積書をもう一社から取ること。")
    director, clerk = office.cast["kaga"], office.clerk
    of_board, of_clerk = (rounds.changed_since(fresh(case), user) for user in (director, clerk))
    assert (of_board["base"].item.body.kind, of_clerk["base"].item.body.kind) == (BodyKind.BOARD, BodyKind.COMMITTEE)
    assert [told["reason"] for told in of_board["returns"]] == [WHY, "見積書をもう一社から取ること。"]
    assert (of_board["count"], of_clerk["count"]) == (1, 0)


def test_a_case_never_returned_shows_no_comparison(world):
    office, _, approved, withdrawn = world
    assert rounds.changed_since(approved, office.clerk) is None
    assert rounds.changed_since(withdrawn, office.clerk) is None


def test_the_copy_holds_every_field_of_the_application_that_is_not_of_the_procedure(world):
    _, case, *_ = world
    first = Submission.objects.filter(application=case).order_by("pk").first()
    (terms,) = (part for part in first.content if part["key"] == "terms")
    values = {row["label"]: row["value"] for row in terms["rows"]}
    assert (values["金額"], values["形式"], values["利率（年%）"]) == ("10,000,000円", "手形貸付", "6%")
    assert {part["key"] for part in first.content} >= {"terms", "guarantees", "investigation"}


def test_the_copy_compares_the_figures_the_guarantee_review_and_each_paper(world):
    office, case, *_ = world
    row = RequiredDocument.objects.create(application=case, name="工程表", basis="product", basis_text="商品の定め")
    before = snapshot.of(fresh(case))
    RepaymentCapacity.objects.filter(application=case).update(receivables=1_234_567)
    GuaranteeReview.objects.get(application=case).findings.filter(criterion="finances").update(
        finding="増資で自己資本が厚くなった。"
    )
    RequiredDocument.objects.filter(pk=row.pk).update(received_on=TODAY, received_by=office.clerk)
    found = {part.title: part.changes for part in changes.between(before, snapshot.of(fresh(case)))}
    assert set(found) == {"返済の力", "経営者保証の検討", "必要書類"}
    assert found["返済の力"][0].after == "1,234,567円"
    assert "増資で自己資本が厚くなった。" in found["経営者保証の検討"][0].after
    (paper,) = found["必要書類"]
    assert (paper.label, paper.before, paper.after) == ("工程表", "未受領", "2026年11月24日 受領")


def expire(approved, days):
    expires = TODAY - timedelta(days=days)
    Application.objects.filter(pk=approved.pk).update(approval_expires_on=expires)
    return fresh(approved)


def test_an_approval_with_time_left_is_not_put_before_the_board_again(world):
    office, _, approved, _ = world
    with pytest.raises(StepRefused) as refusal:
        reviews.submit_again(fresh(approved), by=office.clerk, on=TODAY, reason="期限が近い。")
    assert {f.code for f in refusal.value.findings} == {"not-expiring"}


def test_an_expired_approval_goes_back_to_the_board(world, client):
    office, _, approved, _ = world
    approved = expire(approved, 1)
    clerk = Desk(client, office.clerk)
    told = text_of(clerk.get("application", approved.pk))
    assert "理事会の決定の有効期限が過ぎています" in told
    assert "理事会に付議し直す" in told
    assert clerk.send("submit_again", approved.pk, reason="納期が延びた。").status_code == 302
    again = fresh(approved)
    assert (again.state, again.approved_on) == (S.BOARD_QUEUE, None)
    assert not again.conditions.outstanding().exists()
    told = text_of(clerk.get("application", approved.pk))
    assert "納期が延びた。" in told
    assert "前の付議のときと同じです" in told
    road.hold_board([again], office, TODAY)
    assert road.decide(again, office, TODAY).state == S.APPROVED


def test_a_withdrawn_case_is_applied_for_again_and_both_are_linked(world, client):
    office, _, approved, withdrawn = world
    clerk = Desk(client, office.clerk)
    Application.objects.filter(pk=withdrawn.pk).update(applied_by="経理部長", consented_on=TODAY - timedelta(days=30))
    assert clerk.send("reopen", withdrawn.pk).status_code == 302
    draft = Application.objects.get(previous=withdrawn)
    # Consent is given for one application; it is asked for anew.
    assert (draft.applied_by, draft.consented_on) == ("", None)
    assert (draft.state, draft.amount, draft.number) == (S.DRAFT, withdrawn.amount, "")
    assert "前の申込" in text_of(clerk.get("application", draft.pk))
    assert "あとの申込" in text_of(clerk.get("application", withdrawn.pk))
    assert clerk.send("reopen", approved.pk).status_code == 422
