"""URL。"""

from django.urls import path

from members.views import imports, members, people, sales

app_name = "members"
urlpatterns = [
    path("", members.MemberListView.as_view(), name="list"),
    path("new/", members.MemberCreateView.as_view(), name="create"),
    path("export/", members.MemberExportView.as_view(), name="export"),
    path("bank-names/", members.BankNamesView.as_view(), name="bank_names"),
    path("<int:pk>/", members.MemberDetailView.as_view(), name="detail"),
    path("<int:pk>/edit/", members.MemberUpdateView.as_view(), name="edit"),
    path("<int:pk>/sales/", sales.SalesRecordView.as_view(), name="sales"),
    path("<int:pk>/officers/new/", members.OfficerAddView.as_view(), name="officer_add"),
    path("officers/<int:pk>/end/", members.OfficerEndView.as_view(), name="officer_end"),
    path("people/", people.PersonListView.as_view(), name="people"),
    path("people/new/", people.PersonCreateView.as_view(), name="person_create"),
    path("people/options/", people.PersonOptionsView.as_view(), name="person_options"),
    path("people/<int:pk>/", people.PersonDetailView.as_view(), name="person"),
    path("people/<int:pk>/edit/", people.PersonUpdateView.as_view(), name="person_edit"),
    path("import/", imports.ImportStartView.as_view(), name="import"),
    path("import/template/", imports.ImportTemplateView.as_view(), name="import_template"),
    path("import/<int:pk>/", imports.ImportBatchView.as_view(), name="import_batch"),
    path("import/<int:pk>/again/", imports.ImportAgainView.as_view(), name="import_again"),
    path("import/<int:pk>/discard/", imports.ImportDiscardView.as_view(), name="import_discard"),
    path("import/<int:pk>/refused/", imports.ImportRefusedView.as_view(), name="import_refused"),
]
