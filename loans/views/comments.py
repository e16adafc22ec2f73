"""意見・質問と回答: 書く、答える、取り消す、案件のページの面。"""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from coopfin.forms import ReasonForm
from coopfin.kept import KeepsWhatIsTyped
from loans.enums import CommentKind
from loans.forms.comments import AnswerForm, CommentForm
from loans.models import Application, Comment
from loans.operations import comments as operations
from loans.views.base import CaseOperation


def thread(application: Application, user) -> dict | None:
    """案件のページの「意見・質問」。書けず、何もなければ None。"""
    may_write = user.has_perm(operations.PERMISSION)
    rows = list(Comment.objects.filter(application=application).select_related("written_by").order_by("pk"))
    if not rows and not may_write:
        return None
    answers: dict[int, list[Comment]] = {}
    for row in rows:
        if row.question_id:
            answers.setdefault(row.question_id, []).append(row)
    entries = []
    for row in rows:
        if row.question_id:
            continue
        given = answers.get(row.pk, [])
        is_question = row.kind == CommentKind.QUESTION and row.withdrawn_on is None
        is_open = is_question and not any(one.withdrawn_on is None for one in given)
        may_answer = is_question and may_write and not operations.answer_refusals(row, by=user)
        entries.append({"comment": row, "answers": given, "open": is_open, "may_answer": may_answer})
    entries.sort(key=lambda entry: (not entry["open"], -entry["comment"].pk))
    return {"entries": entries, "may_write": may_write, "open": sum(entry["open"] for entry in entries)}


def _place(application: Application) -> str:
    return f"{application.get_absolute_url()}#comments"


class CommentWrite(KeepsWhatIsTyped, CaseOperation):
    """意見・質問を書く。"""

    form_class = CommentForm
    template_name = "loans/step.html"
    permission_required = operations.PERMISSION
    title = "意見・質問を書く"
    submit_label = "書き込む"

    def version_of(self, obj) -> str:
        # ほかの人が案件を進めていても、書ける。
        return ""

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "addressees": operations.addressees(self.object)}

    def operate(self, form):
        cleaned = form.cleaned_data
        comment = operations.write(
            self.object, kind=cleaned["kind"], addressee=cleaned["addressee"], text=cleaned["text"],
            by=self.request.user, on=self.on,
        )  # fmt: skip
        return comment, _place(self.object), f"{comment.get_addressee_display()}あてに書き込みました。"


class OneComment(CaseOperation):
    """意見・質問一つについての手続。"""

    template_name = "loans/comment_step.html"
    permission_required = operations.PERMISSION

    def version_of(self, obj) -> str:
        return ""

    def load(self):
        application = super().load()
        comments = Comment.objects.filter(application=application).select_related("written_by", "application")
        self.comment = get_object_or_404(comments, pk=self.kwargs["comment"])
        return application

    def get_context_data(self, **kwargs):
        return super().get_context_data(comment=self.comment, **kwargs)


class CommentAnswer(KeepsWhatIsTyped, OneComment):
    """質問に答える。"""

    form_class = AnswerForm
    title = "質問に答える"
    submit_label = "回答する"

    def operate(self, form):
        operations.answer(self.comment, text=form.cleaned_data["text"], by=self.request.user, on=self.on)
        return self.comment, _place(self.object), "回答しました。"

    def get_context_data(self, **kwargs):
        findings = operations.answer_refusals(self.comment, by=self.request.user)
        return super().get_context_data(findings=findings or None, blocked=bool(findings), **kwargs)


class CommentWithdraw(OneComment):
    """書いた本人が取り消す。"""

    form_class = ReasonForm
    title = "意見・質問を取り消す"
    submit_label = "取り消す"

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.fields["reason"].required = True
        form.fields["reason"].max_length = 300
        return form

    def operate(self, form):
        operations.withdraw(self.comment, reason=form.cleaned_data["reason"], by=self.request.user, on=self.on)
        return self.comment, _place(self.object), "取り消しました。本文は跡として残っています。"

    def get_context_data(self, **kwargs):
        own = self.comment.written_by_id == self.request.user.pk
        why = "" if own else "取り消せるのは、書いた本人だけです。"
        return super().get_context_data(danger=True, blocked=not own, blocked_why=why, **kwargs)


def question_url(question: Comment) -> str:
    """質問に答えるページ。"""
    return reverse("loans:comment_answer", args=[question.application_id, question.pk])


urlpatterns = [
    path("applications/<int:pk>/comments/new/", CommentWrite.as_view(), name="comment"),
    path("applications/<int:pk>/comments/<int:comment>/answer/", CommentAnswer.as_view(), name="comment_answer"),
    path("applications/<int:pk>/comments/<int:comment>/withdraw/", CommentWithdraw.as_view(), name="comment_withdraw"),
]
