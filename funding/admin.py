"""管理サイト: 融資枠（提案）。消すことはできない。"""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from coopfin.admin import ProposalAdmin
from coopfin.clock import business_date
from documents import operations as documents
from documents import uploads
from documents.access import content_type_of
from documents.models import Upload
from funding.models import Facility, designated_banks


class FacilityForm(forms.ModelForm):
    """融資枠。金融機関は、いまの指定の中から候補を出す。"""

    copy = forms.FileField(
        label="よりどころの書類の写し",
        required=False,
        help_text=f"付けると、承認する人が読めます。{uploads.HELP}",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "bank" in self.fields:
            self.fields["bank"].widget = DatalistInput(designated_banks(business_date()))

    def clean_copy(self):
        file = self.cleaned_data["copy"]
        if file:
            try:
                uploads.inspect(file.name, file)
            except ValidationError as problem:
                raise forms.ValidationError(problem.messages) from problem
            file.seek(0)
        return file


class DatalistInput(forms.TextInput):
    """候補から選べる文字の欄。"""

    template_name = "funding/datalist.html"

    def __init__(self, options, attrs=None):
        super().__init__({"class": "vTextField", "size": 50, **(attrs or {})})
        self.options = options

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["options"] = self.options
        context["widget"]["attrs"]["list"] = f"{name}-options"
        return context


@admin.register(Facility)
class FacilityAdmin(ProposalAdmin):
    """融資枠。"""

    approve_permission = "funding.approve_facility"
    form = FacilityForm
    list_display = ["__str__", "amount_yen", "effective_on", "ends_on", "status", "proposed_by", "decided_by"]
    search_fields = ["bank", "document_reference"]
    fieldsets = [
        (
            "融資枠",
            {
                "fields": [
                    "bank", "form", "amount", "effective_on", "ends_on", "document_reference", "copy", "note",
                ],
                "description": "取引金融機関と約した、借りられる上限（残高ベース）。ここでの登録は提案です。"
                "別の権限者が承認するまで、効力はありません。同じ金融機関・同じ形式の枠は、新しいものが前のものに代わります。",
            },
        ),
    ]  # fmt: skip

    @admin.display(description="金額（円）", ordering="amount")
    def amount_yen(self, obj):
        return f"{obj.amount:,}"

    def in_force(self, obj):
        found = Facility.objects.in_force(business_date())
        return next((one for one in found if one.pk != obj.pk and one.replaces(obj)), None)

    def extra_rows(self, obj, current):
        def copies(facility):
            return "、".join(upload.filename for upload in uploads_of(facility)) or "（なし）"

        return [("書類の写し", copies(current) if current else "", copies(obj))]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("copy"):
            documents.accept_upload(
                file=form.cleaned_data["copy"], kind="融資枠の書類", target=obj, by=request.user, on=business_date()
            )


def uploads_of(facility: Facility):
    """融資枠に付けた書類の写し。"""
    return Upload.objects.defer("content").filter(content_type=content_type_of(facility), object_id=facility.pk)
