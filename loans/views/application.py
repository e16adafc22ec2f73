"""申込: 作る・直す・試算する・受け付ける・実態把握・差し戻す・取り下げる。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.generic import View

from coopfin.calc import days, words
from coopfin.calc.yen import rate_text
from coopfin.forms import OperationForm
from coopfin.kept import KeepsTheWholePage
from coopfin.views import GuardedMixin, OperationView, ReadingPost
from loans import headroom, postings, rulebook
from loans.criteria import Mend
from loans.enums import EDITABLE_STATES, FeeKind, LoanType
from loans.forms.application import (
    BILL_TERMS,
    BOTH,
    ApplicationForm,
    TermsForm,
    WholeApplicationForm,
    matching_members,
    maturity_after,
)
from loans.forms.plan import LINES, AttachForm
from loans.models import Application
from loans.operations import application as operations
from loans.operations import plan as plans
from loans.views import security
from loans.views.base import CaseMixin, CaseOperation, CaseStep
from members.models import Member

EDIT = "loans.edit_application"


def chosen_member(request, on) -> Member | None:
    """?member=番号 で選ばれた在籍の組合員。"""
    number = request.GET.get("member", "")
    if not number:
        return None
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Http404
    return get_object_or_404(Member.objects.current(on).select_related("representative"), pk=int(number))


#: 保存に続けて付けるもの → ページ
CONTINUE = {"security": "loans:security_add", "guarantee": "loans:guarantee_add"}


class FormPage(KeepsTheWholePage):
    """申込の入力画面に共通する値。"""

    form_class = WholeApplicationForm
    template_name = "loans/application_form.html"
    permission_required = EDIT

    def get_form_kwargs(self):
        given = super().get_form_kwargs()
        return {**given, "on": self.on, "application": self.object, "lines": lines_of(self.source)}

    def has_typed(self, form):
        return super().has_typed(form) or any(rows.is_bound and rows.has_changed() for rows in form.lines.values())

    def differences(self, form):
        lines = [
            (LINES[name][0], "この画面と違います。")
            for name, rows in form.lines.items()
            if rows.is_bound and rows.has_changed()
        ]
        return super().differences(form) + lines

    @property
    def source(self) -> Application | None:
        """欄に初めから入れておく申込（直す申込、または写す申込）。"""
        return self.object

    def next_page(self, application) -> str:
        """保存のあとに開くページ。担保・保証人は申込の続きで、押したボタンがどちらから付けるかを言う。"""
        name = CONTINUE.get(self.request.POST.get("then", ""))
        return reverse(name, args=[application.pk]) if name else application.get_absolute_url()

    def get_context_data(self, **kwargs):
        query = f"?application={self.object.pk}" if self.object else ""
        return super().get_context_data(
            preview_url=reverse("loans:preview") + query,
            maturity_url=reverse("loans:maturity"),
            product_url=reverse("loans:product_terms") + query,
            bill_terms=list(BILL_TERMS.items()),
            **kwargs,
        )


def lines_of(application: Application | None) -> dict[str, list[dict]]:
    """申込の明細を、入力欄の初めの値に。"""
    if application is None:
        return {}
    return {
        name: [{**{field: getattr(row, field) for field in fields}, "row": row.pk} for row in getattr(application, name).all()]
        for name, fields in LINE_FIELDS.items()
    }  # fmt: skip


#: 明細の名 → 欄
LINE_FIELDS = {
    "uses": ("purpose", "what", "supplier", "amount"),
    "sources": ("kind", "provider", "amount"),
    "banks": ("bank", "kind", "balance", "yearly_repayment"),
    "parties": ("role", "name"),
}


def written_terms(application: Application) -> dict:
    """申込の条件を、入力欄の初めの値に。"""
    found = {name: getattr(application, name) for name in operations.TERM_FIELDS}
    return {**found, "purpose": BOTH} if application.equipment_amount is not None else found


#: 前の申込を写すときに、写さない欄（日付と、来た人の確認はその都度）
NOT_COPIED = {
    "disburse_on": None, "maturity_on": None, "first_due_on": None, "applied_by": "", "consented_on": None,
}  # fmt: skip


class ApplicationCreate(FormPage, CaseMixin, OperationView):
    """借入申込の下書きを作る。受付番号は、受け付けるときに付く。"""

    title = "借入申込を書く"
    submit_label = "下書きを保存する"

    def load(self):
        return None

    @cached_property
    def copied(self) -> Application | None:
        """?copy=番号 の申込。条件と明細だけを写し、決定・担保・保証は写さない。見てはならないものは 404。"""
        number = self.request.GET.get("copy", "")
        if not number:
            return None
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            raise Http404
        visible = Application.objects.visible_to(self.request.user, self.on).select_related("member__representative")
        return get_object_or_404(visible, pk=int(number))

    @property
    def source(self):
        return self.copied

    def get_form_kwargs(self):
        given = super().get_form_kwargs()
        for rows in given["lines"].values():
            for row in rows:
                row.pop("row")
        return given

    def get_initial(self):
        if self.copied is not None:
            found = {**written_terms(self.copied), **NOT_COPIED}
            if found["product"] is not None and not found["product"].is_offered(self.on):
                found["product"] = None
            if self.copied.member in Member.objects.current(self.on):
                found["member"] = self.copied.member
            return found
        member = chosen_member(self.request, self.on)
        return {"member": member} if member else {}

    def back_url(self):
        return self.copied.get_absolute_url() if self.copied else reverse("loans:applications")

    def operate(self, form):
        application = operations.create_draft(
            member=form.cleaned_data["member"], terms=form.terms, plan=form.plan,
            copied_from=self.copied.number_label if self.copied else "", by=self.request.user, on=self.on,
        )  # fmt: skip
        message = "下書きを保存しました。「残っていること」を確かめてから、受け付けてください。"
        return application, self.next_page(application), message

    def get_context_data(self, **kwargs):
        return super().get_context_data(copied=self.copied, **kwargs)


class ApplicationEdit(FormPage, CaseOperation):
    """条件を直す。下書き・受付済・実態把握中・差戻しのあいだだけ。"""

    title = "申込の内容を直す"
    submit_label = "保存する"

    def get_initial(self):
        return written_terms(self.object)

    def operate(self, form):
        application = operations.update_terms(
            self.object, terms=form.terms, plan=form.plan, by=self.request.user, on=self.on
        )
        return application, self.next_page(application), "申込の内容を保存しました。"

    def get_context_data(self, **kwargs):
        closed = self.object.state not in EDITABLE_STATES
        return super().get_context_data(
            security=security.section(self.object, self.request.user, self.on),
            blocked=closed,
            blocked_why=f"いまの状態は「{self.object.get_state_display()}」です。条件を直すときは、差し戻してください。"
            if closed
            else "",
            **kwargs,
        )


class MemberChoices(GuardedMixin, View):
    """組合員を探した結果（htmx）。"""

    permission_required = EDIT
    http_method_names = ["get"]

    def get(self, request):
        text = " ".join(words.search_terms(request.GET.get("member_search", "")))[:100]
        choices = matching_members(text, self.on)
        chosen = choices[0] if len(choices) == 1 else None
        context = {"choices": choices, "chosen": chosen, "text": text}
        return render(request, "loans/parts/member_choices.html", context)


class Maturity(ReadingPost):
    """手形の期日を、90日・3か月などから計算して欄に入れる（htmx）。"""

    permission_required = EDIT

    def answer(self, request):
        form = TermsForm(request.POST, on=self.on)
        form.is_valid()
        term, start = request.POST.get("term", ""), form.cleaned_data.get("disburse_on")
        problem, value = "", request.POST.get("maturity_on", "")
        if term not in BILL_TERMS:
            problem = "期間を選んでください。"
        elif start is None:
            problem = "先に実行希望日を入力してください。"
        else:
            value = maturity_after(start, term, form.policy.new_bill_count if form.policy else "both_ends")
        fresh = TermsForm(initial={"maturity_on": value}, on=self.on)
        html = render_to_string(
            "loans/parts/maturity.html",
            {"form": fresh, "problem": problem, "bill_terms": list(BILL_TERMS.items()), "maturity_url": request.path},
            request,
        )
        response = HttpResponse(html)
        # 欄の値が変わったことを、試算に知らせる。
        response["HX-Trigger-After-Settle"] = "change"
        return response


class ProductTerms(ReadingPost):
    """選んだ商品の要点を見せ、形式・利率・手数料の欄を商品のとおりにする（htmx）。"""

    permission_required = EDIT

    def answer(self, request):
        form = ApplicationForm(request.POST, on=self.on, application=_named_case(request, self.on))
        form.is_valid()
        product = form.chosen_product
        if product is not None:
            form.data = form.data.copy()
            if product.form in LoanType.values:
                form.data["loan_type"] = product.form
            form.data["interest_rate"] = rate_text(product.interest_rate)
            form.data["fee_rate"] = rate_text(product.fee_rate) if product.fee_kind == FeeKind.RATE_DAYS else ""
            for name in ("loan_type", "interest_rate", "fee_rate"):
                form.errors.pop(name, None)
        context = {"form": form, "product": product, "swap": True}
        response = render(request, "loans/parts/product_terms.html", context)
        # 欄の値が変わったことを、試算に知らせる。
        response["HX-Trigger-After-Settle"] = "change"
        return response


def _named_case(request, on) -> Application | None:
    """?application=番号 の案件。見てはならないものは 404。"""
    number = request.GET.get("application", "")
    if not number:
        return None
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise Http404
    visible = Application.objects.visible_to(request.user, on).select_related("member", "policy", "product")
    return get_object_or_404(visible, pk=int(number))


class Preview(ReadingPost):
    """入力の途中の試算（htmx）。保存するときと同じ計算・同じ転記・同じ余力を見せ、何も書かない。"""

    permission_required = EDIT

    def answer(self, request):
        form = WholeApplicationForm(request.POST, on=self.on, application=_named_case(request, self.on))
        form.is_valid()
        return render(request, "loans/preview.html", {**preview_context(form, self.on), "sums": plan_sums(form)})


#: 試算に要る欄。ほかの欄の書きかけは、試算では言わない。
_TERMS = (
    "loan_type", "amount", "interest_rate", "fee_rate", "disburse_on", "maturity_on", "method", "installments", "interval_months",
    "grace_installments", "first_due_on", "anchor_day",
)  # fmt: skip


def plan_sums(form: WholeApplicationForm) -> dict | None:
    """書いているあいだの資金計画の計（読めない行があるうちは出さない）。"""
    uses, sources = form.lines["uses"], form.lines["sources"]
    amount = form.cleaned_data.get("amount")
    if amount is None or not all(formset.is_bound and formset.is_valid() for formset in (uses, sources)):
        return None
    used, other = (sum(row["amount"] for row in formset.written) for formset in (uses, sources))
    return {"used": used, "other": other, "amount": amount, "gap": used - amount - other} if used or other else None


def preview_context(form: ApplicationForm, on) -> dict:
    """試算の中身。計算・伝票・余力・気をつけること・足りない欄。"""
    computation, member = form.computation, form.chosen
    context = {"form": form, "computation": computation, "no_policy": form.policy is None, "notes": []}
    if computation is None:
        wrong = [name for name in _TERMS if name in form.errors]
        context["missing"] = [form[name].label for name in wrong if not form[name].value()]
        context["problems"] = [
            (form[name].label, text) for name in wrong if form[name].value() for text in form.errors[name]
        ]
        return context
    draft = form.unsaved(member)
    context["slip"] = postings.disbursed(calculation=computation, member=member)
    context["application"] = draft
    context["notes"] = _notes(form, on)
    if member is not None and draft.funding_source:
        context["headroom"] = headroom.of(draft, on)
        # 担保と保証人は、下書きを保存してから付ける。ここで言うのは、この欄で直せることだけ。
        context["standards"] = rulebook.standard_findings(draft, on, without="warn", only=frozenset({Mend.TERMS}))
        context["versions"] = rulebook.standards_of(draft, on)
    if form.application is not None:
        context["cover"] = security.cover_bar(draft)
    return context


def _notes(form, on) -> list[str]:
    """止めはしないが、気づいてほしいこと。"""
    start, notes = form.cleaned_data["disburse_on"], []
    if start < on:
        notes.append("実行希望日が過ぎています。")
    if not days.is_business_day(start):
        notes.append("実行希望日は銀行の休業日です。実行するときは営業日にします。")
    if form.is_bill:
        maturity = form.cleaned_data["maturity_on"]
        if not days.is_business_day(maturity):
            notes.append("手形の期日が銀行の休業日です。")
        if maturity > form.policy.paper_bill_last_maturity_on:
            notes.append("手形の期日が、紙の手形を交換できる最後の日を過ぎます。")
    else:
        first, anchor = form.cleaned_data["first_due_on"], form.cleaned_data["anchor_day"]
        if first == days.month_end(first.year, first.month) and first.day < 31 and anchor != 31:
            notes.append("初回期日は月の末日です。毎回を末日にするときは「毎回の期日（日）」に 31 と入れてください。")
    return notes


class Attach(CaseOperation):
    """見積書・署名のある申込書・その他の書類の写しを受け取る。"""

    form_class = AttachForm
    permission_required = EDIT
    title = "書類を付ける"
    submit_label = "受け取る"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "uses": list(self.object.uses.all())}

    def operate(self, form):
        cleaned = form.cleaned_data
        try:
            plans.attach(
                self.object, file=cleaned["file"], what=cleaned["what"], kind=cleaned["kind"], by=self.request.user,
                on=self.on,
            )  # fmt: skip
        except ValidationError as problem:
            raise (
                problem if hasattr(problem, "error_dict") else ValidationError({"file": problem.messages})
            ) from problem
        return self.object, f"{self.object.get_absolute_url()}#plan", "書類を受け取りました。"


class Receive(CaseStep):
    """受け付ける。"""

    step_name = "receive"
    operation = operations.receive

    def operate(self, form):
        reason = form.cleaned_data.get("reason", "")
        application = operations.receive(self.object, by=self.request.user, on=self.on, reason=reason)
        return application, application.get_absolute_url(), f"受け付けました（受付番号 {application.number}）。"


class Investigate(CaseStep):
    """実態把握を始める。"""

    step_name = "investigate"
    operation = operations.investigate
    notice = "実態把握を始めました。調査書を節ごとに書いてください。"

    def success_url_for(self, obj):
        return reverse("loans:worksheet", args=[obj.pk])


class Return(CaseStep):
    """差し戻す。"""

    step_name = "return"
    operation = operations.return_
    notice = "差し戻しました。"

    def get_context_data(self, **kwargs):
        return super().get_context_data(danger=True, **kwargs)


class Reopen(CaseOperation):
    """謝絶・取下げのあと、条件を写した新しい下書きを作る。"""

    form_class = OperationForm
    template_name = "loans/step.html"
    permission_required = EDIT
    title = operations.REOPEN
    submit_label = "下書きを作る"

    def operate(self, form):
        draft = operations.reopen(self.object, by=self.request.user, on=self.on)
        message = "前の申込の条件を写した下書きを作りました。日付と条件を確かめて、直してください。"
        return draft, reverse("loans:edit", args=[draft.pk]), message

    def get_context_data(self, **kwargs):
        findings = operations.reopen_findings(self.object, by=self.request.user, on=self.on)
        explanation = "この申込の条件を写した新しい下書きを作ります。担保は付け直します。前の申込へは互いにたどれます。"
        return super().get_context_data(
            explanation=explanation, findings=findings or None, blocked=bool(findings), **kwargs
        )


class Withdraw(CaseStep):
    """取り下げる。"""

    step_name = "withdraw"
    operation = operations.withdraw
    notice = "取り下げました。"

    def get_context_data(self, **kwargs):
        return super().get_context_data(danger=True, **kwargs)
