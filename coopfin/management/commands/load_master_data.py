"""基本データ（業種・勘定科目）を入れる。何度実行しても同じで、組合が直した名前は上書きしない。"""

from django.conf import settings
from django.core import serializers
from django.core.management.base import BaseCommand
from django.db import transaction

#: 入れる順。あるものだけを入れる。
FILES = ("industries.json", "accounts.json")


class Command(BaseCommand):
    help = "fixtures/ の基本データのうち、まだない行だけを入れます。"

    def handle(self, *args, verbosity=1, **options):
        for name in FILES:
            path = settings.BASE_DIR / "fixtures" / name
            if not path.exists():
                continue
            added = self._load(path)
            if verbosity:
                self.stdout.write(f"{name}: {added}行を追加しました。")

    @transaction.atomic
    def _load(self, path) -> int:
        added = 0
        for row in serializers.deserialize("json", path.read_text("utf-8")):
            model = type(row.object)
            if not model._default_manager.filter(pk=row.object.pk).exists():
                row.save()
                added += 1
        return added
