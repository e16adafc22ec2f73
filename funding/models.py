"""取引金融機関の融資枠（H2.1-f、H2.2-a）。借入はここに登録した枠の余力の中で、指定した金融機関からする。"""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from coopfin.fields import YenField
from coopfin.models import Proposal, ProposalQuerySet
from funding.enums import FacilityForm
from governance.models import LimitResolution
from members import banks


class FacilityQuerySet(ProposalQuerySet):
    def in_force(self, day: date) -> list[Facility]:
        """その日に使える融資枠。同じ金融機関・同じ形式の枠は、効力の新しいものが前のものに代わる。"""
        found: list[Facility] = []
        for facility in self.approved().filter(effective_on__lte=day).order_by("-effective_on", "-pk"):
            if not any(other.replaces(facility) for other in found):
                found.append(facility)
        return sorted(
            (facility for facility in found if facility.ends_on >= day), key=lambda one: (one.bank, one.form, one.pk)
        )


class Facility(Proposal):
    """融資枠。提案し、別の人が承認して効力を持つ。金額は残高ベースの上限。"""

    bank = models.CharField("金融機関", max_length=100, help_text="⑤ 取引金融機関の指定にある名前で書きます。")
    form = models.CharField("借入の形式", max_length=10, choices=FacilityForm.choices, default=FacilityForm.ANY)
    amount = YenField("融資枠の金額")
    effective_on = models.DateField("使える最初の日")
    ends_on = models.DateField("使える最後の日")
    document_reference = models.CharField(
        "よりどころの書類", max_length=100, help_text="融資枠の契約書・承諾通知の番号と日付。"
    )
    note = models.CharField("備考", max_length=200, blank=True)

    objects = FacilityQuerySet.as_manager()

    class Meta(Proposal.Meta):
        verbose_name = "融資枠"
        verbose_name_plural = "融資枠"
        ordering = ["bank", "-effective_on", "-pk"]
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="facility_amount",
                violation_error_message="融資枠の金額は1円以上で入力してください。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("effective_on")),
                name="facility_term",
                violation_error_message="使える最後の日は、最初の日以後の日付にしてください。",
            ),
        ]

    def __str__(self):
        return f"{self.bank} {self.get_form_display()}の枠"

    def get_absolute_url(self):
        return reverse("funding:facilities") + f"#facility-{self.pk}"

    def clean(self):
        super().clean()
        if self.bank and self.effective_on and not is_designated(self.bank, self.effective_on):
            raise ValidationError(
                {
                    "bank": f"{self.bank}は、この日に有効な決議の ⑤ 取引金融機関の指定にありません。"
                    "総会の指定（手引き 第2章1 ⑤）のある金融機関の名前で書いてください。"
                }
            )

    def replaces(self, other: Facility) -> bool:
        """同じ金融機関の、同じ形式の枠か。"""
        return self.form == other.form and banks.same_bank(self.bank, other.bank)

    def takes(self, bank: str, loan_type: str) -> bool:
        """この借入先・形式の借入が、この枠を使うか。"""
        return self.form in (FacilityForm.ANY, loan_type) and banks.is_of(bank, self.bank)


def designated_banks(on: date) -> list[str]:
    """有効な決議の ⑤ 取引金融機関。"""
    resolution = LimitResolution.in_force(on)
    return [str(bank) for bank in resolution.designated_banks.order_by("pk")] if resolution else []


def is_designated(bank: str, on: date) -> bool:
    """その日の指定のある金融機関か。"""
    return any(banks.is_of(bank, name) for name in designated_banks(on))
