"""機関・席・限度額の決議・会議・議案・出席・意見・議決（手引き 第2章1、ドメイン A2・E）。"""

from governance.models.bodies import Body, Seat
from governance.models.items import AgendaItem, Continuation, Opinion, Recusal, Vote
from governance.models.limits import DesignatedBank, LimitResolution
from governance.models.meetings import Attendance, Meeting

__all__ = [
    "AgendaItem",
    "Attendance",
    "Body",
    "Continuation",
    "DesignatedBank",
    "LimitResolution",
    "Meeting",
    "Opinion",
    "Recusal",
    "Seat",
    "Vote",
]
