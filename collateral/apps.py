"""担保と保証 のアプリ。"""

from django.apps import AppConfig


class CollateralConfig(AppConfig):
    name = "collateral"
    verbose_name = "担保と保証"

    def ready(self):
        from collateral.enums import FIRST_HAIRCUTS, AssetKind
        from coopfin.models import HaircutRate

        HaircutRate.kinds.update(AssetKind.choices)
        HaircutRate.first_rates.update(FIRST_HAIRCUTS)
        from collateral import desk

        desk.register()
