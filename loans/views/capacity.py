"""返済の力の画面。書くそばから、三つの場合（短期は財源と期間）の試算を見せる。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from coopfin.views import ReadingPost
from documents import operations as documents
from loans import judging
from loans.enums import Purpose
from loans.forms.capacity import CapacityForm
from loans.models import Application, RepaymentCapacity
from loans.operations import capacity as operations
from loans.views.worksheet import INVESTIGATE, WorksheetOperation


def panel(application: Application, capacity: RepaymentCapacity | None, on) -> dict:
    """返済の力の面。"""
    return _panel(application, capacity, judging.computation_of(application, on))


def panel_of_case(application: Application, computation) -> dict | None:
    """案件のページの、返済の力の面。まだ何も書かれていなければ None。"""
    capacity = getattr(application, "capacity", None)
    return _panel(application, capacity, computation) if capacity else None


def _panel(application, capacity, computation) -> dict:
    found = judging.judge(application, capacity, computation)
    return {
        "judgement": found,
        "capacity": capacity,
        "rows": [(scenario, judging.bar_of(scenario)) for scenario in found.scenarios],
    }


def _kind(application: Application) -> dict:
    return {"is_long": judging.is_long(application), "is_working": application.purpose == Purpose.WORKING}


class Capacity(WorksheetOperation):
    """返済の力を書く。"""

    form_class = CapacityForm
    template_name = "loans/capacity_form.html"
    title = "返済の力"
    submit_label = "記録する"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), **_kind(self.object)}

    def get_initial(self):
        written = getattr(self.object, "capacity", None)
        return {name: getattr(written, name) for name in (*CapacityForm.LONG, *CapacityForm.SHORT)} if written else {}

    def operate(self, form):
        figures = form.figures
        if form.cleaned_data.get("cash_plan_file"):
            figures["cash_plan"] = self._accept(form.cleaned_data["cash_plan_file"])
        operations.figure(self.object, figures=figures, by=self.request.user, on=self.on)
        return self.object, self.object.get_absolute_url() + "#capacity", "返済の力を記録しました。"

    def _accept(self, file):
        try:
            return documents.accept_upload(
                file=file, kind="資金繰表", target=self.object, by=self.request.user, on=self.on
            )
        except ValidationError as problem:
            raise ValidationError({"cash_plan_file": problem.messages}) from problem

    def get_context_data(self, **kwargs):
        written = getattr(self.object, "capacity", None)
        return super().get_context_data(
            preview_url=reverse("loans:capacity_preview", args=[self.object.pk]),
            elsewhere=judging.repayments_elsewhere(self.object) if judging.is_long(self.object) else None,
            preview=panel(self.object, written, self.on),
            **kwargs,
        )


class CapacityPreview(ReadingPost):
    """書きかけの数による試算（htmx）。"""

    permission_required = INVESTIGATE

    def answer(self, request, pk):
        visible = Application.objects.visible_to(request.user, self.on).select_related("member", "policy")
        application = get_object_or_404(visible, pk=pk)
        form = CapacityForm(request.POST, **_kind(application))
        form.is_valid()
        return render(request, "loans/parts/capacity.html", panel(application, form.unsaved(application), self.on))
