"""URL。"""

app_name = "loans"
urlpatterns = []
