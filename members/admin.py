"""管理サイト: 人と業種は直せる（消せない）。組合員は見るだけで、直すのは組合員の画面で行う。"""

from django.contrib import admin

from coopfin.admin import LoggedAdmin, RememberedAdmin
from coopfin.admin_site import NoDeleteAdmin, ReadOnlyAdmin
from coopfin.forms import JapaneseDateField
from coopfin.models import User
from members.models import Industry, Member, Person


@admin.register(Person)
class PersonAdmin(LoggedAdmin):
    """人。ログインする人と結ぶのは管理者だけで、自分の結び付きは変えられない。

    利害関係（除斥）は結び付きから分かるので、外せば自分の案件を開けてしまう。
    """

    list_display = ("name", "kana", "born_on", "address", "user")
    search_fields = ("search_text", "name", "kana")
    list_select_related = ("user",)
    fields = ("name", "kana", "born_on", "postal_code", "address", "phone", "user")

    def get_queryset(self, request):
        # 統合済の人は、一覧にも、席などで選ぶ候補にも出さない。
        return super().get_queryset(request).filter(merged_into__isnull=True)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "born_on":
            return JapaneseDateField(required=False, label=db_field.verbose_name)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        own = obj is not None and obj.user_id == request.user.pk
        return () if request.user.has_perm("coopfin.manage_users") and not own else ("user",)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.exclude(pk=request.user.pk)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(self, request, queryset, search_term):
        return queryset.search(search_term), False


@admin.register(Industry)
class IndustryAdmin(NoDeleteAdmin):
    list_display = ("code", "name")


@admin.register(Member)
class MemberAdmin(RememberedAdmin, ReadOnlyAdmin):
    list_display = ("number", "name", "representative", "industry", "share_capital", "joined_on", "left_on")
    list_select_related = ("representative", "industry")
    list_filter = ("kind", "industry")
    search_fields = ("search_text",)

    def get_search_results(self, request, queryset, search_term):
        return queryset.search(search_term), False
