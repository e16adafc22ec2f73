"""重複の統合の下見: 何が移り、何が補われ、何が妨げるか。書かずに数えるだけで、書くのは operations.merging。

人や組合員を指すすべての項目を、モデルの定義からたどる（種別・番号で指すものも）。どの階が指していても漏れない。動かせない事情（金銭の記録など）は、
それを持つ階が register_guard で文にして知らせる。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models

from coopfin.flow import Finding, block, warn
from coopfin.models import ActionLog, ReadLog
from members.models import Member, Person, ShareChange

EXAMPLES = 5
#: 妨げる事情があっても、一行ずつ確かめる行数
CHECKED = 100
#: 残すほうが空なら、まとめられるほうの値で補う項目
FILLED = {
    Person: ("kana", "born_on", "postal_code", "address", "phone"),
    Member: ("kana", "corporate_number", "phone"),
}
#: 両方にあって違えば、別の人・別の会社である項目
TELLING = {Person: ("born_on",), Member: ("kind", "corporate_number")}

Guard = Callable[..., Iterable[Finding]]
guards: dict[type[models.Model], list[Guard]] = {Person: [], Member: []}


def register_guard(model: type[models.Model], guard: Guard) -> Guard:
    """guard(kept, gone) → 統合を妨げる事情（Finding）の列。"""
    guards[model].append(guard)
    return guard


@dataclass(frozen=True)
class Move:
    """まとめられるほうを指していて、残すほうへ移る行。"""

    label: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """統合の下見。"""

    moves: list[Move] = field(default_factory=list)
    fills: list[tuple[str, object]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def blocked(self) -> bool:
        return any(finding.blocks for finding in self.findings)


def references(model) -> list[models.Field]:
    """その台帳を指す、すべての項目（履歴の表を除く）。

    出資の異動は、足すと組合員の出資になるので動かさない（まとめられるほうに残し、訂正で零にする）。
    """
    found = []
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or not (relation.one_to_many or relation.one_to_one):
            continue
        stays = relation.related_model is ShareChange and relation.field.name == "member"
        if not stays and not hasattr(relation.related_model, "history_object"):
            found.append(relation.field)
    return found


def rows_pointing_to(gone, reference: models.Field):
    """まとめられるほうを指す行。"""
    return reference.model._base_manager.filter(**{reference.name: gone}).order_by("pk")


#: 種別・番号で相手を指すもののうち、動かさないもの。追記だけの記録は、その時の相手のまま残る。
STAY = (ActionLog, ReadLog)


def attached_models() -> list[type[models.Model]]:
    """種別・番号で相手を指すモデル（監査の記録・受け取った書類など）。どの階のものも、モデルの定義からたどる。"""
    return [model for model in apps.get_models() if model not in STAY and _points_by_number(model)]


def _points_by_number(model) -> bool:
    try:
        kind = model._meta.get_field("content_type")
        model._meta.get_field("object_id")
    except FieldDoesNotExist:
        return False
    return kind.related_model is ContentType


def rows_attached_to(gone, model):
    """まとめられるほうを、種別・番号で指す行。"""
    content_type = ContentType.objects.get_for_model(gone)
    return model._base_manager.filter(content_type=content_type, object_id=gone.pk).order_by("pk")


def plan(kept, gone, by) -> Plan:
    """kept に gone をまとめる下見。"""
    model = type(kept)
    moves, findings = [], list(_identity(model, kept, gone, by))
    for guard in guards[model]:
        findings += guard(kept, gone)
    # すでに妨げる事情があれば、何千行もある伝票などを一行ずつ確かめることはしない。
    hindered = any(finding.blocks for finding in findings)
    for reference in references(model):
        rows = rows_pointing_to(gone, reference)
        count = rows.count()
        if not count:
            continue
        if not hindered or count <= CHECKED:
            findings += [finding for row in rows for finding in _clashes(row, reference.name, kept)]
        label = f"{reference.model._meta.verbose_name}（{reference.verbose_name}）"
        moves.append(_move(label, count, rows_pointing_to(gone, reference)))
    for attached in attached_models():
        rows = rows_attached_to(gone, attached)
        if count := rows.count():
            findings += [finding for row in rows for finding in _clashes(row, "object_id", kept.pk)]
            moves.append(_move(str(attached._meta.verbose_name), count, rows_attached_to(gone, attached)))
    fills = [
        (model._meta.get_field(name).verbose_name, getattr(gone, name))
        for name in FILLED[model]
        if getattr(gone, name) and not getattr(kept, name)
    ]
    return Plan(moves, fills, findings)


def _move(label: str, count: int, rows) -> Move:
    return Move(label, count, tuple(str(row) for row in rows[:EXAMPLES]))


def _identity(model, kept, gone, by):
    """同じ人・同じ会社といえるか。自分自身の統合は、自分ではしない。"""
    if kept.pk == gone.pk:
        yield block("同じ行どうしは統合できません。", "台帳の統合")
        return
    for one in (kept, gone):
        if one.is_merged:
            yield block(f"「{one}」はすでに「{one.merged_into}」に統合されています。", "台帳の統合")
    for name in TELLING[model]:
        one, other = getattr(kept, name), getattr(gone, name)
        if one and other and one != other:
            label = model._meta.get_field(name).verbose_name
            yield block(
                f"{label}が違います。別の{model._meta.verbose_name}とみます。",
                "台帳の統合",
                detail="どちらかの誤りなら、先に直してください。",
                url=gone.get_absolute_url(),
                url_label="直す",
            )
    if model is Person:
        if kept.user_id and gone.user_id:
            yield block(
                "どちらにも利用者（ログインする人）が結び付いています。先に管理者が一方を外してください。",
                "利用者の台帳",
            )
        if by.pk in (kept.user_id, gone.user_id):
            yield block("自分自身の統合は、別の人が行ってください。", "相互牽制")
    if model is Member and gone.share_changes.count() > 1:
        yield block(
            f"「{gone}」には出資の異動の記録があります。金銭の記録のある組合員はまとめられません。",
            "出資の台帳",
            url=gone.get_absolute_url(),
            url_label="見る",
            code="shares",
        )
    if model is Member and gone.shares:
        text = f"まとめるほうの出資（{gone.shares:,}口・{gone.share_capital:,}円）は、二重の登録とみて0にします。残すほうの出資は変わりません。"
        yield warn(text, "出資の台帳", code="double-shares")
    if kept.name != gone.name:
        yield warn(f"名前が違います（{kept.name} と {gone.name}）。同じであることを確かめてください。", "台帳の統合")


def _clashes(row, name: str, kept):
    """残すほうへ移すと、決まり（重複の禁止など）に合わなくなる行。name は相手を指す欄、kept はその新しい値。"""
    before = _problems(row)
    setattr(row, name, kept)
    for text in _problems(row):
        if text not in before:
            yield block(
                f"{row._meta.verbose_name}「{row}」を移せません。{text}",
                "台帳の統合",
                url=getattr(row, "get_absolute_url", lambda: "")(),
                url_label="見る",
                code="clash",
            )


def _problems(row) -> list[str]:
    texts = []
    for check in (row.validate_unique, row.validate_constraints, row.clean):
        try:
            check()
        except ValidationError as error:
            texts += error.messages
    return texts
