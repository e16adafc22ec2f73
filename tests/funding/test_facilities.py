"""融資枠: 二人で決める、新しい枠が前の枠に代わる、指定のある金融機関だけ。"""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from coopfin import proposals
from coopfin.flow import StepRefused
from coopfin.models import Proposal
from coopfin.roles import Role
from funding import desk
from funding.admin import uploads_of
from funding.models import Facility, is_designated
from tests.factories.core import make_cooperative, make_user
from tests.factories.funding import BANK, make_facility
from tests.factories.governance import make_resolution
from tests.prepared import little_pdf

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


def in_force(day=ON):
    return Facility.objects.in_force(day)


def test_a_facility_has_no_effect_until_another_person_approves():
    chief = make_user(Role.CHIEF)
    facility = make_facility(approved=False, proposer=chief)
    assert in_force() == []
    with pytest.raises(StepRefused, match="提案した本人"):
        proposals.approve(facility, by=chief, on=ON, permission="funding.approve_facility")
    proposals.approve(facility, by=make_user(Role.PRESIDENT), on=ON, permission="funding.approve_facility")
    assert in_force() == [facility]


def test_the_database_refuses_the_same_person_too():
    chief = make_user(Role.CHIEF)
    facility = make_facility(approved=False, proposer=chief)
    facility.status, facility.decided_by, facility.decided_at = Proposal.Status.APPROVED, chief, timezone.now()
    with pytest.raises(IntegrityError):
        facility.save()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"amount": 0}, "1円以上"), ({"ends_on": date(2026, 5, 31)}, "最初の日以後")],
)
def test_what_cannot_be_a_facility_is_refused_with_a_sentence(changes, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Facility(**{**facility_values(), **changes}).validate_constraints()


def facility_values():
    return {
        "bank": BANK, "amount": 1, "effective_on": date(2026, 6, 1), "ends_on": date(2027, 5, 31),
        "document_reference": "契約書", "proposed_by": make_user(Role.ADMIN),
    }  # fmt: skip


def test_the_newer_facility_of_the_same_bank_and_form_takes_the_place_of_the_older():
    make_facility(amount=50_000_000, effective_on=date(2026, 4, 1), ends_on=date(2027, 12, 31))
    newer = make_facility(bank="商工中金 金沢支店", amount=80_000_000)
    other = make_facility(form="bill", amount=10_000_000)
    assert {one.pk for one in in_force()} == {newer.pk, other.pk}
    # 新しい枠の期限が過ぎても、前の枠は戻らない。
    assert {one.pk for one in in_force(date(2027, 6, 30))} == set()


def test_a_facility_serves_any_branch_if_none_is_named_and_only_its_own_form():
    facility = Facility(bank="北陸第一銀行", form="bill")
    assert facility.takes("北陸第一銀行 本店営業部", "bill")
    assert facility.takes("北陸第一銀行", "bill")
    assert not facility.takes("北陸第一銀行", "deed")
    assert not Facility(bank="北國銀行 県庁支店", form="any").takes("北國銀行 小松支店", "bill")


def test_only_a_bank_that_the_meeting_designated_can_have_one():
    make_cooperative()
    make_resolution(banks=("北陸第一銀行",))
    assert is_designated("北陸第一銀行 本店営業部", ON)
    with pytest.raises(ValidationError, match="指定にありません"):
        Facility(**facility_values()).clean()
    Facility(**{**facility_values(), "bank": "北陸第一銀行"}).clean()


def test_it_is_proposed_and_approved_in_the_admin_site_with_the_paper_it_rests_on(client):
    make_cooperative()
    make_resolution(banks=("北陸第一銀行",))
    admin, president = make_user(Role.ADMIN), make_user(Role.PRESIDENT)
    client.force_login(admin)
    url = reverse("admin:funding_facility_add")
    assert '<option value="北陸第一銀行">' in client.get(url).content.decode()
    values = {
        "bank": "北陸第一銀行", "form": "any", "amount": "1億", "effective_on": "R8.6.1", "ends_on": "R9.5.31",
        "document_reference": "融資枠契約書 第12号", "note": "",
    }  # fmt: skip
    bad = client.post(url, {**values, "bank": "知らない銀行", "copy": SimpleUploadedFile("写し.pdf", b"text")})
    assert "指定にありません" in bad.content.decode()
    assert 'value="知らない銀行"' in bad.content.decode()
    client.post(url, {**values, "copy": SimpleUploadedFile("写し.pdf", little_pdf())})
    facility = Facility.objects.get()
    assert (facility.amount, facility.status, [upload.filename for upload in uploads_of(facility)]) == (
        100_000_000, "proposed", ["写し.pdf"],
    )  # fmt: skip
    client.force_login(president)
    assert desk.waiting_facilities(president, ON) == 1
    assert desk.waiting_facilities(admin, ON) == 0
    page = client.get(reverse("admin:funding_facility_approve", args=[facility.pk]))
    assert "写し.pdf" in page.content.decode()
    client.post(page.wsgi_request.path, {"seal": page.context["form"]["seal"].value()})
    assert in_force() == [facility]


def test_whoever_proposes_is_told_before_it_ends():
    facility = make_facility(ends_on=date(2026, 12, 31))
    [task] = desk.facilities_to_renew(make_user(Role.CHIEF), ON)
    assert (task.due_on, task.counterpart) == (facility.ends_on, str(facility))
    assert list(desk.facilities_to_renew(make_user(Role.CLERK), ON)) == []
    assert list(desk.facilities_to_renew(make_user(Role.CHIEF), date(2026, 7, 1))) == []
