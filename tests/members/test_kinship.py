"""Relatives: one row between two persons, whichever side it was entered from, for as long as it lasts."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from coopfin.roles import Role
from members import operations as members
from members.models import Kinship, KinshipKind, kin_of, self_and_kin
from tests.factories.core import make_user
from tests.factories.members import make_person

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


@pytest.fixture
def clerk():
    return make_user(Role.CLERK)


def add(person, relative, clerk, **changes):
    given = {"kind": KinshipKind.SPOUSE, "by": clerk, "on": ON, **changes}
    return members.add_kinship(person=person, relative=relative, **given)


def test_it_counts_from_both_sides_while_it_lasts(clerk):
    one, other, stranger = make_person(), make_person(), make_person()
    row = add(one, other, clerk, from_on=ON)
    assert kin_of([one, other, stranger], ON) == {
        one.pk: [(other, "配偶者")], other.pk: [(one, "配偶者")], stranger.pk: [],
    }  # fmt: skip
    assert set(self_and_kin(other, ON)) == {one, other}
    assert set(self_and_kin(other, ON - timedelta(days=1))) == {other}
    members.end_kinship(kinship=row, to_on=date(2027, 1, 1), by=clerk, on=ON)
    assert set(self_and_kin(one, date(2026, 12, 31))) == {one, other}
    assert set(self_and_kin(one, date(2027, 1, 1))) == {one}
    assert set(ActionLog.objects.filter(verb="add_kinship").values_list("object_id", flat=True)) == {one.pk, other.pk}


def test_two_persons_are_entered_once_and_by_the_secretariat(clerk):
    one, other = make_person(), make_person()
    row = add(one, other, clerk)
    with pytest.raises(StepRefused, match="すでに登録"):
        add(other, one, clerk)
    assert add(other, one, clerk, kind=KinshipKind.HOUSEHOLD)
    with pytest.raises(StepRefused, match="権限がありません"):
        add(one, make_person(), make_user(Role.AUDITOR))
    with pytest.raises(ValidationError, match="自分自身"):
        add(one, one, clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Kinship.objects.filter(pk=row.pk).update(relative=one)
    members.end_kinship(kinship=row, to_on=ON, by=clerk, on=ON)
    with pytest.raises(StepRefused, match="すでに記録"):
        members.end_kinship(kinship=row, to_on=ON, by=clerk, on=ON)


def test_it_is_entered_and_ended_on_the_page_of_a_person(client, clerk):
    one, other = make_person("浅野 さくら"), make_person("清水 豊")
    client.force_login(clerk)
    url = reverse("members:kinship_add", args=[one.pk])
    assert client.post(url, {"kind": "spouse"}).status_code == 422
    done = client.post(url, {"person": other.pk, "kind": "parent_child", "source": "本人の申出"})
    assert done["Location"] == one.get_absolute_url()
    page = client.get(other.get_absolute_url()).content.decode()
    assert "浅野 さくら" in page
    assert "親子" in page
    end = reverse("members:kinship_end", args=[Kinship.objects.get().pk])
    assert end in page
    done = client.post(f"{end}?person={other.pk}", {"to_on": "R8.11.30"})
    assert done["Location"] == other.get_absolute_url()
    assert Kinship.objects.get().to_on == date(2026, 11, 30)
