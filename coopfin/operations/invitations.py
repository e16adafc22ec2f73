"""招待のリンク: 出す・取り消す・受ける。パスワードは本人だけが決め、管理者も知らない。

初めての人にも、パスワードを忘れた人にも、同じリンクを渡す。合言葉は無作為で、指紋だけを残し、一度しか使えない。
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta

from django.db import transaction
from django.db.models.functions import Now

from coopfin import log
from coopfin.flow import StepRefused, block
from coopfin.models import Invitation, User
from coopfin.operations.users import SEGREGATION, need_permission

#: 出した日から、この日数のあいだ使える
DAYS = 7


def fingerprint(token: str) -> str:
    """合言葉の指紋。"""
    return hashlib.sha256(token.encode()).hexdigest()


def issue_invitation(user: User, *, by, on: date) -> tuple[Invitation, str]:
    """招待を出す。前の招待は取り消す。返す合言葉は、ここでしか分からない。"""
    label = "招待リンクの発行"
    need_permission(by, label)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if locked.pk == by.pk:
            raise StepRefused(
                label,
                [
                    block(
                        "自分への招待は出せません。自分のパスワードは、画面の右上の「パスワード」で変えられます。"
                        "忘れたときは、ほかの管理者に頼んでください。",
                        SEGREGATION,
                    )
                ],
            )
        if not locked.is_active:
            raise StepRefused(label, [block(f"{locked}は利用を止めています。先に「有効」に戻してください。")])
        Invitation.objects.filter(user=locked).revoke(by)
        token = secrets.token_urlsafe(32)
        invitation = Invitation.objects.create(
            user=locked, fingerprint=fingerprint(token), issued_by=by, expires_on=on + timedelta(days=DAYS)
        )
        log.record(locked, verb="invite", label=label, by=by, on=on, expires_on=invitation.expires_on.isoformat())
    return invitation, token


def revoke_invitation(user: User, *, by, on: date) -> None:
    """まだ使われていない招待を取り消す。"""
    label = "招待リンクの取消"
    need_permission(by, label)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if not Invitation.objects.filter(user=locked).revoke(by):
            raise StepRefused(label, [block("取り消す招待がありません。すでに使われたか、取り消されています。")])
        log.record(locked, verb="revoke_invitation", label=label, by=by, on=on)


def find_invitation(token: str, on: date) -> Invitation | None:
    """使える招待。使えない理由（期限・使用済み・取消・ないリンク）は、外の人には区別して見せない。"""
    return Invitation.objects.usable(on).select_related("user").filter(fingerprint=fingerprint(token)).first()


def accept_invitation(token: str, *, password: str, on: date) -> User:
    """招待を受け、本人がパスワードを決める。ほかの画面のログインは切れる。"""
    label = "招待リンクからのパスワードの設定"
    with transaction.atomic():
        found = find_invitation(token, on)
        if found is not None:
            user = User.objects.select_for_update().get(pk=found.user_id)
            found = Invitation.objects.usable(on).filter(pk=found.pk).first()
        if found is None:
            raise StepRefused(label, [block("このリンクは、もう使えません。管理者に新しいリンクを頼んでください。")])
        Invitation.objects.filter(pk=found.pk).update(used_at=Now())
        user.set_password(password)
        user.save(update_fields=["password"])
        log.record(user, verb="accept_invitation", label=label, by=user, on=on)
    return user
