"""URL: 担保・保証の台帳。"""

from django.urls import path

from collateral import views

app_name = "collateral"
urlpatterns = [
    path("", views.AssetList.as_view(), name="assets"),
    path("guarantees/", views.GuaranteeList.as_view(), name="guarantees"),
    path("assets/<int:pk>/", views.AssetDetail.as_view(), name="asset"),
    path("assets/<int:pk>/edit/", views.AssetEdit.as_view(), name="asset_edit"),
    path("guarantees/<int:pk>/", views.GuaranteeDetail.as_view(), name="guarantee"),
]
