"""最初の管理者を登録するためのリンクを出す。利用者が一人でもいれば、出さない。"""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from coopfin.operations import first


class Command(BaseCommand):
    help = "何もないデータベースで、最初の管理者を登録するためのリンクを出します（一日のあいだ使えます）。"

    def add_arguments(self, parser):
        parser.add_argument("--address", default="", help="サイトの番地（例: https://kashitsuke.example.jp）")

    def handle(self, *args, address, **options):
        if not first.needed():
            raise CommandError("利用者がすでにいます。利用者は、管理者がログインして「設定」から招きます。")
        if not address:
            address = f"https://{settings.ALLOWED_HOSTS[0]}" if settings.PRODUCTION else "http://127.0.0.1:8000"
        path = reverse("desk:first_administrator", args=[first.make_code()])
        self.stdout.write("次のリンクを開いて、最初の管理者を登録してください（一日のあいだ、一度だけ使えます）。")
        self.stdout.write(f"  {address.rstrip('/')}{path}")
