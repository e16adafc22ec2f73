"""経営者保証の検討（経営者保証に関するガイドライン、手引き 第2章2 三 e）。代表者を保証人とする・しないの根拠。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from coopfin.fields import CodesField
from coopfin.models import User
from loans.enums import ALTERNATIVES, GuaranteeDecision, GuidelineCriterion, Verdict
from loans.models.application import Application


class GuaranteeReview(models.Model):
    """経営者保証の検討（H2.4-f）。三つの要件の見方は GuidelineFinding に、決めたことと説明はここに残す。"""

    application = models.OneToOneField(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="guarantee_review"
    )
    decision = models.CharField("代表者の保証", max_length=10, choices=GuaranteeDecision.choices)
    reason = models.TextField(
        "理由", blank=True, help_text="保証人としない理由、または、要件に照らしてなお保証が要る理由。"
    )
    alternatives = CodesField("示した代わりの手法", blank=True, default="", options=ALTERNATIVES)
    alternatives_note = models.TextField("代わりの手法の検討", blank=True)
    explained_on = models.DateField("保証人に説明した日", null=True, blank=True)
    explained_to = models.CharField("説明した相手", max_length=100, blank=True)
    explained_by = models.ForeignKey(
        User, verbose_name="説明した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    explained_why = models.TextField("どの部分が足りず、なぜ保証が要るか", blank=True)
    explained_release = models.TextField("何を改めれば、保証を外し・軽くできるか", blank=True)
    recorded_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")
    recorded_on = models.DateField("記録した日")

    class Meta:
        verbose_name = "経営者保証の検討"
        verbose_name_plural = "経営者保証の検討"
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision="waive") | ~Q(reason=""),
                name="guaranteereview_waived_with_reason",
                violation_error_message="代表者を保証人としないときは、理由が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(explained_on__isnull=True, explained_by__isnull=True, explained_to="")
                | Q(explained_on__isnull=False, explained_by__isnull=False)
                & ~Q(explained_to="") & ~Q(explained_why="") & ~Q(explained_release=""),
                name="guaranteereview_explained_whole",
                violation_error_message="説明の記録には、日・相手・説明した人・なぜ要るか・どうすれば外せるかが要ります。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.application} {self.get_decision_display()}"

    @property
    def is_waived(self) -> bool:
        return self.decision == GuaranteeDecision.WAIVE

    @property
    def findings_by_criterion(self) -> dict[str, GuidelineFinding | None]:
        """三つの要件の見方。まだのものは None。"""
        found = {finding.criterion: finding for finding in self.findings.all()}
        return {criterion: found.get(criterion) for criterion in GuidelineCriterion}

    @property
    def missing(self) -> list[str]:
        """まだ確かめていない要件の名。"""
        return [criterion.label for criterion, found in self.findings_by_criterion.items() if found is None]

    @property
    def rows(self) -> list[tuple[str, GuidelineFinding | None]]:
        """画面の行: 要件の名と見方。"""
        return [(criterion.label, found) for criterion, found in self.findings_by_criterion.items()]

    @property
    def alternatives_label(self) -> str:
        return self._meta.get_field("alternatives").labels(self.alternatives)


class GuidelineFinding(models.Model):
    """要件一つの見方。何をもとに、だれが、いつ判断したか。"""

    review = models.ForeignKey(
        GuaranteeReview, verbose_name="経営者保証の検討", on_delete=models.CASCADE, related_name="findings"
    )
    criterion = models.CharField("要件", max_length=12, choices=GuidelineCriterion.choices)
    verdict = models.CharField("判断", max_length=8, choices=Verdict.choices)
    finding = models.TextField("見たこと")
    evidence = models.CharField("確かめた資料", max_length=200)
    judged_by = models.ForeignKey(User, verbose_name="判断した人", on_delete=models.PROTECT, related_name="+")
    judged_on = models.DateField("判断した日")

    class Meta:
        verbose_name = "経営者保証の要件の判断"
        verbose_name_plural = "経営者保証の要件の判断"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "criterion"],
                name="guidelinefinding_once",
                violation_error_message="同じ要件の判断が二つあります。",
            ),
            models.CheckConstraint(
                condition=~Q(finding="") & ~Q(evidence=""),
                name="guidelinefinding_grounds",
                violation_error_message="判断には、見たことと、確かめた資料が要ります。",
            ),
        ]

    def __str__(self):
        return f"{self.get_criterion_display()} {self.get_verdict_display()}"
