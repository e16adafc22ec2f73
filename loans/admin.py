"""管理サイト: 申込と貸付は見るだけ。"""

from django.contrib import admin

from coopfin.admin import RememberedAdmin
from coopfin.admin_site import ReadOnlyAdmin
from coopfin.clock import business_date
from loans.models import Application, Loan


class _SeenByRole(RememberedAdmin, ReadOnlyAdmin):
    """利害関係のある案件は、管理サイトでも見せない。"""

    def visible(self, request):
        return Application.objects.visible_to(request.user, business_date())


@admin.register(Application)
class ApplicationAdmin(_SeenByRole):
    list_display = ["number", "member", "loan_type", "purpose", "amount", "funding_source", "state", "received_on"]
    list_filter = ["state", "loan_type", "funding_source", "fiscal_year"]
    search_fields = ["number", "member__name", "member__kana"]
    list_select_related = ["member"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(pk__in=self.visible(request).order_by().values("pk"))


@admin.register(Loan)
class LoanAdmin(_SeenByRole):
    list_display = ["number", "member", "loan_type", "principal", "state", "disbursed_on", "maturity_on"]
    list_filter = ["state", "loan_type", "fiscal_year"]
    search_fields = ["number", "member__name", "member__kana"]
    list_select_related = ["member"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(application__in=self.visible(request).order_by().values("pk"))
