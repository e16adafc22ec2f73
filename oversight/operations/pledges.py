"""守秘義務の誓約: 本人が画面で確かめる、事務局が書面を受け取って記録する（H2.2-e）。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from coopfin import log
from coopfin.flow import block
from documents import operations as documents
from governance.models import Seat
from oversight import wording
from oversight.enums import PledgeKind
from oversight.models import Pledge
from oversight.operations.base import need, refuse
from oversight.register import SOON

PAPER_KIND = "守秘義務誓約書"


def until(person, on: date) -> date | None:
    """誓約の効力の終わる日。在任中の席のうち、任期がいちばん早く終わる日。席のない人の誓約は終わらない。"""
    if person is None:
        return None
    ends = Seat.objects.filter(person=person, to_on__isnull=False).current(on).order_by("to_on")
    return ends.values_list("to_on", flat=True).first()


def renewable(pledge: Pledge | None, on: date) -> bool:
    """新しく誓約してよいか。効いている誓約があれば、終わりが近づいてから。"""
    return pledge is None or (pledge.until_on is not None and pledge.until_on <= on + SOON)


def current_of(user, on: date) -> Pledge | None:
    """この利用者の、効いている誓約（いちばん長く効くもの）。"""
    found = Pledge.objects.of_user(user).in_force(on).select_related("person", "user")
    return max(found, key=lambda pledge: (pledge.until_on or date.max, pledge.pk), default=None)


@transaction.atomic
def confirm(*, agreed: bool, by, on: date) -> Pledge:
    """本人が画面で文面を確かめ、誓約する。"""
    label = "守秘義務の誓約"
    if not agreed:
        raise ValidationError({"agreed": "文面を読み、印を付けてから誓約してください。"})
    if not renewable(current_of(by, on), on):
        refuse(label, block("守秘義務の誓約はすでに効いています。", wording.SOURCE, code="done"))
    person = getattr(by, "person", None)
    pledge = Pledge.objects.create(
        person=person, user=by, kind=PledgeKind.ELECTRONIC, text_version=wording.text_on(on).version, pledged_on=on,
        until_on=until(person, on), recorded_by=by,
    )  # fmt: skip
    log.record(pledge, verb="confirm_pledge", label=label, by=by, on=on, version=pledge.text_version)
    return pledge


@transaction.atomic
def record_paper(*, person=None, user=None, pledged_on: date, file, by, on: date) -> Pledge:
    """書面の誓約書を受け取り、写しとともに記録する。本人の書面を本人が記録することはできない。"""
    label = "誓約書の受領"
    need(by, "oversight.record_pledges", label)
    user = user or getattr(person, "user", None)
    if user is not None and user.pk == by.pk:
        refuse(
            label,
            block(
                "自分の誓約書は自分では記録できません。画面で誓約するか、別の人に記録してもらってください。",
                "相互牽制（手引き 第2章1 e）",
                code="own",
            ),
        )
    if pledged_on > on:
        raise ValidationError({"pledged_on": "誓約した日が今日より後です。"})
    ends = until(person, pledged_on)
    pledge = Pledge(
        person=person, user=user, kind=PledgeKind.PAPER, text_version=wording.text_on(pledged_on).version,
        pledged_on=pledged_on, until_on=ends, recorded_by=by,
    )  # fmt: skip
    pledge.full_clean(exclude=["recorded_at"])
    pledge.save()
    try:
        pledge.upload = documents.accept_upload(file=file, kind=PAPER_KIND, target=pledge, by=by, on=on)
    except ValidationError as problem:
        raise ValidationError({"file": problem.messages}) from problem
    pledge.save(update_fields=["upload"])
    log.record(pledge, verb="record_pledge", label=label, by=by, on=on, version=pledge.text_version)
    return pledge
