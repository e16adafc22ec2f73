"""図: 折れ線・階段・積み上げ棒を、画面と PDF で同じ SVG に描く。

色だけに意味を持たせない（線種・斜線・文字を添える）。style 属性は使わず、CSP の下でも印刷でも同じに見える。
金額は整数の円、座標は十分の一画素の整数で計算し、浮動小数点を使わない。
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

INK, SOFT, RULE = "#1a1f2b", "#4a5263", "#d5dae3"
ACTION, STOP = "#0b4fc4", "#b3261e"

#: 意味 → 塗りの色。stop と over には斜線を重ね、白黒でも見分けられるようにする。
TONES = {
    "used": "#6f8099",
    "ask": ACTION,
    "ok": "#0b6e4f",
    "caution": "#e0a63a",
    "stop": STOP,
    "over": STOP,
    "free": "#e8ebf0",
}
HATCHED = frozenset({"stop", "over"})


@dataclass(frozen=True)
class Series:
    """一本の線。points は（日付, 円）の並び。planned は予定（破線）、area は下を薄く塗る。"""

    label: str
    points: Sequence[tuple[date, int]]
    planned: bool = False
    area: bool = False


@dataclass(frozen=True)
class LineChart:
    """折れ線（step なら階段）の図。summary は図を見られない人のための一文、today は縦線を引く日。"""

    title: str
    series: Sequence[Series]
    summary: str = ""
    step: bool = False
    today: date | None = None
    width: int = 640
    height: int = 190

    @property
    def days(self) -> list[date]:
        return sorted({day for line in self.series for day, _ in line.points})

    @property
    def description(self) -> str:
        """読み上げる一文。渡されなければ、各線の初めと終わりを言う。"""
        if self.summary:
            return self.summary
        sentences = []
        for line in self.series:
            if line.points:
                (first, opening), (last, closing) = line.points[0], line.points[-1]
                sentences.append(f"{line.label}: {_day(first)}の{opening:,}円から{_day(last)}の{closing:,}円まで。")
        return " ".join(sentences) or "表示する数字がありません。"

    @property
    def rows(self) -> list[tuple[date, list[int | None]]]:
        """図の裏にある表: 日付ごとに、各線の値（その日に点がなければ None）。"""
        columns = [dict(line.points) for line in self.series]
        return [(day, [column.get(day) for column in columns]) for day in self.days]

    @property
    def svg(self) -> SafeString:
        return line_chart(self)


@dataclass(frozen=True)
class Segment:
    """積み上げ棒の一区切り。amount は円（または件数）。"""

    label: str
    amount: int
    tone: str = "used"
    note: str = ""


@dataclass(frozen=True)
class StackedBar:
    """積み上げ棒。whole を渡すと、残りは空きとして薄く描く。"""

    title: str
    segments: Sequence[Segment]
    whole: int | None = None
    unit: str = "円"

    @property
    def total(self) -> int:
        return sum(segment.amount for segment in self.segments)

    @property
    def base(self) -> int:
        """幅いっぱいに当たる量。"""
        return max(self.whole or 0, self.total)

    @property
    def description(self) -> str:
        if not self.base:
            return f"{self.title}: 該当なし"
        parts = "、".join(
            f"{segment.label} {segment.amount:,}{self.unit}（{_percent(segment.amount, self.base)}）"
            for segment in self.segments
        )
        return f"{self.title}: {parts}"

    @property
    def svg(self) -> SafeString:
        return stacked_bar(self)


def short_yen(amount: int) -> str:
    """目盛りの金額。6億円・5.5億円・3,000万円・8,500円のように短く書く。"""
    sign, size = ("△" if amount < 0 else ""), abs(amount)
    if size >= 100_000_000 and size % 10_000_000 == 0:
        whole, tenth = divmod(size // 10_000_000, 10)
        return f"{sign}{whole:,}{f'.{tenth}' if tenth else ''}億円"
    if size >= 10_000 and size % 10_000 == 0:
        return f"{sign}{size // 10_000:,}万円"
    return f"{sign}{size:,}円"


def ticks(lowest: int, highest: int, at_most: int = 5) -> list[int]:
    """1・2・5 の倍数で切りのよい目盛り。必ず 0 を含み、最小と最大を挟む。"""
    lowest, highest = min(lowest, 0), max(highest, 0)
    if lowest == highest:
        highest = 1
    unit = 1
    while True:
        for factor in (1, 2, 5):
            step = unit * factor
            bottom, top = lowest // step, -(-highest // step)
            if top - bottom < at_most:
                return [step * number for number in range(bottom, top + 1)]
        unit *= 10


def line_chart(chart: LineChart) -> SafeString:
    """折れ線・階段の図を SVG にする。"""
    key = _key(chart.title, chart.description)
    days = chart.days
    if not days:
        return _figure(key, chart.title, chart.description, chart.width, 40, _text(0, 250, "表示する数字がありません"))
    marks = ticks(
        min(value for line in chart.series for _, value in line.points),
        max(value for line in chart.series for _, value in line.points),
    )
    legend = len([line for line in chart.series if line.points]) > 1
    left = max(_text_width(short_yen(mark)) for mark in marks) + 60
    right, top, bottom = chart.width * 10 - 80, 260 if legend else 100, chart.height * 10 - 240
    first, last = days[0], days[-1]
    if chart.today:
        first, last = min(first, chart.today), max(last, chart.today)
    span = max((last - first).days, 1)
    reach = marks[-1] - marks[0]

    def x(day: date) -> int:
        return left + (day - first).days * (right - left) // span

    def y(value: int) -> int:
        return bottom - (value - marks[0]) * (bottom - top) // reach

    pieces = [
        format_html(
            '<path d="M{} {}H{}" stroke="{}" stroke-width="{}"/>',
            _px(left), _px(y(mark)), _px(right), SOFT if mark == 0 else RULE, "1",
        )
        for mark in marks
    ]  # fmt: skip
    pieces += [_text(left - 40, y(mark) + 40, short_yen(mark), anchor="end") for mark in marks]
    for line in chart.series:
        pieces += _line(line, x, y, step=chart.step, floor=y(0))
    if chart.today:
        pieces.append(
            format_html(
                '<path d="M{} {}V{}" stroke="{}" stroke-dasharray="2 3"/>',
                _px(x(chart.today)), _px(top), _px(bottom), STOP,
            )
        )  # fmt: skip
    pieces += _day_labels(days, chart.today, x, bottom + 170, left, right)
    if legend:
        pieces += _legend(chart.series, left)
    return _figure(key, chart.title, chart.description, chart.width, chart.height, *pieces)


def stacked_bar(bar: StackedBar, height: int = 14) -> SafeString:
    """積み上げ棒を SVG にする。幅は百分率なので、置かれた場所いっぱいに広がる。"""
    key = _key(bar.title, bar.description)
    pieces = [format_html('<rect width="100%" height="{}" fill="{}"/>', height, TONES["free"])]
    hatch = any(segment.tone in HATCHED and segment.amount for segment in bar.segments)
    if hatch:
        pieces.insert(0, _hatch(key))
    done = 0
    for segment in bar.segments:
        if segment.amount <= 0 or not bar.base:
            continue
        start, end = _share(done, bar.base), _share(done + segment.amount, bar.base)
        done += segment.amount
        where = format_html('x="{}" width="{}" height="{}"', _pct(start), _pct(end - start), height)
        pieces.append(format_html('<rect {} fill="{}"/>', where, TONES[segment.tone]))
        if segment.tone in HATCHED:
            pieces.append(format_html('<rect {} fill="url(#{}-hatch)"/>', where, key))
        if start:
            # 隣り合う色の境を白い線で切る（色の差が見えなくても区切りは見える）。
            pieces.append(format_html('<rect x="{}" width="2" height="{}" fill="#fff"/>', _pct(start), height))
    return format_html(
        '<svg class="gauge" width="100%" height="{}" role="img" aria-label="{}" focusable="false">{}</svg>',
        height, bar.description, mark_safe("".join(pieces)),
    )  # fmt: skip


def swatch(tone: str) -> SafeString:
    """凡例の小さな四角。棒と同じ塗りで描く。"""
    key = _key("swatch", tone)
    hatched = tone in HATCHED
    return format_html(
        '<svg class="swatch" width="12" height="12" aria-hidden="true" focusable="false">{}'
        '<rect width="12" height="12" fill="{}"/>{}</svg>',
        _hatch(key) if hatched else "",
        TONES[tone],
        format_html('<rect width="12" height="12" fill="url(#{}-hatch)"/>', key) if hatched else "",
    )


def _hatch(key: str) -> SafeString:
    return format_html(
        '<defs><pattern id="{}-hatch" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<path d="M0 5L5 0" stroke="#fff" stroke-width="1"/></pattern></defs>',
        key,
    )


def _line(line: Series, x, y, *, step: bool, floor: int) -> list[SafeString]:
    if not line.points:
        return []
    points = sorted(line.points)
    path = f"M{_px(x(points[0][0]))} {_px(y(points[0][1]))}"
    for day, value in points[1:]:
        path += f"H{_px(x(day))}V{_px(y(value))}" if step else f"L{_px(x(day))} {_px(y(value))}"
    pieces = []
    if line.area:
        closed = f"{path}V{_px(floor)}H{_px(x(points[0][0]))}Z"
        pieces.append(format_html('<path d="{}" fill="{}" fill-opacity="0.08"/>', closed, ACTION))
    stroke = (
        mark_safe(f'stroke="{SOFT}" stroke-width="1.5" stroke-dasharray="5 4"')
        if line.planned
        else mark_safe(f'stroke="{ACTION}" stroke-width="2.5"')
    )
    pieces.append(format_html('<path d="{}" fill="none" stroke-linejoin="round" {}/>', path, stroke))
    if not line.planned:
        day, value = points[-1]
        pieces.append(format_html('<circle cx="{}" cy="{}" r="3.5" fill="{}"/>', _px(x(day)), _px(y(value)), ACTION))
    return pieces


def _day_labels(days, today, x, baseline, left, right) -> list[SafeString]:
    """横軸の年月。両端と「今日」を先に置き、重ならないだけ間を埋める。"""
    placed: list[tuple[int, int]] = []
    pieces = []

    def place(position: int, label: str, anchor: str) -> None:
        width = _text_width(label)
        start = {"start": position, "middle": position - width // 2, "end": position - width}[anchor]
        if start < left - 300 or start + width > right + 80:
            return
        if all(start > end + 150 or start + width < begin - 150 for begin, end in placed):
            placed.append((start, start + width))
            pieces.append(_text(position, baseline, label, anchor=anchor))

    def named(day: date) -> str:
        """年は、左端と変わったところにだけ書く。"""
        return f"{day.month}月" if day.year == days[0].year else _month(day)

    place(x(days[0]), _month(days[0]), "start")
    if len(days) > 1:
        place(x(days[-1]), named(days[-1]), "end")
    if today:
        place(x(today), "今日", "middle")
    months = {(day.year, day.month): day for day in reversed(days)}
    every = [months[month] for month in sorted(months)]
    # 月の数が少なければ毎月、多ければ半分・四分の一の位置から。
    for middle in every if len(every) <= 7 else [days[len(days) * quarter // 4] for quarter in (2, 1, 3)]:
        place(x(middle), named(middle), "middle")
    return pieces


def _legend(series, left) -> list[SafeString]:
    pieces, position = [], left
    for line in series:
        if not line.points:
            continue
        dash = (
            mark_safe(f'stroke="{SOFT}" stroke-width="1.5" stroke-dasharray="5 4"')
            if line.planned
            else mark_safe(f'stroke="{ACTION}" stroke-width="2.5"')
        )
        pieces.append(format_html('<path d="M{} 8H{}" {}/>', _px(position), _px(position + 240), dash))
        pieces.append(_text(position + 300, 120, line.label))
        position += 300 + _text_width(line.label) + 200
    return pieces


def _figure(key, title, description, width, height, *pieces) -> SafeString:
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" width="100%" role="img" aria-labelledby="{}-t {}-d" focusable="false">'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>{}</svg>',
        "chart small" if width < 500 else "chart", width, height, key, key, key, title, key, description,
        format_html_join("", "{}", ((piece,) for piece in pieces)),
    )  # fmt: skip


def _text(x: int, y: int, text: str, anchor: str = "start") -> SafeString:
    return format_html(
        '<text x="{}" y="{}" font-size="11" fill="{}" text-anchor="{}">{}</text>', _px(x), _px(y), SOFT, anchor, text
    )


def _text_width(text: str) -> int:
    """11画素の文字で書いたときのおおよその幅（十分の一画素）。"""
    return sum(110 if ord(letter) > 0x2FF else 75 for letter in text)


def _px(tenths: int) -> str:
    sign, size = ("-" if tenths < 0 else ""), abs(tenths)
    whole, tenth = divmod(size, 10)
    return f"{sign}{whole}.{tenth}" if tenth else f"{sign}{whole}"


def _share(part: int, whole: int) -> int:
    """千分率（四捨五入）。"""
    return (2 * part * 1000 + whole) // (2 * whole)


def _pct(thousandths: int) -> str:
    return f"{_px(thousandths)}%"


def _percent(part: int, whole: int) -> str:
    return _pct(_share(part, whole))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _month(day: date) -> str:
    return f"{day.year}年{day.month}月"


def _key(*parts: str) -> str:
    """図の中の id。同じ図からはいつも同じ id になる（PDF の控えが変わらないように）。"""
    return f"c{zlib.crc32(chr(0).join(parts).encode()):08x}"
