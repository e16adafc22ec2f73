"""書類 のアプリ。"""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "書類"

    def ready(self):
        from documents import desk  # noqa: F401
