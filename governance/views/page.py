"""会議の頁の中身。見る人に見せてよいものだけを集める。"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from coopfin import charts
from governance import barring, minutes, proceedings
from governance.enums import BodyKind, ItemState, MeetingState, SeatTitle, VoteChoice
from governance.forms import AgendaForm, AttendanceForm, MembersForm, VotesForm
from governance.models import AgendaItem, Meeting, Minutes, Seat
from governance.operations.closing import FINALISE
from governance.operations.locks import RECORD
from governance.printing import CONVENING_NOTICE, notice_warning, papers_of, unissued
from governance.workflow import (
    Standing,
    concerns_proposal,
    finalising_findings,
    person_of,
    present_seats,
    standing,
    who_concludes,
)

_DECIDES = {BodyKind.BOARD: "loans.decide", BodyKind.COMMITTEE: "loans.recommend"}
_DECIDE_LABELS = {BodyKind.COMMITTEE: "答申をまとめる", BodyKind.GENERAL_MEETING: "議決を記録する"}


@dataclass
class Panel:
    """一つの議案の欄。hidden（伏せるわけ）があれば、番号のほか何も持たない。"""

    label: str
    hidden: proceedings.Veil | None = None
    item: AgendaItem | None = None
    standing: Standing | None = None
    bar: charts.StackedBar | None = None
    recusals: list = field(default_factory=list)
    voters: list = field(default_factory=list)
    opinions: list = field(default_factory=list)
    votes_form: VotesForm | None = None
    advice: AgendaItem | None = None
    may_decide: bool = False
    decide_label: str = ""
    concluder: Seat | None = None
    may_see_case: bool = False
    may_declare: bool = False
    sentence: str = ""


def waiting_items(meeting: Meeting, user, on):
    """この会議に載せられる、付議待ちの案件（伏せるものを除く）。"""
    waiting = AgendaItem.objects.filter(body=meeting.body, state=ItemState.WAITING)
    return waiting.open_to(user, on).order_by("submitted_on", "pk")


def votable_seats(item: AgendaItem, seats, user, barred: dict[int, str]) -> list[Seat]:
    """この人が議決を記録できる席。記録する人は出席者すべて、理事は自分だけ。利害関係のある人は何も。

    本人が手もとの画面で入れた議決は、本人のほかは改められない。
    """
    recused = {recusal.person_id for recusal in item.recusals.all()}
    person = person_of(user)
    if not item.is_open or item.body.kind != BodyKind.BOARD or (person and person.pk in recused):
        return []
    own = {vote.seat_id for vote in item.votes.all() if vote.is_own_of_another(user)}
    able = [seat for seat in seats if seat.person_id not in recused and seat.title != SeatTitle.AUDITOR]
    here = [seat for seat in present_seats(item, able) if seat.person.user_id not in barred and seat.pk not in own]
    if user.has_perm(RECORD) or user.has_perm("loans.decide"):
        return here
    return [seat for seat in here if person and seat.person_id == person.pk]


class MeetingPage:
    """会議の頁に出すもの。"""

    def __init__(self, meeting: Meeting, *, user, on):
        self.meeting, self.user, self.on = meeting, user, on
        self.may_record = user.has_perm(RECORD) and not meeting.is_closed
        self.held = meeting.held_on <= on
        self.record = proceedings.read(meeting)
        self.hidden_items = self.record.hidden_from(user, on)

    @property
    def seats(self):
        return self.record.seats

    @property
    def voting(self):
        return self.record.voting

    @property
    def attendances(self):
        return self.record.attendances

    @property
    def items(self):
        return self.record.items

    def attendance_form(self, data=None):
        return AttendanceForm(data, meeting=self.meeting, seats=self.seats, recorded=self.attendances)

    def members_form(self, data=None):
        return MembersForm(
            data, body=self.meeting.body, recorded=self.record.members, version=str(self.meeting.version)
        )

    def agenda_form(self, data=None):
        items = waiting_items(self.meeting, self.user, self.on)
        return AgendaForm(data, items=items, version=str(self.meeting.version))

    def votes_form(self, item, data=None):
        may = self.held and not self.meeting.is_closed
        seats = votable_seats(item, self.seats, self.user, self.barred[item.pk]) if may else []
        recorded = {vote.seat_id: vote for vote in item.votes.all()}
        return VotesForm(data, item=item, seats=seats, recorded=recorded, version=self.meeting.version)

    @cached_property
    def barred(self) -> dict[int, dict[int, str]]:
        """議案の番号 → その議決に加われない利用者。"""
        return barring.of_items(self.items)

    def hides(self, item) -> proceedings.Veil | None:
        """伏せるわけ。見てよければ None。"""
        return self.hidden_items.get(item.pk)

    def attendance_rows(self):
        return [{"seat": seat, "attendance": self.attendances.get(seat.pk)} for seat in self.seats]

    def panel(self, item, advice) -> Panel:
        if why := self.hides(item):
            return Panel(label=item.label, hidden=why, sentence=f"{item.label} {why}")
        counts = standing(item, on=self.on, seats=self.voting)
        seated = {seat.person_id: seat for seat in self.seats}
        recusals = [recusal for recusal in item.recusals.all() if recusal.person_id in seated]
        form = self.votes_form(item)
        kind = item.body.kind
        concluder = None
        proposal = concerns_proposal(item)
        permission = RECORD if proposal else _DECIDES.get(kind, RECORD)
        may_decide = self.user.has_perm(permission) and item.is_open and self.held and not self.meeting.is_closed
        if kind == BodyKind.COMMITTEE and item.is_open:
            concluder = who_concludes(item, on=self.on, seats=self.voting)
            may_decide = may_decide and concluder is not None and concluder.person.user_id == self.user.pk
        person = person_of(self.user)
        on_body = person is not None and person.pk in seated
        may_declare = item.is_open and not self.meeting.is_closed and (self.may_record or on_body)
        return Panel(
            label=item.label,
            item=item,
            standing=counts,
            bar=_bar(item, counts),
            recusals=recusals,
            voters=self._voters(item, form, recusals),
            opinions=list(item.opinions.all()),
            votes_form=form if form.seats else None,
            advice=advice.get((item.content_type_id, item.object_id)),
            may_decide=may_decide,
            decide_label=_DECIDE_LABELS.get(kind, "決定を記録する"),
            concluder=concluder,
            may_see_case=proposal or self.user.has_perm("loans.view_application"),
            may_declare=may_declare and not self.meeting.is_general,
            sentence=minutes.sentence(item, counts, recusals),
        )

    def _voters(self, item, form, recusals):
        """議決の表の行。入力できる席には欄、ほかは記録された議決。"""
        if item.body.kind != BodyKind.BOARD:
            return []
        recused = {recusal.person_id for recusal in recusals}
        editable = {seat.pk for seat in form.seats}
        votes = {vote.seat_id: vote for vote in item.votes.all()}
        able = [seat for seat in self.seats if seat.person_id not in recused and seat.title != SeatTitle.AUDITOR]
        here = {seat.pk for seat in present_seats(item, able)}
        rows = []
        for seat in able:
            if seat.pk not in votes and (seat.pk not in here or not item.is_open):
                continue
            vote = votes.get(seat.pk)
            row = {"seat": seat, "vote": vote, "fields": None, "value": vote.choice if vote else ""}
            if seat.pk in editable:
                row["fields"] = form.row(seat)
                row["value"] = row["fields"]["choice"].value()
            rows.append(row)
        return rows

    def advice(self):
        """理事会の議案に対する金融委員会の答申（同じ案件の、議決済のもの）。"""
        if self.meeting.body.kind != BodyKind.BOARD or not self.items:
            return {}
        decided = (
            AgendaItem.objects.filter(
                body__kind=BodyKind.COMMITTEE,
                state=ItemState.DECIDED,
                content_type__in={item.content_type_id for item in self.items},
                object_id__in={item.object_id for item in self.items},
            )
            .select_related("body", "meeting", "meeting__body")
            .order_by("pk")
        )
        return {(item.content_type_id, item.object_id): item for item in decided}

    def finalising(self) -> dict | None:
        """議長の確定を待つ会議で、確定する人に見せること。"""
        if self.meeting.is_finalised or not self.meeting.is_closed:
            return None
        findings = finalising_findings(self.meeting, by=self.user, chair=self.record.chair)
        may = self.user.has_perm(FINALISE) and not any(finding.blocks for finding in findings)
        return {"may": may, "findings": findings}

    def _may_see_draft(self, kept) -> bool:
        """議事録の見本を見てよいか。発行が済めば、発行した実体だけを見せる。"""
        interested = proceedings.INTERESTED in self.hidden_items.values()
        if not self.user.has_perm("documents.view_paper") or interested or not self.held:
            return False
        return kept is None or bool(unissued(kept))

    def _notice_warning(self, papers) -> str:
        """招集通知をまだ発行していない会議で、日数が足りないときの文（記録する人に）。"""
        noticed = any(document.paper == CONVENING_NOTICE.code for document in papers)
        return "" if noticed or self.held or not self.may_record else notice_warning(self.meeting, self.on)

    def written(self, sentences) -> dict:
        """議事録。確定したあとは保存した文を、それまでは記録から作った下書きを出す。"""
        if self.meeting.is_finalised:
            kept = Minutes.objects.select_related("meeting", "finalised_by").get(meeting=self.meeting)
            content = minutes.shown(kept.content, self.hidden_items)
            return {
                "minutes": kept,
                "opening": content["opening"],
                "sentences": [
                    f"{entry['text']}（{entry['annex']}）" if entry["annex"] else entry["text"]
                    for entry in content["items"]
                ],
                "closing": content["closing"],
            }
        return {
            "minutes": None,
            "opening": minutes.opening(self.record),
            "sentences": sentences,
            "closing": minutes.closing(self.record),
        }

    def context(self, *, attendance_form=None, members_form=None, votes_form=None, agenda_form=None, refused=None):
        """テンプレートに渡すもの。受け付けられなかったフォームがあれば、そのまま出す。"""
        advice = self.advice()
        panels = []
        for item in self.items:
            panel = self.panel(item, advice)
            if votes_form is not None and not panel.hidden and votes_form.prefix == f"item{item.pk}":
                panel.votes_form = votes_form
                panel.voters = self._voters(item, votes_form, panel.recusals)
            panels.append(panel)
        carried = [minutes.carried(record, self.hides(record.item)) for record in self.record.continuations]
        agenda = agenda_form or (self.agenda_form() if self.may_record else None)
        unfinished = [item.label for item in self.items if item.is_open]
        recording = self.may_record and self.held
        short = [panel for panel in panels if not panel.hidden and panel.item.is_open and not panel.standing.met]
        person = person_of(self.user)
        papers = papers_of(self.meeting, user=self.user, on=self.on)
        written = self.written([panel.sentence for panel in panels] + carried)
        return {
            "title": str(self.meeting),
            "meeting": self.meeting,
            "held": self.held,
            "chair": self.record.chair,
            "chair_text": self.record.chair_text,
            "members": self.record.members,
            "panels": panels,
            "rows": self.attendance_rows(),
            "attendance_form": attendance_form or (self.attendance_form() if recording else None),
            "members_form": members_form or (self.members_form() if recording and self.meeting.is_general else None),
            "agenda_form": agenda,
            "waiting": list(waiting_items(self.meeting, self.user, self.on)) if self.may_record else [],
            "may_record": self.may_record,
            "may_change_convening": self.may_record
            and self.meeting.state == MeetingState.CONVENED
            and not self.attendances,
            "may_adjourn": recording and bool(short) and bool(self.attendances),
            "may_enter_room": any(seat.person_id == person.pk for seat in self.seats) if person else False,
            "finalising": self.finalising(),
            "papers": papers,
            "may_see_draft": self._may_see_draft(written["minutes"]),
            "continued_by": self.meeting.continued_by.first() if self.meeting.is_adjourned else None,
            "notice_warning": self._notice_warning(papers),
            "unfinished": unfinished,
            "vote_choices": VoteChoice.choices,
            **written,
            "refused": refused,
            "is_board": self.meeting.body.kind == BodyKind.BOARD,
        }


def _bar(item, counts: Standing) -> charts.StackedBar:
    label = "意見" if counts.kind == BodyKind.COMMITTEE else "出席"
    tone = "ok" if counts.met else "caution"
    return charts.StackedBar(
        f"{item.label}の定足数（必要 {counts.quorum}名）",
        [charts.Segment(label, counts.present, tone)],
        whole=counts.eligible,
        unit="名",
    )
