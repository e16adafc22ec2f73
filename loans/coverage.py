"""担保と保証人の確認事項と、利害関係のある人。保全の計算は loans.protection がする。

何も変えず、日付は受け取る。
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache, partial

from django.contrib.contenttypes.models import ContentType
from django.db.models import Value
from django.urls import reverse

from collateral import checks, root_guarantee
from collateral.enums import AssetKind, GuaranteeScope
from collateral.guarantee_deed import Relation, deed_valid
from collateral.models import Asset, Guarantee
from coopfin.calc.words import to_wareki
from coopfin.calc.yen import group
from coopfin.flow import Finding, block, passed, warn
from coopfin.once import once_while_reading
from governance.models import Recusal
from loans import protection, root_guarantees
from loans.enums import BankDealing, BillRole, LoanType
from loans.models.application import PLAIN, plain_name
from loans.protection import Coverage
from members.enums import MemberKind, OfficerTitle
from members.models import Member, Officer, Person, grouped_with, kin_of, owners_of

COVER_SOURCE = "手引き Q&A 3・金融事業規程"
GUIDELINE = "経営者保証に関するガイドライン・手引き 第2章三 e"

#: 公正証書の例外（民法465条の9）を裏づける、役員・関係者の台帳の役職
_EVIDENCE = {
    Relation.DIRECTOR: {
        OfficerTitle.REPRESENTATIVE_DIRECTOR,
        OfficerTitle.DIRECTOR,
        OfficerTitle.EXECUTIVE_OFFICER,
        OfficerTitle.REPRESENTATIVE_PARTNER,
        OfficerTitle.PARTNER,
        OfficerTitle.CHAIR,
        OfficerTitle.BOARD_MEMBER,
    },
    Relation.MAJORITY_SHAREHOLDER: {OfficerTitle.MAJORITY_SHAREHOLDER},
    Relation.JOINT_PROPRIETOR: {OfficerTitle.OWNER, OfficerTitle.JOINT_PROPRIETOR},
    Relation.SPOUSE_WORKING: {OfficerTitle.SPOUSE},
}

#: 保証の範囲は貸付の形式に従う（H2.5-b）。証書は連署の特定保証、手形は保証書の根保証。
SCOPE_OF = {LoanType.DEED: GuaranteeScope.SPECIFIC, LoanType.BILL: GuaranteeScope.ROOT}


def guarantee_links(application):
    """申込の保証。保証人・債務者まで一度に読む。"""
    if application.pk is None:
        return []
    return list(
        application.guarantees.select_related(
            "guarantee__person", "guarantee__member__representative", "guarantee__debtor"
        )
        .prefetch_related("guarantee__statements")
        .order_by("pk")
    )


# --- 確認事項 ------------------------------------------------------------------------------


def _page(name: str, application, *more) -> str:
    return reverse(f"loans:{name}", args=[application.pk, *more]) if application.pk else ""


def told(asset) -> str:
    """確認事項に書く物件の名。委員・理事も読むので、個人の物件は所在を書かない（ドメイン E）。"""
    return f"{asset.get_kind_display()}（{asset.owner}の所有）" if asset.owner_person_id else str(asset)


def collateral_findings(application, *, on: date | None = None) -> list[Finding]:
    """担保の確認事項。足りなくても止めない（理事会が決める）が、注意する。on を渡すと、評価の古さも確かめる。"""
    coverage = protection.cover_of(application)
    if not coverage.rows:
        if guarantee_links(application):
            return [passed("担保は付いていません。保証による貸付です。", COVER_SOURCE, code="unsecured")]
        return [
            warn(
                "担保も保証人も付いていません。",
                COVER_SOURCE,
                url=_page("security_add", application),
                url_label="担保を付ける",
                code="unsecured",
            )
        ]
    found = [_ratio_finding(coverage)]
    for row in coverage.rows:
        for finding in checks.unsuitable(row.asset.kind, row.asset.description):
            found.append(
                warn(
                    finding.text,
                    finding.source,
                    detail=f"物件: {told(row.asset)}",
                    url=row.asset.get_absolute_url(),
                    url_label="物件を見る",
                    code=finding.code,
                )
            )
    found += _shared_findings(application, coverage.rows)
    if on is not None:
        months = checks.renewal_months(on)
        for asset in {row.asset.pk: row.asset for row in coverage.rows}.values():
            for finding in checks.stale(asset, on=on, months=months):
                found.append(replace(finding, detail=f"物件: {told(asset)}"))
    kinds = {row.asset.kind for row in coverage.rows}
    if AssetKind.LAND in kinds and AssetKind.BUILDING not in kinds:
        for row in coverage.rows:
            if row.asset.kind == AssetKind.LAND and not checks.is_bare_land(row.asset.description):
                found.append(
                    warn(
                        "土地だけが担保になっています。建物があれば、建物も担保にしてください。",
                        "手引き 第2章三 d",
                        detail=f"物件: {told(row.asset)}。建物がなければ、物件の表示に「更地」と書いてください。",
                        url=_page("security_add", application),
                        url_label="建物を付ける",
                        code="land-without-building",
                    )
                )
    return found


def _shared_findings(application, rows):
    """ほかの貸付が先に使っている担保。"""
    for row in rows:
        if row.others:
            yield warn(
                f"{row.label}は、ほかの貸付（{'・'.join(row.others)}）も担保しています。",
                COVER_SOURCE,
                detail=f"ほかの貸付が{group(row.taken)}円を使い、この申込に使えるのは{group(row.cover)}円です。",
                code="shared",
            )


def _ratio_finding(coverage: Coverage) -> Finding:
    facts = f"保全額 {group(coverage.cover)}円、金額 {group(coverage.exposure)}円。"
    if coverage.is_full:
        return passed(f"担保の保全額は金額の {coverage.ratio}% です。", COVER_SOURCE, detail=facts, code="cover")
    return warn(
        f"担保の保全額は金額の {coverage.ratio or '0.0'}% です。",
        COVER_SOURCE,
        detail=f"{facts}無保全額 {group(coverage.unsecured)}円の扱いを決めてください。",
        code="cover",
    )


def guarantor_findings(application, *, contract_on: date | None = None, level: str = "warn", on: date | None = None):
    """保証人の確認事項。level は公正証書・情報提供が欠けるときの強さ（承認までは warn、契約では block）。

    contract_on は契約日。分からないうちは実行希望日で役員の在任をみて、公正証書の期間は確かめない。
    """
    links = guarantee_links(application)
    found = [*_representative_findings(application, links, block if level == "block" else warn)]
    day = contract_on or on or application.disburse_on
    roots = root_guarantees.standings(application, [link.guarantee for link in links])
    offices = cache(partial(_offices, application))
    for link in links:
        url = _page("guarantee_deed", application, link.pk)
        found += _guarantee_findings(
            application, link.guarantee, offices=offices, day=day, contract_on=contract_on, level=level, url=url,
            root=roots.get(link.guarantee_id),
        )  # fmt: skip
    return found


def findings_of_guarantee(application, guarantee, *, on: date) -> list[Finding]:
    """保証人ひとりの確認事項（付ける前の点検にも使う）。"""
    offices = partial(_offices, application)
    root = root_guarantees.standings(application, [guarantee]).get(guarantee.pk)
    return _guarantee_findings(
        application, guarantee, offices=offices, day=on, contract_on=None, level="warn", root=root
    )


def _guarantee_findings(application, guarantee, *, offices, day, contract_on, level, root, url="") -> list[Finding]:
    """保証一つの確認事項。前の契約で受けた根保証の公正証書・情報提供は、受けた契約の日で確かめる。"""
    say = block if level == "block" else warn
    page = {"url": url, "url_label": "公正証書・情報提供を記録する"} if url else {}
    found = [*_scope_findings(application, guarantee), *_kind_findings(guarantee)]
    given = root.given if root is not None else None
    if root is not None and guarantee.scope == SCOPE_OF[LoanType(application.loan_type)]:
        found += _root_findings(application, root, contract_on)
    if given is not None:
        day = contract_on = given.contracted_on
        page = {"url": given.application.get_absolute_url(), "url_label": f"契約 {given.number} の案件を見る"}
    offices = offices(day)
    if not guarantee.is_individual:
        requirement = guarantee.deed_requirement
        return [*found, passed(requirement.reason, requirement.article, code="deed")]
    requirement = guarantee.deed_requirement
    if requirement.required:
        found.append(_deed_finding(guarantee, requirement, contract_on, say, page))
    else:
        found.append(_evidence_finding(guarantee, requirement, offices, application, say, page, given=given))
    found.append(_information_finding(guarantee, contract_on, say, page))
    return found


def _representative_findings(application, links, say):
    """代表者の保証と、その検討（経営者保証に関するガイドライン）。説明は、保証を取る契約までに要る。"""
    member = application.member
    if member.kind != MemberKind.CORPORATE:
        return
    representative, review = member.representative, review_of(application)
    page = {"url": _page("guarantee_review", application), "url_label": "経営者保証の検討を記録する"}
    stands = representative_stands(member, links)
    if stands:
        yield passed("代表者が連帯保証人になっています。", "手引き 第2章三 e", code="representative")
    elif review is not None and review.is_waived:
        yield passed(
            "代表者を保証人としない理由が記録されています。", GUIDELINE, detail=review.reason, code="representative"
        )
    else:
        yield block(
            f"代表者（{representative}）が保証人になっていません。保証人にするか、しない理由を記入してください。",
            GUIDELINE,
            detail="しない理由は、案件のページの「経営者保証の検討」に記録します。",
            url=_page("guarantee_add", application),
            url_label="保証人を付ける",
            code="representative",
        )
        return
    yield from _guideline_findings(representative, review, stands, say, page)


def _guideline_findings(representative, review, stands, say, page):
    if review is None:
        yield say(
            f"代表者（{representative}）に保証を求めるのに、経営者保証の検討が記録されていません。",
            GUIDELINE,
            detail="法人と個人の分離・財務基盤・情報開示を確かめ、なぜ要るか・どうすれば外せるかを説明してください。",
            code="guideline",
            **page,
        )
        return
    if review.is_waived and stands:
        yield say(
            "代表者を保証人としないと記録されていますが、代表者が保証人になっています。どちらかを直してください。",
            GUIDELINE, code="guideline", **page,
        )  # fmt: skip
    elif review.missing:
        names = "・".join(review.missing)
        yield say(f"経営者保証の検討のうち、{names}がまだ確かめられていません。", GUIDELINE, code="guideline", **page)
    elif stands and review.explained_on is None:
        yield say(
            f"保証が要る理由と、外し・軽くする道を、代表者（{representative}）に説明したことが記録されていません。",
            GUIDELINE, code="guideline", **page,
        )  # fmt: skip
    else:
        yield passed("経営者保証の検討が記録されています。", GUIDELINE, code="guideline")


def review_of(application):
    """その申込の経営者保証の検討（なければ None）。"""
    return getattr(application, "guarantee_review", None) if application.pk else None


def representative_waived(application) -> bool:
    """代表者を保証人としないことが、理由とともに記録されているか。"""
    review = review_of(application)
    return review is not None and review.is_waived


def representative_stands(member, links) -> bool:
    """代表者が保証人になっているか。"""
    return any(_is_person(link.guarantee, member.representative_id) for link in links)


def _is_person(guarantee, person_id) -> bool:
    if guarantee.person_id is not None:
        return guarantee.person_id == person_id
    return not guarantee.member.is_corporate and guarantee.member.representative_id == person_id


def _offices(application, day) -> dict[int, set[str]]:
    """申込者の役員・関係者の役職。人の番号 → 役職。"""
    offices: dict[int, set[str]] = {}
    for officer in Officer.objects.current(day).filter(member=application.member_id):
        offices.setdefault(officer.person_id, set()).add(officer.title)
    return offices


def _scope_findings(application, guarantee):
    """貸付の形式と、保証の範囲が合っているか。"""
    wanted = SCOPE_OF[LoanType(application.loan_type)]
    if guarantee.scope != wanted:
        yield block(
            f"{application.get_loan_type_display()}の保証は{wanted.label}です。"
            f"保証人 {guarantee.guarantor} の保証を付け直してください。",
            "手引き 第2章四",
            url=_page("guarantee_add", application),
            url_label="保証人を付ける",
            code="scope",
        )


def _root_findings(application, root, contract_on):
    """根保証の極度額・元本確定期日が、この申込と、ほかに保証している手形貸付に合っているか。"""
    guarantee, given, who = root.guarantee, root.given, root.guarantee.guarantor
    asked = root.recoverable(application.amount)
    if asked.excess and not root.owed:
        yield warn(
            f"保証人 {who} の極度額が金額に足りません。",
            root_guarantee.MAXIMUM_ARTICLE,
            detail=f"極度額 {group(guarantee.maximum_amount)}円、金額 {group(application.amount)}円。",
            code="maximum",
        )
    elif asked.excess:
        yield warn(
            f"保証人 {who} の極度額が、保証する手形貸付の合計に{group(asked.excess)}円足りません。",
            root_guarantee.MAXIMUM_ARTICLE,
            detail=f"極度額 {group(guarantee.maximum_amount)}円、ほかの貸付（{'・'.join(root.owed)}）の残り "
            f"{group(root.used)}円 ＋ この申込 {group(application.amount)}円 ＝ {group(asked.total)}円。",
            code="maximum",
        )
    if given is not None:
        yield passed(
            f"保証人 {who} の根保証は、契約 {given.number}（{to_wareki(given.contracted_on)}）で受けたものです。",
            root_guarantees.SOURCE,
            detail="新しい保証書は要りません。公正証書・情報提供は、その契約の日で確かめます。",
            code="given",
        )
        if root.is_fixed_by(max(application.disburse_on, contract_on or application.disburse_on)):
            yield block(
                f"保証人 {who} の根保証の元本は{to_wareki(root.fixes_on())}に確定するので、この貸付は保証されません。",
                root_guarantee.FIXING_ARTICLE,
                detail="この根保証を外し、新しい保証を付けてください。",
                url=_page("guarantee_add", application),
                url_label="保証人を付ける",
                code="fixed",
            )
    elif contract_on is not None and guarantee.is_individual:
        for refusal in checks.fixing_refusals(guarantee.fixed_on, contract_on=contract_on):
            yield block(f"保証人 {who}: {refusal.text}", refusal.source, code=refusal.code)


def _kind_findings(guarantee):
    """連帯でない保証には、催告・検索の抗弁と、ほかの保証人との分別の利益がある（H2.3-h）。"""
    if not guarantee.is_joint:
        yield warn(
            f"保証人 {guarantee.guarantor} の保証は連帯保証ではありません。",
            "民法452条・453条・456条",
            detail="先に債務者に請求し、その財産に執行しなければならず、保証人が二人以上なら頭割りになります。"
            f"理由: {guarantee.kind_reason}",
            code="kind",
        )


def _deed_finding(guarantee, requirement, contract_on, say, page) -> Finding:
    who = guarantee.guarantor
    if guarantee.deed_on is None:
        return say(
            f"第三者保証人 {who} の保証意思宣明公正証書が、契約までに要ります。",
            requirement.article,
            detail=requirement.reason,
            code="deed",
            **page,
        )
    named = f"{guarantee.deed_office} {guarantee.deed_number}".strip()
    if contract_on is None:
        return passed(
            f"第三者保証人 {who} の公正証書（{to_wareki(guarantee.deed_on)}作成）が登録されています。",
            requirement.article,
            detail=f"{named}。契約は作成の翌日から1か月以内にしてください。",
            code="deed",
        )
    validity = deed_valid(guarantee.deed_on, contract_on)
    if validity:
        return passed(f"第三者保証人 {who} の{validity.reason}", validity.article, detail=named, code="deed")
    return say(f"第三者保証人 {who} の{validity.reason}", validity.article, detail=named, code="deed", **page)


def _former_representative(guarantee, requirement, held, say, page) -> Finding:
    """代表者として保証を付けたあとに代わった人。取締役などで残っていなければ、公正証書が要る（民法465条の9）。"""
    who = guarantee.guarantor
    if held & _EVIDENCE[Relation.DIRECTOR]:
        return passed(f"保証人 {who} は代表者を退きましたが、役員です。", requirement.article, code="deed")
    return say(
        f"保証人 {who} は代表者ではなくなっています。元の代表者の保証には、保証意思宣明公正証書が要ります。",
        requirement.article,
        detail="差し戻して、保証人との関係を選び直してください。",
        code="deed",
        **page,
    )


def _evidence_finding(guarantee, requirement, offices, application, say, page, *, given) -> Finding:
    """公正証書の例外にあたることが、代表者か役員・関係者の台帳で裏づけられるか（民法465条の9）。"""
    who = guarantee.guarantor
    titles = _EVIDENCE.get(guarantee.relation)
    person_id = guarantee.person_id or (guarantee.member.representative_id if guarantee.member else None)
    held = offices.get(person_id, set())
    retired = given is None and person_id != application.member.representative_id
    if guarantee.relation == Relation.REPRESENTATIVE and retired:
        return _former_representative(guarantee, requirement, held, say, page)
    if titles is None or titles & held:
        return passed(
            f"保証人 {who} に公正証書は要りません。", requirement.article, detail=requirement.reason, code="deed"
        )
    if guarantee.exception_seen_on is not None:
        return passed(
            f"保証人 {who} に公正証書は要りません。",
            requirement.article,
            detail=f"{requirement.reason}{guarantee.exception_evidence}で{to_wareki(guarantee.exception_seen_on)}に確認。",
            code="deed",
        )
    mend = page or {"url": application.member.get_absolute_url(), "url_label": "組合員を見る"}
    return say(
        f"保証人 {who} が「{guarantee.relation_label}」であることが、"
        f"{application.member}の役員・関係者に登録されていません。",
        requirement.article,
        detail="公正証書なしの保証が有効なのは、実際にその立場にある人だけです。"
        "登記事項証明書などで確かめ、役員・関係者に登録するか、確かめた書類を記録してください。",
        code="evidence",
        **mend,
    )


def _information_finding(guarantee, contract_on, say, page) -> Finding:
    who, informed_on = guarantee.guarantor, guarantee.informed_on
    source = checks.INFORMATION_ARTICLE
    if informed_on is None:
        return say(
            f"保証人 {who} が債務者から情報提供を受けた日が記録されていません。",
            source,
            detail="債務者の財産と収支、ほかの債務、ほかの担保について説明を受けたことの確認書をもらってください。",
            code="information",
            **page,
        )
    if contract_on is not None and informed_on > contract_on:
        return say(f"保証人 {who} への情報提供の日が契約日より後です。", source, code="information", **page)
    if untold := guarantee.untold:
        return say(
            f"保証人 {who} が債務者の{'・'.join(untold)}について説明を受けたことが記録されていません。",
            source,
            code="information",
            **page,
        )
    if contract_on is not None and guarantee.confirmation_id is None:
        return warn(
            f"保証人 {who} の署名のある、情報提供の確認書の写しが付いていません。",
            source,
            detail="債務者の説明が正しくなかったとき、組合がそれを知り得たかどうかが問われます。",
            code="confirmation",
            **page,
        )
    return passed(f"保証人 {who} は{to_wareki(informed_on)}に情報提供を受けています。", source, code="information")


# --- 利害関係のある人 ----------------------------------------------------------------------


@once_while_reading
def interested_persons(application, *, on: date) -> dict[Person, str]:
    """利害関係のある人と、その理由（ドメイン E、中協法36条の6・38条）。定足数にも議決にも数えない。

    申込先・保証人・担保の所有者・手形の関係者・申込先に貸している人・申込先の関係会社を代表し、役員を務め、または過半数を持つ人、個人の保証人と担保の
    所有者、その親族・同居の人、会議で申し出た人。同じ規則を案件の絞り込みの形で書いたものが
    ApplicationQuerySet.not_interested で、二つが同じであることを試験が確かめる。
    同じ人に理由がいくつもあるときは、初めのものを返す。
    """
    found: dict[Person, str] = {}
    guarantors, owners = _parties(application)
    members: dict[int, str] = {application.member_id: "申込先"}
    for guarantee in guarantors:
        if guarantee.member_id:
            members.setdefault(guarantee.member_id, f"保証人 {guarantee.member}")
    for asset in owners:
        if asset.owner_member_id:
            members.setdefault(asset.owner_member_id, f"担保の所有者 {asset.owner_member}")
    counterparties = _counterparties(application)
    for member in _of_these_names(Member, counterparties):
        members.setdefault(member.pk, f"{counterparties[plain_name(member.name)]} {member}")
    for related in grouped_with([application.member_id], on).order_by("pk"):
        members.setdefault(related.pk, f"申込先の関係会社 {related}")
    _connected(found, members, on)
    for guarantee in guarantors:
        if guarantee.person_id:
            found.setdefault(guarantee.person, "この申込の保証人")
    for asset in owners:
        if asset.owner_person_id:
            found.setdefault(asset.owner_person, "担保の所有者")
    for person in _of_these_names(Person, counterparties):
        found.setdefault(person, f"この申込の{counterparties[plain_name(person.name)]}")
    for pk, known in kin_of(found, on).items():
        for relative, word in known:
            found.setdefault(relative, _through(found, pk, word))
    for recusal in _declared(application):
        found.setdefault(recusal.person, f"申出のあった利害関係者（{recusal.reason}）"[:200])
    return found


def _counterparties(application) -> dict[str, str]:
    """手形の関係者と、申込先に貸している人: 名（plain_name の形）→ 立場。"""
    if application.pk is None:
        return {}
    parties = application.parties.order_by().values_list("role", "name")
    creditors = application.banks.order_by().exclude(kind=BankDealing.DEPOSIT).values_list(Value("creditor"), "bank")
    labels = {**{role.value: f"手形の{role.label}" for role in BillRole}, "creditor": "債権者"}
    found: dict[str, str] = {}
    for role, name in parties.union(creditors, all=True):
        found.setdefault(plain_name(name), labels[role])
    return found


def _of_these_names(model, names: dict[str, str]):
    """その名の組合員・人。名だけの記録なので、同じ名なら、その人とみる。"""
    return model.objects.annotate(plain=PLAIN("name")).filter(plain__in=names).order_by("pk") if names else ()


def _connected(found: dict[Person, str], members: dict[int, str], on: date) -> None:
    """組合員（番号 → 言い方）を代表し、役員を務め、または過半数を持つ人。"""
    rows = {member.pk: member for member in Member.objects.filter(pk__in=members).select_related("representative")}
    for pk, whose in members.items():
        word = "代表者" if rows[pk].is_corporate else "事業主"
        found.setdefault(rows[pk].representative, f"{whose}の{word}")
    officers = Officer.objects.current(on).filter(member__in=members).select_related("person").order_by("pk")
    for pk, whose in members.items():
        for officer in officers:
            if officer.member_id == pk:
                found.setdefault(officer.person, f"{whose}の役員（{officer.get_title_display()}）")
    for pk, known in owners_of(rows.values(), on).items():
        for owner in known:
            if owner.person is not None:
                found.setdefault(owner.person, f"{members[pk]}の過半数を持つ人（{owner.reason}）")


def _through(found: dict[Person, str], pk: int, word: str) -> str:
    """親族・同居の人を通した理由。"""
    person, reason = next((person, reason) for person, reason in found.items() if person.pk == pk)
    return f"{person}（{reason}）の{word}"[:200]


def _parties(application):
    """保証と担保物件（誰のものかだけを、それぞれ一度の問合せで）。"""
    if application.pk is None:
        return [], []
    guarantees = Guarantee.objects.filter(loan_guarantees__application=application).order_by("loan_guarantees__pk")
    assets = Asset.objects.filter(interests__loan_securities__application=application).order_by(
        "interests__loan_securities__pk"
    )
    return (
        list(guarantees.select_related("person", "member")),
        list(assets.select_related("owner_person", "owner_member")),
    )


def _declared(application):
    """会議で申し出のあった利害関係。申出は案件についてのもので、次の機関でも効く。"""
    if application.pk is None:
        return []
    content_type = ContentType.objects.get_for_model(application)
    about = Recusal.objects.filter(item__content_type=content_type, item__object_id=application.pk, found=False)
    return about.select_related("person").order_by("pk")
