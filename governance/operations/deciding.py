"""意見・答申・議決・決定。"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from coopfin import log
from coopfin.calc import days
from coopfin.flow import block
from coopfin.models import Cooperative, Sequence
from governance import barring
from governance.enums import BodyKind, CarryKind, ItemResult, ItemState, OpinionChoice, VoteChoice
from governance.models import AgendaItem, Opinion, Seat, Vote
from governance.operations import resolving
from governance.operations.agenda import return_to_queue
from governance.operations.locks import RECORD, lock_item, need, open_item_only, open_meeting_only, refuse, touch
from governance.workflow import (
    BOARD_SOURCE,
    COMMITTEE_SOURCE,
    Standing,
    Tally,
    concerns_proposal,
    day_of,
    member_attendance,
    person_of,
    present_seats,
    seats_of,
    source_of,
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


def _whole_proposal(item: AgendaItem, result: str, label: str) -> None:
    """決議による定めは、そのままの内容で可決するか否決する。"""
    if result == ItemResult.CONDITIONAL and concerns_proposal(item):
        text = (
            "決議による定めを、条件を付けて可決することはできません。内容を改めるときは否決し、新しく提案してください。"
        )
        refuse(label, block(text, "相互牽制（手引き 第2章1 e）", code="amended"))


def _conditions_given(result: str, conditions: str, label: str) -> None:
    if result == ItemResult.CONDITIONAL and not conditions.strip():
        refuse(label, block("条件付可とするときは、条件を記入してください。", "手引き 第2章2 三", code="conditions"))


def _advice_number(on: date) -> str:
    """会議によらない答申の番号。年度ごとの通し番号。"""
    cooperative = Cooperative.current()
    fiscal_year = days.fiscal_year(on, cooperative.fiscal_start_month if cooperative else 4)
    return f"{fiscal_year}年度答申第{Sequence.next('advice', fiscal_year)}号"


def _store(
    item: AgendaItem, counts: Standing, *, result, conditions, comment, by, decided_on, number, casting=False
) -> None:
    """議決を残す。決議による定め（限度額など）の議案なら、提案に会議と議案番号を写す。"""
    item.state, item.result = ItemState.DECIDED, result
    item.conditions = conditions.strip() if result == ItemResult.CONDITIONAL else ""
    item.comment, item.decided_on, item.recorded_by, item.number = comment.strip(), decided_on, by, number
    item.seated, item.eligible, item.quorum = counts.seated, counts.eligible, counts.quorum
    item.present, item.yes, item.no = counts.present, counts.yes, counts.no
    item.by_casting_vote = casting
    item.save()
    resolving.settle(item)


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
    number = f"{item.meeting} {item.label}" if item.meeting_id else _advice_number(on)
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
    if barred := barring.of(item).get(seat.person.user_id):
        refuse(label, block(barred, "相互牽制（手引き 第2章1 e）", code="barred"))
    if not present_seats(item, [seat]):
        here = item.meeting.attendances.filter(seat=seat).first()
        if here and here.left_at:
            text = f"{seat.person}さんは{here.left_at:%H時%M分}に退席しています。退席の前の議決は、退席時刻より先に記録してください。"
        else:
            text = f"{seat.person}さんは出席していません。先に出席を記録してください。"
        refuse(label, block(text, BOARD_SOURCE, code="absent", url=item.meeting.get_absolute_url()))
    if choice not in VoteChoice.values:
        refuse(label, block("賛成・反対・棄権のいずれかを選んでください。", BOARD_SOURCE, code="choice"))
    former = Vote.objects.filter(item=item, seat=seat).select_related("seat__person").first()
    if former is not None and former.is_own_of_another(by):
        text = f"{seat.person}さんが自分で入れた議決（{former.get_choice_display()}）は、本人だけが改められます。"
        refuse(label, block(text, BOARD_SOURCE, code="own-vote"))
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
    if not any(by.has_perm(permission) for permission in _DECISION_RECORDERS):
        refuse(label, block(f"「{label}」をする権限がありません。", "役割の表", code="permission"))
    item = lock_item(item, label)
    _of_body(item, BodyKind.BOARD, label)
    _on_agenda(item, on, label)
    _not_recused(item, person_of(by), label, BOARD_SOURCE)
    _not_barred(by, barred, label)
    if result not in ItemResult.values:
        refuse(label, block("可・条件付可・否・継続審議のいずれかを選んでください。", BOARD_SOURCE, code="result"))
    _conditions_given(result, conditions, label)
    _whole_proposal(item, result, label)
    counts = standing(item, on=on)
    refuse(label, *(finding for finding in counts.findings(result) if finding.blocks))
    meeting, number = item.meeting, f"{item.meeting} {item.label}"
    if result == ItemResult.CONTINUED:
        return_to_queue(item, meeting, kind=CarryKind.CONTINUED, present=counts.present, comment=comment, by=by)
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


@transaction.atomic
def decide_general(
    item: AgendaItem, *, result: str, yes: int = 0, no: int = 0, casting: bool = False, comment: str = "", by, on: date
) -> AgendaItem:
    """総会の議決を数で記録する。普通議決は過半数、特別議決は半数以上の出席と3分の2（中小企業等協同組合法 52条・53条）。"""
    label = "総会の議決の記録"
    need(by, RECORD, label)
    item = lock_item(item, label)
    _of_body(item, BodyKind.GENERAL_MEETING, label)
    _on_agenda(item, on, label)
    if result not in (ItemResult.FAVOURABLE, ItemResult.UNFAVOURABLE, ItemResult.CONTINUED):
        refuse(label, block("可決・否決・継続審議のいずれかを選んでください。", source_of(item), code="result"))
    if member_attendance(item.meeting) is None:
        text = "組合員の出席が記録されていないので、議決を記録できません。"
        refuse(label, block(text, source_of(item), code="quorum", url=item.meeting.get_absolute_url()))
    try:
        counts = standing(item, on=on, tally=Tally(yes=yes, no=no, casting=casting))
    except ValueError as error:
        refuse(label, block(str(error), source_of(item), code="counts"))
    if yes + no > counts.present:
        text = f"賛成{yes}票と反対{no}票の合計が、出席した組合員の議決権{counts.present}個を超えています。"
        refuse(label, block(text, "議事録", code="counts"))
    refuse(label, *(finding for finding in counts.findings(result) if finding.blocks))
    meeting, number = item.meeting, f"{item.meeting} {item.label}"
    if result == ItemResult.CONTINUED:
        return_to_queue(item, meeting, kind=CarryKind.CONTINUED, present=counts.present, comment=comment, by=by)
    else:
        tie = casting and item.body.chair_breaks_tie and yes * 2 == counts.present and not item.special
        _store(
            item, counts, result=result, conditions="", comment=comment, by=by, decided_on=meeting.held_on,
            number=number, casting=tie and result == ItemResult.FAVOURABLE,
        )  # fmt: skip
    touch(meeting)
    log.record(
        item, verb="decide", label=label, by=by, on=on, reason=comment.strip(), result=result, number=number,
        counts=counts.quorum_text() + counts.votes_text(),
    )  # fmt: skip
    return item
