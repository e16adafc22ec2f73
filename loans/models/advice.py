"""相談の記録と、理事長の指示（手引き 第2章2 一 b、H2.2-c）。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from coopfin.fields import YenField
from coopfin.models import User
from loans.enums import AdviceTopic, Ruling
from loans.models.application import Application


class Advice(models.Model):
    """相談の記録: ほかの制度や手続を、だれに・いつ・どう説明したか。書いたものは直さず、書き足す。"""

    application = models.ForeignKey(Application, verbose_name="申込", on_delete=models.CASCADE, related_name="advice")
    advised_on = models.DateField("相談の日")
    topic = models.CharField("内容", max_length=12, choices=AdviceTopic.choices)
    counterpart = models.CharField("相談の相手", max_length=60)
    text = models.TextField("説明したこと・相手の返事", max_length=2000)
    recorded_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "相談の記録"
        verbose_name_plural = "相談の記録"
        ordering = ["-advised_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(counterpart=""),
                name="advice_whole",
                violation_error_message="相談の記録には、相手と内容が要ります。",
            )
        ]

    def __str__(self):
        return f"{self.get_topic_display()}（{self.counterpart}）"


class Escalation(models.Model):
    """理事長に指示を求めたこと。基準を満たさない点ごとに、指示と理由が付く。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="escalations"
    )
    amount = YenField("指示を求めたときの金額")
    reason = models.TextField("指示を求める理由", max_length=2000)
    asked_by = models.ForeignKey(User, verbose_name="求めた人", on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField("求めた日")
    instructed_by = models.ForeignKey(
        User, verbose_name="指示した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    instructed_on = models.DateField("指示の日", null=True, blank=True)
    superseded = models.BooleanField("求め直した", default=False, help_text="条件が変わり、新しく指示を求めたもの。")

    class Meta:
        verbose_name = "理事長の指示"
        verbose_name_plural = "理事長の指示"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(instructed_by__isnull=True) | ~Q(instructed_by=F("asked_by")),
                name="escalation_two_persons",
                violation_error_message="指示を求めた人は、自分では指示を記録できません。",
            ),
            models.CheckConstraint(
                condition=Q(instructed_by__isnull=True, instructed_on__isnull=True)
                | Q(instructed_by__isnull=False, instructed_on__isnull=False, superseded=False),
                name="escalation_instructed_whole",
                violation_error_message="指示には、した人と日付が要ります。求め直したものには指示できません。",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(instructed_on__isnull=True, superseded=False),
                name="escalation_one_waiting",
                violation_error_message="この申込は、すでに理事長の指示を待っています。",
            ),
        ]

    def __str__(self):
        return f"理事長の指示 {self.application}"

    @property
    def is_waiting(self) -> bool:
        return self.instructed_on is None and not self.superseded


class EscalatedMiss(models.Model):
    """指示を求めた一点: 満たさない基準の文とよりどころ、理事長の指示。文の数が変われば、別の点である。"""

    escalation = models.ForeignKey(
        Escalation, verbose_name="理事長の指示", on_delete=models.CASCADE, related_name="misses"
    )
    code = models.CharField("基準", max_length=40)
    text = models.CharField("満たさない点", max_length=300)
    source = models.CharField("よりどころ", max_length=300)
    ruling = models.CharField("指示", max_length=10, choices=Ruling.choices, blank=True)
    ruling_reason = models.CharField("指示の理由", max_length=500, blank=True)

    class Meta:
        verbose_name = "指示を求めた点"
        verbose_name_plural = "指示を求めた点"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ruling="", ruling_reason="") | (~Q(ruling="") & ~Q(ruling_reason="")),
                name="escalatedmiss_ruled_whole",
                violation_error_message="指示には理由が要ります。",
            ),
            models.UniqueConstraint(
                fields=["escalation", "code", "text", "source"],
                name="escalatedmiss_once",
                violation_error_message="同じ点が二度あります。",
            ),
        ]

    def __str__(self):
        return self.text
