"""組合員と人の台帳を変える操作。中身の移り変わりは履歴（simple_history）が、誰が何をしたかは操作の記録が持つ。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from coopfin import log
from coopfin.flow import StepRefused, block
from members import writing
from members.enums import ImportChoice
from members.models import AnnualSales, ImportBatch, Member, Officer, Person

PERSON_FIELDS = frozenset({"name", "kana", "born_on", "postal_code", "address", "phone"})
MEMBER_FIELDS = frozenset(
    {
        "number", "name", "kana", "kind", "corporate_number", "representative", "representative_title", "industry",
        "postal_code", "address", "phone", "shares", "share_capital", "joined_on", "left_on", "bank_code",
        "branch_code", "account_type", "account_number", "account_holder", "note",
    }
)  # fmt: skip

STALE = (
    "この画面を開いたあとに、ほかの人が更新しました。最新の内容を確かめて、もう一度操作してください。"
    "入力した内容はこの画面に残っています。"
)


# --- 人 ------------------------------------------------------------------------------------
def register_person(*, by, on: date, checked: bool = False, **fields) -> Person:
    """人を台帳に載せる。同じ人を二度載せない（氏名・カナ・生年月日で確かめる）。

    checked は、取込のようにまとめて確かめ終えた値だということ（データベースの制約はつねに効く）。
    """
    label = "人の登録"
    # 席を登録する人は、外の専門家のように組合員でない人も台帳に載せる。
    if not by.has_perm("governance.manage_bodies"):
        _may_edit(by, label)
    person = Person(**_known(fields, PERSON_FIELDS))
    with transaction.atomic():
        if not checked:
            _refuse_same_person(person, label)
        _save(person, by, checked)
        log.record(person, verb="register_person", label=label, by=by, on=on)
    return person


def update_person(*, person: Person, by, on: date, version=None, **fields) -> Person:
    """人の台帳を直す。"""
    label = "人の変更"
    _may_edit(by, label)
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        _refuse_stale(locked, version, label)
        before = (locked.name, locked.kana, locked.born_on)
        if _assign(locked, _known(fields, PERSON_FIELDS)):
            if (locked.name, locked.kana, locked.born_on) != before:
                _refuse_same_person(locked, label)
            _save(locked, by)
            log.record(locked, verb="update_person", label=label, by=by, on=on)
    return locked


def people_like(name: str, kana: str):
    """氏名とカナが同じ人。空白と全角・半角の違いは見ない。"""
    key = (writing.name_key(name), writing.name_key(kana))
    # 検索用の文字列で粗く絞ってから、氏名とカナをそのまま比べる（髙橋と高橋は別の名前）。
    found = Person.objects.search(name.replace(" ", "").replace("　", ""))
    return [person for person in found if (writing.name_key(person.name), writing.name_key(person.kana)) == key]


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


# --- 組合員 --------------------------------------------------------------------------------
def register_member(*, by, on: date, checked: bool = False, **fields) -> Member:
    """組合員を登録する。代表者は人の台帳の人。"""
    label = "組合員の登録"
    _may_edit(by, label)
    member = Member(**_known(fields, MEMBER_FIELDS))
    with transaction.atomic():
        member.complete_bank_names()
        _save(member, by, checked)
        log.record(member, verb="register_member", label=label, by=by, on=on)
    return member


def update_member(*, member: Member, by, on: date, version=None, checked: bool = False, **fields) -> Member:
    """組合員の台帳を直す。変わらなければ履歴も記録も増えない。"""
    label = "組合員の変更"
    _may_edit(by, label)
    with transaction.atomic():
        locked = Member.objects.select_for_update().get(pk=member.pk)
        _refuse_stale(locked, version, label)
        if _assign(locked, _known(fields, MEMBER_FIELDS)):
            locked.complete_bank_names()
            _save(locked, by, checked)
            log.record(locked, verb="update_member", label=label, by=by, on=on)
    return locked


# --- 役員 ----------------------------------------------------------------------------------
def add_officer(*, member: Member, person: Person, title: str, by, on: date, from_on: date | None = None) -> Officer:
    """役員・関係者を加える。利害関係の判定（特別の利害関係）と公正証書の例外（民法465条の9）がこれを見る。"""
    label = "役員の追加"
    _may_edit(by, label)
    with transaction.atomic():
        locked = Member.objects.select_for_update().get(pk=member.pk)
        if (person.pk, title) == (locked.representative_id, locked.representative_title):
            raise StepRefused(label, [block(f"{person}は代表者として登録済です。", "組合員の台帳")])
        if locked.officers.current(on).filter(person=person, title=title).exists():
            raise StepRefused(label, [block(f"{person}は同じ役職で登録済です。", "役員の台帳")])
        officer = Officer(member=locked, person=person, title=title, from_on=from_on)
        _save(officer, by)
        log.record(
            locked, verb="add_officer", label=label, by=by, on=on, officer=f"{officer.get_title_display()} {person}"
        )
    return officer


def end_officer(*, officer: Officer, to_on: date, by, on: date, version=None) -> Officer:
    """役員の退任を記録する。退任日の当日から役職にない。"""
    label = "役員の退任"
    _may_edit(by, label)
    with transaction.atomic():
        locked = Officer.objects.select_for_update(of=("self",)).select_related("member", "person").get(pk=officer.pk)
        _refuse_stale(locked, version, label)
        if locked.to_on is not None:
            raise StepRefused(label, [block(f"{locked.person}の退任はすでに記録されています。", "役員の台帳")])
        locked.to_on = to_on
        _save(locked, by)
        log.record(
            locked.member, verb="end_officer", label=label, by=by, on=on,
            officer=f"{locked.get_title_display()} {locked.person}", to_on=to_on.isoformat(),
        )  # fmt: skip
    return locked


# --- 取込のファイル ------------------------------------------------------------------------
def keep_import(*, filename: str, content: bytes, sha256: str, preview: dict, by, on: date) -> ImportBatch:
    """取込のファイルを、登録を確かめるまで預かる。"""
    _may_import(by)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            filename=filename[-150:], content=content, sha256=sha256, size=len(content), by=by, **preview
        )
        log.record(batch, verb="keep_import", label="組合員の取込の下見", by=by, on=on, sha256=sha256)
    return batch


def preview_again(*, batch: ImportBatch, preview: dict, by, on: date) -> ImportBatch:
    """預かったファイルの下見を、いまの台帳でやり直した結果に置き換える。"""
    locked = _waiting_batch(batch, by)
    for name, value in preview.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(preview))
    return locked


def finish_import(*, batch: ImportBatch, choice: ImportChoice, by, on: date) -> ImportBatch:
    """取込の登録が済んだことを記す（行の登録と同じ取引の中で呼ぶ）。"""
    locked = _waiting_batch(batch, by)
    locked.choice = choice
    locked.finished_at = Now()
    locked.save(update_fields=["choice", "finished_at"])
    locked.refresh_from_db(fields=["finished_at"])
    log.record(
        locked, verb="finish_import", label="組合員の取込", by=by, on=on, choice=ImportChoice(choice).label,
        new=locked.new_count, changed=locked.changed_count, refused=locked.refused_count,
    )  # fmt: skip
    return locked


@transaction.atomic
def discard_import(*, batch: ImportBatch, by, on: date) -> ImportBatch:
    """登録せずに取りやめる。預かったファイルの中身も消す。"""
    locked = _waiting_batch(batch, by)
    locked.discarded_at = Now()
    locked.content = b""
    locked.rows = []
    locked.save(update_fields=["discarded_at", "content", "rows"])
    locked.refresh_from_db(fields=["discarded_at"])
    log.record(locked, verb="discard_import", label="組合員の取込の取りやめ", by=by, on=on)
    return locked


def _waiting_batch(batch: ImportBatch, by) -> ImportBatch:
    _may_import(by)
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if not locked.is_waiting:
        what = "登録済" if locked.finished_at else "取りやめ済"
        raise StepRefused("組合員の取込", [block(f"この取込は{what}です。", "取込の記録", code="finished")])
    return locked


# --- 共通 ----------------------------------------------------------------------------------
def _may_edit(by, label: str) -> None:
    if not by.has_perm("members.edit_member"):
        raise StepRefused(label, [block("組合員・人の台帳を変える権限がありません。", "役割の表")])


def _may_import(by) -> None:
    if not by.has_perm("members.import_members"):
        raise StepRefused("組合員の取込", [block("組合員を取り込む権限がありません。", "役割の表")])


def _refuse_stale(obj, version, label: str) -> None:
    """画面を開いたときの版と違えば断る。鎖錠を取ってから比べるので、すれ違わない。"""
    if version not in (None, "") and str(version) != str(obj.version):
        raise StepRefused(label, [block(STALE, "二重操作の防止", code="stale")])


def _known(fields: dict, allowed: frozenset) -> dict:
    unknown = set(fields) - allowed
    if unknown:
        raise TypeError(f"知らない項目です: {sorted(unknown)}")
    return fields


def _assign(obj, fields: dict) -> bool:
    """値を入れ、変わったものがあるかを答える。"""
    changed = False
    for name, value in fields.items():
        if getattr(obj, name) != value:
            setattr(obj, name, value)
            changed = True
    return changed


def _save(obj, by, checked: bool = False) -> None:
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


# --- 年間売上高 ----------------------------------------------------------------------------
@transaction.atomic
def record_sales(*, member: Member, ended_on: date, amount: int, source: str, by, on: date) -> AnnualSales:
    """年間売上高を記録する。同じ決算期の記録があれば、書き直す（前の数字は履歴に残る）。"""
    label = "年間売上高の記録"
    _may_edit(by, label)
    Member.objects.select_for_update().get(pk=member.pk)
    sales = AnnualSales.objects.filter(member=member, ended_on=ended_on).first()
    before = sales.amount if sales else None
    sales = sales or AnnualSales(member=member, ended_on=ended_on)
    sales.amount, sales.source, sales.recorded_by, sales.recorded_on = amount, source, by, on
    _save(sales, by)
    log.record(
        member, verb="record_sales", label=label, by=by, on=on, ended_on=ended_on.isoformat(), amount=amount,
        before=before, source=source,
    )  # fmt: skip
    return sales
