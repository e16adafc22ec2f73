"""Loans to directors (38条): the board decides without the one concerned, and is told afterwards."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.roles import Role
from governance.enums import BodyKind
from governance.models import Body, Meeting, Recusal
from loans import dealings, items, related_parties
from loans.desk import dealing_tasks
from loans.enums import ApplicationState as S
from loans.models import DirectorDealing
from loans.operations import dealings as operations
from members.enums import OfficerTitle
from members.models import Kinship, KinshipKind, Person
from tests.factories.governance import make_meeting
from tests.factories.loans import TODAY, findings_for, fresh, make_application, make_application_in
from tests.factories.members import make_member, make_officer

ACCOUNT = {
    "bank_code": "0144", "bank_name": "北陸銀行", "branch_code": "001", "branch_name": "金沢支店",
    "account_type": "current", "account_number": "0123456", "account_holder": "ｺﾏﾂ",
}  # fmt: skip


@pytest.fixture
def company(office):
    """理事の加賀 良子さんが代表する会社。"""
    return make_member("加賀繊維有限会社", representative=Person.objects.get(name="加賀 良子"), **ACCOUNT)


def told(application, step, by):
    return [finding for finding in findings_for(application, step, by=by, on=TODAY) if finding.code == "director"]


def next_board(day):
    return make_meeting(Body.objects.get(kind=BodyKind.BOARD), held_on=day)


def test_only_who_represents_the_borrower_deals_with_the_cooperative(office, company):
    kaga, noto = Person.objects.get(name="加賀 良子"), Person.objects.get(name="能登 一郎")
    make_officer(company, noto)
    application = make_application(office, member=company)
    assert dealings.directors(application, on=TODAY) == {kaga: "申込先の代表取締役"}
    make_officer(company, noto, OfficerTitle.REPRESENTATIVE_DIRECTOR)
    assert set(dealings.directors(application, on=TODAY)) == {kaga, noto}
    after_the_term = kaga.seats.get().to_on + timedelta(days=1)
    assert not dealings.directors(application, on=after_the_term)
    auditor = make_member(representative=Person.objects.get(name="剱持 弘"))
    assert not dealings.directors(make_application(office, member=auditor), on=TODAY)


def test_the_case_says_so_from_the_start_and_the_board_decides_without_the_director(office, company):
    application = make_application(office, member=company)
    (first,) = told(application, "receive", office.clerk)
    assert first.level == "pass"
    assert dealings.RULE in first.text
    application = make_application_in(office, S.BOARD_QUEUE, member=company)
    (recused,) = told(application, "approve", office.chief)
    assert recused.level == "pass"
    Recusal.objects.all().delete()
    (missing,) = told(application, "approve", office.chief)
    assert missing.blocks
    assert missing.source == "中小企業等協同組合法 38条"


def test_who_becomes_a_director_after_the_approval_needs_a_new_decision(office):
    member = make_member(**ACCOUNT)
    application = make_application_in(office, S.APPROVED, member=member)
    assert not told(application, "contract", office.clerk)
    seat = Person.objects.get(name="川北 誠").seats.get()
    type(seat).objects.filter(pk=seat.pk).update(person=member.representative)
    (finding,) = told(fresh(application), "contract", office.clerk)
    assert finding.blocks
    assert "もう一度理事会に付議" in finding.text


def test_after_the_disbursement_the_report_is_awaited_and_recorded_with_its_meeting(office, company, sit):
    application = make_application_in(office, S.DISBURSED, member=company)
    dealing = DirectorDealing.objects.with_next_board().get()
    assert (dealing.person.name, dealing.disbursed_on) == ("加賀 良子", application.loan.disbursed_on)
    assert dealing.decision == items.last_decided(application, BodyKind.BOARD)
    (task,) = dealing_tasks(office.clerk, TODAY)
    assert task.url == reverse("loans:dealing_report", args=[dealing.pk])
    before = next_board(dealing.disbursed_on - timedelta(days=1))
    coming = next_board(TODAY + timedelta(days=30))
    given = {"minutes_number": "報告事項 第2号", "by": office.clerk, "on": TODAY}
    with pytest.raises(ValidationError, match="実行の前"):
        operations.report(dealing, meeting=before, **given)
    with pytest.raises(ValidationError, match="まだ開かれていません"):
        operations.report(dealing, meeting=coming, **given)
    with pytest.raises(StepRefused, match="権限がありません"):
        operations.report(dealing, meeting=before, minutes_number="1", by=office.auditor, on=TODAY)
    with pytest.raises(StepRefused, match="利害関係"):
        operations.report(dealing, meeting=before, minutes_number="1", by=office.cast["kaga"], on=TODAY)
    meeting = next_board(dealing.disbursed_on)
    for state, reason in (("convened", ""), ("called_off", ""), ("closed", "定足数に1名足りない。")):
        unheld = {
            "state": state,
            "adjourned_reason": reason,
            "called_off_reason": "誤り" if state == "called_off" else "",
        }
        Meeting.objects.filter(pk=meeting.pk).update(**unheld)
        with pytest.raises(ValidationError, match="流会でない理事会"):
            operations.report(dealing, meeting=Meeting.objects.get(pk=meeting.pk), **given)
    Meeting.objects.filter(pk=meeting.pk).update(state="closed", adjourned_reason="", called_off_reason="")
    desk = sit(office.clerk)
    assert desk.send("dealing_report", dealing.pk, meeting=meeting.pk, minutes_number="").status_code == 422
    done = desk.send("dealing_report", dealing.pk, meeting=meeting.pk, minutes_number="報告事項 第2号")
    assert done["Location"] == reverse("loans:dealings")
    dealing.refresh_from_db()
    assert (dealing.meeting, dealing.reported_on, dealing.reported_by) == (meeting, meeting.held_on, office.clerk)
    assert not list(dealing_tasks(office.clerk, TODAY))
    assert "報告事項 第2号" in desk.client.get(application.get_absolute_url()).content.decode()
    with pytest.raises(StepRefused, match="すでに記録"):
        operations.report(dealing, meeting=meeting, **given)
    with pytest.raises(IntegrityError), transaction.atomic():
        DirectorDealing.objects.filter(pk=dealing.pk).update(minutes_number="")


def test_the_report_is_late_when_a_board_met_without_it_or_three_months_passed(office, company):
    make_application_in(office, S.DISBURSED, member=company)
    days = DirectorDealing.objects.get().disbursed_on
    Meeting.objects.update(held_on=days - timedelta(days=1))
    plain = DirectorDealing.objects.with_next_board().get()
    assert not plain.is_overdue(days + timedelta(days=80))
    assert plain.is_overdue(days + timedelta(days=95))
    for day, late in ((80, False), (95, True)):
        assert DirectorDealing.objects.overdue(days + timedelta(days=day)).exists() == late
    next_board(days + timedelta(days=10))
    met = DirectorDealing.objects.with_next_board().get()
    assert met.due_on == days + timedelta(days=10)
    assert DirectorDealing.objects.overdue(days + timedelta(days=11)).exists()
    assert not DirectorDealing.objects.overdue(days + timedelta(days=10)).exists()
    # 流会になった理事会は、開かれたことにならない。
    Meeting.objects.filter(held_on=days + timedelta(days=10)).update(adjourned_reason="定足数に1名足りない。")
    assert not DirectorDealing.objects.overdue(days + timedelta(days=11)).exists()


def test_the_list_of_related_parties_names_officers_kin_and_companies_with_their_figures(office, company, sit):
    application = make_application_in(office, S.DISBURSED, member=company)
    kenmochi = Person.objects.get(name="剱持 弘")
    sister = make_member("能美産業株式会社", **ACCOUNT)
    Kinship.objects.create(
        person=Person.objects.get(name="飯田 修"), relative=sister.representative, kind=KinshipKind.SIBLING
    )
    rows = related_parties.rows(related_parties.period_of(2026, 4, TODAY))
    by_member = {row.member: row for row in rows if row.member}
    kaga = by_member[company]
    assert (kaga.person.name, kaga.relation) == ("加賀 良子", "代表取締役である会社")
    assert kaga.balance == kaga.disbursed == application.loan.principal
    assert len(kaga.decisions) == len(kaga.applications) == 1
    assert "報告待ち" in kaga.reports[0]
    kin = by_member[sister]
    assert (kin.person.name, kin.capacity, kin.balance) == ("飯田 修", "金融委員会 委員長", 0)
    assert kin.relation.startswith("兄弟姉妹 ")
    assert [row.capacity for row in rows if row.person == kenmochi] == ["監事"]
    earlier = related_parties.rows(related_parties.period_of(2025, 4, TODAY))
    assert sum(row.balance for row in earlier) == 0
    desk = sit(office.auditor)
    page = desk.get("related_parties").content.decode()
    assert application.get_absolute_url() in page
    exported = desk.get("related_parties", query="?export=csv&only=dealings").content.decode("utf-8-sig")
    assert "加賀繊維有限会社" in exported
    assert "能美産業" not in exported
    assert sit(office.president).get("related_parties").status_code == 403
    assert Role.AUDITOR in office.auditor.roles
