"""出資の異動（中小企業等協同組合法10条・17条・23条）。組合員の出資口数・出資金額は、ここだけが変える。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.calc import days, words
from coopfin.flow import StepRefused, block
from coopfin.models import Cooperative
from members.enums import FollowUpKind, ShareKind
from members.models import FollowUp, Member, ShareChange
from members.operations.base import lock_member, may_edit, refuse_stale, save

UNIT_SOURCE = "中小企業等協同組合法10条2項"


def unit_price(member: Member) -> int | None:
    """出資一口の金額。いまの出資から割り出せないときは None。"""
    if member.shares and member.share_capital % member.shares == 0:
        return member.share_capital // member.shares
    return None


def write_first_shares(member, kind, *, paid_on, consented_on, consent, by, on) -> ShareChange | None:
    """登録した組合員の出資を、異動の一行目として書く。出資のない（脱退済の）組合員には書かない。"""
    if not member.shares or not member.share_capital:
        return None
    paid_on = paid_on or member.joined_on
    change = ShareChange.objects.create(
        member=member, kind=kind, on=paid_on, applied_on=paid_on, shares=member.shares, amount=member.share_capital,
        shares_after=member.shares, amount_after=member.share_capital, consented_on=consented_on, consent=consent,
        made_by=by,
    )  # fmt: skip
    if kind == ShareKind.ADMISSION:
        _ask_for_voucher(change, by=by, on=on)
    return change


def change_shares(
    *,
    member: Member,
    kind: str,
    shares: int,
    amount: int,
    effective_on: date,
    by,
    on: date,
    version=None,
    consented_on: date | None = None,
    consent: str = "",
    reason: str = "",
) -> ShareChange:
    """増資か減口を記録する。shares と amount は正の数。減口は事業年度末に効力が生じ、それまでは予定として残る。"""
    kind = ShareKind(kind)
    label = f"{kind.label}の記録"
    may_edit(by, label)
    if kind not in (ShareKind.INCREASE, ShareKind.DECREASE):
        raise TypeError(f"ここで記録できない異動です: {kind}")
    with transaction.atomic():
        locked = lock_member(member, label)
        refuse_stale(locked, version, label)
        _refuse_odd_unit(locked, shares, amount, label)
        sign = 1 if kind == ShareKind.INCREASE else -1
        if sign < 0:
            _refuse_decrease(locked, shares, effective_on, label)
        elif effective_on > on:
            raise ValidationError({"effective_on": "増資は、払込みの済んだ日で記録します。先の日付は使えません。"})
        if not locked.is_current(effective_on):
            _refuse_outsider(locked, label)
        change = ShareChange(
            member=locked, kind=kind, on=effective_on, shares=sign * shares, amount=sign * amount, made_by=by,
            consented_on=consented_on, consent=consent, reason=reason,
        )  # fmt: skip
        change.full_clean()
        change.save()
        if effective_on <= on:
            _apply(change, locked, by=by, on=on)
        log.record(
            locked, verb="change_shares", label=label, by=by, on=on, reason=reason,
            text=f"{_said(change)}（{words.to_wareki(effective_on)}）{'' if change.applied_on else ' 予定'}",
        )  # fmt: skip
    return change


def correct_shares(
    *, member: Member, shares: int, share_capital: int, reason: str, by, on: date, version=None, imported: bool = False
) -> ShareChange | None:
    """出資口数・出資金額を正しい値に直す。差を「訂正」（名簿からなら「名簿の取込み」）の異動として残す。"""
    label = "出資の名簿の取込み" if imported else "出資の訂正"
    may_edit(by, label)
    if not reason.strip():
        raise ValidationError({"reason": "訂正の理由を書いてください。"})
    with transaction.atomic():
        locked = lock_member(member, label)
        refuse_stale(locked, version, label)
        difference = (shares - locked.shares, share_capital - locked.share_capital)
        if difference == (0, 0):
            if imported:
                return None
            raise ValidationError("いまの口数・金額と同じです。直すところがありません。")
        change = ShareChange(
            member=locked, kind=ShareKind.IMPORTED if imported else ShareKind.CORRECTION, on=on, shares=difference[0],
            amount=difference[1], made_by=by, reason=reason,
        )  # fmt: skip
        change.save()
        _apply(change, locked, by=by, on=on)
        log.record(locked, verb="correct_shares", label=label, by=by, on=on, reason=reason, text=_said(change))
    return change


def transfer_shares(
    *,
    giver: Member,
    receiver: Member,
    shares: int,
    amount: int,
    effective_on: date,
    consented_on: date,
    consent: str,
    by,
    on: date,
    version=None,
) -> ShareChange:
    """持分を別の組合員に譲渡する。組合の承諾（中協法17条）を引く。譲る側と受ける側に一行ずつ残る。"""
    label = "持分の譲渡"
    may_edit(by, label)
    if giver.pk == receiver.pk:
        raise ValidationError({"receiver": "譲渡の相手は、別の組合員にしてください。"})
    with transaction.atomic():
        # 鎖錠の順を番号順にそろえ、互いに譲り合う二つの操作が待ち合わないようにする。
        locked = {m.pk: lock_member(m, label) for m in sorted((giver, receiver), key=lambda m: m.pk)}
        source, target = locked[giver.pk], locked[receiver.pk]
        refuse_stale(source, version, label)
        if not target.is_current(effective_on):
            raise ValidationError({"receiver": "譲渡の相手は、その日に在籍する組合員にしてください。"})
        _refuse_odd_unit(source, shares, amount, label)
        _refuse_too_much(source, shares, label)
        for field, value in (("effective_on", effective_on), ("consented_on", consented_on)):
            if value > on:
                raise ValidationError({field: "済んだことだけを記録します。先の日付は使えません。"})
        if effective_on < consented_on:
            raise ValidationError({"effective_on": "譲渡の日は、組合の承諾の日以後です。"})
        made = []
        for member, other, kind, sign in (
            (source, target, ShareKind.TRANSFER_OUT, -1),
            (target, source, ShareKind.TRANSFER_IN, 1),
        ):
            change = ShareChange(
                member=member, counterpart=other, kind=kind, on=effective_on, shares=sign * shares,
                amount=sign * amount, consented_on=consented_on, consent=consent, made_by=by,
            )  # fmt: skip
            change.full_clean()
            change.save()
            _apply(change, member, by=by, on=on, follow_up=False)
            log.record(
                member, verb="transfer_shares", label=change.get_kind_display(), by=by, on=on,
                text=f"{_said(change)}（相手 {other}、{consent}）",
            )  # fmt: skip
            made.append(change)
    return made[0]


def apply_planned(*, change: ShareChange, by, on: date) -> ShareChange:
    """効力の日が来た予定の異動を、組合員の出資に反映する。"""
    label = "出資の異動の反映"
    may_edit(by, label)
    with transaction.atomic():
        member = lock_member(change.member, label)
        locked = _planned(change, label)
        if locked.on > on:
            raise StepRefused(
                label,
                [block(f"この異動の効力が生じるのは{words.to_wareki(locked.on)}です。", "中小企業等協同組合法23条")],
            )
        _apply(locked, member, by=by, on=on)
        log.record(member, verb="apply_shares", label=label, by=by, on=on, text=_said(locked))
    return locked


def cancel_planned(*, change: ShareChange, reason: str, by, on: date) -> ShareChange:
    """予定の異動を取りやめる。"""
    label = "出資の異動の取りやめ"
    may_edit(by, label)
    if not reason.strip():
        raise ValidationError({"reason": "取りやめる理由を書いてください。"})
    with transaction.atomic():
        member = lock_member(change.member, label)
        locked = _planned(change, label)
        locked.cancelled_on, locked.cancellation_reason = on, reason
        locked.save(update_fields=["cancelled_on", "cancellation_reason"])
        log.record(member, verb="cancel_shares", label=label, by=by, on=on, reason=reason, text=_said(locked))
    return locked


def write_refund(member: Member, *, refunded_on: date, by, on: date, reason: str) -> ShareChange | None:
    """脱退した組合員の出資をなくす（持分の払戻し）。鎖錠済の組合員について呼ぶ。"""
    if not member.shares:
        return None
    change = ShareChange.objects.create(
        member=member, kind=ShareKind.REFUND, on=refunded_on, shares=-member.shares, amount=-member.share_capital,
        reason=reason, made_by=by,
    )  # fmt: skip
    _apply(change, member, by=by, on=on)
    return change


def _planned(change: ShareChange, label: str) -> ShareChange:
    locked = ShareChange.objects.select_for_update().get(pk=change.pk)
    if not locked.is_planned:
        what = "取りやめ済" if locked.cancelled_on else "反映済"
        raise StepRefused(label, [block(f"この異動は{what}です。", "出資の異動の記録")])
    return locked


def _apply(change: ShareChange, member: Member, *, by, on: date, follow_up: bool = True) -> None:
    """異動を組合員の出資に反映する。出資が負になったり、在籍する組合員の口数がなくなったりはしない。"""
    member.shares += change.shares
    member.share_capital += change.amount
    if member.shares < 0 or member.share_capital < 0:
        raise ValidationError("出資口数・出資金額がいまの出資を下回ります。口数と金額を確かめてください。")
    save(member, by)
    change.shares_after, change.amount_after, change.applied_on = member.shares, member.share_capital, on
    change.save(update_fields=["shares_after", "amount_after", "applied_on"])
    # 名簿や転記の誤りを直しただけなら、お金は動いていない。
    if follow_up and change.kind not in (ShareKind.IMPORTED, ShareKind.CORRECTION):
        _ask_for_voucher(change, by=by, on=on)


def _ask_for_voucher(change: ShareChange, *, by, on: date) -> None:
    """出資金の科目が台帳と合うように、伝票の起票を頼む。"""
    FollowUp.objects.create(
        member=change.member, kind=FollowUpKind.SHARES, due_on=days.roll(on), made_by=by,
        detail=f"{change.get_kind_display()} {words.format_yen(change.amount)}円を、出資金の振替伝票に起票する。",
        source="出資金の科目と台帳の一致",
    )  # fmt: skip


def _refuse_odd_unit(member: Member, shares: int, amount: int, label: str) -> None:
    unit = unit_price(member)
    if unit is not None and amount != unit * shares:
        text = (
            f"出資一口の金額は均一です。いまの一口は{words.format_yen(unit)}円なので、"
            f"{shares:,}口なら{words.format_yen(unit * shares)}円です。"
        )
        raise StepRefused(label, [block(text, UNIT_SOURCE, code="unit")])


def _refuse_too_much(member: Member, shares: int, label: str) -> None:
    """在籍する組合員は一口以上を残す。脱退の日が決まっていれば、全部でもよい。"""
    left = member.shares - shares
    if left < 0:
        raise StepRefused(label, [block(f"いまの出資は{member.shares:,}口です。", "出資の台帳", code="too_many")])
    if left < 1 and member.left_on is None:
        text = "在籍する組合員は一口以上を持ちます。一口は残すか、先に脱退を記録してください。"
        raise StepRefused(label, [block(text, "中小企業等協同組合法10条1項", code="last_share")])


def _refuse_outsider(member: Member, label: str) -> None:
    """組合員でない日に、出資は増やせない。"""
    if member.left_on is not None:
        text = f"この組合員の脱退の日は{words.to_wareki(member.left_on)}です。組合員に戻るには、加入し直します。"
    else:
        text = f"加入の日（{words.to_wareki(member.joined_on)}）より前に、出資は増やせません。"
    raise StepRefused(label, [block(text, "中小企業等協同組合法10条1項", code="not-a-member")])


def _refuse_decrease(member: Member, shares: int, effective_on: date, label: str) -> None:
    _refuse_too_much(member, shares, label)
    cooperative = Cooperative.current()
    start = cooperative.fiscal_start_month if cooperative else 4
    if days.fiscal_year_end(effective_on, start) != effective_on:
        end = words.to_wareki(days.fiscal_year_end(effective_on, start))
        raise StepRefused(
            label,
            [
                block(
                    f"減口の効力は事業年度の末日に生じます（この年度は{end}）。",
                    "中小企業等協同組合法23条",
                    code="year_end",
                )
            ],
        )


def _said(change: ShareChange) -> str:
    return f"{change.get_kind_display()} {change.shares:+,}口・{change.amount:+,}円"
