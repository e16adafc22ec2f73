"""稟議書の節: 担保と保証人。"""

from __future__ import annotations

from datetime import date

from coopfin.calc import words
from coopfin.templatetags.coopfin import jdate, rate
from documents.blocks import Block, Facts, Head, Table, Words
from loans import briefing, coverage, protection
from loans.memorandum.shapes import checked, lines, table, yen
from loans.models import Application

COLLATERAL = (
    Head("担保"), Head("評価額（円）", "figure", 12), Head("掛目", "figure", 8), Head("担保評価額", "figure", 12),
    Head("先順位", "figure", 12), Head("余力", "figure", 12), Head("債権額・極度額", "figure", 12),
    Head("保全額", "figure", 12),
)  # fmt: skip
MEMBER_COVER = (
    Head("担保"), Head("保全できる額（円）", "figure", 20), Head("使っている額（円）", "figure", 20),
    Head("残り（円）", "figure", 16),
)  # fmt: skip
GUARANTORS = (
    Head("保証人"), Head("関係", width=16), Head("種類・範囲", width=25), Head("情報提供", width=14),
    Head("公正証書", width=20),
)  # fmt: skip


def collateral_section(application: Application, cover, on: date) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if cover.rows:
        rows = tuple(
            (
                row.label,
                yen(row.appraised), rate(row.haircut_rate), yen(row.lending_value), yen(row.seniors), yen(row.margin),
                yen(row.amount), yen(row.cover),
            )
            for row in cover.rows
        )  # fmt: skip
        foot = (("計", yen(cover.appraised), "", yen(cover.lending_value), "", "", "", yen(cover.cover)),)
        blocks.append(Table(COLLATERAL, rows, foot))
        facts = [fact for row in cover.rows for fact in _grounds(row)]
        blocks.append(Facts(tuple(facts), title="評価と先順位"))
    else:
        blocks.append(Words("担保は付いていません。"))
    secured = [(line.label, line.formula) for line in cover.explanation]
    blocks.append(Facts((*secured, ("保全の割合", f"{cover.ratio or 0}%")), title="この申込の保全"))
    member = protection.of_member(application, on)
    owed = f"残高 {member.outstanding:,}円、承認済未実行 {member.committed:,}円、今回 {member.requested:,}円"
    facts = [("与信", f"{member.exposure:,}円（{owed}）"), ("担保で", f"{member.by_collateral:,}円")]
    if member.by_deposits:
        facts.append(("預り保証金で", f"{member.by_deposits:,}円"))
    facts.append(("無保全額", f"{member.unsecured:,}円（保全 {member.ratio or 0}%）"))
    blocks.append(Facts(tuple(facts), title="組合員の与信と保全（この申込を実行したとき）"))
    if member.items:
        rows = tuple((item.label, yen(item.capacity), yen(item.drawn), yen(item.left)) for item in member.items)
        foot = (("計", yen(member.capacity), yen(member.by_collateral), yen(member.left)),)
        blocks.append(Table(MEMBER_COVER, rows, foot))
    return tuple(blocks)


def place_of(asset) -> str:
    """物件の表示。個人の物件は、市区町村まで。"""
    return asset.description if asset.owner_member_id else words.town_only(asset.description)


def _grounds(row):
    asset = row.asset
    note = f"、{asset.appraisal_note}" if asset.appraisal_note else ""
    who = f"、評価した人 {asset.appraiser}" if asset.appraiser else ""
    how = f"{asset.get_appraisal_method_display()}（{jdate(asset.appraised_on)}）{note}{who}"
    yield row.label, lines((place_of(asset), f"所有者 {asset.owner}", how))
    for lien in asset.seniors.all():
        kept = f"残高 {lien.balance:,}円" if lien.balance is not None else "残高は未確認"
        how = "、".join(filter(None, (lien.evidence, jdate(lien.balance_on))))
        yield (
            "先順位",
            f"{lien.holder} {lien.get_kind_display()} {lien.registered:,}円。{kept}" + (f"（{how}）" if how else ""),
        )
    if row.taken:
        yield "ほかの貸付", f"{'、'.join(row.others)} が {row.taken:,}円を使っています。"
    yield "計算", lines(f"{line.label}：{line.formula}" for line in row.explanation)


def guarantors_section(application: Application) -> tuple[Block, ...]:
    rows = tuple(_guarantor(link.guarantee) for link in coverage.guarantee_links(application))
    blocks: list[Block] = [table(GUARANTORS, rows, "", "保証人は付いていません。")]
    findings = list(coverage.guarantor_findings(application, level="warn"))
    if findings:
        blocks.append(checked(findings, "保証についての確認"))
    if application.member.is_corporate:
        blocks.append(Facts(tuple(briefing.guarantee_review(application)), title="経営者保証の検討"))
    return tuple(blocks)


def _guarantor(guarantee) -> tuple[str, ...]:
    scope = [guarantee.get_kind_display(), guarantee.get_scope_display()]
    if guarantee.maximum_amount:
        scope.append(f"極度額 {guarantee.maximum_amount:,}円")
    if guarantee.fixed_on:
        scope.append(f"確定期日 {jdate(guarantee.fixed_on)}")
    if not guarantee.is_individual:
        return str(guarantee.guarantor), guarantee.relation_label, lines(scope), "—", "要りません"
    told = (
        jdate(guarantee.informed_on) + ("（一部だけ）" if guarantee.untold else "")
        if guarantee.informed_on
        else "未記録"
    )
    statement = guarantee.latest_statement
    return (
        str(guarantee.guarantor),
        guarantee.relation_label,
        lines((*scope, f"資産・収入の申告 {jdate(statement.stated_on)}" if statement else "資産・収入の申告 未記録")),
        told,
        _deed(guarantee),
    )


def _deed(guarantee) -> str:
    if guarantee.deed_on:
        return lines((jdate(guarantee.deed_on), guarantee.deed_office, guarantee.deed_number))
    if guarantee.deed_requirement.required:
        return "要る（未登録）"
    return lines((f"要りません（{guarantee.deed_requirement.article}）", guarantee.exception_evidence))
