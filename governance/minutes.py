"""議事録の文。記録された出席・除斥・賛否・結果から一度だけ作り、画面にも PDF にも同じ文を出す。

中小企業等協同組合法 36条の7（理事会）・53条の4（総会）。組合員の財務の内容は本文に書かず、別紙（秘）に分ける。
"""

from __future__ import annotations

from datetime import date

from coopfin.calc.words import to_wareki
from governance import briefing
from governance.enums import (
    DIRECTOR_TITLES,
    AttendanceKind,
    BodyKind,
    CarryKind,
    ItemResult,
    ItemState,
    OpinionChoice,
    SeatTitle,
)
from governance.models import AgendaItem, Continuation
from governance.proceedings import Proceedings, Veil
from governance.workflow import Standing, standing
from members.writing import name_key

_WEEKDAYS = "月火水木金土日"


def long_day(day: date) -> str:
    """令和8年11月25日（水）。"""
    return f"{to_wareki(day)}（{_WEEKDAYS[day.weekday()]}）"


def opening(record: Proceedings) -> str:
    """日時・場所・出席・議長の文。"""
    meeting = record.meeting
    text = f"{meeting}を{long_day(meeting.held_on)}{meeting.starts_at:%H時%M分}から{meeting.place}で開いた。"
    text += _members_here(record) if meeting.is_general else _seats_here(record)
    if record.chair_text:
        text += f"{record.chair_text}が議長となった。"
    return text


def _members_here(record: Proceedings) -> str:
    text = f"{record.members.text}。" if record.members else ""
    officers = [f"{seat.get_title_display()} {seat.person.name}" for seat in record.in_room]
    return text + (f"出席した役員は{'、'.join(officers)}である。" if officers else "")


def _seats_here(record: Proceedings) -> str:
    here = [seat for seat in record.voting if seat in record.here]
    if not here:
        return ""
    who = "理事" if record.meeting.body.kind == BodyKind.BOARD else "委員"
    names = "、".join(seat.person.name for seat in here)
    text = f"在任{who}{len(record.voting)}名のうち出席{len(here)}名（{names}）"
    for kind in (AttendanceKind.ONLINE, AttendanceKind.WRITTEN):
        count = sum(record.attendances[seat.pk].kind == kind for seat in here)
        if count:
            text += f"、うち{kind.label}{count}名"
    auditors = [seat.person.name for seat in record.in_room if seat.title == SeatTitle.AUDITOR]
    if auditors:
        text += f"、監事の出席{len(auditors)}名（{'、'.join(auditors)}）"
    return f"{text}。" + _comings_and_goings(record, here)


def _comings_and_goings(record: Proceedings, here) -> str:
    told = []
    for seat in here:
        attendance = record.attendances[seat.pk]
        if attendance.arrived_at and attendance.arrived_at > record.meeting.starts_at:
            told.append(f"{seat.person.name}は{attendance.arrived_at:%H時%M分}に着席した")
        if attendance.left_at:
            told.append(f"{seat.person.name}は{attendance.left_at:%H時%M分}に退席した")
    return "。".join(told) + "。" if told else ""


def _recusals(recusals, who: str) -> str:
    if not recusals:
        return ""
    parts = []
    for recusal in recusals:
        left = f"、{recusal.left_at:%H時%M分}に退席し" if recusal.left_at else ""
        parts.append(
            f"{who} {recusal.person.name}は特別の利害関係（{recusal.reason}）を有するため{left}、議決に加わらなかった"
        )
    return "なお、" + "。".join(parts) + "。"


def deputy(record: Proceedings, item: AgendaItem) -> str:
    """議長が除斥された議案で、誰が議長を代行したかの文。"""
    acting = record.acting_chair(item)
    if acting is None:
        return ""
    return (
        f"議長 {record.chair.person.name}に特別の利害関係があるため、この議案の議長は"
        f"{acting.get_title_display()} {acting.person.name}が代行した。"
    )


def sentence(item: AgendaItem, counts: Standing, recusals, acting: str = "") -> str:
    """一つの議案の文。acting は、議長を代行した人の文。"""
    head = f"{item.label} {item.minutes_title}"
    if item.state == ItemState.WITHDRAWN:
        return f"{head}は、取り下げられた。"
    if item.state != ItemState.DECIDED:
        return f"{head}について審議した（結果は未記録）。{_recusals(recusals, counts.who)}"
    text = f"{head}。{acting}" if acting else f"{head}について"
    text += _decision(item, counts)
    if item.comment:
        text += f"付帯意見: {item.comment.rstrip('。')}。"
    return text + _recusals(recusals, counts.who)


def _decision(item: AgendaItem, counts: Standing) -> str:
    conditions = f"次の条件を付して（{item.conditions}）" if item.result == ItemResult.CONDITIONAL else ""
    if counts.kind == BodyKind.COMMITTEE:
        opinions = list(item.opinions.all())
        given = "・".join(
            f"{choice.label}{sum(opinion.choice == choice for opinion in opinions)}名" for choice in OpinionChoice
        )
        result = "否" if item.result == ItemResult.UNFAVOURABLE else f"{conditions}可"
        return f"委員{counts.present}名の意見（{given}）を求め、{result}と答申することとした。"
    votes = f"賛成{counts.yes}名・反対{counts.no}名・棄権{counts.abstain}名"
    result = "これを否決した" if item.result == ItemResult.UNFAVOURABLE else f"{conditions}これを可決した"
    if counts.is_board:
        return f"議長が議場に諮ったところ、議決に加わった理事{counts.present}名のうち{votes}により、{result}。"
    if item.by_casting_vote:
        return f"議長が議場に諮ったところ、{votes}で可否同数となり、議長がこれを可と決した。"
    how = "特別の議決（出席した組合員の議決権の3分の2以上）として" if item.special else ""
    return f"議長が議場に諮ったところ、出席した組合員{counts.present}名のうち{votes}により、{how}{result}。"


def carried(record: Continuation, hidden: Veil | None = None) -> str:
    """継続審議・流会で次の会議に送った議案の文。"""
    if hidden is not None:
        return f"第{record.order}号議案 {hidden}"
    reason = f"（{record.comment.rstrip('。')}）" if record.comment else ""
    head = f"第{record.order}号議案 {record.item.minutes_title}"
    if record.kind == CarryKind.ADJOURNED:
        return f"{head}は、定足数に満たないため議決に至らず、次の会議に付議することとした。"
    return f"{head}について審議し、継続審議とした{reason}。"


def closing(record: Proceedings) -> str:
    """閉会・流会の文。"""
    meeting = record.meeting
    at = f"{meeting.ends_at:%H時%M分}に" if meeting.ends_at else ""
    if meeting.is_adjourned:
        return f"定足数に満たないため、議長は流会を宣し、{at}散会した（{meeting.adjourned_reason.rstrip('。')}）。"
    return f"以上をもって議事を終え、{at}閉会した。" if meeting.is_closed else ""


def signers(record: Proceedings) -> list[list[str]]:
    """署名・記名押印する人（役名, 氏名）。理事会は出席した理事と監事、総会は議長と出席した理事。"""
    in_room = record.in_room
    if record.meeting.is_general:
        directors = [seat for seat in in_room if seat.title != SeatTitle.AUDITOR]
        name = record.members.chair_name if record.members else ""
        # 理事が議長に選任されたときは、一人が一度だけ署名する。
        presiding = next((seat for seat in directors if name_key(seat.person.name) == name_key(name)), None)
        chair = [[f"議長 {presiding.get_title_display()}" if presiding else "議長", name]] if name else []
        return chair + [[_present_as(seat), seat.person.name] for seat in directors if seat != presiding]
    chair = record.chair
    found = [[f"議長 {chair.get_title_display()}", chair.person.name]] if chair else []
    return found + [[_present_as(seat), seat.person.name] for seat in in_room if seat != chair]


def _present_as(seat) -> str:
    """署名の役名: 出席理事、出席理事（副理事長）、出席監事。"""
    rank = seat.get_title_display()
    plain = seat.title in (SeatTitle.DIRECTOR, SeatTitle.AUDITOR) or seat.title not in DIRECTOR_TITLES
    return f"出席{rank}" if plain else f"出席{SeatTitle.DIRECTOR.label}（{rank}）"


def compose(record: Proceedings, *, on: date) -> dict:
    """議事録の全文（確定のときに保存し、画面と PDF に出すもの）。"""
    items, annexes = [], []
    seated = {seat.person_id for seat in record.seats}
    for item in record.items:
        counts = standing(item, on=on, seats=record.voting)
        recusals = [one for one in item.recusals.all() if one.person_id in seated]
        entry = {"item": item.pk, "text": sentence(item, counts, recusals, deputy(record, item)), "annex": ""}
        sections = _annex(item, on)
        if sections:
            entry["annex"] = f"別紙{len(annexes) + 1}"
            annexes.append({"item": item.pk, "label": entry["annex"], "title": f"{item.label} {item.title}",
                            "sections": sections})  # fmt: skip
        items.append((item.order, entry))
    for one in record.continuations:
        items.append((one.order, {"item": one.item_id, "text": carried(one), "annex": ""}))
    return {
        "title": f"{record.meeting}議事録",
        "opening": opening(record),
        "items": [entry for _, entry in sorted(items, key=lambda pair: pair[0])],
        "closing": closing(record),
        "signers": signers(record),
        "annexes": annexes,
    }


def _annex(item: AgendaItem, on: date) -> list[dict]:
    """別紙（秘）に書くこと。取り下げた議案と、財務の内容を含まない議案には、ない。"""
    if item.state != ItemState.DECIDED:
        return []
    brief = briefing.of(item, on)
    if brief is None or not brief.confidential:
        return []
    return [
        {"title": section.title, "rows": [list(row) for row in section.rows]}
        for section in brief.sections
        if not section.of_the_day
    ]


def shown(content: dict, hidden_items: dict[int, Veil]) -> dict:
    """読む人に見せない議案（番号 → 伏せるわけ）を伏せた議事録。"""
    items = [
        {**entry, "text": f"{entry['text'].partition(' ')[0]} {hidden_items[entry['item']]}", "annex": ""}
        if entry["item"] in hidden_items
        else entry
        for entry in content["items"]
    ]
    annexes = [annex for annex in content["annexes"] if annex["item"] not in hidden_items]
    return {**content, "items": items, "annexes": annexes}
