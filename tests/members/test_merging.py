"""Duplicates are found and merged: everything moves, nothing is lost, and what may not move is said beforehand."""

from datetime import date

import pytest
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from coopfin.roles import Role
from governance.enums import SeatTitle
from governance.models import Body, Seat
from governance.operations.seats import take_seat
from ledger.accounts import AccountCode
from loans.operations.application import create_draft
from members import checks, duplicates, merging, operations
from members.enums import OfficerTitle, RelationKind, ShareKind
from members.models import Contact, Member, Person
from oversight.models import AuditMark
from oversight.operations import marks
from tests.factories.collateral import make_guarantee
from tests.factories.core import make_user
from tests.factories.governance import make_body
from tests.factories.ledger import make_voucher
from tests.factories.loans import bill_terms
from tests.factories.members import make_member, make_officer, make_person, make_relationship

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)


@pytest.fixture
def chief():
    return make_user(Role.CHIEF)


def merge(kept, gone, by, reason="本人に確かめた"):
    return operations.merge(kept=kept, gone=gone, reason=reason, by=by, on=ON)


# --- finding -------------------------------------------------------------------------------


def test_one_person_written_twice_is_found_and_namesakes_are_not():
    first = make_person("髙橋 修", kana="タカハシ オサム", born_on=date(1962, 8, 20))
    second = make_person("高橋　修", born_on=None)
    make_person("高橋 修", born_on=date(1990, 1, 1))
    (pair,) = [pair for pair in duplicates.likely_people() if pair.second == second]
    assert (pair.first, pair.reasons) == (first, ("氏名（字体の違いを見ない）が同じ",))
    assert len(duplicates.likely_people()) == 1


def test_one_member_written_twice_is_found_by_name_phone_and_account():
    first = make_member("能登精機株式会社", phone="076-111-1111", corporate_number="")
    second = make_member("㈱能登精機", phone="0761111111", account_number=first.account_number)
    (pair,) = [pair for pair in duplicates.likely_members() if pair.second == second]
    assert (pair.first, len(pair.reasons)) == (first, 3)


# --- people --------------------------------------------------------------------------------


def test_everything_that_points_to_a_person_moves_whichever_room_it_is_in(chief):
    kept, gone = make_person("髙橋 修", phone=""), make_person("高橋 修", phone="076-111-1111")
    user = make_user(Role.DIRECTOR)
    gone.user = user
    gone.save()
    member = make_member(representative=gone)
    office = make_officer(person=gone)
    owned = make_relationship(other=gone, kind=RelationKind.MAJOR_SHAREHOLDER, percent="60")
    guarantee = make_guarantee(person=gone)
    plan = merging.plan(kept, gone, chief)
    assert {move.label: move.count for move in plan.moves} == {
        "組合員（代表者）": 1, "役員・関係者（人）": 1, "関係先（相手の人）": 1, "保証（保証人（個人））": 1,
    }  # fmt: skip
    assert not plan.blocked
    merge(kept, gone, chief)
    for row in (member, office, owned, guarantee, kept, gone):
        row.refresh_from_db()
    assert {member.representative, office.person, owned.other_person, guarantee.person} == {kept}
    assert (kept.user, gone.user, kept.phone, gone.merged_into) == (user, None, "076-111-1111", kept)
    assert member.history.first().history_user == chief
    assert gone not in Person.objects.all()
    assert gone in Person.everyone.all()
    assert ActionLog.objects.about(kept).first().reason == "本人に確かめた"


def test_every_field_that_points_to_people_or_members_is_known():
    assert {f"{field.model.__name__}.{field.name}" for field in merging.references(Person)} >= {
        "Member.representative", "Officer.person", "Relationship.other_person", "Mandate.person", "Seat.person",
        "Recusal.person", "Guarantee.person", "Asset.owner_person", "Person.merged_into",
    }  # fmt: skip
    assert {f"{field.model.__name__}.{field.name}" for field in merging.references(Member)} >= {
        "Officer.member", "Relationship.member", "Relationship.other_member", "Contact.member", "Leaving.member",
        "Loan.member", "Application.member", "VoucherLine.member", "Guarantee.debtor", "ShareChange.counterpart",
    }  # fmt: skip


def refused(kept, gone, by):
    with pytest.raises(StepRefused) as refusal:
        merge(kept, gone, by)
    return " ".join(finding.text for finding in refusal.value.findings)


def test_what_tells_two_people_apart_forbids_the_merge(chief):
    kept, gone = make_person("髙橋 修", born_on=date(1962, 8, 20)), make_person("高橋 修", born_on=date(1962, 8, 2))
    assert "生年月日が違います" in refused(kept, gone, chief)
    assert "同じ行どうし" in refused(kept, kept, chief)
    for person in (kept, gone):
        person.user, person.born_on = make_user(Role.DIRECTOR), None
        person.save()
    assert "どちらにも利用者" in refused(kept, gone, chief)


def test_nobody_merges_himself_and_only_the_chief_merges(chief):
    kept, gone = make_person(), make_person()
    kept.user = chief
    kept.save()
    assert "自分自身の統合" in refused(kept, gone, chief)
    assert "権限" in refused(make_person(), make_person(), make_user(Role.CLERK))


def test_a_clash_of_seats_and_guarantees_is_said_before(chief):
    kept, gone = make_person("髙橋 修"), make_person("髙橋 修")
    body = Body.objects.create(kind="board", name="理事会", source="定款")
    for person in (kept, gone):
        Seat.objects.create(body=body, person=person, title="director", from_on=date(2025, 5, 28))
    debtor = make_member()
    for person in (kept, gone):
        make_guarantee(debtor=debtor, person=person)
    sentence = refused(kept, gone, chief)
    assert "同じ機関に就任しています" in sentence
    assert "どちらの人も" in sentence
    gone.refresh_from_db()
    assert gone.merged_into is None


def test_a_merged_person_is_merged_once_and_offered_nowhere(client, chief):
    kept, gone = make_person("髙橋 修"), make_person("髙橋 修")
    merge(kept, gone, chief)
    gone.refresh_from_db()
    assert "すでに" in refused(make_person(), gone, chief)
    client.force_login(chief)
    assert (
        f'value="{gone.pk}"' not in client.get(reverse("members:person_options"), {"person_q": "髙橋"}).content.decode()
    )
    page = client.get(gone.get_absolute_url()).content.decode()
    assert "に統合されています" in page
    assert "変更する" not in page
    assert f'href="{gone.get_absolute_url()}"' in client.get(kept.get_absolute_url()).content.decode()


# --- members -------------------------------------------------------------------------------


def test_a_member_entered_twice_is_merged_with_its_shares_counted_once(client, chief):
    kept, gone = make_member("能登精機株式会社", corporate_number=""), make_member("㈱能登精機")
    number = gone.corporate_number
    make_officer(gone, title=OfficerTitle.DIRECTOR)
    operations.add_to_member(Contact, member=gone, name="経理 花子", phone="076-111-1111", by=chief, on=ON)
    assert "double-shares" in [finding.code for finding in merging.plan(kept, gone, chief).findings]
    merge(kept, gone, chief)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.corporate_number, kept.shares, gone.shares, gone.corporate_number) == (number, 100, 0, "")
    assert (kept.officers.count(), kept.contacts.count()) == (1, 1)
    assert gone.share_changes.last().kind == ShareKind.CORRECTION
    assert checks.shares_agree() == []
    with pytest.raises(StepRefused, match="統合先で操作"):
        operations.update_member(member=gone, by=chief, on=ON, phone="076-222-2222")
    client.force_login(chief)
    assert client.get(gone.get_absolute_url()).status_code == 200
    assert client.get(reverse("members:edit", args=[gone.pk])).status_code == 404
    assert gone not in Member.objects.search("能登精機")


def test_a_member_with_money_on_the_books_is_not_merged_away(client, chief):
    kept, gone = make_member("能登精機株式会社"), make_member("㈱能登精機", corporate_number="")
    make_voucher(member=gone, debit_account=AccountCode.BILL_LOANS, reference="T-2026-001")
    operations.change_shares(
        member=gone, kind=ShareKind.INCREASE, shares=1, amount=10_000, effective_on=ON, by=chief, on=ON
    )
    sentence = refused(kept, gone, chief)
    assert "伝票の行" in sentence
    assert "出資の異動の記録" in sentence
    client.force_login(chief)
    page = client.get(reverse("members:member_merge", args=[kept.pk, gone.pk])).content.decode()
    assert "統合できません" in page
    assert "統合する</button>" not in page
    assert "逆にする" in page


def test_audit_marks_and_copies_follow_the_member_and_the_log_stays(chief):
    """What points by kind and number moves as well; what may only be appended stays as it was written."""
    kept, gone, auditor = make_member(), make_member(corporate_number=""), make_user(Role.AUDITOR)
    mark = marks.mark(gone, kind="remark", comment="住所を確かめること。", by=auditor, on=ON)
    logged = ActionLog.objects.about(gone).count()
    plan = merging.plan(kept, gone, chief)
    assert ("監査の記録", 1) in [(move.label, move.count) for move in plan.moves]
    merge(kept, gone, chief)
    assert list(AuditMark.objects.about(kept)) == [mark]
    assert ActionLog.objects.about(gone).count() == logged + 1
    assert {model.__name__ for model in merging.attached_models()} >= {"AuditMark", "Upload", "IssuedDocument"}


def test_nothing_new_is_bound_to_one_that_was_merged_meanwhile(chief):
    """The page was open; the name was chosen; another merged it away."""
    kept, gone = make_member(), make_member(corporate_number="")
    person, other = make_person("髙橋 修"), make_person("高橋 修")
    merge(kept, gone, chief)
    merge(person, other, chief)
    stale_member, stale_person = Member(pk=gone.pk), Person(pk=other.pk)
    for act in (
        lambda: create_draft(member=stale_member, terms=bill_terms(), by=chief, on=ON),
        lambda: take_seat(
            body=make_body(), person=stale_person, title=SeatTitle.DIRECTOR, from_on=ON, by=chief, on=ON
        ),
        lambda: operations.add_officer(member=kept, person=stale_person, title=OfficerTitle.DIRECTOR, by=chief, on=ON),
    ):  # fmt: skip
        with pytest.raises(StepRefused, match="に統合されています"):
            act()
