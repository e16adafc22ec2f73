"""守秘のページの番人: 誓約のない人には開かせず、外部の専門家には許しのある案件だけを開かせる（H2.2-e、ドメイン E）。"""

from __future__ import annotations

from django.urls import reverse

from coopfin import reading, roles
from coopfin.reading import ReadingRefused
from documents import access
from oversight.models import CaseGrant, Pledge

#: 許しのある外部の専門家が持つ権限。読むだけで、書く権限は一つもない。
GUEST = frozenset({"coopfin.view_desk", "loans.view_application", "documents.view_upload"})


def pledged(user, on) -> None:
    """守秘義務の誓約が効いていない人を、誓約のページへ案内する。"""
    if not Pledge.objects.of_user(user).in_force(on).exists():
        raise ReadingRefused(
            "守秘義務の誓約がないか、任期とともに終わっているため、案件や台帳の中身はまだ開けません。"
            "誓約のページで文面を確かめてください。書面で出すときは、事務局に渡してください。",
            url=reverse("oversight:pledge"),
            url_label="守秘義務の誓約をする",
        )


def guest_permissions(user) -> frozenset[str]:
    """役割のない利用者のうち、取り消されていない許しのある人の権限。期間は案件ごとに、開くときに確かめる。"""
    if user.pk and CaseGrant.objects.filter(user=user, revoked_on__isnull=True).exists():
        return GUEST
    return frozenset()


def visible_pledges(user, on):
    """誓約書の写しを見てよい誓約。"""
    return Pledge.objects.values("pk") if user.has_perm("oversight.view_pledges") else Pledge.objects.none()


reading.register_guard(pledged)
roles.guests.append(guest_permissions)
access.register("oversight.pledge", visible_pledges)
