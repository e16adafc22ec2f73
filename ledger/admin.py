"""管理サイト: 科目の名称を変える。伝票は見るだけ。"""

from django.contrib import admin

from coopfin.admin import PledgedAdmin
from coopfin.admin_site import NoDeleteAdmin, ReadOnlyAdmin
from ledger.models import Account, Voucher, VoucherLine


@admin.register(Account)
class AccountAdmin(NoDeleteAdmin):
    """科目表。符号・区分・補助は決まっていて、組合が変えてよいのは名称だけ（ドメイン D1）。"""

    list_display = ["code", "name", "kind", "per_member"]
    list_filter = ["kind"]
    search_fields = ["code", "name"]
    fields = ["code", "name", "kind", "per_member"]
    readonly_fields = ["code", "kind", "per_member"]

    def has_add_permission(self, request):
        return False


class LineInline(admin.TabularInline):
    """伝票の行。"""

    model = VoucherLine
    fields = readonly_fields = ["order", "side", "account", "member", "reference", "amount", "memo"]
    extra = 0
    can_delete = False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("account", "member")

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Voucher)
class VoucherAdmin(PledgedAdmin, ReadOnlyAdmin):
    """伝票。"""

    list_display = ["label", "dated_on", "kind", "state", "description", "made_by", "checked_by"]
    list_filter = ["state", "kind", "fiscal_year"]
    list_select_related = ["made_by", "checked_by"]
    search_fields = ["description"]
    date_hierarchy = "dated_on"
    inlines = [LineInline]

    @admin.display(description="番号", ordering="number")
    def label(self, obj):
        return obj.label


@admin.register(VoucherLine)
class VoucherLineAdmin(PledgedAdmin, ReadOnlyAdmin):
    """仕訳行。"""

    list_display = ["voucher", "order", "side", "account", "member", "reference", "amount"]
    list_filter = ["account", "side"]
    list_select_related = ["voucher", "account", "member"]
    search_fields = ["reference", "memo"]
