"""Leaving: when it takes effect, what happens to the shares, and how debts hold the refund back."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from coopfin.flow import StepRefused
from coopfin.models import ActionLog
from coopfin.roles import Role
from members import checks, debts, leaving, operations
from members.enums import FollowUpKind, LeavingCause, LeavingKind, ShareKind
from members.models import Leaving, Member
from tests.factories.core import make_user
from tests.factories.members import make_member

YEAR_END = date(2027, 3, 31)
ON = date(2026, 11, 24)


# --- the rule ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notified", "effective"),
    [
        ("2026-12-31", "2027-03-31"),
        ("2027-01-01", "2028-03-31"),
        ("2027-03-31", "2028-03-31"),
        ("2025-12-31", "2026-03-31"),
        ("2026-01-01", "2027-03-31"),
    ],
)
def test_leaving_takes_effect_at_the_first_year_end_ninety_days_away(notified, effective):
    found = leaving.voluntary_leaving_on(date.fromisoformat(notified), YEAR_END)
    assert found == date.fromisoformat(effective)


def test_a_year_ending_in_february_ends_on_its_last_day_in_leap_years_too():
    end = date(2027, 2, 28)
    assert leaving.voluntary_leaving_on(date(2027, 6, 1), end) == date(2028, 2, 29)
    assert leaving.voluntary_leaving_on(date(2028, 12, 30), end) == date(2030, 2, 28)


def test_the_articles_may_ask_for_a_longer_notice_up_to_a_year():
    notified = date(2026, 12, 1)
    assert leaving.voluntary_leaving_on(notified, YEAR_END, 180) == date(2028, 3, 31)
    assert leaving.last_notice_on(YEAR_END) == date(2026, 12, 31)
    for days in (89, 366):
        with pytest.raises(ValueError, match="90日から365日"):
            leaving.voluntary_leaving_on(notified, YEAR_END, days)


@pytest.mark.parametrize(
    ("debt", "refund", "blocked", "set_off", "after", "payable"),
    [
        (1_200_000, 500_000, True, 500_000, 700_000, 0),
        (300_000, 500_000, True, 300_000, 0, 200_000),
        (0, 500_000, False, 0, 0, 500_000),
    ],
)
def test_a_debt_holds_the_refund_back_and_may_be_set_off(debt, refund, blocked, set_off, after, payable):
    found = leaving.refund(withdrawn=True, debt=debt, share_refund=refund)
    assert (found.blocked, found.may_set_off, found.debt_after) == (blocked, set_off, after)
    assert found.payable_after_set_off == payable


def test_who_has_not_left_has_no_refund_to_set_off():
    found = leaving.refund(withdrawn=False, debt=100, share_refund=500)
    assert (found.blocked, found.may_set_off, found.debt_after) == (False, 0, 100)


# --- the register --------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return make_user(Role.CLERK)


@pytest.fixture
def owed(monkeypatch):
    """What the rooms above say the member owes."""
    amounts = [1_200_000]
    monkeypatch.setattr(debts, "sources", [lambda member, on: [debts.Debt("貸付 S-1", amounts[0], "/loans/1/")]])
    return amounts


def leave(member, clerk, **changes):
    values = {"kind": LeavingKind.VOLUNTARY, "notified_on": ON, "document": "脱退予告書"}
    return operations.record_leaving(member=member, by=clerk, on=ON, **{**values, **changes})


def test_a_notice_sets_the_day_and_the_member_stays_until_then(clerk):
    member = make_member()
    record = leave(member, clerk)
    member.refresh_from_db()
    assert record.effective_on == member.left_on == YEAR_END
    assert member.is_current(ON)
    assert member.is_leaving(ON)
    assert not member.is_current(YEAR_END)
    assert list(Member.objects.leaving(ON)) == [member]
    with pytest.raises(StepRefused, match="予告は記録済"):
        leave(member, clerk)


def test_a_notice_can_be_withdrawn_until_it_takes_effect(clerk):
    member = make_member()
    record = leave(member, clerk)
    with pytest.raises(ValidationError, match="理由"):
        operations.withdraw_leaving(leaving=record, reason=" ", by=clerk, on=ON)
    with pytest.raises(StepRefused, match="もう取り下げられません"):
        operations.withdraw_leaving(leaving=record, reason="気が変わった", by=clerk, on=YEAR_END)
    operations.withdraw_leaving(leaving=record, reason="事業を続けるため", by=clerk, on=ON)
    member.refresh_from_db()
    assert member.left_on is None
    assert ActionLog.objects.about(member).first().reason == "事業を続けるため"
    assert leave(member, clerk).pk != record.pk


def test_death_takes_effect_at_once_supersedes_the_notice_and_asks_for_the_heirs(clerk, owed):
    member = make_member()
    notice = leave(member, clerk)
    record = leave(member, clerk, kind=LeavingKind.STATUTORY, cause=LeavingCause.DEATH, notified_on=date(2026, 11, 20))
    notice.refresh_from_db()
    member.refresh_from_db()
    assert "法定脱退（死亡）" in notice.withdrawal_reason
    assert member.left_on == record.effective_on == date(2026, 11, 20)
    assert {row.kind for row in member.follow_ups.all()} == {FollowUpKind.HEIRS, FollowUpKind.DEBT}
    with pytest.raises(StepRefused, match="脱退しています"):
        leave(member, clerk)


def test_a_death_is_no_notice_to_withdraw_only_a_wrong_record_can_be_undone(clerk, client):
    """死亡は事実なので「取り下げる」はない。誤った記録を、理由を書いて取り消せるだけ。"""
    member = make_member()
    record = leave(member, clerk, kind=LeavingKind.STATUTORY, cause=LeavingCause.DEATH, notified_on=date(2026, 11, 20))
    client.force_login(clerk)
    told = client.get(member.get_absolute_url()).content.decode()
    assert ("記録を取り消す" in told, "取り下げる" in told) == (True, False)
    page = client.get(reverse("members:leaving_withdraw", args=[record.pk])).content.decode()
    assert "「死亡」という記録が誤りだったときだけ取り消します" in page
    with pytest.raises(ValidationError, match="記録を取り消す理由"):
        operations.withdraw_leaving(leaving=record, reason=" ", by=clerk, on=ON)
    operations.withdraw_leaving(leaving=record, reason="同姓の別人の届を写した", by=clerk, on=ON)
    member.refresh_from_db()
    assert member.left_on is None
    assert ActionLog.objects.about(member).first().label == "脱退の記録の取消し"
    assert "に取消し（同姓の別人の届を写した）" in client.get(member.get_absolute_url()).content.decode()


def test_the_refund_waits_for_the_debt_and_what_is_set_off_is_not_paid(clerk, owed):
    member = make_member(share_capital=500_000, shares=50)
    record = leave(member, clerk, kind=LeavingKind.STATUTORY, cause=LeavingCause.DISSOLUTION)
    given = {"leaving": record, "refunded_on": ON, "by": clerk, "on": ON, "reason": "相殺の通知（年度末の前）"}
    with pytest.raises(StepRefused, match="完済するまで") as refused:
        operations.record_refund(amount=500_000, set_off=0, **given)
    (finding,) = refused.value.findings
    assert (finding.url, finding.source) == ("/loans/1/", "中小企業等協同組合法22条")
    owed[0] = 400_000
    with pytest.raises(StepRefused, match="相殺できるのは400,000円まで"):
        operations.record_refund(amount=500_000, set_off=500_000, **given)
    owed[0] = 1_200_000
    operations.record_refund(amount=500_000, set_off=500_000, **given)
    member.refresh_from_db()
    record.refresh_from_db()
    assert (member.shares, member.share_capital, record.refund_paid) == (0, 0, 0)
    assert member.share_changes.last().kind == ShareKind.REFUND
    assert FollowUpKind.SET_OFF in {row.kind for row in member.follow_ups.all()}
    assert checks.shares_agree() == checks.share_balances_run() == []
    with pytest.raises(StepRefused, match="記録済"):
        operations.record_refund(amount=1, set_off=0, **given)
    with pytest.raises(StepRefused, match="払戻しが済んだ"):
        operations.withdraw_leaving(leaving=record, reason="誤り", by=clerk, on=ON)


def test_a_refund_above_the_shares_or_before_the_year_end_says_on_what_it_rests(clerk):
    member = make_member(share_capital=500_000, shares=50)
    record = leave(member, clerk, kind=LeavingKind.STATUTORY, cause=LeavingCause.DISSOLUTION)
    late = YEAR_END + timedelta(days=60)
    for amount, day, sentence in ((5_000_000, late, "出資金額"), (500_000, ON, "事業年度の終わり")):
        with pytest.raises(ValidationError, match=sentence):
            operations.record_refund(leaving=record, amount=amount, set_off=0, refunded_on=day, by=clerk, on=day)
    assert operations.unusual_refund(record, amount=500_000, refunded_on=YEAR_END) == []
    operations.record_refund(
        leaving=record, amount=600_000, set_off=0, refunded_on=late, by=clerk, on=late, reason="定款 第14条"
    )
    assert ActionLog.objects.about(member).first().reason == "定款 第14条"


def test_who_has_left_takes_no_more_shares(clerk):
    member = make_member(share_capital=500_000, shares=50)
    leave(member, clerk, kind=LeavingKind.STATUTORY, cause=LeavingCause.DISSOLUTION)
    with pytest.raises(StepRefused, match="加入し直します"):
        operations.change_shares(
            member=member, kind=ShareKind.INCREASE, shares=1, amount=10_000, effective_on=ON, by=clerk, on=ON
        )


def test_a_refund_without_debts_is_paid_only_after_leaving(clerk):
    member = make_member()
    record = leave(member, clerk)
    given = {"leaving": record, "amount": 1_000_000, "set_off": 0, "by": clerk}
    with pytest.raises(StepRefused, match="来ていません"):
        operations.record_refund(refunded_on=ON, on=ON, **given)
    operations.record_refund(refunded_on=date(2027, 6, 1), on=date(2027, 6, 1), **given)
    record.refresh_from_db()
    assert record.refund_paid == 1_000_000


@pytest.mark.parametrize(
    "changes",
    [
        {"cause": "death"},
        {"notice_days": 89},
        {"effective_on": date(2026, 11, 23)},
        {"withdrawn_on": ON},
        {"refund_amount": 1},
        {"refund_amount": 1, "refund_set_off": 2, "refunded_on": YEAR_END},
        {"refund_amount": 1, "refund_set_off": 0, "refunded_on": ON},
    ],
)
def test_the_database_keeps_a_leaving_whole(clerk, changes):
    record = leave(make_member(), clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Leaving.objects.filter(pk=record.pk).update(**changes)


def test_only_the_secretariat_records_leaving(clerk):
    for role in (Role.PRESIDENT, Role.AUDITOR):
        with pytest.raises(StepRefused, match="権限"):
            leave(make_member(), make_user(role))
