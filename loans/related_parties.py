"""関連当事者一覧（ドメイン E・F3）。理事・監事・金融委員と、その親族、その代表・役員・過半数の会社との取引。

監事のための名簿なので、利害関係による案件の絞り込みはせず、残高と実行額は帳簿のとおりに数える。何も変えない。
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, Sum

from coopfin.calc import days
from coopfin.roles import Role
from governance.enums import BodyKind, ItemState, SeatTitle
from governance.models import AgendaItem, Seat
from loans.models import Application, DirectorDealing, LoanEvent
from members.enums import OWNED_BY_OTHER
from members.models import Member, Officer, Person, Relationship, kin_of


@dataclass(frozen=True)
class Period:
    """会計年度のうち、基準日まで。"""

    start: date
    end: date
    fiscal_year: int


def period_of(fiscal_year: int, start_month: int, on: date) -> Period:
    """年度の初めから、年度の終わりか今日の早い方まで。"""
    start = date(fiscal_year, start_month, 1)
    return Period(start, min(days.fiscal_year_end(start, start_month), on), fiscal_year)


@dataclass
class Row:
    """一覧の一行: 役員・委員（または親族）と、その取引先。取引先のない人は member が None。"""

    capacity: str
    person: Person
    relation: str
    member: Member | None = None
    balance: int = 0
    disbursed: int = 0
    decisions: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)

    @property
    def has_dealings(self) -> bool:
        return bool(self.balance or self.disbursed or self.applications)


def rows(period: Period) -> list[Row]:
    """一覧。問合せの数は、人数でも取引の数でも増えない。"""
    people = _officers(period)
    listed = [(capacity, person, "本人", person) for person, capacity in people.items()]
    for pk, known in kin_of(people, period.end).items():
        holder = next(person for person in people if person.pk == pk)
        listed += [(people[holder], holder, f"{word} {relative}", relative) for relative, word in known]
    companies = _companies({subject for *_, subject in listed}, period.end)
    found = []
    for capacity, person, relation, subject in listed:
        own = companies.get(subject.pk, [])
        for member, word in own:
            text = word if relation == "本人" else f"{relation}: {word}"
            found.append(Row(capacity, person, text, member))
        if not own:
            found.append(Row(capacity, person, relation))
    _fill(found, period)
    return found


def _officers(period: Period) -> dict[Person, str]:
    """期間に在任した理事・監事・金融委員と、その席。席を登録していない監事は、役割から。"""
    seats = Seat.objects.filter(body__kind__in=(BodyKind.BOARD, BodyKind.COMMITTEE), from_on__lte=period.end)
    seats = seats.filter(Q(to_on__isnull=True) | Q(to_on__gte=period.start)).select_related("body", "person")
    found: dict[Person, list[str]] = {}
    for seat in seats.order_by("body", "pk"):
        title = seat.get_title_display()
        word = title if seat.title == SeatTitle.AUDITOR else f"{seat.body} {title}"
        words = found.setdefault(seat.person, [])
        if word not in words:
            words.append(word)
    for person in Person.objects.filter(user__role_rows__role=Role.AUDITOR, user__is_active=True).order_by("pk"):
        found.setdefault(person, [Role.AUDITOR.label])
    return {person: "、".join(words) for person, words in found.items()}


def _companies(people: set[Person], on: date) -> dict[int, list[tuple[Member, str]]]:
    """人 → その人が事業主・代表・役員・過半数の組合員と、間柄の言い方。"""
    found: dict[int, list[tuple[Member, str]]] = {}

    def add(pk: int, member: Member, word: str) -> None:
        known = found.setdefault(pk, [])
        if member not in [other for other, _ in known]:
            known.append((member, word))

    for member in Member.objects.filter(representative__in=people).order_by("number"):
        word = f"{member.get_representative_title_display()}である会社" if member.is_corporate else "事業主"
        add(member.representative_id, member, word)
    officers = Officer.objects.current(on).filter(person__in=people).select_related("member")
    for officer in officers.order_by("member__number", "pk"):
        add(officer.person_id, officer.member, f"{officer.get_title_display()}である会社")
    owned = Relationship.objects.current(on).controlling()
    owned = owned.filter(other_person__in=people, kind__in=OWNED_BY_OTHER).select_related("member")
    for row in owned.order_by("member__number", "pk"):
        add(row.other_person_id, row.member, "過半数を持つ会社")
    return found


def _fill(found: list[Row], period: Period) -> None:
    """残高・実行額・承認・報告を書き込む。"""
    members = {row.member.pk for row in found if row.member}
    posted = LoanEvent.objects.posted().filter(loan__member__in=members, on__lte=period.end).order_by()
    balances = dict(posted.values_list("loan__member").annotate(total=Sum("principal")))
    lent = posted.filter(on__gte=period.start, kind__in=("disbursement", "reversal"))
    disbursed = dict(lent.values_list("loan__member").annotate(total=Sum("principal")))
    cases: dict[int, list[Application]] = {}
    applications = Application.objects.filter(member__in=members, received_on__lte=period.end).filter(
        Q(received_on__gte=period.start) | Q(approved_on__gte=period.start)
    )
    for application in applications.order_by("fiscal_year", "sequence"):
        cases.setdefault(application.member_id, []).append(application)
    decisions = _decisions([one for own in cases.values() for one in own], period)
    reports: dict[int, list[str]] = {}
    dealings = DirectorDealing.objects.standing().filter(loan__member__in=members, disbursed_on__lte=period.end)
    for dealing in dealings.select_related("loan", "meeting", "meeting__body").order_by("disbursed_on", "pk"):
        told = f"{dealing.meeting} {dealing.minutes_number}" if dealing.reported_on else "報告待ち"
        reports.setdefault(dealing.loan.member_id, []).append(f"{dealing.loan.number} {told}")
    for row in found:
        if row.member is None:
            continue
        pk = row.member.pk
        row.balance, row.disbursed = balances.get(pk, 0), disbursed.get(pk, 0)
        row.applications, row.reports = cases.get(pk, []), reports.get(pk, [])
        row.decisions = [decisions[one.pk] for one in row.applications if one.pk in decisions]


def _decisions(applications: list[Application], period: Period) -> dict[int, str]:
    """申込 → 理事会の決定番号と結果。"""
    decided = AgendaItem.objects.filter(
        content_type=ContentType.objects.get_for_model(Application),
        object_id__in=[application.pk for application in applications],
        body__kind=BodyKind.BOARD,
        state=ItemState.DECIDED,
        decided_on__lte=period.end,
    )
    return {item.object_id: f"{item.number}（{item.get_result_display()}）" for item in decided.order_by("pk")}
