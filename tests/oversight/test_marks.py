"""What the auditor leaves: marks and questions, answered by the secretariat and settled by the auditor."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.roles import Role
from oversight.desk import marks_to_answer
from oversight.enums import MarkKind
from oversight.models import AuditMark
from oversight.operations import marks
from tests.factories.core import make_user
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def auditor():
    return make_user(Role.AUDITOR)


@pytest.fixture
def clerk():
    return make_user(Role.CLERK)


def remark(auditor, **more):
    given = {"kind": MarkKind.REMARK, "comment": "出資の証憑がない。", **more}
    return marks.mark(make_member(), by=auditor, on=TODAY, **given)


def test_a_remark_goes_from_question_to_answer_to_settled(auditor, clerk):
    mark = remark(auditor)
    assert [task.title for task in marks_to_answer(clerk, TODAY)] == ["監事の「指摘」に回答する"]
    assert not list(marks_to_answer(auditor, TODAY))
    with pytest.raises(StepRefused, match="回答がまだありません"):
        marks.resolve(mark, by=auditor, on=TODAY)
    mark = marks.reply(mark, text="綴りました。", by=clerk, on=TODAY)
    assert mark.state_label == "確認待ち"
    assert [task.title for task in marks_to_answer(auditor, TODAY)] == ["「指摘」への回答を確かめる"]
    assert not list(marks_to_answer(clerk, TODAY))
    mark = marks.resolve(mark, by=auditor, on=TODAY)
    assert mark.state_label == "解決"
    assert list(AuditMark.objects.settled()) == [mark]
    with pytest.raises(StepRefused, match="「解決」です"):
        marks.reply(mark, text="あとから", by=clerk, on=TODAY)


def test_who_is_not_content_asks_again_and_the_exchange_stays(auditor, clerk):
    mark = marks.reply(remark(auditor), text="綴りました。", by=clerk, on=TODAY)
    mark = marks.ask_again(mark, comment="日付がない。", by=auditor, on=TODAY)
    assert mark.state_label == "回答待ち"
    assert all(text in mark.comment for text in ("出資の証憑がない。", "綴りました。", "日付がない。"))


def test_only_the_auditor_marks_and_only_the_secretariat_answers(auditor, clerk):
    with pytest.raises(StepRefused, match="権限がありません"):
        remark(clerk)
    with pytest.raises(StepRefused, match="権限がありません"):
        marks.reply(remark(auditor), text="はい", by=auditor, on=TODAY)
    with pytest.raises(ValidationError):
        remark(auditor, comment=" ")
    assert remark(auditor, kind=MarkKind.AUDITED, comment="").state_label == "監査済"
    both = make_user(Role.AUDITOR, Role.CLERK)
    with pytest.raises(StepRefused, match="監査した本人"):
        marks.reply(remark(both), text="はい", by=both, on=TODAY)


@pytest.mark.parametrize(
    "changes",
    [
        {"reply": "はい", "replied_by": "auditor", "replied_on": TODAY},
        {"reply": "はい"},
        {"resolved_by": "auditor", "resolved_on": TODAY},
        {"comment": ""},
    ],
)
def test_the_database_keeps_the_two_persons_and_the_whole_record(auditor, changes):
    mark = remark(auditor)
    given = {name: auditor if value == "auditor" else value for name, value in changes.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditMark.objects.filter(pk=mark.pk).update(**given)


def test_the_auditor_marks_on_the_page_and_the_clerk_answers_there(client, auditor, clerk):
    member = make_member("能登精機株式会社")
    client.force_login(auditor)
    page = client.get(member.get_absolute_url()).content.decode()
    create = reverse("oversight:mark_create", args=["members.member", member.pk])
    assert create in page
    refused = client.post(create, {"kind": "remark", "comment": ""})
    assert refused.status_code == 422
    assert "意見を記入してください" in refused.content.decode()
    assert (
        client.post(create, {"kind": "question", "comment": "代表者の交替は？"})["Location"]
        == member.get_absolute_url()
    )
    mark = AuditMark.objects.get()
    client.force_login(clerk)
    page = client.get(member.get_absolute_url()).content.decode()
    assert "代表者の交替は？" in page
    assert create not in page
    client.post(reverse("oversight:mark_reply", args=[mark.pk]), {"text": "交替はありません。"})
    client.force_login(auditor)
    assert "交替はありません。" in client.get(mark.get_absolute_url()).content.decode()
    client.post(reverse("oversight:mark_resolve", args=[mark.pk]), {})
    assert client.get(reverse("oversight:marks") + "?state=settled").content.decode().count("能登精機株式会社") >= 1
    exported = client.get(reverse("oversight:marks") + "?export=csv").content.decode("utf-8-sig")
    assert "交替はありません。" in exported
    assert client.get(reverse("oversight:mark_create", args=["members.person", 1])).status_code == 404
