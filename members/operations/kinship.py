"""親族・同居の台帳を変える操作。利害関係（特別の利害関係）の判定がこれを見る（ドメイン E）。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from coopfin import log
from coopfin.flow import StepRefused, block
from members.models import Kinship, Person
from members.operations.base import may_edit

SOURCE = "人の台帳（親族・同居）"


@transaction.atomic
def add_kinship(
    *, person: Person, relative: Person, kind: str, from_on: date | None = None, source: str = "", by, on: date
) -> Kinship:
    """親族・同居の間柄を加える。どちらの人の側から加えても、一行になる。"""
    label = "親族・同居の登録"
    may_edit(by, label)
    # 同じ二人を両側から同時に登録しても二行にならないように、番号の順に鎖錠する。
    list(Person.objects.select_for_update().filter(pk__in=[person.pk, relative.pk]).order_by("pk"))
    same = Kinship.objects.current(on).filter(
        Q(person=person, relative=relative) | Q(person=relative, relative=person), kind=kind
    )
    if same.exists():
        raise StepRefused(label, [block(f"{person}と{relative}の間柄はすでに登録されています。", SOURCE, code="done")])
    kinship = Kinship(person=person, relative=relative, kind=kind, from_on=from_on, source=source.strip())
    kinship.full_clean()
    kinship.save()
    for one in (person, relative):
        log.record(
            one, verb="add_kinship", label=label, by=by, on=on,
            relative=f"{kinship.other_of(one)}（{kinship.get_kind_display()}）",
        )  # fmt: skip
    return kinship


@transaction.atomic
def end_kinship(*, kinship: Kinship, to_on: date, by, on: date) -> Kinship:
    """間柄が終わったことを記録する。その日から利害関係に数えない。"""
    label = "親族・同居の終わり"
    may_edit(by, label)
    locked = Kinship.objects.select_for_update(of=("self",)).select_related("person", "relative").get(pk=kinship.pk)
    if locked.to_on is not None:
        raise StepRefused(label, [block("この間柄の終わりは、すでに記録されています。", SOURCE, code="done")])
    if locked.from_on and to_on < locked.from_on:
        raise ValidationError({"to_on": "終わりの日は始まりの日以後の日付にしてください。"})
    locked.to_on = to_on
    locked.save(update_fields=["to_on"])
    for one in (locked.person, locked.relative):
        log.record(
            one, verb="end_kinship", label=label, by=by, on=on, relative=str(locked.other_of(one)),
            to_on=to_on.isoformat(),
        )  # fmt: skip
    return locked
