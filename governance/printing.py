"""会議の書類: 招集通知・会議資料・議事録・議事録別紙（秘）。値を写し、様式に渡す。

招集通知と議事録は発行（番号・指紋つきで保存）する。会議資料は読む人ごとにそのつど作り、保存しない。
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from coopfin.calc.words import to_wareki
from coopfin.models import Cooperative
from documents import access
from documents import operations as documents
from documents.models import IssuedDocument
from documents.paper import Paper
from governance import briefing, minutes, proceedings
from governance.briefing import Section
from governance.enums import BodyKind, ItemState
from governance.models import AgendaItem, Meeting, Minutes

CONVENING_NOTICE = Paper("convening_notice", "招集通知", "print/governance/convening_notice.html", "2026年版")
MEETING_PAPERS = Paper("meeting_papers", "会議資料", "print/governance/meeting_papers.html", "2026年版")
MINUTES = Paper("minutes", "議事録", "print/governance/minutes.html", "2026年版")
MINUTES_ANNEX = Paper("minutes_annex", "議事録別紙（秘）", "print/governance/minutes_annex.html", "2026年版")
PAPERS = {paper.code: paper for paper in (CONVENING_NOTICE, MEETING_PAPERS, MINUTES, MINUTES_ANNEX)}

#: 招集通知の発行と、刷り損じの無効をする人
RECORD = "governance.record_meeting"
_ADDRESSEES = {
    BodyKind.GENERAL_MEETING: "組合員 各位", BodyKind.BOARD: "理事・監事 各位", BodyKind.COMMITTEE: "金融委員 各位",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AgendaLine:
    """議題の一行。"""

    label: str
    title: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class ConveningNotice:
    """招集通知に印字する値。議題は、組合員の財務の内容を含まない言い方で書く。"""

    number: str
    issuer: str
    addressee: str
    meeting: str
    held: str
    starts: str
    place: str
    noticed_on: date
    sender_title: str
    sender_name: str
    agenda: tuple[AgendaLine, ...]
    notes: tuple[str, ...]

    stamp_duty = 0

    @property
    def title(self) -> str:
        return f"{self.meeting}招集通知"


@dataclass(frozen=True, kw_only=True)
class PaperItem:
    """会議資料の一つの議案。hidden（伏せるわけ）があれば、番号のほか何も持たない。"""

    label: str
    title: str = ""
    hidden: proceedings.Veil | None = None
    sections: tuple[Section, ...] = ()
    confidential: bool = True


@dataclass(frozen=True, kw_only=True)
class MeetingPapers:
    """会議資料に印字する値。読む人の氏名と時刻を、すべての頁に入れる。"""

    issuer: str
    meeting: str
    held: str
    starts: str
    place: str
    reader: str
    read_at: str
    items: tuple[PaperItem, ...]

    stamp_duty = 0

    @property
    def title(self) -> str:
        return f"{self.meeting} 会議資料"

    @property
    def number(self) -> str:
        return f"閲覧 {self.reader}　{self.read_at}"


@dataclass(frozen=True, kw_only=True)
class Annex:
    """議事録の別紙。"""

    label: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, kw_only=True)
class MinutesPaper:
    """議事録（と別紙）に印字する値。"""

    number: str
    issuer: str
    title: str
    opening: str
    items: tuple[tuple[str, str], ...]
    closing: str
    signers: tuple[tuple[str, str], ...]
    annexes: tuple[Annex, ...]
    finalised: str
    kept_until: str
    draft: bool = False

    stamp_duty = 0


def _issuer() -> str:
    cooperative = Cooperative.current()
    return cooperative.name if cooperative else ""


def convening_notice(meeting: Meeting, *, on: date, number: str = "") -> ConveningNotice:
    """招集通知の値。"""
    cooperative = Cooperative.current()
    agenda = meeting.items.exclude(state=ItemState.WITHDRAWN).order_by("order", "pk")
    notes = []
    if not meeting.is_general:
        notes.append(
            "特別の利害関係を有する方は、その議案の議決に加わることができません。お気づきのときは、事前にお申し出ください。"
        )
    body = meeting.body
    for allowed, how in (
        (body.proxy_allowed, "代理人により議決権を行使されるときは、委任状をご提出ください。"),
        (body.written_allowed, "書面により議決に加わられるときは、開催日の前日までに書面をご提出ください。"),
        (body.remote_allowed, "オンラインで出席されるときは、開催日の前日までに事務局へご連絡ください。"),
    ):
        if allowed:
            notes.append(how + (f"（{body.participation_source}）" if body.participation_source else ""))
    return ConveningNotice(
        number=number,
        issuer=_issuer(),
        addressee=_ADDRESSEES[BodyKind(body.kind)],
        meeting=str(meeting),
        held=f"{to_wareki(meeting.held_on)}（{'月火水木金土日'[meeting.held_on.weekday()]}）",
        starts=f"{meeting.starts_at:%H時%M分}",
        place=meeting.place,
        noticed_on=on,
        sender_title=cooperative.representative_title if cooperative else "",
        sender_name=cooperative.representative_name if cooperative else "",
        agenda=tuple(
            AgendaLine(label=item.label, title=item.minutes_title, note="特別議決" if item.special else "")
            for item in agenda
        ),
        notes=tuple(notes),
    )


def notice_warning(meeting: Meeting, on: date) -> str:
    """招集通知が定めの日数より遅いとき、その文。"""
    left = (meeting.held_on - on).days
    wanted = meeting.body.notice_days
    if left >= wanted:
        return ""
    return (
        f"招集通知は会日の{wanted}日前までに発することとしています（今日は{max(left, 0)}日前）。"
        "全員の同意がなければ、招集の手続に誤りがあることになります。"
    )


def meeting_papers(meeting: Meeting, *, user, read_at: str, on: date) -> MeetingPapers:
    """会議資料の値。読む人に伏せる議案（利害関係、閲覧の制限）は、番号のほかは載せない。"""
    record = proceedings.read(meeting)
    hidden, advice = record.hidden_from(user, on), _advice(record.items)
    return MeetingPapers(
        issuer=_issuer(),
        meeting=str(meeting),
        held=f"{to_wareki(meeting.held_on)}（{'月火水木金土日'[meeting.held_on.weekday()]}）",
        starts=f"{meeting.starts_at:%H時%M分}",
        place=meeting.place,
        reader=str(user),
        read_at=read_at,
        items=tuple(
            _paper_item(item, hidden.get(item.pk), advice, on)
            for item in record.items
            if item.state != ItemState.WITHDRAWN
        ),
    )


def _paper_item(item: AgendaItem, hidden: proceedings.Veil | None, advice, on: date) -> PaperItem:
    if hidden is not None:
        return PaperItem(label=item.label, hidden=hidden)
    recusals = list(item.recusals.all())
    brief = briefing.of(item, on)
    sections = list(brief.sections) if brief else []
    if item.pk in advice:
        sections.append(_advice_section(advice[item.pk]))
    if item.body.kind == BodyKind.COMMITTEE:
        sections += _opinion_section(item)
    if recusals:
        rows = tuple((recusal.person.name, recusal.reason) for recusal in recusals)
        sections.append(Section("特別の利害関係（議決に加わらない人）", rows))
    return PaperItem(
        label=item.label, title=item.title, sections=tuple(sections), confidential=brief is None or brief.confidential
    )


def _advice(items) -> dict[int, AgendaItem]:
    """理事会の議案の番号 → 同じ対象についての金融委員会の答申。"""
    board = [item for item in items if item.body.kind == BodyKind.BOARD]
    if not board:
        return {}
    decided = (
        AgendaItem.objects.decided()
        .filter(body__kind=BodyKind.COMMITTEE, object_id__in=[item.object_id for item in board])
        .prefetch_related("opinions__seat__person")
        .order_by("pk")
    )
    found = {(one.content_type_id, one.object_id): one for one in decided}
    return {
        item.pk: found[(item.content_type_id, item.object_id)]
        for item in board
        if (item.content_type_id, item.object_id) in found
    }


def _advice_section(advice: AgendaItem) -> Section:
    rows = [("答申", f"{advice.get_result_display()}（{advice.number}、賛成{advice.yes}名・反対{advice.no}名）")]
    if advice.conditions:
        rows.append(("条件", advice.conditions))
    if advice.comment:
        rows.append(("付帯意見", advice.comment))
    return Section("金融委員会の答申", tuple(rows) + _opinions(advice))


def _opinions(item: AgendaItem) -> tuple[tuple[str, str], ...]:
    return tuple(
        (opinion.seat.person.name, f"{opinion.get_choice_display()}。{opinion.reason}")
        for opinion in item.opinions.all()
    )


def _opinion_section(item: AgendaItem) -> list[Section]:
    rows = _opinions(item)
    return [Section("委員の意見", rows)] if rows else []


def minutes_paper(kept: Minutes, *, number: str = "") -> MinutesPaper:
    """確定した議事録の値。保存した文をそのまま写す。"""
    return _minutes(
        kept.content, number=number, finalised=f"{to_wareki(kept.finalised_on)}　{kept.finalised_by}",
        kept_until=to_wareki(kept.kept_until),
    )  # fmt: skip


def draft_minutes(meeting: Meeting, *, on: date) -> MinutesPaper:
    """確定する前の議事録の見本。"""
    content = minutes.compose(proceedings.read(meeting), on=on)
    until = Minutes.kept_until_of(max(meeting.held_on, on))
    return _minutes(content, number="", finalised="", kept_until=to_wareki(until), draft=True)


def _minutes(content: dict, *, number: str, finalised: str, kept_until: str, draft: bool = False) -> MinutesPaper:
    return MinutesPaper(
        number=number,
        issuer=_issuer(),
        title=content["title"],
        opening=content["opening"],
        items=tuple((entry["text"], entry["annex"]) for entry in content["items"]),
        closing=content["closing"],
        signers=tuple((role, name) for role, name in content["signers"]),
        annexes=tuple(
            Annex(
                label=annex["label"],
                title=annex["title"],
                sections=tuple(
                    Section(section["title"], tuple((label, value) for label, value in section["rows"]))
                    for section in annex["sections"]
                ),
            )
            for annex in content["annexes"]
        ),
        finalised=finalised,
        kept_until=kept_until,
        draft=draft,
    )


def issue_notice(meeting: Meeting, *, by, on: date) -> IssuedDocument:
    """招集通知を発行する。"""
    if not by.has_perm(RECORD):
        raise documents.refusal("招集通知を発行する権限がありません。")
    if not meeting.items.exists():
        raise documents.refusal("議案のない招集通知は発行できません。議案を載せてから発行してください。")
    return documents.issue(
        paper=CONVENING_NOTICE,
        context_builder=lambda number: convening_notice(meeting, on=on, number=number),
        target=meeting,
        by=by,
        on=on,
    )


def issue_minutes(meeting: Meeting, *, by, on: date) -> list[IssuedDocument]:
    """確定した議事録を一度だけ発行する。組合員の財務の内容は別紙（秘）にする。まだ発行していないものだけを発行する。"""
    kept = Minutes.objects.select_related("finalised_by", "meeting").filter(meeting=meeting).first()
    if kept is None:
        raise documents.refusal("議事録がまだ確定していません。議長が確定すると発行できます。")
    return [
        documents.issue(
            paper=paper,
            context_builder=lambda number: minutes_paper(kept, number=number),
            target=meeting,
            by=by,
            on=on,
        )
        for paper in unissued(kept)
    ]


def unissued(kept: Minutes) -> list[Paper]:
    """確定したのに、まだ発行していない書類（描けなかったときに残る）。"""
    done = set(_issued(kept.meeting).values_list("paper", flat=True))
    papers = [MINUTES, MINUTES_ANNEX] if kept.content["annexes"] else [MINUTES]
    return [paper for paper in papers if paper.code not in done]


def _issued(meeting: Meeting):
    return (
        IssuedDocument.objects.without_content()
        .valid()
        .about(access.content_type_of(meeting), meeting.pk)
        .order_by("pk")
    )


def notices_of(meeting: Meeting):
    """この会議の招集通知。無効にしたものも。"""
    content_type = access.content_type_of(meeting)
    found = IssuedDocument.objects.without_content().about(content_type, meeting.pk)
    return found.filter(paper=CONVENING_NOTICE.code)


def to_notify_again(meetings):
    """招集通知を無効にしたあと、出し直していない会議。"""
    notices = IssuedDocument.objects.filter(
        content_type=access.content_type_of(Meeting), object_id=OuterRef("pk"), paper=CONVENING_NOTICE.code
    )
    return meetings.filter(Exists(notices), ~Exists(notices.filter(voided_at__isnull=True)))


def papers_of(meeting: Meeting, *, user, on: date) -> list[IssuedDocument]:
    """この人が見てよい、この会議の発行した書類。"""
    if not user.has_perm("documents.view_paper"):
        return []
    return list(access.visible_documents(_issued(meeting), user, on))


def visible_meetings(user, on: date):
    """書類を見てよい会議。自分に利害関係のある議案が載った会議の書類は見せない。"""
    hidden = AgendaItem.objects.hidden_from(user, on)
    return (
        Meeting.objects.visible_to(user, on)
        .exclude(items__in=hidden)
        .exclude(continuations__item__in=hidden)
        .order_by()
        .values("pk")
    )


def closed_papers(user, on: date) -> Q:
    """見てよい会議の書類のうち、見せないもの: 閲覧の制限された案件を含む議事録別紙。ほかの書類は受付番号しか書かない。"""
    closed = AgendaItem.objects.closed_to(user, on).filter(meeting__isnull=False).order_by()
    return Q(paper=MINUTES_ANNEX.code, object_id__in=closed.values("meeting"))


def may_void_paper(user, document: IssuedDocument, on: date) -> bool:
    """刷り損じた招集通知だけを無効にしてよい。議事録は備置きの期間中、無効にも削除にもできない。"""
    return document.paper == CONVENING_NOTICE.code and user.has_perm(RECORD)


access.register("governance.meeting", visible_meetings, may_void_paper, closed_papers)
