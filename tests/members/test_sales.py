"""年間売上高の記録。"""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.roles import Role
from members import operations
from members.models import AnnualSales
from tests.factories.core import make_user
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)
FISCAL_END = date(2026, 3, 31)


def record(member, by, **changes):
    values = {"ended_on": FISCAL_END, "amount": 146_000_000, "source": "決算書", **changes}
    return operations.record_sales(member=member, by=by, on=ON, **values)


def test_the_latest_ended_year_counts_and_a_rewritten_one_keeps_its_history():
    member, clerk = make_member(), make_user(Role.CLERK)
    record(member, clerk, ended_on=date(2025, 3, 31), amount=1)
    record(member, clerk, amount=2)
    sales = record(member, clerk, amount=3)
    assert AnnualSales.objects.latest_by_member(ON)[member.pk].amount == 3
    assert AnnualSales.objects.latest_by_member(date(2026, 3, 30))[member.pk].amount == 1
    assert [row.amount for row in sales.history.order_by("history_id")] == [2, 3]


def test_a_year_that_has_not_ended_and_a_negative_amount_are_refused():
    member, clerk = make_member(), make_user(Role.CLERK)
    with pytest.raises(ValidationError, match="まだ終わっていない"):
        record(member, clerk, ended_on=date(2027, 3, 31))
    with pytest.raises(ValidationError, match="負の数"):
        record(member, clerk, amount=-1)
    with pytest.raises(StepRefused, match="権限"):
        record(member, make_user(Role.AUDITOR))


def test_the_page_records_and_keeps_what_was_typed_when_it_refuses(client):
    member = make_member()
    client.force_login(make_user(Role.CLERK))
    url = reverse("members:sales", args=[member.pk])
    values = {"ended_on": "R8.3.31", "amount": "1億4600万", "source": "第42期 決算書"}
    bad = client.post(url, {**values, "ended_on": "R18.3.31"})
    assert bad.status_code == 422
    assert 'value="1億4600万"' in bad.content.decode()
    assert client.post(url, values, follow=True).status_code == 200
    assert "146,000,000" in client.get(url).content.decode()
