"""照合: 組合員の出資を、異動の足し算と比べる。合わないものを名指しで返す。"""

from __future__ import annotations

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from members.models import Member, ShareChange


def shares_agree() -> list[str]:
    """組合員の出資口数・出資金額 ＝ 反映した異動の合計。"""
    applied = Q(share_changes__applied_on__isnull=False)
    rows = Member.everyone.annotate(
        counted=Coalesce(Sum("share_changes__shares", filter=applied), 0),
        summed=Coalesce(Sum("share_changes__amount", filter=applied), 0),
    ).exclude(counted=F("shares"), summed=F("share_capital"))
    return [
        f"組合員 {row.number} {row.name}: 台帳の出資 {row.shares:,}口・{row.share_capital:,}円、"
        f"異動の合計 {row.counted:,}口・{row.summed:,}円"
        for row in rows.order_by("number")
    ]


def share_balances_run() -> list[str]:
    """最後に反映した異動の「あとの口数・金額」＝ 組合員のいまの出資。"""
    last = {}
    for change in ShareChange.objects.applied().order_by("pk").select_related("member"):
        last[change.member_id] = change
    return [
        f"組合員 {change.member.number} {change.member.name}: 最後の異動のあと {change.shares_after:,}口・"
        f"{change.amount_after:,}円、台帳 {change.member.shares:,}口・{change.member.share_capital:,}円"
        for change in last.values()
        if (change.shares_after, change.amount_after) != (change.member.shares, change.member.share_capital)
    ]


CHECKS = {
    "出資の台帳と異動の合計": shares_agree,
    "出資の異動の残高": share_balances_run,
}
