"""管理サイト: 限度額の決議（提案）、機関、席（定款・規約・規程・権限委譲は rules_admin）。消すことはできない。"""

from __future__ import annotations

from django import forms
from django.contrib import admin

from coopfin.admin import LoggedAdmin, ProposalAdmin
from coopfin.clock import business_date
from coopfin.fields import YenField
from governance import rules_admin  # noqa: F401  登録する
from governance.enums import MemberLimitMode
from governance.models import Body, DesignatedBank, LimitResolution, Seat

LIMIT_HELP = {
    "meeting_name": "限度額を決めた総会の名。例: 第48回通常総会。これからの総会に付議するときは、三つとも空欄のまま登録し、"
    "あとで「議案にする」を押します（可決されると書き込まれます）。",
    "item_number": "総会の議案番号。例: 第5号議案。",
    "resolved_on": "総会で決議した日。",
    "effective_on": "この日から、次の決議の効力が生じるまで（長くとも年度末のあとの猶予月数まで）使います。",
    "borrowing_limit": "組合の借入金残高（転貸原資を含む）がこの額を超えてはなりません。残高ベース: その日の残高で見るもので、"
    "年間の借入額ではありません。",
    "guarantee_limit": "組合が組合員のためにする債務保証の残高の最高限度（残高ベース）。保証の事業をしていなければ 0。",
    "member_loan_limit": "1組合員に対する貸付残高（手形割引を含む）の最高限度（残高ベース）。同額までは貸せます。",
    "member_guarantee_limit": "1組合員のためにする債務保証残高の最高限度（残高ベース）。保証の事業をしていなければ 0。",
    "member_limit_mode": "③ はいちばん多く使う組合員の額です。その範囲で、全員に一律に使うか、組合員ごとに差を付けるか（手引き Q&A 2）。"
    "裏付けは、担保の保全額・出資金・預り金の合計まで。売上等基準は、年間売上高の何か月分かまでで、別に担保か保証を求めます。",
    "sales_months": "売上等基準のときだけ。年間売上高の何か月分までか（1〜60）。例: 2。",
    "sales_unit": "売上等基準で数えた額を、この額未満で切り捨てます。例: 10,000。",
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

    def clean(self):
        cleaned = super().clean()
        by_sales = cleaned.get("member_limit_mode") == MemberLimitMode.SALES
        if by_sales and not cleaned.get("sales_months") and "sales_months" not in self.errors:
            self.add_error("sales_months", "売上等基準では、年間売上高の何か月分までかを入力してください。")
        if not by_sales and cleaned.get("sales_months"):
            self.add_error("sales_months", "月数を使うのは売上等基準だけです。ほかの定め方では空欄にしてください。")
        return cleaned


class DesignatedBankInline(admin.TabularInline):
    """⑤ 取引金融機関の指定。組合の借入は、ここに指定した金融機関からだけできる（H2.1-f）。"""

    model = DesignatedBank
    extra = 2

    def get_extra(self, request, obj=None, **kwargs):
        return max(self.extra, len(request.GET.getlist("bank")))


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
        ("組合員ごとの限度（③ の範囲で）", {"fields": ["member_limit_mode", "sales_months", "sales_unit"]}),
    ]

    @admin.display(description="① 借入（円）", ordering="borrowing_limit")
    def borrowing_amount(self, obj):
        return f"{obj.borrowing_limit:,}"

    @admin.display(description="③ 1組合員（円）", ordering="member_loan_limit")
    def member_loan_amount(self, obj):
        return f"{obj.member_loan_limit:,}"

    def get_changeform_initial_data(self, request):
        """試算の頁から来たときは、その数字を入れておく。金額は打ったのと同じに読む。"""
        initial = super().get_changeform_initial_data(request)
        initial.pop("bank", None)
        for field in LimitResolution._meta.fields:
            if isinstance(field, YenField) and str(initial.get(field.name, "")).isdecimal():
                initial[field.name] = int(initial[field.name])
        return initial

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        named = [name.strip() for name in request.GET.getlist("bank") if name.strip()]
        if obj.pk is None and isinstance(inline, DesignatedBankInline) and named and request.method == "GET":
            kwargs["initial"] = [dict(zip(("name", "branch"), name.split(maxsplit=1), strict=False)) for name in named]
        return kwargs

    def in_force(self, obj):
        current = LimitResolution.in_force(business_date())
        return current if current is not None and current.pk != obj.pk else None

    def extra_rows(self, obj, current):
        def banks(resolution):
            names = [str(bank) for bank in resolution.designated_banks.order_by("pk")] if resolution else []
            return "、".join(names) or "（なし）"

        return [("⑤ 取引金融機関の指定", banks(current) if current else "", banks(obj))]


@admin.register(Body)
class BodyAdmin(LoggedAdmin):
    """機関。種類は登録のあと変えられない。"""

    list_display = ["name", "kind", "seats_min", "remote_allowed", "written_allowed", "source"]
    fieldsets = [
        (None, {"fields": ["kind", "name", "source", "seats_min", "committee_quorum", "notice_days"]}),
        (
            "出席の仕方",
            {"fields": ["remote_allowed", "written_allowed", "proxy_allowed", "participation_source"]},
        ),
        ("総会の議決", {"fields": ["ordinary_quorum", "chair_breaks_tie"]}),
    ]

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
