"""帳簿の不変条件（ドメイン D3）。それぞれ、破れている行を名指しする文の一覧を返す。空なら破れていない。

`manage.py check_books` と試験がこれを呼ぶ。書く側の仕組み（引き金・制約・操作）とは別に、置かれた行だけから確かめる。
"""

from __future__ import annotations

from collections import Counter

from django.db import connection
from django.db.models import Count, F, Max, Min, Q, Sum

from coopfin.models import Sequence
from ledger import triggers
from ledger.accounts import AccountCode, Side
from ledger.balances import posted_lines
from ledger.models import Account, Voucher, VoucherKind, VoucherLine, VoucherState
from ledger.operations import SEQUENCE, mirrors


def unbalanced_vouchers() -> list[str]:
    """計上済の伝票は、二行以上で借方と貸方が一致する。"""
    vouchers = (
        Voucher.objects.posted()
        .annotate(
            count=Count("lines"),
            debit=Sum("lines__amount", filter=Q(lines__side=Side.DEBIT), default=0),
            credit=Sum("lines__amount", filter=Q(lines__side=Side.CREDIT), default=0),
        )
        .filter(Q(count__lt=2) | Q(debit__lte=0) | ~Q(debit=F("credit")))
        .order_by("fiscal_year", "number")
    )
    return [
        f"伝票 {voucher.label}: 貸借が合いません（{voucher.count}行、借方 {voucher.debit:,}円、貸方 {voucher.credit:,}円）。"
        for voucher in vouchers
    ]


def missing_numbers() -> list[str]:
    """伝票番号は、年度ごとに1から欠番も重複もない。"""
    found = []
    years = (
        Voucher.objects.posted()
        .order_by("fiscal_year")
        .values("fiscal_year")
        .annotate(count=Count("pk"), different=Count("number", distinct=True), first=Min("number"), last=Max("number"))
    )
    suspect = [
        row["fiscal_year"] for row in years if row["first"] != 1 or not row["count"] == row["different"] == row["last"]
    ]
    numbers = Counter(
        Voucher.objects.posted().filter(fiscal_year__in=suspect).order_by().values_list("fiscal_year", "number")
    )
    for year in suspect:
        held = {number: times for (of_year, number), times in numbers.items() if of_year == year and number}
        for number in range(1, max(held, default=0) + 1):
            if number not in held:
                found.append(f"{year}年度: 伝票番号 {year}-{number:04d} が欠番です。")
        found += [
            f"{year}年度: 伝票番号 {year}-{n:04d} が{times}枚あります。" for n, times in held.items() if times > 1
        ]
    return found


def sequence_differences() -> list[str]:
    """連番の元帳は、年度の最後の伝票番号と一致する。"""
    stored = dict(Sequence.objects.filter(name=SEQUENCE).values_list("fiscal_year", "last_number"))
    last = dict(Voucher.objects.posted().order_by().values_list("fiscal_year").annotate(last=Max("number")))
    return [
        f"{year}年度: 連番の元帳は {stored.get(year, 0)}、最後の伝票番号は {last.get(year) or 0} です。"
        for year in sorted({*stored, *last})
        if stored.get(year, 0) != (last.get(year) or 0)
    ]


def unchecked_vouchers() -> list[str]:
    """計上済の伝票には、起票した人とは別の承認者と、番号・時刻がある。"""
    vouchers = Voucher.objects.posted().select_related("made_by").order_by("fiscal_year", "number", "pk")
    found = []
    for voucher in vouchers.filter(Q(checked_by__isnull=True) | Q(number__isnull=True) | Q(posted_at__isnull=True)):
        lacking = [
            name
            for name, value in (
                ("承認者", voucher.checked_by_id), ("番号", voucher.number), ("計上の時刻", voucher.posted_at)
            )
            if value is None
        ]  # fmt: skip
        found.append(f"伝票 {voucher.label}: 計上済なのに{'・'.join(lacking)}がありません。")
    for voucher in vouchers.filter(checked_by=F("made_by")):
        found.append(f"伝票 {voucher.label}: 起票した人と承認した人が同じです（{voucher.made_by}）。")
    return found


def reversal_differences() -> list[str]:
    """訂正伝票（赤）は、計上済の元の伝票の貸借をそのまま入れ替えたもので、一枚に一つ。"""
    found = []
    reversals = (
        Voucher.objects.posted()
        .filter(Q(kind=VoucherKind.REVERSAL) | Q(reverses__isnull=False))
        .select_related("reverses")
        .prefetch_related("lines", "reverses__lines")
        .order_by("fiscal_year", "number")
    )
    seen = Counter()
    for reversal in reversals:
        original = reversal.reverses
        if original is None:
            found.append(f"伝票 {reversal.label}: 訂正伝票なのに、元の伝票がありません。")
            continue
        seen[original.label] += 1
        if original.state != VoucherState.POSTED:
            found.append(f"伝票 {reversal.label}: 元の伝票 {original.label} が計上されていません。")
        elif not mirrors(reversal.lines.all(), original.lines.all()):
            found.append(f"伝票 {reversal.label}: 元の伝票 {original.label} の貸借を入れ替えたものと違います。")
    found += [f"伝票 {label}: 訂正伝票が{times}枚あります。" for label, times in seen.items() if times > 1]
    return found


def trigger_differences() -> list[str]:
    """引き金は、宣言どおりに据え付けられている。"""
    return triggers.differences(connection)


def trial_balance_difference() -> list[str]:
    """試算表: 計上済の借方と貸方の合計は、日ごとに一致する。"""
    days = (
        posted_lines()
        .order_by()
        .values("voucher__dated_on")
        .annotate(
            debit=Sum("amount", filter=Q(side=Side.DEBIT), default=0),
            credit=Sum("amount", filter=Q(side=Side.CREDIT), default=0),
        )
        .exclude(debit=F("credit"))
        .order_by("voucher__dated_on")
    )
    return [
        f"{row['voucher__dated_on']:%Y-%m-%d}の試算表: 借方 {row['debit']:,}円、貸方 {row['credit']:,}円で、"
        f"差が {row['debit'] - row['credit']:,}円あります。"
        for row in days
    ]


def lines_without_member() -> list[str]:
    """組合員別の科目の行には、組合員がある。"""
    lines = (
        posted_lines()
        .filter(account__per_member=True, member__isnull=True)
        .select_related("voucher", "account")
        .order_by("voucher__fiscal_year", "voucher__number", "order")
    )
    return [f"伝票 {line.voucher.label} {line.order}行目（{line.account}）: 組合員がありません。" for line in lines]


def account_differences() -> list[str]:
    """科目表の区分と補助は、符号ごとに決まったとおり（変えてよいのは名称だけ）。"""
    found = []
    stored = Account.objects.in_bulk()
    used = set(VoucherLine.objects.order_by().values_list("account_id", flat=True).distinct())
    for code in AccountCode:
        account = stored.get(str(code))
        if account and (account.kind, account.per_member) != (str(code.kind), code.per_member):
            found.append(f"科目 {account.code} {account.name}: 区分か補助が、決まったものと違います。")
    return found + [
        f"科目 {code}: 決められた符号にありません。" for code in sorted(used - {str(c) for c in AccountCode})
    ]


#: 名前 → 検査。check_books はこの順に行う。
CHECKS = {
    "伝票の貸借": unbalanced_vouchers,
    "伝票番号の連続": missing_numbers,
    "連番の元帳": sequence_differences,
    "起票者と承認者": unchecked_vouchers,
    "訂正伝票": reversal_differences,
    "引き金": trigger_differences,
    "試算表": trial_balance_difference,
    "組合員別の補助": lines_without_member,
    "科目表": account_differences,
}


def check_all() -> list[str]:
    """すべての検査。"""
    return [text for check in CHECKS.values() for text in check()]
