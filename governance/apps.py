"""機関と決議 のアプリ。"""

from importlib import import_module

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"
    verbose_name = "機関と決議"

    def ready(self):
        import_module("governance.desk")
