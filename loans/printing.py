"""契約書類に印字する値を、貸付・組合員・保証・担保から写す（手引き 様式ひな形、ドメイン A10・C1〜C3）。何も変えない。"""

from __future__ import annotations

from collections import Counter
from datetime import date

from collateral.enums import GuaranteeScope
from collateral.models import Asset, Guarantee, SecurityInterest
from coopfin.calc import words
from coopfin.calc.schedule import Schedule
from coopfin.models import Cooperative, Policy
from documents import access, form_registry, form_versions
from documents.models import IssuedDocument
from documents.paper import CannotRender, Paper
from documents.parties import Party
from loans.enums import ApplicationState, LoanState
from loans.models import Application, DecisionNotice, Loan
from loans.papers import (
    GUARANTEE_LETTER,
    MASTER_AGREEMENT,
    CollateralEntry,
    Deed,
    GuaranteeLetter,
    GuarantorEntry,
    MasterAgreement,
)
from loans.paperwork import (
    agreement_of,
    guarantees_of,
    guarantees_to_give,
    interests_to_set,
    papers_for,
    securities_of,
    set_in_deed,
    stands_on_agreement_of,
)
from loans.security_papers import SECURITY_PAPERS, SecuredItem, SecurityContract, paper_for
from loans.terms import LoanTerms, compute
from members.models import Member, Person

NO_COOPERATIVE = "組合の名称・住所・代表者が登録されていません。管理サイトで登録してください。"


def context_for(paper: Paper, loan: Loan, *, on: date, number: str = ""):
    """書類の値。number は発行番号（見本では空）。"""
    if paper.code == MASTER_AGREEMENT.code:
        return master_agreement(loan, on=on, number=number)
    if paper.code == GUARANTEE_LETTER.code:
        return guarantee_letter(loan, on=on, number=number)
    if paper.code in SECURITY_PAPERS:
        return security_contract(SECURITY_PAPERS[paper.code], loan, on=on, number=number)
    return deed(loan, planned_schedule(loan), on=on, number=number)


def planned_schedule(loan: Loan) -> Schedule:
    """契約のときの償還予定。実行希望日（契約日より前にはならない）から計算する。"""
    start = loan.disbursed_on or max(loan.contracted_on, loan.application.disburse_on)
    return compute(LoanTerms.of_loan(loan, start_on=start)).schedule


def master_agreement(loan: Loan, *, on: date, number: str = "") -> MasterAgreement:
    """約定書（F-1）。日付は契約日。損害金の率・端数・猶予日数は、この貸付に適用する方針から。"""
    cooperative = _cooperative()
    return MasterAgreement(
        number=number,
        agreed_on=loan.contracted_on or on,
        creditor=cooperative_party(cooperative),
        debtor=member_party(loan.member),
        damages_rate=loan.damages_rate,
        rounding=loan.policy.interest_rounding,
        grace_days=loan.policy.acceleration_grace_days,
        court=cooperative.court,
        only_on_demand=loan.policy.acceleration == Policy.Acceleration.ON_DEMAND,
    )


def deed(loan: Loan, schedule: Schedule, *, on: date, number: str = "") -> Deed:
    """金銭消費貸借契約証書（F-2）。"""
    cooperative = _cooperative()
    application = loan.application
    securities, to_set = securities_of(loan), {interest.pk for interest in interests_to_set(loan)}
    here = [interest for interest in securities if interest.pk in to_set and set_in_deed(loan, interest)]
    funding = application.funding if application.is_bank_funded else None
    return Deed(
        number=number,
        contract_number=loan.number,
        contracted_on=loan.contracted_on or on,
        creditor=cooperative_party(cooperative),
        debtor=member_party(loan.member),
        purpose=f"{application.purpose_label}（{application.purpose_detail}）",
        account=loan.member.bank_account,
        schedule=schedule,
        damages_rate=loan.damages_rate,
        grace_days=loan.policy.acceleration_grace_days,
        payment_place=cooperative.payment_place,
        court=cooperative.court,
        bank=funding.bank if funding else "",
        guarantors=tuple(_guarantor_entry(g, loan.contracted_on) for g in guarantees_of(loan, GuaranteeScope.SPECIFIC)),
        mortgages=tuple(_collateral_entry(interest) for interest in here),
        collateral=tuple(_collateral_entry(interest) for interest in securities if interest not in here),
        owners=_owners(loan.member, securities),
        fee_truncated_once=loan.policy.prepay_fee == Policy.PrepayFee.ONCE,
        agreement_articles=agreement_articles(loan, on=on),
    )


def guarantee_letter(loan: Loan, *, on: date, number: str = "") -> GuaranteeLetter:
    """保証書（F-3）。手形貸付で新しく根保証をする人すべてが一通に署名する。"""
    cooperative = _cooperative()
    return GuaranteeLetter(
        number=number,
        contract_number=loan.number,
        contracted_on=loan.contracted_on or on,
        creditor=cooperative_party(cooperative),
        debtor=member_party(loan.member),
        court=cooperative.court,
        guarantors=tuple(_guarantor_entry(each, loan.contracted_on) for each in guarantees_to_give(loan)),
        agreement_articles=agreement_articles(loan, on=on),
    )


def security_contract(paper: Paper, loan: Loan, *, on: date, number: str = "") -> SecurityContract:
    """担保の契約書。この契約で新しく設定する担保権のうち、同じ様式のもの。"""
    cooperative = _cooperative()
    interests = [
        interest
        for interest in interests_to_set(loan)
        if not set_in_deed(loan, interest) and paper_for(interest.asset.kind, interest.right) == paper
    ]
    shared = Counter(interest.joint_key for interest in interests)
    contracted_on = loan.contracted_on or on
    return SecurityContract(
        heading=paper.label,
        number=number,
        contract_number=loan.number,
        contracted_on=contracted_on,
        creditor=cooperative_party(cooperative),
        debtor=member_party(loan.member),
        principal=loan.principal,
        interest_rate=loan.interest_rate,
        damages_rate=loan.damages_rate,
        maturity_on=loan.maturity_on,
        claim=f"{words.to_wareki(contracted_on)}付け{'手形貸付' if loan.is_bill else '金銭消費貸借'}契約（契約番号 {loan.number}）",
        court=cooperative.court,
        items=tuple(_secured_item(one, loan.member, joint=shared[one.joint_key] > 1) for one in interests),
        agreement_articles=agreement_articles(loan, on=on),
    )


def agreement_articles(loan: Loan, *, on: date) -> tuple[tuple[str, int], ...]:
    """この契約が立つ約定書の、条の見出しと番号。まだ発行していなければ、いま発行する約定書のもの。"""
    issued = agreement_of(loan)
    if issued is not None and issued.clauses:
        return tuple(issued.clauses["articles"].items())
    paper = MASTER_AGREEMENT if issued is not None else form_versions.worded(MASTER_AGREEMENT, on)
    return tuple(form_registry.composed(paper, master_agreement(loan, on=on)).numbers.items())


# --- 当事者 --------------------------------------------------------------------------------


def cooperative_party(cooperative: Cooperative) -> Party:
    """組合。"""
    return Party(
        cooperative.name,
        cooperative.address,
        f"{cooperative.representative_title}　{cooperative.representative_name}",
    )


def member_party(member: Member) -> Party:
    """組合員。法人は代表者が、個人事業主は本人が（屋号があれば屋号を添えて）署名する。"""
    if not member.is_corporate and _plain(member.name) == _plain(member.representative.name):
        return Party(member.name, member.address)
    return Party(
        member.name, member.address, f"{member.get_representative_title_display()}　{member.representative.name}"
    )


def person_party(person: Person) -> Party:
    """個人の保証人・担保の所有者。"""
    return Party(person.name, person.address)


def _plain(name: str) -> str:
    return "".join(name.split())


def _cooperative() -> Cooperative:
    cooperative = Cooperative.current()
    if cooperative is None:
        raise CannotRender(NO_COOPERATIVE)
    return cooperative


# --- 保証と担保 ----------------------------------------------------------------------------


def _guarantor_entry(guarantee: Guarantee, contracted_on: date) -> GuarantorEntry:
    party = person_party(guarantee.person) if guarantee.person else member_party(guarantee.member)
    return GuarantorEntry(
        party=party,
        is_individual=guarantee.is_individual,
        deed_statement=deed_statement(guarantee),
        is_joint=guarantee.is_joint,
        informed_on=guarantee.informed_on,
        maximum_amount=guarantee.maximum_amount,
        fixed_on=guarantee.fixed_on,
        contracted_on=contracted_on,
    )


def deed_statement(guarantee: Guarantee) -> str:
    """保証意思宣明公正証書の表示、または要らない理由（民法465条の6・465条の9）。"""
    if not guarantee.is_individual:
        return "法人であるため、公正証書を要しません。"
    requirement = guarantee.deed_requirement
    if not requirement.required:
        article = requirement.article.replace("民法", "民法第", 1)
        return f"{article}（{guarantee.relation_label}）に当たるため、公正証書を要しません。"
    if guarantee.deed_on is None:
        return "公正証書（令和　　年　　月　　日作成、　　　　　　公証役場、証書番号　　　　　　）によります。"
    where = "、".join(filter(None, (guarantee.deed_office, f"証書番号 {guarantee.deed_number or '―'}")))
    return (
        f"{words.to_wareki(guarantee.deed_on)}作成の公正証書（{where}）によって、保証債務を履行する意思を表示しました。"
    )


def _collateral_entry(interest) -> CollateralEntry:
    return CollateralEntry(
        description=f"{interest.asset.get_kind_display()}　{interest.asset.description}",
        right=interest.get_right_display(),
        rank=interest.rank,
        amount_label="極度額" if interest.is_revolving else "債権額",
        amount=interest.amount,
        owner=interest.asset.owner.name,
    )


def _secured_item(interest: SecurityInterest, debtor: Member, *, joint: bool) -> SecuredItem:
    asset = interest.asset
    return SecuredItem(
        kind=asset.kind,
        description=asset.description,
        right=interest.right,
        rank=interest.rank,
        amount=interest.amount,
        owner=_owner_party(asset, debtor),
        joint=joint,
    )


def _owner_party(asset: Asset, debtor: Member) -> Party:
    """所有者。個人事業主が本人の名で持つものは、債務者と同じ一人。"""
    if asset.owner_member:
        return member_party(asset.owner_member)
    if not debtor.is_corporate and asset.owner_person_id == debtor.representative_id:
        return member_party(debtor)
    return person_party(asset.owner_person)


def _owners(debtor: Member, securities) -> tuple[Party, ...]:
    """債務者のほかの、担保の所有者（物上保証人）。同じ人は一度だけ。"""
    parties = dict.fromkeys(_owner_party(interest.asset, debtor) for interest in securities)
    return tuple(party for party in parties if party != member_party(debtor))


# --- 誰が見てよいか -------------------------------------------------------------------------


def visible_loans(user, on: date):
    """見てよい貸付の番号（書類の一覧とダウンロードの絞り込み）。申込を見てよい人だけ。"""
    applications = Application.objects.visible_to(user, on)
    return Loan.objects.filter(application__in=applications).values("pk")


def visible_applications(user, on: date):
    """見てよい申込の番号（受け取った書類の絞り込み）。"""
    return Application.objects.visible_to(user, on).values("pk")


def may_void_paper(user, document: IssuedDocument, on: date) -> bool:
    """契約書類を無効にしてよいのは、その契約の手続のあいだ、書類を発行できる人だけ。

    調印済の約定書は、ほかの貸付がその上に立っていれば無効にできない。
    """
    contracting = Loan.objects.filter(
        pk=document.object_id, state=LoanState.CONTRACTED, application__state=ApplicationState.CONTRACTING
    )
    loan = contracting.first() if user.has_perm("loans.issue_papers") else None
    return loan is not None and not (document.paper == MASTER_AGREEMENT.code and stands_on_agreement_of(loan))


def may_void_case_paper(user, document: IssuedDocument, on: date) -> bool:
    """案件の書類を無効にしてよいか。申込者に送った通知は、もう無効にできない（改めるときは、新しい番号で出す）。"""
    sent = DecisionNotice.objects.filter(document=document.pk, sent_on__isnull=False).exists()
    return user.has_perm("loans.issue_papers") and not sent


access.register("loans.loan", visible_loans, may_void_paper)
access.register(
    "loans.application",
    visible_applications,
    may_void_case_paper,
    readers="事務局・事務局長・理事長・監事。付議されてからは、利害関係のない金融委員・理事も、画面で読めます。"
    "閲覧を制限した案件では、許された人だけです。",
)

__all__ = ["context_for", "deed", "guarantee_letter", "master_agreement", "papers_for", "planned_schedule"]
