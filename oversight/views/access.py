"""閲覧の制限と許し。事務局長が決め、監事が見る（ドメイン E）。"""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse

from coopfin.forms import ReasonForm
from coopfin.views import OperationView
from oversight import targets
from oversight.filters import GrantFilter
from oversight.forms import GrantForm, RestrictForm
from oversight.models import CaseGrant, CaseRestriction
from oversight.operations import access as operations
from oversight.tables import GrantTable
from oversight.views.base import RecordList

LIST = ("閲覧の制限と許し", "/oversight/access/")


class AccessList(RecordList):
    """閲覧の許しの一覧と、いま制限されている案件。"""

    permission_required = "oversight.view_access"
    template_name = "oversight/access_list.html"
    title = "閲覧の制限と許し"
    lead = "案件を読む人を名指しで限る制限と、期間を限って読ませる許し（外部の専門家など）"
    table_class = GrantTable
    filterset_class = GrantFilter
    empty = {
        "text": "閲覧の許しはまだありません。",
        "hint": "案件のページの「閲覧の制限と許し」から、読む人と期間を決めます。",
    }

    def get_queryset(self):
        found = targets.without_hidden(CaseGrant.objects.all(), self.request.user, self.on)
        return found.select_related("user", "granted_by", "content_type")

    def get_filterset_kwargs(self, filterset_class):
        return {**super().get_filterset_kwargs(filterset_class), "on": self.on}

    def get_table_kwargs(self):
        return {"on": self.on, "may_keep": self.request.user.has_perm(operations.KEEP)}

    def get_context_data(self, **kwargs):
        known = targets.types()
        closed = targets.without_hidden(CaseRestriction.objects.in_force(), self.request.user, self.on)
        rows = [
            {"restriction": row, "url": targets.page_of(row, known, self.request.user)}
            for row in closed.select_related("placed_by")
        ]
        return super().get_context_data(restrictions=rows, **kwargs)


class CaseAccess(OperationView):
    """一件の案件の閲覧についての操作。"""

    permission_required = operations.KEEP
    template_name = "generic/form.html"

    def load(self):
        return targets.find(self.kwargs["label"], self.kwargs["pk"], user=self.request.user, on=self.on, case=True)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            breadcrumbs=[LIST, (str(self.object), self.back_url()), (self.title, "")], lead=str(self.object), **kwargs
        )


class RestrictView(CaseAccess):
    """閲覧を、許しのある人だけに限る。"""

    form_class = RestrictForm
    title = "閲覧を制限する"
    submit_label = "制限する"

    def operate(self, form):
        operations.restrict(self.object, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on)
        return (
            self.object,
            self.back_url(),
            "閲覧を制限しました。監事と事務局長のほかは、許しのある人だけが開けます。読む人を続けて決めてください。",
        )


class LiftView(CaseAccess):
    """閲覧の制限を解く。"""

    form_class = RestrictForm
    title = "閲覧の制限を解く"
    submit_label = "制限を解く"

    def operate(self, form):
        operations.lift(self.object, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on)
        return self.object, self.back_url(), "閲覧の制限を解きました。"


class GrantView(CaseAccess):
    """期間を限って、閲覧を許す。"""

    form_class = GrantForm
    title = "閲覧を許す"
    submit_label = "許す"

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "by": self.request.user}

    def get_initial(self):
        return {"from_on": self.on}

    def operate(self, form):
        given = form.cleaned_data
        made = operations.grant(
            self.object, user=given["user"], from_on=given["from_on"], to_on=given["to_on"], reason=given["reason"],
            by=self.request.user, on=self.on,
        )  # fmt: skip
        return made, self.back_url(), f"{made.user}さんに閲覧を許しました。読むだけで、何も変えられません。"


class RevokeView(OperationView):
    """閲覧の許しを取り消す。"""

    permission_required = operations.KEEP
    template_name = "step_form.html"
    form_class = ReasonForm
    title = "閲覧の許しを取り消す"
    submit_label = "取り消す"

    def load(self):
        seen = targets.without_hidden(CaseGrant.objects.all(), self.request.user, self.on)
        return get_object_or_404(seen.select_related("user"), pk=self.kwargs["pk"])

    def remember(self, *objects):
        """閲覧の許しは、案件の中身ではない。"""

    def back_url(self):
        return reverse("oversight:access")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            subject=f"{self.object.user}　{self.object.object_text}",
            breadcrumbs=[LIST, (self.title, "")],
            explanation="取り消すと、その時から読めなくなります。読んだ記録は残ります。",
            **kwargs,
        )

    def operate(self, form):
        given = operations.revoke(
            self.object, reason=form.cleaned_data.get("reason", ""), by=self.request.user, on=self.on
        )
        return given, self.back_url(), f"{given.user}さんの閲覧の許しを取り消しました。"
