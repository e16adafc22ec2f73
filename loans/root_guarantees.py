"""根保証を後の手形貸付にも使う（H2.3-h・H2.5-b、民法465条の2・3・6・10）。

根保証は、極度額と元本確定期日のなかで、後の手形貸付も保証する。だから保証書も公正証書も、受けた契約で一度だけでよい。
極度額に対しては、その根保証が保証するすべての手形貸付の残りを合わせて数える。何も変えず、日付は受け取る。
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from collateral import root_guarantee
from collateral.enums import GuaranteeScope
from collateral.models import Guarantee
from coopfin.calc.words import to_wareki
from coopfin.flow import Finding, block
from coopfin.handbook import follows
from loans import protection
from loans.enums import ENDED_STATES, ApplicationState, LoanState, LoanType
from loans.models import Loan, LoanGuarantee

SOURCE = "手引き 第2章2 四"
#: 保証書に調印を受けたことが、確かめられている状態
SIGNED_STATES = (ApplicationState.READY, ApplicationState.DISBURSED)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """根保証一つの、ある申込から見た使われ方。given は受けた契約、owed はほかの手形貸付（受付番号 → 残り）。"""

    guarantee: Guarantee
    given: Loan | None
    owed: dict[str, int]

    @property
    def used(self) -> int:
        """ほかの手形貸付の残りの合計。円。"""
        return sum(self.owed.values())

    @property
    def left(self) -> int:
        """極度額の残り。円。"""
        return max(0, self.guarantee.maximum_amount - self.used)

    def recoverable(self, amount: int) -> root_guarantee.Recoverable:
        """この申込の金額も合わせて、保証人に求められる額。"""
        return root_guarantee.recoverable(self.guarantee.maximum_amount, principal=self.used + amount)

    def fixes_on(self) -> date | None:
        """元本が確定する日。法人の根保証で定めのないものは、確定しない。まだ受けていないものは、契約で決まる。"""
        if not self.guarantee.is_individual or self.given is None:
            return self.guarantee.fixed_on
        return root_guarantee.fixing_day(self.given.contracted_on, self.guarantee.fixed_on).day

    def is_fixed_by(self, day: date) -> bool:
        """その日の貸付は、もう保証されないか。"""
        fixes_on = self.fixes_on()
        return fixes_on is not None and fixes_on <= day


def given_before(application, guarantees, *, before: Loan | None = None) -> dict[int, Loan]:
    """根保証の番号 → それを受けた契約（取り消されていない、ほかの申込の初めの契約）。

    before（この申込の契約）より後の契約は数えない。前の申込が契約に至らなかった根保証は、この契約で新しく受ける。
    """
    asked = [each.pk for each in guarantees if each.pk and each.scope == GuaranteeScope.ROOT]
    links = LoanGuarantee.objects.filter(guarantee__in=asked).exclude(application=application)
    carried = list(links.values_list("application", "guarantee")) if asked else []
    if not carried:
        return {}
    loans = Loan.objects.filter(application__in={pk for pk, _ in carried}).exclude(state=LoanState.CANCELLED)
    if before is not None:
        loans = loans.filter(pk__lt=before.pk)
    by_application = {loan.application_id: loan for loan in loans.select_related("application")}
    found: dict[int, Loan] = {}
    for pk, guarantee in carried:
        loan = by_application.get(pk)
        if loan is not None and (guarantee not in found or loan.pk < found[guarantee].pk):
            found[guarantee] = loan
    return found


def standings(application, guarantees) -> dict[int, Standing]:
    """申込の根保証の使われ方。根保証の番号 → Standing。"""
    roots = {each.pk: each for each in guarantees if each.pk and each.scope == GuaranteeScope.ROOT}
    if not roots:
        return {}
    given = given_before(application, roots.values(), before=application.loan)
    links = (
        LoanGuarantee.objects.filter(
            guarantee__in=roots, application__state__in=protection.ENTITLED, application__loan_type=LoanType.BILL
        )
        .exclude(application=application)
        .select_related("application")
        .order_by("application")
    )
    owed = protection.owed_by({link.application_id: link.application for link in links}.values())
    taken: dict[int, dict[str, int]] = defaultdict(dict)
    for link in links:
        if owed[link.application_id]:
            taken[link.guarantee_id][link.application.number_label] = owed[link.application_id]
    return {pk: Standing(guarantee=each, given=given.get(pk), owed=taken[pk]) for pk, each in roots.items()}


def with_standings(application, links) -> list[tuple[LoanGuarantee, Standing | None]]:
    """申込の保証の結び付きと、根保証ならその使われ方。"""
    found = standings(application, [link.guarantee for link in links])
    return [(link, found.get(link.guarantee_id)) for link in links]


def used_elsewhere(links, application) -> bool:
    """担保権・保証を、終わっていないほかの申込も使っているか。links はその担保権・保証を使う申込への結び付き。"""
    return links.exclude(application=application).exclude(application__state__in=ENDED_STATES).exists()


def letter_supports_another(loan: Loan) -> bool:
    """この契約の保証書の根保証を、すでに実行したほかの貸付も使っているか。"""
    ours = LoanGuarantee.objects.filter(application=loan.application_id, guarantee__scope=GuaranteeScope.ROOT)
    others = LoanGuarantee.objects.filter(
        guarantee__in=list(ours.values_list("guarantee", flat=True)), application__state=ApplicationState.DISBURSED
    )
    return others.exclude(application=loan.application_id).exists()


# --- 使えるもの、使えない理由 ---------------------------------------------------------------


def in_use_by(application) -> list[Standing]:
    """この申込に使える、組合員の設定済の根保証。手形貸付のほかにはない。"""
    if application.loan_type != LoanType.BILL:
        return []
    found = (
        Guarantee.objects.live()
        .filter(debtor=application.member_id, scope=GuaranteeScope.ROOT)
        .exclude(loan_guarantees__application=application)
        .select_related("person", "member__representative", "debtor")
    )
    links = _links_of(application)
    usable = standings(application, found)
    return [each for each in usable.values() if not _refusals(application, each, links)]


@follows("H2.3-h")
def use_refusals(application, guarantee: Guarantee) -> list[Finding]:
    """設定済の根保証を、この申込に使えない理由。"""
    if application.loan_type != LoanType.BILL:
        text = f"{application.get_loan_type_display()}の保証は、証書に連署する特定保証です。根保証は使えません。"
        return [block(text, SOURCE, code="scope")]
    if guarantee.debtor_id != application.member_id:
        return [block("この保証は、ほかの組合員の債務を保証するものです。", SOURCE, code="guarantee")]
    if guarantee.scope != GuaranteeScope.ROOT:
        return [block("特定保証は、それを受けた一つの貸付だけを保証します。", SOURCE, code="guarantee")]
    standing = standings(application, [guarantee])[guarantee.pk]
    return _refusals(application, standing, _links_of(application))


def _links_of(application) -> list[LoanGuarantee]:
    return list(application.guarantees.select_related("guarantee"))


def _refusals(application, standing: Standing, links) -> list[Finding]:
    guarantee, given = standing.guarantee, standing.given
    if guarantee.released_on is not None:
        return [block("この根保証は、すでに解除・取りやめになっています。", SOURCE, code="guarantee")]
    if any(link.guarantee_id == guarantee.pk for link in links):
        return [block("この根保証は、すでにこの申込に付いています。", SOURCE, code="guarantee")]
    if given is None:
        text = "この根保証は、まだ契約で受けていません。「保証人を付ける」で新しく付けてください。"
        return [block(text, SOURCE, code="guarantee")]
    if given.application.state not in SIGNED_STATES:
        text = f"この根保証を受ける契約 {given.number} の書類が、まだそろっていません。実行できることを確認してから使えます。"
        return [block(text, SOURCE, code="guarantee")]
    if standing.is_fixed_by(application.disburse_on):
        text = (
            f"この根保証の元本は{to_wareki(standing.fixes_on())}に確定するので、"
            f"{to_wareki(application.disburse_on)}に実行する貸付は保証されません。新しい保証を付けてください。"
        )
        return [block(text, root_guarantee.FIXING_ARTICLE, code="fixed_on")]
    return []


def to_give_way(guarantee: Guarantee, links) -> list[LoanGuarantee]:
    """同じ人の、この申込で新しく受けるはずだった保証。設定済の根保証を使えば、要らなくなる。"""
    same = (guarantee.person_id, guarantee.member_id)
    return [
        link for link in links
        if link.guarantee_id != guarantee.pk and (link.guarantee.person_id, link.guarantee.member_id) == same
    ]  # fmt: skip
