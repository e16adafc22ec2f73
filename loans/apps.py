"""貸付のアプリ。"""

from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "loans"
    verbose_name = "貸付"

    def ready(self):
        from governance.models import rules
        from loans.enums import Method, Purpose

        rules.PURPOSES.update(Purpose.choices)
        rules.METHODS.update(Method.choices)
        from ledger import approvals
        from loans import briefing, checklist_desk, desk, interests, printing, wordings  # noqa: F401  会議資料の説明・伏せるもの・書類を誰が見てよいかを登録する
        from loans.approval import LoanVouchers

        approvals.register(LoanVouchers())
        desk.register()
        checklist_desk.register()
