"""操作に共通のもの: 権限、古い画面の断り、鎖錠、保存。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from coopfin.flow import StepRefused, block
from members.models import Member

STALE = (
    "この画面を開いたあとに、ほかの人が更新しました。最新の内容を確かめて、もう一度操作してください。"
    "入力した内容はこの画面に残っています。"
)


def may_edit(by, label: str) -> None:
    if not by.has_perm("members.edit_member"):
        raise StepRefused(label, [block("組合員・人の台帳を変える権限がありません。", "役割の表")])


def lock_member(member: Member, label: str) -> Member:
    """組合員を鎖錠して読み直す。統合済の組合員には何も記録できない。"""
    locked = Member.everyone.select_for_update(of=("self",)).select_related("representative").get(pk=member.pk)
    if locked.is_merged:
        raise StepRefused(
            label,
            [
                block(
                    f"この組合員は「{locked.merged_into}」に統合されています。統合先で操作してください。",
                    "組合員の台帳",
                    url=locked.merged_into.get_absolute_url(),
                )
            ],
        )
    return locked


def standing(row, label: str):
    """台帳の行（人・組合員）を鎖錠して読み直す。ほかの操作が結び付けようとしているあいだに統合されたものは断る。"""
    locked = type(row).everyone.select_for_update(of=("self",)).get(pk=row.pk)
    if locked.is_merged:
        text = f"「{locked}」は「{locked.merged_into}」に統合されています。統合先を選び直してください。"
        raise StepRefused(label, [block(text, "台帳の統合", url=locked.merged_into.get_absolute_url(), code="merged")])
    return locked


def may_import(by) -> None:
    if not by.has_perm("members.import_members"):
        raise StepRefused("組合員の取込", [block("組合員を取り込む権限がありません。", "役割の表")])


def refuse_stale(obj, version, label: str) -> None:
    """画面を開いたときの版と違えば断る。鎖錠を取ってから比べるので、すれ違わない。"""
    if version not in (None, "") and str(version) != str(obj.version):
        raise StepRefused(label, [block(STALE, "二重操作の防止", code="stale")])


def known(fields: dict, allowed: frozenset) -> dict:
    unknown = set(fields) - allowed
    if unknown:
        raise TypeError(f"知らない項目です: {sorted(unknown)}")
    return fields


def assign(obj, fields: dict) -> bool:
    """値を入れ、変わったものがあるかを答える。"""
    changed = False
    for name, value in fields.items():
        if getattr(obj, name) != value:
            setattr(obj, name, value)
            changed = True
    return changed


def save(obj, by, checked: bool = False) -> None:
    """確かめてから保存する。ほぼ同時に同じものが登録されたときも、文で断る。"""
    if not checked:
        obj.full_clean()
    obj._history_user = by
    try:
        with transaction.atomic():
            obj.save()
    except IntegrityError as error:
        raise ValidationError(
            "ほぼ同時に、ほかの人が同じ番号のものを登録しました。一覧で確かめて、もう一度操作してください。"
        ) from error
