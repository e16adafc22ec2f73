"""親族・同居（ドメイン E: 親族の利害関係）。特別の利害関係と、関連当事者の一覧の根拠。"""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from members.models.people import Person


class KinshipKind(models.TextChoices):
    """続柄。"""

    SPOUSE = "spouse", "配偶者"
    PARENT_CHILD = "parent_child", "親子"
    SIBLING = "sibling", "兄弟姉妹"
    RELATIVE = "relative", "そのほかの親族"
    HOUSEHOLD = "household", "同居"


class KinshipQuerySet(models.QuerySet):
    def current(self, on):
        """その日に続いている間柄。"""
        return self.filter(Q(from_on__isnull=True) | Q(from_on__lte=on)).filter(Q(to_on__isnull=True) | Q(to_on__gt=on))


class Kinship(models.Model):
    """親族・同居。二人のあいだの一行で、どちらの側に登録しても同じに効く。"""

    person = models.ForeignKey(Person, verbose_name="人", on_delete=models.PROTECT, related_name="kinships")
    relative = models.ForeignKey(
        Person, verbose_name="親族・同居の人", on_delete=models.PROTECT, related_name="kinships_as_relative"
    )
    kind = models.CharField("続柄", max_length=20, choices=KinshipKind.choices)
    from_on = models.DateField("いつから", null=True, blank=True)
    to_on = models.DateField("いつまで", null=True, blank=True, help_text="この日から間柄がないものとして扱います。")
    source = models.CharField("確かめたもの", max_length=100, blank=True, help_text="本人の申出、戸籍など。")

    objects = KinshipQuerySet.as_manager()

    class Meta:
        verbose_name = "親族・同居"
        verbose_name_plural = "親族・同居"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(person=F("relative")),
                name="kinship_two_persons",
                violation_error_message="自分自身を親族にすることはできません。",
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(from_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="kinship_term",
                violation_error_message="終わりの日は始まりの日以後の日付にしてください。",
            ),
        ]

    def __str__(self):
        return f"{self.person} {self.get_kind_display()} {self.relative}"

    def other_of(self, person) -> Person:
        """相手の人。"""
        return self.relative if self.person_id == person.pk else self.person


def kin_of(people, on) -> dict[int, list[tuple[Person, str]]]:
    """人（いくつでも）→ その日の親族・同居の人と続柄。問合せは一つ。"""
    wanted = {person.pk for person in people}
    found: dict[int, list[tuple[Person, str]]] = {pk: [] for pk in wanted}
    rows = Kinship.objects.current(on).filter(Q(person__in=wanted) | Q(relative__in=wanted))
    for row in rows.select_related("person", "relative").order_by("pk"):
        if row.person_id in wanted:
            found[row.person_id].append((row.relative, row.get_kind_display()))
        if row.relative_id in wanted:
            found[row.relative_id].append((row.person, row.get_kind_display()))
    return found


def self_and_kin(person, on):
    """本人と、その日の親族・同居の人（絞り込みに使える QuerySet）。"""
    rows = Kinship.objects.current(on)
    return Person.objects.filter(
        Q(pk=person.pk)
        | Exists(rows.filter(person=person, relative=OuterRef("pk")))
        | Exists(rows.filter(relative=person, person=OuterRef("pk")))
    )
