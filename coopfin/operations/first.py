"""最初の管理者: 何もないデータベースで一度だけ。サーバーに入れる人だけが出せる合言葉で守る。

合言葉は秘密鍵で署名した時刻で、どこにも残らない。一日で切れ、利用者が一人でもいれば使えない。
"""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db import transaction

from coopfin import log
from coopfin.flow import StepRefused, block
from coopfin.models import User
from coopfin.roles import Role

SALT = "coopfin.first-administrator"
VALID_SECONDS = 24 * 60 * 60


def needed() -> bool:
    """利用者がまだ一人もいないか。"""
    return not User.objects.exists()


def make_code() -> str:
    """合言葉。"""
    return signing.dumps("first", salt=SALT)


def is_valid(code: str) -> bool:
    """合言葉が正しく、まだ切れていないか。"""
    try:
        return signing.loads(code, salt=SALT, max_age=VALID_SECONDS) == "first"
    except signing.BadSignature:
        return False


def register_first_administrator(
    code: str, *, username: str, name: str, email: str = "", password: str, on: date
) -> User:
    """最初の管理者を登録する。ほぼ同時に二人が送っても、一人だけが登録される。"""
    label = "最初の管理者の登録"
    with transaction.atomic():
        ContentType.objects.select_for_update().get(app_label="coopfin", model="user")
        if not is_valid(code) or not needed():
            raise StepRefused(
                label, [block("最初の管理者は、もう登録されています。ログインの画面から入ってください。")]
            )
        user = User(username=User.normalize_username(username), name=name, email=email)
        user.set_password(password)
        user.full_clean()
        user.save()
        user.set_roles([Role.ADMIN])
        log.record(user, verb="first_administrator", label=label, by=user, on=on)
    return user
