"""稟議書の節: 答申・決定・意見と質問・確認事項。"""

from __future__ import annotations

from datetime import date

from coopfin.templatetags.coopfin import jdate
from documents.blocks import Block, Facts, Head, Table
from loans import casefile
from loans.memorandum.shapes import checked, lines
from loans.models import Application, Comment
from loans.workflow import FLOW

VOICES = (Head("氏名", width=20), Head("意見", width=12), Head("理由・条件"))
CONDITIONS = (Head("条件"), Head("種類・時期", width=25), Head("いま", width=30))
TALK = (Head("日付", "day", 14), Head("だれから、だれへ", width=25), Head("本文"))


def committee_section(panel: dict) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if item := panel["item"]:
        blocks.append(Table(VOICES, tuple(_voice(row) for row in panel["rows"]), title="委員の意見"))
        facts = [("定足数", panel["standing"].quorum_text())]
        if not item.is_open:
            facts += [
                ("答申", f"{item.get_result_display()}（{item.number} {jdate(item.decided_on)}）。{panel['standing'].votes_text()}"),
                ("条件", item.conditions), ("付帯意見", item.comment),
            ]  # fmt: skip
        blocks.append(Facts(tuple((label, text) for label, text in facts if text)))
    return (*blocks, *_earlier(panel["earlier"]))


def _voice(row: dict) -> tuple[str, str, str]:
    name = f"{row['seat'].person}（{row['seat'].get_title_display()}）"
    if row["recusal"]:
        return name, "除斥", row["recusal"].reason
    if opinion := row["opinion"]:
        asked = (f"条件 {one.described}" for one in opinion.proposed_conditions.all())
        return name, opinion.get_choice_display(), lines((opinion.reason, *asked))
    return name, "まだ", ""


def board_section(application: Application, panel: dict) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if item := panel["item"]:
        facts = [
            (
                "会議",
                f"{item.meeting}　{jdate(item.meeting.held_on)}"
                if item.meeting_id
                else "まだ会議の議案に載っていません。",
            )
        ]
        if not item.is_open:
            facts += [
                ("決定", f"{item.get_result_display()}（{item.number} {jdate(item.decided_on)}）"),
                ("賛否", panel["standing"].quorum_text() + panel["standing"].votes_text()),
                ("条件", item.conditions), ("付帯意見", item.comment),
            ]  # fmt: skip
        facts += [("除斥", f"{recusal.person}（{recusal.reason}）") for recusal in panel["recusals"]]
        blocks.append(Facts(tuple((label, text) for label, text in facts if text)))
        if panel["votes"]:
            votes = (
                (f"{one.seat.person}（{one.seat.get_title_display()}）", one.get_choice_display(), one.comment)
                for one in panel["votes"]
            )
            blocks.append(Table(VOICES, tuple(votes), title="理事の議決"))
    kept = tuple(
        (
            one.text,
            f"{one.get_kind_display()}・{one.wanted.due_label}",
            lines((one.state_label, one.evidence if one.met_on else one.waiver_reason if one.waived_on else "")),
        )
        for one in application.conditions.all()
        if one.lapsed_on is None
    )
    if kept:
        blocks.append(Table(CONDITIONS, kept, title="条件"))
    return (*blocks, *_earlier(panel["earlier"]))


def _earlier(items) -> tuple[Block, ...]:
    """前の付議の結果。"""
    facts = []
    for item in items:
        given = [f"{one.seat.person} {one.get_choice_display()}。{one.reason}" for one in item.opinions.all()]
        result = f"{item.get_result_display()}（{item.number}）" if item.number else "答申・議決の前に戻されました。"
        facts.append((f"前の付議 {jdate(item.submitted_on)}", lines((result, item.conditions, item.comment, *given))))
    return (Facts(tuple(facts), title="前の付議"),) if facts else ()


def comments_section(application: Application) -> tuple[Block, ...]:
    """意見・質問と回答（取り消したものを除く）。"""
    standing = Comment.objects.standing().filter(application=application).select_related("written_by").order_by("pk")
    rows = tuple(
        (jdate(one.written_on), f"{one.written_by}から{one.get_addressee_display()}へ　{one.get_kind_display()}", one.text)
        for one in standing
    )  # fmt: skip
    return (Table(TALK, rows),) if rows else ()


def findings_section(application: Application, by, on: date) -> tuple[Block, ...]:
    name = casefile.NEXT.get(application.state)
    if name is None:
        return ()
    step = FLOW[name]
    findings = [
        finding for finding in FLOW.findings(step, application, by=by, on=on) if finding.code not in casefile.PERSONAL
    ]
    return (checked(findings, f"次の手続「{step.label}」までに"),) if findings else ()
