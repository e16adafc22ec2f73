"""URL の入口。ここだけが、すべてのアプリを知っている。"""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("desk.urls")),
    path("members/", include("members.urls")),
    path("governance/", include("governance.urls")),
    path("loans/", include("loans.urls")),
    path("collateral/", include("collateral.urls")),
    path("ledger/", include("ledger.urls")),
    path("documents/", include("documents.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
