"""様式の版: 契約書などの条文。提案し、別の人が承認した版が、その日から発行する書類の文言になる。"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from coopfin.flow import Finding, block
from coopfin.models import Proposal
from coopfin.models.proposals import ProposalQuerySet
from documents import form_registry
from documents.wording import Article, Problem, Wording, problems

SOURCE = "書類の様式（手引き 第2章2 四）"


class FormVersionQuerySet(ProposalQuerySet):
    def newest(self, paper: str, on):
        """その日に効力のある、この書類の版。新しいものから。"""
        return self.approved().filter(paper=paper, effective_on__lte=on).order_by("-effective_on", "-pk")


class FormVersion(Proposal):
    """様式の版。承認した版の文言は直さず、変えるときは新しい版を提案する。発行した書類は、発行したときの版のまま残る。"""

    paper = models.CharField("書類", max_length=40, choices=form_registry.choices)
    label = models.CharField("版の名前", max_length=20, help_text="書類の記録に残る名前（例: 2027年4月版）。")
    effective_on = models.DateField("使い始める日", help_text="この日から発行する書類が、この文言になります。")
    source = models.CharField(
        "変える理由・根拠", max_length=200, help_text="例: 第312回理事会 第4号議案。弁護士の確認を受けた。"
    )
    lead = models.TextField("前文", blank=True)
    closing = models.TextField("後文", blank=True)
    fingerprint = models.CharField("文言の指紋", max_length=64, blank=True, editable=False)

    objects = FormVersionQuerySet.as_manager()

    class Meta(Proposal.Meta):
        verbose_name = "様式の版"
        verbose_name_plural = "様式の版"
        ordering = ["paper", "-effective_on", "-pk"]
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["paper", "effective_on"],
                condition=Q(status="approved"),
                name="formversion_once_a_day",
                violation_error_message="この書類には、同じ日から使う承認済の版がすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["paper", "label"],
                condition=~Q(status__in=["rejected", "withdrawn"]),
                name="formversion_label",
                violation_error_message="この書類に、同じ名前の版がすでにあります。",
            ),
            models.CheckConstraint(
                condition=Q(status="approved") & ~Q(fingerprint="") | ~Q(status="approved") & Q(fingerprint=""),
                name="formversion_fingerprint",
                violation_error_message="承認した版には、文言の指紋が要ります。",
            ),
        ]

    def __str__(self):
        return f"{self.get_paper_display()}　{self.label}"

    def get_absolute_url(self):
        return reverse("documents:form_version", args=[self.pk])

    def clean(self):
        super().clean()
        if self.paper in form_registry.FORMS and self.label == form_registry.standard(self.paper).label:
            raise ValidationError({"label": f"「{self.label}」は標準の文言の名前です。別の名前を付けてください。"})

    def take_effect(self) -> None:
        """文言の指紋を取る。それからは、指紋と合わない文言では書類を作らない。"""
        self.fingerprint = self.wording().fingerprint

    def wording(self) -> Wording:
        """この版の文言。"""
        articles = tuple(
            Article(row.heading, row.body.replace("\r\n", "\n").strip(), row.when) for row in self.articles.all()
        )
        lead, closing = (text.replace("\r\n", "\n").strip() for text in (self.lead, self.closing))
        return Wording(self.label, articles, lead, closing, self.pk)

    @property
    def is_intact(self) -> bool:
        """文言が、承認したときの指紋と合うか。"""
        return self.wording().fingerprint == self.fingerprint

    def problems(self) -> list[Problem]:
        """文言の誤り。"""
        return problems(self.wording(), form_registry.FORMS[self.paper].language)

    def approval_findings(self, on) -> list[Finding]:
        wording = self.wording()
        return [
            block(f"{_place(problem, wording)}{problem.text}", SOURCE, code="wording") for problem in self.problems()
        ]


def _place(problem: Problem, wording: Wording) -> str:
    if problem.place is None:
        return ""
    if problem.place < 0:
        return "前文：" if problem.place == -1 else "後文："
    return f"{problem.place + 1}番目の条「{wording.articles[problem.place].heading}」："


class FormArticle(models.Model):
    """様式の版の一つの条。承認・却下のあとは変えない。"""

    version = models.ForeignKey(FormVersion, verbose_name="様式の版", on_delete=models.CASCADE, related_name="articles")
    position = models.PositiveSmallIntegerField("並び")
    heading = models.CharField("見出し", max_length=60)
    when = models.CharField("置く条件", max_length=40, blank=True, help_text="空欄は、いつも置きます。")
    body = models.TextField("本文", help_text="一行が一つの項。「・」で始まる行は、その上の項の号になります。")

    class Meta:
        verbose_name = "条"
        verbose_name_plural = "条"
        ordering = ["position", "pk"]

    def __str__(self):
        return self.heading

    def save(self, *args, **kwargs):
        self._still_waiting()
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        self._still_waiting()
        return super().delete(*args, **kwargs)

    def _still_waiting(self) -> None:
        if not self.version.is_waiting:
            raise ValidationError("承認・却下した版の条文は変えられません。新しい版を提案してください。")
