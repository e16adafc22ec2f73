"""経営者保証の検討を記録する画面（経営者保証に関するガイドライン、手引き 第2章2 三 e）。"""

from __future__ import annotations

from django.urls import path

from coopfin.kept import KeepsWhatIsTyped
from loans import coverage
from loans.enums import GuaranteeDecision
from loans.forms.guideline import GuaranteeReviewForm
from loans.operations import guideline, security
from loans.views.base import CaseOperation


class GuaranteeReviewRecord(KeepsWhatIsTyped, CaseOperation):
    """経営者保証の検討。"""

    permission_required = security.PERMISSION
    form_class = GuaranteeReviewForm
    template_name = "loans/guarantee_review.html"
    title = "経営者保証の検討"
    submit_label = "記録する"

    @property
    def review(self):
        return coverage.review_of(self.object)

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "application": self.object, "on": self.on}

    def get_initial(self):
        review = self.review
        if review is None:
            return {"decision": GuaranteeDecision.TAKE, "explained_to": str(self.object.member.representative)}
        initial = {name: getattr(review, name) for name in ("decision", "explained_on", *guideline.TEXTS)}
        for criterion, found in review.findings_by_criterion.items():
            for name in ("verdict", "finding", "evidence"):
                initial[f"{criterion}_{name}"] = getattr(found, name, "")
        return initial

    def operate(self, form):
        values = form.values()
        review = guideline.record_review(self.object, **values, by=self.request.user, on=self.on)
        return (
            review,
            self.object.get_absolute_url(),
            f"経営者保証の検討を記録しました（{review.get_decision_display()}）。",
        )

    def get_context_data(self, **kwargs):
        closed = security.why_closed(self.object, security.RECORDABLE)
        return super().get_context_data(blocked=bool(closed), blocked_why=closed, review=self.review, **kwargs)


urlpatterns = [
    path("applications/<int:pk>/guarantee/review/", GuaranteeReviewRecord.as_view(), name="guarantee_review"),
]
