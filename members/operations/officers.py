"""役員の就任・退任・再任と、代表者の交代。"""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.flow import StepRefused, block
from members.enums import FollowUpKind, OfficerTitle
from members.models import FollowUp, Member, Officer, Person
from members.operations.base import lock_member, may_edit, refuse_stale, save, standing

#: 代表者の交代のあと、保証人の見直しを決める期限
REVIEW = timedelta(days=30)


def add_officer(
    *,
    member: Member,
    person: Person,
    title: str,
    by,
    on: date,
    from_on: date | None = None,
    term_ends_on: date | None = None,
) -> Officer:
    """役員・関係者を加える。利害関係の判定（特別の利害関係）と公正証書の例外（民法465条の9）がこれを見る。"""
    label = "役員の追加"
    may_edit(by, label)
    with transaction.atomic():
        locked = lock_member(member, label)
        person = standing(person, label)
        if (person.pk, title) == (locked.representative_id, locked.representative_title):
            raise StepRefused(label, [block(f"{person}は代表者として登録済です。", "組合員の台帳")])
        if locked.officers.current(on).filter(person=person, title=title).exists():
            raise StepRefused(label, [block(f"{person}は同じ役職で登録済です。", "役員の台帳")])
        officer = Officer(member=locked, person=person, title=title, from_on=from_on, term_ends_on=term_ends_on)
        save(officer, by)
        log.record(locked, verb="add_officer", label=label, by=by, on=on, text=_said(officer))
    return officer


def end_officer(*, officer: Officer, to_on: date, by, on: date, version=None) -> Officer:
    """役員の退任を記録する。退任日の当日から役職にない。"""
    label = "役員の退任"
    may_edit(by, label)
    with transaction.atomic():
        locked = _serving(officer, version, label)
        locked.to_on = to_on
        save(locked, by)
        log.record(
            locked.member, verb="end_officer", label=label, by=by, on=on, text=_said(locked), to_on=to_on.isoformat()
        )
    return locked


def reappoint_officer(
    *, officer: Officer, from_on: date, term_ends_on: date | None, by, on: date, version=None
) -> Officer:
    """再任を記録する。前の任期を閉じ、同じ役職の新しい任期を始める。"""
    label = "役員の再任"
    may_edit(by, label)
    with transaction.atomic():
        locked = _serving(officer, version, label)
        if locked.from_on is not None and from_on <= locked.from_on:
            raise ValidationError({"from_on": "再任の日は、前の就任日より後にしてください。"})
        locked.to_on = from_on
        save(locked, by)
        renewed = Officer(
            member=locked.member, person=locked.person, title=locked.title, from_on=from_on, term_ends_on=term_ends_on
        )
        save(renewed, by)
        log.record(locked.member, verb="reappoint_officer", label=label, by=by, on=on, text=_said(renewed))
    return renewed


def change_representative(
    *,
    member: Member,
    person: Person,
    title: str,
    changed_on: date,
    by,
    on: date,
    stays_as: str = "",
    version=None,
) -> Member:
    """代表者の交代を記録する。前の代表者の任期を役員の履歴に残し、保証人の見直しを頼む（手引き 第4章7）。

    会社の債務は変わらない。前の代表者が取締役などで残るときは stays_as にその役職を渡す。
    """
    label = "代表者の交代"
    may_edit(by, label)
    with transaction.atomic():
        locked = lock_member(member, label)
        refuse_stale(locked, version, label)
        person = standing(person, label)
        former, former_title = locked.representative, locked.representative_title
        _refuse_succession(locked, person, changed_on, on, label)
        past = Officer(
            member=locked, person=former, title=former_title, from_on=locked.representative_from_on, to_on=changed_on
        )
        save(past, by)
        if stays_as and not locked.officers.current(changed_on).filter(person=former, title=stays_as).exists():
            save(Officer(member=locked, person=former, title=stays_as, from_on=changed_on), by)
        for held in locked.officers.current(changed_on).filter(person=person, title=title):
            held.to_on = changed_on
            save(held, by)
        locked.representative, locked.representative_title = person, title
        locked.representative_from_on = changed_on
        save(locked, by)
        FollowUp.objects.create(
            member=locked, kind=FollowUpKind.GUARANTORS, due_on=max(changed_on + REVIEW, on), made_by=by,
            detail=f"代表者が{former}から{person}に代わった。保証人の追加・差替えをするかを決める。",
            source="手引き 第4章7、経営者保証に関するガイドライン",
        )  # fmt: skip
        log.record(
            locked, verb="change_representative", label=label, by=by, on=on, text=f"{former} → {person}",
            changed_on=changed_on.isoformat(),
        )  # fmt: skip
    return locked


SOLE = "個人事業主は、事業主その人が組合員です。代替わりは、脱退（死亡など）と新しい加入で記録してください。"
TOO_EARLY = "前の代表者の就任日より後の日付にしてください。"


def succession_problem(member: Member, *, changed_on: date) -> str:
    """この日に代表者の交代を記録できない理由。できるなら空。"""
    if not member.is_corporate:
        return SOLE
    if member.representative_from_on is not None and changed_on <= member.representative_from_on:
        return TOO_EARLY
    return ""


def _refuse_succession(member: Member, person: Person, changed_on: date, on: date, label: str) -> None:
    if person.pk == member.representative_id:
        raise StepRefused(label, [block(f"{person}は、いまの代表者です。", "組合員の台帳", code="same")])
    if changed_on > on:
        raise ValidationError({"changed_on": "先の日付は使えません。就任の日になってから記録してください。"})
    problem = succession_problem(member, changed_on=changed_on)
    if problem == SOLE:
        raise StepRefused(label, [block(problem, "手引き 第4章7", code="sole")])
    if problem:
        raise ValidationError({"changed_on": problem})


def _serving(officer: Officer, version, label: str) -> Officer:
    locked = Officer.objects.select_for_update(of=("self",)).select_related("member", "person").get(pk=officer.pk)
    refuse_stale(locked, version, label)
    if locked.to_on is not None:
        raise StepRefused(label, [block(f"{locked.person}の退任はすでに記録されています。", "役員の台帳")])
    return locked


def _said(officer: Officer) -> str:
    return f"{OfficerTitle(officer.title).label} {officer.person}"
