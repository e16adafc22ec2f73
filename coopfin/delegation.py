"""権限委譲に照らす: だれが、いくらまで承認してよいか。超える額は理事長だけが通す（手引き 第2章1 e）。

効力のある委譲表が一つもないあいだは、役割の表（coopfin.roles）のとおりで、額の定めはない。
委譲表があるときは、行のない役割はその行為をできない。
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.urls import reverse

from coopfin.flow import Finding, block
from coopfin.models import DelegatedAct, Delegation, User
from coopfin.once import once_while_reading
from coopfin.roles import Role, roles_with

_VERBS = {
    DelegatedAct.CONFIRM_READY: "確認",
    DelegatedAct.DISBURSE: "承認",
    DelegatedAct.VOUCHER: "承認",
}


@dataclass(frozen=True)
class Reach:
    """ある日の委譲。version がなければ、額の定めはない。"""

    version: Delegation | None
    amounts: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    @once_while_reading
    def on(cls, day: date) -> Reach:
        version = Delegation.on(day)
        rows = version.rows.all() if version else ()
        return cls(version, {(row.act, row.role): row.maximum_amount for row in rows})

    def ceiling(self, act: str, roles) -> int | None:
        """この役割の人がこの行為をできる額。None は上限なし、0 はできない。"""
        if self.version is None or Role.PRESIDENT in roles:
            return None
        return max((self.amounts.get((act, role), 0) for role in roles), default=0)

    def roles(self, act: str, amount: int) -> list[Role]:
        """この額を通せる役割。"""
        holders = roles_with(DelegatedAct(act).permission)
        return [role for role in Role if role in holders and self.may(act, amount, {role})]

    def may(self, act: str, amount: int, roles) -> bool:
        """この役割の人が、この額を通せるか。"""
        ceiling = self.ceiling(act, roles)
        return ceiling is None or amount <= ceiling

    @cached_property
    def deputies(self) -> list[User]:
        """委譲を受けている人（いま働いている、理事長でない人）。"""
        roles = {role for _, role in self.amounts}
        held = User.objects.filter(is_active=True, role_rows__role__in=roles).distinct().order_by("pk")
        return [user for user in held.prefetch_related("role_rows") if Role.PRESIDENT not in user.roles]

    def before(self, user) -> list[User]:
        """この人より先に番に当たる人。理事長の番に当たるのは、委譲を受けただれも通せないものだけ。"""
        return self.deputies if self.version is not None and Role.PRESIDENT in user.roles else []

    def who(self, act: str, amount: int) -> str:
        """だれの承認が要るか。"""
        return "・".join(role.label for role in self.roles(act, amount))

    def findings(self, act: str, amount: int, *, by) -> list[Finding]:
        """この人がこの額を通せない理由。権限そのものがない人には、ここでは言わない（役割の表が言う）。"""
        act = DelegatedAct(act)
        if not by.has_perm(act.permission):
            return []
        if self.may(act, amount, by.roles):
            return []
        ceiling = self.ceiling(act, by.roles)
        who, verb = f"{by}さん（{by.role_labels}）", _VERBS[act]
        if ceiling:
            text = f"{who}が{verb}できるのは {ceiling:,}円まで（{self.version}）で、これは {amount:,}円です。"
        else:
            text = f"{who}には「{act.label}」が委譲されていません（{self.version}）。"
        return [
            block(
                f"{text}{self.who(act, amount)}の{verb}が要ります。",
                self.version.source,
                url=reverse("governance:delegation"),
                url_label="権限委譲表を見る",
                code="delegation",
            )
        ]
