"""機関と席の登録・再任（H2.1-d）。議決の数え方（定足数・除斥）は、ここに書いた席から決まる。"""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from coopfin import log
from coopfin.flow import block
from coopfin.operations import users
from governance.enums import SeatTitle
from governance.models import Body, Seat
from governance.models.bodies import role_problem
from governance.operations.locks import need, refuse
from members.models import Person
from members.operations.base import standing

MANAGE = "governance.manage_bodies"


@users.register_guard
def roles_fit_the_seats(person: Person, roles, on: date):
    """利用者の役割が、その人のいまとこれからの席に合うか（中小企業等協同組合法 37条）。"""
    held = Seat.objects.filter(person=person).filter(Q(to_on__isnull=True) | Q(to_on__gte=on))
    for title in held.order_by().values_list("title", flat=True).distinct():
        yield role_problem(title, roles)


def register_body(
    *, kind: str, name: str, seats_min: int = 0, source: str = "", remote_allowed: bool = False, by, on: date
) -> Body:
    """機関を登録する。登録済なら、変わった欄だけを直す（種類は変わらない）。"""
    label = "機関の登録"
    need(by, MANAGE, label)
    with transaction.atomic():
        body = Body.objects.select_for_update().filter(kind=kind).first()
        added = body is None
        body = body or Body(kind=kind)
        values = {"name": name, "seats_min": seats_min, "source": source, "remote_allowed": remote_allowed}
        differences = log.assign(body, values)
        if added or differences:
            body.full_clean()
            body.save()
            log.record(
                body, verb="body_add" if added else "body_change", label=label if added else "機関の変更", by=by, on=on,
                differences=[] if added else differences,
            )  # fmt: skip
    return body


def take_seat(
    *, body: Body, person: Person, title: str, from_on: date, to_on: date | None = None, by, on: date
) -> Seat:
    """席に就く。席の名・兼任・任期の重なりは、席そのものが確かめる。"""
    label = "席の登録"
    need(by, MANAGE, label)
    with transaction.atomic():
        Body.objects.select_for_update().get(pk=body.pk)
        seat = Seat(body=body, person=standing(person, label), title=title, from_on=from_on, to_on=to_on)
        seat.full_clean()
        seat.save()
        log.record(seat, verb="seat_add", label=label, by=by, on=on)
    return seat


@transaction.atomic
def reappoint(seat: Seat, *, title: str, to_on: date, by, on: date) -> Seat:
    """再任する。前の任期が満了した日の翌日から、新しい任期の席を作る。前の席は履歴として残る。"""
    label = "再任"
    need(by, MANAGE, label)
    body = Body.objects.select_for_update().get(pk=seat.body_id)
    seat = Seat.objects.select_related("person").get(pk=seat.pk)
    if seat.to_on is None:
        text = f"{seat.person}さんの任期満了日が定められていません。満了日を入れてから再任してください。"
        refuse(label, block(text, body.source, code="no-term"))
    if title not in SeatTitle.values:
        refuse(label, block("席を選んでください。", body.source, code="title"))
    following = Seat(body=body, person=seat.person, title=title, from_on=seat.to_on + timedelta(days=1), to_on=to_on)
    try:
        following.full_clean()
    except ValidationError as error:
        refuse(label, *(block(text, body.source, code="seat") for text in error.messages))
    following.save()
    log.record(
        following, verb="reappoint", label=label, by=by, on=on, from_on=following.from_on.isoformat(),
        to_on=to_on.isoformat(),
    )  # fmt: skip
    return following
