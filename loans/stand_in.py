"""理事長に利害関係のある案件（ドメイン C4・E）: 指示も、額を超える承認も、理事長にはできない。だれが職務を代理するか。

組合を代表する理事は、理事会が定める（中小企業等協同組合法 36条の8）。理事長に差し支えがあるときは、定款の定める順
（副理事長、専務理事）に職務を代理するのがふつうである。代理する理事も、その案件に利害関係があってはならない。
"""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from coopfin.flow import Finding, warn
from coopfin.models import User
from coopfin.roles import Role
from governance.enums import BodyKind, SeatTitle
from governance.workflow import seats_of
from loans import coverage

SOURCE = "定款（理事長の職務の代理）、中小企業等協同組合法 36条の8・38条"
#: 職務を代理する順（定款の例）
DEPUTIES = (SeatTitle.VICE_PRESIDENT, SeatTitle.MANAGING_DIRECTOR)


def presidents():
    """いま「理事長」の役割を持つ利用者。"""
    return User.objects.filter(is_active=True, role_rows__role=Role.PRESIDENT).select_related("person").order_by("pk")


def deputies(application, on: date) -> list:
    """この案件に利害関係のない、職務を代理する理事の席。代理する順に。"""
    interested = coverage.interested_persons(application, on=on)
    seats = [seat for seat in seats_of(BodyKind.BOARD, on) if seat.title in DEPUTIES and seat.person not in interested]
    return sorted(seats, key=lambda seat: (DEPUTIES.index(seat.title), seat.from_on, seat.pk))


def finding(application, on: date) -> Finding | None:
    """理事長にできないことと、次にすること。理事長ができるなら None。"""
    if application.pk is None:
        return None
    interested = coverage.interested_persons(application, on=on)
    heads = list(presidents())
    people = [getattr(user, "person", None) for user in heads]
    if not heads or any(person is None or person not in interested for person in people):
        return None
    names = "・".join(str(person) for person in people)
    seats = deputies(application, on)
    if seats:
        who = f"定款の順に職務を代理する理事（{'、'.join(f'{s.get_title_display()} {s.person}' for s in seats)}）"
    else:
        who = "利害関係のない理事のうちから理事会が定めた、組合を代表する理事"
    return warn(
        f"理事長（{names}）は、この案件に利害関係があるため、指示も承認もできません。",
        SOURCE,
        detail=f"{who}に、管理者が「理事長」の役割を付けてください。付けたことは操作の記録に残ります。",
        url=reverse("desk:users"),
        url_label="利用者と役割を見る",
        code="president-interested",
    )
