"""URL。"""

from django.urls import path, register_converter

from ledger.models import VoucherKind
from ledger.printing import voucher_paper_view
from ledger.views import books, vouchers


class EntryKindConverter:
    """画面から起票できる伝票の種類。"""

    regex = f"{VoucherKind.TRANSFER.value}|{VoucherKind.OPENING.value}"

    def to_python(self, value):
        return VoucherKind(value)

    def to_url(self, value):
        return VoucherKind(value).value


register_converter(EntryKindConverter, "entry_kind")

app_name = "ledger"
urlpatterns = [
    path("vouchers/", vouchers.VoucherListView.as_view(), name="voucher_list"),
    path("vouchers/new/", vouchers.VoucherCreateView.as_view(), name="voucher_create"),
    path("vouchers/opening/", vouchers.OpeningCreateView.as_view(), name="opening_create"),
    path("vouchers/preview/<entry_kind:kind>/", vouchers.VoucherPreviewView.as_view(), name="voucher_preview"),
    path("vouchers/<int:pk>/", vouchers.VoucherView.as_view(), name="voucher"),
    path("vouchers/<int:pk>/paper/", voucher_paper_view, name="voucher_paper"),
    path("vouchers/<int:pk>/approve/", vouchers.VoucherApproveView.as_view(), name="voucher_approve"),
    path("vouchers/<int:pk>/send-back/", vouchers.VoucherSendBackView.as_view(), name="voucher_send_back"),
    path("vouchers/<int:pk>/reverse/", vouchers.VoucherReverseView.as_view(), name="voucher_reverse"),
    path("journal/", books.JournalView.as_view(), name="journal"),
    path("trial-balance/", books.TrialBalanceView.as_view(), name="trial_balance"),
    path("general-ledger/", books.GeneralLedgerView.as_view(), name="general_ledger"),
]
