"""機関の操作。付議・招集・出席・利害の申出・意見・答申・議決・終了・流会・議事録の確定・再任。

どれもキーワードだけで呼び、by（した人）と on（日付）を取り、一つの取引の中で 会議 → 議案 → 提案 の順に鎖錠する。
付議・取下げ・答申・決定の権限は、案件を持つ上の階の流れ図が確かめる。会議を開く・記録する権限はここで確かめる。
"""

from governance.operations.agenda import (
    put_all_on_agenda,
    put_on_agenda,
    refresh_recusals,
    remove_from_agenda,
    submit,
    withdraw,
)
from governance.operations.closing import NextMeeting, adjourn, close_meeting, finalise, send_back
from governance.operations.convening import call_off, reschedule
from governance.operations.deciding import (
    cast_vote,
    conclude_committee,
    decide_board,
    decide_general,
    give_opinion,
)
from governance.operations.meetings import convene, declare_interest, record_attendance, record_members, take_up
from governance.operations.resolving import table, take_back
from governance.operations.seats import reappoint
from governance.workflow import person_seats, seats_of, standing, unfinished_items, who_concludes

__all__ = [
    "NextMeeting",
    "adjourn",
    "call_off",
    "cast_vote",
    "close_meeting",
    "conclude_committee",
    "convene",
    "decide_board",
    "decide_general",
    "declare_interest",
    "finalise",
    "give_opinion",
    "person_seats",
    "put_all_on_agenda",
    "put_on_agenda",
    "reappoint",
    "record_attendance",
    "record_members",
    "refresh_recusals",
    "remove_from_agenda",
    "reschedule",
    "seats_of",
    "send_back",
    "standing",
    "submit",
    "table",
    "take_back",
    "take_up",
    "unfinished_items",
    "who_concludes",
    "withdraw",
]
