"""監査の印を付け、閲覧の記録で絞る相手。どの行を見てよいかは、それを持つアプリが登録する。

登録のない種類には印を付けられず、見てはならない相手についての記録は一覧にも出ない。
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from governance.models import Meeting
from ledger.models import Voucher
from members.models import Member


@dataclass(frozen=True)
class Target:
    """印を付けられる一つの種類。visible(user, on) は見てよい行の QuerySet。"""

    label: str
    permission: str
    page: str
    visible: Callable
    #: 閲覧を制限し、外部の専門家に許すことのできる案件か
    is_case: bool = False

    @property
    def model(self):
        return apps.get_model(self.label)

    @property
    def name(self) -> str:
        return str(self.model._meta.verbose_name)

    def rows(self, user, on: date):
        """この人が見てよい行。"""
        return self.visible(user, on) if user.has_perm(self.permission) else self.model._default_manager.none()


_registered: dict[str, Target] = {}


def register(target: Target) -> None:
    _registered[target.label] = target


def all_targets() -> list[Target]:
    return list(_registered.values())


def target_of(obj) -> Target | None:
    return _registered.get(obj._meta.label_lower)


def find(label: str, pk: int, *, user, on: date, case: bool = False):
    """印を付ける相手（case なら、閲覧を制限する案件）。見てはならないものは、ないのと同じ。"""
    target = _registered.get(label)
    if target is None or (case and not target.is_case):
        raise Http404
    return get_object_or_404(target.rows(user, on), pk=pk)


def types() -> dict[int, Target]:
    """種別の番号 → 相手。"""
    return {ContentType.objects.get_for_model(target.model).pk: target for target in all_targets()}


def without_hidden(records, user, on: date):
    """記録（TargetedRecord）から、利害関係などで見てはならない相手についてのものを除く。

    その種類をもともと開けない人（記録だけを見る管理者）には、記録の行がすべて見える。
    """
    hidden = Q(pk__in=[])
    for type_id, target in types().items():
        if user.has_perm(target.permission):
            seen = target.visible(user, on).order_by().values("pk")
            hidden |= Q(content_type=type_id) & ~Q(object_id__in=seen)
    return records.exclude(hidden)


def page_of(record, known: dict[int, Target], user) -> str:
    """記録の相手のページ。開けない人には空。"""
    target = known.get(record.content_type_id)
    return reverse(target.page, args=[record.object_id]) if target and user.has_perm(target.permission) else ""


register(Target("ledger.voucher", "ledger.view_voucher", "ledger:voucher", lambda user, on: Voucher.objects.all()))
register(Target("members.member", "members.view_member", "members:detail", lambda user, on: Member.objects.all()))
register(
    Target(
        "governance.meeting",
        "governance.view_governance",
        "governance:meeting",
        lambda user, on: Meeting.objects.visible_to(user, on),
    )
)
