"""基本データ（業種・勘定科目）を入れる。何度実行しても同じで、組合が直した名前は上書きしない。"""

from django.core.management.base import BaseCommand

from coopfin import master_data


class Command(BaseCommand):
    help = "fixtures/ の基本データのうち、まだない行だけを入れます（設定の画面からも入れられます）。"

    def handle(self, *args, verbosity=1, **options):
        for name, added in master_data.load().items():
            if verbosity:
                self.stdout.write(f"{name}: {added}行を追加しました。")
