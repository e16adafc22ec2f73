"""管理サイト: 限度額の決議（提案）、機関、席。消すことはできない。"""

from __future__ import annotations

from django import forms
from django.contrib import admin

from coopfin.admin import LoggedAdmin, ProposalAdmin
from coopfin.clock import business_date
from coopfin.models import Cooperative
from governance.models import Body, DesignatedBank, LimitResolution, Seat

LIMIT_HELP = {
    "meeting_name": "限度額を決めた総会の名。例: 第48回通常総会。",
    "item_number": "総会の議案番号。例: 第5号議案。",
    "resolved_on": "総会で決議した日。",
    "effective_on": "この日から、次の決議の効力が生じるまで（長くとも年度末のあとの猶予月数まで）使います。",
    "borrowing_limit": "組合の借入金残高（転貸原資を含む）がこの額を超えてはなりません。残高ベース: その日の残高で見るもので、"
    "年間の借入額ではありません。",
    "guarantee_limit": "組合が組合員のためにする債務保証の残高の最高限度（残高ベース）。保証の事業をしていなければ 0。",
    "member_loan_limit": "1組合員に対する貸付残高（手形割引を含む）の最高限度（残高ベース）。同額までは貸せます。",
    "member_guarantee_limit": "1組合員のためにする債務保証残高の最高限度（残高ベース）。保証の事業をしていなければ 0。",
}


class LimitResolutionForm(forms.ModelForm):
    """限度額の決議。①〜⑤の意味を欄のそばに書く。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, text in LIMIT_HELP.items():
            if name in self.fields:
                self.fields[name].help_text = text
        for name in ("guarantee_limit", "member_guarantee_limit"):
            if name in self.fields:
                self.fields[name].min_value = 0


class DesignatedBankInline(admin.TabularInline):
    """⑤ 取引金融機関の指定。組合の借入は、ここに指定した金融機関からだけできる（H2.1-f）。"""

    model = DesignatedBank
    extra = 2


@admin.register(LimitResolution)
class LimitResolutionAdmin(ProposalAdmin):
    """限度額の決議。"""

    approve_permission = "governance.approve_resolution"
    form = LimitResolutionForm
    inlines = [DesignatedBankInline]
    list_display = [
        "__str__", "effective_on", "borrowing_amount", "member_loan_amount", "status", "proposed_by", "decided_by",
    ]  # fmt: skip
    search_fields = ["meeting_name", "item_number"]
    fieldsets = [
        (
            "総会の決議",
            {
                "fields": ["meeting_name", "item_number", "resolved_on", "effective_on"],
                "description": "総会が毎年決める限度額（残高ベース）。ここでの登録は提案です。別の権限者が承認するまで、効力はありません。",
            },
        ),
        (
            "限度額（残高ベース）",
            {"fields": ["borrowing_limit", "guarantee_limit", "member_loan_limit", "member_guarantee_limit"]},
        ),
    ]

    @admin.display(description="① 借入（円）", ordering="borrowing_limit")
    def borrowing_amount(self, obj):
        return f"{obj.borrowing_limit:,}"

    @admin.display(description="③ 1組合員（円）", ordering="member_loan_limit")
    def member_loan_amount(self, obj):
        return f"{obj.member_loan_limit:,}"

    def in_force(self, obj):
        cooperative = Cooperative.current()
        current = LimitResolution.current(business_date(), cooperative.fiscal_start_month if cooperative else 4)
        return current if current is not None and current.pk != obj.pk else None

    def extra_rows(self, obj, current):
        def banks(resolution):
            names = [str(bank) for bank in resolution.designated_banks.order_by("pk")] if resolution else []
            return "、".join(names) or "（なし）"

        return [("⑤ 取引金融機関の指定", banks(current) if current else "", banks(obj))]


@admin.register(Body)
class BodyAdmin(LoggedAdmin):
    """機関。種類は登録のあと変えられない。"""

    list_display = ["name", "kind", "seats_min", "remote_allowed", "source"]

    def get_readonly_fields(self, request, obj=None):
        return ["kind"] if obj else []


@admin.register(Seat)
class SeatAdmin(LoggedAdmin):
    """席。議決の記録が指しているので、機関と人は登録のあと変えられない。退任は任期満了日を入れる。"""

    list_display = ["person", "body", "title", "from_on", "to_on"]
    list_filter = ["body", "title"]
    list_select_related = ["person", "body"]
    search_fields = ["person__name", "person__kana"]
    autocomplete_fields = ["person"]

    def get_readonly_fields(self, request, obj=None):
        return ["body", "person"] if obj else []
