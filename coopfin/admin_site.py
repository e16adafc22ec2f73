"""管理サイト。限度額・方針・利用者の入口。消すことはできず、案件・貸付・伝票は見るだけ。"""

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.shortcuts import redirect
from django.urls import reverse


class CoopfinAdminConfig(AdminConfig):
    default_site = "coopfin.admin_site.CoopfinAdminSite"


class DistinctChoices(AutocompleteJsonView):
    """探して選ぶ欄の候補。同じ名前の人を取り違えないように、見分ける一行（distinction）を添える。"""

    def serialize_result(self, obj, to_field_name):
        result = super().serialize_result(obj, to_field_name)
        distinction = getattr(obj, "distinction", "")
        return {**result, "text": f"{obj}（{distinction}）"} if distinction else result


class CoopfinAdminSite(AdminSite):
    """役割の表で入れる人を決める管理サイト。ログインは通常の画面で行う。"""

    site_header = "coopfin 設定"
    site_title = "coopfin 設定"
    index_title = "限度額・方針・機関・利用者"
    #: 「業務の画面へ戻る」があるので、同じ行き先の「サイトを表示」は出さない。
    site_url = None

    def autocomplete_view(self, request):
        return DistinctChoices.as_view(admin_site=self)(request)

    def has_permission(self, request):
        return request.user.is_authenticated and request.user.has_perm("coopfin.use_admin")

    def login(self, request, extra_context=None):
        if request.user.is_authenticated:
            return redirect("desk:today")
        return redirect(f"{reverse('account_login')}?next={request.path}")


class NoDeleteAdmin(ModelAdmin):
    """消せない管理画面。"""

    def has_delete_permission(self, request, obj=None):
        return False

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class ReadOnlyAdmin(NoDeleteAdmin):
    """見るだけの管理画面（案件・貸付・伝票・記録）。"""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
