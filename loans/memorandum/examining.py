"""稟議書の節: 実態把握・判断・必要書類・基準に照らしたこと。"""

from __future__ import annotations

from datetime import date

from coopfin.templatetags.coopfin import jdate
from documents.blocks import Block, Facts, Head, Table, Words
from loans import fact_finding, judging, rulebook
from loans.memorandum.shapes import capacity_in_words, checked, lines, table, yen
from loans.models import Application

ANSWERS = (Head("問い", width=20), Head("答え"), Head("根拠・書いた人", width=25))
INTERVIEWS = (
    Head("面談日", "day", 16),
    Head("相手・聞いた人", width=20),
    Head("聞いたこと"),
    Head("あとで確かめたこと", width=25),
)
NEEDS = (Head("要因"), Head("期間", width=16), Head("計算のもと", width=30), Head("額（円）", "figure", 16))
DOCUMENTS = (Head("書類"), Head("状態", width=12), Head("受け取った日・期限", width=25), Head("備考", width=30))
RULINGS = (Head("満たさない点"), Head("よりどころ", width=25), Head("理事長の指示", width=40))


def investigation_section(application: Application) -> tuple[Block, ...]:
    sheet, written = fact_finding.read(application), getattr(application, "investigation", None)
    blocks: list[Block] = []
    conclusion = (
        f"{written.conclusion}（{written.investigated_by} {jdate(written.updated_on)}）" if written else "（未記入）"
    )
    blocks.append(
        Facts((("事務局の所見", conclusion), ("問い", f"{sheet.total}問のうち、答えのあるもの{sheet.written}問")))
    )
    interviews = tuple(
        (
            jdate(one.held_on),
            lines((one.interviewee, f"聞いた人 {one.interviewer}", one.place)),
            one.told,
            lines((one.follow_up, f"{one.outcome}（{one.settled_by} {jdate(one.settled_on)}）" if one.settled_on else "（まだ）"))
            if one.follow_up
            else "",
        )
        for one in sheet.interviews
    )  # fmt: skip
    blocks.append(table(INTERVIEWS, interviews, "面談", "面談の記録はありません。"))
    for part in sheet.blocks:
        name = part.section.label
        title = name if part.section.part == name else f"{part.section.part}　{name}"
        blocks.append(Table(ANSWERS, tuple(map(_answer, part.lines)), title=title))
    if sheet.needs:
        rows = tuple((str(need.cause), need.get_term_display(), need.basis, yen(need.amount)) for need in sheet.needs)
        foot = ((f"計（申込のうち運転資金 {sheet.asked_for_working:,}円）", "", "", yen(sheet.needed)),)
        blocks.append(Table(NEEDS, rows, foot, title="要る運転資金"))
    return tuple(blocks)


def _answer(line) -> tuple[str, str, str]:
    answer = line.answer
    if answer is None:
        return line.question.label, "（未記入）", ""
    text = f"{answer.summary}（書きかけ）" if line.is_blank else answer.summary
    evidence = answer.evidence or (answer.document.filename if answer.document else "")
    return line.question.label, text, lines((evidence, f"{answer.answered_by}（{jdate(answer.answered_on)}）"))


def judgement_section(application: Application, by, on: date) -> tuple[Block, ...]:
    asked = {"by": by, "on": on}
    findings = [*judging.form_and_term(application, **asked), *judging.rate_cap(application, **asked)]
    blocks: list[Block] = [
        checked(findings, "形式と期間、利息の上限") if findings else Words("形式と期間は、目安に合っています。")
    ]
    found, capacity = judging.judged(application, on), getattr(application, "capacity", None)
    if found.scenarios:
        blocks.append(_scenarios(found.scenarios))
    facts = [("試算", capacity_in_words(found))]
    facts += [(test.label, test.sentence) for test in found.sums]
    if capacity is not None:
        facts += [("総合的な資金調達力", capacity.funding_power), ("数字のもと", capacity.basis)]
        facts.append(("書いた人", f"{capacity.figured_by}（{jdate(capacity.figured_on)}）"))
        if capacity.comment:
            comment = f"{capacity.comment}（{capacity.commented_by} {jdate(capacity.commented_on)}）"
            facts.append(("委員会の意見", comment))
    blocks.append(Facts(tuple((label, text) for label, text in facts if text), title="返済の力"))
    return tuple(blocks)


def _scenarios(scenarios) -> Table:
    rows = (
        ("税引後利益", "profit"), ("減価償却費", "depreciation"), ("返済に充てる額", "source"),
        ("今回の年の返済（元金）", "this_loan"), ("ほかの借入の年の返済", "other_loans"),
    )  # fmt: skip
    heads = (Head("単位 円"), *(Head(f"{one.label}（{one.note}）", "figure", 25) for one in scenarios))
    values = tuple((label, *(yen(getattr(one, name)) for one in scenarios)) for label, name in rows)
    return Table(heads, values, (("差引", *(yen(one.margin) for one in scenarios)),))


def documents_section(application: Application, on: date) -> tuple[Block, ...]:
    rows = tuple(
        (
            row.name,
            row.state(on)[0],
            lines((jdate(row.received_on), f"期限 {jdate(row.expires_on)}" if row.expires_on else "")),
            f"省略 {row.waiver_reason}（{row.waived_by} {jdate(row.waived_on)}）" if row.waived_on else row.remark,
        )
        for row in application.required_documents.select_related("waived_by")
    )
    return (table(DOCUMENTS, rows, "", "書類の一覧は、作られていません。"),)


def standards_section(application: Application, on: date) -> tuple[Block, ...]:
    findings = [
        *rulebook.product_findings(application, on),
        *rulebook.standard_findings(application, on, without="warn"),
    ]
    blocks: list[Block] = [checked(findings)] if findings else []
    rulings = tuple(
        (
            miss.text,
            miss.source,
            f"{miss.get_ruling_display()}。{miss.ruling_reason}（{one.instructed_by} {jdate(one.instructed_on)}）"
            if miss.ruling
            else f"{jdate(one.asked_on)}に求めて、待っています。" if one.is_waiting else "求め直しました。",
        )
        for one in application.escalations.select_related("instructed_by").prefetch_related("misses")
        for miss in one.misses.all()
    )  # fmt: skip
    if rulings:
        blocks.append(Table(RULINGS, rulings, title="理事長の指示"))
    return tuple(blocks)
