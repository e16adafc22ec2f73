"""URL。"""

app_name = "desk"
urlpatterns = []
