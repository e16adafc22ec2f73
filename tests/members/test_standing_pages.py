"""The pages of a member's standing: what they show before it is real, and what they keep when refused."""

from datetime import date

import pytest
from django.urls import reverse

from coopfin.roles import Role
from members import debts, operations
from members.enums import LeavingCause, LeavingKind, RelationKind, ShareKind
from members.models import AccountRequest, Leaving, Member, Relationship
from tests.factories.core import make_user
from tests.factories.members import make_member, make_officer, make_person, make_relationship
from tests.members.test_pages import form_of
from tests.prepared import pages_on

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def today():
    with pages_on(ON):
        yield


@pytest.fixture
def clerk(client):
    user = make_user(Role.CLERK)
    client.force_login(user)
    return user


def send(client, page, pk, /, **typed):
    """Open the page and send it back with these fields typed."""
    url = reverse(f"members:{page}", args=[pk])
    return client.post(url, form_of(client.get(url), **typed))


def test_the_day_of_leaving_is_shown_before_it_is_recorded(client, clerk, monkeypatch):
    monkeypatch.setattr(debts, "sources", [lambda member, on: [debts.Debt("貸付 S-1", 300_000)]])
    member = make_member()
    preview = reverse("members:leaving_preview", args=[member.pk])
    typed = {"kind": "voluntary", "notified_on": "R9.1.1", "notice_days": "90", "document": "予告書"}
    page = client.post(preview, typed).content.decode()
    assert "2028年3月31日" in page
    assert "700,000" not in page
    assert "300,000円" in page
    assert "予告の日・事由の日を入れて" in client.post(preview, {**typed, "notified_on": "x"}).content.decode()
    refused = send(client, "leave", member.pk, kind="statutory", notified_on="R8.11.20", document="登記事項証明書")
    assert refused.status_code == 422
    assert "事由を選んで" in refused.content.decode()
    assert "登記事項証明書" in refused.content.decode()
    done = send(client, "leave", member.pk, kind="voluntary", notified_on="R8.11.20", document="予告書")
    assert done.url.endswith("#leaving")
    page = client.get(member.get_absolute_url()).content.decode()
    assert "在籍（脱退予定）" in page
    assert "脱退する組合員の債務の整理" in page
    assert "脱退予定" in client.get(reverse("members:list"), {"standing": "leaving"}).content.decode()


def test_a_refund_that_must_wait_says_why_beside_the_sum(client, clerk, monkeypatch):
    monkeypatch.setattr(debts, "sources", [lambda member, on: [debts.Debt("貸付 S-1", 300_000, "/loans/1/")]])
    record = operations.record_leaving(
        member=make_member(), kind=LeavingKind.STATUTORY, cause=LeavingCause.DISSOLUTION, notified_on=ON,
        document="閉鎖登記", by=clerk, on=ON,
    )  # fmt: skip
    opened = client.get(reverse("members:refund", args=[record.pk]))
    assert opened.context["form"]["set_off"].value() == "300,000"
    preview = client.post(
        reverse("members:refund_preview", args=[record.pk]),
        {"amount": "100万", "set_off": "0", "refunded_on": "R8.11.24"},
    ).content.decode()
    assert "完済するまで、払戻しを停止します" in preview
    assert 'href="/loans/1/"' in preview
    refused = send(client, "refund", record.pk, set_off="0")
    assert refused.status_code == 422
    early = send(client, "refund", record.pk)
    assert "事業年度の終わり" in early.context["form"].errors["reason"][0]
    assert send(client, "refund", record.pk, reason="理事会の承認（相殺）").status_code == 302
    assert Leaving.objects.get().refund_set_off == 300_000


def test_a_withdrawal_asks_for_its_reason(client, clerk):
    record = operations.record_leaving(
        member=make_member(), kind=LeavingKind.VOLUNTARY, notified_on=ON, document="予告書", by=clerk, on=ON
    )
    assert send(client, "leaving_withdraw", record.pk, reason="").status_code == 422
    send(client, "leaving_withdraw", record.pk, reason="撤回の申出")
    assert Member.objects.get().left_on is None


def test_an_account_is_asked_for_by_one_and_approved_by_another_on_its_page(client, clerk):
    member = make_member()
    sent = send(client, "account_request", member.pk, account_number="７６５４３２１", document="通帳の写し")
    request = AccountRequest.objects.get()
    assert sent.url == request.get_absolute_url()
    page = client.get(member.get_absolute_url()).content.decode()
    assert "変更の承認待ち" in page
    assert client.get(reverse("members:account_approve", args=[request.pk])).status_code == 403
    client.force_login(make_user(Role.PRESIDENT))
    page = client.get(request.get_absolute_url()).content.decode()
    assert "7654321" in page
    assert member.account_number in page
    assert send(client, "account_reject", request.pk, reason="").status_code == 422
    send(client, "account_approve", request.pk)
    assert Member.objects.get().account_number == "7654321"
    late = client.post(reverse("members:account_approve", args=[request.pk]), {"token": "x"})
    assert late.status_code == 422
    assert "すでに「承認済」" in late.content.decode()


def test_the_edit_page_has_no_field_for_what_has_its_own_operation(client, clerk):
    member = make_member()
    form = client.get(reverse("members:edit", args=[member.pk])).context["form"]
    assert not {"account_number", "shares", "share_capital", "left_on", "representative"} & set(form.fields)
    client.post(
        reverse("members:edit", args=[member.pk]),
        form_of(
            client.get(reverse("members:edit", args=[member.pk])), account_number="9", shares="1", phone="076-111-1111"
        ),
    )
    member.refresh_from_db()
    assert (member.phone, member.shares, member.account_number != "9") == ("076-111-1111", 100, True)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({}, "other_member", "一つだけ"),
        ({"other_name": "外の会社", "share_percent": "１２０％"}, "share_percent", "100以下"),
        ({"other_name": "外の会社", "share_percent": "半分"}, "share_percent", "数値"),
        ({"kind": RelationKind.MAJOR_SHAREHOLDER, "other_name": "外の会社"}, "__all__", "持株比率が要ります"),
    ],
)
def test_a_relation_is_refused_with_what_was_typed(client, clerk, typed, field, sentence):
    member = make_member()
    response = send(client, "relationship_add", member.pk, **{"kind": RelationKind.PARENT, **typed})
    assert response.status_code == 422
    assert sentence in " ".join(map(str, [response.context["form"].errors, response.content.decode()]))
    assert not Relationship.objects.exists()


def test_dealings_are_entered_changed_and_ended_from_the_members_page(client, clerk):
    member, other = make_member(), make_member("白山木材株式会社")
    send(client, "relationship_add", member.pk, kind=RelationKind.PARENT, other_member=other.pk, share_percent="６０％")
    relationship = Relationship.objects.get()
    send(client, "relationship_edit", relationship.pk, share_percent="55.5")
    page = client.get(member.get_absolute_url()).content.decode()
    assert "55.5%" in page
    assert "過半数" in page
    assert "の側に「親会社」として登録されています" in client.get(other.get_absolute_url()).content.decode()
    send(client, "relationship_end", relationship.pk, to_on="R8.11.24")
    assert "終わった関係 1件" in client.get(member.get_absolute_url()).content.decode()
    assert send(client, "contact_add", member.pk, name="経理 花子").status_code == 422
    send(client, "contact_add", member.pk, name="経理 花子", phone="０７６－１１１－１１１１")
    send(
        client, "mandate_add", member.pk, person=make_person().pk, scope="受取り", document="委任状", from_on="R8.11.1"
    )
    send(client, "note_add", member.pk, text="決算は3月")
    send(client, "note_correct", member.notes.get().pk, text="決算は9月")
    page = client.get(member.get_absolute_url()).content.decode()
    for text in ("経理 花子", "受取り", "<del>決算は3月</del>", "決算は9月"):
        assert text in page


def test_shares_are_changed_from_the_members_page(client, clerk):
    giver, receiver = make_member(), make_member()
    refused = send(
        client,
        "shares_change",
        giver.pk,
        kind=ShareKind.INCREASE,
        shares="10口",
        amount="20万",
        effective_on="R8.11.24",
    )
    assert "10口なら100,000円です" in refused.content.decode()
    assert "10口" in refused.content.decode()
    send(client, "shares_change", giver.pk, kind=ShareKind.DECREASE, shares="10", amount="10万", effective_on="R9.3.31")
    send(
        client, "shares_transfer", giver.pk, receiver=receiver.pk, shares="5", amount="5万", effective_on="R8.11.24",
        consented_on="R8.11.1", consent="第320回理事会 第4号議案",
    )  # fmt: skip
    page = client.get(giver.get_absolute_url()).content.decode()
    for text in ("予定", "△10", "第320回理事会 第4号議案", receiver.name):
        assert text in page
    send(client, "shares_cancel", giver.share_changes.get(kind=ShareKind.DECREASE).pk, reason="申出")
    send(client, "shares_correct", giver.pk, shares="96", share_capital="96万", reason="転記の誤り")
    giver.refresh_from_db()
    assert giver.shares == 96


def test_a_person_shows_every_role_past_and_present_on_one_page(client, clerk):
    person = make_person("千代 一郎")
    member = make_member("千代機械株式会社", representative=person, representative_from_on=date(2020, 6, 1))
    make_officer(make_member(), person, from_on=date(2010, 6, 1), to_on=date(2016, 6, 1))
    make_relationship(member, person, RelationKind.MAJOR_SHAREHOLDER, "60")
    roles = client.get(person.get_absolute_url()).context["roles"]
    assert [(row["role"], row["over"]) for row in roles] == [
        ("代表取締役", False),
        ("主要株主", False),
        ("取締役", True),
    ]


def test_lists_filter_by_standing_relation_and_role(client, clerk):
    owned, plain = make_member("支配工業株式会社"), make_member("単独工業株式会社")
    owner = make_person("千代 一郎")
    make_relationship(owned, owner, RelationKind.MAJOR_SHAREHOLDER, "60")
    found = {
        value: list(client.get(reverse("members:list"), {"relation": value}).context["object_list"])
        for value in ("controlled", "group", "none")
    }
    assert found == {"controlled": [owned], "group": [], "none": [plain]}
    people = client.get(reverse("members:people"), {"role": "owner"}).context["object_list"]
    assert list(people) == [owner]
    assert owner not in client.get(reverse("members:people"), {"role": "none"}).context["object_list"]
