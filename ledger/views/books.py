"""帳簿: 仕訳帳・合計残高試算表・総勘定元帳（ドメイン D3）。"""

from __future__ import annotations

from datetime import date, timedelta

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, Sum
from django.views.generic import TemplateView
from django_filters.views import FilterView

from coopfin import exports
from coopfin.calc import days
from coopfin.models import Cooperative
from coopfin.views import GuardedMixin
from ledger import balances
from ledger.accounts import AccountCode, Side
from ledger.filters import JournalFilter
from ledger.forms import LedgerForm, PeriodForm
from ledger.models import Account, Voucher, VoucherLine

VIEW = "ledger.view_voucher"


def fiscal_year_start(on: date) -> date:
    """いまの会計年度の初日。"""
    cooperative = Cooperative.current()
    return days.fiscal_year_start(on, cooperative.fiscal_start_month if cooperative else 4)


def periods(on: date) -> list[dict]:
    """よく使う期間。"""
    month = on.replace(day=1)
    last_month_end = month - timedelta(days=1)
    found = [
        ("今月", month, on),
        ("前月", last_month_end.replace(day=1), last_month_end),
        ("年度の初めから", fiscal_year_start(on), on),
    ]
    return [{"label": label, "from_on": start, "to_on": end} for label, start, end in found]


class JournalView(GuardedMixin, FilterView):
    """仕訳帳。計上済の伝票を日付と番号の順に、行まで並べる。"""

    permission_required = VIEW
    template_name = "ledger/journal.html"
    filterset_class = JournalFilter
    paginate_by = 50

    def get_filterset_kwargs(self, filterset_class):
        kwargs = super().get_filterset_kwargs(filterset_class)
        names = {name for name in filterset_class.base_filters if name in self.request.GET}
        if not names:
            # 条件がなければ、今年度を見せる。
            kwargs["data"] = {name: value.isoformat() for name, value in self.defaults().items()}
        return kwargs

    def get_filterset(self, filterset_class):
        filterset = super().get_filterset(filterset_class)
        for name, value in self.defaults().items():
            # 既定の期間のままなら「絞り込んでいない」と数える。
            filterset.form.fields[name].initial = value
        return filterset

    def defaults(self) -> dict[str, date]:
        return {"from_on": fiscal_year_start(self.on), "to_on": self.on}

    def get_queryset(self):
        lines = VoucherLine.objects.select_related("account", "member").order_by("order")
        return (
            Voucher.objects.posted()
            .select_related("made_by", "checked_by")
            .prefetch_related(Prefetch("lines", queryset=lines))
            .order_by("dated_on", "fiscal_year", "number")
        )

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        file_format = exports.wanted(request)
        return self.download(file_format) if file_format else response

    def download(self, file_format):
        headers = [
            "日付", "伝票番号", "行", "貸借", "符号", "科目", "組合員番号", "組合員", "契約番号", "借方金額", "貸方金額",
            "行の摘要", "摘要", "起票", "承認",
        ]  # fmt: skip
        lines = (
            VoucherLine.objects.filter(voucher__in=self.object_list.order_by().values("pk"))
            .select_related("voucher__made_by", "voucher__checked_by", "account", "member")
            .order_by("voucher__dated_on", "voucher__fiscal_year", "voucher__number", "order")
        )
        rows = (
            [
                line.voucher.dated_on, line.voucher.label, line.order, line.get_side_display(), line.account_id,
                line.account.name, line.member.number if line.member else "", line.member_label, line.reference,
                line.amount if line.side == Side.DEBIT else None, line.amount if line.side == Side.CREDIT else None,
                line.memo, line.voucher.description, str(line.voucher.made_by), str(line.voucher.checked_by),
            ]
            for line in lines
        )  # fmt: skip
        return exports.download("仕訳帳", headers, rows, file_format, on=self.on)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        sums = VoucherLine.objects.filter(voucher__in=self.object_list.order_by().values("pk")).aggregate(
            debit=Sum("amount", filter=Q(side=Side.DEBIT), default=0),
            credit=Sum("amount", filter=Q(side=Side.CREDIT), default=0),
        )
        context.update(
            title="仕訳帳",
            count=context["paginator"].count,
            sums=[{"label": "借方の計", "amount": sums["debit"]}, {"label": "貸方の計", "amount": sums["credit"]}],
            exports=exports.links(self.request),
            empty={"text": "計上済の伝票はまだありません。", "hint": "起票した伝票は、承認されるとここに並びます。"},
        )
        return context


class BookView(GuardedMixin, TemplateView):
    """期間で見る帳簿。条件は GET で受け取り、なければ既定の期間を見せる。"""

    permission_required = VIEW
    form_class = PeriodForm

    def defaults(self) -> dict:
        return {"from_on": self.on.replace(day=1), "to_on": self.on}

    def get_form(self):
        data = self.request.GET.copy()
        for name, value in self.defaults().items():
            if not data.get(name):
                data[name] = value.isoformat() if isinstance(value, date) else value
        return self.form_class(data)

    def get(self, request, *args, **kwargs):
        self.form = self.get_form()
        self.book = self.read(self.form.cleaned_data) if self.form.is_valid() else None
        file_format = exports.wanted(request)
        if file_format and self.book is not None:
            return self.download(file_format)
        status = 200 if self.book is not None else 422
        return self.render_to_response(self.get_context_data(**kwargs), status=status)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            form=self.form, book=self.book, exports=exports.links(self.request), periods=periods(self.on), **kwargs
        )


class TrialBalanceView(BookView):
    """合計残高試算表。どの日でも、どの期間でも。"""

    template_name = "ledger/trial_balance.html"

    def read(self, values):
        return balances.trial_balance(from_on=values["from_on"], to_on=values["to_on"])

    def download(self, file_format):
        rows = [
            [row.kind_label, row.account.code, row.account.name, row.carried, row.debit, row.credit, row.balance]
            for row in self.book.rows
        ]
        rows.append(["", "", "合計", "", self.book.debit_total, self.book.credit_total, ""])
        headers = ["区分", "符号", "科目", "前残", "借方", "貸方", "残高"]
        return exports.download("合計残高試算表", headers, rows, file_format, on=self.book.to_on)


class GeneralLedgerView(BookView):
    """総勘定元帳（一科目）と補助残高。繰越から始め、行ごとに残高を付ける。"""

    template_name = "ledger/general_ledger.html"
    form_class = LedgerForm
    per_page = 100

    def defaults(self):
        return {
            "account": str(AccountCode.ORDINARY_DEPOSIT),
            "from_on": fiscal_year_start(self.on),
            "to_on": self.on,
        }

    def read(self, values):
        account = Account.objects.get(pk=values["account"])
        code = AccountCode(account.code)
        member, from_on, to_on = values["member"], values["from_on"], values["to_on"]
        carried = balances.balance(code, on=from_on - timedelta(days=1), member=member)
        lines = balances.account_lines(account, from_on=from_on, to_on=to_on, member=member, carried=carried)
        sums = lines.order_by().aggregate(
            debit=Sum("amount", filter=Q(side=Side.DEBIT), default=0),
            credit=Sum("amount", filter=Q(side=Side.CREDIT), default=0),
        )
        moved = sums["debit"] - sums["credit"]
        return {
            **values,
            "account": account,
            "carried": carried,
            "lines": lines,
            "balance": carried + (moved if account.normal_side is Side.DEBIT else -moved),
            "subs": balances.sub_balances(code, to_on) if account.per_member else [],
            **sums,
        }

    def get_context_data(self, **kwargs):
        page = None
        if self.book is not None:
            page = Paginator(self.book["lines"], self.per_page).get_page(self.request.GET.get("page"))
            kwargs["sub_total"] = sum(sub.amount for sub in self.book["subs"])
        return super().get_context_data(page=page, members=self.form.book.offered(self.on), **kwargs)

    def download(self, file_format):
        book = self.book
        headers = ["日付", "伝票番号", "組合員番号", "組合員", "契約番号", "摘要", "借方", "貸方", "残高"]
        rows = [[book["from_on"], "", "", "", "", "前期繰越", None, None, book["carried"]]]
        rows += [
            [
                line.voucher.dated_on, line.voucher.label, line.member.number if line.member else "", line.member_label,
                line.reference, line.memo or line.voucher.description,
                line.amount if line.side == Side.DEBIT else None, line.amount if line.side == Side.CREDIT else None,
                line.running,
            ]
            for line in book["lines"]
        ]  # fmt: skip
        return exports.download(f"総勘定元帳_{book['account'].name}", headers, rows, file_format, on=book["to_on"])
