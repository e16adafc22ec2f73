"""機関と決議 のアプリ。"""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"
    verbose_name = "機関と決議"
