"""伏せるもの: 利害関係のある案件と閲覧の制限された案件、それに付いた貸付・議案・書類・写し（ドメイン E）。

議案・記録・書類は案件を知らないので、どれを伏せるかをここから届ける。判定はいつも、いまの台帳による。
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.contrib.contenttypes.models import ContentType

from coopfin import reading
from documents.models import IssuedDocument, Upload
from governance import barring
from governance.models import AgendaItem
from loans.models import Application, Condition, Loan


@reading.register_hidden
def interested(user, on: date) -> Iterator[tuple[type, list[int]]]:
    """利害関係のある案件と、それに付いたものの番号。そのような案件は一人に数えるほどしかない。"""
    clear = Application.objects.not_interested(getattr(user, "person", None), on).order_by()
    yield from _with_all_attached(Application.objects.exclude(pk__in=clear.values("pk")))


@reading.register_closed
def closed(user, on: date) -> Iterator[tuple[type, list[int]]]:
    """閲覧の制限された案件のうち、この人に許しのないものと、それに付いたものの番号。"""
    yield from _with_all_attached(Application.objects.closed_to(user, on))


def _with_all_attached(cases) -> Iterator[tuple[type, list[int]]]:
    applications = list(cases.order_by().values_list("pk", flat=True))
    if not applications:
        return
    loans = list(Loan.objects.filter(application__in=applications).order_by().values_list("pk", flat=True))
    yield Application, applications
    yield Loan, loans
    # 条件の免除の議案は、条件を相手にする。
    conditions = list(Condition.objects.filter(application__in=applications).order_by().values_list("pk", flat=True))
    yield Condition, conditions
    types = [ContentType.objects.get_for_model(model) for model in (Application, Loan, Condition)]
    for model in (AgendaItem, IssuedDocument, Upload):
        attached = model.objects.none()
        for content_type, numbers in zip(types, (applications, loans, conditions), strict=True):
            attached |= model.objects.filter(content_type=content_type, object_id__in=numbers)
        yield model, list(attached.order_by().values_list("pk", flat=True))


_BARRED = "受け付けた本人は、この議案の議決に加われません（棄権として数えます）。"


def who_handled_them(numbers: list[int]) -> dict[int, dict[int, str]]:
    """申込を受け付けた人は、理事であってもその決定に加われない（相互牽制）。"""
    found = Application.objects.filter(pk__in=numbers, received_by__isnull=False)
    return {pk: {received_by: _BARRED} for pk, received_by in found.values_list("pk", "received_by")}


def who_handled_the_cases(numbers: list[int]) -> dict[int, dict[int, str]]:
    """条件の免除でも同じ。"""
    found = Condition.objects.filter(pk__in=numbers, application__received_by__isnull=False)
    return {pk: {received_by: _BARRED} for pk, received_by in found.values_list("pk", "application__received_by")}


barring.register("loans.application", who_handled_them)
barring.register("loans.condition", who_handled_the_cases)
