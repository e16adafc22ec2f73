"""誓約の要る人の名簿。席のある人（理事・監事・金融委員）、役割のある利用者、案件を読む外部の専門家（H2.2-e）。"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from coopfin.models import User
from coopfin.roles import Role
from governance.models import Seat
from members.models import Person
from oversight.models import CaseGrant, Pledge

#: 任期の終わりがこれより近ければ、新しい誓約をもらう用意をする
SOON = timedelta(days=30)
#: 席のある人の役割は、席の名で言う
_SEATED_ROLES = {Role.COMMITTEE, Role.DIRECTOR, Role.PRESIDENT, Role.AUDITOR}


@dataclass
class Obliged:
    """誓約の要る一人。"""

    person: Person | None = None
    user: User | None = None
    capacities: list[str] = field(default_factory=list)
    pledge: Pledge | None = None
    #: いまの誓約が効いているか、任期の終わりが近いか
    in_force: bool = False
    ending: bool = False

    @property
    def key(self) -> str:
        return f"person-{self.person.pk}" if self.person else f"user-{self.user.pk}"

    @property
    def name(self) -> str:
        return str(self.person or self.user)

    @property
    def state(self) -> str:
        if self.in_force:
            return "まもなく終わる" if self.ending else "有効"
        return "期限切れ" if self.pledge else "まだ"

    @property
    def tone(self) -> str:
        return ("caution" if self.ending else "ok") if self.in_force else "stop"


def obliged(on: date) -> list[Obliged]:
    """誓約の要る人を、誓約のない人から順に。問合せの数は人数で増えない。"""
    people: dict[tuple, Obliged] = {}

    def row(person, user) -> Obliged:
        key = ("person", person.pk) if person else ("user", user.pk)
        found = people.setdefault(key, Obliged(person, user))
        found.user = found.user or user
        return found

    for seat in Seat.objects.current(on).select_related("person__user", "body").order_by("body", "pk"):
        row(seat.person, seat.person.user).capacities.append(f"{seat.body} {seat.get_title_display()}")
    experts = set(CaseGrant.objects.to_end(on).values_list("user_id", flat=True))
    users = User.objects.filter(is_active=True).prefetch_related("role_rows").select_related("person").order_by("pk")
    for user in users:
        person = getattr(user, "person", None)
        seated = person is not None and ("person", person.pk) in people
        words = [role.label for role in Role if role in user.roles and not (seated and role in _SEATED_ROLES)]
        if not user.roles and user.pk in experts:
            words = ["外部の専門家"]
        if words:
            row(person, user).capacities.extend(words)
    by_user = {found.user.pk: found for found in people.values() if found.user}
    for pledge in Pledge.objects.filter(pledged_on__lte=on).order_by("pledged_on", "pk"):
        _attach(people.get(("person", pledge.person_id)) or by_user.get(pledge.user_id), pledge, on)
    return sorted(people.values(), key=lambda found: (found.in_force and not found.ending, found.in_force))


def _attach(found: Obliged | None, pledge: Pledge, on: date) -> None:
    """いちばん新しい、効いている誓約を選ぶ。なければ、いちばん新しいもの。"""
    if found is None:
        return
    in_force = pledge.is_in_force(on)
    if in_force or not found.in_force:
        found.pledge, found.in_force = pledge, in_force
        found.ending = in_force and pledge.until_on is not None and pledge.until_on <= on + SOON


def without_pledge(on: date) -> list[Obliged]:
    """誓約のない人。"""
    return [found for found in obliged(on) if not found.in_force]
