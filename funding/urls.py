"""URL。"""

from django.urls import path

from funding.views import FacilitiesView

app_name = "funding"
urlpatterns = [path("", FacilitiesView.as_view(), name="facilities")]
