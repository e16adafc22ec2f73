"""申込の流れの表。受付から実行まで、誰が・いつ・何を確かめて次へ進めるか（手引き 第2章2、ドメイン E1）。

確認の関数は文とよりどころを返すだけで、何も変えない。同じ文が、案件のページ・断り文句・試験に出る。
"""

from __future__ import annotations

from django.urls import reverse

from coopfin.calc import days
from coopfin.calc.words import to_wareki
from coopfin.calc.yen import ImpossibleTerms
from coopfin.delegation import Reach
from coopfin.flow import Flow, Step, block, passed, warn
from coopfin.handbook import follows
from coopfin.models import DelegatedAct, Policy
from coopfin.segregation import may_check
from documents.models import IssuedDocument
from governance import operations as governance
from governance.enums import BodyKind, ItemResult
from loans import (
    checklist,
    completeness,
    coverage,
    dealings,
    decided,
    fact_finding,
    funding_answer,
    headroom,
    instructions,
    items,
    judging,
    paperwork,
    rulebook,
    stand_in,
)
from loans.enums import ApplicationState as S
from loans.enums import FundingResult, FundingSource
from loans.terms import LoanTerms, compute

RULES = "手引き 第2章2"
FLOW_SOURCE = "事務の流れ（手引き 第2章1）"
SEGREGATION = "相互牽制（手引き 第2章1 e）"


def _page(name: str, application, **more) -> str:
    return reverse(f"loans:{name}", args=[application.pk]) if application.pk else ""


# --- 誰が ----------------------------------------------------------------------------------


@follows("H2.1-e")
def not_interested(application, *, by, on, **given):
    """利害関係のある人は、その案件のどの手続にも加われない（ドメイン E）。"""
    person = getattr(by, "person", None)
    if person is None:
        return
    reason = coverage.interested_persons(application, on=on).get(person)
    if reason:
        yield block(
            f"{person}さんは{reason}で、この案件に利害関係があるため、手続に加われません。",
            "中小企業等協同組合法 36条の6・38条",
            code="interested",
        )


@follows("H2.1-d")
def committee_returns_its_own(application, *, by, on, **given):
    """金融委員が差し戻せるのは、委員会に付議されているあいだだけ。答申のあとは、理事会の案件である（H2.1-d）。"""
    for_committee_only = by.has_perm("loans.give_opinion") and not by.has_perm("loans.decide")
    if for_committee_only and application.state != S.COMMITTEE_QUEUE:
        yield block(
            "金融委員が差し戻せるのは、金融委員会に付議されているあいだだけです。", "金融委員会規約", code="stage"
        )


@follows("H2.1-e")
def not_the_receiver(application, *, by, on, **given):
    """受け付けた人は、その申込の決定を記録できない。"""
    if not may_check(application.received_by_id, by.pk):
        yield block(
            f"受け付けた本人（{application.received_by}）は、この申込の決定を記録できません。別の人にお願いしてください。",
            SEGREGATION,
            code="receiver",
        )


@follows("H2.1-d")
def not_the_investigator(application, *, by, on, **given):
    """実態把握をした人（所見・調査書・面談を書いた人）は、委員として意見を述べられない（ドメイン E）。"""
    if not by.has_perm("loans.give_opinion"):
        return
    investigation = getattr(application, "investigation", None)
    concluded = investigation is not None and investigation.investigated_by_id == by.pk
    if (
        concluded
        or application.worksheet_answers.filter(answered_by=by).exists()
        or application.interviews.filter(recorded_by=by).exists()
    ):
        yield block("実態把握をした人は、同じ案件に委員として意見を述べられません。", SEGREGATION, code="investigator")


@follows("H2.1-e")
def another_person_confirms(application, *, by, on, **given):
    """契約手続をした人は、実行の準備が整ったことを自分では確認できない。"""
    loan = application.loan
    if loan is not None and not may_check(loan.contracted_by_id, by.pk):
        yield block(
            f"契約手続をした本人（{loan.contracted_by}）は確認できません。別の人にお願いしてください。",
            SEGREGATION,
            code="contract-maker",
        )


#: 額によって、できる人が限られるステップ（権限委譲表）
DELEGATED = {
    "confirm_ready": DelegatedAct.CONFIRM_READY,
    "disburse": DelegatedAct.DISBURSE,
    "undo_disbursement": DelegatedAct.DISBURSE,
}


@follows("H2.1-e")
def confirming_is_delegated(application, *, by, on, **given):
    """実行できることを確認できるのは、委譲された額まで。超えるものは理事長が確認する。"""
    yield from _beyond_the_delegation(application, DelegatedAct.CONFIRM_READY, by=by, on=on)


@follows("H2.1-e")
def disbursing_is_delegated(application, *, by, on, **given):
    """実行（とその訂正）を承認できるのは、委譲された額まで。超えるものは理事長が承認する。"""
    yield from _beyond_the_delegation(application, DelegatedAct.DISBURSE, by=by, on=on)


def _beyond_the_delegation(application, act, *, by, on):
    """委譲の額を超えることと、理事長にもできないときは、だれに代わってもらうか。"""
    beyond = Reach.on(on).findings(act, application.amount, by=by)
    yield from beyond
    if beyond and (stuck := stand_in.finding(application, on)):
        yield stuck


# --- 何を ----------------------------------------------------------------------------------


@follows("H2.1-a")
def member_is_current(application, *, by, on, **given):
    """貸せるのは組合員だけ（中協法9条の2）。"""
    member = application.member
    if member.left_on and member.left_on <= on:
        left = f"{member.left_on.year}年{member.left_on.month}月{member.left_on.day}日"
        yield block(f"{member}は{left}に脱退しています。", "中小企業等協同組合法 9条の2", code="left")
    elif member.joined_on > on:
        yield block(f"{member}の加入日はまだ来ていません。", "中小企業等協同組合法 9条の2", code="not-joined")
    elif member.is_leaving(on):
        yield warn(
            f"{member}は{to_wareki(member.left_on)}に脱退する予定です。脱退までに返せる条件かを確かめてください。",
            "中小企業等協同組合法 18条・22条",
            url=member.get_absolute_url(),
            url_label="脱退の予告を見る",
            code="leaving",
        )


@follows("H2.1-b")
def policy_in_force(application, *, by, on, **given):
    """方針（金融事業規程）がなければ計算も審査もできない。"""
    if (application.policy or Policy.on(on)) is None:
        yield block(
            "この日に効力のある方針（金融事業規程の定め）がありません。管理サイトで提案し、別の人が承認してください。",
            "金融事業規程",
            url=reverse("admin:coopfin_policy_changelist"),
            url_label="方針を見る",
            code="no-policy",
        )


@follows("H2.4-d")
def terms_can_be_computed(application, *, by, on, **given):
    """条件から償還予定・利息が計算できること。"""
    policy = application.policy or Policy.on(on)
    if policy is None:
        return
    try:
        computation = compute(LoanTerms.of_application(application, policy))
    except ImpossibleTerms as error:
        yield block(str(error), f"{RULES} 三 c", url=_page("edit", application), url_label="条件を直す", code="terms")
        return
    if not application.is_bill and computation.maturity_on != application.maturity_on:
        yield block("最終期日が償還予定と合いません。条件を開いて保存し直してください。", f"{RULES} 三 c",
                    url=_page("edit", application), url_label="条件を直す", code="terms")  # fmt: skip


@follows("H2.4-d")
def days_fit(application, *, by, on, **given):
    """実行希望日が過ぎていないこと、手形の期日が銀行の営業日であること。どちらも気づいてほしいことで、止めない。"""
    page = {"url": _page("edit", application), "url_label": "条件を直す"}
    if application.disburse_on < on:
        day = application.disburse_on
        yield warn(
            f"実行希望日（{day.year}年{day.month}月{day.day}日）が過ぎています。",
            f"{RULES} 三 c",
            code="past",
            **page,
        )
    if application.is_bill and not days.is_business_day(application.maturity_on):
        day, rolled = application.maturity_on, days.roll(application.maturity_on)
        yield warn(
            f"手形の期日（{day.year}年{day.month}月{day.day}日）が銀行の休業日です。",
            "手形法72条",
            detail=f"支払を求められるのは{rolled.year}年{rolled.month}月{rolled.day}日からです。利息は期日までの日数で計算します。",
            code="bill-holiday",
            **page,
        )


@follows("H2.1-c", "H2.2-a")
def limits_at_receipt(application, *, by, on, **given):
    """限度額を受付で確かめる。決議がないときは注意にとどめ、超えるものはすべて断る。"""
    yield from headroom.findings(
        headroom.of(application, on), without_resolution="warn", url=reverse("governance:resolutions")
    )


@follows("H2.1-c", "H2.2-a")
def limits(application, *, by, on, **given):
    """限度額を承認と実行で数え直す（組合の行を鎖錠したうえで）。"""
    yield from headroom.findings(headroom.of(application, on), url=reverse("governance:resolutions"))


@follows("H2.3-h", "H2.4-f")
def guarantors_considered(application, *, by, on, **given):
    """代表者の保証と、第三者の公正証書を確かめる（契約までは注意）。"""
    yield from coverage.guarantor_findings(application, level="warn")


@follows("H2.4-f", "H2.5-a")
def guarantors_complete(application, *, by, on, contract_on=None, **given):
    """契約までに、公正証書と情報提供がそろっていなければならない（民法465条の6・10）。"""
    loan = application.loan
    date_of_contract = loan.contracted_on if loan is not None else (contract_on or on)
    yield from coverage.guarantor_findings(application, contract_on=date_of_contract, level="block")


@follows("H2.3-e", "H2.4-e")
def collateral_covers(application, *, by, on, **given):
    """担保の余力を数える。足りなくても理事会が決めることなので、止めない。"""
    yield from coverage.collateral_findings(application, on=on)


@follows("H2.3-0", "H2.3-a", "H2.3-b", "H2.3-c", "H2.3-d")
def investigation_recorded(application, *, by, on, **given):
    """調査書の問い・面談・運転資金の要因と、事務局の所見がそろっていること（H2.3-0）。空欄は名を挙げる。"""
    yield from fact_finding.findings(fact_finding.read(application))
    if getattr(application, "investigation", None) is None:
        yield block(
            "実態把握のまとめ（事務局の所見）がまだ書かれていません。",
            f"{RULES} 二",
            url=_page("investigation", application),
            url_label="所見を書く",
            code="investigation",
        )
    else:
        yield passed("事務局の所見が書かれています。", f"{RULES} 二", code="investigation")


@follows("H2.1-d")
def committee_has_members(application, *, by, on, **given):
    """金融委員会に在任の委員がいること。"""
    if not governance.seats_of(BodyKind.COMMITTEE, on):
        yield block("在任の金融委員がいません。管理サイトで金融委員会の席を登録してください。", "金融委員会規約",
                    url=reverse("governance:bodies"), url_label="機関と席を見る", code="no-committee")  # fmt: skip


@follows("H2.1-d", "H2.4-g")
def committee_quorum(application, *, by, on, **given):
    """利害関係のない委員の過半数の意見がそろうこと。"""
    item = items.open_item(application, BodyKind.COMMITTEE)
    if item is None:
        yield block("金融委員会に付議されていません。", "金融委員会規約", code="no-item")
        return
    yield from governance.standing(item, on=on).findings()


def board_finds(item, result: str | None, *, on):
    """理事会に付議中の議案の定足数と賛否。"""
    if item is None:
        yield block("理事会に付議されていません。", "定款", code="no-item")
    elif item.meeting_id is None:
        yield block(
            "この案件を審議する理事会の議案に載っていません。",
            "中小企業等協同組合法 36条の6",
            url=reverse("governance:meetings"),
            url_label="会議の議案に載せる",
            code="no-meeting",
        )
    else:
        yield from governance.standing(item, on=on).findings(result)


@follows("H2.4-g")
def board_approves(application, *, by, on, **given):
    """理事会の定足数と、出席した理事の過半数の賛成（中協法36条の6）。"""
    yield from board_finds(items.open_item(application, BodyKind.BOARD), ItemResult.FAVOURABLE, on=on)


@follows("H2.4-g")
def board_declines(application, *, by, on, **given):
    """理事会の定足数を満たし、賛成が過半数に届かないこと。"""
    yield from board_finds(items.open_item(application, BodyKind.BOARD), ItemResult.UNFAVOURABLE, on=on)


@follows("H2.1-g")
def funding_is_decided(application, *, by, on, **given):
    """転貸の案件は、銀行の決定が申込どおりでなければ契約できない（H2.1-g）。"""
    if application.funding_source != FundingSource.BANK:
        return
    source = f"{RULES} 四"
    page = {"url": _page("funding", application), "url_label": "原資の決定を記録する"}
    decision = application.funding
    if decision is None:
        yield block("原資（銀行借入）の決定が記録されていません。", source, code="funding", **page)
    elif decision.result == FundingResult.REFUSED:
        yield block(
            f"{decision.bank}が借入を謝絶しています。別の銀行の決定を記録するか、差し戻して原資を改めてください。",
            source,
            code="funding-refused",
            **page,
        )
    elif apart := funding_answer.differences(
        application, amount=decision.amount, bank_rate=decision.bank_rate, maturity_on=decision.maturity_on
    ):
        for text in apart.values():
            yield block(f"銀行の決定が、承認された条件と違います。{text}", source, code="funding-differs", **page)
    else:
        yield passed(f"{decision.bank}の決定が記録されています。", source, code="funding")
        yield headroom.bank_finding(decision.bank, on, page["url"])


@follows("H2.1-f", "H2.2-a")
def facility_has_room(application, *, by, on, **given):
    """借入先の融資枠に余力があること（ほかの限度は、承認と実行で確かめる）。"""
    if application.funding_source == FundingSource.BANK and application.funding is not None:
        yield from headroom.facility_findings(headroom.of(application, on))


@follows("H2.5-a")
def papers_are_signed(application, *, by, on, **given):
    """要る書類がすべて発行され、調印済を受け取っていること（H2.5-a）。"""
    source = f"{RULES} 四（チェックポイント5）"
    loan = application.loan
    if loan is None:
        yield block("契約手続が始まっていません。", source, code="no-contract")
        return
    issued = {document.paper: document for document in documents_of(loan)}
    for paper in paperwork.papers_for(loan):
        document = issued.get(paper.code)
        page = {"url": _page("contract_papers", application), "url_label": "契約書類を見る"}
        if document is None:
            yield block(f"{paper.label}が発行されていません。", source, code=f"paper-{paper.code}", **page)
        elif document.signed_on is None:
            yield block(f"{paper.label}の調印済を受け取っていません。", source, code=f"signed-{paper.code}", **page)
        else:
            yield passed(f"{paper.label}の調印済を受け取りました。", source, code=f"signed-{paper.code}")


@follows("H2.1-e")
def nothing_waits_for_approval(application, *, by, on, **given):
    """承認待ちの伝票が二枚できないようにする。"""
    loan = application.loan
    waiting = loan and next((event for event in waiting_events(loan)), None)
    if waiting:
        yield block(
            "実行の伝票がすでに承認を待っています。",
            SEGREGATION,
            url=waiting.voucher.get_absolute_url(),
            url_label="伝票を見る",
            code="waiting",
        )


@follows("H2.5-e")
def account_is_known(application, *, by, on, **given):
    """振込先の口座が登録されていること。"""
    if not application.member.bank_account:
        yield block(
            "組合員の振込先口座が登録されていません。",
            "手引き 第3章(1)③",
            url=application.member.get_absolute_url(),
            url_label="組合員を見る",
            code="account",
        )


@follows("H2.5-e")
def disbursement_day_fits(application, *, by, on, disburse_on=None, **given):
    """実行日は、契約日から、最終期日の前・決定の有効期限までの、銀行の営業日。"""
    loan = application.loan
    if loan is None or disburse_on is None:
        return
    if disburse_on < loan.contracted_on:
        yield block("実行日が契約日より前です。", f"{RULES} 四", code="before-contract")
    if not days.is_business_day(disburse_on):
        yield block("実行日が銀行の休業日です。", f"{RULES} 四", code="holiday")
    if disburse_on >= loan.maturity_on:
        yield block("実行日が最終期日以後です。", f"{RULES} 四", code="after-maturity")
    expires = application.approval_expires_on
    if expires is not None and disburse_on > expires:
        yield block(
            f"実行日が理事会の決定の有効期限（{expires.year}年{expires.month}月{expires.day}日）を過ぎます。",
            "金融事業規程",
            code="after-expiry",
        )


@follows("H2.5-e")
def disbursement_day_has_come(application, *, by, on, disburse_on=None, **given):
    """先の日付の実行は、起票しておけても、その日（休業日なら直前の休みの日から）まで計上しない。"""
    if disburse_on is not None and disburse_on > days.roll(on):
        yield block(
            f"実行日（{disburse_on.year}年{disburse_on.month}月{disburse_on.day}日）はまだ来ていません。"
            "その日になってから承認してください。",
            "複式簿記",
            code="future",
        )


def documents_of(loan):
    """貸付の有効な発行書類。"""
    from django.contrib.contenttypes.models import ContentType

    return IssuedDocument.objects.valid().about(ContentType.objects.get_for_model(loan), loan.pk)


def waiting_events(loan):
    """承認待ちのできごと。"""
    return loan.events.filter(voucher__state="prepared").select_related("voucher")


_STATE_LABELS = {state.value: state.label for state in S}

FLOW = Flow(
    name="application",
    field="state",
    states=_STATE_LABELS,
    steps=(
        Step(
            "receive", "受け付ける", (S.DRAFT,), S.RECEIVED, "loans.receive_application",
            (not_interested, instructions.not_the_instructor, instructions.nothing_waits_for_an_instruction,
             member_is_current, policy_in_force, completeness.findings, checklist.documents_asked_for, terms_can_be_computed,
             judging.form_and_term, days_fit, judging.rate_cap, limits_at_receipt, rulebook.articles_at_receipt,
             rulebook.standards_at_receipt, guarantors_considered,
             collateral_covers, dealings.known),
            explanation="受付番号を付け、この日に効力のある方針・規約・規程で審査します。",
        ),
        Step(
            "investigate", "実態把握を始める", (S.RECEIVED, S.RETURNED), S.INVESTIGATION, "loans.investigate",
            (not_interested,),
            explanation="面談をして、事業実態・資金使途・債権保全の調査書を書きます。",
        ),
        Step(
            "submit_to_committee", "金融委員会に付議する", (S.INVESTIGATION,), S.COMMITTEE_QUEUE,
            "loans.submit_to_committee",
            (not_interested, investigation_recorded, instructions.nothing_waits_for_an_instruction,
             completeness.findings, checklist.documents_complete, judging.capacity_judged, terms_can_be_computed,
             judging.form_and_term, days_fit, judging.rate_cap, limits_at_receipt,
             rulebook.standards_at_receipt, guarantors_considered, collateral_covers, committee_has_members),
            explanation="金融委員が案件を読み、意見を述べられるようになります。",
        ),
        Step(
            "recommend", "答申を記録する", (S.COMMITTEE_QUEUE,), S.RECOMMENDED, "loans.recommend",
            (not_interested, not_the_receiver, not_the_investigator, committee_quorum, judging.capacity_addressed),
            explanation="委員の意見をまとめ、理事会への答申とします。決定ではありません。",
        ),
        Step(
            "submit_to_board", "理事会に付議する", (S.RECOMMENDED,), S.BOARD_QUEUE, "loans.submit_to_board",
            (not_interested, dealings.known),
            explanation="理事会の議案に載せられるようになります。",
        ),
        Step(
            "approve", "承認を記録する", (S.BOARD_QUEUE,), S.APPROVED, "loans.decide",
            (not_interested, not_the_receiver, member_is_current, days_fit, board_approves,
             dealings.board_excludes_the_director, limits, judging.rate_cap, rulebook.articles, rulebook.standards,
             guarantors_considered, collateral_covers),
            explanation="理事会の決定を記録します。限度額と規約・規程の基準は、この時点でもう一度確かめます。",
        ),
        Step(
            "decline", "謝絶を記録する", (S.BOARD_QUEUE,), S.DECLINED, "loans.decide",
            (not_interested, not_the_receiver, board_declines), needs_reason=True, off_road=True,
            explanation="理事会の否決を記録します。",
        ),
        Step(
            "return", "差し戻す",
            (S.INVESTIGATION, S.COMMITTEE_QUEUE, S.RECOMMENDED, S.BOARD_QUEUE, S.APPROVED), S.RETURNED,
            "loans.return_application", (not_interested, committee_returns_its_own), needs_reason=True, off_road=True,
            explanation="理由を付けて事務局に戻します。条件や担保を直し、実態把握からやり直します。",
        ),
        Step(
            "submit_again", "理事会に付議し直す", (S.APPROVED,), S.BOARD_QUEUE, "loans.submit_to_board",
            (not_interested, member_is_current, decided.approval_runs_out), needs_reason=True, off_road=True,
            explanation="有効期限の切れる承認を、同じ条件のまま理事会に付議し直します。前の決定は取り消されます。",
        ),
        Step(
            "withdraw", "取り下げる",
            (S.DRAFT, S.RECEIVED, S.INVESTIGATION, S.COMMITTEE_QUEUE, S.RECOMMENDED, S.BOARD_QUEUE, S.APPROVED,
             S.RETURNED), S.WITHDRAWN,
            "loans.withdraw_application", (not_interested,), needs_reason=True, off_road=True,
            explanation="申込者の申出により、申込を終わりにします。",
        ),
        Step(
            "record_funding", "原資の決定を記録する", (S.APPROVED,), None, "loans.record_funding", (not_interested,),
            explanation="銀行の決定を記録します。条件が変わったときは、案件は理事会に戻ります。",
        ),
        Step(
            "funding_changed", "理事会に戻す（原資の条件変更）", (S.APPROVED,), S.BOARD_QUEUE, "loans.record_funding",
            (not_interested,), off_road=True,
        ),
        Step(
            "contract", "契約手続を始める", (S.APPROVED,), S.CONTRACTING, "loans.contract",
            (not_interested, member_is_current, decided.approval_is_valid, decided.conditions_before_contract,
             dealings.board_approved_the_dealing, rulebook.articles, funding_is_decided, facility_has_room, guarantors_complete),
            explanation="契約番号を付け、承認された条件を固めて、契約書類を作れるようにします。",
        ),
        Step(
            "cancel_contract", "契約手続を取りやめる", (S.CONTRACTING, S.READY), S.APPROVED, "loans.contract",
            (not_interested, nothing_waits_for_approval), needs_reason=True, off_road=True,
            explanation="契約番号を取消にし、発行した書類を無効にします。承認と、調印済の約定書は残ります。",
        ),
        Step(
            "confirm_ready", "実行できることを確認する", (S.CONTRACTING,), S.READY, "loans.confirm_ready",
            (not_interested, confirming_is_delegated, another_person_confirms, decided.approval_is_valid, guarantors_complete,
             papers_are_signed, checklist.documents_before_disbursement, decided.conditions_are_met),
            explanation="契約書類・保証・条件がそろったことを、契約手続をした人とは別の人が確かめます。",
        ),
        Step(
            "prepare_disbursement", "実行の伝票を起票する", (S.READY,), None, "loans.prepare_disbursement",
            (not_interested, nothing_waits_for_approval, member_is_current, decided.approval_is_valid,
             dealings.board_approved_the_dealing, papers_are_signed, checklist.documents_before_disbursement, decided.conditions_are_met, account_is_known, disbursement_day_fits, limits,
             rulebook.articles),
            explanation="ここに見えるとおりの伝票を起票します。別の人の承認で計上されます。",
        ),
        Step(
            "disburse", "実行を承認する", (S.READY,), S.DISBURSED, "loans.approve_disbursement",
            (not_interested, disbursing_is_delegated, member_is_current, decided.approval_is_valid,
             dealings.board_approved_the_dealing, papers_are_signed, checklist.documents_before_disbursement, decided.conditions_are_met, disbursement_day_has_come, limits,
             rulebook.articles),
            explanation="書類と限度額をもう一度確かめ、伝票を計上します。",
        ),
        Step(
            "undo_disbursement", "実行を訂正する", (S.DISBURSED,), S.READY, "loans.approve_disbursement",
            (not_interested, disbursing_is_delegated), needs_reason=True, off_road=True,
            explanation="実行の伝票を逆の伝票で取り消し、実行待ちに戻します。",
        ),
    ),
)  # fmt: skip
