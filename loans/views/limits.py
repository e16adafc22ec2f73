"""限度額の試算（手引き Q&A 1・2）: 入力に合わせて計算し、議案の案を PDF にし、決議の提案へ渡す。何も書かない。"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.generic import TemplateView

from coopfin.calc import days
from coopfin.calc.words import to_wareki
from coopfin.models import Cooperative, Policy
from coopfin.views import GuardedMixin, PlainView
from documents.paper import CannotRender, render_pdf
from funding.models import Facility
from governance.enums import MemberLimitMode
from governance.models import LimitResolution
from ledger.accounts import AccountCode
from ledger.forms import MemberBook
from loans import exposure, headroom, member_limits
from loans.enums import ApplicationState, FundingSource
from loans.forms.limits import BorrowingLimitForm, MemberLimitForm
from loans.models import Application
from loans.resolution_paper import LIMIT_PROPOSAL, LimitProposal, ProposedLimit
from loans.views.application import ReadingPost
from loans.views.headroom import open_rows, visible_to
from members.models import Member

SEE = "loans.view_loan"
#: 議案に載る限度の名
LABELS = {
    "borrowing_limit": "① 借入金残高の最高限度",
    "guarantee_limit": "② 債務保証残高の最高限度",
    "member_loan_limit": "③ 1組合員に対する貸付残高の最高限度",
    "member_guarantee_limit": "④ 1組合員に対する債務保証残高の最高限度",
}


# --- Q1 最高限度 ---------------------------------------------------------------------------


def last_fiscal_end(on: date) -> date:
    """前年度の末日。"""
    cooperative = Cooperative.current()
    return days.fiscal_year_start(on, cooperative.fiscal_start_month if cooperative else 4) - timedelta(days=1)


def known_figures(on: date) -> dict:
    """試算に入れておく、元帳と案件の数字。"""
    ended = last_fiscal_end(on)
    waiting = Application.objects.filter(funding_source=FundingSource.BANK).open().exclude(state=ApplicationState.DRAFT)
    return {
        "fiscal_end": ended,
        "at_fiscal_end": exposure.read(ended, on=on).borrowing.outstanding,
        "waiting": waiting.aggregate(total=Sum("amount"))["total"] or 0,
    }


def initial_of(on: date, known: dict) -> dict:
    """入力欄の初めの値。いまの決議と、元帳・案件の数字から。"""
    resolution = LimitResolution.in_force(on)
    year = on.year if (on.month, on.day) <= (6, 30) else on.year + 1
    initial = {
        "prev_year_end_onlending": known["at_fiscal_end"],
        "new_onlending": known["waiting"],
        "meeting_name": "通常総会",
        "item_number": "第　号議案",
        "resolved_on": date(year, 5, 25),
        "member_limit_mode": MemberLimitMode.UNIFORM,
    }
    for name in ("prev_year_end_borrowing", "turnover_need", "facility_need", "other_need", "own_funds"):
        initial[name] = 0
    if resolution is not None:
        names = ("guarantee_limit", "member_loan_limit", "member_guarantee_limit", "member_limit_mode")
        initial |= {name: getattr(resolution, name) for name in (*names, "sales_months", "sales_unit")}
        initial["banks"] = "\n".join(str(bank) for bank in resolution.designated_banks.order_by("pk"))
    return initial


def borrowing_result(form: BorrowingLimitForm, user) -> dict:
    """試算の結果。書きかけでも、数えられるところまで見せる。"""
    whole = form.is_valid()
    estimate = form.estimate()
    found = {"estimate": estimate, "whole": whole, "problems": _problems(form)}
    if estimate is None or not whole:
        return found
    query = proposal_query(form, estimate)
    limit = form.cleaned_data["borrowing_limit"]
    return {
        **found,
        "resolved": [(LABELS[name], _amount(form, name, estimate)) for name in LABELS],
        "banks": form.bank_names(),
        "rule": rule_text(form),
        "difference": None if limit is None else limit - estimate.limit,
        "pdf_url": f"{reverse('loans:limit_draft')}?{form.data.urlencode()}",
        "propose_url": f"{reverse('desk:setup_limits')}?{urlencode(query, doseq=True)}"
        if user.has_perm("governance.propose_resolution") and user.has_perm("coopfin.use_admin")
        else "",
    }


def _problems(form) -> list[tuple[str, str]]:
    """直すところ。まだ書いていない欄のことは、試算では言わない。"""
    return [(form[name].label, text) for name in form.errors for text in form.errors[name] if form[name].value()]


def _amount(form, name: str, estimate) -> int:
    amount = form.cleaned_data.get(name)
    return estimate.limit if amount is None and name == "borrowing_limit" else amount or 0


def rule_text(form) -> str:
    """組合員ごとの定め方の文。"""
    cleaned = form.cleaned_data
    return LimitResolution(
        member_limit_mode=cleaned["member_limit_mode"], sales_months=cleaned["sales_months"],
        sales_unit=cleaned["sales_unit"],
    ).rule_of_members  # fmt: skip


def proposal_query(form: BorrowingLimitForm, estimate) -> dict:
    """決議の提案の入力欄に渡す値。会議の名・議案番号・決議日は、その総会で可決されたときに入る。"""
    cleaned = form.cleaned_data
    query = {name: _amount(form, name, estimate) for name in LABELS}
    query |= {name: cleaned[name] for name in ("member_limit_mode", "sales_unit")}
    query["effective_on"] = cleaned["resolved_on"].isoformat()
    if cleaned["sales_months"]:
        query["sales_months"] = cleaned["sales_months"]
    return {**query, "bank": form.bank_names()}


class BorrowingLimit(GuardedMixin, TemplateView):
    """借入金残高の最高限度の試算（Q&A 1）。元帳と案件の数字を入れておき、議案の案と決議の提案へ進む。"""

    permission_required = SEE
    template_name = "loans/limit_borrowing.html"

    def get_context_data(self, **kwargs):
        known = known_figures(self.on)
        sent = bool(self.request.GET)
        form = BorrowingLimitForm(self.request.GET if sent else None, initial=initial_of(self.on, known))
        ended = known["fiscal_end"]
        return super().get_context_data(
            title="最高限度の試算",
            form=form,
            known=known,
            result=borrowing_result(form, self.request.user) if sent else None,
            preview_url=reverse("loans:limit_borrowing_preview"),
            fiscal_end_url=f"{reverse('loans:headroom')}?at={ended.isoformat()}#borrowing",
            waiting_url=f"{reverse('loans:applications')}?stage=open&funding_source=bank",
            breadcrumbs=[("限度額の余力", reverse("loans:headroom")), ("最高限度の試算", "")],
            **kwargs,
        )

    def render_to_response(self, context, **kwargs):
        return super().render_to_response(context, status=422 if context["form"].errors else 200, **kwargs)


class BorrowingLimitPreview(ReadingPost):
    """入力に合わせた結果（htmx）。"""

    permission_required = SEE

    def answer(self, request):
        result = borrowing_result(BorrowingLimitForm(request.POST), request.user)
        return render(request, "loans/parts/limit_borrowing_result.html", {"result": result})


class LimitDraft(PlainView):
    """議案の案を PDF にする。試算の数字だけから書き、何も残さない。"""

    permission_required = SEE
    http_method_names = ["get"]

    def get(self, request):
        form = BorrowingLimitForm(request.GET)
        back = f"{reverse('loans:limit_borrowing')}?{request.GET.urlencode()}"
        if not form.is_valid():
            return HttpResponseRedirect(back)
        draft = draft_of(form, self.on)
        try:
            content, _ = render_pdf(LIMIT_PROPOSAL.render_html(draft))
        except CannotRender as problem:
            messages.error(request, str(problem))
            return HttpResponseRedirect(back)
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="limit-proposal-{self.on:%Y%m%d}.pdf"'
        response["Cache-Control"] = "private, no-store"
        return response


def draft_of(form: BorrowingLimitForm, on: date) -> LimitProposal:
    """議案書の案。"""
    cleaned, estimate = form.cleaned_data, form.estimate()
    cooperative, policy = Cooperative.current(), Policy.on(on)
    current = LimitResolution.in_force(on)
    now = exposure.read(on, on=on)
    ended = last_fiscal_end(on)
    return LimitProposal(
        issuer=cooperative.name if cooperative else "",
        meeting_name=cleaned["meeting_name"],
        item_number=cleaned["item_number"],
        written_on=on,
        meeting_on=cleaned["resolved_on"],
        limits=tuple(
            ProposedLimit(
                label=label,
                amount=_amount(form, name, estimate),
                before=getattr(current, name) if current else None,
            )
            for name, label in LABELS.items()
        ),
        banks=tuple(form.bank_names()),
        member_limit_mode=cleaned["member_limit_mode"],
        sales_months=cleaned["sales_months"],
        sales_unit=cleaned["sales_unit"],
        estimate=estimate.explanation,
        estimated=estimate.limit,
        fiscal_end_on=ended,
        borrowing_at_fiscal_end=exposure.read(ended, on=on).borrowing.outstanding,
        borrowing_now=now.borrowing.outstanding,
        largest_member=max((held.total for held in now.members.values()), default=0),
        guaranteed_now=now.guarantee_total,
        facilities_total=sum(facility.amount for facility in Facility.objects.in_force(on)),
        valid_months=policy.limit_grace_months if policy else 3,
        current=f"{current.citation}（{to_wareki(current.resolved_on)}）" if current else "",
    )


# --- Q2 組合員別限度 ------------------------------------------------------------------------


class MemberFigures:
    """一人の組合員の記録の数字と、そのリンク。"""

    def __init__(self, member: Member, on: date):
        self.member, self.on = member, on
        self.backing = member_limits.figures_of(
            [member], member_limits.Rule(MemberLimitMode.BACKING, 0), on
        )[member.pk]  # fmt: skip
        self.sales = member_limits.figures_of(
            [member], member_limits.Rule(MemberLimitMode.SALES, 0), on
        )[member.pk].sales  # fmt: skip
        self.held = exposure.read(on, on=on, member=member).of_member(member.pk)

    @cached_property
    def amounts(self) -> dict[str, int]:
        found = {
            "collateral_cover": self.backing.collateral_cover,
            "share_capital": self.backing.share_capital,
            "deposits": self.backing.deposits,
        }
        return {**found, **({"annual_sales": self.sales.amount} if self.sales else {})}

    def rows(self) -> list[dict]:
        """記録の数字の一覧。"""
        page = self.member.get_absolute_url()
        rows = [
            {"label": "担保の保全額", "amount": self.backing.collateral_cover, "note": f"{len(self.backing.securities)}件",
             "links": [(row.label, row.asset.get_absolute_url()) for row in self.backing.securities]},
            {"label": "出資金", "amount": self.backing.share_capital, "note": "", "links": [("組合員のページ", page)]},
            {"label": "預り金", "amount": self.backing.deposits, "note": "",
             "links": [("元帳", exposure.ledger_url(AccountCode.MEMBER_DEPOSITS, self.on, member=self.member.number))]},
        ]  # fmt: skip
        if self.sales:
            note = f"{self.sales.ended_on.year}年{self.sales.ended_on.month}月期"
            rows.append(
                {"label": "年間売上高", "amount": self.sales.amount, "note": note,
                 "links": [(self.sales.source, reverse("members:sales", args=[self.member.pk]))]}
            )  # fmt: skip
        return rows


def member_result(form: MemberLimitForm, on: date, visible: set[int]) -> dict:
    """試算の結果。利害関係のある案件の残高は、見せない。"""
    whole = form.is_valid()
    member = form.cleaned_data.get("member") if "member" not in form.errors else None
    figures = MemberFigures(member, on) if member else None
    found = {"whole": whole, "problems": _problems(form), "member": member, "figures": figures, "limit": None}
    if not whole:
        return found
    amounts = figures.amounts if figures else {}
    if form.rule().mode == MemberLimitMode.SALES and form.cleaned_data["annual_sales"] is None:
        if "annual_sales" not in amounts:
            return {**found, "missing": "年間売上高を入れるか、記録のある組合員を選んでください。"}
    try:
        limit = form.calculate(amounts)
    except ValidationError as problem:
        return {**found, "problems": [("試算", text) for text in problem.messages]}
    held = figures.held if figures else exposure.Exposure()
    return {**found, "limit": limit, "held": None if held.is_veiled(visible) else held}


class MemberLimit(GuardedMixin, TemplateView):
    """組合員別限度の試算（Q&A 2）。定め方を変えると、この組合員の限度がどうなるか。"""

    permission_required = SEE
    template_name = "loans/limit_member.html"

    def get_context_data(self, **kwargs):
        sent = "uniform" in self.request.GET
        form = MemberLimitForm(self.request.GET if sent else None, initial=self.initial())
        rows = sorted(
            headroom.standing(self.on, on=self.on).rows, key=lambda row: (-row.used, row.member.number)
        )  # fmt: skip
        visible = visible_to(self.request.user, self.on)
        return super().get_context_data(
            title="組合員別限度の試算",
            form=form,
            result=member_result(form, self.on, visible) if sent else None,
            preview_url=reverse("loans:limit_member_preview"),
            largest=[row for row in open_rows(rows, visible)[0] if row.used][:5],
            members=form.book.offered(self.on),
            breadcrumbs=[("限度額の余力", reverse("loans:headroom")), ("組合員別限度の試算", "")],
            **kwargs,
        )

    def initial(self) -> dict:
        resolution = LimitResolution.in_force(self.on)
        initial = {"member_limit_mode": MemberLimitMode.BACKING, "sales_months": 2, "sales_unit": 10_000}
        if resolution is not None:
            initial["uniform"] = resolution.member_loan_limit
            if resolution.member_limit_mode != MemberLimitMode.UNIFORM:
                initial["member_limit_mode"] = resolution.member_limit_mode
            initial["sales_months"] = resolution.sales_months or 2
        number = self.request.GET.get("member", "")
        if number.isascii() and number.isdigit() and len(number) <= 18:
            initial["member"] = MemberBook.label(get_object_or_404(Member, pk=int(number)))
        return initial

    def render_to_response(self, context, **kwargs):
        return super().render_to_response(context, status=422 if context["form"].errors else 200, **kwargs)


class MemberLimitPreview(ReadingPost):
    """入力に合わせた結果（htmx）。"""

    permission_required = SEE

    def answer(self, request):
        result = member_result(MemberLimitForm(request.POST), self.on, visible_to(request.user, self.on))
        return render(request, "loans/parts/limit_member_result.html", {"result": result})
