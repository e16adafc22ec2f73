"""管理サイト: 書類の種類。消すことはできない。"""

from django.contrib import admin

from coopfin.admin import LoggedAdmin
from documents.models import DocumentKind


@admin.register(DocumentKind)
class DocumentKindAdmin(LoggedAdmin):
    """書類の種類。名前と条件は、組合の取扱いに合わせて直せる。"""

    list_display = ["name", "code", "order", "validity_months", "original_seen", "note"]
    search_fields = ["name", "code"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj is not None else []
