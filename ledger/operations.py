"""伝票の操作: 起票・計上・差戻し・訂正（ドメイン D2・D3、手引き第3章、相互牽制は第2章1 e）。

prepare・post・reject・prepare_reversal は、上の階の操作からも呼ばれる部品で、権限は呼ぶ側が確かめる。
enter・approve・send_back・reverse は画面から呼ばれ、権限と、伝票の持ち主（ledger.approvals）を確かめる。
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Now

from coopfin import log
from coopfin.calc import days
from coopfin.delegation import Reach
from coopfin.flow import Finding, StepRefused, block, passed, warn
from coopfin.models import Cooperative, DelegatedAct, Sequence
from coopfin.segregation import may_check
from ledger import approvals
from ledger.accounts import LOAN_ACCOUNTS, AccountCode, Side
from ledger.models import Account, Voucher, VoucherKind, VoucherLine, VoucherState
from ledger.slips import Slip, SlipLine

SEQUENCE = "voucher"
SEGREGATION = "相互牽制（手引き 第2章1 e）"
BOOKKEEPING = "複式簿記"
CORRECTION = "訂正は赤と黒で（手引き 第3章）"


# --- 部品: 上の階の操作からも呼ばれる ------------------------------------------------------
def prepare(
    slip: Slip,
    *,
    dated_on: date,
    by,
    on: date,
    kind: str = VoucherKind.TRANSFER,
    reverses: Voucher | None = None,
    reason: str = "",
) -> Voucher:
    """起票する。番号はなく、どの残高にも入らない。年度は日付と組合の会計年度から決まる。"""
    with transaction.atomic():
        cooperative = Cooperative.current()
        if cooperative is None:
            raise StepRefused("起票", [block("組合の登録がありません。設定で組合を登録してください。", "設定")])
        accounts = Account.objects.in_bulk({line.account for line in slip.lines})
        missing = [f"{line.account} {line.account.label}" for line in slip.lines if line.account not in accounts]
        if missing:
            raise StepRefused("起票", [block(f"科目表にない科目です（{'、'.join(missing)}）。", "科目表")])
        without = [accounts[line.account].name for line in slip.lines if _lacks_member(accounts, line)]
        if without:
            names = "、".join(dict.fromkeys(without))
            raise StepRefused("起票", [block(f"「{names}」の行には組合員が要ります。", "科目表（組合員別の補助）")])
        voucher = Voucher.objects.create(
            kind=kind,
            dated_on=dated_on,
            fiscal_year=days.fiscal_year(dated_on, cooperative.fiscal_start_month),
            description=slip.description[:200],
            made_by=by,
            reverses=reverses,
            reason=reason,
        )
        VoucherLine.objects.bulk_create(
            VoucherLine(
                voucher=voucher,
                order=order,
                side=line.side,
                account_id=str(line.account),
                member=line.member,
                reference=line.reference,
                amount=line.amount,
                memo=line.memo[:200],
            )
            for order, line in enumerate(slip.lines, 1)
        )
        log.record(
            voucher, verb="prepare", label=f"{voucher.get_kind_display()}の起票", by=by, on=on, reason=reason,
            amount=slip.total, dated_on=dated_on.isoformat(),
        )  # fmt: skip
        return voucher


def post(voucher: Voucher, *, by, on: date) -> Voucher:
    """計上する。起票した人とは別の人が行い、年度ごとに欠番のない番号が付く。"""
    label = "伝票の承認"
    with transaction.atomic():
        locked = _lock(voucher)
        lines = list(locked.lines.all())
        refused = [finding for finding in _standing(locked, by=by) if finding.blocks]
        debit, credit = _totals(lines)
        if len(lines) < 2 or debit != credit or debit <= 0:
            refused.append(_unbalanced(debit, credit))
        if refused:
            raise StepRefused(label, refused)
        number = Sequence.next(SEQUENCE, locked.fiscal_year)
        Voucher.objects.filter(pk=locked.pk, state=VoucherState.PREPARED).update(
            state=VoucherState.POSTED, number=number, posted_at=Now(), checked_by=by
        )
        locked.refresh_from_db()
        log.record(locked, verb="post", label=label, by=by, on=on, number=number, amount=debit)
        _refresh(voucher)
        return locked


def reject(voucher: Voucher, *, by, on: date, reason: str) -> Voucher:
    """差し戻す。差し戻した伝票は番号を持たず、直さずに起票し直す。"""
    label = "伝票の差戻し"
    with transaction.atomic():
        locked = _lock(voucher)
        refused = [finding for finding in _standing(locked, by=by, verb="差戻し") if finding.blocks]
        if not reason.strip():
            refused.append(block("差戻しの理由を記入してください。", SEGREGATION, code="reason"))
        if refused:
            raise StepRefused(label, refused)
        Voucher.objects.filter(pk=locked.pk, state=VoucherState.PREPARED).update(
            state=VoucherState.REJECTED, checked_by=by, rejected_reason=reason.strip()[:500]
        )
        locked.refresh_from_db()
        log.record(locked, verb="reject", label=label, by=by, on=on, reason=reason.strip())
        _refresh(voucher)
        return locked


def prepare_reversal(voucher: Voucher, *, by, on: date, reason: str, dated_on: date) -> Voucher:
    """訂正伝票（赤）を起票する。元の伝票の貸借をそのまま入れ替え、元の伝票に結び付ける。一枚に一度だけ。"""
    with transaction.atomic():
        locked = _lock(voucher)
        refused = reversal_findings(locked, by=by, on=on, dated_on=dated_on)
        if not reason.strip():
            refused.append(block("訂正の理由を記入してください。", CORRECTION, code="reason"))
        if refused:
            raise StepRefused("伝票の訂正", refused)
        return prepare(
            reversed_slip(locked),
            dated_on=dated_on,
            by=by,
            on=on,
            kind=VoucherKind.REVERSAL,
            reverses=locked,
            reason=reason.strip()[:500],
        )


def slip_of(voucher: Voucher) -> Slip:
    """保存された伝票を Slip として読む。"""
    return Slip(
        voucher.description,
        tuple(
            SlipLine(
                side=Side(line.side),
                account=AccountCode(line.account_id),
                amount=line.amount,
                member=line.member,
                reference=line.reference,
                memo=line.memo,
            )
            for line in voucher.lines.select_related("member")
        ),
    )


def reversed_slip(voucher: Voucher) -> Slip:
    """訂正（赤）の中身。"""
    return slip_of(voucher).reversed(f"伝票 {voucher.label} の訂正（赤） {voucher.description}"[:200])


# --- 画面から呼ばれる操作 ------------------------------------------------------------------
def enter(slip: Slip, *, dated_on: date, by, on: date, kind: str = VoucherKind.TRANSFER) -> Voucher:
    """自由起票・開始伝票。貸付の残高は貸付の画面から動かすので、振替では触れられない。"""
    label = "開始伝票の起票" if kind == VoucherKind.OPENING else "振替伝票の起票"
    refused = entry_findings(slip, dated_on=dated_on, by=by, on=on, kind=kind)
    if refused:
        raise StepRefused(label, refused)
    return prepare(slip, dated_on=dated_on, by=by, on=on, kind=kind)


def entry_findings(slip: Slip, *, dated_on: date, by, on: date, kind: str) -> list[Finding]:
    """起票できない理由。"""
    found = []
    if not by.has_perm("ledger.prepare_voucher"):
        found.append(block("伝票を起票する権限がありません。", "役割の表", code="permission"))
    if dated_on > on:
        found.append(block("まだ来ていない日付の伝票は起票できません。", BOOKKEEPING, code="future"))
    if kind == VoucherKind.TRANSFER:
        touched = dict.fromkeys(line.account.label for line in slip.lines if line.account in LOAN_ACCOUNTS)
        if touched:
            names = "・".join(touched)
            found.append(
                block(
                    f"「{names}」は、貸付の実行・回収の画面から起票します。自由起票では動かせません。",
                    "貸付台帳と元帳の一致",
                    code="loan_account",
                )
            )
    return found


def approve(voucher: Voucher, *, by, on: date, reason: str = "") -> str:
    """承認する。持ち主があれば持ち主に任せる。注意が残るときは理由が要る。返り値は知らせの一文。"""
    handler = approvals.owner_of(voucher)
    if handler is not None:
        return handler.approve(voucher, by=by, on=on, reason=reason)
    with transaction.atomic():
        # 転貸借入金の残高は限度額の計算に入るので、金額を動かす操作と同じ順（組合が先）で鎖錠する。
        Cooperative.lock()
        findings = _own_findings(_lock(voucher), by=by, on=on)
        refused = [finding for finding in findings if finding.blocks]
        warned = [finding.text for finding in findings if finding.warns]
        if not refused and warned and not reason.strip():
            refused = [
                block(
                    "注意すべき点が残っています。承知のうえで承認する理由を記入してください。",
                    BOOKKEEPING, detail=" ".join(warned), code="overrule",
                )
            ]  # fmt: skip
        if refused:
            raise StepRefused("伝票の承認", refused)
        posted = post(voucher, by=by, on=on)
        if warned:
            log.record(
                posted, verb="overrule", label="注意を承知して承認", by=by, on=on, reason=reason.strip(), warned=warned
            )
    return f"伝票 {posted.label} を計上しました。"


def send_back(voucher: Voucher, *, by, on: date, reason: str) -> str:
    """理由を付けて差し戻す。"""
    handler = approvals.owner_of(voucher)
    if handler is not None:
        handler.reject(voucher, by=by, on=on, reason=reason)
    else:
        _need(by, "ledger.approve_voucher", "伝票の差戻し")
        reject(voucher, by=by, on=on, reason=reason)
    return "伝票を差し戻しました。起票した人は、直して起票し直してください。"


def reverse(voucher: Voucher, *, by, on: date, reason: str, dated_on: date) -> Voucher:
    """訂正伝票（赤）を起票する。承認されるまで残高は変わらない。"""
    handler = approvals.owner_of(voucher)
    if handler is not None:
        return handler.prepare_reversal(voucher, by=by, on=on, reason=reason, dated_on=dated_on)
    _need(by, "ledger.prepare_voucher", "伝票の訂正")
    return prepare_reversal(voucher, by=by, on=on, reason=reason, dated_on=dated_on)


# --- 確認事項: 画面と操作が同じ文を使う ----------------------------------------------------
def approval_findings(voucher: Voucher, *, by, on: date) -> list[Finding]:
    """承認の前に確かめること。持ち主があれば持ち主の確認事項。"""
    handler = approvals.owner_of(voucher)
    if handler is not None:
        return list(handler.findings(voucher, by=by, on=on))
    return _own_findings(voucher, by=by, on=on)


def reversal_findings(voucher: Voucher, *, by, on: date, dated_on: date | None = None) -> list[Finding]:
    """訂正（赤）を起票できない理由。"""
    found = []
    if not voucher.is_posted:
        found.append(
            block(
                f"訂正できるのは計上済の伝票だけです（いまの状態は「{voucher.get_state_display()}」）。",
                CORRECTION, code="state",
            )
        )  # fmt: skip
    if voucher.kind == VoucherKind.REVERSAL:
        found.append(
            block(
                "訂正伝票（赤）は訂正できません。正しい内容で、新しい伝票を起票してください。",
                CORRECTION,
                code="reversal",
            )
        )
    if standing := voucher.reversed_by:
        found.append(
            block(
                f"この伝票の訂正は、すでに起票されています（{standing.label}）。", CORRECTION,
                url=standing.get_absolute_url(), url_label="訂正伝票を見る", code="reversed",
            )
        )  # fmt: skip
    if dated_on is not None and dated_on > on:
        found.append(block("まだ来ていない日付の伝票は起票できません。", BOOKKEEPING, code="future"))
    if dated_on is not None and dated_on < voucher.dated_on:
        found.append(block("訂正の日付は、元の伝票の日付より前にはできません。", CORRECTION, code="before"))
    return found


def _standing(voucher: Voucher, *, by, verb: str = "承認") -> list[Finding]:
    """だれが、どの状態の伝票を承認・差戻しできるか。"""
    found = []
    if not voucher.is_waiting:
        found.append(
            block(
                f"この伝票は「{voucher.get_state_display()}」です。{verb}を待っていません。", "事務の流れ", code="state"
            )
        )
    if not may_check(voucher.made_by_id, by.pk):
        found.append(
            block(
                f"起票した本人（{voucher.made_by}）は{verb}できません。別の権限者にお願いしてください。",
                SEGREGATION, code="same_person",
            )
        )  # fmt: skip
    else:
        found.append(passed(f"起票は{voucher.made_by}です。別の人が承認します。", SEGREGATION))
    return found


def _own_findings(voucher: Voucher, *, by, on: date) -> list[Finding]:
    lines = list(voucher.lines.select_related("account"))
    debit, credit = _totals(lines)
    found = _standing(voucher, by=by)
    if not by.has_perm("ledger.approve_voucher"):
        found.append(block("伝票を承認する権限がありません。", "役割の表", code="permission"))
    if voucher.is_waiting:
        found += Reach.on(on).findings(DelegatedAct.VOUCHER, debit, by=by)
    if len(lines) < 2 or debit != credit or debit <= 0:
        found.append(_unbalanced(debit, credit))
    else:
        found.append(passed(f"借方と貸方は {debit:,}円で一致しています。", BOOKKEEPING))
    if any(line.account.per_member and line.member_id is None for line in lines):
        found.append(block("組合員別の科目に、組合員のない行があります。", "科目表（組合員別の補助）", code="member"))
    if voucher.reverses_id:
        found.append(_mirror_finding(voucher, lines))
    if voucher.kind == VoucherKind.OPENING and voucher.is_waiting:
        found += opening_findings(voucher, lines)
    return found


def opening_findings(voucher: Voucher, lines) -> list[Finding]:
    """開始伝票だけの確認: 同じ科目・組合員の開始残高は一度、日付は初めての取引より前。"""
    found = []
    earlier = (
        VoucherLine.objects.filter(
            voucher__kind=VoucherKind.OPENING,
            voucher__state=VoucherState.POSTED,
            account__in={line.account_id for line in lines},
        )
        .exclude(voucher__reversals__state=VoucherState.POSTED)
        .values_list("account_id", "member_id")
    )
    known = set(earlier)
    twice = dict.fromkeys(line.account.name for line in lines if (line.account_id, line.member_id) in known)
    if twice:
        found.append(
            warn(
                f"「{'・'.join(twice)}」の開始残高は、すでに計上されています。二重になっていないか確かめてください。",
                "開始残高",
            )
        )
    first = Voucher.objects.posted().exclude(kind=VoucherKind.OPENING).aggregate(first=Min("dated_on"))["first"]
    if first and voucher.dated_on > first:
        found.append(
            warn(
                f"開始伝票の日付（{_day(voucher.dated_on)}）が、初めての取引（{_day(first)}）より後です。",
                "開始残高",
            )
        )
    if any(line.account_id in LOAN_ACCOUNTS for line in lines):
        found.append(
            warn(
                "貸付の科目の開始残高は、契約ごとの記録を持たないので、貸付台帳には載りません（限度額には数えます）。",
                "貸付台帳と元帳の一致",
            )
        )
    return found


def mirrors(reversal_lines, original_lines) -> bool:
    """訂正（赤）が、元の伝票の貸借をそのまま入れ替えたものか。"""

    def rows(lines, *, swapped):
        return Counter(
            (
                (Side(line.side).opposite if swapped else Side(line.side)),
                line.account_id, line.member_id, line.reference, line.amount,
            )
            for line in lines
        )  # fmt: skip

    return rows(reversal_lines, swapped=True) == rows(original_lines, swapped=False)


def _mirror_finding(voucher: Voucher, lines) -> Finding:
    original = voucher.reverses
    more = {"url": original.get_absolute_url(), "url_label": "元の伝票を見る"}
    if not original.is_posted or not mirrors(lines, original.lines.all()):
        return block(f"元の伝票 {original.label} の貸借を入れ替えたものになっていません。", CORRECTION, **more)
    return passed(f"元の伝票 {original.label} の貸借を、そのまま入れ替えています。", CORRECTION, **more)


def _unbalanced(debit: int, credit: int) -> Finding:
    return block(f"貸借が合いません（借方 {debit:,}円、貸方 {credit:,}円）。", BOOKKEEPING, code="unbalanced")


def _totals(lines) -> tuple[int, int]:
    return (
        sum(line.amount for line in lines if line.side == Side.DEBIT),
        sum(line.amount for line in lines if line.side == Side.CREDIT),
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _lacks_member(accounts, line: SlipLine) -> bool:
    return accounts[line.account].per_member and line.member is None


def _lock(voucher: Voucher) -> Voucher:
    return Voucher.objects.select_for_update(of=("self",)).select_related("made_by").get(pk=voucher.pk)


def _refresh(voucher: Voucher) -> None:
    """呼んだ側が持つ伝票にも、決まった状態を映す。"""
    voucher.refresh_from_db()


def _need(by, permission: str, label: str) -> None:
    if not by.has_perm(permission):
        raise StepRefused(label, [block(f"「{label}」をする権限がありません。", "役割の表", code="permission")])
