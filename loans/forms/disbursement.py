"""実行の入力欄。"""

from __future__ import annotations

from coopfin.forms import JapaneseDateField, ReasonForm


class DisbursementForm(ReasonForm):
    """実行日。利息・手数料・交付額・償還予定は、この日から計算する。"""

    disburse_on = JapaneseDateField(label="実行日", help_text="お金を渡す日。契約日以後の、銀行の営業日です。")

    field_order = ["disburse_on", "reason"]
