"""実行: 実行日を入れて、起票されるとおりの伝票を見てから起票する。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from coopfin.calc import days
from coopfin.calc.yen import ImpossibleTerms
from coopfin.forms import JapaneseDateField
from coopfin.views import ReadingPost
from loans import headroom
from loans.forms.disbursement import DisbursementForm
from loans.models import Application
from loans.operations import disbursement as operations
from loans.views.base import CaseMixin, CaseStep
from loans.workflow import FLOW, disbursement_day_fits

STEP = "prepare_disbursement"


def default_day(application: Application, on):
    """実行日の初めの値。実行希望日・契約日・今日のうち遅い日の、次の営業日（当日を含む）。"""
    loan = application.loan
    return days.roll(max(on, application.disburse_on, loan.contracted_on if loan else on))


def read_day(text: str, fallback):
    """送られた実行日。読めなければ fallback。"""
    try:
        return JapaneseDateField(required=False).clean(text) or fallback
    except ValidationError:
        return fallback


def preview_context(application: Application, disburse_on, on) -> dict:
    """この日に実行したときの計算・伝票・余力。起票と同じ関数から作る。"""
    found = {"disburse_on": disburse_on, "computation": None, "problem": "", "application": application}
    try:
        what = operations.preview(application.loan, disburse_on=disburse_on)
    except ImpossibleTerms as error:
        found["problem"] = str(error)
        return found
    found.update(computation=what.computation, slip=what.slip, headroom=headroom.of(application, on))
    return found


class Disburse(CaseStep):
    """実行の伝票を起票する。"""

    step_name = STEP
    form_class = DisbursementForm
    template_name = "loans/disburse_form.html"
    submit_label = "この内容で起票する"

    def given(self):
        return {"disburse_on": self._day()}

    def _day(self):
        return read_day(self.request.POST.get("disburse_on", ""), default_day(self.object, self.on))

    def get_initial(self):
        return {"disburse_on": default_day(self.object, self.on)}

    def operate(self, form):
        cleaned = form.cleaned_data
        event = operations.prepare(
            self.object, disburse_on=cleaned["disburse_on"], reason=cleaned.get("reason", ""), by=self.request.user,
            on=self.on,
        )  # fmt: skip
        return event, event.voucher.get_absolute_url(), "実行の伝票を起票しました。別の人の承認で計上されます。"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            preview_url=reverse("loans:disburse_preview", args=[self.object.pk]), **kwargs
        )
        # 実行日についての断りは試算の中で（日を変えるたびに）言い、ほかの断りがあるときだけ閉じる。
        dated = {"before-contract", "holiday", "after-maturity", "after-expiry"}
        context["blocked"] = any(finding.blocks and finding.code not in dated for finding in self.findings)
        context["findings"] = [finding for finding in self.findings if finding.code not in dated]
        if self.object.loan is not None:
            context.update(preview_context(self.object, self._day(), self.on))
            context["dated"] = [finding for finding in self.findings if finding.code in dated]
        return context


class DisbursePreview(CaseMixin, ReadingPost):
    """実行日を変えたときの試算（htmx）。何も書かない。"""

    permission_required = FLOW[STEP].permission

    def answer(self, request, pk):
        application = self.load()
        if application.loan is None:
            raise Http404
        day = read_day(request.POST.get("disburse_on", ""), None)
        if day is None:
            return render(request, "loans/disburse_preview.html", {"unread": True})
        context = preview_context(application, day, self.on)
        context["dated"] = list(disbursement_day_fits(application, by=request.user, on=self.on, disburse_on=day))
        return render(request, "loans/disburse_preview.html", context)
