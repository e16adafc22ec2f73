"""担保と保証 のアプリ。"""

from django.apps import AppConfig


class CollateralConfig(AppConfig):
    name = "collateral"
    verbose_name = "担保と保証"
