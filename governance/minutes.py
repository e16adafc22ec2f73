"""議事録の下書き。記録された出席・除斥・賛否・結果から文を作る（中小企業等協同組合法 36条の7の議事録の材料）。"""

from __future__ import annotations

from governance.enums import CHAIR_TITLES, AttendanceKind, BodyKind, ItemResult, ItemState, OpinionChoice, SeatTitle
from governance.models import AgendaItem, Meeting
from governance.workflow import Standing

HIDDEN = "利害関係のため非表示"

_WEEKDAYS = "月火水木金土日"


def chairperson(meeting: Meeting, seats, attendances):
    """議長の席。出席している長、いなければ先頭の出席者。"""
    here = [seat for seat in seats if seat.pk in attendances and attendances[seat.pk].is_present]
    return next((seat for seat in here if seat.title in CHAIR_TITLES), here[0] if here else None)


def opening(meeting: Meeting, seats, attendances, chair) -> str:
    """日時・場所・出席の文。"""
    day = meeting.held_on
    text = (
        f"{meeting}を{day.year}年{day.month}月{day.day}日（{_WEEKDAYS[day.weekday()]}）"
        f"{meeting.starts_at:%H時%M分}から{meeting.place}で開いた。"
    )
    voting = [seat for seat in seats if seat.title != SeatTitle.AUDITOR]
    here = [seat for seat in voting if seat.pk in attendances and attendances[seat.pk].is_present]
    if not here:
        return text
    online = [seat for seat in here if attendances[seat.pk].kind == AttendanceKind.ONLINE]
    who = "理事" if meeting.body.kind == BodyKind.BOARD else "委員"
    names = "、".join(seat.person.name for seat in here)
    text += f"在任{who}{len(voting)}名のうち出席{len(here)}名（{names}）"
    if online:
        text += f"、うちオンライン{len(online)}名"
    text += "。"
    if chair:
        text += f"{chair.get_title_display()} {chair.person.name}が議長となった。"
    return text


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


def sentence(item: AgendaItem, standing: Standing, recusals) -> str:
    """一つの議案の文。"""
    head = f"{item.label} {item.title}"
    if item.state == ItemState.WITHDRAWN:
        return f"{head}は、取り下げられた。"
    if item.state != ItemState.DECIDED:
        return f"{head}について審議した（結果は未記録）。{_recusals(recusals, standing.who)}"
    conditions = f"次の条件を付して（{item.conditions}）" if item.result == ItemResult.CONDITIONAL else ""
    if standing.is_board:
        counts = f"賛成{standing.yes}名・反対{standing.no}名・棄権{standing.abstain}名"
        result = {
            ItemResult.FAVOURABLE: "これを可決した",
            ItemResult.CONDITIONAL: f"{conditions}これを可決した",
            ItemResult.UNFAVOURABLE: "これを否決した",
        }[ItemResult(item.result)]
        text = f"{head}について議長が議場に諮ったところ、議決に加わった理事{standing.present}名のうち{counts}により、{result}。"
    else:
        opinions = list(item.opinions.all())
        counts = "・".join(
            f"{choice.label}{sum(opinion.choice == choice for opinion in opinions)}名" for choice in OpinionChoice
        )
        result = {
            ItemResult.FAVOURABLE: "可",
            ItemResult.CONDITIONAL: f"{conditions}可",
            ItemResult.UNFAVOURABLE: "否",
        }[ItemResult(item.result)]
        text = f"{head}について委員{standing.present}名の意見（{counts}）を求め、{result}と答申することとした。"
    if item.comment:
        text += f"付帯意見: {item.comment.rstrip('。')}。"
    return text + _recusals(recusals, standing.who)


def continued(record, hidden: bool) -> str:
    """継続審議の文。"""
    if hidden:
        return f"第{record.order}号議案 {HIDDEN}"
    reason = f"（{record.comment.rstrip('。')}）" if record.comment else ""
    return f"第{record.order}号議案 {record.item.title}について審議し、継続審議とした{reason}。"
