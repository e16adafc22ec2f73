"""意見・答申・議決・決定。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from coopfin import log
from coopfin.flow import block
from governance.enums import BodyKind, ItemResult, ItemState, OpinionChoice, VoteChoice
from governance.models import AgendaItem, Continuation, Opinion, Seat, Vote
from governance.operations.locks import RECORD, lock_item, open_item_only, open_meeting_only, refuse, touch
from governance.workflow import (
    BOARD_SOURCE,
    COMMITTEE_SOURCE,
    Standing,
    day_of,
    person_of,
    present_seats,
    seats_of,
    standing,
    who_concludes,
)

_DECISION_RECORDERS = (RECORD, "loans.decide")


def _of_body(item: AgendaItem, kind: str, label: str) -> None:
    if item.body.kind != kind:
        refuse(label, block(f"{BodyKind(kind).label}の議案ではありません。", "事務の流れ"))


def _seated(item: AgendaItem, seat: Seat, on: date, label: str, source: str) -> Seat:
    """その日にその機関に在任し、議決に加われる席であることを確かめる。"""
    found = seats_of(item.body.kind, day_of(item, on)).filter(pk=seat.pk).first()
    if found is None:
        refuse(label, block(f"{seat.person}さんは{item.body}の議決に加われる席にありません。", source, code="no-seat"))
    return found


def _not_recused(item: AgendaItem, person, label: str, source: str) -> None:
    recusal = item.recusals.filter(person=person).first() if person else None
    if recusal:
        text = f"{person}さんは特別の利害関係があるため、この議案に加われません（{recusal.reason}）。"
        refuse(label, block(text, source, code="interested"))


def _not_barred(by, barred, label: str) -> None:
    sentence = (barred or {}).get(by.pk)
    if sentence:
        refuse(label, block(sentence, "相互牽制（手引き 第2章1 e）", code="barred"))


def _conditions_given(result: str, conditions: str, label: str) -> None:
    if result == ItemResult.CONDITIONAL and not conditions.strip():
        refuse(label, block("条件付可とするときは、条件を記入してください。", "手引き 第2章2 三", code="conditions"))


def _store(item: AgendaItem, counts: Standing, *, result, conditions, comment, by, decided_on, number) -> None:
    item.state, item.result = ItemState.DECIDED, result
    item.conditions = conditions.strip() if result == ItemResult.CONDITIONAL else ""
    item.comment, item.decided_on, item.recorded_by, item.number = comment.strip(), decided_on, by, number
    item.seated, item.eligible, item.quorum = counts.seated, counts.eligible, counts.quorum
    item.present, item.yes, item.no = counts.present, counts.yes, counts.no
    item.save()


@transaction.atomic
def give_opinion(
    item: AgendaItem, *, seat: Seat, choice: str, reason: str, by, on: date, barred: dict | None = None
) -> Opinion:
    """金融委員が意見を述べる。本人だけが述べられ、答申がまとまるまでは改められる。"""
    label = "意見の記録"
    item = lock_item(item, label)
    _of_body(item, BodyKind.COMMITTEE, label)
    open_item_only(item, label)
    seat = _seated(item, seat, on, label, COMMITTEE_SOURCE)
    if person_of(by) != seat.person:
        refuse(label, block("意見は本人だけが述べられます。", COMMITTEE_SOURCE, code="own"))
    _not_recused(item, seat.person, label, COMMITTEE_SOURCE)
    _not_barred(by, barred, label)
    if choice not in OpinionChoice.values:
        refuse(label, block("賛成・条件付賛成・反対のいずれかを選んでください。", COMMITTEE_SOURCE, code="choice"))
    if not reason.strip():
        refuse(label, block("意見の理由を記入してください。", COMMITTEE_SOURCE, code="reason"))
    opinion, _ = Opinion.objects.update_or_create(
        item=item,
        seat=seat,
        defaults={"choice": choice, "reason": reason.strip(), "given_on": on, "given_by": by},
    )
    touch(item.meeting)
    log.record(item, verb="give_opinion", label=label, by=by, on=on, choice=choice)
    return opinion


@transaction.atomic
def conclude_committee(
    item: AgendaItem, *, result: str, conditions: str = "", comment: str = "", by, on: date, barred: dict | None = None
) -> AgendaItem:
    """答申をまとめる（H2.1-d: 意見であって決定ではない）。委員長、だめなら就任のいちばん早い委員がまとめる。"""
    label = "答申"
    item = lock_item(item, label)
    _of_body(item, BodyKind.COMMITTEE, label)
    open_item_only(item, label)
    _not_recused(item, person_of(by), label, COMMITTEE_SOURCE)
    _not_barred(by, barred, label)
    seat = who_concludes(item, on=on, barred=barred)
    if seat is None:
        refuse(label, block("答申をまとめられる委員がいません。", COMMITTEE_SOURCE, code="nobody"))
    if person_of(by) != seat.person:
        text = f"答申をまとめるのは{seat.get_title_display()}の{seat.person}さんです。"
        refuse(label, block(text, COMMITTEE_SOURCE, code="chair"))
    if result not in (ItemResult.FAVOURABLE, ItemResult.CONDITIONAL, ItemResult.UNFAVOURABLE):
        refuse(label, block("答申は、可・条件付可・否のいずれかです。", COMMITTEE_SOURCE, code="result"))
    _conditions_given(result, conditions, label)
    counts = standing(item, on=on)
    refuse(label, *(finding for finding in counts.findings(result) if finding.blocks))
    number = f"{item.meeting} {item.label}" if item.meeting_id else ""
    _store(item, counts, result=result, conditions=conditions, comment=comment, by=by, decided_on=on, number=number)
    touch(item.meeting)
    log.record(item, verb="conclude", label=label, by=by, on=on, result=result, conditions=item.conditions)
    return item


@transaction.atomic
def cast_vote(item: AgendaItem, *, seat: Seat, choice: str, comment: str = "", by, on: date) -> Vote:
    """議決を記録する。理事が自分で、または記録する人が議場の挙手を記録する。"""
    label = "議決の記録"
    item = lock_item(item, label)
    _of_body(item, BodyKind.BOARD, label)
    _on_agenda(item, on, label)
    seat = _seated(item, seat, on, label, BOARD_SOURCE)
    if person_of(by) != seat.person and not any(by.has_perm(permission) for permission in _DECISION_RECORDERS):
        refuse(label, block("自分の議決だけを記録できます。", "役割の表", code="permission"))
    _not_recused(item, person_of(by), label, BOARD_SOURCE)
    _not_recused(item, seat.person, label, BOARD_SOURCE)
    if not present_seats(item, [seat]):
        here = item.meeting.attendances.filter(seat=seat).first()
        if here and here.left_at:
            text = f"{seat.person}さんは{here.left_at:%H時%M分}に退席しています。退席の前の議決は、退席時刻より先に記録してください。"
        else:
            text = f"{seat.person}さんは出席していません。先に出席を記録してください。"
        refuse(label, block(text, BOARD_SOURCE, code="absent", url=item.meeting.get_absolute_url()))
    if choice not in VoteChoice.values:
        refuse(label, block("賛成・反対・棄権のいずれかを選んでください。", BOARD_SOURCE, code="choice"))
    vote, _ = Vote.objects.update_or_create(
        item=item, seat=seat, defaults={"choice": choice, "comment": comment.strip()[:300], "cast_by": by}
    )
    touch(item.meeting)
    log.record(item, verb="cast_vote", label=label, by=by, on=on, seat=str(seat.person), choice=choice)
    return vote


def _on_agenda(item: AgendaItem, on: date, label: str) -> None:
    """開かれた会議の議案であること。"""
    open_item_only(item, label)
    if item.meeting is None:
        refuse(
            label,
            block(
                "理事会の議案に載っていません。会議のページで議案に載せてください。", BOARD_SOURCE, code="no-meeting"
            ),
        )
    open_meeting_only(item.meeting, label)
    if item.meeting.held_on > on:
        day = f"{item.meeting.held_on.year}年{item.meeting.held_on.month}月{item.meeting.held_on.day}日"
        refuse(
            label,
            block(f"{item.meeting}はまだ開かれていません（開催日 {day}）。", BOARD_SOURCE, code="not-held",
                  url=item.meeting.get_absolute_url()),
        )  # fmt: skip


@transaction.atomic
def decide_board(
    item: AgendaItem, *, result: str, conditions: str = "", comment: str = "", by, on: date, barred: dict | None = None
) -> AgendaItem:
    """理事会の決定を記録する。定足数と過半数を確かめ、人数を写して残す。継続審議は付議待ちに戻す。"""
    label = "理事会の決定の記録"
    item = lock_item(item, label)
    _of_body(item, BodyKind.BOARD, label)
    _on_agenda(item, on, label)
    _not_recused(item, person_of(by), label, BOARD_SOURCE)
    _not_barred(by, barred, label)
    if result not in ItemResult.values:
        refuse(label, block("可・条件付可・否・継続審議のいずれかを選んでください。", BOARD_SOURCE, code="result"))
    _conditions_given(result, conditions, label)
    counts = standing(item, on=on)
    refuse(label, *(finding for finding in counts.findings(result) if finding.blocks))
    meeting, number = item.meeting, f"{item.meeting} {item.label}"
    if result == ItemResult.CONTINUED:
        Continuation.objects.create(
            item=item,
            meeting=meeting,
            order=item.order,
            present=counts.present,
            comment=comment.strip(),
            recorded_by=by,
        )
        Vote.objects.filter(item=item).delete()
        # 申出による除斥の退席時刻は、その会議のものなので残さない。
        item.recusals.update(left_at=None)
        item.meeting, item.order, item.state = None, 0, ItemState.WAITING
        item.save(update_fields=["meeting", "order", "state"])
    else:
        # 議決日は会議の開催日。記録が後日になっても、決まった日は変わらない。
        _store(
            item, counts, result=result, conditions=conditions, comment=comment, by=by,
            decided_on=meeting.held_on, number=number,
        )  # fmt: skip
    touch(meeting)
    log.record(
        item, verb="decide", label=label, by=by, on=on, reason=comment.strip(), result=result, number=number,
        counts=counts.quorum_text() + counts.votes_text(),
    )  # fmt: skip
    return item
