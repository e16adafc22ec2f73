"""Need to know, case by case: a case closed to all but named readers, and an expert who reads one case for a while."""

from datetime import date, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from coopfin import reading
from coopfin.flow import StepRefused
from coopfin.models import ActionLog, ReadLog
from coopfin.roles import Role
from desk.demo import road
from documents.models import IssuedDocument
from governance import operations as governance
from governance import printing
from governance.models import AgendaItem, Meeting
from loans.enums import ApplicationState as S
from loans.models import Application, LoanSecurity
from loans.operations import review as reviews
from oversight.models import CaseGrant, CaseRestriction
from oversight.operations import access
from tests.factories.collateral import make_asset, make_interest
from tests.factories.core import make_expert, make_user
from tests.factories.loans import REASON, TODAY, fresh, make_application, make_application_in
from tests.factories.members import make_member
from tests.loans.pages import stop_the_clock

pytestmark = pytest.mark.django_db
LATER = TODAY + timedelta(days=30)


@pytest.fixture
def office(made_office, db, monkeypatch):
    stop_the_clock(monkeypatch)
    return made_office()


@pytest.fixture
def case(office):
    return make_application_in(office, S.COMMITTEE_QUEUE)


def seen_by(user, on=TODAY):
    return list(Application.objects.visible_to(user, on))


def allow(case, user, office, **changes):
    given = {"from_on": TODAY, "to_on": LATER, "reason": "意見を聴くため。", "by": office.chief, "on": TODAY, **changes}
    return access.grant(case, user=user, **given)


def opens(user, url):
    client = Client()
    client.force_login(user)
    return client.get(url).status_code


def test_a_restricted_case_is_not_there_but_for_the_named_the_auditor_and_the_chief(office, case):
    url = case.get_absolute_url()
    reader, other = office.committee[0], office.committee[1]
    access.restrict(case, reason="代表者の家族のことに触れるため。", by=office.chief, on=TODAY)
    allow(case, reader, office)
    assert [opens(user, url) for user in (reader, other, office.clerk, office.chief, office.auditor)] == [
        200, 404, 404, 200, 200,
    ]  # fmt: skip
    with pytest.raises(StepRefused, match="すでに制限"):
        access.restrict(case, reason="もう一度", by=office.chief, on=TODAY)
    access.lift(case, by=office.chief, on=TODAY)
    assert seen_by(other) == [case]
    assert CaseRestriction.objects.get().lifted_by == office.chief
    with pytest.raises(StepRefused, match="制限されていません"):
        access.lift(case, by=office.chief, on=TODAY)


def test_a_restricted_case_is_not_named_at_its_meeting_nor_in_the_lists_searches_and_logs(office):
    """The title carries the member's name and the amount; the papers carry everything (domain E: need to know)."""
    secret = make_application_in(office, S.BOARD_QUEUE, member=make_member(name="株式会社内密工業"))
    known = make_application_in(office, S.BOARD_QUEUE, member=make_member(name="株式会社公知商店"))
    road.hold_board([secret, known], office, TODAY)
    meeting = Meeting.objects.get()
    access.restrict(secret, reason="代表者の家族のことに触れるため。", by=office.chief, on=TODAY)
    named, other = office.directors[1], office.directors[2]
    allow(secret, named, office)
    item = AgendaItem.objects.get(meeting=meeting, object_id=secret.pk)

    def pages(user):
        client = Client()
        client.force_login(user)
        for address in (
            meeting.get_absolute_url(), reverse("governance:room", args=[meeting.pk]), reverse("governance:decisions"),
            "/", f"/search/?q={secret.number}",
        ):  # fmt: skip
            yield client.get(address, follow=True).content.decode()
        yield str(printing.meeting_papers(meeting, user=user, read_at="", on=TODAY))

    assert "内密工業" in "".join(pages(named))
    for user in (other, office.president, office.clerk):
        text = "".join(pages(user))
        assert "内密工業" not in text, user
        assert "公知商店" in text
        assert "閲覧の制限のため非表示" in text
    client = Client()
    client.force_login(office.clerk)
    votes = reverse("governance:votes", args=[meeting.pk, item.pk])
    assert (
        client.post(votes, {}).status_code
        == client.get(reverse("governance:interest", args=[item.pk])).status_code
        == 404
    )
    for number, user in enumerate((office.president, office.chief)):
        reviews.decide(fresh((known, secret)[number]), result="favourable", by=user, on=TODAY, reason=REASON)
    assert AgendaItem.objects.visible_to(other, TODAY).decided().count() == 1
    assert AgendaItem.objects.visible_to(named, TODAY).decided().count() == 2
    logs = ActionLog.objects.filter(reading.about_closed(office.president, TODAY))
    assert {log.object_text for log in logs} >= {str(fresh(secret)), str(item)}
    client.force_login(office.president)
    assert "内密工業" not in client.get(reverse("admin:coopfin_actionlog_changelist") + "?all=").content.decode()
    assert client.get(reverse("admin:coopfin_actionlog_change", args=[logs[0].pk])).status_code == 302


def test_the_annex_of_the_minutes_waits_for_the_one_who_may_read_the_restricted_case(office):
    secret = make_application_in(office, S.BOARD_QUEUE)
    road.hold_board([secret], office, TODAY)
    meeting = Meeting.objects.get()
    reviews.decide(fresh(secret), result="favourable", by=office.chief, on=TODAY, reason=REASON)
    governance.close_meeting(meeting, by=office.clerk, on=TODAY)
    governance.finalise(meeting, by=office.president, on=TODAY)
    for number, paper in enumerate((printing.MINUTES, printing.MINUTES_ANNEX)):
        IssuedDocument.objects.create(
            content_type=ContentType.objects.get_for_model(Meeting), object_id=meeting.pk, object_text=str(meeting),
            paper=paper.code, paper_label=paper.label, form_version=paper.form_version, fiscal_year=2026,
            number=900 + number, issued_on=TODAY, issued_by=office.clerk, content=b"%PDF", sha256="0" * 64, pages=1,
        )  # fmt: skip
    assert len(printing.papers_of(meeting, user=office.clerk, on=TODAY)) == 2
    access.restrict(secret, reason="代表者の家族のことに触れるため。", by=office.chief, on=TODAY)
    assert [one.paper for one in printing.papers_of(meeting, user=office.clerk, on=TODAY)] == ["minutes"]
    assert len(printing.papers_of(meeting, user=office.auditor, on=TODAY)) == 2
    client = Client()
    client.force_login(office.president)
    assert client.get(reverse("governance:minutes_annex", args=[meeting.pk])).status_code == 404
    allow(secret, office.president, office)
    assert client.get(reverse("governance:minutes_annex", args=[meeting.pk])).status_code == 200


def test_being_named_opens_no_case_that_the_role_would_not_see(office):
    draft = make_application(office)
    member, director = office.committee[0], office.directors[1]
    for user in (member, director):
        allow(draft, user, office)
        assert seen_by(user) == []


def test_an_expert_reads_the_named_case_for_that_time_and_nothing_else(office, case):
    other = make_application_in(office, S.COMMITTEE_QUEUE)
    expert = make_expert()
    assert opens(expert, case.get_absolute_url()) == 403
    given = allow(case, expert, office, to_on=LATER)
    expert = type(expert).objects.get(pk=expert.pk)
    assert opens(expert, case.get_absolute_url()) == 200
    assert ReadLog.objects.filter(by=expert).get().object_id == case.pk
    assert opens(expert, other.get_absolute_url()) == 404
    assert opens(expert, "/") == opens(expert, reverse("loans:applications")) == 200
    assert opens(expert, case.member.get_absolute_url()) == 403
    client = Client()
    client.force_login(expert)
    for name in ("edit", "receive", "investigation", "opinion", "decide", "contract", "security_add"):
        url = reverse(f"loans:{name}", args=[case.pk])
        assert (client.get(url).status_code, client.post(url).status_code) == (403, 403), name
    assert seen_by(expert, TODAY - timedelta(days=1)) == []
    assert seen_by(expert, LATER) == [case]
    assert seen_by(expert, LATER + timedelta(days=1)) == []
    access.revoke(given, by=office.chief, on=TODAY)
    assert seen_by(expert) == []
    assert opens(type(expert).objects.get(pk=expert.pk), case.get_absolute_url()) == 403
    with pytest.raises(StepRefused, match="すでに取り消"):
        access.revoke(given, by=office.chief, on=TODAY)


def test_an_interested_expert_sees_nothing_all_the_same(office, case):
    expert = make_expert()
    allow(case, expert, office)
    person = case.member.representative
    person.user = expert
    person.save()
    assert seen_by(type(expert).objects.get(pk=expert.pk)) == []


def test_two_who_restrict_the_same_case_at_once_meet_a_sentence(office, case, monkeypatch):
    """二人目が一人目の制限をまだ見ていなくても、サーバーの誤りではなく、断りの文になる。"""
    access.restrict(case, reason="名の知れた人の案件", by=office.chief, on=TODAY)
    monkeypatch.setattr(type(CaseRestriction.objects.all()), "in_force", lambda found: found.none())
    with pytest.raises(StepRefused, match="すでに制限されています"):
        access.restrict(case, reason="名の知れた人の案件", by=office.chief, on=TODAY)


def test_who_may_close_and_open_cases(office, case):
    for act in (
        lambda by: access.restrict(case, reason="理由", by=by, on=TODAY),
        lambda by: allow(case, make_user(), office, by=by),
    ):
        for by in (office.clerk, office.auditor, office.president):
            with pytest.raises(StepRefused, match="権限がありません"):
                act(by)
    with pytest.raises(StepRefused, match="自分に閲覧を許す"):
        allow(case, office.chief, office)
    with pytest.raises(StepRefused, match="過ぎています"):
        allow(case, make_user(), office, from_on=date(2026, 1, 1), to_on=date(2026, 1, 2))
    reader = make_user()
    allow(case, reader, office)
    with pytest.raises(StepRefused, match="すでに許しています"):
        allow(case, reader, office)


@pytest.mark.parametrize(
    "changes", [{"granted_by": "user"}, {"to_on": TODAY - timedelta(days=1)}, {"reason": ""}, {"revoked_on": TODAY}]
)
def test_the_database_keeps_a_grant_whole(office, case, changes):
    given = allow(case, make_user(), office)
    values = {name: given.user if value == "user" else value for name, value in changes.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseGrant.objects.filter(pk=given.pk).update(**values)


def test_the_chief_restricts_and_allows_on_the_pages(office, case):
    client = Client()
    client.force_login(office.chief)
    page = client.get(case.get_absolute_url()).content.decode()
    restrict = reverse("oversight:restrict", args=["loans.application", case.pk])
    assert restrict in page
    assert client.post(restrict, {"reason": ""}).status_code == 422
    client.post(restrict, {"reason": "家族のことに触れるため。"})
    grant = reverse("oversight:grant", args=["loans.application", case.pk])
    refused = client.post(
        grant, {"user": office.clerk.pk, "from_on": "R8.11.24", "to_on": "R8.11.1", "reason": "読むため"}
    )
    assert refused.status_code == 422
    client.post(grant, {"user": office.clerk.pk, "from_on": "R8.11.24", "to_on": "R8.12.31", "reason": "読むため"})
    page = client.get(case.get_absolute_url()).content.decode()
    assert "制限中" in page
    assert "2026年12月31日まで" in page
    listed = client.get(reverse("oversight:access")).content.decode()
    assert "いま制限されている案件" in listed
    assert office.clerk.name in client.get(reverse("oversight:access") + "?export=csv&state=current").content.decode()
    given = CaseGrant.objects.get()
    client.post(reverse("oversight:revoke", args=[given.pk]), {"reason": "済んだ"})
    assert client.get(reverse("oversight:grant", args=["members.member", case.member_id])).status_code == 404
    assert given.state_on(TODAY) == "有効"
    given.refresh_from_db()
    assert given.state_on(TODAY) == "取消"
    assert Role.CHIEF in office.chief.roles


def test_where_a_private_property_lies_is_told_to_committee_members_only_as_far_as_the_town(office):
    case = make_application_in(office, S.COMMITTEE_QUEUE)
    asset = make_asset(description="石川県金沢市鞍月二丁目20番 宅地 330.00㎡")
    LoanSecurity.objects.create(application=case, interest=make_interest(asset=asset, debtor=case.member))

    def shown(user):
        client = Client()
        client.force_login(user)
        return client.get(case.get_absolute_url()).content.decode()

    assert "鞍月二丁目" in shown(office.chief)
    masked = shown(office.committee[0])
    assert "石川県金沢市（以下は伏せています）" in masked
    assert "鞍月二丁目" not in masked
    assert asset.get_absolute_url() not in masked
