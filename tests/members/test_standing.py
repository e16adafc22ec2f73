"""Shares, representatives, terms, accounts, notes and what is left to do."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from coopfin.flow import StepRefused
from coopfin.models import ActionLog, Proposal
from coopfin.roles import Role
from members import checks, desk, operations
from members.enums import FollowUpKind, MemberKind, OfficerTitle, RelationKind, ShareKind
from members.models import AccountRequest, Contact, Mandate, Member, MemberNote, Officer, Relationship, ShareChange
from tests.factories.core import make_user
from tests.factories.members import make_member, make_officer, make_person
from tests.members.test_register import values

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 24)
YEAR_END = date(2027, 3, 31)


@pytest.fixture
def clerk():
    return make_user(Role.CLERK)


@pytest.fixture
def who(clerk):
    return {"by": clerk, "on": ON}


# --- shares --------------------------------------------------------------------------------


def test_an_admission_is_kept_with_the_decision_it_rests_on(who):
    member = operations.register_member(
        paid_on=date(2026, 11, 20),
        consented_on=date(2026, 11, 10),
        consent="第320回理事会 第3号議案",
        **values(),
        **who,
    )
    (change,) = member.share_changes.all()
    assert (change.kind, change.on, change.consent) == (
        ShareKind.ADMISSION, date(2026, 11, 20), "第320回理事会 第3号議案",
    )  # fmt: skip
    assert checks.shares_agree() == []


def test_an_increase_counts_at_once_and_asks_for_the_voucher(who):
    member = make_member(shares=100, share_capital=1_000_000)
    operations.change_shares(member=member, kind=ShareKind.INCREASE, shares=20, amount=200_000, effective_on=ON, **who)
    member.refresh_from_db()
    assert (member.shares, member.share_capital) == (120, 1_200_000)
    assert member.follow_ups.get().kind == FollowUpKind.SHARES
    assert checks.shares_agree() == checks.share_balances_run() == []


def test_a_share_has_one_price(who):
    with pytest.raises(StepRefused, match="20口なら200,000円です") as refused:
        operations.change_shares(
            member=make_member(shares=100, share_capital=1_000_000), kind=ShareKind.INCREASE, shares=20, amount=250_000,
            effective_on=ON, **who,
        )  # fmt: skip
    assert refused.value.findings[0].source == "中小企業等協同組合法10条2項"


def test_a_decrease_waits_for_the_end_of_the_year(who, clerk):
    member = make_member(shares=100, share_capital=1_000_000)
    given = {"member": member, "kind": ShareKind.DECREASE, "shares": 40, "amount": 400_000}
    with pytest.raises(StepRefused, match="令和9年3月31日"):
        operations.change_shares(effective_on=date(2027, 1, 31), **given, **who)
    change = operations.change_shares(effective_on=YEAR_END, **given, **who)
    member.refresh_from_db()
    assert (member.shares, change.is_planned) == (100, True)
    assert list(desk.shares_to_apply(clerk, ON)) == []
    with pytest.raises(StepRefused, match="令和9年3月31日"):
        operations.apply_planned(change=change, **who)
    (task,) = desk.shares_to_apply(clerk, YEAR_END)
    assert task.due_on == YEAR_END
    operations.apply_planned(change=change, by=clerk, on=YEAR_END)
    member.refresh_from_db()
    assert (member.shares, member.share_capital) == (60, 600_000)
    with pytest.raises(StepRefused, match="反映済"):
        operations.cancel_planned(change=change, reason="誤り", **who)


def test_a_planned_decrease_can_be_called_off_and_never_takes_the_last_share(who):
    member = make_member(shares=10, share_capital=100_000)
    given = {"member": member, "kind": ShareKind.DECREASE, "effective_on": YEAR_END, **who}
    with pytest.raises(StepRefused, match="一口以上"):
        operations.change_shares(shares=10, amount=100_000, **given)
    change = operations.change_shares(shares=5, amount=50_000, **given)
    operations.cancel_planned(change=change, reason="取りやめの申出", **who)
    change.refresh_from_db()
    assert not change.is_planned
    assert list(ShareChange.objects.planned()) == []


def test_a_transfer_moves_shares_between_two_members_with_the_boards_consent(who):
    giver, receiver = make_member(), make_member()
    given = {
        "giver": giver, "receiver": receiver, "shares": 30, "amount": 300_000, "effective_on": ON,
        "consented_on": date(2026, 11, 10), "consent": "第320回理事会 第4号議案",
    }  # fmt: skip
    with pytest.raises(ValidationError, match="組合の承諾"):
        operations.transfer_shares(**{**given, "consent": ""}, **who)
    with pytest.raises(ValidationError, match="承諾の日以後"):
        operations.transfer_shares(**{**given, "effective_on": date(2026, 11, 9)}, **who)
    with pytest.raises(StepRefused, match="一口以上"):
        operations.transfer_shares(**{**given, "shares": 100, "amount": 1_000_000}, **who)
    operations.transfer_shares(**given, **who)
    giver.refresh_from_db()
    receiver.refresh_from_db()
    assert (giver.shares, receiver.shares) == (70, 130)
    out, into = giver.share_changes.last(), receiver.share_changes.last()
    assert (out.counterpart, into.counterpart, into.consent) == (receiver, giver, "第320回理事会 第4号議案")
    assert checks.shares_agree() == []


def test_a_correction_needs_a_reason_and_stays_visible(who):
    member = make_member()
    with pytest.raises(ValidationError, match="理由"):
        operations.correct_shares(member=member, shares=90, share_capital=900_000, reason="", **who)
    change = operations.correct_shares(member=member, shares=90, share_capital=900_000, reason="転記の誤り", **who)
    assert (change.kind, change.shares, change.amount) == (ShareKind.CORRECTION, -10, -100_000)
    with pytest.raises(ValidationError, match="同じです"):
        operations.correct_shares(member=member, shares=90, share_capital=900_000, reason="転記の誤り", **who)


def test_shares_changed_behind_the_register_are_found():
    member = make_member()
    assert checks.shares_agree() == []
    Member.objects.filter(pk=member.pk).update(shares=99)
    assert "99口" in checks.shares_agree()[0]
    assert "99口" in checks.share_balances_run()[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"shares": -1, "amount": -1},
        {"shares_after": None},
        {"cancelled_on": ON},
        {"kind": ShareKind.TRANSFER_IN},
    ],
)
def test_the_database_keeps_a_change_of_shares_whole(changes):
    change = make_member().share_changes.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareChange.objects.filter(pk=change.pk).update(**changes)


# --- officers ------------------------------------------------------------------------------


def test_a_change_of_representative_keeps_the_past_and_asks_about_guarantors(who):
    member = make_member(representative_from_on=date(2015, 6, 1))
    former, successor = member.representative, make_person()
    seat = make_officer(member, successor, OfficerTitle.REPRESENTATIVE_DIRECTOR)
    operations.change_representative(
        member=member, person=successor, title=OfficerTitle.REPRESENTATIVE_DIRECTOR, changed_on=date(2026, 10, 1),
        stays_as=OfficerTitle.DIRECTOR, **who,
    )  # fmt: skip
    member.refresh_from_db()
    seat.refresh_from_db()
    assert (member.representative, member.representative_from_on) == (successor, date(2026, 10, 1))
    assert seat.to_on == date(2026, 10, 1)
    assert member.offices_on(ON) == [
        (successor, OfficerTitle.REPRESENTATIVE_DIRECTOR), (former, OfficerTitle.DIRECTOR),
    ]  # fmt: skip
    assert (former, OfficerTitle.REPRESENTATIVE_DIRECTOR) in member.offices_on(date(2026, 9, 30))
    assert (successor, OfficerTitle.DIRECTOR) not in member.offices_on(date(2026, 9, 30))
    assert member.follow_ups.get().kind == FollowUpKind.GUARANTORS


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"changed_on": date(2026, 11, 25)}, "先の日付"), ({"changed_on": date(2015, 6, 1)}, "前の代表者の就任日より後")],
)
def test_a_representative_changes_on_a_day_that_has_come(who, changes, sentence):
    member = make_member(representative_from_on=date(2015, 6, 1))
    with pytest.raises(ValidationError, match=sentence):
        operations.change_representative(
            member=member, person=make_person(), title=OfficerTitle.REPRESENTATIVE_DIRECTOR, **changes, **who
        )


def test_a_sole_proprietor_is_not_replaced(who):
    member = make_member(kind=MemberKind.SOLE)
    with pytest.raises(StepRefused, match="事業主その人が組合員"):
        operations.change_representative(
            member=member, person=make_person(), title=OfficerTitle.OWNER, changed_on=ON, **who
        )


def test_spouse_and_co_workers_belong_to_sole_proprietors(who):
    sole, company, person = make_member(kind=MemberKind.SOLE), make_member(), make_person()
    operations.add_officer(member=sole, person=person, title=OfficerTitle.FAMILY_WORKER, **who)
    with pytest.raises(ValidationError, match="個人事業主の役職"):
        operations.add_officer(member=company, person=person, title=OfficerTitle.JOINT_PROPRIETOR, **who)


def test_terms_that_end_are_tasks_until_renewed(who, clerk):
    officer = make_officer(from_on=date(2024, 12, 1), term_ends_on=date(2026, 12, 1))
    make_officer(term_ends_on=date(2027, 12, 1))
    make_officer(make_member(left_on=date(2026, 3, 31)), term_ends_on=date(2026, 12, 1))
    (task,) = desk.terms_to_renew(clerk, ON)
    assert (task.due_on, str(officer.person) in task.counterpart) == (date(2026, 12, 1), True)
    renewed = operations.reappoint_officer(
        officer=officer, from_on=date(2026, 12, 1), term_ends_on=date(2028, 12, 1), **who
    )
    assert list(desk.terms_to_renew(clerk, ON)) == []
    assert Officer.objects.current(date(2026, 12, 1)).filter(person=officer.person).get() == renewed
    with pytest.raises(StepRefused, match="すでに"):
        operations.reappoint_officer(officer=officer, from_on=ON, term_ends_on=None, **who)


# --- relations, dealings, notes ------------------------------------------------------------


def test_shareholders_together_hold_no_more_than_everything(who):
    member = make_member()
    add = {"member": member, "kind": RelationKind.MAJOR_SHAREHOLDER, **who}
    operations.add_to_member(Relationship, other_person=make_person(), share_percent=Decimal("60"), **add)
    with pytest.raises(ValidationError, match="合わせて"):
        operations.add_to_member(Relationship, other_name="外の会社", share_percent=Decimal("40.01"), **add)
    operations.add_to_member(Relationship, other_name="外の会社", share_percent=Decimal("40"), **add)
    assert [owner.percent for owner in member.owners_on(ON)] == [60]


def test_a_relation_is_entered_once_and_ended(who):
    member, other = make_member(), make_member()
    row = operations.add_to_member(Relationship, member=member, kind=RelationKind.SUBSIDIARY, other_member=other, **who)
    with pytest.raises(StepRefused, match="登録済"):
        operations.add_to_member(Relationship, member=member, kind=RelationKind.SUBSIDIARY, other_member=other, **who)
    operations.change_of_member(row, to_on=ON, **who)
    assert member.related_members(ON) == []
    assert row.history.count() == 2
    assert ActionLog.objects.about(member).first().label == "関係先の終わり"


def test_contacts_and_mandates_are_kept_with_their_terms(who):
    member = make_member()
    with pytest.raises(ValidationError, match="電話番号かメールアドレス"):
        operations.add_to_member(Contact, member=member, name="経理 花子", **who)
    mandate = operations.add_to_member(
        Mandate, member=member, person=make_person(), scope="書類の受取り", document="委任状", from_on=ON, **who
    )
    with pytest.raises(ValidationError, match="始まりの日以後"):
        operations.change_of_member(mandate, to_on=date(2026, 1, 1), **who)


def test_notes_are_only_added_and_corrected_by_another(who):
    member = make_member()
    note = operations.write_note(member=member, text="決算は3月", **who)
    with pytest.raises(TypeError, match="書き足すだけ"):
        note.save()
    better = operations.write_note(member=member, text="決算は9月", corrects=note, **who)
    assert (better.corrects, note.corrected_by) == (note, better)
    with pytest.raises(StepRefused, match="すでに訂正"):
        operations.write_note(member=member, text="決算は12月", corrects=note, **who)
    assert MemberNote.objects.count() == 2


def test_what_is_left_to_do_is_settled_once_with_what_was_done(who, clerk):
    member = make_member()
    operations.change_representative(
        member=member, person=make_person(), title=OfficerTitle.REPRESENTATIVE_DIRECTOR, changed_on=ON, **who
    )
    (row,) = member.follow_ups.all()
    (task,) = desk.follow_ups(clerk, ON)
    assert task.title == "代表者の交代にともなう保証人の見直し"
    with pytest.raises(ValidationError, match="どうしたか"):
        operations.settle_follow_up(follow_up=row, outcome="", **who)
    operations.settle_follow_up(follow_up=row, outcome="新代表者を保証人に加えた", **who)
    assert list(desk.follow_ups(clerk, ON)) == []
    with pytest.raises(StepRefused, match="済ませています"):
        operations.settle_follow_up(follow_up=row, outcome="もう一度", **who)


# --- accounts ------------------------------------------------------------------------------


def ask(member, by, **changes):
    account = {**member.account, "account_number": "7654321", **changes}
    return operations.request_account(member=member, document="通帳の写し", by=by, on=ON, **account)


def test_an_account_changes_only_when_another_person_approves(clerk):
    member, chief = make_member(), make_user(Role.CHIEF)
    request = ask(member, clerk)
    member.refresh_from_db()
    assert member.account_number != "7654321"
    with pytest.raises(StepRefused, match="権限"):
        operations.approve_account(request=request, by=make_user(Role.CLERK), on=ON)
    (task,) = desk.accounts_to_approve(chief, ON)
    assert str(member) in task.counterpart
    operations.approve_account(request=request, by=chief, on=ON)
    member.refresh_from_db()
    assert (member.account_number, member.bank_name) == ("7654321", "北國銀行")
    assert member.history.first().history_user == chief
    assert list(desk.accounts_to_approve(chief, ON)) == []


def test_who_asked_cannot_approve_by_the_page_nor_by_the_database(clerk):
    chief, member = make_user(Role.CHIEF), make_member()
    request = ask(member, chief)
    assert list(desk.accounts_to_approve(chief, ON)) == []
    for decide in (
        lambda: operations.approve_account(request=request, by=chief, on=ON),
        lambda: operations.reject_account(request=request, reason="誤り", by=chief, on=ON),
    ):
        with pytest.raises(StepRefused, match="本人"):
            decide()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountRequest.objects.filter(pk=request.pk).update(
            status=Proposal.Status.APPROVED, decided_by=chief, decided_at=request.proposed_at
        )


def test_one_request_waits_at_a_time_and_a_rejection_says_why(clerk):
    member, chief = make_member(), make_user(Role.CHIEF)
    request = ask(member, clerk)
    with pytest.raises(StepRefused, match="すでに承認を待って"):
        ask(member, clerk, account_number="1111111")
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountRequest.objects.create(member=member, document="x", proposed_by=clerk, before={})
    with pytest.raises(StepRefused, match="理由"):
        operations.reject_account(request=request, reason="", by=chief, on=ON)
    operations.reject_account(request=request, reason="通帳の名義が違う", by=chief, on=ON)
    member.refresh_from_db()
    assert member.account_number != "7654321"
    ask(member, clerk)


def test_who_asked_takes_the_request_back_and_asks_again(clerk):
    member = make_member()
    request = ask(member, clerk)
    with pytest.raises(StepRefused, match="本人"):
        operations.withdraw_account(request=request, reason="誤り", by=make_user(Role.CHIEF), on=ON)
    with pytest.raises(ValidationError, match="理由"):
        operations.withdraw_account(request=request, reason=" ", by=clerk, on=ON)
    gone = operations.withdraw_account(request=request, reason="口座番号の誤り", by=clerk, on=ON)
    assert (gone.is_waiting, gone.get_status_display()) == (False, "取下げ")
    with pytest.raises(StepRefused, match="すでに「取下げ」"):
        operations.approve_account(request=request, by=make_user(Role.CHIEF), on=ON)
    with pytest.raises(StepRefused, match="もう承認を待っていません"):
        operations.withdraw_account(request=request, reason="もう一度", by=clerk, on=ON)
    assert ask(member, clerk, account_number="1112223").is_waiting
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountRequest.objects.filter(pk=request.pk).update(withdrawal_reason="")


def test_a_request_is_a_whole_and_real_account_or_none(clerk):
    member = make_member()
    with pytest.raises(ValidationError, match="ありません"):
        ask(member, clerk, branch_code="999")
    with pytest.raises(ValidationError, match="口座名義"):
        ask(member, clerk, account_holder="")
    with pytest.raises(ValidationError, match="同じです"):
        ask(member, clerk, account_number=member.account_number)
    nothing = dict.fromkeys(member.account, "")
    request = operations.request_account(member=member, document="口座の解約", by=clerk, on=ON, **nothing)
    operations.approve_account(request=request, by=make_user(Role.PRESIDENT), on=ON)
    member.refresh_from_db()
    assert (member.bank_account, member.bank_name) == ("", "")


def test_a_request_that_was_overtaken_is_refused(clerk):
    member = make_member()
    request = ask(member, clerk)
    Member.objects.filter(pk=member.pk).update(account_number="9999999")
    with pytest.raises(StepRefused, match="申請のあとに口座が変わって"):
        operations.approve_account(request=request, by=make_user(Role.CHIEF), on=ON)
    request.refresh_from_db()
    assert request.is_waiting


def test_editing_a_member_touches_neither_account_nor_shares_nor_representative(who):
    member = make_member()
    for name, value in (("account_number", "1"), ("shares", 1), ("left_on", ON), ("representative", make_person())):
        with pytest.raises(TypeError, match="知らない項目"):
            operations.update_member(member=member, **{name: value}, **who)
