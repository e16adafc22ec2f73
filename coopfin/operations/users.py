"""利用者の登録と変更（管理者だけ）。役割は二人の目で分ける: 自分の役割は変えられず、管理者は一人は残る（ドメイン E）。"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction

from coopfin import log
from coopfin.flow import StepRefused, block
from coopfin.models import Invitation, User, UserRole
from coopfin.roles import Role, incompatible

PERMISSION = "coopfin.manage_users"
SEGREGATION = "相互牽制（手引き 第2章1 e）"


#: guard(person, roles, on) → 人の席と合わない役割についての文の列。席を知る上の階が登録する。
guards: list[Callable] = []


def register_guard(guard: Callable) -> Callable:
    guards.append(guard)
    return guard


def refuse_incompatible(label: str, person, roles: Iterable[str], on: date) -> None:
    """兼ねられない役割、人の席と合わない役割を断る（中小企業等協同組合法37条、ドメイン E）。"""
    held = frozenset(Role(role) for role in roles)
    found = [incompatible(held)]
    if person is not None:
        found += [text for guard in guards for text in guard(person, held, on)]
    refused = [block(text, SEGREGATION, code="incompatible") for text in found if text]
    if refused:
        raise StepRefused(label, refused)


def need_permission(by, label: str) -> None:
    """利用者を扱えるのは管理者だけ。"""
    if not by.has_perm(PERMISSION):
        raise StepRefused(label, [block("利用者を登録・変更する権限がありません。", "役割の表")])


def role_names(roles: Iterable[str]) -> str:
    """役割の名を、表の順に。"""
    held = {Role(role) for role in roles}
    return "・".join(role.label for role in Role if role in held)


def register_user(*, username: str, name: str, email: str = "", roles: Iterable[str], by, on: date) -> User:
    """利用者を登録する。パスワードはまだなく、招待のリンクで本人が決める。"""
    label = "利用者の登録"
    need_permission(by, label)
    user = User(username=User.normalize_username(username), name=name, email=email)
    user.set_unusable_password()
    user.full_clean()
    refuse_incompatible(label, None, roles, on)
    with transaction.atomic():
        user.save()
        user.set_roles(roles)
        log.record(user, verb="user_add", label=label, by=by, on=on, roles=role_names(roles))
    return user


def change_user(
    user: User, *, username: str, name: str, email: str, is_active: bool, roles: Iterable[str], by, on: date
) -> User:
    """利用者を変える。自分の役割と有効・無効は変えられず、ログインできる管理者が一人は残る。"""
    label = "利用者の変更"
    need_permission(by, label)
    wanted = {Role(role) for role in roles}
    with transaction.atomic():
        # 管理者どうしが同時に相手を外しても、どちらかは残る。
        administrators = _locked_administrators()
        locked = User.objects.select_for_update().get(pk=user.pk)
        if locked.pk == by.pk and (wanted != locked.roles or not is_active):
            raise StepRefused(
                label,
                [
                    block(
                        "自分の役割と有効・無効は、自分では変えられません。ほかの管理者に頼んでください。", SEGREGATION
                    )
                ],
            )
        if wanted != locked.roles:
            refuse_incompatible(label, getattr(locked, "person", None), wanted, on)
        if not (is_active and Role.ADMIN in wanted):
            _keep_an_administrator(locked, administrators, label)
        before = locked.roles
        changes = log.assign(
            locked,
            {"username": User.normalize_username(username), "name": name, "email": email, "is_active": is_active},
        )
        if wanted != before:
            changes.append(["役割", role_names(before), role_names(wanted)])
        if changes:
            locked.full_clean()
            locked.save()
            locked.set_roles(wanted)
            if not is_active:
                Invitation.objects.filter(user=locked).revoke(by)
            log.record(locked, verb="user_change", label=label, by=by, on=on, differences=changes)
    return locked


def drop_second_step(user: User, *, by, on: date) -> None:
    """二段階の確認を外す。機器を失くした人は、ログインしてから自分で設定し直す。"""
    label = "二段階の確認の解除"
    need_permission(by, label)
    if user.pk == by.pk:
        raise StepRefused(
            label, [block("自分の二段階の確認は、右上の「パスワード」の頁から自分で変えられます。", SEGREGATION)]
        )
    with transaction.atomic():
        dropped, _ = Authenticator.objects.filter(user=user).delete()
        if not dropped:
            raise StepRefused(label, [block(f"{user}は、二段階の確認を使っていません。")])
        log.record(user, verb="drop_second_step", label=label, by=by, on=on)


def _locked_administrators() -> list[int]:
    """ログインできる管理者。役割の行まで鎖錠して読む。"""
    rows = UserRole.objects.select_for_update().filter(role=Role.ADMIN).order_by("pk").values_list("user_id", flat=True)
    able = User.objects.filter(pk__in=list(rows), is_active=True)
    return list(able.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).values_list("pk", flat=True))


def _keep_an_administrator(user: User, administrators: list[int], label: str) -> None:
    if user.pk in administrators and administrators == [user.pk]:
        raise StepRefused(
            label,
            [
                block(
                    f"ログインできる管理者が{user}だけなので、外すことも止めることもできません。"
                    "先に、ほかの人を管理者にしてください。",
                    "管理者は一人は要る（ドメイン E）",
                    code="last_administrator",
                )
            ],
        )
