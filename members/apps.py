"""組合員 のアプリ。"""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "組合員"

    def ready(self):
        from members import desk  # noqa: F401  メニューと検索を登録する
