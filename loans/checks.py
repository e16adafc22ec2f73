"""照合: 貸付の残高を、別々の表から数えて比べる（ドメイン D3）。合わないものを名指しで返す。"""

from __future__ import annotations

from django.db.models import Count, F, Q, Sum

from ledger.accounts import LOAN_ACCOUNTS, AccountCode, Side
from ledger.models import VoucherLine, VoucherState
from loans.enums import ApplicationState, EventKind, LoanState, LoanType
from loans.models import Application, Instalment, Loan, LoanEvent

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


def controls_agree() -> list[str]:
    """貸付の科目の残高 ＝ できごとの残高 ＋ 開始残高（契約番号のない行）。"""
    problems = []
    for loan_type, code in ACCOUNT_OF.items():
        lines = VoucherLine.objects.filter(voucher__state=VoucherState.POSTED, account_id=code.value)
        signed = lines.aggregate(
            all=Sum("amount", filter=Q(side=Side.DEBIT.value), default=0)
            - Sum("amount", filter=Q(side=Side.CREDIT.value), default=0)
        )["all"]
        opening = lines.filter(reference="").aggregate(
            all=Sum("amount", filter=Q(side=Side.DEBIT.value), default=0)
            - Sum("amount", filter=Q(side=Side.CREDIT.value), default=0)
        )["all"]
        events = LoanEvent.objects.posted().filter(loan__loan_type=loan_type).aggregate(all=Sum("principal", default=0))
        if signed != events["all"] + opening:
            problems.append(
                f"統制勘定 {code.label}: 元帳 {signed:,}円、できごと {events['all']:,}円＋開始残高 {opening:,}円"
            )
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


def schedules_add_up() -> list[str]:
    """返済中の証書貸付の償還予定: 元金の合計 ＝ 元金、最後の残高は 0。"""
    problems = []
    deeds = Loan.objects.active().filter(loan_type=LoanType.DEED)
    for loan in deeds.annotate(planned=Sum("instalments__principal"), rows=Count("instalments")).order_by("pk"):
        if loan.planned != loan.principal:
            problems.append(
                f"貸付 {loan.number}: 償還予定の元金合計 {loan.planned or 0:,}円、元金 {loan.principal:,}円"
            )
    last = Instalment.objects.filter(loan__in=deeds, no=F("loan__installments")).exclude(balance=0)
    problems += [
        f"貸付 {row.loan.number}: 最終回の残高が {row.balance:,}円残ります" for row in last.select_related("loan")
    ]
    return problems


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


CHECKS = {
    "貸付の残高と元帳の補助残高": balances_agree,
    "貸付の統制勘定": controls_agree,
    "できごとと伝票の金額": events_match_vouchers,
    "償還予定": schedules_add_up,
    "状態のつじつま": states_agree,
    "受付番号・契約番号の連続": numbers_are_gapless,
}
