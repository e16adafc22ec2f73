"""閲覧の記録の読み方: 時間外・休日・一日に多くの案件、という目立つ閲覧を見分ける（H2.2-e、監事のため）。"""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import ExtractHour, TruncDate
from django.utils import timezone

from coopfin.calc import days
from coopfin.models import ReadLog

#: 事務の時間（この時からこの時の前まで）。外れた閲覧は、悪いと決めるのではなく、目に留める。
OPENS, CLOSES = 8, 19
#: 一人が一日にこれだけの案件や台帳を開いたら、目に留める
MANY = 30


def busy_days(records) -> set[tuple[int, date]]:
    """一日に多くのものを開いた（人, 日）。"""
    counted = (
        records.order_by()
        .annotate(day=TruncDate("at"))
        .values("by", "day")
        .annotate(opened=Count("object_id", distinct=True))
        .filter(opened__gte=MANY)
    )
    return {(row["by"], row["day"]) for row in counted}


def closed_days(records) -> list[date]:
    """記録のある期間の休業日。"""
    span = records.order_by().aggregate(first=Min("at"), last=Max("at"))
    if span["first"] is None:
        return []
    first, last = timezone.localtime(span["first"]).date(), timezone.localtime(span["last"]).date()
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in every if not days.is_business_day(day)]


def unusual(records):
    """目立つ閲覧だけ。"""
    found = records.annotate(hour=ExtractHour("at"), day=TruncDate("at"))
    wanted = Q(hour__lt=OPENS) | Q(hour__gte=CLOSES) | Q(day__in=closed_days(records))
    for by, day in busy_days(records):
        wanted |= Q(by=by, day=day)
    return found.filter(wanted)


def flags(record: ReadLog, busy: set[tuple[int, date]]) -> list[str]:
    """この閲覧の目立つところ。"""
    local = timezone.localtime(record.at)
    found = []
    if not days.is_business_day(local.date()):
        found.append("休日")
    elif not OPENS <= local.hour < CLOSES:
        found.append("時間外")
    if (record.by_id, local.date()) in busy:
        found.append("一日に多数")
    return found


def readers_of(obj_type_id: int, object_id: int) -> list[dict]:
    """この案件を誰が、何度、最後にいつ読んだか。新しい人から。"""
    return list(
        ReadLog.objects.filter(content_type=obj_type_id, object_id=object_id)
        .order_by()
        .values("by", "by__name")
        .annotate(times=Count("pk"), last=Max("at"))
        .order_by("-last")
    )
