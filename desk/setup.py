"""組合を整える順番: 何もないデータベースから最初の申込を受け付けるまで。どこまで進んだかは、あるデータから決まる。

途中でやめても、何日かけても、どの順でも続けられる。整った組合では、同じ頁が「設定」の入口になる。
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse

from coopfin.models import Cooperative, Delegation, Policy, User, UserRole
from coopfin.roles import Role, roles_with
from governance.enums import BodyKind, FinanceBusiness
from governance.models import ArticlesClause, FinanceBylaw, FinanceRule, LimitResolution, Seat
from ledger.models import Account, Voucher
from members.models import Industry, Member

#: これがないと、受け付けた申込を審査し、決めることができない
NEEDED_ROLES = (Role.CLERK, Role.COMMITTEE, Role.PRESIDENT)
#: 今日の仕事に、整えることを出す人
WHO_SETS_UP = ("coopfin.use_admin", "members.import_members")


@dataclass(frozen=True)
class SetupStep:
    """整えること一つ。may は、いま開いている人にできるか。who は、できる役割。"""

    key: str
    #: 設定の入口での名
    title: str
    label: str
    done: bool
    permission: str
    url: str
    note: str = ""
    #: いまどうなっているか（済んだあとに見せる）
    summary: str = ""
    may: bool = False
    #: なくても始められるもの
    optional: bool = False
    #: 提案が承認を待っている。turn は、承認できる人の名。
    waiting: bool = False
    turn: str = ""

    @property
    def who(self) -> str:
        return "・".join(role.label for role in Role if role in roles_with(self.permission))


def steps(user, on: date) -> list[SetupStep]:
    """今日の仕事に出す一覧。すべて整っているか、この人にできることが残っていなければ、空。"""
    if not any(user.has_perm(name) for name in WHO_SETS_UP):
        return []
    found = all_steps(user, on)
    return found if any(step.may for step in found if not step.done and not step.optional) else []


def all_steps(user, on: date) -> list[SetupStep]:
    """設定の入口に出す一覧。"""
    return [replace(step, may=step.may or user.has_perm(step.permission)) for step in _all(user, on)]


def _all(user, on: date) -> Iterator[SetupStep]:
    cooperative = Cooperative.current()
    yield SetupStep(
        "cooperative", "組合", "組合の名称・住所・代表者を書く", cooperative is not None, "coopfin.propose_policy",
        reverse("desk:setup_cooperative"), "契約書類に印字されます。", str(cooperative or ""),
    )  # fmt: skip
    accounts, industries = Account.objects.count(), Industry.objects.count()
    yield SetupStep(
        "accounts", "業種と勘定科目", "業種と勘定科目を入れる", bool(accounts and industries), "coopfin.propose_policy",
        reverse("desk:setup_accounts"), "標準の科目表を読み込み、名称を組合の帳簿に合わせます。",
        f"科目 {accounts}・業種 {industries}",
    )  # fmt: skip
    yield _users()
    yield _proposal(
        "policy", "方針", "方針（利息の計算・担保の掛目など）を提案し、別の人が承認する", Policy, Policy.on(on), user, on,
        propose="coopfin.propose_policy", approve="coopfin.approve_policy",
        url=reverse("desk:setup_policy"), note="はじめは、よく使われる値が入っています。",
    )  # fmt: skip
    start = cooperative.fiscal_start_month if cooperative else 4
    yield _proposal(
        "limits", "限度額の決議", "総会の限度額の決議を提案し、別の人が承認する", LimitResolution, LimitResolution.current(on, start),
        user, on, propose="governance.propose_resolution", approve="governance.approve_resolution",
        url=reverse("desk:setup_limits"), note="総会の議事録の、①〜⑤を写します。",
    )  # fmt: skip
    yield _proposal(
        "articles", "定款の条項", "貸付を行うための定款の条項を提案し、別の人が承認する", ArticlesClause,
        ArticlesClause.on(FinanceBusiness.LENDING, on), user, on,
        propose="governance.propose_resolution", approve="governance.approve_resolution",
        url=reverse("desk:setup_articles"),
        note="定款の写し・認可書・登記事項証明書を見て書きます。効力のある条項がないと、承認・契約・実行ができません。",
    )  # fmt: skip
    yield _proposal(
        "rules", "規約・規程", "金融事業の規程（または規約）を提案し、別の人が承認する", FinanceRule,
        FinanceRule.on(on) or FinanceBylaw.on(on), user, on,
        propose="governance.propose_resolution", approve="governance.approve_resolution",
        url=reverse("desk:setup_rule"),
        note="理事会の議事録を見て、金額・期間・担保などの基準を写します。申込を、この基準に照らします。",
    )  # fmt: skip
    delegated = _proposal(
        "delegation", "権限委譲", "権限委譲表を提案し、別の人が承認する", Delegation, Delegation.on(on), user, on,
        propose="coopfin.propose_policy", approve="coopfin.approve_policy",
        url=reverse("desk:setup_delegation"),
        note="事務局長が承認できる額を決めます。なければ、役割の表のとおり額の定めなく行えます。",
    )  # fmt: skip
    yield replace(delegated, optional=True)
    members = Member.objects.count()
    yield SetupStep(
        "members", "組合員名簿", "組合員名簿を取り込む", members > 0, "members.import_members", reverse("members:import"),
        "Excel か CSV。代表者は「人」にも登録されるので、席に就く人を候補から選べます。", f"組合員 {members}",
    )  # fmt: skip
    seats = list(Seat.objects.current(on).values_list("body__kind", "person__user"))
    seated = {kind for kind, _ in seats}
    empty = [kind.label for kind in (BodyKind.BOARD, BodyKind.COMMITTEE) if kind not in seated]
    yield SetupStep(
        "bodies", "機関と席", "理事会と金融委員会の席を登録する", not empty, "governance.manage_bodies",
        reverse("desk:setup_bodies"), f"席のない機関: {'・'.join(empty)}" if empty else "", f"在任 {len(seats)}席",
    )  # fmt: skip
    yield SetupStep(
        "linked", "金融委員の利用者", "金融委員の利用者を、席に就いた人と結び付ける",
        any(kind == BodyKind.COMMITTEE and owner for kind, owner in seats), "coopfin.manage_users",
        f"{reverse('desk:users')}?role={Role.COMMITTEE}",
        "結び付けると、その人の名前で意見を述べられ、利害関係のある案件は見えなくなります。",
    )  # fmt: skip
    opened = Voucher.objects.count()
    yield SetupStep(
        "opening", "開始残高", "開始残高を開始伝票で起票する", opened > 0, "ledger.prepare_voucher",
        reverse("ledger:opening_create"), "銀行からの借入の残高は、限度額 ① に数えます。", f"伝票 {opened}",
        optional=True,
    )  # fmt: skip


def _users() -> SetupStep:
    held = set(UserRole.objects.filter(user__is_active=True).values_list("role", flat=True))
    missing = [role.label for role in NEEDED_ROLES if role not in held]
    return SetupStep(
        "users", "利用者", "利用者を招き、役割を付ける", not missing, "coopfin.manage_users", reverse("desk:users"),
        f"まだいない役割: {'・'.join(missing)}" if missing else "", f"利用者 {User.objects.filter(is_active=True).count()}",
    )  # fmt: skip


def _proposal(key, title, label, model, current, user, on, *, propose, approve, url, note) -> SetupStep:
    """提案と承認が要るもの。承認待ちなら、だれの番かを言い、その人には承認の頁を開かせる。"""
    waiting = model.objects.waiting().select_related("proposed_by").order_by("-pk").first()
    step = SetupStep(key, title, label, current is not None, propose, url, note, str(current or ""))
    if waiting is None:
        return step
    approvers = User.objects.filter(is_active=True, role_rows__role__in=[str(role) for role in roles_with(approve)])
    names = [str(one) for one in approvers.exclude(pk=waiting.proposed_by_id).distinct().order_by("pk")]
    turn = "・".join(f"{name}さん" for name in names)
    standing_in_the_way = next((finding for finding in waiting.approval_findings(on) if finding.blocks), None)
    mine = user.has_perm(approve) and user.pk != waiting.proposed_by_id and standing_in_the_way is None
    if standing_in_the_way is not None:
        note = f"{waiting.proposed_by}さんの提案は、まだ承認できません。{standing_in_the_way.text}"
    elif not turn:
        note = "承認できる人がまだいません。事務局長か理事長を招いてください。"
    elif mine:
        note = f"{waiting.proposed_by}さんが提案しました。あなたの承認を待っています。"
    else:
        note = f"{waiting.proposed_by}さんの提案が、{turn}の承認を待っています。"
    return replace(
        step, waiting=True, turn=turn, note=note, may=mine,
        url=waiting.proposal_url if not step.done or mine else url,
    )  # fmt: skip
