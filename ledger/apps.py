"""伝票 のアプリ。"""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate


class LedgerConfig(AppConfig):
    name = "ledger"
    verbose_name = "伝票"

    def ready(self):
        from ledger import desk, triggers

        pre_migrate.connect(triggers.before_migrate, sender=self, dispatch_uid="ledger.triggers.before_migrate")
        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="ledger.triggers.after_migrate")
        checks.register(triggers.check_installed, checks.Tags.database)
        desk.register()
