"""The pledge of secrecy: who owes one, how it is made, and that no case opens without it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.models import ReadLog
from coopfin.roles import Role
from oversight import wording
from oversight.desk import pledges_to_make
from oversight.enums import PledgeKind
from oversight.models import Pledge
from oversight.operations import pledges
from oversight.register import obliged, without_pledge
from tests.factories.core import make_expert, make_pledge, make_user
from tests.factories.governance import make_person_with_user, make_seat
from tests.factories.members import make_member, make_person
from tests.prepared import little_pdf

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


def paper(name="誓約書.pdf"):
    return SimpleUploadedFile(name, little_pdf())


def test_who_has_not_pledged_is_led_to_the_pledge_and_then_to_the_page(client):
    user, member = make_user(Role.CLERK, pledged=False), make_member()
    client.force_login(user)
    refused = client.get(member.get_absolute_url())
    assert refused.status_code == 302
    assert refused["Location"].startswith(f"{reverse('oversight:pledge')}?next=")
    assert not ReadLog.objects.exists()
    shown = client.get(refused["Location"])
    assert wording.text_on(TODAY).articles[0] in shown.content.decode()
    unread = client.post(refused["Location"], {})
    assert unread.status_code == 422
    assert "印を付けてから" in unread.content.decode()
    done = client.post(refused["Location"], {"agreed": "on"})
    assert done["Location"] == member.get_absolute_url()
    assert client.get(member.get_absolute_url()).status_code == 200
    assert ReadLog.objects.get().by == user


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        (
            Role.CHIEF,
            (
                "/members/", "/members/?export=csv", "/loans/applications/", "/loans/applications/?export=xlsx",
                "/loans/", "/loans/headroom/", "/loans/related-parties/", "/governance/decisions/",
                "/governance/decisions/?export=csv", "/oversight/readings/", "/oversight/marks/", "/ledger/vouchers/",
                "/documents/", "/admin/members/member/", "/admin/ledger/voucher/", "/admin/loans/application/",
            ),
        ),
        (Role.DIRECTOR, ("/loans/applications/", "/governance/decisions/")),
        (Role.AUDITOR, ("/admin/coopfin/actionlog/", "/loans/related-parties/?export=csv")),
    ],
)  # fmt: skip
def test_no_list_no_export_and_no_register_opens_without_a_pledge(client, role, paths):
    """A list names members and amounts, and an export carries them all away (H2.2-e)."""
    client.force_login(make_user(role, pledged=False))
    for path in paths:
        answer = client.get(path)
        where = answer.headers.get("Location", "")[:18]
        assert (answer.status_code, where) == (302, "/oversight/pledge/"), path
    client.force_login(make_user(role))
    for path in paths:
        assert client.get(path).status_code == 200, path


def test_without_a_pledge_the_day_shows_no_case_and_the_search_finds_none(client):
    person = make_person("髙橋 修")
    for pledged in (False, True):
        client.force_login(make_user(Role.CLERK, pledged=pledged))
        shown = client.get("/search/?q=高橋").content.decode()
        assert (person.get_absolute_url() in shown) == pledged
        today = client.get("/").content.decode()
        assert ("守秘義務の誓約をする" in today) != pledged
        assert ("審査を待つ申込" in today) == pledged
    for path in ("/governance/meetings/", "/governance/rules/", "/setup/"):
        client.force_login(make_user(Role.CHIEF, pledged=False))
        assert client.get(path).status_code == 200, path


def test_what_was_sent_without_a_pledge_is_refused_with_a_sentence_and_writes_nothing(client):
    user, member = make_user(Role.CLERK, pledged=False), make_member()
    client.force_login(user)
    response = client.post(reverse("members:edit", args=[member.pk]), {"name": "別の名"})
    assert response.status_code == 403
    text = response.content.decode()
    assert "守秘義務の誓約がない" in text
    assert "戻る" in text
    assert str(member) != "別の名"


def test_after_the_pledge_nobody_is_led_to_another_site(client):
    client.force_login(make_user(Role.CLERK, pledged=False))
    done = client.post(reverse("oversight:pledge") + "?next=//example.com/", {"agreed": "on"})
    assert done["Location"] == reverse("desk:today")


def test_a_pledge_ends_with_the_term_that_ends_first():
    person = make_person_with_user(Role.DIRECTOR)
    make_seat(person, to_on=date(2027, 5, 27))
    pledge = pledges.confirm(agreed=True, by=make_user(Role.CLERK, pledged=False), on=TODAY)
    assert pledge.until_on is None
    Pledge.objects.filter(user=person.user).delete()
    pledge = pledges.confirm(agreed=True, by=person.user, on=TODAY)
    assert (pledge.person, pledge.until_on) == (person, date(2027, 5, 27))
    assert pledges.current_of(person.user, date(2027, 5, 27)) == pledge
    assert pledges.current_of(person.user, date(2027, 5, 28)) is None
    with pytest.raises(StepRefused, match="すでに効いています"):
        pledges.confirm(agreed=True, by=person.user, on=TODAY)
    assert pledges.confirm(agreed=True, by=person.user, on=date(2027, 5, 1)).pk != pledge.pk


def test_the_paper_is_recorded_by_somebody_else_with_its_copy():
    clerk, seat = make_user(Role.CLERK), make_seat()
    pledge = pledges.record_paper(person=seat.person, pledged_on=TODAY, file=paper(), by=clerk, on=TODAY)
    assert (pledge.kind, pledge.user, pledge.upload.filename) == (PledgeKind.PAPER, seat.person.user, "誓約書.pdf")
    with pytest.raises(StepRefused, match="自分の誓約書は自分では記録できません"):
        pledges.record_paper(user=clerk, pledged_on=TODAY, file=paper(), by=clerk, on=TODAY)
    with pytest.raises(StepRefused, match="権限がありません"):
        pledges.record_paper(person=seat.person, pledged_on=TODAY, file=paper(), by=make_user(Role.AUDITOR), on=TODAY)
    with pytest.raises(ValidationError, match="今日より後"):
        pledges.record_paper(person=seat.person, pledged_on=TODAY + timedelta(days=1), file=paper(), by=clerk, on=TODAY)
    before, bad = Pledge.objects.count(), SimpleUploadedFile("誓約書.pdf", b"not a paper")
    with pytest.raises(ValidationError) as refused:
        pledges.record_paper(person=seat.person, pledged_on=TODAY, file=bad, by=clerk, on=TODAY)
    assert "file" in refused.value.message_dict
    assert Pledge.objects.count() == before


@pytest.mark.parametrize("kind", PledgeKind.values)
def test_the_database_too_knows_who_may_record_a_pledge(kind):
    user, other = make_user(pledged=False), make_user()
    wrong = other if kind == PledgeKind.ELECTRONIC else user
    with pytest.raises(IntegrityError), transaction.atomic():
        make_pledge(user, kind=kind, recorded_by=wrong)


def test_the_register_lists_seats_users_and_experts_once_the_missing_first():
    clerk = make_user(Role.CLERK)
    both = make_person_with_user(Role.DIRECTOR, name="小松 一")
    make_seat(both)
    silent = make_seat().person
    type(silent).objects.filter(pk=silent.pk).update(user=None)
    make_expert()  # 案件の許しがなければ、まだ誓約の要る人ではない
    rows = obliged(TODAY)
    by_name = {row.name: row for row in rows}
    assert len([row for row in rows if row.name == "小松 一"]) == 1
    assert by_name["小松 一"].capacities == ["理事会 理事"]
    assert by_name[clerk.name].capacities == ["事務局"]
    assert by_name[clerk.name].in_force
    assert rows[0].name == silent.name
    assert [row.name for row in without_pledge(TODAY)] == [silent.name]
    assert "弁護士 太郎" not in by_name


def test_the_chief_is_told_who_is_missing_and_everybody_of_their_own():
    chief, missing = make_user(Role.CHIEF), make_user(Role.COMMITTEE, pledged=False, name="飯田 修")
    (task,) = pledges_to_make(chief, TODAY)
    assert (task.title, task.counterpart) == ("守秘義務の誓約をもらう", "飯田 修")
    (own,) = pledges_to_make(missing, TODAY)
    assert own.url == reverse("oversight:pledge")
    assert not list(pledges_to_make(make_user(Role.CLERK), TODAY))


def test_the_register_is_exported_and_a_paper_recorded_on_the_page(client):
    clerk, seat = make_user(Role.CLERK), make_seat()
    Pledge.objects.filter(user=seat.person.user).delete()
    client.force_login(clerk)
    assert "誓約のない人が1名います" in client.get(reverse("oversight:pledges")).content.decode()
    url = reverse("oversight:pledge_record") + f"?who=person-{seat.person.pk}"
    assert "署名のある誓約書" in client.get(url).content.decode()
    done = client.post(url, {"who": f"person-{seat.person.pk}", "pledged_on": "R8.11.1", "file": paper()})
    assert done["Location"] == reverse("oversight:pledges")
    exported = client.get(reverse("oversight:pledges") + "?export=csv").content.decode("utf-8-sig")
    assert seat.person.name in exported
    assert "書面" in exported
