"""借入のアプリ。"""

from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "funding"
    verbose_name = "借入（転貸原資）"

    def ready(self):
        from documents import access
        from funding import desk

        access.register("funding.facility", desk.visible_facilities)
        desk.register()
