"""URL。"""

from django.urls import path

from desk import views

app_name = "desk"
urlpatterns = [
    path("", views.Today.as_view(), name="today"),
    path("search/", views.Search.as_view(), name="search"),
    path("help/", views.Help.as_view(), name="help"),
    path("health/", views.health, name="health"),
]
