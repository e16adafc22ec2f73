"""一覧の表。画面と書出しは同じ列から作る。"""

from __future__ import annotations

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from coopfin.lists import TIGHT, DayColumn
from coopfin.templatetags.coopfin import rate, stage_badge, yen
from loans import wording
from loans.enums import COMMITTED_STATES
from loans.models import Application, Loan

NUMBER = {"td": {"class": "num"}, "th": {"class": "num"}}


class YenColumn(tables.Column):
    """金額。画面では三桁区切り、書出しでは数。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, attrs=NUMBER, **kwargs)

    def render(self, value):
        return yen(value)

    def value(self, value):
        return value


class RateColumn(tables.Column):
    """年率。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, attrs=NUMBER, **kwargs)

    def render(self, value):
        return rate(value)

    def value(self, value):
        return value


class ApplicationTable(tables.Table):
    """申込・審査の一覧。on（業務日）は、この状態になってからの日数を数えるために渡す。"""

    number = tables.Column("受付番号", attrs=TIGHT, order_by=("fiscal_year", "sequence", "pk"), empty_values=())
    member = tables.Column("組合員", order_by=("member__kana", "member__number"), attrs={"td": {"class": "member"}})
    loan_type = tables.Column("形式", attrs=TIGHT)
    purpose = tables.Column("使いみち", attrs=TIGHT)
    amount = YenColumn("金額（円）")
    interest_rate = RateColumn("利率")
    fee_rate = RateColumn("転貸手数料")
    funding_source = tables.Column("原資", attrs=TIGHT)
    state = tables.Column("状態", attrs=TIGHT)
    age = tables.Column(
        "日数", accessor="entered_state_on", attrs=NUMBER, order_by="-entered_state_on", empty_values=()
    )
    received_on = DayColumn("受付日")
    disburse_on = DayColumn("実行希望日")
    maturity_on = DayColumn("最終期日")
    approval_expires_on = DayColumn("決定の有効期限")
    left = tables.Column("期限まで", accessor="approval_expires_on", attrs=NUMBER, empty_values=())
    received_by = tables.Column("担当", attrs=TIGHT, order_by="received_by__name")

    #: はじめに出す列
    SHOWN = ("number", "member", "loan_type", "purpose", "amount", "funding_source", "state", "age", "received_on")

    class Meta:
        model = Application
        fields = (
            "number", "member", "loan_type", "purpose", "amount", "interest_rate", "fee_rate", "funding_source",
            "state", "age", "received_on", "disburse_on", "maturity_on", "approval_expires_on", "left", "received_by",
        )  # fmt: skip
        row_attrs = {"data-href": lambda record: record.get_absolute_url()}

    def __init__(self, *args, on=None, policy=None, **kwargs):
        self.on, self.policy = on, policy
        super().__init__(*args, **kwargs)

    def render_number(self, record):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.number_label)

    def value_number(self, record):
        return record.number

    def render_state(self, record):
        return stage_badge(record)

    def value_state(self, record):
        return record.get_state_display()

    def render_purpose(self, record):
        return record.purpose_name

    def render_funding_source(self, record):
        return "転貸" if record.is_bank_funded else "自己資金"

    def render_age(self, record):
        days = self.value_age(record)
        if days is None:
            return ""
        if self.policy is not None and days > self.policy.stale_case_days:
            # 色だけでなく、言葉でも言う。
            return stage_badge(f"{days}日 滞り", "caution")
        return f"{days}日"

    def value_age(self, record):
        if record.entered_state_on is None or record.state in ("disbursed", "declined", "withdrawn"):
            return None
        return (self.on - record.entered_state_on).days

    def render_left(self, record):
        left = self.value_left(record)
        if left is None:
            return ""
        if left < 0:
            return stage_badge(f"{-left}日 期限切れ", "stop")
        near = self.policy is not None and left <= self.policy.approval_reminder_days
        return stage_badge(f"あと{left}日", "caution") if near else f"あと{left}日"

    def value_left(self, record):
        if record.approval_expires_on is None or record.state not in COMMITTED_STATES:
            return None
        return (record.approval_expires_on - self.on).days


class LoanTable(tables.Table):
    """貸付台帳の一覧。残高は計上済のできごとの合計。"""

    number = tables.Column("契約番号", attrs=TIGHT, order_by=("fiscal_year", "sequence"))
    member = tables.Column("組合員", order_by=("member__kana", "member__number"), attrs={"td": {"class": "member"}})
    loan_type = tables.Column("形式", attrs=TIGHT)
    state = tables.Column("状態", attrs=TIGHT)
    principal = YenColumn("元金（円）")
    balance = YenColumn("残高（円）")
    interest_rate = RateColumn("利率")
    fee_rate = RateColumn("転貸手数料")
    funding_source = tables.Column("原資", attrs=TIGHT)
    repayment = tables.Column("返し方", accessor="loan_type", orderable=False)
    contracted_on = DayColumn("契約日")
    disbursed_on = DayColumn("実行日")
    maturity_on = DayColumn("最終期日")

    SHOWN = (
        "number",
        "member",
        "loan_type",
        "state",
        "principal",
        "balance",
        "interest_rate",
        "disbursed_on",
        "maturity_on",
    )

    class Meta:
        model = Loan
        fields = (
            "number", "member", "loan_type", "state", "principal", "balance", "interest_rate", "fee_rate",
            "funding_source", "repayment", "contracted_on", "disbursed_on", "maturity_on",
        )  # fmt: skip
        row_attrs = {"data-href": lambda record: record.get_absolute_url()}

    def render_number(self, record):
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.number)

    def value_number(self, record):
        return record.number

    def render_state(self, record):
        return stage_badge(record)

    def value_state(self, record):
        return record.get_state_display()

    def render_repayment(self, record):
        return wording.repayment_text(record)

    def value_repayment(self, record):
        return wording.repayment_text(record)


class MemberHeadroomTable(tables.Table):
    """組合員ごとの余力（loans.headroom.MemberRow）。余力の少ない順に並ぶ。"""

    number = tables.Column("番号", accessor="member__number", attrs=TIGHT)
    member = tables.Column("組合員", attrs={"td": {"class": "member"}}, order_by=("member__kana", "member__number"))
    basis_amount = YenColumn("基の額（円）")
    limit = YenColumn("限度（円）")
    outstanding = YenColumn("貸付残高（円）")
    committed = YenColumn("承認済未実行（円）")
    headroom = YenColumn("余力（円）")
    percent = tables.Column("使用率", attrs=NUMBER)
    guaranteed = YenColumn("保証残高（円）")

    class Meta:
        order_by = ("headroom", "number")
        row_attrs = {"data-href": lambda record, table: member_url(record, table.at_query)}

    def __init__(self, *args, at_query="", **kwargs):
        self.at_query = at_query
        super().__init__(*args, **kwargs)

    def render_member(self, record):
        name = format_html('<a href="{}">{}</a>', member_url(record, self.at_query), record.member.name)
        return format_html("{} {}", name, stage_badge("超過", "stop")) if record.is_over else name

    def value_member(self, record):
        return record.member.name

    def render_percent(self, value):
        return f"{value}%"

    def value_percent(self, value):
        return value


def member_url(record, at_query: str) -> str:
    """組合員ひとりの余力の頁。"""
    return reverse("loans:headroom_member", args=[record.member.pk]) + at_query
