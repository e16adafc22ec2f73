"""URL。"""

app_name = "documents"
urlpatterns = []
