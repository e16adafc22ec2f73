"""組合員 のアプリ。"""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "組合員"
