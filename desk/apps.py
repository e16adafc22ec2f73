"""今日の仕事 のアプリ。"""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = "今日の仕事"
