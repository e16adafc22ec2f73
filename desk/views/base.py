"""設定の頁に共通のこと。"""

from coopfin.views import OperationView

SETUP_CRUMB = ("設定", "/setup/")
USERS_CRUMB = ("利用者", "/setup/users/")


class SettingView(OperationView):
    """設定の操作。組合の決めごとと利用者は案件ではないので、開いただけでは閲覧の記録に残さない。"""

    def remember(self, *objects):
        """変えたことは、操作の記録に残る。"""
