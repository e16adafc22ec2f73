"""枠のアプリ。"""

from django.apps import AppConfig


class CoopfinConfig(AppConfig):
    name = "coopfin"
    verbose_name = "組合と方針"
