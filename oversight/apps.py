"""守秘と監査 のアプリ。"""

from importlib import import_module

from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "oversight"
    verbose_name = "守秘と監査"

    def ready(self):
        import_module("oversight.guard")
        import_module("oversight.desk")
