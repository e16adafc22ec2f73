"""会議資料と議事録別紙に載せる、申込の説明: 条件・限度額の余力・保全・実態把握。governance の登録所に登録する。"""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from coopfin.calc import words
from coopfin.models import Policy
from governance import briefing
from governance.briefing import Brief, Section
from loans import coverage, fact_finding, headroom, protection, wording
from loans.enums import ApplicationState
from loans.models import Application, Condition, EscalatedMiss


@briefing.register("loans.application")
def of_application(object_id: int, on: date) -> Brief | None:
    """申込一件の説明。組合員の財務の内容を含むので、秘。"""
    application = (
        Application.objects.select_related("member__representative", "policy", "investigation__investigated_by")
        .filter(pk=object_id)
        .first()
    )
    if application is None:
        return None
    sections = [
        Section("申込の内容", (*terms(application, on), *_instructions(application))),
        Section("限度額の余力", _headroom(application, on), of_the_day=True),
        Section("保全", _security(application)),
        _member_cover(application, on),
    ]
    if rows := _investigation(application):
        sections.append(Section("実態把握", rows))
    waiting = application.state == ApplicationState.COMMITTEE_QUEUE
    return Brief(tuple(sections), opinion_url=reverse("loans:opinion", args=[application.pk]) if waiting else "")


@briefing.register("loans.condition")
def of_condition(object_id: int, on: date) -> Brief | None:
    """条件の免除一件の説明。"""
    condition = Condition.objects.select_related("application__member", "decision").filter(pk=object_id).first()
    if condition is None:
        return None
    application = condition.application
    rows = (
        ("受付番号", application.number),
        ("申込者", str(application.member)),
        ("金額", f"{application.amount:,}円"),
        ("条件", condition.described),
        ("定めた決定", condition.decision.number if condition.decision else "理事会の決定"),
        ("免除を求める理由", condition.waiver_reason),
    )
    return Brief((Section("条件の免除", rows),))


def terms(application: Application, on: date) -> tuple[tuple[str, str], ...]:
    """申込の条件（会議資料と稟議書）。"""
    member, policy = application.member, application.policy or Policy.on(on)
    term = wording.term_text(application.disburse_on, application.maturity_on, application.loan_type, policy)
    rows = [
        ("受付番号", application.number),
        ("申込者", f"{member}（代表者 {member.representative}）"),
        ("金額", f"{application.amount:,}円"),
        ("形式・期間", f"{application.get_loan_type_display()}、{term}（{_day(application.maturity_on)}まで）"),
        ("使いみち", f"{application.purpose_label}。{application.purpose_detail}"),
        ("返済", f"{wording.repayment_text(application)}。財源は{application.repayment_source}"),
        ("利率", f"年{application.interest_rate.normalize():f}%"),
    ]
    if application.product_id:
        rows.append(("商品", str(application.product)))
    if application.fee_rate:
        rows.append(("転貸手数料", f"年{application.fee_rate.normalize():f}%"))
    return (
        *rows,
        ("原資", application.get_funding_source_display()),
        ("実行希望日", _day(application.disburse_on)),
    )


def _instructions(application: Application):
    instructed = EscalatedMiss.objects.filter(
        escalation__application=application, escalation__instructed_on__isnull=False
    )
    return tuple(
        (
            "理事長の指示",
            f"{miss.text}{miss.get_ruling_display()}（{_day(miss.escalation.instructed_on)}）。{miss.ruling_reason}",
        )
        for miss in instructed.select_related("escalation")
    )


def _headroom(application: Application, on: date):
    room = headroom.of(application, on)
    if room.checks is None:
        return (("決議", "有効な限度額の決議がありません。"),)
    checks = [("限度", check.sentence) for check in room.checks.checks]
    return (*checks, ("よりどころ", str(room.resolution)))


def _security(application: Application):
    rows = []
    cover = protection.cover_of(application)
    for row in cover.rows:
        # 委員・理事も読むので、個人の物件の所在は市区町村までにする（ドメイン E）。
        where = row.asset.description if row.asset.owner_member_id else words.town_only(row.asset.description)
        value = f"{where}。評価 {row.appraised:,}円（{row.asset.get_appraisal_method_display()}）、"
        value += f"先順位 {row.seniors:,}円、保全額 {row.cover:,}円"
        if row.taken:
            value += f"（ほかの貸付が使う {row.taken:,}円を除く）"
        rows.append((row.label, value))
    for link in coverage.guarantee_links(application):
        guarantee = link.guarantee
        deed = "、公正証書が要る" if guarantee.is_individual and guarantee.deed_requirement.required else ""
        rows.append(("保証", f"{guarantee.guarantor}（{guarantee.relation_label}{deed}）"))
    if application.member.is_corporate:
        rows += guarantee_review(application)
    ratio = f"（{cover.ratio}%）" if cover.ratio is not None else ""
    rows.append(("担保による保全", f"{cover.secured:,}円{ratio}、無担保 {cover.unsecured:,}円"))
    return tuple(rows)


def guarantee_review(application: Application) -> list[tuple[str, str]]:
    """経営者保証の検討: 決めたこと、三つの要件、代わりの手法、説明。"""
    review = coverage.review_of(application)
    if review is None:
        return [("経営者保証の検討", "記録されていません")]
    rows = [("経営者保証の検討", "。".join(filter(None, (review.get_decision_display(), review.reason))))]
    for label, found in review.rows:
        rows.append(
            (label, f"{found.get_verdict_display()}。{found.finding}（{found.evidence}）" if found else "未確認")
        )
    if review.alternatives:
        rows.append(("代わりの手法", review.alternatives_label))
    if review.explained_on:
        rows.append(("保証人への説明", f"{_day(review.explained_on)}　{review.explained_to}へ"))
    return rows


def _member_cover(application: Application, on: date) -> Section:
    """組合員の与信を、それぞれの担保がいくら覆うか。"""
    cover = protection.of_member(application, on)
    parts = [("残高", cover.outstanding), ("承認済未実行", cover.committed), ("今回", cover.requested)]
    made_of = " ＋ ".join(f"{name} {amount:,}円" for name, amount in parts if amount)
    rows = [("与信", f"{cover.exposure:,}円" + (f"（{made_of}）" if made_of else ""))]
    rows += [
        (item.label, f"保全できる額 {item.capacity:,}円のうち {item.drawn:,}円。残り {item.left:,}円")
        for item in cover.items
    ]
    if cover.by_deposits:
        rows.append(("預り保証金", f"{cover.by_deposits:,}円"))
    rows.append(("無保全額", f"{cover.unsecured:,}円（保全 {cover.ratio or 0}%）"))
    return Section("組合員の与信と保全", tuple(rows), of_the_day=True, picture=cover.bar if cover.exposure else None)


def _investigation(application: Application):
    """面談・調査書の答え（節ごと）・所見。"""
    sheet, written = fact_finding.read(application), getattr(application, "investigation", None)
    rows = [("面談", f"{_day(one.held_on)}　{one.interviewee}。{one.told}") for one in sheet.interviews]
    for part in sheet.blocks:
        answers = "\n".join(f"{line.question.label}：{line.answer.summary}" for line in part.lines if line.answer)
        if answers:
            rows.append((part.section.label, answers))
    rows += [("運転資金の要因", f"{need.cause}（{need.get_term_display()}）{need.amount:,}円") for need in sheet.needs]
    if written is not None:
        rows.append(("事務局の所見", f"{written.conclusion}（調査 {written.investigated_by}）"))
    return tuple(rows)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
