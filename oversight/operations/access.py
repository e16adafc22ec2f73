"""案件ごとの閲覧の制限と許し（ドメイン E: need-to-know、外部の専門家）。"""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.urls import reverse

from coopfin import log
from coopfin.flow import block
from oversight.models import CaseGrant, CaseRestriction
from oversight.operations.base import need, refuse

KEEP = "oversight.keep_confidence"
SOURCE = "守秘義務（手引き 第2章2 一）"
ALREADY = "この案件の閲覧はすでに制限されています。"


def _target(obj) -> dict:
    return {
        "content_type": ContentType.objects.get_for_model(obj),
        "object_id": obj.pk,
        "object_text": str(obj)[:200],
    }


@transaction.atomic
def restrict(case, *, reason: str, by, on: date) -> CaseRestriction:
    """案件の閲覧を、許しのある人だけに限る。監事と事務局長は除かれない。"""
    label = "閲覧の制限"
    need(by, KEEP, label)
    if CaseRestriction.objects.about(case).in_force().exists():
        refuse(label, block(ALREADY, SOURCE, code="done"))
    restriction = CaseRestriction(**_target(case), reason=reason.strip(), placed_on=on, placed_by=by)
    restriction.full_clean(exclude=["at"], validate_constraints=False)
    try:
        with transaction.atomic():
            restriction.save()
    except IntegrityError:
        # 同じときに、もう一人が同じ案件を制限した。
        refuse(label, block(ALREADY, SOURCE, code="done"))
    log.record(case, verb="restrict", label=label, by=by, on=on, reason=restriction.reason)
    return restriction


@transaction.atomic
def lift(case, *, reason: str = "", by, on: date) -> CaseRestriction:
    """閲覧の制限を解く。"""
    label = "閲覧の制限の解除"
    need(by, KEEP, label)
    restriction = CaseRestriction.objects.select_for_update().about(case).in_force().first()
    if restriction is None:
        refuse(label, block("この案件の閲覧は制限されていません。", SOURCE, code="done"))
    restriction.lifted_on, restriction.lifted_by = on, by
    restriction.save(update_fields=["lifted_on", "lifted_by"])
    log.record(case, verb="lift_restriction", label=label, by=by, on=on, reason=reason)
    return restriction


@transaction.atomic
def grant(case, *, user, from_on: date, to_on: date, reason: str, by, on: date) -> CaseGrant:
    """名指しした人に、期間を限って案件を読ませる。読めるだけで、何も書けない。"""
    label = "閲覧の許し"
    need(by, KEEP, label)
    if user.pk == by.pk:
        refuse(label, block("自分に閲覧を許すことはできません。", SOURCE, code="own"))
    if to_on < on:
        refuse(label, block("「いつまで」が過ぎています。", SOURCE, code="past"))
    if CaseGrant.objects.about(case).to_end(on).filter(user=user).exists():
        text = f"{user}さんには、この案件の閲覧をすでに許しています。期間を変えるときは、先に取り消してください。"
        url = reverse("oversight:access")
        refuse(label, block(text, SOURCE, code="done", url=url, url_label="閲覧の許しを見る"))
    made = CaseGrant(
        **_target(case), user=user, from_on=from_on, to_on=to_on, reason=reason.strip(), granted_on=on, granted_by=by
    )
    made.full_clean(exclude=["at"])
    made.save()
    log.record(
        case, verb="grant_reading", label=label, by=by, on=on, reason=made.reason, reader=str(user),
        from_on=from_on.isoformat(), to_on=to_on.isoformat(),
    )  # fmt: skip
    return made


@transaction.atomic
def revoke(given: CaseGrant, *, by, on: date, reason: str = "") -> CaseGrant:
    """閲覧の許しを取り消す。その時から読めない。"""
    label = "閲覧の許しの取消し"
    need(by, KEEP, label)
    locked = CaseGrant.objects.select_for_update().get(pk=given.pk)
    if locked.revoked_on is not None:
        refuse(label, block("この許しはすでに取り消されています。", SOURCE, code="done"))
    locked.revoked_on, locked.revoked_by = on, by
    locked.save(update_fields=["revoked_on", "revoked_by"])
    log.record(locked, verb="revoke_reading", label=label, by=by, on=on, reason=reason, reader=str(locked.user))
    return locked
