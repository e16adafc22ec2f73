"""URL。"""

from django.urls import path

from documents import views

app_name = "documents"
urlpatterns = [
    path("", views.IssuedDocumentList.as_view(), name="list"),
    path("issued/<int:pk>/", views.IssuedDocumentDetail.as_view(), name="issued"),
    path("issued/<int:pk>/download/", views.IssuedDocumentDownload.as_view(), name="issued_download"),
    path("issued/<int:pk>/void/", views.IssuedDocumentVoid.as_view(), name="issued_void"),
    path("uploads/<int:pk>/download/", views.UploadDownload.as_view(), name="upload"),
]
