"""道を歩かせる: 一件の申込を、それぞれの役の人の操作で、望みの状態まで進める。"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from coopfin.calc import days
from coopfin.delegation import Reach
from coopfin.flow import StepRefused
from coopfin.models import DelegatedAct, User
from coopfin.views import MISSING_REASON
from desk.demo import fact_finding
from governance import operations as governance
from governance.enums import AttendanceKind, BodyKind, ItemResult, OpinionChoice, SeatTitle, VoteChoice
from governance.models import Body, Meeting
from governance.printing import issue_minutes
from governance.workflow import seats_at
from loans import coverage, items, judging, printing
from loans.conditions import Wanted
from loans.enums import ApplicationState as S
from loans.enums import ConditionDue, ConditionKind, FundingResult, GuaranteeDecision
from loans.models import Application
from loans.operations import application as applications
from loans.operations import checklist, guideline
from loans.operations import conditions as condition_operations
from loans.operations import contract as contracts
from loans.operations import disbursement as disbursements
from loans.operations import review as reviews
from loans.workflow import documents_of

#: 委員の賛成の意見。案件と委員ごとに、違うものを述べる。
VIEWS = (
    "受注の見通しがあり、返済の財源も確かめられる。",
    "資金の使いみちがはっきりしている。金額も見積りに見合う。",
    "これまでの取引に遅れがなく、代表者の経営の姿勢も堅実である。",
    "業界の動きからみて、この時期の資金の必要は理解できる。",
    "毎月の返済額は、いまの資金繰りで無理がない。",
)
#: 答申に付ける意見
ADVICE = (
    "資金の必要と返済の見通しを認める。",
    "返済の財源は確かである。実行のあと、使いみちを確かめること。",
    "申込どおりの条件で支障がない。",
)
BEFORE_THE_COMMITTEE = "注意の点は調査書に書き、委員会の判断を仰ぐ。"
BEFORE_THE_BOARD = "注意の点は会議資料に載せ、理事会の判断を仰ぐ。"
BEFORE_THE_CONTRACT = "注意の点は契約の席で説明し、確かめる。"
BEFORE_PAYMENT = "注意の点を確かめ、実行に差し支えないと認めた。"
WEAK = "売上が計画を下回るときは足りないが、手元の定期預金で二年分を補える。年に一度、試算表を出してもらう。"
FIRE_INSURANCE = Wanted(
    "建物の火災保険に加入していることを確かめること", ConditionKind.COLLATERAL, ConditionDue.DISBURSEMENT
)


#: 議長が議事録を確定するまでの日数
DAYS_TO_FINALISE = 3


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
    #: 理事会を開くたびに、前の会議の議事録を確定して発行するか
    keeps_minutes: bool = False
    cast: dict[str, User] = field(default_factory=dict)

    def releaser(self, act: DelegatedAct, amount: int, on: date) -> User:
        """この額を通せる人: 委譲された額までは事務局長、超えるものは理事長。"""
        return self.president if Reach.on(on).findings(act, amount, by=self.chief) else self.chief

    def free_members(self, application: Application, on: date) -> list[User]:
        """利害関係のない金融委員。"""
        out = coverage.interested_persons(application, on=on)
        return [user for user in self.committee if getattr(user, "person", None) not in out]


def open_day(day: date) -> date:
    """その日か、その前の営業日（事務所の開いている日に仕事をする。先へは延ばさないので、今日を越えない）。"""
    while not days.is_business_day(day):
        day -= timedelta(days=1)
    return day


def step(operation, subject, *, why: str, **given):
    """一歩進める。理由の要る歩みと、注意が残るときだけ、why を書く。"""
    try:
        return operation(subject, reason="", **given)
    except StepRefused as refusal:
        if all(finding.code not in MISSING_REASON for finding in refusal.findings):
            raise
        return operation(subject, reason=why, **given)


def _reload(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def committee_opinions(application: Application, office: Office, on: date, *, choice=OpinionChoice.FOR) -> None:
    """委員がめいめい意見を述べる（利害関係のある委員を除く）。"""
    reasons = {
        OpinionChoice.CONDITIONAL: "担保の建物の保全を確かめたうえでなら、認められる。",
        OpinionChoice.AGAINST: "返済の財源が明らかでない。",
    }
    for turn, user in enumerate(office.free_members(application, on), start=application.pk):
        asked = [FIRE_INSURANCE] if choice == OpinionChoice.CONDITIONAL else []
        reviews.give_opinion(
            _reload(application),
            choice=choice,
            text=reasons.get(choice) or VIEWS[turn % len(VIEWS)],
            conditions=asked,
            by=user,
            on=on,
        )


def recommend(application: Application, office: Office, on: date, *, result=ItemResult.FAVOURABLE) -> Application:
    """委員会の結論を答申にする（委員長。利害関係があれば次の委員）。"""
    chair = office.free_members(application, on)[0]
    failing = judging.judged(_reload(application), on).failing
    return step(
        reviews.recommend,
        _reload(application),
        result=result,
        conditions=[FIRE_INSURANCE] if result == ItemResult.CONDITIONAL else [],
        comment=ADVICE[application.pk % len(ADVICE)],
        capacity_comment=WEAK if failing else "",
        by=chair,
        on=on,
        why="委員会で注意の点を読み合わせ、理事会の判断に委ねることとした。",
    )


def finalise(meeting: Meeting, *, by: User, on: date) -> None:
    """議長が議事録を確定し、発行する。"""
    governance.finalise(Meeting.objects.select_related("body").get(pk=meeting.pk), by=by, on=on)
    issue_minutes(meeting, by=by, on=on)


def finalise_boards(office: Office, on: date, *, waiting: int = 0) -> int:
    """終わって日のたった理事会の議事録を、新しい waiting 回を除いて確定する。確定した数を返す。"""
    closed = list(Meeting.objects.to_finalise().filter(body__kind=BodyKind.BOARD).order_by("held_on", "pk"))
    done = 0
    for meeting in closed[: max(len(closed) - waiting, 0)]:
        day = days.roll(meeting.held_on + timedelta(days=DAYS_TO_FINALISE))
        if day <= on:
            finalise(meeting, by=office.president, on=day)
            done += 1
    return done


def hold_board(
    applications_: list[Application], office: Office, on: date, *, choice=VoteChoice.YES, absent: int = 0
) -> None:
    """理事会を開き、議案に載せ、出席と議決を記録する（決定の記録はまだしない）。前の会議の議事録は、ここまでに確定する。"""
    if office.keeps_minutes:
        finalise_boards(office, on)
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
    auditors = [seat for seat in seats_at(meeting) if seat.title == SeatTitle.AUDITOR]
    gone = {seat.pk for seat in seats[len(seats) - absent :]} if absent else set()
    governance.record_attendance(
        meeting,
        entries={
            seat.pk: (AttendanceKind.ABSENT, None, None)
            if seat.pk in gone
            else (AttendanceKind.PRESENT, time(14, 0), None)
            for seat in (*seats, *auditors)
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
    why = "理事会で注意の点を説明し、承知のうえで議決した。"
    if result == ItemResult.UNFAVOURABLE:
        why = "在庫の積み増しの必要が認められず、返済の財源も明らかでない。"
    recorder = office.chief if application.received_by_id != office.chief.pk else office.president
    decided = step(
        reviews.decide, _reload(application), result=result, conditions=list(conditions), comment="", by=recorder,
        on=on, why=why,
    )  # fmt: skip
    item = items.last_decided(application, BodyKind.BOARD)
    if item is not None and not governance.unfinished_items(item.meeting):
        governance.close_meeting(item.meeting, ends_at=time(14, 50), by=office.clerk, on=on)
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


def gather(application: Application, clerk: User, on: date) -> None:
    """要る書類をすべて受け取る。"""
    rows = [row for row in application.required_documents.all() if row.is_required and row.received_on is None]
    if rows:
        values = {"received_on": on, "issued_on": on - timedelta(days=10), "copied_on": on, "original_seen_on": on}
        checklist.record(application, rows, values=values, by=clerk, on=on)


def review_guarantee(application: Application, office: Office, on: date, *, waive: str = "") -> None:
    """経営者保証の検討を記録する（法人の申込で、まだのもの）。waive は、代表者を保証人としない理由。"""
    application = _reload(application)
    if not application.member.is_corporate or coverage.review_of(application) is not None:
        return
    finances = "met" if waive else "partly"
    guideline.record_review(
        application,
        decision=GuaranteeDecision.WAIVE if waive else GuaranteeDecision.TAKE,
        reason=waive or "自己資本がまだ薄く、法人だけの資産では返済の備えが足りない。",
        findings={
            "separation": {
                "verdict": "met",
                "finding": "役員への貸付はなく、役員報酬も同業の水準。工場の土地建物は法人の名義。",
                "evidence": "決算書2期、勘定科目内訳書",
            },
            "finances": {
                "verdict": finances,
                "finding": "二期続けて黒字で、減価償却を足せば年間の返済をまかなえる。"
                + ("自己資本比率は40%を超える。" if waive else "自己資本比率は15%にとどまる。"),
                "evidence": "決算書2期、資金繰り表",
            },
            "disclosure": {
                "verdict": "met",
                "finding": "試算表を四半期ごとに受け取り、説明も受けている。",
                "evidence": "試算表（直近の四半期）",
            },
        },
        alternatives="resolutory",
        alternatives_note="財務制限条項による解除条件付保証を示した。"
        + ("" if waive else "代表者は通常の保証を選んだ。"),
        **(
            {}
            if waive
            else {
                "explained_on": on,
                "explained_to": str(application.member.representative),
                "explained_why": "財務基盤の要件の一部が足りないため、連帯保証を求める。",
                "explained_release": "自己資本比率が30%を超え、黒字が続けば、次の見直しで保証を外すことを検討する。",
            }
        ),
        by=office.clerk,
        on=on,
    )


def walk(
    application: Application, office: Office, start: date, *, result=ItemResult.FAVOURABLE, conditions=(),
    weak: bool = False,
) -> Iterator:  # fmt: skip
    """一歩ごとに（申込, その日）を返しながら、受付から実行まで歩く。望みの状態で止めてよい。"""
    planned, on = start, open_day(start)
    clerk = office.clerk

    def later() -> date:
        """次の一歩の日。"""
        nonlocal planned, on
        planned += timedelta(days=office.pace)
        on = open_day(planned)
        return on

    review_guarantee(application, office, on)
    yield (
        step(
            applications.receive, _reload(application), by=clerk, on=on, why="足りない書類は、面談の日までに受け取る。"
        ),
        on,
    )
    yield (
        step(
            applications.investigate, _reload(application), by=clerk, on=later(), why="残りの書類は、訪問して受け取る。"
        ),
        on,
    )
    fact_finding.investigate(_reload(application), by=clerk, on=on, weak=weak)
    gather(_reload(application), office.clerk, on)
    yield step(reviews.submit_to_committee, _reload(application), by=clerk, on=later(), why=BEFORE_THE_COMMITTEE), on
    later()
    committee_opinions(application, office, on)
    yield recommend(application, office, on), on
    yield step(reviews.submit_to_board, _reload(application), by=clerk, on=later(), why=BEFORE_THE_BOARD), on
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
        step(
            contracts.record_funding,
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
            why="銀行の回答書を確かめた。",
        )
    for condition in application.conditions.outstanding().filter(due=ConditionDue.CONTRACT):
        _meet(condition, application, clerk, on)
    step(contracts.begin, _reload(application), contracted_on=on, by=clerk, on=on, why=BEFORE_THE_CONTRACT)
    yield _reload(application), on
    sign_papers(application, office, on)
    for condition in application.conditions.outstanding():
        _meet(condition, application, clerk, on)
    yield (
        step(
            contracts.confirm_ready,
            _reload(application),
            by=office.releaser(DelegatedAct.CONFIRM_READY, application.amount, on),
            on=later(),
            why="書類の原本を確かめた。残る注意は、実行のあとに片づける。",
        ),
        on,
    )
    on = days.roll(on)
    event = step(disbursements.prepare, _reload(application), disburse_on=on, by=clerk, on=on, why=BEFORE_PAYMENT)
    releaser = office.releaser(DelegatedAct.DISBURSE, application.amount, on)
    step(disbursements.approve, event.voucher, by=releaser, on=on, why=BEFORE_PAYMENT)
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
