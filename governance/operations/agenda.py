"""付議・取下げ・議案への上程・除斥の見直し。"""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Max

from coopfin import log
from coopfin.flow import block
from governance.enums import BodyKind, ItemState
from governance.models import AgendaItem, Body, Continuation, Meeting, Opinion, Recusal, Vote
from governance.operations.locks import (
    RECORD,
    bodies_page,
    lock_item,
    lock_meeting,
    need,
    open_item_only,
    open_meeting_only,
    refuse,
    touch,
)
from governance.workflow import BOARD_SOURCE, COMMITTEE_SOURCE, seats_of


@transaction.atomic
def submit(
    *, body_kind: str, title: str, target, target_url: str, decide_url: str, interested: dict, by, on: date,
    public_title: str = "", special: bool = False,
) -> AgendaItem:  # fmt: skip
    """付議する。interested は利害関係のある人（Person）→ 理由の文で、案件を持つ上の階が調べて渡す。

    public_title は議事録と招集通知に書く議題（組合員の財務の内容を含まない言い方）。special は総会の特別議決。
    """
    label = f"{BodyKind(body_kind).label}への付議"
    body = Body.objects.filter(kind=body_kind).first()
    if body is None or not (body.is_general or seats_of(body_kind, on).exists()):
        source = BOARD_SOURCE if body_kind == BodyKind.BOARD else COMMITTEE_SOURCE
        missing = "が登録されていません" if body is None else "に在任する人がいません"
        text = f"{BodyKind(body_kind).label}{missing}。管理サイトで機関と席を登録してください。"
        refuse(label, block(text, source, code="no-body", **bodies_page()))
    content_type = ContentType.objects.get_for_model(target)
    same = {"body": body, "content_type": content_type, "object_id": target.pk}
    if AgendaItem.objects.undecided().filter(**same).exists():
        refuse(label, block(f"この案件はすでに{body}に付議されています。", "事務の流れ", code="open"))
    item = AgendaItem.objects.create(
        **same,
        title=title,
        public_title=public_title,
        special=special,
        target_url=target_url,
        decide_url=decide_url,
        submitted_on=on,
        submitted_by=by,
    )
    _find_recusals(item, interested, on)
    log.record(item, verb="submit", label=label, by=by, on=on, recused=item.recusals.count())
    return item


def _find_recusals(item: AgendaItem, interested: dict, on: date) -> bool:
    """台帳から分かる除斥を、渡された集まりに合わせる。本人の申出は残す。変わったら True。

    席のある人のほか、ログインできる人も記録する（会議のページで案件を見せないため）。数には席のある人だけが入る。
    """
    seated = set(seats_of(item.body.kind, on).values_list("person_id", flat=True))
    wanted = {
        person.pk: reason for person, reason in interested.items() if person.pk in seated or person.user_id is not None
    }
    kept = {recusal.person_id: recusal for recusal in item.recusals.all()}
    changed = False
    for person_pk, recusal in kept.items():
        if recusal.found and person_pk not in wanted:
            recusal.delete()
            changed = True
    for person_pk, reason in wanted.items():
        recusal = kept.get(person_pk)
        if recusal is None:
            Recusal.objects.create(item=item, person_id=person_pk, reason=reason[:200], found=True)
            changed = True
        elif recusal.found and recusal.reason != reason[:200]:
            recusal.reason = reason[:200]
            recusal.save(update_fields=["reason"])
            changed = True
    people = [*wanted, *(pk for pk, recusal in kept.items() if not recusal.found)]
    for kind in (Vote, Opinion):
        # 利害関係のある人の議決・意見は、先に記録されていても数えない。
        removed, _ = kind.objects.filter(item=item, seat__person__in=people).delete()
        changed = changed or bool(removed)
    return changed


@transaction.atomic
def refresh_recusals(item: AgendaItem, *, interested: dict, on: date, by=None) -> AgendaItem:
    """除斥を見直す（保証人や担保が変わったあと）。本人の申出による除斥は残す。"""
    label = "除斥の見直し"
    item = lock_item(item, label)
    open_item_only(item, label)
    day = item.meeting.held_on if item.meeting_id else on
    if _find_recusals(item, interested, day):
        touch(item.meeting)
        if by is not None:
            log.record(item, verb="refresh_recusals", label=label, by=by, on=on, recused=item.recusals.count())
    return item


@transaction.atomic
def withdraw(item: AgendaItem, *, by, on: date) -> AgendaItem:
    """議案を取り下げる（申込の取下げ・差戻し）。会議に載っていれば、取下げとして議事に残る。"""
    label = "議案の取下げ"
    item = lock_item(item, label)
    open_item_only(item, label)
    item.state = ItemState.WITHDRAWN
    item.save(update_fields=["state"])
    touch(item.meeting)
    log.record(item, verb="withdraw", label=label, by=by, on=on)
    return item


@transaction.atomic
def put_on_agenda(item: AgendaItem, *, meeting: Meeting, by, on: date) -> AgendaItem:
    """付議待ちの議案を会議に載せ、議案番号を付ける。"""
    label = "議案に載せる"
    need(by, RECORD, label)
    meeting = lock_meeting(meeting)
    item = AgendaItem.objects.select_for_update(of=("self",)).select_related("body").get(pk=item.pk)
    open_meeting_only(meeting, label)
    if item.body_id != meeting.body_id:
        refuse(label, block(f"{item.body}に付議された案件なので、{meeting}には載せられません。", "事務の流れ"))
    if item.state != ItemState.WAITING:
        refuse(
            label,
            block(
                f"載せられるのは「付議待ち」の議案です。いまは「{item.get_state_display()}」です。",
                "事務の流れ",
                code="state",
            ),
        )
    # 継続審議になった番号は議事録に残るので、使い回さない。
    used = [
        AgendaItem.objects.filter(meeting=meeting).aggregate(last=Max("order"))["last"] or 0,
        Continuation.objects.filter(meeting=meeting).aggregate(last=Max("order"))["last"] or 0,
    ]
    item.meeting, item.order, item.state = meeting, max(used) + 1, ItemState.ON_AGENDA
    item.save(update_fields=["meeting", "order", "state"])
    touch(meeting)
    log.record(item, verb="put_on_agenda", label=label, by=by, on=on, meeting=str(meeting), order=item.order)
    return item


@transaction.atomic
def put_all_on_agenda(meeting: Meeting, *, items, by, on: date) -> list[AgendaItem]:
    """付議待ちの議案をまとめて載せる。items は載せる人に見せてよいもの（付議の古い順）。"""
    return [put_on_agenda(item, meeting=meeting, by=by, on=on) for item in items]


def return_to_queue(item: AgendaItem, meeting: Meeting, *, kind: str, present: int, comment: str, by) -> None:
    """議案を付議待ちに戻し、その会議に載ったことを残す（継続審議・流会）。"""
    Continuation.objects.create(
        kind=kind,
        item=item,
        meeting=meeting,
        order=item.order,
        present=present,
        comment=comment.strip(),
        recorded_by=by,
    )
    Vote.objects.filter(item=item).delete()
    # 申出による除斥の退席時刻は、その会議のものなので残さない。
    item.recusals.update(left_at=None)
    item.meeting, item.order, item.state = None, 0, ItemState.WAITING
    item.save(update_fields=["meeting", "order", "state"])
    if meeting.current_item_id == item.pk:
        meeting.current_item = None
        meeting.save(update_fields=["current_item"])


@transaction.atomic
def remove_from_agenda(item: AgendaItem, *, by, on: date) -> AgendaItem:
    """議案を会議から外し、付議待ちに戻す。後ろの議案がまだ議決前なら番号を詰める。"""
    label = "議案から外す"
    need(by, RECORD, label)
    item = lock_item(item, label)
    open_item_only(item, label)
    meeting = item.meeting
    if meeting is None:
        refuse(label, block("この議案はどの会議にも載っていません。", "事務の流れ", code="state"))
    open_meeting_only(meeting, label)
    Vote.objects.filter(item=item).delete()
    order = item.order
    item.meeting, item.order, item.state = None, 0, ItemState.WAITING
    item.save(update_fields=["meeting", "order", "state"])
    later = AgendaItem.objects.filter(meeting=meeting, order__gt=order)
    numbers_fixed = later.exclude(state=ItemState.ON_AGENDA).exists()
    if not numbers_fixed and not meeting.continuations.filter(order__gt=order).exists():
        later.update(order=F("order") - 1)
    touch(meeting)
    log.record(item, verb="remove_from_agenda", label=label, by=by, on=on, meeting=str(meeting), order=order)
    return item
