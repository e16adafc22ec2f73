"""条件: 満たしたことの記録と取消し、理事会への免除の付議とその決定。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from coopfin.forms import ReasonForm
from documents import operations as documents
from governance import operations as governance
from governance.enums import BodyKind
from loans import items
from loans.conditions import adopted
from loans.forms.conditions import ConditionForm, WaiverDecisionForm
from loans.models import Condition, ProposedCondition
from loans.operations import conditions as operations
from loans.views.base import CaseOperation


def page_of(application) -> str:
    return reverse("loans:conditions", args=[application.pk])


def sorted_out(application, user) -> dict | None:
    """案件のページの「理事会の条件」。なければ None。"""
    conditions = list(application.conditions.all())
    if not conditions:
        return None
    in_force = [one for one in conditions if one.lapsed_on is None]
    return {
        "in_force": in_force,
        "lapsed": [one for one in conditions if one.lapsed_on is not None],
        "left": sum(one.is_outstanding for one in in_force),
        "may_meet": not operations.closed_because(application) and user.has_perm("loans.contract"),
    }


class Conditions(CaseOperation):
    """理事会の条件。満たしたことを、一つずつ確かめて記録する。"""

    form_class = ConditionForm
    template_name = "loans/conditions.html"
    permission_required = "loans.contract"
    title = "理事会の条件"
    submit_label = "満たしたことを記録する"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "on": self.on}

    def _condition(self) -> Condition | None:
        number = self.request.POST.get("condition", "")
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            return None
        return self.object.conditions.filter(pk=int(number)).first()

    def operate(self, form):
        condition, cleaned = self._condition(), form.cleaned_data
        if condition is None:
            raise Http404
        operations.meet(
            self.object, condition, evidence=cleaned["evidence"], met_on=cleaned["met_on"],
            document=self._accept(cleaned["copy"]), by=self.request.user, on=self.on,
        )  # fmt: skip
        return condition, page_of(self.object), f"条件「{condition.text}」を満たしたことを記録しました。"

    def _accept(self, file):
        if not file:
            return None
        try:
            return documents.accept_upload(
                file=file, kind="条件の証拠", target=self.object, by=self.request.user, on=self.on
            )
        except ValidationError as problem:
            raise ValidationError({"copy": problem.messages}) from problem

    def get_context_data(self, **kwargs):
        bound, version = kwargs.get("form"), self.version_of(self.object)
        advised = items.last_decided(self.object, BodyKind.COMMITTEE)
        asked = [one.wanted for one in ProposedCondition.objects.filter(item=advised, opinion=None)] if advised else []
        rows = []
        for condition in self.object.conditions.all():
            chosen = bound is not None and bound.is_bound and self.request.POST.get("condition") == str(condition.pk)
            fresh = ConditionForm(version=version, on=self.on, auto_id=f"id_{condition.pk}_%s")
            rows.append(
                {
                    "condition": condition,
                    "form": bound if chosen else fresh,
                    "late": condition.is_late(self.on),
                    "origin": adopted(condition.wanted, asked),
                    "asked": condition.waiver if condition.waiver is not None and condition.waiver.is_open else None,
                }
            )
        closed = operations.closed_because(self.object)
        return super().get_context_data(
            rows=rows,
            may_record=not closed,
            closed_because=closed[0].text if closed else "",
            may_ask=self.request.user.has_perm("loans.submit_to_board"),
            **kwargs,
        )


class OneCondition(CaseOperation):
    """条件一つについての手続。"""

    form_class = ReasonForm
    template_name = "loans/condition_step.html"

    def dispatch(self, request, *args, **kwargs):
        self.condition = None
        return super().dispatch(request, *args, **kwargs)

    def load(self):
        application = super().load()
        found = application.conditions.select_related("waiver__body", "waiver__meeting__body", "met_by")
        self.condition = get_object_or_404(found, pk=self.kwargs["condition"])
        return application

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if "reason" in form.fields:
            form.fields["reason"].required = True
        return form

    def back_url(self):
        return page_of(self.object)

    def findings(self) -> list:
        return operations.closed_because(self.object)

    def get_context_data(self, **kwargs):
        findings = self.findings()
        return super().get_context_data(
            condition=self.condition,
            findings=findings or None,
            blocked=any(finding.blocks for finding in findings),
            **kwargs,
        )


class Unmeet(OneCondition):
    """満たしたという記録を取り消す。"""

    permission_required = "loans.contract"
    title = "条件の記録を取り消す"
    submit_label = "取り消す"

    def operate(self, form):
        operations.unmeet(
            self.object, self.condition, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on
        )
        return self.object, page_of(self.object), "条件の記録を取り消しました。"

    def get_context_data(self, **kwargs):
        explanation = "満たしたという記録を取り消し、まだの条件に戻します。前の記録と理由は経過に残ります。"
        return super().get_context_data(danger=True, explanation=explanation, **kwargs)


class AskWaiver(OneCondition):
    """条件の免除を理事会に付議する。"""

    permission_required = "loans.submit_to_board"
    title = "条件の免除を理事会に付議する"
    submit_label = "理事会に付議する"

    def operate(self, form):
        operations.ask_waiver(
            self.object, self.condition, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on
        )
        return self.object, page_of(self.object), "免除を理事会に付議しました。会議のページで議案に載せてください。"

    def get_context_data(self, **kwargs):
        explanation = "条件を免除できるのは、定めた理事会だけです。理由を付けて議案にします。"
        return super().get_context_data(explanation=explanation, **kwargs)


class DecideWaiver(OneCondition):
    """免除についての理事会の決定を記録する。"""

    form_class = WaiverDecisionForm
    permission_required = "loans.decide"
    title = "条件の免除の決定を記録する"
    submit_label = "決定を記録する"

    def findings(self):
        return operations.waiver_findings(self.object, self.condition, by=self.request.user, on=self.on)

    def operate(self, form):
        cleaned = form.cleaned_data
        operations.decide_waiver(
            self.object, self.condition, result=cleaned["result"], comment=cleaned["comment"], by=self.request.user,
            on=self.on,
        )  # fmt: skip
        return self.object, self.object.get_absolute_url(), "免除についての理事会の決定を記録しました。"

    def get_context_data(self, **kwargs):
        item = self.condition.waiver
        standing = governance.standing(item, on=self.on) if item is not None and item.is_open else None
        return super().get_context_data(standing=standing, item=item, **kwargs)


urlpatterns = [
    path("applications/<int:pk>/conditions/", Conditions.as_view(), name="conditions"),
    path("applications/<int:pk>/conditions/<int:condition>/unmeet/", Unmeet.as_view(), name="condition_unmeet"),
    path("applications/<int:pk>/conditions/<int:condition>/waiver/ask/", AskWaiver.as_view(), name="condition_ask"),
    path("applications/<int:pk>/conditions/<int:condition>/waiver/", DecideWaiver.as_view(), name="condition_waiver"),
]
