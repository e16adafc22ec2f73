"""URL。"""

from django.urls import path

from documents import batch_pages, form_pages, received, views

app_name = "documents"
urlpatterns = [
    path("", views.IssuedDocumentList.as_view(), name="list"),
    path("issued/<int:pk>/", views.IssuedDocumentDetail.as_view(), name="issued"),
    path("issued/<int:pk>/download/", views.IssuedDocumentDownload.as_view(), name="issued_download"),
    path("issued/<int:pk>/void/", views.IssuedDocumentVoid.as_view(), name="issued_void"),
    path("forms/", form_pages.Forms.as_view(), name="forms"),
    path("forms/<slug:code>/", form_pages.FormPage.as_view(), name="form"),
    path("forms/<slug:code>/specimen/", form_pages.FormSpecimen.as_view(), name="form_specimen"),
    path("form-versions/<int:pk>/", form_pages.FormVersionPage.as_view(), name="form_version"),
    path("form-versions/<int:pk>/specimen/", form_pages.VersionSpecimen.as_view(), name="form_version_specimen"),
    path("batches/<int:pk>/", batch_pages.BatchPage.as_view(), name="batch"),
    path("batches/<int:pk>/next/", batch_pages.BatchStep.as_view(), name="batch_step"),
    path("batches/<int:pk>/print/", batch_pages.BatchPrint.as_view(), name="batch_print"),
    path("uploads/", received.Uploads.as_view(), name="uploads"),
    path("uploads/<int:pk>/", received.ReceivedDocument.as_view(), name="received"),
    path("uploads/<int:pk>/download/", received.UploadDownload.as_view(), name="upload"),
]
