"""道を歩かせる: 一件の申込を、それぞれの役の人の操作で、望みの状態まで進める。"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from coopfin.calc import days
from coopfin.delegation import Reach
from coopfin.models import DelegatedAct, User
from governance import operations as governance
from governance.enums import AttendanceKind, BodyKind, ItemResult, OpinionChoice, VoteChoice
from governance.models import Body
from loans import coverage, items, printing
from loans.conditions import Wanted
from loans.enums import ApplicationState as S
from loans.enums import ConditionDue, ConditionKind, FundingResult
from loans.models import Application
from loans.operations import application as applications
from loans.operations import conditions as condition_operations
from loans.operations import contract as contracts
from loans.operations import disbursement as disbursements
from loans.operations import review as reviews
from loans.workflow import documents_of

REASON = "事務局で内容を確かめ、承知のうえで進める。"
FIRE_INSURANCE = Wanted(
    "建物の火災保険に加入していることを確かめること", ConditionKind.COLLATERAL, ConditionDue.DISBURSEMENT
)


@dataclass
class Office:
    """組合の人たち（利用者）。"""

    clerk: User
    chief: User
    president: User
    committee: list[User]
    directors: list[User]
    auditor: User | None = None
    admin: User | None = None
    bank: str = "商工組合中央金庫 金沢支店"
    #: 一歩ごとに進む日数
    pace: int = 2
    #: この仕組みで初めて開く理事会の回（前からの回の続き）
    first_board: int | None = None
    cast: dict[str, User] = field(default_factory=dict)

    def releaser(self, act: DelegatedAct, amount: int, on: date) -> User:
        """この額を通せる人: 委譲された額までは事務局長、超えるものは理事長。"""
        return self.president if Reach.on(on).findings(act, amount, by=self.chief) else self.chief

    def free_members(self, application: Application, on: date) -> list[User]:
        """利害関係のない金融委員。"""
        out = coverage.interested_persons(application, on=on)
        return [user for user in self.committee if getattr(user, "person", None) not in out]


def _reload(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def committee_opinions(application: Application, office: Office, on: date, *, choice=OpinionChoice.FOR) -> None:
    """委員がめいめい意見を述べる（利害関係のある委員を除く）。"""
    reasons = {
        OpinionChoice.FOR: "受注の見通しがあり、返済の財源も確かめられる。",
        OpinionChoice.CONDITIONAL: "担保の建物の保全を確かめたうえでなら、認められる。",
        OpinionChoice.AGAINST: "返済の財源が明らかでない。",
    }
    for user in office.free_members(application, on):
        asked = [FIRE_INSURANCE] if choice == OpinionChoice.CONDITIONAL else []
        reviews.give_opinion(
            _reload(application), choice=choice, text=reasons[choice], conditions=asked, by=user, on=on
        )


def recommend(application: Application, office: Office, on: date, *, result=ItemResult.FAVOURABLE) -> Application:
    """委員会の結論を答申にする（委員長。利害関係があれば次の委員）。"""
    chair = office.free_members(application, on)[0]
    return reviews.recommend(
        _reload(application),
        result=result,
        conditions=[FIRE_INSURANCE] if result == ItemResult.CONDITIONAL else [],
        comment="資金の必要と返済の見通しを認める。",
        by=chair,
        on=on,
        reason=REASON,
    )


def hold_board(
    applications_: list[Application], office: Office, on: date, *, choice=VoteChoice.YES, absent: int = 0
) -> None:
    """理事会を開き、議案に載せ、出席と議決を記録する（決定の記録はまだしない）。"""
    board = Body.objects.get(kind=BodyKind.BOARD)
    meeting = governance.convene(
        body=board,
        number=office.first_board if not board.meetings.exists() else None,
        held_on=on,
        starts_at=time(14, 0),
        place="組合会館 2階会議室",
        by=office.clerk,
        on=on,
    )
    for application in applications_:
        item = items.open_item(application, BodyKind.BOARD)
        governance.put_on_agenda(item, meeting=meeting, by=office.clerk, on=on)
    seats = list(governance.seats_of(BodyKind.BOARD, on))
    gone = {seat.pk for seat in seats[len(seats) - absent :]} if absent else set()
    governance.record_attendance(
        meeting,
        entries={
            seat.pk: (AttendanceKind.ABSENT, None, None)
            if seat.pk in gone
            else (AttendanceKind.PRESENT, time(14, 0), None)
            for seat in seats
        },
        by=office.clerk,
        on=on,
    )
    for application in applications_:
        out = coverage.interested_persons(application, on=on)
        item = items.open_item(application, BodyKind.BOARD)
        for seat in seats:
            if seat.pk not in gone and seat.person not in out:
                governance.cast_vote(item, seat=seat, choice=choice, comment="", by=office.clerk, on=on)


def decide(application: Application, office: Office, on: date, *, result=ItemResult.FAVOURABLE, conditions=()):
    """理事会の決定を記録する（受付者でない人が）。"""
    recorder = office.chief if application.received_by_id != office.chief.pk else office.president
    decided = reviews.decide(
        _reload(application), result=result, conditions=list(conditions), comment="", by=recorder, on=on, reason=REASON
    )
    item = items.last_decided(application, BodyKind.BOARD)
    if item is not None and not governance.unfinished_items(item.meeting):
        governance.close_meeting(item.meeting, by=office.clerk, on=on)
    return decided


def sign_papers(application: Application, office: Office, on: date) -> None:
    """要る書類をすべて発行し、調印済を受け取る。"""
    loan = _reload(application).loan
    for paper in printing.papers_for(loan):
        contracts.issue_paper(_reload(application), code=paper.code, by=office.clerk, on=on)
    for document in documents_of(loan):
        contracts.receive_signed(_reload(application), document, by=office.clerk, on=on)


def _meet(condition, application: Application, clerk: User, on: date) -> None:
    condition_operations.meet(_reload(application), condition, evidence="原本を確かめ、写しを綴った。", by=clerk, on=on)


def walk(
    application: Application, office: Office, start: date, *, result=ItemResult.FAVOURABLE, conditions=()
) -> Iterator:
    """一歩ごとに（申込, その日）を返しながら、受付から実行まで歩く。望みの状態で止めてよい。"""
    on = start
    clerk = office.clerk

    def later() -> date:
        nonlocal on
        on += timedelta(days=office.pace)
        return on

    yield applications.receive(_reload(application), by=clerk, on=on, reason=REASON), on
    yield applications.investigate(_reload(application), by=clerk, on=later(), reason=REASON), on
    applications.record_investigation(
        _reload(application),
        record={
            "interviewed_on": on,
            "interviewee": str(application.member.representative),
            "business": "受注は前年並みで、主要取引先との関係も長い。設備の稼働率は八割ほど。",
            "use_of_funds": f"{application.purpose_detail}。見積書と照合し、金額は妥当である。",
            "preservation": "代表者の連帯保証を得る。担保は申込書のとおり。",
            "conclusion": f"返済の財源（{application.repayment_source}）は確かで、申込どおりの貸付が妥当と考える。",
        },
        by=clerk,
        on=on,
    )
    yield reviews.submit_to_committee(_reload(application), by=clerk, on=later(), reason=REASON), on
    later()
    committee_opinions(application, office, on)
    yield recommend(application, office, on), on
    yield reviews.submit_to_board(_reload(application), by=clerk, on=later(), reason=REASON), on
    later()
    if result == ItemResult.UNFAVOURABLE:
        hold_board([application], office, on, choice=VoteChoice.NO)
        yield decide(application, office, on, result=result), on
        return
    hold_board([application], office, on)
    yield decide(application, office, on, result=result, conditions=conditions), on
    application = _reload(application)
    later()
    if application.is_bank_funded:
        contracts.record_funding(
            application,
            bank=office.bank,
            decided_on=on,
            result=FundingResult.AS_APPLIED,
            amount=application.amount,
            bank_rate=max(application.interest_rate - application.fee_rate, application.interest_rate / 2),
            maturity_on=application.maturity_on,
            document_reference=f"商中金発{on:%y%m}-{application.sequence:03d}",
            by=clerk,
            on=on,
            reason=REASON,
        )
    for condition in application.conditions.outstanding().filter(due=ConditionDue.CONTRACT):
        _meet(condition, application, clerk, on)
    contracts.begin(_reload(application), contracted_on=on, by=clerk, on=on, reason=REASON)
    yield _reload(application), on
    sign_papers(application, office, on)
    for condition in application.conditions.outstanding():
        _meet(condition, application, clerk, on)
    yield (
        contracts.confirm_ready(
            _reload(application),
            by=office.releaser(DelegatedAct.CONFIRM_READY, application.amount, on),
            on=later(),
            reason=REASON,
        ),
        on,
    )
    on = days.roll(on)
    event = disbursements.prepare(_reload(application), disburse_on=on, by=clerk, on=on, reason=REASON)
    releaser = office.releaser(DelegatedAct.DISBURSE, application.amount, on)
    disbursements.approve(event.voucher, by=releaser, on=on, reason=REASON)
    yield _reload(application), on


def bring(application: Application, until: str, office: Office, start: date, **more) -> tuple[Application, date]:
    """望みの状態まで進める。返り値は（申込, 着いた日）。"""
    state, on = S.DRAFT, start
    if until == S.DRAFT:
        return application, on
    for walked, day in walk(application, office, start, **more):
        application, on, state = walked, day, walked.state
        if state == until:
            break
    if state != until:
        raise ValueError(f"「{S(until).label}」に着きませんでした（いまは「{S(state).label}」）。")
    return application, on
