"""人の台帳を変える操作。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.flow import StepRefused, block
from members import writing
from members.models import Person
from members.operations.base import assign, known, may_edit, refuse_stale, save

PERSON_FIELDS = frozenset({"name", "kana", "born_on", "postal_code", "address", "phone"})


def register_person(*, by, on: date, checked: bool = False, **fields) -> Person:
    """人を台帳に載せる。同じ人を二度載せない（氏名・カナ・生年月日で確かめる）。

    checked は、取込のようにまとめて確かめ終えた値だということ（データベースの制約はつねに効く）。
    """
    label = "人の登録"
    # 席を登録する人は、外の専門家のように組合員でない人も台帳に載せる。
    if not by.has_perm("governance.manage_bodies"):
        may_edit(by, label)
    person = Person(**known(fields, PERSON_FIELDS))
    with transaction.atomic():
        if not checked:
            _refuse_unborn(person, on)
            _refuse_same_person(person, label)
        save(person, by, checked)
        log.record(person, verb="register_person", label=label, by=by, on=on)
    return person


def update_person(*, person: Person, by, on: date, version=None, **fields) -> Person:
    """人の台帳を直す。"""
    label = "人の変更"
    may_edit(by, label)
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        refuse_stale(locked, version, label)
        before = (locked.name, locked.kana, locked.born_on)
        if assign(locked, known(fields, PERSON_FIELDS)):
            _refuse_unborn(locked, on)
            if (locked.name, locked.kana, locked.born_on) != before:
                _refuse_same_person(locked, label)
            save(locked, by)
            log.record(locked, verb="update_person", label=label, by=by, on=on)
    return locked


def people_like(name: str, kana: str):
    """氏名とカナが同じ人。空白と全角・半角の違いは見ない。"""
    key = (writing.name_key(name), writing.name_key(kana))
    # 検索用の文字列で粗く絞ってから、氏名とカナをそのまま比べる（髙橋と高橋は別の名前）。
    found = Person.objects.search(name.replace(" ", "").replace("　", ""))
    return [person for person in found if (writing.name_key(person.name), writing.name_key(person.kana)) == key]


def _refuse_unborn(person: Person, on: date) -> None:
    if person.born_on is not None and person.born_on > on:
        raise ValidationError({"born_on": "生年月日に、先の日付は使えません。"})


def _refuse_same_person(person: Person, label: str) -> None:
    for other in people_like(person.name, person.kana):
        if other.pk == person.pk:
            continue
        if other.born_on is None or person.born_on is None:
            sentence = (
                f"同じ氏名・カナの人（{other.distinction}）が台帳にいます。同じ人なら台帳から選んでください。"
                "別の人なら、両方の生年月日を入れて区別してください。"
            )
        elif other.born_on == person.born_on:
            sentence = (
                f"同じ氏名・カナ・生年月日の人がすでに台帳にいます（{other.distinction}）。台帳から選んでください。"
            )
        else:
            continue
        raise StepRefused(label, [block(sentence, "人の台帳", url=other.get_absolute_url(), code="same_person")])
