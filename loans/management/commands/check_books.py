"""帳簿の照合。統制勘定・補助残高・できごとを別々の表から足し、合わない行を名指しして 0 以外で終わる。"""

from django.core.management.base import BaseCommand
from django.db import transaction

from ledger import checks as ledger_checks
from loans import checks as loan_checks
from members import checks as member_checks


class Command(BaseCommand):
    help = "帳簿を照合する（合わない行があれば名指しして、0 以外で終わる）"

    def handle(self, *args, **options):
        problems = 0
        # 照合のあいだに伝票が入ると食い違って見えるので、一つの取引の中で数える。
        with transaction.atomic():
            for name, check in {**member_checks.CHECKS, **ledger_checks.CHECKS, **loan_checks.CHECKS}.items():
                found = check()
                problems += len(found)
                self.stdout.write(f"{'✕' if found else '✓'} {name}")
                for sentence in found:
                    self.stdout.write(f"    {sentence}")
        if problems:
            self.stderr.write(f"合わないところが {problems} 件あります。")
            raise SystemExit(1)
        self.stdout.write("すべて合っています。")
