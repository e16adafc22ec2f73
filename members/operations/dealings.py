"""関係先・連絡先・委任・メモ・あとですること。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from coopfin import log
from coopfin.flow import StepRefused, block
from members.enums import OWNED_BY_OTHER
from members.models import Contact, FollowUp, Mandate, Member, MemberNote, Relationship
from members.operations.base import assign, known, lock_member, may_edit, refuse_stale, save

RELATIONSHIP_FIELDS = frozenset(
    {"kind", "other_member", "other_person", "other_name", "share_percent", "from_on", "to_on", "source"}
)
CONTACT_FIELDS = frozenset({"name", "department", "subject", "phone", "email", "from_on", "to_on"})
MANDATE_FIELDS = frozenset({"person", "scope", "document", "from_on", "to_on"})
_FIELDS = {Relationship: RELATIONSHIP_FIELDS, Contact: CONTACT_FIELDS, Mandate: MANDATE_FIELDS}


def add_to_member(model, *, member: Member, by, on: date, **fields):
    """関係先・連絡先・委任を加える。"""
    name = model._meta.verbose_name
    label = f"{name}の追加"
    may_edit(by, label)
    with transaction.atomic():
        locked = lock_member(member, label)
        row = model(member=locked, **known(fields, _FIELDS[model]))
        _refuse_repeated(row, label)
        save(row, by)
        log.record(locked, verb=f"add_{model._meta.model_name}", label=label, by=by, on=on, text=str(row)[:300])
    return row


def change_of_member(row, *, by, on: date, version=None, **fields):
    """関係先・連絡先・委任を直す（終わらせるときは to_on を入れる）。"""
    model = type(row)
    name = model._meta.verbose_name
    label = f"{name}の変更"
    may_edit(by, label)
    with transaction.atomic():
        member = lock_member(row.member, label)
        locked = model.objects.select_for_update(of=("self",)).get(pk=row.pk)
        refuse_stale(locked, version, label)
        if assign(locked, known(fields, _FIELDS[model])):
            _refuse_repeated(locked, label)
            save(locked, by)
            ended = set(fields) == {"to_on"}
            log.record(
                member, verb=f"change_{model._meta.model_name}", label=f"{name}の終わり" if ended else label, by=by, on=on,
                text=str(locked)[:300],
            )  # fmt: skip
    return locked


def _refuse_repeated(row, label: str) -> None:
    """同じ関係を二度登録しない。株主の比率の合計は百を超えない。"""
    if not isinstance(row, Relationship):
        return
    others = Relationship.objects.filter(member=row.member).exclude(pk=row.pk)
    if row.from_on:
        others = others.filter(Q(to_on__isnull=True) | Q(to_on__gt=row.from_on))
    if row.to_on:
        others = others.filter(Q(from_on__isnull=True) | Q(from_on__lt=row.to_on))
    same = {"other_member": row.other_member, "other_person": row.other_person, "other_name": row.other_name}
    if others.filter(kind=row.kind, **same).exists():
        text = (
            f"同じ期間に「{row.get_kind_display()} {row.other}」が登録済です。先の登録を終わらせるか、直してください。"
        )
        raise StepRefused(label, [block(text, "関係先の台帳", code="repeated")])
    if row.kind in OWNED_BY_OTHER and row.share_percent:
        held = sum(other.share_percent for other in others.filter(kind__in=OWNED_BY_OTHER, share_percent__isnull=False))
        if held + row.share_percent > 100:
            raise ValidationError(
                {"share_percent": f"ほかの株主・親会社と合わせて{held + row.share_percent}%になり、100%を超えます。"}
            )


def write_note(*, member: Member, text: str, by, on: date, corrects: MemberNote | None = None) -> MemberNote:
    """メモを書き足す。誤りは、訂正するメモを指して新しく書く。"""
    label = "メモの訂正" if corrects else "メモ"
    may_edit(by, label)
    if not text.strip():
        raise ValidationError({"text": "メモの内容を書いてください。"})
    with transaction.atomic():
        locked = lock_member(member, label)
        if corrects is not None:
            if corrects.member_id != locked.pk:
                raise TypeError("ほかの組合員のメモは訂正できません。")
            if MemberNote.objects.filter(corrects=corrects).exists():
                raise StepRefused(
                    label,
                    [block("このメモはすでに訂正されています。訂正のメモのほうを訂正してください。", "メモの記録")],
                )
        note = MemberNote(member=locked, text=text.strip(), corrects=corrects, by=by)
        note.save()
    return note


def settle_follow_up(*, follow_up: FollowUp, outcome: str, by, on: date) -> FollowUp:
    """あとですることを、結果を書いて済ませる。"""
    label = "あとですることの済み"
    may_edit(by, label)
    if not outcome.strip():
        raise ValidationError({"outcome": "どうしたか（決めたこと・したこと）を書いてください。"})
    with transaction.atomic():
        locked = FollowUp.objects.select_for_update(of=("self",)).select_related("member").get(pk=follow_up.pk)
        if locked.done_on is not None:
            raise StepRefused(label, [block(f"すでに{locked.done_by}が済ませています。", "あとですることの記録")])
        locked.done_on, locked.done_by, locked.outcome = on, by, outcome.strip()
        locked.save(update_fields=["done_on", "done_by", "outcome"])
        log.record(
            locked.member, verb="settle_follow_up", label=f"{locked.get_kind_display()}の済み", by=by, on=on,
            text=locked.outcome,
        )  # fmt: skip
    return locked
