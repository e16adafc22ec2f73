"""実態把握調査書の答え、面談の記録、運転資金の要因（手引き 第2章2 二）。"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from coopfin.fields import YenField
from coopfin.models import User
from documents.models import Upload
from loans import worksheet
from loans.models.application import Application


class WorksheetAnswerQuerySet(models.QuerySet):
    def current(self):
        """いまの答え（書き改められていないもの）。"""
        return self.filter(superseded=False)


class WorksheetAnswer(models.Model):
    """調査書の答え一つ。書き改めると新しい行ができ、前の行はそのまま残る。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="worksheet_answers"
    )
    question = models.CharField("問い", max_length=40)
    choice = models.CharField("選んだ答え", max_length=20, blank=True)
    text = models.TextField("答え", blank=True)
    amount = YenField("金額", null=True, blank=True)
    not_applicable = models.BooleanField("該当なし", default=False)
    evidence = models.CharField("根拠", max_length=300, blank=True)
    document = models.ForeignKey(
        Upload, verbose_name="根拠の書類", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_by = models.ForeignKey(User, verbose_name="書いた人", on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField("書いた日")
    copied_from = models.ForeignKey(
        "self", verbose_name="前回のとおりと確かめた答え", null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    superseded = models.BooleanField("書き改めた", default=False)

    objects = WorksheetAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "調査書の答え"
        verbose_name_plural = "調査書の答え"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "question"],
                condition=Q(superseded=False),
                name="worksheetanswer_one_current",
                violation_error_message="同じ問いに、いまの答えが二つあります。",
            ),
            models.CheckConstraint(
                condition=Q(not_applicable=False) | (~Q(text="") & Q(choice="", amount__isnull=True)),
                name="worksheetanswer_not_applicable",
                violation_error_message="該当なしには理由が要り、選んだ答えや金額は付きません。",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                name="worksheetanswer_amount",
                violation_error_message="金額に負の数は使えません。",
            ),
        ]

    def __str__(self):
        return f"{self.asked.label} {self.summary}"[:200]

    @property
    def asked(self) -> worksheet.Question:
        return worksheet.QUESTIONS[self.question]

    @property
    def choice_label(self) -> str:
        return self.asked.choice_label(self.choice)

    @property
    def summary(self) -> str:
        """答えを一行で。"""
        parts = ["該当なし"] if self.not_applicable else [self.choice_label]
        if self.amount is not None:
            parts.append(f"{self.amount:,}円")
        return "。".join(part for part in [*parts, self.text] if part)

    @property
    def is_whole(self) -> bool:
        """問いの答えになっているか（書きかけではないか）。"""
        return worksheet.is_answered(
            self.asked, choice=self.choice, text=self.text, amount=self.amount, not_applicable=self.not_applicable
        )

    @property
    def lacks_evidence(self) -> bool:
        return self.asked.evidence and not self.not_applicable and not self.evidence and self.document_id is None


class Interview(models.Model):
    """面談の記録（H2.3-0）。いつ、どこで、誰に、誰が聞き、何と言ったか。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="interviews"
    )
    held_on = models.DateField("面談日")
    place = models.CharField("場所", max_length=60, blank=True)
    interviewee = models.CharField("面談の相手", max_length=60)
    interviewer = models.CharField("聞いた人", max_length=60)
    told = models.TextField("聞いたこと", blank=True)
    follow_up = models.CharField("あとで確かめること", max_length=300, blank=True)
    settled_on = models.DateField("確かめた日", null=True, blank=True)
    settled_by = models.ForeignKey(
        User, verbose_name="確かめた人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField("分かったこと", max_length=500, blank=True)
    recorded_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")
    recorded_on = models.DateField("記録日")

    class Meta:
        verbose_name = "面談"
        verbose_name_plural = "面談"
        ordering = ["held_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_on__isnull=True, settled_by__isnull=True, outcome="")
                | (Q(settled_on__isnull=False, settled_by__isnull=False) & ~Q(outcome="") & ~Q(follow_up="")),
                name="interview_settled_whole",
                violation_error_message="確かめた記録には、確かめること・日付・人・分かったことが要ります。",
            ),
        ]

    def __str__(self):
        return f"{self.held_on.year}年{self.held_on.month}月{self.held_on.day}日 {self.interviewee}"

    @property
    def is_open(self) -> bool:
        """確かめることが残っているか。"""
        return bool(self.follow_up) and self.settled_on is None


class FundsCause(models.Model):
    """運転資金の要因（H2.3-c）。組合が名を改め、足してよい一覧。固定的なものかどうかを持つ。"""

    code = models.SlugField("符号", max_length=20, primary_key=True)
    name = models.CharField("名", max_length=40, unique=True)
    fixed = models.BooleanField(
        "長期・固定",
        default=False,
        help_text="収支への影響が長く続く要因か。短期の申込に混じっていれば、調査書が気づかせます。",
    )
    order = models.PositiveSmallIntegerField("並び", default=0)
    active = models.BooleanField("使う", default=True)

    class Meta:
        verbose_name = "運転資金の要因"
        verbose_name_plural = "運転資金の要因"
        ordering = ["order", "code"]

    def __str__(self):
        return self.name


class FundsTerm(models.TextChoices):
    """運転資金の期間。"""

    SHORT = "short", "一時的・短期"
    LONG = "long", "長期・固定"


class FundsNeed(models.Model):
    """要る運転資金の一つ: 要因・期間・額。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="funds_needs"
    )
    cause = models.ForeignKey(FundsCause, verbose_name="要因", on_delete=models.PROTECT, related_name="+")
    term = models.CharField("期間", max_length=5, choices=FundsTerm.choices)
    amount = YenField("額")
    basis = models.CharField("計算のもと", max_length=300, blank=True)

    class Meta:
        verbose_name = "要る運転資金"
        verbose_name_plural = "要る運転資金"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="fundsneed_amount",
                violation_error_message="額は1円以上で入力してください。",
            ),
        ]

    def __str__(self):
        return f"{self.cause} {self.amount:,}円"


def worksheet_url(application: Application, question: str = "") -> str:
    """調査書の頁。問いを渡すと、その欄のある入力の頁。"""
    if not question:
        return reverse("loans:worksheet", args=[application.pk])
    section = worksheet.SECTION_OF[question].key
    return f"{reverse('loans:worksheet_section', args=[application.pk, section])}#q-{question}"
