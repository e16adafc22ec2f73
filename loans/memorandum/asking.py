"""稟議書の節: 申込者・申込の内容・返済の予定・限度額と実行後の残高。"""

from __future__ import annotations

from datetime import date
from itertools import groupby

from coopfin.templatetags.coopfin import jdate, rate
from documents.blocks import Block, Facts, Head, Picture, Table, Words
from loans import briefing, casefile, exposure, judging
from loans.memorandum.shapes import table, yen
from loans.models import Application
from members.enums import OfficerTitle

OFFICERS = (Head("氏名"), Head("役職", width=40))
DEALINGS = (Head("契約・科目"), Head("種類", width=20), Head("予定日", "day", 16), Head("金額（円）", "figure", 20))
LIMITS = (
    Head("限度"), Head("限度額（円）", "figure", 14), Head("残高", "figure", 14), Head("承認済未実行", "figure", 14),
    Head("今回", "figure", 14), Head("実行後", "figure", 14), Head("余力", "figure", 14),
)  # fmt: skip
USES = (
    Head("使いみち", width=12), Head("何に"), Head("だれに払うか", width=25), Head("金額（円）", "figure", 16),
    Head("見積書", "centre", 8),
)  # fmt: skip
SOURCES = (Head("まかない方"), Head("どこから", width=40), Head("金額（円）", "figure", 16))
BANKS = (
    Head("金融機関"),
    Head("取引", width=16),
    Head("残高（円）", "figure", 16),
    Head("年間の返済額（円）", "figure", 20),
)
YEARS = (
    Head("年", "day"), Head("元金（円）", "figure", 16), Head("利息（円）", "figure", 16), Head("手数料（円）", "figure", 16),
    Head("支払（円）", "figure", 16), Head("年末の残高（円）", "figure", 16),
)  # fmt: skip
PEAKS = (
    Head("予定日", "day", 16), Head("何の実行"), Head("限度", width=14), Head("限度額（円）", "figure", 16),
    Head("実行後（円）", "figure", 16), Head("余力（円）", "figure", 16),
)  # fmt: skip


def applicant_section(application: Application, on: date) -> tuple[Block, ...]:
    member = application.member
    sales = member.annual_sales.filter(ended_on__lte=on).order_by("-ended_on").first()
    facts = [
        ("名称", f"{member}（組合員番号 {member.number}）"),
        ("住所", member.address),
        ("代表者", f"{member.get_representative_title_display()}　{member.representative}"),
        ("業種", str(member.industry)),
        ("加入", jdate(member.joined_on)),
        ("出資", f"{member.shares:,}口　{member.share_capital:,}円"),
    ]
    if sales is not None:
        facts.append(("年間売上高", f"{sales.amount:,}円　{jdate(sales.ended_on)}までの決算　{sales.source}"))
    facts += [("過半数を持つ者", f"{owner.name}（{owner.reason}）") for owner in member.owners_on(on)]
    facts += [("関係会社", f"{related.member}（{related.relation}）") for related in member.related_members(on)]
    officers = tuple((str(person), OfficerTitle(title).label) for person, title in member.offices_on(on))
    held = exposure.of_member(member, on, on=on).without(application)
    dealings = tuple((part.label, part.kind_label, jdate(part.planned_on), yen(part.amount)) for part in held.parts)
    return (
        Facts(tuple(facts)),
        Table(OFFICERS, officers, title="役員・関係者"),
        table(DEALINGS, dealings, "いまの取引（この申込を除く）", "いまの貸付・承認済の案件はありません。",
               foot=(("計", "", "", yen(held.total)),)),
    )  # fmt: skip


def terms_section(application: Application, on: date) -> tuple[Block, ...]:
    plan = casefile.plan(application)
    blocks: list[Block] = [Facts((*briefing.terms(application, on), *_wishes(application)))]
    if plan["uses"]:
        rows = tuple(
            (use.get_purpose_display(), use.what, use.supplier or "—", yen(use.amount), "あり" if use.estimate_id else "—")
            for use in plan["uses"]
        )  # fmt: skip
        blocks.append(Table(USES, rows, (("計", "", "", yen(plan["used"]), ""),), title="使いみちの明細"))
        sources = (
            ("この申込", "", yen(application.amount)),
            *((source.get_kind_display(), source.provider, yen(source.amount)) for source in plan["sources"]),
        )
        blocks.append(Table(SOURCES, sources, (("計", "", yen(plan["funded"])),), title="資金のまかない方"))
    else:
        blocks.append(Words("使いみちの明細は、書かれていません。"))
    if plan["banks"]:
        rows = tuple(
            (row.bank, row.get_kind_display(), yen(row.balance), yen(row.yearly_repayment)) for row in plan["banks"]
        )
        foot = (("借入の計", "", yen(plan["balance"]), yen(plan["yearly_repayment"])),)
        blocks.append(Table(BANKS, rows, foot, title="ほかの金融機関との取引"))
    if plan["parties"]:
        blocks.append(Words(f"手形の関係者：{'、'.join(map(str, plan['parties']))}"))
    return tuple(blocks)


def _wishes(application: Application):
    """受け付けたときの希望のうち、いまの条件と違うもの。だれがどう申し込んだか。"""
    if application.signed_form_id:
        yield "申込", "本人の署名のある申込書"
    elif application.consented_on:
        yield "申込に来た人", f"{application.applied_by}（本人の同意 {jdate(application.consented_on)}）"
    if application.requested_amount not in (None, application.amount):
        yield "受付のときの希望額", f"{application.requested_amount:,}円"
    if application.requested_maturity_on not in (None, application.maturity_on):
        yield "受付のときの希望期日", jdate(application.requested_maturity_on)
    if application.requested_interest_rate not in (None, application.interest_rate):
        yield "受付のときの希望利率", f"年 {rate(application.requested_interest_rate)}"


def calculation_section(calculation: dict) -> tuple[Block, ...]:
    computed = calculation["computation"]
    if computed is None:
        return (Words(calculation["problem"]),)
    if computed.bill:
        facts = [
            ("手形金額", f"{computed.principal:,}円"),
            ("利息（前取）", f"{computed.interest:,}円"),
            ("転貸手数料", f"{computed.fee:,}円"),
            ("組合員に渡す額", f"{computed.net:,}円"),
            ("期間", f"{jdate(computed.terms.start_on)}から{jdate(computed.maturity_on)}まで {computed.bill.days}日"),
        ]
        if computed.bill.effective_rate:
            facts.append(("実質年率", f"{computed.bill.effective_rate}%"))
        return (Facts(tuple(facts)),)
    rows = computed.instalments
    first, last = rows[0], rows[-1]
    facts = (
        ("回数", f"{len(rows)}回（{jdate(first.due_on)}から{jdate(last.due_on)}まで）"),
        ("初回の支払", f"{first.payment:,}円（元金 {first.principal:,}円、利息 {first.interest:,}円、手数料 {first.fee:,}円）"),
        ("支払のいちばん多い回", f"{max(row.payment for row in rows):,}円"),
    )  # fmt: skip
    years = []
    for year, group in groupby(rows, key=lambda row: row.due_on.year):
        group = list(group)
        amounts = [sum(getattr(row, name) for row in group) for name in ("principal", "interest", "fee", "payment")]
        years.append((f"{year}年", *map(yen, amounts), yen(group[-1].balance)))
    total = [sum(getattr(row, name) for row in rows) for name in ("principal", "interest", "fee", "payment")]
    return Facts(facts), Table(YEARS, tuple(years), (("計", *map(yen, total), ""),))


def exposure_section(application: Application, room, calculation: dict, on: date) -> tuple[Block, ...]:
    if room.checks is None:
        return (Words("有効な限度額の決議がありません。"),)
    rows = tuple(
        (check.label, *map(yen, (check.limit, check.outstanding, check.committed, check.request, check.after, check.headroom)))
        for check in room.checks.checks
    )  # fmt: skip
    basis = [(row.label, row.formula) for check in room.checks.checks for row in check.basis]
    blocks: list[Block] = [Table(LIMITS, rows), Facts((("よりどころ", str(room.resolution)), *basis))]
    if room.peaks_to_show:
        peaks = tuple(
            (jdate(peak.on), peak.label, peak.kind_label, yen(peak.limit), yen(peak.after), yen(peak.headroom))
            for peak in room.peaks_to_show
        )
        blocks.append(Table(PEAKS, peaks, title="先の山"))
    if found := judging.outlook(application, room, calculation["computation"], on):
        facts = (
            ("いまの残高", f"{found.opening:,}円"),
            ("いちばん多い日", f"{jdate(found.peak_on)}　{found.peak:,}円（限度までの余り {yen(found.room)}円）"),
        )
        blocks += [Facts(facts, title="この組合員の残高の見込み"), Picture(found.chart)]
    return tuple(blocks)
