"""はじめに整えること: 何もないデータベースから最初の申込を受け付けるまでの順番。整った組合では何も出さない。"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from coopfin.models import Cooperative, Policy, UserRole
from coopfin.roles import Role, roles_with
from governance.enums import BodyKind
from governance.models import LimitResolution, Seat
from ledger.models import Account, Voucher
from members.models import Industry, Member

#: これがないと、受け付けた申込を審査し、決めることができない
NEEDED_ROLES = (Role.CLERK, Role.COMMITTEE, Role.PRESIDENT)


@dataclass(frozen=True)
class SetupStep:
    """整えること一つ。may は、いま開いている人にできるか。who は、できる役割。"""

    label: str
    done: bool
    permission: str
    url: str
    note: str = ""
    may: bool = False
    #: なくても始められるもの
    optional: bool = False

    @property
    def who(self) -> str:
        return "・".join(role.label for role in Role if role in roles_with(self.permission))


def steps(user, on: date) -> list[SetupStep]:
    """整えることの一覧。すべて整っているか、この人にできることが残っていなければ、空。"""
    if not any(user.has_perm(name) for name in ("coopfin.use_admin", "members.import_members")):
        return []
    found = [
        SetupStep(
            step.label, step.done, step.permission, step.url, step.note, user.has_perm(step.permission), step.optional
        )
        for step in _all(on)
    ]
    open_steps = [step for step in found if not step.done and not step.optional]
    return found if any(step.may for step in open_steps) else []


def _all(on: date):
    yield SetupStep(
        "業種と勘定科目を読み込む", Industry.objects.exists() and Account.objects.exists(), "coopfin.manage_users",
        reverse("admin:members_industry_changelist"), "サーバーで manage.py load_master_data を実行します。",
    )  # fmt: skip
    yield SetupStep(
        "組合の名称・住所・代表者を登録する", Cooperative.objects.exists(), "coopfin.manage_users",
        reverse("admin:coopfin_cooperative_changelist"), "契約書類に印字されます。",
    )  # fmt: skip
    held = set(UserRole.objects.filter(user__is_active=True).values_list("role", flat=True))
    missing = [role.label for role in NEEDED_ROLES if role not in held]
    yield SetupStep(
        "利用者を登録し、役割を付ける", not missing, "coopfin.manage_users", reverse("admin:coopfin_user_changelist"),
        f"まだいない役割: {'・'.join(missing)}" if missing else "",
    )  # fmt: skip
    yield _proposal(
        "方針（利息の計算・担保の掛目など）を提案し、別の人が承認する", Policy.on(on) is not None, Policy,
        "coopfin.propose_policy",
    )  # fmt: skip
    yield _proposal(
        "総会の限度額の決議を提案し、別の人が承認する", LimitResolution.current(on) is not None, LimitResolution,
        "governance.propose_resolution",
    )  # fmt: skip
    yield SetupStep(
        "組合員名簿を取り込む", Member.objects.exists(), "members.import_members", reverse("members:import"),
        "代表者は「人」にも登録されます。",
    )  # fmt: skip
    seats = list(Seat.objects.current(on).values_list("body__kind", "person__user"))
    seated = {kind for kind, _ in seats}
    empty = [kind.label for kind in (BodyKind.BOARD, BodyKind.COMMITTEE) if kind not in seated]
    yield SetupStep(
        "理事会と金融委員会の席を登録する", not empty, "governance.manage_bodies", reverse("governance:bodies"),
        f"席のない機関: {'・'.join(empty)}" if empty else "",
    )  # fmt: skip
    yield SetupStep(
        "金融委員の「人」に、利用者を結び付ける", any(kind == BodyKind.COMMITTEE and user for kind, user in seats),
        "coopfin.manage_users", reverse("admin:members_person_changelist"),
        "結び付けると、その人の名前で意見を述べられ、利害関係のある案件は見えなくなります。",
    )  # fmt: skip
    yield SetupStep(
        "開始残高を開始伝票で起票する", Voucher.objects.exists(), "ledger.prepare_voucher",
        reverse("ledger:opening_create"), "銀行からの借入の残高は、限度額 ① に数えます。", optional=True,
    )  # fmt: skip


def _proposal(label: str, done: bool, model, permission: str) -> SetupStep:
    """提案と承認が要るもの。承認待ちなら、そう言う。"""
    waiting = not done and model.objects.waiting().exists()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{'changelist' if done or waiting else 'add'}"
    return SetupStep(label, done, permission, reverse(name), "提案が承認を待っています。" if waiting else "")
