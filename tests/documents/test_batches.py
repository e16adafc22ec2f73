"""まとめての発行: 一通ずつ作り、進み具合を見せ、断られたものを名指しし、途中からも続けられる。"""

import threading
from datetime import date, timedelta
from io import BytesIO
from unittest import mock

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from coopfin.flow import StepRefused
from coopfin.models import Cooperative
from coopfin.roles import Role
from documents import batches, operations
from documents.models import IssueBatchRow, IssuedDocument
from ledger.models import Voucher
from ledger.printing import VOUCHER_SLIP, issue_voucher_slip
from tests.factories.core import make_cooperative, make_user
from tests.factories.documents import TINY, make_slip
from tests.factories.ledger import make_voucher
from tests.factories.members import make_member

ON = date(2026, 11, 24)
State = IssueBatchRow.State


def issue_tiny(target, *, code, by, on):
    if "断る" in target.name:
        raise operations.refusal("この組合員の書類は作れません。")
    return operations.issue(
        paper=TINY, context_builder=lambda number: make_slip(number=number), target=target, by=by, on=on
    )


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(batches._issuers, "members.member", issue_tiny)


def started(clerk, *names, **more):
    return batches.start([(make_member(name), TINY) for name in names], label="試しの発行", by=clerk, on=ON, **more)


def states(batch):
    return list(batch.rows.values_list("state", flat=True))


def run(batch, clerk):
    count = 0
    while batches.issue_next(batch, by=clerk, on=ON):
        count += 1
    return count


@pytest.mark.transaction
def test_papers_are_issued_one_by_one_in_their_order(tiny):
    clerk = make_user(Role.CLERK)
    batch = started(clerk, "甲工業", "乙工業")
    assert batches.issue_next(batch, by=clerk, on=ON).object_text.startswith("甲工業")
    assert states(batch) == ["done", "waiting"]
    assert batch.progress() == {"whole": 2, "done": 1, "failed": 0, "left": 1}
    assert run(batch, clerk) == 1
    assert IssuedDocument.objects.valid().count() == 2


@pytest.mark.transaction
def test_what_is_refused_is_named_and_the_rest_goes_on_and_may_be_tried_again(tiny):
    clerk = make_user(Role.CLERK)
    batch = started(clerk, "断る工業", "乙工業")
    assert run(batch, clerk) == 2
    assert states(batch) == ["failed", "done"]
    assert "この組合員の書類は作れません" in batch.rows.first().failure
    assert batches.try_again(batch, by=clerk, on=ON) == 1
    assert states(batch) == ["waiting", "done"]


@pytest.mark.transaction
def test_a_paper_already_issued_counts_as_done_and_is_not_issued_twice(tiny):
    clerk = make_user(Role.CLERK)
    batch = started(clerk, "甲工業")
    member_row = batch.rows.get()
    first = started_again = batches.start(
        [(type(make_member("丙")).objects.get(pk=member_row.object_id), TINY)], label="二度目", by=clerk, on=ON
    )
    run(batch, clerk)
    run(started_again, clerk)
    assert first.rows.get().document == batch.rows.get().document
    assert IssuedDocument.objects.valid().count() == 1


@pytest.mark.transaction
def test_a_job_that_fell_over_in_the_middle_is_taken_up_again(tiny):
    clerk = make_user(Role.CLERK)
    batch = started(clerk, "甲工業")
    row = batches._take(batch)
    assert batches.issue_next(batch, by=clerk, on=ON) is None
    IssueBatchRow.objects.filter(pk=row.pk).update(worked_at=timezone.now() - batches.GIVEN_UP - timedelta(seconds=1))
    assert run(batch, clerk) == 1
    assert states(batch) == ["done"]


@pytest.mark.django_db
def test_only_who_began_it_goes_on_with_it(tiny):
    batch = started(make_user(Role.CLERK), "甲工業")
    with pytest.raises(StepRefused, match="始めた人"):
        batches.issue_next(batch, by=make_user(Role.CLERK), on=ON)


@pytest.mark.django_db
def test_a_job_without_papers_is_not_begun():
    with pytest.raises(StepRefused, match="発行する書類がありません"):
        batches.start([], label="空", by=make_user(Role.CLERK), on=ON)


@pytest.mark.transaction
def test_a_hundred_papers_are_issued_while_another_clerk_keeps_working_and_no_lock_is_held_while_drawing(tiny):
    make_cooperative()
    clerk = make_user(Role.CLERK)
    batch = started(clerk, *(f"第{number}工業" for number in range(100)))
    worked, held = [], []

    def another_clerk():
        try:
            with transaction.atomic():
                cooperative = Cooperative.lock()
                cooperative.kana = f"{len(worked)}"
                cooperative.save()
            worked.append(1)
        finally:
            connection.close()

    def draw(html):
        held.append(connection.in_atomic_block)
        thread = threading.Thread(target=another_clerk)
        thread.start()
        thread.join(10)
        return b"%PDF-1.7\n%%EOF\n", 1

    with mock.patch("documents.operations.render_pdf", draw):
        assert run(batch, clerk) == 100
    assert batch.progress() == {"whole": 100, "done": 100, "failed": 0, "left": 0}
    assert not any(held)
    assert len(worked) == 100


# --- 頁 ------------------------------------------------------------------------------------


@pytest.fixture
def slips(monkeypatch):
    def issue(voucher, *, code, by, on):
        return issue_voucher_slip(voucher, by=by, on=on)

    monkeypatch.setitem(batches._issuers, "ledger.voucher", issue)
    vouchers = [make_voucher(posted=True) for _ in range(2)]
    clerk = make_user(Role.CLERK)
    return clerk, batches.start([(voucher, VOUCHER_SLIP) for voucher in vouchers], label="伝票の印刷", by=clerk, on=ON)


@pytest.mark.transaction
def test_the_page_shows_progress_and_ends_with_one_pdf_to_print(client, slips):
    clerk, batch = slips
    client.force_login(clerk)
    page = client.get(batch.get_absolute_url()).content.decode()
    assert "2通のうち 0通を発行しました" in page
    assert "hx-post" in page
    step = reverse("documents:batch_step", args=[batch.pk])
    assert "1通を発行しました" in client.post(step, headers={"HX-Request": "true"}).content.decode()
    assert client.post(step).url == batch.get_absolute_url()
    page = client.get(batch.get_absolute_url()).content.decode()
    assert "hx-post" not in page
    assert "まとめて印刷する" in page
    printed = client.get(reverse("documents:batch_print", args=[batch.pk]))
    assert len(PdfReader(BytesIO(printed.content)).pages) == 2


@pytest.mark.django_db
def test_who_may_not_see_what_the_papers_are_about_does_not_find_the_job(client, slips):
    _, batch = slips
    client.force_login(make_user(Role.AUDITOR))
    assert client.get(batch.get_absolute_url()).status_code == 200
    for row in batch.rows.all():
        batch.rows.filter(pk=row.pk).update(object_id=999_000_000 + row.pk)
    assert client.get(batch.get_absolute_url()).status_code == 404
    assert Voucher.objects.count() == 2
