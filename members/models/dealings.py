"""組合員とのやりとり: 連絡先・委任・メモ・あとですること・口座変更の申請。"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from simple_history.models import HistoricalRecords

from coopfin.models import Proposal, User
from members.enums import AccountType, FollowUpKind
from members.models.member import Member
from members.models.people import Person, TermQuerySet, Versioned, digits_validator


class Contact(Versioned):
    """連絡先（組合員の側の担当者）。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField("氏名", max_length=60)
    department = models.CharField("部署・役職", max_length=60, blank=True)
    subject = models.CharField("用件", max_length=60, blank=True, help_text="例: 返済、決算書、保険")
    phone = models.CharField("電話番号", max_length=20, blank=True)
    email = models.EmailField("メールアドレス", blank=True)
    from_on = models.DateField("いつから", null=True, blank=True)
    to_on = models.DateField("いつまで", null=True, blank=True)

    objects = TermQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="連絡先の履歴", verbose_name_plural="連絡先の履歴")

    class Meta:
        verbose_name = "連絡先"
        verbose_name_plural = "連絡先"
        ordering = ["member", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="", email=""),
                name="contact_reachable",
                violation_error_message="電話番号かメールアドレスのどちらかを入れてください。",
            ),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(from_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="contact_term",
                violation_error_message="終わりの日は始まりの日以後の日付にしてください。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.name}"


class Mandate(Versioned):
    """委任。組合員に代わって手続をしてよい人と、その範囲・期間・よりどころの書面。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="mandates")
    person = models.ForeignKey(Person, verbose_name="委任された人", on_delete=models.PROTECT, related_name="mandates")
    scope = models.CharField("範囲", max_length=200, help_text="例: 借入申込書の提出と書類の受取り")
    document = models.CharField(
        "よりどころの書面", max_length=200, help_text="例: 2026年4月1日付の委任状（実印・印鑑証明書つき）"
    )
    from_on = models.DateField("いつから")
    to_on = models.DateField("いつまで", null=True, blank=True, help_text="期限のない委任は空欄。")

    objects = TermQuerySet.as_manager()
    history = HistoricalRecords(verbose_name="委任の履歴", verbose_name_plural="委任の履歴")

    class Meta:
        verbose_name = "委任"
        verbose_name_plural = "委任"
        ordering = ["member", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="mandate_term",
                violation_error_message="終わりの日は始まりの日以後の日付にしてください。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.person}（{self.scope}）"


class MemberNote(models.Model):
    """メモ。書き足すだけで、直すことも消すこともできない。誤りは、訂正のメモを新しく書く。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="notes")
    text = models.TextField("内容", max_length=2000)
    corrects = models.OneToOneField(
        "self",
        verbose_name="訂正するメモ",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
    )
    by = models.ForeignKey(User, verbose_name="書いた人", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("書いた時刻", db_default=Now())

    class Meta:
        verbose_name = "メモ"
        verbose_name_plural = "メモ"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""), name="membernote_text", violation_error_message="メモの内容を書いてください。"
            ),
        ]

    def __str__(self):
        return self.text[:40]

    def save(self, *args, **kwargs):
        if self.pk is not None:
            raise TypeError("メモは書き足すだけで、直せません。")
        super().save(*args, **kwargs)


class FollowUp(models.Model):
    """あとですること。代表者の交代や脱退のときに生まれ、結果を書いて済ませる。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="follow_ups")
    kind = models.CharField("すること", max_length=12, choices=FollowUpKind.choices)
    detail = models.CharField("内容", max_length=300)
    source = models.CharField("よりどころ", max_length=100)
    due_on = models.DateField("期限")
    made_by = models.ForeignKey(User, verbose_name="記録した人", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("記録した時刻", db_default=Now())
    done_on = models.DateField("済んだ日", null=True, blank=True)
    done_by = models.ForeignKey(
        User, verbose_name="済ませた人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField("結果", max_length=500, blank=True)

    class Meta:
        verbose_name = "あとですること"
        verbose_name_plural = "あとですること"
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_on__isnull=True, done_by__isnull=True, outcome="")
                | (Q(done_on__isnull=False, done_by__isnull=False) & ~Q(outcome="")),
                name="followup_done_whole",
                violation_error_message="済ませるには、した人と結果の記入が要ります。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_kind_display()}"


class AccountRequest(Proposal):
    """振込先の口座を変える申請。申請した人とは別の人が承認して、はじめて組合員の口座が変わる（ドメイン E）。"""

    member = models.ForeignKey(Member, verbose_name="組合員", on_delete=models.PROTECT, related_name="account_requests")
    before = models.JSONField("変更前の口座", default=dict)
    bank_code = models.CharField("銀行コード", max_length=4, blank=True, validators=[digits_validator])
    bank_name = models.CharField("銀行名", max_length=40, blank=True)
    branch_code = models.CharField("支店コード", max_length=3, blank=True, validators=[digits_validator])
    branch_name = models.CharField("支店名", max_length=40, blank=True)
    account_type = models.CharField("預金種類", max_length=10, choices=AccountType.choices, blank=True)
    account_number = models.CharField("口座番号", max_length=7, blank=True, validators=[digits_validator])
    account_holder = models.CharField("口座名義（カナ）", max_length=60, blank=True)
    document = models.CharField("確かめたもの", max_length=200, help_text="例: 通帳の写し（10月3日に来所、本人確認済）")

    class Meta(Proposal.Meta):
        verbose_name = "口座変更の申請"
        verbose_name_plural = "口座変更の申請"
        ordering = ["-pk"]
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(status="proposed"),
                name="accountrequest_one_waiting",
                violation_error_message="この組合員の口座変更の申請が、すでに承認を待っています。",
            ),
        ]

    def __str__(self):
        return f"{self.member} 口座の変更"

    def get_absolute_url(self):
        return reverse("members:account", args=[self.pk])

    @property
    def version(self) -> str:
        return self.status
