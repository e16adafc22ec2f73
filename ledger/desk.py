"""今日の仕事への登録: 承認を待つ伝票。"""

from __future__ import annotations

from django.urls import reverse

from coopfin import worklists
from coopfin.flow import block
from coopfin.worklists import MenuItem, Task, Tile
from ledger import approvals
from ledger.models import Voucher, VoucherLine, VoucherState
from members.merging import register_guard
from members.models import Member

APPROVE = "ledger.approve_voucher"
MOST_TASKS = 20


def waiting_for(user, on) -> int:
    """この人の承認を待つ伝票の枚数。メニューの件数。"""
    return len(approvals.turn(user, on).mine) if user.has_perm(APPROVE) else 0


def waiting_tile(user, on):
    """札「承認を待つ伝票」。"""
    if not user.has_perm(APPROVE):
        return []
    turn = approvals.turn(user, on)
    left = [f"あなたが起票した {turn.own}枚"] if turn.own else []
    if turn.others:
        left.append(f"ほかの人の番の {turn.others}枚")
    note = f"{'と'.join(left)}を除く" if left else "起票した人とは別の人が承認します"
    url = f"{reverse('ledger:voucher_list')}?state={VoucherState.PREPARED}"
    return [Tile("承認を待つ伝票", len(turn.mine), "枚", note, url)]


def waiting_tasks(user, on):
    """承認を待つ伝票。古い日付から。"""
    if not user.has_perm(APPROVE):
        return []
    waiting = approvals.waiting_for(user, on).select_related("made_by").prefetch_related("lines__member")
    return [
        Task(f"伝票を承認する：{voucher.description}", _about(voucher), voucher.get_absolute_url(),
             due_on=voucher.dated_on if voucher.dated_on >= on else None, since_on=voucher.dated_on)
        for voucher in waiting.order_by("dated_on", "pk")[:MOST_TASKS]
    ]  # fmt: skip


def _about(voucher: Voucher) -> str:
    """どの伝票か: 組合員・金額・起票した人。"""
    member = next((line.member for line in voucher.lines.all() if line.member_id), None)
    return "　".join(filter(None, [str(member or ""), f"{voucher.total:,}円", f"起票 {voucher.made_by}"]))


def keep_books_apart(kept, gone):
    """伝票の行がある組合員は、ほかの組合員にまとめられない（計上済の伝票は変えられない）。"""
    count = VoucherLine.objects.filter(member=gone).count()
    if count:
        yield block(
            f"「{gone}」には伝票の行が{count}行あります。伝票の組合員は変えられないので、まとめられません。",
            "伝票は直さず、訂正の伝票で直す（中小企業等協同組合法41条）",
            detail="残すほうと逆にすると、まとめられることがあります。",
            code="books",
        )


def register() -> None:
    register_guard(Member, keep_books_apart)
    worklists.register_menu(
        MenuItem("組合", 80, "伝票・試算表", "ledger:voucher_list", "ledger.view_voucher", waiting_for, ("ledger:",))
    )
    worklists.register_tile(waiting_tile)
    worklists.register_task(waiting_tasks)
