"""URL。"""

app_name = "ledger"
urlpatterns = []
