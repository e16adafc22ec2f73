"""今日の仕事とメニューへの登録: 承認を待つ融資枠、期限の近い融資枠。"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from coopfin import handbook, worklists
from coopfin.worklists import MenuItem, Task
from funding.models import Facility

AT_MOST = 20
ENDING_DAYS = 60


def visible_facilities(user, on):
    """書類の写しを見てよい融資枠。"""
    return Facility.objects.values("pk") if user.has_perm("funding.view_facility") else []


def _mine(user):
    """この人が承認できる提案（自分の提案は除く）。"""
    if not user.has_perm("funding.approve_facility"):
        return Facility.objects.none()
    return Facility.objects.waiting().exclude(proposed_by=user).order_by("pk")


def waiting_facilities(user, on) -> int:
    return _mine(user).count()


def facilities_to_approve(user, on):
    """承認を待つ融資枠。"""
    for facility in _mine(user).select_related("proposed_by")[:AT_MOST]:
        yield Task(
            title="融資枠の提案を承認または却下する",
            counterpart=f"{facility}（提案 {facility.proposed_by}）",
            url=facility.proposal_url,
            since_on=timezone.localtime(facility.proposed_at).date(),
        )


def facilities_to_renew(user, on):
    """期限の近い融資枠。提案する人に知らせる。"""
    if not user.has_perm("funding.propose_facility"):
        return
    for facility in Facility.objects.in_force(on):
        if facility.ends_on <= on + timedelta(days=ENDING_DAYS):
            yield Task(
                title="融資枠の期限が来る",
                counterpart=str(facility),
                url=facility.get_absolute_url(),
                due_on=facility.ends_on,
            )


def register() -> None:
    worklists.register_task(facilities_to_approve)
    worklists.register_task(facilities_to_renew)
    worklists.register_menu(
        MenuItem(
            group="組合",
            order=71,
            label="取引金融機関・融資枠",
            url_name="funding:facilities",
            permission="funding.view_facility",
            count=waiting_facilities,
            namespaces=("funding:",),
        )
    )
    handbook.kept_at("取引金融機関・融資枠", "funding:facilities", "funding.view_facility", "H2.1-f")
