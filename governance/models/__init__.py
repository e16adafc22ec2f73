"""機関・席・限度額の決議・定款の金融条項・規約・規程・会議・議案・出席・意見・議決（手引き 第2章1、ドメイン A2・E）。"""

from governance.models.bodies import Body, Seat
from governance.models.items import AgendaItem, Continuation, Opinion, Recusal, Vote
from governance.models.limits import DesignatedBank, LimitResolution
from governance.models.meetings import Attendance, Meeting, MemberAttendance, Minutes
from governance.models.resolved import Resolved
from governance.models.rules import ArticlesClause, FinanceBylaw, FinanceRule, LendingStandard

__all__ = [
    "AgendaItem",
    "ArticlesClause",
    "Attendance",
    "Body",
    "Continuation",
    "DesignatedBank",
    "FinanceBylaw",
    "FinanceRule",
    "LendingStandard",
    "LimitResolution",
    "Meeting",
    "MemberAttendance",
    "Minutes",
    "Opinion",
    "Recusal",
    "Resolved",
    "Seat",
    "Vote",
]
