"""稟議書に印字する値を、案件のページと同じ関数から写す（手引き 第2章2 一〜三）。何も計算し直さず、何も変えない。

委員・理事も読む書類なので、個人の資産は、台帳を見る人のほかに見せるのと同じところまでしか書かない（ドメイン E）。
"""

from __future__ import annotations

from datetime import date

from coopfin.models import Cooperative
from coopfin.templatetags.coopfin import jdate
from documents.blocks import Section
from loans import casefile, coverage, headroom, judging, protection, rulebook
from loans.case_papers import CreditMemorandum
from loans.memorandum.asking import applicant_section, calculation_section, exposure_section, terms_section
from loans.memorandum.deciding import board_section, comments_section, committee_section, findings_section
from loans.memorandum.examining import documents_section, investigation_section, judgement_section, standards_section
from loans.memorandum.securing import collateral_section, guarantors_section
from loans.memorandum.shapes import capacity_in_words, lines
from loans.models import Application


def compose(
    application: Application, *, by, on: date, number: str = "", reader: str = "", read_at: str = ""
) -> CreditMemorandum:
    """この案件の、いまの稟議書。by は発行する人（確認事項は、その人から見たもの）。"""
    cooperative = Cooperative.current()
    room = headroom.of(application, on)
    calculation = casefile.calculation(application, on)
    agenda = casefile.agenda_of(application)
    cover = protection.cover_of(application)
    sections = [
        Section("申込者", applicant_section(application, on)),
        Section("申込の内容", terms_section(application, on)),
        Section("返済の予定", calculation_section(calculation)),
        Section("限度額と、実行後の残高", exposure_section(application, room, calculation, on)),
        Section("実態把握", investigation_section(application)),
        Section("判断", judgement_section(application, by, on)),
        Section("担保", collateral_section(application, cover, on)),
        Section("保証人", guarantors_section(application)),
        Section("必要書類", documents_section(application, on)),
        Section("基準に照らして", standards_section(application, on)),
    ]
    if committee := casefile.committee(application, on, agenda):
        sections.append(Section("金融委員会の答申", committee_section(committee)))
    if board := casefile.board(application, on, agenda):
        sections.append(Section("理事会の決定", board_section(application, board)))
    if talk := comments_section(application):
        sections.append(Section("意見・質問", talk))
    sections.append(Section("確認事項", findings_section(application, by, on)))
    return CreditMemorandum(
        number=number,
        issuer=cooperative.name if cooperative else "",
        subject=f"{application.number_label}　{application.title}",
        stage=application.get_state_display(),
        issued_on=on,
        reader=reader,
        read_at=read_at,
        summary=_summary(application, room, cover, committee, board, on),
        sections=tuple(section for section in sections if section.blocks),
    )


def _summary(application, room, cover, committee, board, on) -> tuple[tuple[str, str], ...]:
    """はじめの頁の要点。くわしくは、それぞれの節にある。"""
    rows = [
        ("申込者", f"{application.member}（代表者 {application.member.representative}）"),
        ("金額", f"{application.amount:,}円"),
        ("使いみち", f"{application.purpose_label}。{application.purpose_detail}"),
        ("限度額", lines(check.sentence for check in room.checks.checks) if room.checks else "有効な決議がありません。"),
        ("返済の力", capacity_in_words(judging.judged(application, on))),
        ("保全", f"担保 {cover.secured:,}円（{cover.ratio or 0}%）、無保全額 {cover.unsecured:,}円。{_how_many_guarantors(application)}"),
        ("基準", _standards_in_words(application, on)),
        ("必要書類", _documents_in_words(application)),
    ]  # fmt: skip
    written = getattr(application, "investigation", None)
    if written is not None:
        rows.append(("事務局の所見", f"{written.conclusion}（{written.investigated_by} {jdate(written.updated_on)}）"))
    for label, panel in (("金融委員会", committee), ("理事会", board)):
        item = panel["item"] if panel else None
        if item is not None and not item.is_open:
            rows.append((label, f"{item.get_result_display()}（{item.number} {jdate(item.decided_on)}）"))
    return tuple(rows)


def _how_many_guarantors(application) -> str:
    count = len(coverage.guarantee_links(application))
    return f"保証人 {count}名" if count else "保証人なし"


def _standards_in_words(application, on) -> str:
    missed = [one for one in rulebook.standard_findings(application, on, without="warn") if one.level != "pass"]
    return lines(one.text for one in missed) or "規約・規程・商品の基準を、すべて満たす"


def _documents_in_words(application) -> str:
    rows = [row for row in application.required_documents.all() if row.is_required]
    waived = sum(1 for row in rows if row.waived_on)
    settled = sum(1 for row in rows if not row.is_missing)
    return f"必ず要る{len(rows)}件のうち、そろった{settled}件" + (f"（うち省略{waived}件）" if waived else "")
