"""契約: 原資の決定、契約手続、書類、実行準備の確認。"""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.generic import TemplateView, View

from coopfin.flow import StepRefused
from coopfin.models import UsedToken
from coopfin.views import GuardedMixin, OncePerToken, ReadingPost, RememberReading
from documents import form_versions
from documents import operations as documents
from documents.paper import CannotRender, preview_response
from funding.models import designated_banks
from loans import printing
from loans.enums import ApplicationState, FundingResult
from loans.forms.contract import ContractForm, FundingForm
from loans.operations import contract as operations
from loans.views.base import CaseMixin, CaseStep
from loans.workflow import FLOW, documents_of


class Funding(CaseStep):
    """原資の決定を記録する。条件が変われば、案件は理事会に戻る。"""

    step_name = "record_funding"
    form_class = FundingForm
    template_name = "loans/funding_form.html"

    def load(self):
        application = super().load()
        if not application.is_bank_funded:
            raise Http404
        return application

    def get_form_kwargs(self):
        return {
            **super().get_form_kwargs(), "on": self.on, "application": self.object, "banks": designated_banks(self.on)
        }  # fmt: skip

    def get_initial(self):
        banks = designated_banks(self.on)
        return {"bank": banks[0]} if len(banks) == 1 else {}

    def operate(self, form):
        cleaned, user = form.cleaned_data, self.request.user
        upload = None
        if cleaned.get("notice"):
            upload = self._accept(cleaned["notice"])
        changed = cleaned["result"] == FundingResult.CHANGED
        operations.record_funding(
            self.object,
            bank=cleaned["bank"],
            decided_on=cleaned["decided_on"],
            result=cleaned["result"],
            amount=cleaned["amount"],
            bank_rate=cleaned["bank_rate"],
            maturity_on=cleaned["maturity_on"],
            document_reference=cleaned["document_reference"],
            guarantee_pattern=cleaned["guarantee_pattern"],
            note=cleaned["note"],
            upload=upload,
            new_terms=form.new_terms if changed else None,
            reason=cleaned.get("reason", ""),
            by=user,
            on=self.on,
        )
        message = "原資の決定を記録しました。"
        if changed:
            message += "条件が変わったため、案件を理事会に戻しました。"
        return self.object, self.object.get_absolute_url(), message

    def _accept(self, file):
        try:
            return documents.accept_upload(
                file=file, kind="原資の決定通知", target=self.object, by=self.request.user, on=self.on
            )
        except ValidationError as problem:
            raise ValidationError({"notice": problem.messages}) from problem

    def get_context_data(self, **kwargs):
        return super().get_context_data(banks=designated_banks(self.on), decisions=self._decisions(), **kwargs)

    def _decisions(self):
        return list(self.object.funding_decisions.select_related("recorded_by", "document"))


#: 契約日を変えれば直ることがある断り（公正証書の期間、情報提供の日、元本確定期日）
DATED = {"deed", "information", "fixed_on"}


def contract_day(text: str, application, on):
    """確かめる契約日。読めなければ、今日か理事会の決定日の遅い方。"""
    try:
        return ContractForm.base_fields["contracted_on"].clean(text)
    except ValidationError:
        return max(on, application.approved_on or on)


class Contract(CaseStep):
    """契約手続を始める。公正証書は、入力された契約日で確かめる。"""

    step_name = "contract"
    form_class = ContractForm
    template_name = "loans/contract_form.html"

    def given(self):
        return {"contract_on": contract_day(self.request.POST.get("contracted_on", ""), self.object, self.on)}

    def get_initial(self):
        return {"contracted_on": contract_day("", self.object, self.on)}

    def operate(self, form):
        cleaned = form.cleaned_data
        loan = operations.begin(
            self.object, contracted_on=cleaned["contracted_on"], reason=cleaned.get("reason", ""),
            by=self.request.user, on=self.on,
        )  # fmt: skip
        papers_url = reverse("loans:contract_papers", args=[self.object.pk])
        return loan, papers_url, f"契約番号 {loan.number} を付けました。書類を発行し、調印済を受け取ってください。"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            preview_url=reverse("loans:contract_preview", args=[self.object.pk]), **kwargs
        )
        context["blocked"] = any(finding.blocks and finding.code not in DATED for finding in self.findings)
        # 契約日に合わせて入れ替わる面で見せるので、下の「確かめること」には出さない。
        context["checks"], context["findings"] = self.findings, None
        return context


class ContractPreview(CaseMixin, ReadingPost):
    """契約日を変えたときの確かめ（htmx）。何も書かない。"""

    permission_required = FLOW["contract"].permission

    def answer(self, request, pk):
        self.object = application = self.load()
        day = contract_day(request.POST.get("contracted_on", ""), application, self.on)
        checks = FLOW.findings(FLOW["contract"], application, by=request.user, on=self.on, contract_on=day)
        return render(request, "loans/contract_preview.html", {"application": application, "checks": checks})


class CancelContract(CaseStep):
    """契約手続を取りやめる。"""

    step_name = "cancel_contract"
    operation = operations.cancel
    notice = "契約手続を取りやめました。承認は残っています。"

    def get_context_data(self, **kwargs):
        return super().get_context_data(danger=True, **kwargs)


# --- 書類 ----------------------------------------------------------------------------------


class PapersMixin(CaseMixin, GuardedMixin, RememberReading):
    """契約のある案件だけを読む。"""

    def load_case(self):
        self.object = self.load()
        self.remember(self.object)
        if self.object.loan is None:
            raise Http404
        return self.object

    def paper(self, loan):
        found = next((paper for paper in printing.papers_for(loan) if paper.code == self.kwargs["code"]), None)
        if found is None:
            raise Http404
        return found


class ContractPapers(PapersMixin, TemplateView):
    """契約書類: 見本を見る、発行する、受け取る。"""

    permission_required = "documents.view_paper"
    template_name = "loans/contract_papers.html"
    title = "契約書類"

    def get_context_data(self, **kwargs):
        application = self.load_case()
        loan, user = application.loan, self.request.user
        issued = {
            document.paper: document for document in documents_of(loan).defer("content").select_related("signed_by")
        }
        rows = [{"paper": paper, "document": issued.pop(paper.code, None)} for paper in printing.papers_for(loan)]
        contracting = application.state == ApplicationState.CONTRACTING
        signed = sum(1 for row in rows if row["document"] is not None and row["document"].signed_on)
        return super().get_context_data(
            title=self.title,
            loan=loan,
            rows=[{**row, "token": uuid.uuid4().hex} for row in rows],
            others=list(issued.values()),
            signed=signed,
            all_token=uuid.uuid4().hex,
            unissued=sum(1 for row in rows if row["document"] is None),
            may_issue=contracting and user.has_perm("loans.issue_papers"),
            version=application.version,
            contracting=contracting,
            **kwargs,
        )


class PaperPreview(PapersMixin, View):
    """発行する前の見本。"""

    permission_required = "documents.view_paper"
    http_method_names = ["get"]

    def get(self, request, pk, code):
        application = self.load_case()
        loan = application.loan
        paper = self.paper(loan)
        back = reverse("loans:contract_papers", args=[pk])
        try:
            paper, context = form_versions.worded(paper, self.on), printing.context_for(paper, loan, on=self.on)
        except CannotRender as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(back)
        may_issue = application.state == ApplicationState.CONTRACTING and request.user.has_perm("loans.issue_papers")
        already = documents_of(loan).filter(paper=paper.code).exists()
        issue = reverse("loans:paper_issue", args=[pk, code]) if may_issue and not already else ""
        return preview_response(request, paper, context, back_url=back, issue_url=issue, token=uuid.uuid4().hex)


class PaperIssue(PapersMixin, OncePerToken, View):
    """書類を発行する。描くのは取引の外なので、二度押しは合言葉と「発行済」の断りで防ぐ。"""

    permission_required = "loans.issue_papers"
    http_method_names = ["post"]

    def post(self, request, pk, code):
        token = request.POST.get("token", "")
        done = self.already_done(token)
        if done:
            return done
        application = self.load_case()
        self.paper(application.loan)
        back = reverse("loans:contract_papers", args=[pk])
        try:
            document = operations.issue_paper(application, code=code, by=request.user, on=self.on)
        except StepRefused as refusal:
            for finding in refusal.findings:
                messages.error(request, f"{finding.text} {finding.detail}".strip())
            return HttpResponseRedirect(back)
        if token:
            UsedToken.objects.get_or_create(token=token[:40], by=request.user, defaults={"result_url": back})
        messages.success(
            request, f"{document.paper_label}を発行しました（{document.label}）。印刷して、署名・押印を受けてください。"
        )
        return HttpResponseRedirect(back)


class PapersIssueAll(PapersMixin, OncePerToken, View):
    """まだ発行していない書類を、まとめて発行し始める。"""

    permission_required = "loans.issue_papers"
    http_method_names = ["post"]

    def post(self, request, pk):
        application = self.load_case()
        back = reverse("loans:contract_papers", args=[pk])

        def work():
            batch = operations.start_issuing(application, by=request.user, on=self.on, back_url=back)
            return batch, batch.get_absolute_url()

        try:
            return self.run_once(request.POST.get("token", ""), work)[1]
        except StepRefused as refusal:
            messages.error(request, refusal.findings[0].text)
            return HttpResponseRedirect(back)


class PaperSigned(PapersMixin, OncePerToken, View):
    """調印済の書類を受け取ったことを記録する。"""

    permission_required = "loans.issue_papers"
    http_method_names = ["post"]

    def post(self, request, pk, document):
        application = self.load_case()
        found = get_object_or_404(documents_of(application.loan), pk=document)
        back = reverse("loans:contract_papers", args=[pk])

        def work():
            operations.receive_signed(application, found, by=request.user, on=self.on)
            messages.success(request, f"{found.paper_label}の調印済を受け取りました。")
            return found, back

        try:
            _, response = self.run_once(request.POST.get("token", ""), work)
        except StepRefused as refusal:
            for finding in refusal.findings:
                messages.error(request, finding.text)
            return HttpResponseRedirect(back)
        return response


# --- 確認 -----------------------------------------------------------------------------


class ConfirmReady(CaseStep):
    """実行できることを確認する。契約手続をした人とは別の人が行う。"""

    step_name = "confirm_ready"
    operation = operations.confirm_ready
    notice = "実行できることを確認しました。実行の伝票を起票できます。"
