"""URL。"""

app_name = "governance"
urlpatterns = []
