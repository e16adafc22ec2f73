"""機関の操作。付議・招集・出席・利害の申出・意見・答申・議決・終了。

どれもキーワードだけで呼び、by（した人）と on（日付）を取り、一つの取引の中で 会議 → 議案 の順に鎖錠する。
付議・取下げ・答申・決定の権限は、案件を持つ上の階の流れ図が確かめる。会議を開く・記録する権限はここで確かめる。
"""

from governance.operations.agenda import put_on_agenda, refresh_recusals, remove_from_agenda, submit, withdraw
from governance.operations.deciding import cast_vote, conclude_committee, decide_board, give_opinion
from governance.operations.meetings import close_meeting, convene, declare_interest, record_attendance
from governance.workflow import person_seats, seats_of, standing, unfinished_items, who_concludes

__all__ = [
    "cast_vote",
    "close_meeting",
    "conclude_committee",
    "convene",
    "decide_board",
    "declare_interest",
    "give_opinion",
    "person_seats",
    "put_on_agenda",
    "record_attendance",
    "refresh_recusals",
    "remove_from_agenda",
    "seats_of",
    "standing",
    "submit",
    "unfinished_items",
    "who_concludes",
    "withdraw",
]
