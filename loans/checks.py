"""照合: 貸付の残高を、別々の表から数えて比べる（ドメイン D3）。合わないものを名指しで返す。"""

from __future__ import annotations

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from ledger.accounts import BORROWING_ACCOUNTS, LOAN_ACCOUNTS, AccountCode, Side
from ledger.models import VoucherKind, VoucherLine, VoucherState
from loans.enums import ApplicationState, EventKind, FundingSource, LoanState, LoanType
from loans.models import Application, Loan, LoanEvent
from loans.terms import LoanTerms, compute
from members.models import Member

ACCOUNT_OF = {LoanType.BILL: AccountCode.BILL_LOANS, LoanType.DEED: AccountCode.DEED_LOANS}


def _ledger_balances() -> dict[tuple[str, str], int]:
    rows = (
        VoucherLine.objects.filter(
            voucher__state=VoucherState.POSTED, account_id__in=[code.value for code in LOAN_ACCOUNTS]
        )
        .exclude(reference="")
        .values("account_id", "reference")
        .annotate(
            debit=Sum("amount", filter=Q(side=Side.DEBIT.value), default=0),
            credit=Sum("amount", filter=Q(side=Side.CREDIT.value), default=0),
        )
    )
    return {(row["account_id"], row["reference"]): row["debit"] - row["credit"] for row in rows}


def balances_agree() -> list[str]:
    """貸付のできごとの合計 ＝ 元帳の補助残高（契約ごと）。"""
    ledger = _ledger_balances()
    problems = []
    for loan in Loan.objects.with_balance().order_by("pk"):
        booked = ledger.pop((ACCOUNT_OF[LoanType(loan.loan_type)].value, loan.number), 0)
        if booked != loan.balance:
            problems.append(f"貸付 {loan.number}: できごとの残高 {loan.balance:,}円、元帳の残高 {booked:,}円")
    problems += [
        f"元帳の契約番号 {reference}（科目 {account}）: 貸付がないのに {amount:,}円の残高があります"
        for (account, reference), amount in ledger.items()
        if amount
    ]
    return problems


def _signed(lines) -> int:
    """借方から貸方を引いた額。"""
    return lines.aggregate(
        all=Sum("amount", filter=Q(side=Side.DEBIT.value), default=0)
        - Sum("amount", filter=Q(side=Side.CREDIT.value), default=0)
    )["all"]


def _by_member(lines) -> dict[int | None, int]:
    rows = lines.order_by().values("member").annotate(
        all=Sum("amount", filter=Q(side=Side.DEBIT.value), default=0)
        - Sum("amount", filter=Q(side=Side.CREDIT.value), default=0)
    )  # fmt: skip
    return {row["member"]: row["all"] for row in rows}


def controls_agree() -> list[str]:
    """組合員ごとの貸付の科目の残高 ＝ できごとの残高 ＋ 開始伝票（とその訂正）の残高。統制勘定はその合計。"""
    problems = []
    opening_voucher = Q(voucher__kind=VoucherKind.OPENING) | Q(voucher__reverses__kind=VoucherKind.OPENING)
    for loan_type, code in ACCOUNT_OF.items():
        lines = VoucherLine.objects.filter(voucher__state=VoucherState.POSTED, account_id=code.value)
        booked, opening = _by_member(lines), _by_member(lines.filter(opening_voucher, reference=""))
        of_type = LoanEvent.objects.posted().filter(loan__loan_type=loan_type)
        events = dict(of_type.order_by().values_list("loan__member").annotate(all=Sum("principal", default=0)))
        apart = [
            member
            for member in {*booked, *opening, *events}
            if booked.get(member, 0) != events.get(member, 0) + opening.get(member, 0)
        ]
        names = Member.objects.in_bulk([member for member in apart if member])
        problems += [
            f"{code.label} {names.get(member, '（組合員なし）')}: 元帳 {booked.get(member, 0):,}円、"
            f"できごと {events.get(member, 0):,}円＋開始残高 {opening.get(member, 0):,}円"
            for member in sorted(apart, key=lambda member: member or 0)
        ]
        total, other = _signed(lines), sum(events.values()) + sum(opening.values())
        if total != other:
            problems.append(f"統制勘定 {code.label}: 元帳 {total:,}円、できごと＋開始残高 {other:,}円")
    return problems


def contracts_agree() -> list[str]:
    """組合員と金額は、申込・貸付・実行のできごと・伝票の行で同じ。"""
    problems = []
    for loan in Loan.objects.exclude(state=LoanState.CANCELLED).select_related("application", "member").order_by("pk"):
        if loan.member_id != loan.application.member_id:
            problems.append(
                f"貸付 {loan.number}: 債務者（{loan.member}）が、申込 {loan.application.number}の申込者と違います"
            )
        if loan.principal != loan.application.amount:
            problems.append(f"貸付 {loan.number}: 元金 {loan.principal:,}円、申込の金額 {loan.application.amount:,}円")
    kinds = (EventKind.DISBURSEMENT, EventKind.REVERSAL)
    differing = LoanEvent.objects.posted().filter(kind__in=kinds).exclude(
        principal__in=(F("loan__principal"), -F("loan__principal"))
    )  # fmt: skip
    problems += [
        f"貸付 {event.loan.number}: {event.get_kind_display()}の元金 {event.principal:,}円、契約の元金 {event.loan.principal:,}円"
        for event in differing.select_related("loan")
    ]
    foreign = VoucherLine.objects.filter(
        voucher__state=VoucherState.POSTED, voucher__loan_events__isnull=False, member__isnull=False
    ).exclude(member=F("voucher__loan_events__loan__member"))
    problems += [
        f"{line.voucher} {line.account}: 行の組合員（{line.member}）が、貸付の債務者と違います"
        for line in foreign.select_related("voucher", "account", "member").distinct()
    ]
    return problems


def events_match_vouchers() -> list[str]:
    """できごとの利息・手数料・交付額 ＝ 伝票の行。"""
    columns = {
        "interest": (AccountCode.LOAN_INTEREST, Side.CREDIT),
        "fee": (AccountCode.ON_LENDING_FEE, Side.CREDIT),
        "cash": (AccountCode.CURRENT_DEPOSIT, Side.CREDIT),
    }
    problems = []
    found = LoanEvent.objects.posted().select_related("loan", "voucher")
    for name, (code, side) in columns.items():
        found = found.annotate(
            **{
                f"{name}_booked": Sum(
                    "voucher__lines__amount",
                    filter=Q(voucher__lines__account_id=code.value, voucher__lines__side=side.value),
                    default=0,
                )
                - Sum(
                    "voucher__lines__amount",
                    filter=Q(voucher__lines__account_id=code.value, voucher__lines__side=side.opposite.value),
                    default=0,
                )
            }
        )
    for event in found:
        for name, (code, _) in columns.items():
            if getattr(event, name) != getattr(event, f"{name}_booked"):
                problems.append(
                    f"{event.voucher}（{event.loan.number}）: {code.label} できごと {getattr(event, name):,}円、"
                    f"伝票 {getattr(event, f'{name}_booked'):,}円"
                )
    return problems


def schedules_follow_the_terms() -> list[str]:
    """返済中の証書貸付の償還予定は、契約の条件から計算し直したものと、一回ずつ同じ。"""
    problems = []
    deeds = Loan.objects.active().filter(loan_type=LoanType.DEED).select_related("policy").order_by("pk")
    for loan in deeds.prefetch_related("instalments"):
        planned = [_row(row) for row in loan.instalments.all()]
        computed = [_row(row) for row in compute(LoanTerms.of_loan(loan, start_on=loan.disbursed_on)).instalments]
        if len(planned) != len(computed):
            problems.append(f"貸付 {loan.number}: 償還予定が{len(planned)}回、計算では{len(computed)}回です")
        problems += [
            f"貸付 {loan.number} 第{no}回: 償還予定が、契約の条件から計算したものと違います"
            for (no, *there), (_, *here) in zip(planned, computed, strict=False)
            if there != here
        ]
    return problems


def _row(row) -> tuple:
    return row.no, row.due_on, row.pay_on, row.days, row.principal, row.interest, row.fee, row.balance


def states_agree() -> list[str]:
    """申込・貸付・できごとの状態のつじつま。"""
    problems = []
    for loan in Loan.objects.active().exclude(application__state=ApplicationState.DISBURSED):
        problems.append(f"貸付 {loan.number}: 返済中なのに、申込が「実行済」ではありません")
    for application in Application.objects.filter(state=ApplicationState.DISBURSED).exclude(
        contracts__state=LoanState.ACTIVE
    ):
        problems.append(f"申込 {application.number}: 実行済なのに、返済中の貸付がありません")
    for event in LoanEvent.objects.posted().filter(kind=EventKind.DISBURSEMENT).select_related("loan", "voucher"):
        if event.voucher.dated_on != event.on:
            problems.append(f"{event.voucher}（{event.loan.number}）: できごとの日付と伝票の日付が違います")
    return problems


def numbers_are_gapless() -> list[str]:
    """受付番号・契約番号の欠番。"""
    problems = []
    for label, model in (("受付番号", Application), ("契約番号", Loan)):
        years = (
            model.objects.filter(sequence__isnull=False)
            .values("fiscal_year")
            .annotate(count=Count("pk"), last=Count("sequence", distinct=True))
        )
        for row in years:
            highest = model.objects.filter(fiscal_year=row["fiscal_year"]).order_by("-sequence").first().sequence
            if highest != row["count"]:
                problems.append(
                    f"{label} {row['fiscal_year']}年度: 最後は{highest}番ですが、{row['count']}件しかありません"
                )
    return problems


def borrowings_name_their_loans() -> list[str]:
    """転貸借入金の行の契約番号は、転貸の貸付のもの（書き違えると、限度額 ① が二重に数える）。"""
    lines = VoucherLine.objects.filter(
        voucher__state=VoucherState.POSTED, account_id__in=[code.value for code in BORROWING_ACCOUNTS]
    ).exclude(reference="")
    known = Loan.objects.filter(funding_source=FundingSource.BANK, number=OuterRef("reference"))
    return [
        f"{line.voucher} {line.account}: 契約番号 {line.reference} の転貸の貸付がありません"
        for line in lines.exclude(Exists(known)).select_related("voucher", "account")
    ]


CHECKS = {
    "貸付の残高と元帳の補助残高": balances_agree,
    "組合員ごとの貸付の残高と統制勘定": controls_agree,
    "できごとと伝票の金額": events_match_vouchers,
    "申込・契約・できごと・伝票の組合員と金額": contracts_agree,
    "転貸借入金の契約番号": borrowings_name_their_loans,
    "償還予定": schedules_follow_the_terms,
    "状態のつじつま": states_agree,
    "受付番号・契約番号の連続": numbers_are_gapless,
}
