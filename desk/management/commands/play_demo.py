"""練習用の組合を演じる。動かす日を今日とし、本物の操作だけで作る。"""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from coopfin.clock import business_date
from coopfin.models import User
from coopfin.roles import Role
from desk.demo import assemblies, cast, forms, gathering, opening, oversight, products, standing, stories
from governance.enums import BodyKind
from governance.models import Minutes


class Command(BaseCommand):
    help = "練習用の組合を演じる（空のデータベースにだけ）"

    def add_arguments(self, parser):
        parser.add_argument("--logins", action="store_true", help="役割ごとのログイン名とパスワードを示すだけにする")

    def handle(self, *args, **options):
        if options["logins"]:
            return self.print_logins()
        if settings.PRODUCTION:
            raise CommandError("練習用の組合は、本番（COOPFIN_MODE=production）では演じられません。")
        if User.objects.exists():
            raise CommandError("すでにデータがあります。空のデータベースで実行してください（make demo RESET=1）。")
        today = business_date()
        call_command("load_master_data", verbosity=0)
        users = cast.make_users()
        cast.make_cooperative(users, today)
        office = cast.office_of(users)
        office.first_board = cast.FIRST_BOARD
        office.keeps_minutes = True
        imported = opening.import_members(
            Path(settings.BASE_DIR / "fixtures" / "members.xlsx").read_bytes(), by=users["yamada"], on=today
        )
        self.stdout.write(f"組合員 {imported} 名を Excel から取り込みました。")
        cast.make_bodies(users, today)
        cast.make_pledges(users, today)
        oversight.receive_pledges(office, today)
        oversight.declare_kin(office, today)
        cast.make_policy(users, today)
        before, last = cast.general_meeting_years(today)
        cast.make_resolution(users, before)
        resolution = assemblies.hold_general_meeting(
            users, cast.general_meeting_day(last), number=cast.general_meeting_number(last)
        )
        self.stdout.write(f"限度額は、{resolution} で決まりました。")
        cast.make_standards(users, today)
        cast.make_delegation(users, today)
        products.make_products(users, today)
        forms.make_forms(users, today)
        cast.make_facilities(users, today)
        opening.book_opening_balances(office, today)
        opening.invite_newcomers(office, today)
        opening.record_sales(office, today)
        opening.take_deposits(office, today)
        stories.play(office, today, say=self.stdout.write)
        gathering.play(office, today)
        standing.play(office, today)
        oversight.play(users, office, today)
        finalised = Minutes.objects.filter(meeting__body__kind=BodyKind.BOARD).count()
        self.stdout.write(f"理事会 {finalised} 回の議事録が確定しました。")
        return None

    def print_logins(self):
        self.stdout.write(f"ログイン（パスワードはすべて {cast.PASSWORD}）:")
        for username, (name, roles) in cast.USERS.items():
            labels = "・".join(Role(role).label for role in roles) or "外部の専門家"
            self.stdout.write(f"  {username:<10} {name}（{labels}）")
