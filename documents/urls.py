"""URL。"""

from django.urls import path

from documents import received, views

app_name = "documents"
urlpatterns = [
    path("", views.IssuedDocumentList.as_view(), name="list"),
    path("issued/<int:pk>/", views.IssuedDocumentDetail.as_view(), name="issued"),
    path("issued/<int:pk>/download/", views.IssuedDocumentDownload.as_view(), name="issued_download"),
    path("issued/<int:pk>/void/", views.IssuedDocumentVoid.as_view(), name="issued_void"),
    path("uploads/", received.Uploads.as_view(), name="uploads"),
    path("uploads/<int:pk>/", received.ReceivedDocument.as_view(), name="received"),
    path("uploads/<int:pk>/download/", received.UploadDownload.as_view(), name="upload"),
]
