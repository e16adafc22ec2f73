"""URL。"""

app_name = "collateral"
urlpatterns = []
