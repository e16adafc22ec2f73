"""テンプレートの道具: 金額・日付・率の書き方と、どの画面にも出る部品（確認事項・道のり・余力・予定表・伝票）。

settings の builtins に入っているので、各テンプレートで load しなくても使える。
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe

from coopfin import charts, worklists
from coopfin.calc import words
from coopfin.remembered import back_to

register = template.Library()

WEEKDAYS = "月火水木金土日"
#: 償還予定がこの回数を超えたら、初めの数回と最終回だけを出し、残りは折りたたむ。
LONG_SCHEDULE = 12
SCHEDULE_HEAD = 6

SIGNS = {"block": ("✕", "進めません"), "warn": ("!", "注意"), "pass": ("✓", "確認済")}

#: 状態・区分の値 → 札の色。ここにない値は青（進行中）になる。
STAGE_TONES = {
    "draft": "plain",
    "withdrawn": "plain",
    "expired": "plain",
    "cancelled": "plain",
    "returned": "caution",
    "proposed": "caution",
    "prepared": "caution",
    "waiting": "caution",
    "approved": "ok",
    "disbursed": "ok",
    "posted": "ok",
    "settled": "ok",
    "active": "ok",
    "declined": "stop",
    "rejected": "stop",
    "overdue": "stop",
    "voided": "stop",
}


# --- 書き方 --------------------------------------------------------------------------------
_NUMBERS = re.compile(r"(?:[A-Z]-)?\d[\d,-]*(?:円|件|名|回|日)?")


@register.filter
def unbroken(text):
    """文の中の番号と金額を、途中で折り返さない。"""
    parts, last = [], 0
    for found in _NUMBERS.finditer(str(text)):
        parts += [escape(str(text)[last : found.start()]), format_html('<span class="nowrap">{}</span>', found[0])]
        last = found.end()
    return mark_safe("".join([*parts, escape(str(text)[last:])]))


@register.filter
def yen(value):
    """金額（円）。1,234、負の数は △1,234、0 は 0、None は空。"""
    if value is None or value == "":
        return ""
    return words.format_yen(int(value))


@register.filter
def yen_unit(value):
    """円を付けた金額。None は空。"""
    text = yen(value)
    return f"{text}円" if text else ""


@register.filter
def rate(value):
    """年率。2.10% のように小数第2位まで、要るときだけ第4位まで。"""
    if value is None or value == "":
        return ""
    number = Decimal(value)
    places = max(2, -number.normalize().as_tuple().exponent)
    return f"{number:.{places}f}%"


@register.filter
def jdate(value):
    """2026年11月24日。"""
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


@register.filter
def weekday(value):
    """2026年11月24日（火）。"""
    day = _day(value)
    return f"{jdate(day)}（{WEEKDAYS[day.weekday()]}）" if day else ""


@register.filter
def jdate_short(value):
    """11/24。年が文脈から明らかな所だけに使う。"""
    day = _day(value)
    return f"{day.month}/{day.day}" if day else ""


@register.filter
def jmoment(value):
    """2026年11月24日 14:05（日本時間）。"""
    if not isinstance(value, datetime):
        return jdate(value)
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{jdate(local.date())} {local:%H:%M}"


@register.filter
def town_only(value):
    """住所や所在を市区町村までにする（ドメイン E: 個人の資産を伏せる）。"""
    return words.town_only(value)


@register.filter
def wareki(value):
    """和暦。令和8年11月24日。"""
    day = _day(value)
    return words.to_wareki(day) if day else ""


@register.filter
def kanji_amount(value):
    """大字の金額。契約書・手形に書く形。"""
    return "" if value is None or value == "" else words.kanji_amount(int(value))


@register.filter
def cell(value):
    """表の升目。整数は金額、日付は年月日、None は空として書く。"""
    if isinstance(value, bool) or value is None:
        return "" if value is None else ("はい" if value else "いいえ")
    if isinstance(value, int):
        return yen(value)
    if isinstance(value, datetime):
        return jmoment(value)
    if isinstance(value, date):
        return format_html('<span class="nowrap">{}</span>', jdate(value))
    return value


@register.filter
def is_number(value):
    """金額として右に揃える値か。"""
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


@register.filter
def page_numbers(page):
    """頁送りに並べる番号（間は省略記号）。"""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


# --- 絞り込みを保つリンク ------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def list_url(context, address):
    """一覧への URL。この人が最後に見た絞り込みのままにする。"""
    request = context.get("request")
    return back_to(request, str(address)) if request is not None else address


@register.simple_tag(takes_context=True)
def query_string(context, **changes):
    """いまの GET の引数を保ったまま、渡した分だけ入れ替える（None は外す）。つねに ? で始まる。"""
    return "?" + _changed_query(context, changes).urlencode()


@register.simple_tag(takes_context=True)
def query_fields(context, form=None, *names):
    """いまの GET の引数を hidden で運ぶ。form にある欄と names は除く（ページ番号はいつも除く）。"""
    left_out = {"page", *names}
    if form is not None:
        left_out |= {form.add_prefix(name) for name in form.fields}
        for bound in form:
            left_out |= {item.data["name"] for item in getattr(bound, "subwidgets", ()) if "name" in item.data}
    query = _changed_query(context, {})
    return format_html_join(
        "",
        '<input type="hidden" name="{}" value="{}">',
        ((key, value) for key in query if key not in left_out for value in query.getlist(key)),
    )


def _changed_query(context, changes):
    query = context["request"].GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if isinstance(value, (list, tuple)):
            query.setlist(key, [str(item) for item in value])
        elif value is not None:
            query[key] = str(value)
    return query


#: 同じ種類の確認事項をそのまま並べる数と、畳むときに見せておく数
MOST_ALIKE, SHOWN_ALIKE = 4, 2


# --- 部品 ----------------------------------------------------------------------------------
@register.inclusion_tag("parts/findings.html")
def findings(items, empty="確かめることは残っていません。"):
    """確認事項の一覧。進めないもの・注意・確認済の順に並べる。"""
    order = list(SIGNS)
    marked = [(item, str(getattr(item, "level", "block"))) for item in items or ()]
    marked.sort(key=lambda pair: order.index(pair[1]))
    rows = [
        {"finding": item, "level": level, "sign": SIGNS[level][0], "word": SIGNS[level][1]} for item, level in marked
    ]
    return {"rows": _folded(rows), "empty": empty}


def _folded(rows: list[dict]) -> list[dict]:
    """同じ種類（code）の確認事項がいくつも並ぶときは、はじめのいくつかのほかを畳む（保証人が20人いるときなど）。"""
    kinds: dict[tuple, list[dict]] = {}
    for row in rows:
        code = getattr(row["finding"], "code", "")
        kinds.setdefault((row["level"], code) if code else (id(row),), []).append(row)
    folded = {key: alike[SHOWN_ALIKE:] for key, alike in kinds.items() if len(alike) > MOST_ALIKE}
    hidden = {id(row) for alike in folded.values() for row in alike}
    last = {id(kinds[key][SHOWN_ALIKE - 1]): alike for key, alike in folded.items()}
    return [{**row, "more": last.get(id(row))} for row in rows if id(row) not in hidden]


@register.simple_tag
def findings_summary(items):
    """確認事項の札。「あと 1件」「注意 2件」「そろいました」。"""
    levels = [str(item.level) for item in items or ()]
    if levels.count("block"):
        return _badge(f"あと {levels.count('block')}件", "stop")
    if levels.count("warn"):
        return _badge(f"注意 {levels.count('warn')}件", "caution")
    return _badge("そろいました", "ok")


@register.inclusion_tag("parts/road.html")
def road(steps, label="手続きの進み"):
    """道のり。済んだ所・いま・これからを番号と印で示す。"""
    return {"steps": steps, "label": label}


@register.inclusion_tag("parts/gauge.html")
def gauge(used, ask, limit, label, source="", ask_label="今回"):
    """限度額の余力。残高・今回・余力を一本の棒で示す。限度を超えた分は赤い斜線で示す。"""
    used, ask = int(used or 0), int(ask or 0)
    if not limit:
        return {"label": label, "limit": None, "used": used, "ask": ask, "ask_label": ask_label, "source": source}
    room = limit - used - ask
    over = max(-room, 0)
    within_ask = max(ask - over, 0)
    within_used = used + ask - over - within_ask
    segments = [
        charts.Segment("残高", within_used, "used"),
        charts.Segment(ask_label, within_ask, "ask"),
        charts.Segment("超過", over, "over"),
    ]
    bar = charts.StackedBar(f"{label} 限度 {limit:,}円", [s for s in segments if s.amount], whole=limit)
    return {
        "label": label, "limit": limit, "used": used, "ask": ask, "room": room, "over": over,
        "ask_label": ask_label, "bar": bar, "source": source,
    }  # fmt: skip


@register.inclusion_tag("parts/schedule.html")
def schedule(instalments, caption="償還予定"):
    """償還予定。休日で動く支払日を矢印で示し、合計を足に置く。長いものは折りたたむ。"""
    rows = list(instalments or ())
    totals = {
        name: sum(getattr(row, name) or 0 for row in rows) for name in ("principal", "interest", "fee", "payment")
    }
    long = len(rows) > LONG_SCHEDULE
    return {
        "rows": rows,
        "shown": [*rows[:SCHEDULE_HEAD], None, rows[-1]] if long else rows,
        "left_out": len(rows) - SCHEDULE_HEAD - 1,
        "long": long,
        "totals": totals,
        "has_fee": bool(totals["fee"]),
        "caption": caption,
    }


@register.inclusion_tag("parts/voucher_lines.html")
def voucher_lines(slip, caption="伝票の明細"):
    """伝票の借方・貸方を振替伝票の形（左右）に並べる。"""
    lines = getattr(slip, "lines", slip)
    lines = list(lines.all() if hasattr(lines, "all") else lines or ())
    debits = [line for line in lines if str(line.side) == "debit"]
    credits = [line for line in lines if str(line.side) == "credit"]
    return {
        "pairs": list(zip_longest(debits, credits)),
        "debit_total": sum(line.amount for line in debits),
        "credit_total": sum(line.amount for line in credits),
        "caption": caption,
    }


@register.inclusion_tag("parts/line_chart.html")
def line_chart(chart):
    """折れ線・階段の図（coopfin.charts.LineChart）と、その裏の表。"""
    return {"chart": chart}


@register.inclusion_tag("parts/stacked_bar.html")
def stacked_bar(bar):
    """積み上げ棒（coopfin.charts.StackedBar）と凡例。"""
    rows = [(segment, charts.swatch(segment.tone)) for segment in bar.segments]
    return {"bar": bar, "rows": rows}


@register.simple_tag(takes_context=True)
def object_panels(context, obj):
    """上の階が足す欄（監査の記録・誰が読んだかなど）。その人に見せるものがなければ、何も出ない。"""
    user, on = context["request"].user, context["today"]
    shown = (panel(obj, user, on) for panel in worklists.object_panels)
    return format_html_join(
        "\n",
        "{}",
        ((render_to_string(panel["template"], {"panel": panel}, context["request"]),) for panel in shown if panel),
    )


@register.simple_tag
def stage_badge(thing, tone=""):
    """状態の札。選択肢・状態を持つ行・文字列のいずれでもよい。色は意味を持つ状態にだけ付く。"""
    label, value = thing, thing
    for field in ("state", "status"):
        if hasattr(thing, f"get_{field}_display"):
            label, value = getattr(thing, f"get_{field}_display")(), getattr(thing, field)
            break
    else:
        if hasattr(thing, "label"):
            label, value = thing.label, getattr(thing, "value", getattr(thing, "name", thing))
    tone = tone or getattr(thing, "tone", "") or STAGE_TONES.get(str(value), "go")
    return _badge(label, tone)


@register.inclusion_tag("parts/error_summary.html")
def field_errors_summary(*forms):
    """入力の誤りのまとめ。各行から、その欄へ飛べる。フォームもフォームセットも渡せる。"""
    problems = []
    for form in forms:
        if not form or not form.is_bound:
            continue
        if hasattr(form, "non_form_errors"):
            problems += [{"text": text, "href": ""} for text in form.non_form_errors()]
            for number, row in enumerate(form.forms, 1):
                problems += _problems(row, f"{number}行目 ")
        else:
            problems += _problems(form)
    return {"problems": problems}


def _problems(form, prefix=""):
    found = [{"text": f"{prefix}{text}", "href": ""} for text in form.non_field_errors()]
    for bound in form:
        # 選択肢の並び（ラジオなど）には一つの id がないので、欄を囲む div へ飛ばす。
        target = bound.id_for_label or (f"div_{bound.auto_id}" if bound.auto_id else "")
        found += [
            {"text": text, "label": f"{prefix}{bound.label}", "href": "" if bound.is_hidden else f"#{target}"}
            for text in bound.errors
        ]
    return found


def _badge(label, tone):
    return format_html('<span class="stage {}">{}</span>', tone, label)


def _day(value):
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value if isinstance(value, date) else None
