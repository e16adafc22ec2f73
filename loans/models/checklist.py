"""案件の必要書類（手引き 第2章2 一 d）: 何を、なぜ求め、いつ受け取り、原本を見て、返したか。だれが何を省いたか。"""

from __future__ import annotations

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from coopfin.models import User
from documents.models import DocumentKind, Upload
from loans.enums import DocumentBasis, DocumentDue
from loans.models.application import Application


class RequiredDocumentQuerySet(models.QuerySet):
    def missing(self):
        """まだ受け取らず、省くとも決めていない、必ず要る書類。"""
        return self.filter(is_required=True, received_on__isnull=True, waived_on__isnull=True)

    def expired(self, on):
        """有効な期間の過ぎた書類。"""
        return self.filter(expires_on__lt=on, waived_on__isnull=True)

    def kept(self):
        """預かったままの原本。"""
        return self.filter(original_kept=True, returned_on__isnull=True)


class RequiredDocument(models.Model):
    """申込に要る書類の一行。同じ商品・同じ使いみちなら、どの組合員にも同じ行が並ぶ。"""

    application = models.ForeignKey(
        Application, verbose_name="申込", on_delete=models.CASCADE, related_name="required_documents"
    )
    kind = models.ForeignKey(
        DocumentKind, verbose_name="書類の種類", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField("書類の名前", max_length=100)
    order = models.PositiveSmallIntegerField("並び", default=500)
    basis = models.CharField("求める理由の種類", max_length=10, choices=DocumentBasis.choices)
    basis_text = models.CharField("求める理由", max_length=300, help_text="商品の版、基本の定め、加えた理由。")
    note = models.CharField("説明", max_length=300, blank=True, help_text="組合員に伝える言葉。")
    is_required = models.BooleanField("必ず要る", default=True)
    due = models.CharField("いつまでに", max_length=15, choices=DocumentDue.choices, default=DocumentDue.COMMITTEE)
    validity_months = models.PositiveSmallIntegerField(
        "有効な月数", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    original_needed = models.BooleanField("原本を見る", default=False)
    added_by = models.ForeignKey(
        User, verbose_name="加えた人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_on = models.DateField("発行日", null=True, blank=True)
    expires_on = models.DateField("有効期限", null=True, blank=True)
    received_on = models.DateField("受け取った日", null=True, blank=True)
    received_by = models.ForeignKey(
        User, verbose_name="受け取った人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    original_seen_on = models.DateField("原本を見た日", null=True, blank=True)
    original_seen_by = models.ForeignKey(
        User, verbose_name="原本を見た人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    copied_on = models.DateField("写しを取った日", null=True, blank=True)
    original_kept = models.BooleanField("原本を預かった", default=False)
    returned_on = models.DateField("原本を返した日", null=True, blank=True)
    returned_by = models.ForeignKey(
        User, verbose_name="原本を返した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    return_receipt = models.CharField("受領証", max_length=100, blank=True)
    waived_on = models.DateField("省くと決めた日", null=True, blank=True)
    waived_by = models.ForeignKey(
        User, verbose_name="省くと決めた人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    waiver_reason = models.CharField("省く理由", max_length=300, blank=True)
    #: 決めた人と同じであってはならない（相互牽制）
    waiver_receiver = models.ForeignKey(
        User,
        verbose_name="省いたときの受付者",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    remark = models.TextField("備考", blank=True, max_length=1000)

    objects = RequiredDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = "必要書類"
        verbose_name_plural = "必要書類"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind"],
                name="requireddocument_once",
                violation_error_message="この書類は、すでに一覧にあります。",
            ),
            models.CheckConstraint(
                condition=~Q(basis="hand") | (Q(added_by__isnull=False) & ~Q(basis_text="")),
                name="requireddocument_added_with_reason",
                violation_error_message="一覧に加えた書類には、加えた人と理由が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(
                    received_on__isnull=True, received_by__isnull=True, original_seen_on__isnull=True,
                    copied_on__isnull=True, issued_on__isnull=True, original_kept=False,
                )
                | Q(received_on__isnull=False, received_by__isnull=False),
                name="requireddocument_received_whole",
                violation_error_message="発行日・原本・写しの記録には、受け取った日と受け取った人が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(issued_on__lte=F("received_on")),
                name="requireddocument_issued_before",
                violation_error_message="発行日は、受け取った日以前にしてください。",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(issued_on__isnull=False, validity_months__isnull=False),
                name="requireddocument_expiry",
                violation_error_message="有効期限は、有効な月数のある書類の発行日から数えます。",
            ),
            models.CheckConstraint(
                condition=Q(original_seen_on__isnull=True, original_seen_by__isnull=True)
                | Q(original_seen_on__isnull=False, original_seen_by__isnull=False),
                name="requireddocument_seen_whole",
                violation_error_message="原本を見た記録には、日付と人が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True, returned_by__isnull=True, return_receipt="")
                | (
                    Q(returned_on__isnull=False, returned_by__isnull=False, original_kept=True)
                    & Q(returned_on__gte=F("received_on"))
                    & ~Q(return_receipt="")
                ),
                name="requireddocument_returned_whole",
                violation_error_message="原本の返却には、預かった原本と、受け取った日以後の日付・返した人・受領証が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(
                    waived_on__isnull=True, waived_by__isnull=True, waiver_receiver__isnull=True, waiver_reason=""
                )
                | (
                    Q(waived_on__isnull=False, waived_by__isnull=False, waiver_receiver__isnull=False)
                    & ~Q(waiver_reason="")
                ),
                name="requireddocument_waived_whole",
                violation_error_message="書類を省くには、日付・決めた人・理由が要ります。",
            ),
            models.CheckConstraint(
                condition=Q(waived_by__isnull=True) | ~Q(waived_by=F("waiver_receiver")),
                name="requireddocument_waived_by_another",
                violation_error_message="申込を受け付けた人は、その申込の書類を省くと決められません。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("loans:checklist_row", args=[self.application_id, self.pk])

    # --- いまどうか ---
    @property
    def is_missing(self) -> bool:
        return self.is_required and self.received_on is None and self.waived_on is None

    def has_expired(self, on: date) -> bool:
        return self.expires_on is not None and self.expires_on < on and self.waived_on is None

    @property
    def unseen(self) -> bool:
        """受け取ったが、原本をまだ見ていない。"""
        return self.original_needed and self.received_on is not None and self.original_seen_on is None

    @property
    def is_untouched(self) -> bool:
        """まだ何も記録していない。商品や使いみちが変われば、消してよい。"""
        return self.received_on is None and self.waived_on is None and not self.remark

    def state(self, on: date) -> tuple[str, str]:
        """いまの状態の言葉と色。"""
        if self.waived_on and self.received_on is None:
            return "省略", "plain"
        if self.has_expired(on):
            return "期限切れ", "stop"
        if self.received_on is None:
            return ("未受領", "caution") if self.is_required else ("あれば", "plain")
        return ("原本を未確認", "caution") if self.unseen else ("受領", "ok")

    @property
    def conditions(self) -> str:
        """受け取るときの条件を一行で。"""
        found = [f"発行から{self.validity_months}か月以内"] if self.validity_months else []
        return "・".join(found + (["原本を見る"] if self.original_needed else []))


class DocumentFile(models.Model):
    """必要書類に付けたファイル。まちがえて付けたものは、消さずに外す。"""

    row = models.ForeignKey(RequiredDocument, verbose_name="必要書類", on_delete=models.CASCADE, related_name="files")
    upload = models.OneToOneField(Upload, verbose_name="受け取った書類", on_delete=models.PROTECT, related_name="+")
    set_aside_on = models.DateField("外した日", null=True, blank=True)
    set_aside_by = models.ForeignKey(
        User, verbose_name="外した人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_aside_reason = models.CharField("外した理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "必要書類のファイル"
        verbose_name_plural = "必要書類のファイル"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(set_aside_on__isnull=True, set_aside_by__isnull=True, set_aside_reason="")
                | (Q(set_aside_on__isnull=False, set_aside_by__isnull=False) & ~Q(set_aside_reason="")),
                name="documentfile_set_aside_whole",
                violation_error_message="ファイルを外すには、日付・外した人・理由が要ります。",
            )
        ]

    def __str__(self):
        return str(self.upload)
