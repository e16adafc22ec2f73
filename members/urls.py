"""URL。"""

app_name = "members"
urlpatterns = []
