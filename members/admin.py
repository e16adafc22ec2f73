"""管理サイト: 人と業種は直せる（消せない）。組合員は見るだけで、直すのは組合員の画面で行う。"""

from django.contrib import admin

from coopfin import log
from coopfin.admin_site import NoDeleteAdmin, ReadOnlyAdmin
from coopfin.clock import business_date
from coopfin.forms import JapaneseDateField
from members.models import Industry, Member, Person


class LoggedAdmin(NoDeleteAdmin):
    """保存した人を履歴と操作の記録に残す。"""

    def save_model(self, request, obj, form, change):
        obj._history_user = request.user
        super().save_model(request, obj, form, change)
        label = f"{obj._meta.verbose_name}の{'変更' if change else '登録'}（管理サイト）"
        if isinstance(obj.pk, int):
            log.record(obj, verb="admin_save", label=label, by=request.user, on=business_date())


@admin.register(Person)
class PersonAdmin(LoggedAdmin):
    list_display = ("name", "kana", "born_on", "address", "user")
    search_fields = ("search_text", "name", "kana")
    list_select_related = ("user",)
    fields = ("name", "kana", "born_on", "postal_code", "address", "phone", "user")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "born_on":
            return JapaneseDateField(required=False, label=db_field.verbose_name)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_search_results(self, request, queryset, search_term):
        return queryset.search(search_term), False


@admin.register(Industry)
class IndustryAdmin(NoDeleteAdmin):
    list_display = ("code", "name")


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = ("number", "name", "representative", "industry", "share_capital", "joined_on", "left_on")
    list_select_related = ("representative", "industry")
    list_filter = ("kind", "industry")
    search_fields = ("search_text",)

    def get_search_results(self, request, queryset, search_term):
        return queryset.search(search_term), False
