"""監査の記録: 一覧、一件、印を付ける、答える、もう一度問う、解決を確かめる。"""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.views.generic import DetailView

from coopfin import log
from coopfin.forms import OperationForm
from coopfin.views import GuardedMixin, OperationView
from oversight import targets
from oversight.filters import MarkFilter
from oversight.forms import AgainForm, MarkForm, ReplyForm
from oversight.models import AuditMark
from oversight.operations import marks as operations
from oversight.tables import MARK_TONES, MarkTable
from oversight.views.base import RecordList

LIST = ("監査の記録", "/oversight/marks/")


def visible_marks(user, on):
    """見てよい対象についての監査の記録。"""
    found = targets.without_hidden(AuditMark.objects.all(), user, on)
    return found.select_related("author", "replied_by", "resolved_by", "content_type")


class MarkList(RecordList):
    """監査の記録。"""

    permission_required = "oversight.view_marks"
    title = "監査の記録"
    lead = "監事が監査したことと意見、事務局の回答"
    table_class = MarkTable
    filterset_class = MarkFilter
    empty = {
        "text": "監査の記録はまだありません。",
        "hint": "監事が、案件・貸付・伝票・会議・組合員のページで印を付けると、ここに並びます。",
    }

    def get_queryset(self):
        return visible_marks(self.request.user, self.on)


class MarkMixin:
    """見てよい一件。"""

    confidential = True

    def get_queryset(self):
        return visible_marks(self.request.user, self.on)


class MarkPage(MarkMixin, GuardedMixin, DetailView):
    """監査の記録の一件。問いと答え、次にすること。"""

    permission_required = "oversight.view_marks"
    template_name = "oversight/mark.html"
    context_object_name = "mark"

    def get_context_data(self, **kwargs):
        mark, user = self.object, self.request.user
        return super().get_context_data(
            title=f"{mark.get_kind_display()}　{mark.object_text}",
            breadcrumbs=[LIST, (mark.get_kind_display(), "")],
            tone=MARK_TONES[mark.state_label],
            target_url=targets.page_of(mark, targets.types(), user),
            may_reply=mark.is_open and user.has_perm("oversight.reply_to_marks") and user.pk != mark.author_id,
            may_resolve=mark.is_open and bool(mark.reply) and user.has_perm("oversight.mark"),
            timeline=log.timeline(mark),
            **kwargs,
        )


class MarkCreate(OperationView):
    """監事が印を付け、意見を残す。"""

    permission_required = "oversight.mark"
    template_name = "generic/form.html"
    form_class = MarkForm
    title = "監査の記録を残す"
    submit_label = "記録する"

    def load(self):
        """印は対象を変えないので、対象の版は比べない。見てよいものであることだけを確かめる。"""
        self.target = targets.find(self.kwargs["label"], self.kwargs["pk"], user=self.request.user, on=self.on)

    def back_url(self):
        return self.target.get_absolute_url()

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            lead=str(self.target),
            breadcrumbs=[LIST, (str(self.target), self.back_url()), (self.title, "")],
            **kwargs,
        )

    def operate(self, form):
        mark = operations.mark(
            self.target, kind=form.cleaned_data["kind"], comment=form.cleaned_data["comment"], by=self.request.user,
            on=self.on,
        )  # fmt: skip
        return mark, self.back_url(), f"監査の記録（{mark.get_kind_display()}）を残しました。"


class MarkOperation(MarkMixin, OperationView):
    """一件についての操作。"""

    template_name = "step_form.html"

    def load(self):
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])

    def remember(self, *objects):
        """監査の記録は、案件の中身ではない。"""

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            subject=f"{self.object.get_kind_display()}　{self.object.object_text}",
            breadcrumbs=[LIST, (self.object.get_kind_display(), self.object.get_absolute_url()), (self.title, "")],
            explanation=self.object.comment,
            **kwargs,
        )


class ReplyView(MarkOperation):
    """事務局が答える。"""

    permission_required = "oversight.reply_to_marks"
    form_class = ReplyForm
    title = "監事に回答する"
    submit_label = "回答する"

    def get_initial(self):
        return {"text": self.object.reply}

    def operate(self, form):
        mark = operations.reply(self.object, text=form.cleaned_data["text"], by=self.request.user, on=self.on)
        return mark, mark.get_absolute_url(), "回答しました。監事が確かめると、解決になります。"


class AgainView(MarkOperation):
    """監事がもう一度問う。"""

    permission_required = "oversight.mark"
    form_class = AgainForm
    title = "もう一度問う"
    submit_label = "もう一度問う"

    def operate(self, form):
        mark = operations.ask_again(self.object, comment=form.cleaned_data["comment"], by=self.request.user, on=self.on)
        return mark, mark.get_absolute_url(), "もう一度問いました。事務局の回答を待ちます。"


class ResolveView(MarkOperation):
    """監事が回答を確かめ、解決とする。"""

    permission_required = "oversight.mark"
    form_class = OperationForm
    title = "解決を確かめる"
    submit_label = "解決とする"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["explanation"] = f"回答: {self.object.reply}" if self.object.reply else "事務局の回答がまだありません。"
        return context

    def operate(self, form):
        mark = operations.resolve(self.object, by=self.request.user, on=self.on)
        return mark, mark.get_absolute_url(), "解決としました。"
