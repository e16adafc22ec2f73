"""机: 登録された札・仕事・検索を集めて見せる。"""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = "今日の仕事"

    def ready(self):
        from coopfin import worklists
        from coopfin.proposals import SEE_PROPOSALS

        worklists.register_menu(
            worklists.MenuItem(
                group="",
                order=0,
                label="今日の仕事",
                url_name="desk:today",
                permission="coopfin.view_desk",
                namespaces=("desk:today",),
            )
        )
        worklists.register_menu(
            worklists.MenuItem(
                group="組合",
                order=73,
                label="承認待ちの提案",
                url_name="desk:proposals",
                permission=SEE_PROPOSALS,
                namespaces=("desk:proposal",),
            )
        )
        worklists.register_menu(
            worklists.MenuItem(
                group="組合",
                order=90,
                label="設定",
                url_name="desk:setup",
                permission="coopfin.use_admin",
                namespaces=("desk:setup", "desk:user"),
            )
        )
        worklists.register_menu(
            worklists.MenuItem(
                group="組合", order=95, label="用語", url_name="desk:help", permission="coopfin.view_desk"
            )
        )
        worklists.register_menu(
            worklists.MenuItem(
                group="組合", order=96, label="手引きとの対応", url_name="desk:handbook", permission="coopfin.view_desk"
            )
        )
