"""脱退の記録・取下げ・持分の払戻し（中小企業等協同組合法18条〜22条）。"""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.calc import days, words
from coopfin.flow import StepRefused, block, warn
from coopfin.models import Cooperative
from members import leaving as rules
from members.debts import debts_of
from members.enums import FollowUpKind, LeavingCause, LeavingKind
from members.models import FollowUp, Leaving, Member
from members.operations.base import lock_member, may_edit, refuse_stale, save
from members.operations.shares import write_refund

WITHHOLD_SOURCE = "中小企業等協同組合法22条"
SHARE_SOURCE = "中小企業等協同組合法20条"
#: 法定脱退のあとに、することを済ませる期限
SOON = timedelta(days=30)


def planned_leaving_on(notified_on: date, notice_days: int = rules.NOTICE_DAYS) -> date:
    """この日に予告を受けたときの、自由脱退の日（組合の事業年度で数える）。"""
    cooperative = Cooperative.current()
    end = days.fiscal_year_end(notified_on, cooperative.fiscal_start_month if cooperative else 4)
    return rules.voluntary_leaving_on(notified_on, end, notice_days)


def record_leaving(
    *,
    member: Member,
    kind: str,
    notified_on: date,
    document: str,
    by,
    on: date,
    cause: str = "",
    notice_days: int = rules.NOTICE_DAYS,
    version=None,
) -> Leaving:
    """脱退を記録する。自由脱退は予告で、年度末に効力が生じる。法定脱退は事由の日に効力が生じ、前の予告に代わる。"""
    kind = LeavingKind(kind)
    label = "脱退の予告の記録" if kind == LeavingKind.VOLUNTARY else "法定脱退の記録"
    may_edit(by, label)
    if notified_on > on:
        raise ValidationError({"notified_on": "先の日付は使えません。予告を受けた日・事由の生じた日を入れてください。"})
    with transaction.atomic():
        locked = lock_member(member, label)
        refuse_stale(locked, version, label)
        _refuse_departed(locked, notified_on, on, label)
        former = Leaving.objects.select_for_update().standing().filter(member=locked).first()
        if former is not None:
            _supersede(former, kind, cause, label, on)
        voluntary = kind == LeavingKind.VOLUNTARY
        record = Leaving(
            member=locked, kind=kind, cause=cause, notified_on=notified_on, notice_days=notice_days,
            effective_on=planned_leaving_on(notified_on, notice_days) if voluntary else notified_on,
            document=document, made_by=by,
        )  # fmt: skip
        record.full_clean()
        record.save()
        locked.left_on = record.effective_on
        save(locked, by)
        _ask_for_more(record, by=by, on=on)
        log.record(
            locked, verb="record_leaving", label=label, by=by, on=on,
            text=f"{record.get_cause_display() or record.get_kind_display()}。脱退の日 {words.to_wareki(record.effective_on)}",
        )  # fmt: skip
    return record


def withdraw_leaving(*, leaving: Leaving, reason: str, by, on: date) -> Leaving:
    """脱退の予告を取り下げる（効力が生じる前まで）か、誤って書いた法定脱退の記録を取り消す（払戻しの前まで）。

    死亡・破産などの法定脱退は事実なので、取り下げられない。取り消せるのは、記録の誤りだけである。
    """
    label = leaving.undoing
    may_edit(by, label)
    if not reason.strip():
        raise ValidationError({"reason": f"{leaving.undoing_verb}理由を書いてください。"})
    with transaction.atomic():
        member = lock_member(leaving.member, label)
        locked = _standing(leaving, label)
        if locked.refunded_on is not None:
            raise StepRefused(label, [block(f"持分の払戻しが済んだ脱退は、{label}ができません。", "脱退の記録")])
        if locked.is_voluntary and locked.effective_on <= on:
            text = f"この脱退は{words.to_wareki(locked.effective_on)}に効力が生じています。もう取り下げられません。"
            raise StepRefused(
                label, [block(text, "中小企業等協同組合法18条", detail="組合員に戻るには、加入し直します。")]
            )
        locked.withdrawn_on, locked.withdrawal_reason = on, reason
        locked.save(update_fields=["withdrawn_on", "withdrawal_reason"])
        member.left_on = None
        save(member, by)
        _close_follow_ups(member, f"{label}（{reason}）", by=by, on=on)
        log.record(member, verb="withdraw_leaving", label=label, by=by, on=on, reason=reason)
    return locked


def refund_of(leaving: Leaving, amount: int, on: date) -> rules.Refund:
    """この脱退の払戻しを、いまの債務に照らしてみる。"""
    debt = sum(debt.amount for debt in debts_of(leaving.member, on))
    return rules.refund(withdrawn=leaving.effective_on <= on, debt=debt, share_refund=amount)


def refund_findings(leaving: Leaving, *, amount: int, set_off: int, on: date) -> list:
    """払い戻せない理由。"""
    if leaving.effective_on > on:
        return [
            block(f"脱退の日（{words.to_wareki(leaving.effective_on)}）が来ていません。", "中小企業等協同組合法20条")
        ]
    found = []
    refund = refund_of(leaving, amount, on)
    debts = debts_of(leaving.member, on)
    if set_off > refund.may_set_off:
        found.append(
            block(f"相殺できるのは{words.format_yen(refund.may_set_off)}円までです。", WITHHOLD_SOURCE, code="set_off")
        )
    elif refund.blocked and refund.debt > set_off and amount > set_off:
        listed = "、".join(f"{debt.label} {words.format_yen(debt.amount)}円" for debt in debts)
        found.append(
            block(
                f"債務が{words.format_yen(refund.debt)}円残っています。完済するまで、払戻しを停止します。",
                WITHHOLD_SOURCE,
                detail=f"{listed}。相殺できるのは{words.format_yen(refund.may_set_off)}円までです。",
                url=debts[0].url,
                url_label="債務を見る",
                code="debt",
            )
        )
    return found


def unusual_refund(leaving: Leaving, *, amount: int, refunded_on: date) -> list:
    """ふつうでない払戻し。根拠を書けば記録できる（持分は、脱退した事業年度の終わりの財産で決まる）。"""
    capital, found = leaving.member.share_capital, []
    if amount > capital:
        text = (
            f"払戻しの額が出資金額（{words.format_yen(capital)}円）を超えています。"
            "剰余金を含めて払うなら、定款の条と、持分を決めた決議を書いてください。"
        )
        found.append(warn(text, SHARE_SOURCE, code="over-capital"))
    cooperative = Cooperative.current()
    settled_on = days.fiscal_year_end(leaving.effective_on, cooperative.fiscal_start_month if cooperative else 4)
    if refunded_on < settled_on:
        text = (
            f"持分は、脱退した事業年度の終わり（{words.to_wareki(settled_on)}）の財産で決まります。"
            "それより前に払うなら、その根拠を書いてください。"
        )
        found.append(warn(text, SHARE_SOURCE, code="before-year-end"))
    return found


def record_refund(
    *, leaving: Leaving, amount: int, set_off: int, refunded_on: date, by, on: date, reason: str = ""
) -> Leaving:
    """持分の払戻しを記録する。債務が残るあいだは払わず、相殺に充てるだけにする（中協法22条）。"""
    label = "持分の払戻し"
    may_edit(by, label)
    if refunded_on > on:
        raise ValidationError({"refunded_on": "払い戻した日に、先の日付は使えません。"})
    with transaction.atomic():
        member = lock_member(leaving.member, label)
        locked = _standing(leaving, label)
        if locked.refunded_on is not None:
            raise StepRefused(label, [block("持分の払戻しは記録済です。", "脱退の記録")])
        if set_off > amount:
            raise ValidationError({"set_off": "相殺する額は、払戻しの額までです。"})
        refused = refund_findings(locked, amount=amount, set_off=set_off, on=on)
        if refused:
            raise StepRefused(label, refused)
        unusual = unusual_refund(locked, amount=amount, refunded_on=refunded_on)
        if unusual and not reason.strip():
            raise ValidationError({"reason": [finding.text for finding in unusual]})
        locked.refund_amount, locked.refund_set_off, locked.refunded_on = amount, set_off, refunded_on
        locked.full_clean()
        locked.save(update_fields=["refund_amount", "refund_set_off", "refunded_on"])
        write_refund(member, refunded_on=refunded_on, by=by, on=on, reason=f"脱退による払戻し {amount:,}円")
        if set_off:
            FollowUp.objects.create(
                member=member, kind=FollowUpKind.SET_OFF, due_on=days.roll(on), made_by=by, source=WITHHOLD_SOURCE,
                detail=f"持分の払戻しと債務 {words.format_yen(set_off)}円の相殺を、貸付の回収として記帳する。",
            )  # fmt: skip
        text = f"{words.format_yen(amount)}円（うち相殺 {words.format_yen(set_off)}円）"
        log.record(member, verb="record_refund", label=label, by=by, on=on, reason=reason, text=text)
    return locked


def _standing(leaving: Leaving, label: str) -> Leaving:
    locked = Leaving.objects.select_for_update().get(pk=leaving.pk)
    if locked.withdrawn_on is not None:
        raise StepRefused(label, [block("この脱退は、すでに取り下げたか、取り消したものです。", "脱退の記録")])
    return locked


def _refuse_departed(member: Member, notified_on: date, on: date, label: str) -> None:
    if member.left_on is not None and member.left_on <= on:
        text = f"この組合員は{words.to_wareki(member.left_on)}に脱退しています。"
        raise StepRefused(label, [block(text, "組合員の台帳", code="departed")])
    if notified_on < member.joined_on:
        raise ValidationError({"notified_on": "加入日より前の日付は使えません。"})


def _supersede(former: Leaving, kind: LeavingKind, cause: str, label: str, on: date) -> None:
    """法定脱退は、まだ効力の生じていない予告に代わる。予告の重ね書きはできない。"""
    if kind == LeavingKind.VOLUNTARY:
        text = f"脱退の予告は記録済です（脱退の日 {words.to_wareki(former.effective_on)}）。"
        raise StepRefused(label, [block(text, "脱退の記録", url=former.get_absolute_url(), code="noticed")])
    former.withdrawn_on, former.withdrawal_reason = on, f"法定脱退（{LeavingCause(cause).label}）が先に生じたため"
    former.save(update_fields=["withdrawn_on", "withdrawal_reason"])


def _ask_for_more(leaving: Leaving, *, by, on: date) -> None:
    """脱退にともなってすることを残す: 債務の整理と、死亡なら相続人の確認（手引き 第4章7）。"""
    member = leaving.member
    if leaving.cause == LeavingCause.DEATH:
        FollowUp.objects.create(
            member=member, kind=FollowUpKind.HEIRS, due_on=on + SOON, made_by=by, source="手引き 第4章7",
            detail="相続人を確かめ、債務の承認と引受けの契約、持分の承継（加入）の意思を聞く。",
        )  # fmt: skip
    debt = sum(debt.amount for debt in debts_of(member, on))
    if debt:
        FollowUp.objects.create(
            member=member, kind=FollowUpKind.DEBT, due_on=max(leaving.effective_on, on), made_by=by,
            source=WITHHOLD_SOURCE,
            detail=f"債務 {words.format_yen(debt)}円の返済か、持分との相殺を決める。完済まで持分は払い戻せない。",
        )  # fmt: skip


def _close_follow_ups(member: Member, outcome: str, *, by, on: date) -> None:
    kinds = (FollowUpKind.HEIRS, FollowUpKind.DEBT)
    FollowUp.objects.filter(member=member, kind__in=kinds, done_on__isnull=True).update(
        done_on=on, done_by=by, outcome=outcome[:500]
    )
