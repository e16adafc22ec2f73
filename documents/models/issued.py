"""交付した書類と受け取った書類。交付した書類は中身（PDF の実体）をそのまま保存し、二度と作り直さない。"""

from __future__ import annotations

import hashlib

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from coopfin.models import TargetedRecord, User
from documents import preview
from documents.models.forms import FormVersion


class DocumentKind(models.Model):
    """書類の種類（H2.2-d）。申込に添えてもらう書類の名と、いつまでのものを受け取り、原本を見るか。商品が使いみちごとに選ぶ。"""

    code = models.SlugField("符号", max_length=30, primary_key=True, help_text="英小文字と - 。あとから変えません。")
    name = models.CharField("書類の名前", max_length=60, unique=True)
    order = models.PositiveSmallIntegerField("並び", default=100)
    validity_months = models.PositiveSmallIntegerField(
        "有効な月数", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text="発行からこの月数のうちに受け取ったものだけを認めます。空欄は期限なし。",
    )  # fmt: skip
    original_seen = models.BooleanField(
        "原本を見る", default=False, help_text="写しを受け取るときも、原本と照らします。"
    )
    note = models.CharField(
        "説明", max_length=200, blank=True, help_text="組合員に伝える言葉（例: 税務署の受付印のある控え）。"
    )

    class Meta:
        verbose_name = "書類の種類"
        verbose_name_plural = "書類の種類"
        ordering = ["order", "code"]

    def __str__(self):
        return self.name

    @property
    def conditions(self) -> str:
        """受け取るときの条件を一行で。"""
        found = [f"発行から{self.validity_months}か月以内"] if self.validity_months else []
        return "・".join(found + (["原本を見る"] if self.original_seen else []))


class IssuedDocumentQuerySet(models.QuerySet):
    def without_content(self):
        """実体を読まない（一覧のため）。"""
        return self.defer("content")

    def valid(self):
        return self.filter(voided_at__isnull=True).exclude(sha256="")

    def about(self, content_type, object_id):
        return self.filter(content_type=content_type, object_id=object_id)


class IssuedDocument(TargetedRecord):
    """発行した書類。番号は先に取り、描いた PDF を実体と指紋（SHA-256）で残す。描けなければ理由を付けて無効にする。"""

    paper = models.CharField("書類の種類", max_length=40)
    paper_label = models.CharField("書類の名前", max_length=60)
    form_version = models.CharField("様式の版", max_length=20)
    wording = models.ForeignKey(
        FormVersion, verbose_name="組合の版", null=True, blank=True, on_delete=models.PROTECT, related_name="issued",
        help_text="空は、標準の文言。",
    )  # fmt: skip
    clauses = models.JSONField(
        "条文の控え", default=dict, blank=True, editable=False,
        help_text="条の見出しと番号、入った選択条項。ほかの書類が条を引くときに使います。",
    )  # fmt: skip
    fiscal_year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("発行番号")
    issued_on = models.DateField("発行日")
    issued_by = models.ForeignKey(User, verbose_name="発行した人", on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField("実体", default=b"", editable=False)
    sha256 = models.CharField("指紋", max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField("ページ数", default=0)
    stamp_duty = models.PositiveIntegerField("印紙税額", default=0)
    repeatable = models.BooleanField("何度でも発行できる", default=False, editable=False)
    voided_at = models.DateTimeField("無効にした時刻", null=True)
    voided_reason = models.CharField("無効の理由", max_length=300, blank=True)
    signed_on = models.DateField("調印済を受け取った日", null=True)
    signed_by = models.ForeignKey(
        User, verbose_name="受け取った人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = IssuedDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "発行した書類"
        verbose_name_plural = "発行した書類"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="issueddocument_target")]
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year", "number"],
                name="issueddocument_number_once",
                violation_error_message="同じ発行番号がすでにあります。",
            ),
            models.UniqueConstraint(
                fields=["content_type", "object_id", "paper"],
                condition=Q(voided_at__isnull=True, repeatable=False),
                name="issueddocument_one_in_force",
                violation_error_message="同じ書類がすでに有効に発行されています。作り直すときは、先に無効にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(sha256="", pages=0) | (~Q(sha256="") & Q(pages__gt=0)),
                name="issueddocument_content_whole",
                violation_error_message="書類の実体には、指紋とページ数が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True, signed_by__isnull=True)
                | (Q(signed_on__isnull=False, signed_by__isnull=False, signed_on__gte=F("issued_on")) & ~Q(sha256="")),
                name="issueddocument_signed_whole",
                violation_error_message="調印済の受領には、書類の実体と、発行日以後の日付・受け取った人が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(voided_reason=""),
                name="issueddocument_void_with_reason",
                violation_error_message="無効にするには理由が要ります。",
            ),
        ]

    def __str__(self):
        return f"{self.paper_label} {self.label}"

    @property
    def label(self) -> str:
        return f"D{self.fiscal_year}-{self.number:04d}"

    def get_absolute_url(self):
        return reverse("documents:issued", args=[self.pk])

    @property
    def filename(self) -> str:
        """ダウンロードの名前。"""
        return f"{self.label}_{self.paper_label}.pdf"

    @property
    def state_label(self) -> str:
        """いまの状態を一語で。"""
        if self.voided_at:
            return "無効"
        if not self.sha256:
            return "作成中"
        return "調印済" if self.signed_on else "発行済"

    @property
    def is_intact(self) -> bool:
        """実体が、発行したときの指紋と合うか。"""
        return bool(self.sha256) and hashlib.sha256(bytes(self.content)).hexdigest() == self.sha256


class UploadQuerySet(models.QuerySet):
    def without_content(self):
        """実体を読まない（一覧のため）。"""
        return self.defer("content")

    def about(self, content_type, object_id):
        return self.filter(content_type=content_type, object_id=object_id)


class Upload(TargetedRecord):
    """受け取った書類の写し（公正証書、銀行の決定通知など）。中身を調べてから受け取り、指紋を残す。"""

    kind = models.CharField("種類", max_length=60)
    filename = models.CharField("ファイル名", max_length=150)
    media_type = models.CharField("形式", max_length=100)
    content = models.BinaryField("実体", editable=False)
    sha256 = models.CharField("指紋", max_length=64)
    size = models.PositiveIntegerField("大きさ（バイト）")
    uploaded_by = models.ForeignKey(User, verbose_name="登録した人", on_delete=models.PROTECT, related_name="+")

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = "受け取った書類"
        verbose_name_plural = "受け取った書類"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"], name="upload_target")]

    def __str__(self):
        return self.filename

    def get_absolute_url(self):
        return reverse("documents:received", args=[self.pk])

    @property
    def can_show(self) -> bool:
        """画面で読めるか（絵にできるか）。"""
        return preview.can_show(self.media_type)

    @property
    def size_text(self) -> str:
        """大きさを人の言葉で。"""
        if self.size < 1024 * 1024:
            return f"{max(1, round(self.size / 1024)):,}KB"
        return f"{self.size / (1024 * 1024):,.1f}MB"

    @property
    def is_intact(self) -> bool:
        """実体が、受け取ったときの指紋と合うか。"""
        return hashlib.sha256(bytes(self.content)).hexdigest() == self.sha256
