"""監査の記録: 監事が印と意見を残し、事務局が答え、監事が解決を確かめる（中協法37条）。"""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.flow import block
from coopfin.segregation import may_check
from coopfin.templatetags.coopfin import jdate
from oversight.enums import MarkKind
from oversight.models import AuditMark
from oversight.operations.base import need, refuse

SOURCE = "中小企業等協同組合法 37条（監事）"


@transaction.atomic
def mark(target, *, kind: str, comment: str = "", by, on: date) -> AuditMark:
    """監事が、見たものに監査の印を付け、意見を残す。ほかのものは何も変わらない。"""
    label = "監査の記録"
    need(by, "oversight.mark", label)
    if kind != MarkKind.AUDITED and not comment.strip():
        raise ValidationError({"comment": "指摘と要確認には、意見を記入してください。"})
    made = AuditMark(
        content_type=ContentType.objects.get_for_model(target), object_id=target.pk, object_text=str(target)[:200],
        kind=kind, comment=comment.strip(), marked_on=on, author=by,
    )  # fmt: skip
    made.full_clean(exclude=["at"])
    made.save()
    log.record(made, verb="mark", label=f"監査の記録（{made.get_kind_display()}）", by=by, on=on)
    return made


def _locked_open(given: AuditMark, label: str) -> AuditMark:
    locked = AuditMark.objects.select_for_update(of=("self",)).select_related("author", "replied_by").get(pk=given.pk)
    if not locked.is_open:
        refuse(label, block(f"この記録は「{locked.state_label}」です。", SOURCE, code="state"))
    return locked


@transaction.atomic
def reply(given: AuditMark, *, text: str, by, on: date) -> AuditMark:
    """事務局が指摘・要確認に答える。監事が解決を確かめるまでは、答え直せる。監査した本人は答えられない。"""
    label = "指摘への回答"
    need(by, "oversight.reply_to_marks", label)
    locked = _locked_open(given, label)
    if not may_check(locked.author_id, by.pk):
        refuse(label, block("監査した本人は、自分の指摘に回答できません。", SOURCE, code="same_person"))
    if not text.strip():
        raise ValidationError({"text": "回答を記入してください。"})
    locked.reply, locked.replied_by, locked.replied_on = text.strip(), by, on
    locked.full_clean(exclude=["at"])
    locked.save(update_fields=["reply", "replied_by", "replied_on"])
    log.record(locked, verb="reply_to_mark", label=label, by=by, on=on, reply=locked.reply)
    return locked


@transaction.atomic
def resolve(given: AuditMark, *, by, on: date) -> AuditMark:
    """監事が回答を確かめ、解決とする。"""
    label = "解決の確認"
    need(by, "oversight.mark", label)
    locked = _locked_open(given, label)
    if not locked.reply:
        refuse(label, block("事務局の回答がまだありません。", SOURCE, code="no-reply"))
    if not may_check(locked.replied_by_id, by.pk):
        refuse(label, block("回答した本人は、解決を確かめられません。", SOURCE, code="same_person"))
    locked.resolved_on, locked.resolved_by = on, by
    locked.save(update_fields=["resolved_on", "resolved_by"])
    log.record(locked, verb="resolve_mark", label=label, by=by, on=on)
    return locked


@transaction.atomic
def ask_again(given: AuditMark, *, comment: str, by, on: date) -> AuditMark:
    """監事が回答に納得しないとき、もう一度問う。これまでの問いと答えは意見の欄に残り、回答待ちに戻る。"""
    label = "再度の指摘"
    need(by, "oversight.mark", label)
    locked = _locked_open(given, label)
    if not locked.reply:
        refuse(label, block("事務局の回答がまだありません。", SOURCE, code="no-reply"))
    if not comment.strip():
        raise ValidationError({"comment": "もう一度問うことを記入してください。"})
    answered = f"{jdate(locked.replied_on)} 回答（{locked.replied_by}）: {locked.reply}"
    locked.comment = f"{locked.comment}\n{answered}\n{jdate(on)} 再度: {comment.strip()}"
    locked.reply, locked.replied_by, locked.replied_on = "", None, None
    locked.save(update_fields=["comment", "reply", "replied_by", "replied_on"])
    log.record(locked, verb="ask_again", label=label, by=by, on=on, comment=comment.strip())
    return locked
