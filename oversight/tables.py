"""一覧の表: 閲覧の記録、閲覧の許し、監査の記録。画面と書出しは同じ列から作る。"""

from __future__ import annotations

import django_tables2 as tables
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from coopfin.lists import TIGHT, DayColumn
from coopfin.models import ReadLog
from coopfin.templatetags.coopfin import jmoment, stage_badge
from oversight import readings, targets
from oversight.models import AuditMark, CaseGrant

MARK_TONES = {"監査済": "ok", "解決": "ok", "回答待ち": "stop", "確認待ち": "caution"}
GRANT_TONES = {"有効": "ok", "これから": "go", "終了": "plain", "取消": "plain"}


#: 頁の住所の終わりの語 → 言い方。番号で終わるものは、その案件・台帳の頁そのもの。
PAGES = {
    "papers": "会議資料", "room": "手もとの画面", "notice": "招集通知", "minutes": "議事録", "annex": "議事録別紙（秘）",
    "download": "ダウンロード", "preview": "見本", "edit": "変更", "votes": "議決", "interest": "利害関係の申出",
}  # fmt: skip


class LinkedTable(tables.Table):
    """対象のページへ案内する表。見てはならない対象の行は、はじめから入っていない。"""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.known = targets.types()

    def render_object_text(self, record, value):
        url = targets.page_of(record, self.known, self.request.user)
        return format_html('<a href="{}">{}</a>', url, value) if url else value

    def value_object_text(self, value):
        return value


class ReadingTable(LinkedTable):
    """閲覧の記録。busy は、一日に多くの案件を開いた（人, 日）。"""

    at = tables.Column("時刻", attrs=TIGHT)
    by = tables.Column("見た人", attrs=TIGHT, order_by=("by__name", "-at"))
    object_text = tables.Column("開いたもの")
    content_type = tables.Column("種類", attrs=TIGHT, orderable=False)
    page = tables.Column("どこを", accessor="path", orderable=False)
    flags = tables.Column("目立つところ", empty_values=(), orderable=False)

    class Meta:
        model = ReadLog
        fields = ("at", "by", "object_text", "content_type", "page", "flags")

    def __init__(self, *args, busy, **kwargs):
        super().__init__(*args, **kwargs)
        self.busy = busy

    def render_at(self, value):
        return jmoment(value)

    def value_at(self, value):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")

    def render_content_type(self, value):
        return value.name

    def render_page(self, value):
        """頁の住所の終わりの語を、読む人の言葉に。書出しには住所のまま出す。"""
        last = value.rstrip("/").rsplit("/", 1)[-1]
        return PAGES.get(last, "" if last.isdigit() else "ほかの頁")

    def value_page(self, value):
        return value

    def render_flags(self, record):
        found = readings.flags(record, self.busy)
        return format_html_join(" ", "{}", ((stage_badge(flag, "caution"),) for flag in found))

    def value_flags(self, record):
        return "・".join(readings.flags(record, self.busy))


class GrantTable(LinkedTable):
    """閲覧の許し。"""

    object_text = tables.Column("案件", orderable=False)
    user = tables.Column("読む人", attrs=TIGHT, order_by=("user__name",))
    from_on = DayColumn("いつから")
    to_on = DayColumn("いつまで")
    state = tables.Column("状態", empty_values=(), attrs=TIGHT, orderable=False)
    reason = tables.Column("理由", orderable=False)
    granted_by = tables.Column("許した人", attrs=TIGHT, orderable=False)
    act = tables.TemplateColumn(
        '{% if table.may_keep and record.revoked_on is None and record.to_on >= table.on %}'
        '<a class="nowrap" href="{% url "oversight:revoke" record.pk %}">取り消す'
        '<span class="visually-hidden">（{{ record.user }}）</span></a>{% endif %}',
        verbose_name="操作", orderable=False, exclude_from_export=True,
    )  # fmt: skip

    class Meta:
        model = CaseGrant
        fields = ("object_text", "user", "from_on", "to_on", "state", "reason", "granted_by", "act")

    def __init__(self, *args, on, may_keep, **kwargs):
        super().__init__(*args, **kwargs)
        self.on, self.may_keep = on, may_keep

    def render_state(self, record):
        state = record.state_on(self.on)
        return stage_badge(state, GRANT_TONES[state])

    def value_state(self, record):
        return record.state_on(self.on)


class MarkTable(LinkedTable):
    """監査の記録。"""

    marked_on = DayColumn("日付")
    kind = tables.Column("印", attrs=TIGHT)
    object_text = tables.Column("対象", orderable=False)
    content_type = tables.Column("種類", attrs=TIGHT, orderable=False)
    comment = tables.Column("意見", orderable=False)
    author = tables.Column("監事", attrs=TIGHT, orderable=False)
    state = tables.Column("状態", empty_values=(), attrs=TIGHT, orderable=False)
    reply = tables.Column("回答", orderable=False)
    resolved_on = DayColumn("解決日")
    page = tables.TemplateColumn(
        '<a class="nowrap" href="{{ record.get_absolute_url }}">開く<span class="visually-hidden">（{{ record }}）</span></a>',
        verbose_name="操作", orderable=False, exclude_from_export=True,
    )  # fmt: skip

    class Meta:
        model = AuditMark
        fields = (
            "marked_on", "kind", "object_text", "content_type", "comment", "author", "state", "reply", "resolved_on",
            "page",
        )  # fmt: skip

    def render_content_type(self, value):
        return value.name

    def render_state(self, record):
        return stage_badge(record.state_label, MARK_TONES[record.state_label])

    def value_state(self, record):
        return record.state_label
