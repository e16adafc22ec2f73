"""伝票の承認の引受け: 貸付のできごとから起きた伝票は、貸付の確認と操作で承認・差戻し・訂正する。"""

from __future__ import annotations

from coopfin.flow import Finding, block, passed
from coopfin.models import DelegatedAct
from coopfin.segregation import may_check
from ledger.models import Voucher, VoucherState
from loans.enums import EventKind
from loans.models import Application, LoanEvent
from loans.operations import disbursement
from loans.workflow import FLOW, SEGREGATION


class LoanVouchers:
    """貸付の伝票の持ち主。"""

    act = DelegatedAct.DISBURSE

    def vouchers(self):
        return LoanEvent.objects.values("voucher")

    def _event(self, voucher: Voucher) -> LoanEvent:
        return voucher.loan_events.select_related("loan__application__member", "loan__member", "loan__policy").get()

    def owns(self, voucher: Voucher) -> bool:
        return voucher.loan_events.exists()

    def findings(self, voucher: Voucher, *, by, on) -> list[Finding]:
        """起票した本人でないこと、流れのステップの確認、内容が変わっていないこと。"""
        event = self._event(voucher)
        found = []
        if voucher.is_waiting and not may_check(voucher.made_by_id, by.pk):
            text = f"起票した本人（{voucher.made_by}）は承認できません。別の権限者にお願いしてください。"
            found.append(block(text, SEGREGATION, code="same_person"))
        name = "disburse" if event.kind == EventKind.DISBURSEMENT else "undo_disbursement"
        found += FLOW.findings(FLOW[name], event.loan.application, by=by, on=on, disburse_on=event.on)
        if event.kind == EventKind.DISBURSEMENT and voucher.is_waiting:
            found += disbursement.difference_findings(event) or [
                passed("いま計算し直しても、起票した内容と同じです。", "起票と計上の一致", code="same")
            ]
        return found

    def approve(self, voucher: Voucher, *, by, on, reason: str = "") -> str:
        event = disbursement.approve(voucher, by=by, on=on, reason=reason)
        voucher.refresh_from_db()
        done = "貸付を実行しました" if event.kind == EventKind.DISBURSEMENT else "実行を訂正しました"
        return f"{done}（伝票 {voucher.label}）。"

    def reject(self, voucher: Voucher, *, by, on, reason: str) -> LoanEvent:
        return disbursement.reject(voucher, by=by, on=on, reason=reason)

    def prepare_reversal(self, voucher: Voucher, *, by, on, reason: str, dated_on) -> Voucher:
        event = disbursement.prepare_reversal(voucher, dated_on=dated_on, by=by, on=on, reason=reason)
        return event.voucher

    def hidden_from(self, user, on):
        """利害関係のある案件の、承認を待つ伝票。"""
        seen = Application.objects.not_interested(getattr(user, "person", None), on).order_by().values("pk")
        waiting = LoanEvent.objects.filter(voucher__state=VoucherState.PREPARED)
        return waiting.exclude(loan__application__in=seen).values("voucher")

    def context(self, voucher: Voucher, *, user, on) -> dict:
        event = self._event(voucher)
        loan, application = event.loan, event.loan.application
        if not Application.objects.visible_to(user, on).filter(pk=application.pk).exists():
            # 帳簿は見てよくても、利害関係のある人に案件の中身は見せない。
            return {}
        # 訂正の日には計算できないことがある（期日を過ぎている）。償還予定を見せるのは実行の伝票だけ。
        is_disbursement = event.kind == EventKind.DISBURSEMENT
        instalments = (
            disbursement.preview(loan, disburse_on=event.on).computation.instalments if is_disbursement else ()
        )
        return {
            "links": [
                (f"案件 {application.number}　{application.title}", application.get_absolute_url()),
                (f"貸付 {loan.number}", loan.get_absolute_url()),
            ],
            "explanation": [f"{row['label']}：{row['formula']}" for row in event.explanation],
            "template": "loans/parts/voucher_context.html",
            "event": event,
            "loan": loan,
            "instalments": instalments,
        }
