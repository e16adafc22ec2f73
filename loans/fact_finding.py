"""調査書のいま: 問いと答え、空欄、面談、運転資金の要因。読むだけで、問合せの数は一定。"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from coopfin.flow import Finding, block, passed, warn
from coopfin.models import KeptForm
from loans import worksheet
from loans.enums import LoanType, Purpose
from loans.models import Application, FundsNeed, FundsTerm, Interview, WorksheetAnswer
from loans.models.worksheet import worksheet_url
from loans.worksheet import Facts, Question, Section
from members.enums import MemberKind


@dataclass(frozen=True)
class Line:
    """問いと、いまの答え、前の答え（新しい順）。"""

    question: Question
    answer: WorksheetAnswer | None
    earlier: tuple[WorksheetAnswer, ...] = ()
    asked: bool = True

    @property
    def is_blank(self) -> bool:
        return self.asked and (self.answer is None or not self.answer.is_whole)


@dataclass(frozen=True)
class Block:
    """節と、その問いの並び。"""

    section: Section
    lines: tuple[Line, ...]

    @property
    def blanks(self) -> int:
        return sum(line.is_blank for line in self.lines)

    @property
    def total(self) -> int:
        return sum(line.asked for line in self.lines)

    @property
    def written(self) -> int:
        return self.total - self.blanks

    @property
    def has_words(self) -> bool:
        return any(line.answer for line in self.lines)


@dataclass(frozen=True)
class Sheet:
    """一件の調査書。"""

    application: Application
    blocks: tuple[Block, ...]
    interviews: tuple[Interview, ...]
    needs: tuple[FundsNeed, ...]
    #: まだ保存していない、だれかの書きかけ（中身は本人だけが見る）
    kept: tuple[KeptForm, ...] = ()

    @property
    def lines(self) -> Iterator[Line]:
        return (line for block_ in self.blocks for line in block_.lines)

    @property
    def blanks(self) -> list[Line]:
        return [line for line in self.lines if line.is_blank]

    @property
    def total(self) -> int:
        return sum(block_.total for block_ in self.blocks)

    @property
    def written(self) -> int:
        return self.total - len(self.blanks)

    @property
    def open_follow_ups(self) -> list[Interview]:
        return [interview for interview in self.interviews if interview.is_open]

    @property
    def needed(self) -> int:
        return sum(need.amount for need in self.needs)

    @property
    def asked_for_working(self) -> int:
        """申込の金額のうち、運転資金の分。"""
        return self.application.purpose_parts.get(Purpose.WORKING, 0)

    @property
    def is_working(self) -> bool:
        return Purpose.WORKING in facts_of(self.application).purposes

    def answer_to(self, key: str) -> WorksheetAnswer | None:
        return next((line.answer for line in self.lines if line.question.key == key), None)


def facts_of(application: Application) -> Facts:
    """どの問いが要るかを決める事実。"""
    return Facts(
        corporate=application.member.kind == MemberKind.CORPORATE,
        purposes=frozenset(application.purpose_parts),
        loan_type=application.loan_type,
    )


def read(application: Application) -> Sheet:
    """調査書を読む。いま尋ねない問いの答え（使いみちを改めた案件、以前の記録）も、書いてあれば残す。"""
    answers: dict[str, list[WorksheetAnswer]] = defaultdict(list)
    # 書類の実体（content）は読まない。
    for answer in application.worksheet_answers.select_related(
        "answered_by", "document", "copied_from__application"
    ).defer("document__content"):
        answers[answer.question].append(answer)
    facts = facts_of(application)
    blocks = []
    for section in (*worksheet.SECTIONS, worksheet.EARLIER_SECTION):
        asked = section.asked(facts) if section in worksheet.sections_for(facts) else ()
        lines = tuple(
            _line(question, answers[question.key], question in asked)
            for question in section.questions
            if question in asked or answers[question.key]
        )
        if lines:
            blocks.append(Block(section, lines))
    return Sheet(
        application,
        tuple(blocks),
        tuple(application.interviews.select_related("recorded_by", "settled_by")),
        tuple(application.funds_needs.select_related("cause")),
        tuple(
            KeptForm.objects.filter(page__startswith=worksheet_url(application)).select_related("user").defer("values")
        ),
    )


def _line(question: Question, answers: list[WorksheetAnswer], asked: bool) -> Line:
    current = next((answer for answer in answers if not answer.superseded), None)
    return Line(question, current, tuple(answer for answer in answers if answer.superseded), asked)


def previous(application: Application, visible) -> dict[str, WorksheetAnswer]:
    """この組合員の、前の案件の調査書の答え（次も使えるもの）。visible は、見てよい案件。"""
    # 番号を先に読む。見てよい案件の条件は深いので、ほかの問合せに重ねない。
    cases = list(
        visible.filter(member=application.member_id)
        .exclude(pk=application.pk)
        .order_by("-pk")
        .values_list("pk", flat=True)
    )
    lasting = [question.key for question in worksheet.QUESTIONS.values() if question.lasting]
    found: dict[str, WorksheetAnswer] = {}
    rows = (
        WorksheetAnswer.objects.current()
        .filter(application__in=cases, question__in=lasting)
        .select_related("application", "answered_by")
        .order_by("-application", "-pk")
    )
    for answer in rows:
        if answer.is_whole:
            found.setdefault(answer.question, answer)
    return found


# --- 確認事項 -------------------------------------------------------------------------------


def findings(sheet: Sheet) -> list[Finding]:
    """付議の前に確かめること。空欄は、問いの名を挙げて、その欄へ案内する。"""
    return [*_blanks(sheet), *_kept(sheet), *_evidence(sheet), *_interviews(sheet), *_figures(sheet)]


def _blanks(sheet: Sheet) -> Iterator[Finding]:
    for block_ in sheet.blocks:
        for line in block_.lines:
            if line.is_blank:
                half = "書きかけです" if line.answer else "書かれていません"
                yield block(
                    f"{block_.section.label}の「{line.question.label}」が{half}。",
                    block_.section.source,
                    url=worksheet_url(sheet.application, line.question.key),
                    url_label="この欄を書く",
                    code="worksheet",
                )
    if not sheet.blanks:
        yield passed(f"調査書の{sheet.total}の問いに、すべて答えがあります。", worksheet.RULES, code="worksheet")


def _kept(sheet: Sheet) -> Iterator[Finding]:
    for one in sheet.kept:
        section = one.page.removeprefix(worksheet_url(sheet.application)).strip("/")
        label = next((each.label for each in worksheet.SECTIONS if each.key == section), "")
        yield warn(
            f"調査書の{label}に、保存していない書きかけがあります（{one.user}）。",
            worksheet.RULES,
            detail="書きかけを開けるのは、書いた本人だけです。保存するか、捨ててください。",
            url=one.page,
            url_label="書きかけを開く",
            code="kept",
        )


def _evidence(sheet: Sheet) -> Iterator[Finding]:
    bare = [line for line in sheet.lines if line.asked and line.answer and line.answer.lacks_evidence]
    if bare:
        names = "、".join(line.question.label for line in bare)
        yield warn(
            f"根拠の書かれていない答えがあります（{names}）。",
            worksheet.RULES,
            url=worksheet_url(sheet.application, bare[0].question.key),
            url_label="根拠を書く",
            code="evidence",
        )


def _interviews(sheet: Sheet) -> Iterator[Finding]:
    page = {"url": worksheet_url(sheet.application) + "#interviews", "url_label": "面談を記録する"}
    if not sheet.interviews:
        yield block(
            "経営者との面談が記録されていません。",
            worksheet.RULES,
            url=reverse("loans:interview_add", args=[sheet.application.pk]),
            url_label="面談を記録する",
            code="interview",
        )
    for interview in sheet.open_follow_ups:
        yield warn(
            f"面談であとで確かめるとしたことが残っています（{interview.follow_up}）。",
            worksheet.RULES,
            code="follow-up",
            **page | {"url_label": "面談を見る"},
        )


def _figures(sheet: Sheet) -> Iterator[Finding]:
    if sheet.is_working:
        yield from needs_findings(sheet)
    cost, own = sheet.answer_to("cost"), sheet.answer_to("own_share")
    if cost and own and cost.amount is not None and own.amount is not None:
        rest = cost.amount - own.amount
        asked = sheet.application.purpose_parts.get(Purpose.EQUIPMENT)
        if asked is not None and rest < asked:
            yield warn(
                f"計画の総額 {cost.amount:,}円から自己資金とほかの調達 {own.amount:,}円を引くと {rest:,}円で、"
                f"申込の金額 {asked:,}円に足りません（借りすぎ）。",
                f"{worksheet.RULES} b(1)",
                url=worksheet_url(sheet.application, "cost"),
                url_label="計画の金額を見る",
                code="plan-cost",
            )


def needs_findings(sheet: Sheet) -> Iterator[Finding]:
    """運転資金の要因と額（H2.3-c）: 申込の金額と合うか、短期の申込に固定的な要因が隠れていないか。"""
    source = f"{worksheet.RULES} b(2)"
    page = {"url": reverse("loans:funds_needs", args=[sheet.application.pk]), "url_label": "要因と額を書く"}
    asked = sheet.asked_for_working
    if not sheet.needs:
        yield block("運転資金の要る額が、要因ごとに書かれていません。", source, code="needs", **page)
        return
    if sheet.needed < asked:
        yield warn(
            f"要因ごとの額の合計 {sheet.needed:,}円は、申込の金額 {asked:,}円に{asked - sheet.needed:,}円足りません。",
            source, code="needs-sum", **page,
        )  # fmt: skip
    hidden = [need for need in sheet.needs if need.cause.fixed or need.term == FundsTerm.LONG]
    if hidden and sheet.application.loan_type != LoanType.DEED:
        names = "、".join(f"{need.cause} {need.amount:,}円" for need in hidden)
        yield warn(
            f"短期の申込に、固定的な要因が隠れていないか確かめてください（{names}）。",
            source,
            detail="長く要る資金なら、証書貸付の分割返済を考えます。",
            code="needs-fixed",
            **page,
        )
    answer = sheet.answer_to("hidden")
    if answer and answer.choice == "none" and hidden:
        yield warn(
            "調査書では「一時的なものだけ」ですが、要因には固定的なものがあります。",
            source, url=worksheet_url(sheet.application, "hidden"), url_label="答えを見直す", code="needs-answer",
        )  # fmt: skip
