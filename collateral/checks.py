"""担保・保証の入力の点検。同じ文を、入力欄のそば・操作の断り・案件の確認事項に使う。

断り（block）の code は入力欄の名前である。何も変えず、時計も読まない。
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from collateral import root_guarantee
from collateral.enums import (
    MATRIX_SOURCE,
    AppraisalMethod,
    AssetKind,
    GuaranteeKind,
    GuaranteeScope,
    RightKind,
    SeniorKind,
    refused_right,
)
from collateral.guarantee_deed import DEED_ARTICLE, EXCEPTION_ARTICLE, RELATION_LABELS, Relation
from coopfin.calc import days
from coopfin.calc.words import to_wareki
from coopfin.calc.yen import group, rate_text
from coopfin.flow import Finding, block, warn
from coopfin.handbook import follows
from coopfin.models import Policy

VALUATION_SOURCE = "手引き Q&A 3"
GUARANTOR_SOURCE = "手引き 第2章三 e"
INFORMATION_ARTICLE = "民法465条の10"

ADULT_YEARS = 18
YEAR = 12

#: 掛目に触れない変更に、登録のときの理由をもう一度は求めないための印
UNCHANGED = "掛目は変更なし"

CORPORATE_RELATIONS = (Relation.AFFILIATED_COMPANY,)
#: 債務者の種類ごとに選べる、個人の保証人の関係
COMPANY_RELATIONS = (
    Relation.REPRESENTATIVE,
    Relation.DIRECTOR,
    Relation.AUDITOR,
    Relation.MAJORITY_SHAREHOLDER,
    Relation.REPRESENTATIVES_SPOUSE_WORKING,
    Relation.RELATIVE_OR_FRIEND,
)
SOLE_RELATIONS = (
    Relation.JOINT_PROPRIETOR,
    Relation.SPOUSE_WORKING,
    Relation.SPOUSE_NOT_WORKING,
    Relation.RELATIVE_OR_FRIEND,
)

#: 単独では担保に向かない種類（H2.3-e）
UNSUITABLE_KINDS = {AssetKind.FOREST: "山林は換価しにくく、担保に適しません。"}
#: 物件の表示に現れる、担保に適さない事情（H2.3-e、Q3）
UNSUITABLE_WORDS = (
    (r"山林|保安林|原野", UNSUITABLE_KINDS[AssetKind.FOREST]),
    (r"農地|地目[ :：]*[田畑]", "農地は市街化区域内のものを除き、担保に適しません。"),
    (r"(?<!非)調整区域", "市街化調整区域の土地は、担保に適しません。"),
    (r"訴訟|係争|紛争", "訴訟・紛争中の物件は、担保に適しません。"),
    (r"差押|仮登記|買戻", "差押え・仮登記・買戻特約のある物件は、担保に適しません。"),
    (r"共有|持分", "共有の物件は換価しにくく、担保に適しません。"),
    (r"法地|池沼|無道路|不整形", "法地・池沼・無道路地・不整形地は、評価を下げる事情です。"),
)
#: 土地だけでよいことが物件の表示から分かることば（H2.4-e）
BARE_LAND = ("更地", "空地", "建物なし", "建物無し")


def haircut_limit(kind: str, on: date) -> Decimal | None:
    """その日の方針が定める掛目（%）。定めがなければ None。"""
    policy = Policy.on(on)
    row = policy.haircuts.filter(asset_kind=kind).first() if policy else None
    return row.haircut_rate if row else None


def asset_refusals(
    *, kind, description, owner, appraised, appraised_on, appraisal_method, appraiser="", appraisal_note="",
    haircut_rate, haircut_reason="", on,
) -> list[Finding]:  # fmt: skip
    """担保物件を登録できない理由。"""
    found = []
    if kind not in AssetKind.values:
        found.append(block("担保の種類を選んでください。", MATRIX_SOURCE, code="kind"))
    if not (description or "").strip():
        found.append(block("物件の表示（所在・地番など）を入力してください。", code="description"))
    if owner is None:
        found.append(block("所有者を選んでください。", code="owner"))
    if appraised is None or appraised < 0:
        found.append(block("評価額は0円以上で入力してください。", code="appraised"))
    if appraised_on is None:
        found.append(block("評価日を入力してください。", code="appraised_on"))
    elif appraised_on > on:
        found.append(block("評価日が先の日付です。評価した日を入力してください。", code="appraised_on"))
    if appraisal_method not in AppraisalMethod.values:
        found.append(block("評価の方法（路線価、取引事例比較、簿価など）を選んでください。", code="appraisal_method"))
    elif appraisal_method == AppraisalMethod.EXPERT and not (appraiser or "").strip():
        found.append(block("鑑定した人（不動産鑑定士）の名を入力してください。", code="appraiser"))
    elif appraisal_method == AppraisalMethod.OTHER and not (appraisal_note or "").strip():
        found.append(block("どのように評価したかを、評価のよりどころに書いてください。", code="appraisal_note"))
    if haircut_rate is None or not 0 <= haircut_rate <= 100:
        found.append(block("掛目は0%から100%までで入力してください。", code="haircut_rate"))
    elif kind in AssetKind.values:
        limit = haircut_limit(kind, on)
        if (limit is None or haircut_rate > limit) and not (haircut_reason or "").strip():
            text = (
                f"方針に{AssetKind(kind).label}の掛目の定めがありません。この掛目とする理由を書いてください。"
                if limit is None
                else f"掛目が方針の{rate_text(limit)}%を超えます。下げるか、超える理由を書いてください。"
            )
            found.append(block(text, VALUATION_SOURCE, code="haircut_reason"))
    return found


def senior_refusals(
    *, kind, holder, registered, balance=None, balance_on=None, evidence="", on: date | None = None
) -> list[Finding]:
    """先順位を登録できない理由。確認済の残高には、いつ、何で確かめたかが要る。on は今日。"""
    found = []
    if kind not in SeniorKind.values:
        found.append(block("先順位の種類を選んでください。", code="kind"))
    if not (holder or "").strip():
        found.append(block("先順位の権利者を入力してください。", code="holder"))
    if not registered or registered < 1:
        found.append(block("債権額・極度額は1円以上で入力してください。", code="registered"))
    if balance is not None and balance < 0:
        found.append(block("確認済の残高に負の数は使えません。", code="balance"))
    elif balance is not None and kind == SeniorKind.MORTGAGE and registered and balance > registered:
        found.append(
            block(
                f"確認済の残高が登記の債権額{group(registered)}円を超えています。残高証明書を確かめてください。",
                code="balance",
            )
        )
    if balance is None:
        if balance_on is not None:
            found.append(block("確かめた残高も入力してください（完済なら0円）。", code="balance"))
        return found
    if balance_on is None:
        found.append(block("残高を確かめた日を入力してください。", VALUATION_SOURCE, code="balance_on"))
    elif on is not None and balance_on > on:
        found.append(block("残高を確かめた日が先の日付です。", code="balance_on"))
    if not (evidence or "").strip():
        found.append(block("残高を何で確かめたか（残高証明書など）を入力してください。", code="evidence"))
    return found


def renewal_months(on: date) -> int:
    """担保評価を見直す月数（方針）。方針がなければ一年。"""
    policy = Policy.on(on)
    return policy.appraisal_months if policy else YEAR


@follows("H2.3-e")
def stale(asset, *, on: date, months: int) -> list[Finding]:
    """評価と先順位の残高は、方針の月数を過ぎたら見直す。"""
    url, found = asset.get_absolute_url(), []
    if days.add_months(asset.appraised_on, months) < on:
        found.append(
            warn(
                f"評価から{months}か月を過ぎています（{to_wareki(asset.appraised_on)}の評価）。評価し直してください。",
                VALUATION_SOURCE, url=url, url_label="物件を見る", code="stale-appraisal",
            )
        )  # fmt: skip
    for lien in asset.seniors.all():
        if lien.kind == SeniorKind.REVOLVING or lien.balance is None:
            continue
        if lien.balance_on is None:
            text = f"先順位 {lien.holder} の残高を、いつ確かめたかが記録されていません。"
        elif days.add_months(lien.balance_on, months) < on:
            text = f"先順位 {lien.holder} の残高を確かめたのは{to_wareki(lien.balance_on)}です。確かめ直してください。"
        else:
            continue
        found.append(warn(text, VALUATION_SOURCE, url=url, url_label="物件を見る", code="stale-senior"))
    return found


@follows("H2.3-f", "H2.3-g")
def interest_refusals(*, kind, right, amount, rank, seniors=0, taken=()) -> list[Finding]:
    """担保の種類に合わない権利、極度額・債権額のない権利、重なる順位は設定できない。

    seniors はほかの人の先順位の数、taken は当組合がすでに持つ順位。
    """
    found = []
    if right not in RightKind.values:
        found.append(block("担保権を選んでください。", MATRIX_SOURCE, code="right"))
    elif kind in AssetKind.values and (sentence := refused_right(kind, right)):
        found.append(block(sentence, code="right"))
    if not amount or amount < 1:
        found.append(block("債権額・極度額は1円以上で入力してください。", code="amount"))
    if not rank or rank < 1:
        found.append(block("順位は1以上の数で入力してください。", code="rank"))
    elif rank in taken:
        found.append(
            block(f"この物件の第{rank}順位には、すでに当組合の担保権があります。次の順位にしてください。", code="rank")
        )
    elif rank <= seniors:
        found.append(
            block(
                f"先順位が{seniors}件あるので、当組合の順位は第{seniors + 1}順位以下になります。"
                "順位か先順位を直してください。",
                code="rank",
            )
        )
    return found


@follows("H2.3-g")
def joint_refusals(*, right, amount, leader) -> list[Finding]:
    """共同担保は、同じ債権額・極度額を同じ種類の権利で担保する。"""
    if leader is None:
        return []
    found = []
    if right != leader.right:
        found.append(block(f"共同担保にするには、もとと同じ{leader.get_right_display()}にしてください。", code="right"))
    if amount and amount != leader.amount:
        found.append(
            block(f"共同担保の債権額・極度額は、もとと同じ{group(leader.amount)}円にしてください。", code="amount")
        )
    return found


def relations_for(debtor, *, individual: bool) -> tuple[Relation, ...]:
    """債務者と保証人の別に応じて、選べる関係。"""
    if not individual:
        return CORPORATE_RELATIONS
    return COMPANY_RELATIONS if debtor.is_corporate else SOLE_RELATIONS


@follows("H2.3-h")
def guarantee_refusals(
    *, debtor, person=None, member=None, relation, scope, kind="joint", kind_reason="", maximum_amount=None,
    fixed_on=None, on,
) -> list[Finding]:  # fmt: skip
    """個人の根保証には、極度額と5年以内の元本確定期日が要る（民法465条の2・3）。ほかの、保証人にできない理由も言う。"""
    found = []
    if (person is None) == (member is None):
        found.append(block("保証人は、個人か組合員のどちらか一方を選んでください。", code="guarantor"))
        return found
    individual = member is None or not member.is_corporate
    human = person if person is not None else (member.representative if individual else None)
    if member is not None and member.pk == debtor.pk:
        found.append(
            block("債務者自身は保証人になれません。別の人を選んでください。", GUARANTOR_SOURCE, code="guarantor")
        )
    elif human is not None and not debtor.is_corporate and human.pk == debtor.representative_id:
        found.append(
            block(
                f"{human}さんは{debtor}の事業主、つまり債務者本人です。本人は保証人になれません。",
                GUARANTOR_SOURCE,
                code="guarantor",
            )
        )
    if human is not None and human.born_on and days.add_months(human.born_on, ADULT_YEARS * 12) > on:
        found.append(block(f"{human}さんは未成年なので、保証人にできません。", "民法4条・5条", code="guarantor"))
    allowed = relations_for(debtor, individual=individual)
    if relation not in allowed:
        labels = "・".join(RELATION_LABELS[choice] for choice in allowed)
        whose, who = "法人" if debtor.is_corporate else "個人事業主", "個人" if individual else "法人"
        text = f"{whose}の債務を{who}が保証するときの関係は {labels} から選んでください。"
        found.append(block(text, DEED_ARTICLE, code="relation"))
    elif relation == Relation.REPRESENTATIVE and human is not None and human.pk != debtor.representative_id:
        found.append(
            block(
                f"{human}さんは{debtor}の代表者として登録されていません。関係を選び直すか、組合員の代表者を直してください。",
                DEED_ARTICLE,
                code="relation",
            )
        )
    if scope not in GuaranteeScope.values:
        found.append(block("保証の範囲を選んでください。", code="scope"))
    if kind not in GuaranteeKind.values:
        found.append(block("保証の種類を選んでください。", code="kind"))
    elif kind == GuaranteeKind.SIMPLE and not (kind_reason or "").strip():
        text = "保証は連帯保証が原則です。単純保証とする理由を書いてください。"
        found.append(block(text, "手引き 第2章2 二 c", code="kind_reason"))
    if maximum_amount is not None and maximum_amount < 1:
        found.append(block("極度額は1円以上で入力してください。", code="maximum_amount"))
    if scope == GuaranteeScope.ROOT:
        if not root_guarantee.is_valid(individual=True, maximum=maximum_amount):
            text = "根保証には極度額が要ります。極度額のない個人の根保証は無効です。"
            found.append(block(text, root_guarantee.MAXIMUM_ARTICLE, code="maximum_amount"))
        if individual:
            found += fixing_refusals(fixed_on, contract_on=on)
    return found


@follows("H2.3-h")
def fixing_refusals(fixed_on: date | None, *, contract_on: date) -> list[Finding]:
    """個人根保証の元本確定期日は、契約から5年以内でなければならない（民法465条の3）。"""
    latest = root_guarantee.latest_fixing_day(contract_on)
    if fixed_on is None:
        text = "個人の根保証には元本確定期日が要ります（定めがないと3年で確定します）。"
    elif fixed_on <= contract_on:
        text = f"元本確定期日は契約日（{to_wareki(contract_on)}）より後の日にしてください。"
    elif not root_guarantee.fixing_day(contract_on, fixed_on).is_valid:
        text = f"元本確定期日は契約から5年以内（{to_wareki(latest)}まで）の日にしてください。"
    else:
        return []
    return [block(text, root_guarantee.FIXING_ARTICLE, code="fixed_on")]


@follows("H2.4-f")
def deed_refusals(
    *, deed_on, deed_office="", deed_number="", informed_on=None, told="", confirmation=None, exception_evidence="",
    exception_seen_on=None, on,
) -> list[Finding]:  # fmt: skip
    """保証意思宣明公正証書は、日付・公証役場・番号の三つがそろってはじめて記録になる。例外は、書類と確かめた日で裏づける。"""
    found = []
    if bool((exception_evidence or "").strip()) != (exception_seen_on is not None):
        missing = "exception_evidence" if exception_seen_on is not None else "exception_seen_on"
        text = "例外を裏づける書類と、それを確かめた日を、ともに入力してください。"
        found.append(block(text, EXCEPTION_ARTICLE, code=missing))
    elif exception_seen_on is not None and exception_seen_on > on:
        found.append(block("裏づけを確かめた日が先の日付です。", EXCEPTION_ARTICLE, code="exception_seen_on"))
    if informed_on is None and (told or confirmation is not None):
        found.append(block("情報提供を受けた日を入力してください。", INFORMATION_ARTICLE, code="informed_on"))
    office, number = (deed_office or "").strip(), (deed_number or "").strip()
    if deed_on is not None or office or number:
        if deed_on is None:
            found.append(block("公正証書の作成日を入力してください。", DEED_ARTICLE, code="deed_on"))
        elif deed_on > on:
            found.append(block("公正証書の作成日が先の日付です。", DEED_ARTICLE, code="deed_on"))
        if not office:
            found.append(block("公証役場の名を入力してください。", DEED_ARTICLE, code="deed_office"))
        if not number:
            found.append(block("公正証書の番号を入力してください。", DEED_ARTICLE, code="deed_number"))
    if informed_on is not None and informed_on > on:
        found.append(block("情報提供を受けた日が先の日付です。", INFORMATION_ARTICLE, code="informed_on"))
    return found


def statement_refusals(*, stated_on, amounts: dict, on) -> list[Finding]:
    """保証人の資産・収入の申告を記録できない理由。"""
    found = []
    if stated_on is None:
        found.append(block("申告の日を入力してください。", GUARANTOR_SOURCE, code="stated_on"))
    elif stated_on > on:
        found.append(block("申告の日が先の日付です。", GUARANTOR_SOURCE, code="stated_on"))
    if amounts.get("income") is None:
        found.append(block("年間の収入を入力してください（なければ0円）。", GUARANTOR_SOURCE, code="income"))
    for name, amount in amounts.items():
        if amount is not None and amount < 0:
            found.append(block("申告の金額に負の数は使えません。", GUARANTOR_SOURCE, code=name))
    return found


@follows("H2.3-e", "H2.4-e")
def unsuitable(kind: str, description: str) -> list[Finding]:
    """担保に適さない種類・事情（H2.3-e、Q3）。止めずに注意する。"""
    found = []
    if kind in UNSUITABLE_KINDS:
        found.append(warn(UNSUITABLE_KINDS[kind], f"{MATRIX_SOURCE}・{VALUATION_SOURCE}", code="unsuitable"))
    text = unicodedata.normalize("NFKC", description or "")
    for pattern, sentence in UNSUITABLE_WORDS:
        told = any(finding.text == sentence for finding in found)
        if not told and re.search(pattern, text) and not ("農地" in sentence and _in_city(text)):
            found.append(warn(sentence, f"{MATRIX_SOURCE}・{VALUATION_SOURCE}", code="unsuitable"))
    return found


def _in_city(text: str) -> bool:
    return re.search(r"市街化区域(?!外)", text) is not None


def is_bare_land(description: str) -> bool:
    """建物のない土地と書いてあるか。"""
    text = unicodedata.normalize("NFKC", description or "")
    return any(word in text for word in BARE_LAND)
