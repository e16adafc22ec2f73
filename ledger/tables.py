"""伝票の一覧の表。"""

import django_tables2 as tables
from django.utils.html import format_html

from coopfin.delegation import Reach
from coopfin.templatetags.coopfin import jdate, stage_badge, yen
from ledger.models import Voucher

NUM = {"th": {"class": "num"}, "td": {"class": "num"}, "tf": {"class": "num"}}
NOWRAP = {"td": {"class": "nowrap"}}


class VoucherTable(tables.Table):
    """伝票。"""

    dated_on = tables.Column("日付", attrs=NOWRAP, order_by=("dated_on", "pk"))
    label = tables.Column("番号", linkify=True, attrs=NOWRAP, order_by=("fiscal_year", "number", "pk"), empty_values=())
    kind = tables.Column("種類", attrs=NOWRAP)
    description = tables.Column("摘要")
    amount = tables.Column("金額（円）", attrs=NUM)
    state = tables.Column("状態")
    made_by = tables.Column("起票", attrs=NOWRAP)
    checked_by = tables.Column("承認", attrs=NOWRAP, empty_values=())

    class Meta:
        model = Voucher
        fields = ("dated_on", "label", "kind", "description", "amount", "state", "made_by", "checked_by")
        attrs = {"class": "table align-middle"}
        row_attrs = {"data-href": lambda record: record.get_absolute_url()}

    def __init__(self, *args, reach: Reach, **kwargs):
        super().__init__(*args, **kwargs)
        self.reach = reach

    def render_checked_by(self, record, value):
        """承認した人。待っている伝票では、だれの承認が要るか。"""
        if value or not record.is_waiting:
            return value or ""
        return format_html('<span class="text-secondary">待ち：{}</span>', self.reach.who(record.act, record.amount))

    def value_checked_by(self, value):
        return value or ""

    def render_dated_on(self, value):
        return jdate(value)

    def value_dated_on(self, value):
        return value

    def render_amount(self, value):
        return yen(value)

    def value_amount(self, value):
        return value

    def render_state(self, record):
        return stage_badge(record)

    def value_state(self, record):
        return record.get_state_display()
