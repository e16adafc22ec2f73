"""利用者と人の台帳を結ぶ（管理者だけ）。利害関係（除斥）は結び付きから分かるので、自分の結び付きは変えられない。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from coopfin import log
from coopfin.flow import StepRefused, block
from coopfin.models import User
from coopfin.operations.users import SEGREGATION, need_permission, refuse_incompatible
from members.models import Person


def link_person(user: User, person: Person | None, *, by, on: date) -> None:
    """利用者を人と結ぶ。person が None なら、結び付きを外す。変わらなければ何もしない。"""
    label = "利用者と人の結び付き"
    need_permission(by, label)
    with transaction.atomic():
        current = Person.objects.select_for_update().filter(user=user).first()
        wanted = Person.objects.select_for_update().get(pk=person.pk) if person is not None else None
        if (current and current.pk) == (wanted and wanted.pk):
            return
        if user.pk == by.pk:
            raise StepRefused(
                label,
                [block("自分と人の結び付きは、自分では変えられません。ほかの管理者に頼んでください。", SEGREGATION)],
            )
        if wanted is not None and wanted.user_id is not None:
            raise StepRefused(
                label, [block(f"{wanted}は、すでに利用者「{wanted.user}」と結ばれています。", "一人に一つの利用者名")]
            )
        refuse_incompatible(label, wanted, user.roles, on)
        for changed, owner in ((current, None), (wanted, user)):
            if changed is not None:
                changed.user = owner
                changed._history_user = by
                changed.save(update_fields=["user"])
        differences = [["人の台帳", str(current or ""), str(wanted or "")]]
        log.record(user, verb="link_person", label=label, by=by, on=on, differences=differences)
