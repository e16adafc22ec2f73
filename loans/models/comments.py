"""意見・質問と回答: 事務局・金融委員会・理事会のあいだのやりとり。消さずに、取り消した跡を残す。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from coopfin.models import User
from loans.enums import CommentKind, Party
from loans.models.application import Application


class CommentQuerySet(models.QuerySet):
    def standing(self):
        """取り消されていないもの。"""
        return self.filter(withdrawn_on__isnull=True)

    def open_questions(self):
        """回答を待つ質問。"""
        answered = Comment.objects.standing().filter(question=models.OuterRef("pk"))
        return self.standing().filter(~models.Exists(answered), kind=CommentKind.QUESTION)

    def delete(self):
        raise TypeError("意見・質問は消せません。取り消してください。")


class Comment(models.Model):
    """意見・質問・回答の一つ。回答は、答える質問（question）を持つ。"""

    application = models.ForeignKey(Application, verbose_name="申込", on_delete=models.PROTECT, related_name="comments")
    kind = models.CharField("種類", max_length=10, choices=CommentKind.choices)
    addressee = models.CharField("宛先", max_length=12, choices=Party.choices)
    question = models.ForeignKey(
        "self", verbose_name="答える質問", null=True, blank=True, on_delete=models.PROTECT, related_name="answers"
    )
    text = models.TextField("本文", max_length=2000)
    written_on = models.DateField("日付")
    written_by = models.ForeignKey(User, verbose_name="書いた人", on_delete=models.PROTECT, related_name="+")
    withdrawn_on = models.DateField("取り消した日", null=True, blank=True)
    withdrawn_reason = models.CharField("取り消した理由", max_length=300, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = "意見・質問"
        verbose_name_plural = "意見・質問"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="comment_text",
                violation_error_message="本文を書いてください。",
            ),
            models.CheckConstraint(
                condition=Q(kind="answer", question__isnull=False) | (~Q(kind="answer") & Q(question__isnull=True)),
                name="comment_answer_has_question",
                violation_error_message="回答には、答える質問が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(question__isnull=True) | ~Q(question=F("id")),
                name="comment_answers_another",
                violation_error_message="質問が自分に答えることはできません。",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_on__isnull=False) & ~Q(withdrawn_reason="")),
                name="comment_withdrawn_whole",
                violation_error_message="取り消すには、日付と理由が要ります。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}（{self.get_addressee_display()}へ）"

    def delete(self, *args, **kwargs):
        raise TypeError("意見・質問は消せません。取り消してください。")
