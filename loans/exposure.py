"""残高の内訳。どの日についても、借入金・貸付・保証の残高と承認済未実行を、一行ずつ数える（H2.1-c、B12b）。

確認事項（loans.headroom）も限度額の余力の頁も、ここの同じ行を足す。問合せの数は、行の数によらず一定。
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, Sum
from django.urls import reverse

from coopfin.calc import days
from coopfin.once import once_while_reading
from governance.models import DesignatedBank
from ledger import balances
from ledger.accounts import BORROWING_ACCOUNTS, LOAN_ACCOUNTS, AccountCode, Side
from ledger.models import Account, Voucher, VoucherKind, VoucherState
from loans.enums import COMMITTED_STATES, ApplicationState, FundingResult, FundingSource, LoanType
from loans.models import Application, FundingDecision, Loan, LoanEvent
from members import banks


class PartKind(StrEnum):
    """内訳の種類。"""

    LEDGER = "ledger"
    LOAN = "loan"
    COMMITTED = "committed"


PART_LABELS = {
    PartKind.LEDGER: "元帳の残高",
    PartKind.LOAN: "貸付の残高",
    PartKind.COMMITTED: "承認済未実行",
}


#: 利害関係のある案件の行に書く言葉
VEIL = "（利害関係のため非表示）"


@dataclass(frozen=True, kw_only=True)
class Part:
    """内訳の一行。円。planned_on は実行の予定日、expires_on は決定の有効期限。"""

    kind: PartKind
    label: str
    amount: int
    url: str = ""
    member_id: int | None = None
    member: str = ""
    application_id: int | None = None
    loan_type: str = ""
    bank_funded: bool = False
    #: 契約番号（契約手続を始めた案件と貸付）
    contract: str = ""
    #: 借入先（転貸の案件で原資の決定があるもの、または元帳の摘要に金融機関の名があるもの）
    bank: str = ""
    planned_on: date | None = None
    expires_on: date | None = None

    @property
    def kind_label(self) -> str:
        return PART_LABELS[self.kind]

    @property
    def is_committed(self) -> bool:
        return self.kind == PartKind.COMMITTED

    def veiled(self, visible: set[int]) -> Part:
        """見てはならない案件の行。額だけを残す（合計は変わらない）。"""
        if self.application_id is None or self.application_id in visible:
            return self
        return replace(self, label=VEIL, url="", member="", bank="")


@dataclass(frozen=True)
class Exposure:
    """残高と承認済未実行。"""

    parts: tuple[Part, ...] = ()

    @property
    def outstanding(self) -> int:
        """計上済の残高。"""
        return sum(part.amount for part in self.parts if not part.is_committed)

    @property
    def committed(self) -> int:
        """承認済でまだ実行していない額。"""
        return sum(part.amount for part in self.parts if part.is_committed)

    @property
    def total(self) -> int:
        return sum(part.amount for part in self.parts)

    def veiled(self, visible: set[int]) -> Exposure:
        """見てはならない案件の名を伏せたもの。"""
        return Exposure(tuple(part.veiled(visible) for part in self.parts))

    def is_veiled(self, visible: set[int]) -> bool:
        """見てはならない案件があるか。"""
        return self.veiled(visible) != self

    def without(self, application) -> Exposure:
        """その申込の承認済未実行を除いたもの。"""
        return Exposure(
            tuple(part for part in self.parts if not (part.is_committed and part.application_id == application.pk))
        )


@dataclass(frozen=True, kw_only=True)
class Exposures:
    """ある日の残高のすべて。"""

    at: date
    members: dict[int, Exposure]
    borrowing: Exposure
    guarantees: dict[int, int]

    def of_member(self, member_id: int) -> Exposure:
        return self.members.get(member_id, Exposure())

    @property
    def guarantee_total(self) -> int:
        return sum(self.guarantees.values())


@once_while_reading
def read(at: date, *, on: date, member=None) -> Exposures:
    """その日の残高。on は数える日（業務日）で、先の日付なら、いま分かっている承認済未実行をすべて数える。

    member を渡すと、組合員の内訳はその組合員だけを読む（借入金はつねに組合の全体）。
    """
    loans = _loan_parts(at)
    committed = _committed_parts(at, on, {part.application_id for part in loans})
    named = _banks_of([*loans, *committed])
    members: dict[int, list[Part]] = defaultdict(list)
    for part in [*loans, *_unnumbered_parts(at), *committed]:
        if member is None or part.member_id == member.pk:
            members[part.member_id].append(part)
    return Exposures(
        at=at,
        members={member_id: Exposure(tuple(parts)) for member_id, parts in members.items()},
        borrowing=_borrowing(at, loans, committed, named),
        guarantees=ledger_by_member(AccountCode.GUARANTEES_ISSUED, at),
    )


def of_member(member, at: date, *, on: date) -> Exposure:
    """その日の、この組合員の残高と承認済未実行だけ（借入金は数えない）。"""
    loans = _loan_parts(at, member)
    committed = _committed_parts(at, on, {part.application_id for part in loans}, member)
    found = [*loans, *_unnumbered_parts(at), *committed]
    return Exposure(tuple(part for part in found if part.member_id == member.pk))


def ledger_by_member(code: AccountCode, at: date) -> dict[int, int]:
    """組合員別の補助残高。"""
    found: dict[int, int] = defaultdict(int)
    for row in balances.sub_balances(code, at):
        if row.member_id is not None:
            found[row.member_id] += row.amount
    return dict(found)


# --- 貸付 ----------------------------------------------------------------------------------


def _loan_parts(at: date, member=None) -> list[Part]:
    """残高のある貸付（計上済のできごとの合計）。"""
    rows = (
        LoanEvent.objects.posted()
        .filter(on__lte=at, **({} if member is None else {"loan__member": member}))
        .order_by()
        .values(
            "loan_id", "loan__number", "loan__loan_type", "loan__funding_source", "loan__application_id",
            "loan__member_id", "loan__member__name",
        )
        .annotate(balance=Sum("principal"))
        .order_by("loan__fiscal_year", "loan__sequence", "loan_id")
    )  # fmt: skip
    return [
        Part(
            kind=PartKind.LOAN,
            label=row["loan__number"],
            amount=row["balance"],
            url=reverse("loans:loan", args=[row["loan_id"]]),
            member_id=row["loan__member_id"],
            member=row["loan__member__name"],
            application_id=row["loan__application_id"],
            loan_type=row["loan__loan_type"],
            bank_funded=row["loan__funding_source"] == FundingSource.BANK,
            contract=row["loan__number"],
        )
        for row in rows
        if row["balance"]
    ]


def _unnumbered_parts(at: date) -> list[Part]:
    """貸付の科目の残高のうち、この仕組みの契約番号を持たないもの（開始残高など）。"""
    rows = (
        balances.posted_lines()
        .filter(account__in=[str(code) for code in LOAN_ACCOUNTS], voucher__dated_on__lte=at, member__isnull=False)
        .exclude(Exists(Loan.objects.filter(number=OuterRef("reference"))))
        .order_by()
        .values("account_id", "account__name", "member_id", "member__name", "member__number", "reference")
        .annotate(**_SUMS)
        .order_by("member__number", "account_id", "reference")
    )
    return [
        Part(
            kind=PartKind.LEDGER,
            label=" ".join(filter(None, (row["account__name"], row["reference"] or "契約番号のない残高"))),
            amount=row["debits"] - row["credits"],
            url=ledger_url(row["account_id"], at, member=row["member__number"]),
            member_id=row["member_id"],
            member=row["member__name"],
        )
        for row in rows
        if row["debits"] != row["credits"]
    ]


_SUMS = {
    "debits": Sum("amount", filter=Q(side=Side.DEBIT), default=0),
    "credits": Sum("amount", filter=Q(side=Side.CREDIT), default=0),
}


def _committed_parts(at: date, on: date, disbursed: set[int], member=None) -> list[Part]:
    """承認済未実行。決定の有効期限が過ぎたものは、もう実行できないので数えない。

    過ぎた日については、その後に実行した案件も「その日にはまだ実行していなかった」と数える。
    """
    known = min(at, on)
    waiting = Q(state__in=COMMITTED_STATES, approval_expires_on__gte=known)
    later = Q(state=ApplicationState.DISBURSED) & Exists(
        Loan.objects.filter(application=OuterRef("pk"), disbursed_on__gt=at).exclude(state="cancelled")
    )
    found = (
        Application.objects.filter(
            waiting | later, approved_on__lte=at, **({} if member is None else {"member": member})
        )
        .exclude(pk__in=disbursed)
        .select_related("member")
        .prefetch_related("contracts")
        .order_by("disburse_on", "pk")
    )
    return [
        Part(
            kind=PartKind.COMMITTED,
            label=application.number_label,
            amount=application.amount,
            url=application.get_absolute_url(),
            member_id=application.member_id,
            member=application.member.name,
            application_id=application.pk,
            loan_type=application.loan_type,
            bank_funded=application.is_bank_funded,
            contract=application.loan.number if application.loan else "",
            planned_on=application.disburse_on,
            expires_on=application.approval_expires_on,
        )
        for application in found
    ]


# --- 借入金 --------------------------------------------------------------------------------


def _borrowing(at: date, loans: list[Part], committed: list[Part], named: dict[int, str]) -> Exposure:
    """借入金。元帳の転貸借入金に、借入がまだ元帳にない転貸の残高と、転貸の承認済未実行を足す。"""
    booked = _booked(at)
    parts = _ledger_borrowings(at, {part.contract: part for part in [*loans, *committed] if part.contract}, named)
    for part in [*loans, *committed]:
        # 契約番号を付けて記帳された借入は元帳の残高に入っているので、その額をもう一度は数えない。
        # 銀行が実行より先に貸したとき（手引き F4 ①）の承認済未実行も同じ。
        amount = part.amount - min(part.amount, booked.get(part.contract, 0))
        if part.bank_funded and amount:
            parts.append(replace(part, amount=amount, bank=named.get(part.application_id, "")))
    return Exposure(tuple(parts))


def borrowed_for(application, at: date) -> int:
    """この申込の契約番号を付けて、もう記帳された借入。円。"""
    loan = application.loan if application.pk else None
    return _booked(at, reference=loan.number).get(loan.number, 0) if loan is not None else 0


def _booked(at: date, reference: str = "") -> dict[str, int]:
    """契約番号ごとに記帳された借入（返済は引かない）。訂正（赤）で取り消された借入は、記帳されていないのと同じ。"""
    undone = Voucher.objects.filter(reverses=OuterRef("voucher"), state=VoucherState.POSTED, dated_on__lte=at)
    lines = (
        _borrowing_lines(at)
        .filter(side=Side.CREDIT, **({"reference": reference} if reference else {}))
        .exclude(reference="")
        .exclude(voucher__kind=VoucherKind.REVERSAL)
        .exclude(Exists(undone))
    )
    return dict(lines.order_by().values_list("reference").annotate(borrowed=Sum("amount")))


def _borrowing_lines(at: date):
    return balances.posted_lines().filter(
        account__in=[str(code) for code in BORROWING_ACCOUNTS], voucher__dated_on__lte=at
    )


def _ledger_borrowings(at: date, loans: dict[str, Part], named: dict[int, str]) -> list[Part]:
    """元帳の転貸借入金の残高。科目・契約番号・借入先ごと。借入先は、契約番号の貸付か、行の摘要から分かる。"""
    rows = _borrowing_lines(at).order_by().values("account_id", "reference", "memo").annotate(**_SUMS)
    names = None
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in rows:
        loan = loans.get(row["reference"])
        bank = named.get(loan.application_id, "") if loan else ""
        if not bank and row["memo"]:
            names = _known_banks() if names is None else names
            bank = next((bank for name, bank in names if banks.is_mentioned(name, row["memo"])), "")
        sums[row["account_id"], row["reference"], bank] += row["credits"] - row["debits"]
    accounts = {account.pk: account.name for account in Account.objects.filter(pk__in={key[0] for key in sums})}
    return [
        Part(
            kind=PartKind.LEDGER,
            label=" ".join(filter(None, (accounts[account], reference))),
            amount=amount,
            url=ledger_url(account, at),
            member=loans[reference].member if reference in loans else "",
            application_id=loans[reference].application_id if reference in loans else None,
            loan_type=LoanType.BILL if account == AccountCode.BORROWINGS_ON_BILL else LoanType.DEED,
            bank_funded=True,
            bank=bank,
        )
        for (account, reference, bank), amount in sorted(sums.items())
        if amount
    ]


def _known_banks() -> list[tuple[str, str]]:
    """指定されたことのある金融機関。摘要に書かれうる名（長いものから）と、その金融機関。"""
    designated = {(bank.name, str(bank)) for bank in DesignatedBank.objects.only("name", "branch")}
    branches: dict[str, set[str]] = defaultdict(set)
    for name, bank in designated:
        branches[name].add(bank)
    # 支店のない書き方で分かるのは、その金融機関の支店が一つしか指定されていないときだけ。
    names = {bank: bank for _, bank in designated} | {
        name: next(iter(found)) for name, found in branches.items() if len(found) == 1
    }
    return sorted(names.items(), key=lambda pair: (-len(pair[0]), pair[0]))


def _banks_of(parts: Iterable[Part]) -> dict[int, str]:
    """転貸の申込 → 借入先（効いている原資の決定）。"""
    wanted = {part.application_id for part in parts if part.bank_funded}
    decisions = FundingDecision.objects.filter(superseded=False, application__in=wanted).exclude(
        result=FundingResult.REFUSED
    )
    return dict(decisions.order_by("pk").values_list("application_id", "bank"))


def ledger_url(account: str, at: date, *, member: str = "") -> str:
    """総勘定元帳のその科目の頁。"""
    query = {"account": account, "from_on": days.add_months(at, -12).isoformat(), "to_on": at.isoformat()}
    return f"{reverse('ledger:general_ledger')}?{urlencode(query | ({'member': member} if member else {}))}"
