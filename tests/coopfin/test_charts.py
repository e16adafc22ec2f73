"""図: 座標・目盛り・読み上げ・CSP。"""

import re
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from coopfin.charts import LineChart, Segment, Series, StackedBar, short_yen, swatch, ticks


def make_chart(**changes):
    points = [(date(2026, 9, 30), 600_000_000), (date(2026, 10, 31), 620_000_000), (date(2026, 11, 24), 610_000_000)]
    return LineChart("貸付残高の推移", [Series("貸付残高", points, area=True)], **changes)


def parse(svg):
    return ElementTree.fromstring(str(svg))


def polyline(svg, number=0):
    paths = [p for p in parse(svg).iter("path") if p.get("stroke-linejoin")]
    return paths[number].get("d")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0円"),
        (8_500, "8,500円"),
        (30_000_000, "3,000万円"),
        (550_000_000, "5.5億円"),
        (600_000_000, "6億円"),
        (-30_000_000, "△3,000万円"),
        (123_456_789, "123,456,789円"),
    ],
)
def test_an_axis_amount_is_written_short(amount, text):
    assert short_yen(amount) == text


@pytest.mark.parametrize(
    ("lowest", "highest", "marks"),
    [
        (0, 620_000_000, [0, 200_000_000, 400_000_000, 600_000_000, 800_000_000]),
        (-30, 50, [-50, 0, 50]),
        (0, 0, [0, 1]),
        (7, 9, [0, 5, 10]),
    ],
)
def test_ticks_are_round_and_enclose_the_data_and_zero(lowest, highest, marks):
    assert ticks(lowest, highest) == marks


def test_a_line_goes_up_when_the_amount_goes_up():
    d = polyline(make_chart().svg)
    heights = [float(y) for _, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", d)]
    assert heights[1] < heights[2] < heights[0]


def test_a_step_chart_moves_only_across_and_down():
    assert re.fullmatch(r"M[\d.]+ [\d.]+(H[\d.]+V[\d.]+)+", polyline(make_chart(step=True).svg))


def test_the_planned_line_is_dashed_and_both_are_named():
    done = Series("実績", [(date(2026, 4, 21), 30_000_000), (date(2026, 11, 24), 20_000_000)])
    plan = Series("予定", [(date(2026, 11, 24), 20_000_000), (date(2027, 4, 21), 0)], planned=True)
    root = parse(LineChart("元金残高", [done, plan], step=True, today=date(2026, 11, 24)).svg)
    texts = [text.text for text in root.iter("text")]
    assert {"実績", "予定", "今日"} <= set(texts)
    dashed = [p for p in root.iter("path") if p.get("stroke-dasharray") == "5 4" and p.get("stroke-linejoin")]
    assert len(dashed) == 1


def test_a_chart_says_what_it_shows_in_words():
    root = parse(make_chart().svg)
    assert root.get("role") == "img"
    assert root.find("title").text == "貸付残高の推移"
    assert root.find("desc").text == "貸付残高: 2026年9月30日の600,000,000円から2026年11月24日の610,000,000円まで。"
    assert root.get("aria-labelledby").split() == [root.find("title").get("id"), root.find("desc").get("id")]


def test_the_table_behind_a_chart_has_every_day_and_blanks_where_a_line_has_no_point():
    chart = LineChart(
        "元金残高",
        [Series("実績", [(date(2026, 10, 1), 5)]), Series("予定", [(date(2026, 10, 1), 4), (date(2026, 11, 1), 3)])],
    )
    assert chart.rows == [(date(2026, 10, 1), [5, 4]), (date(2026, 11, 1), [None, 3])]


def test_a_chart_without_numbers_says_so():
    assert "表示する数字がありません" in LineChart("貸付残高", [Series("残高", [])]).svg


def test_no_picture_uses_a_style_attribute_or_raw_text():
    bar = StackedBar("債務者<区分>", [Segment("正常先", 5, "ok"), Segment("延滞", 1, "stop")])
    for svg in (make_chart().svg, bar.svg, swatch("stop")):
        assert "style=" not in svg
        parse(svg)
    assert "<区分>" not in bar.svg


def test_the_same_data_always_gives_the_same_picture():
    assert make_chart().svg == make_chart().svg


def test_every_month_of_a_short_chart_is_named_and_the_year_only_once():
    points = [(date(2026, month, 28), month) for month in range(7, 12)]
    svg = LineChart("残高", [Series("残高", points)], width=480).svg
    assert [svg.count(f">{label}<") for label in ("2026年7月", "8月", "9月", "10月", "11月")] == [1] * 5


def test_day_labels_do_not_overlap_in_a_narrow_chart():
    points = [(date(2026, month, 1), month) for month in range(1, 13)]
    root = parse(LineChart("残高", [Series("残高", points)], width=260).svg)
    spans = []
    for text in root.iter("text"):
        if "月" in text.text:
            width = sum(11 if ord(letter) > 0x2FF else 7.5 for letter in text.text)
            x = float(text.get("x"))
            start = {"start": x, "middle": x - width / 2, "end": x - width}[text.get("text-anchor")]
            spans.append((start, start + width))
    spans.sort()
    assert len(spans) >= 2
    assert all(left[1] < right[0] for left, right in pairwise(spans))


def test_segments_fill_the_bar_in_order_and_the_rest_stays_free():
    bar = StackedBar("限度", [Segment("残高", 12, "used"), Segment("今回", 20, "ask")], whole=50)
    root = parse(bar.svg)
    widths = [(r.get("x"), r.get("width")) for r in root.iter("rect") if r.get("fill") not in {"#fff", "#e8ebf0"}]
    assert widths == [("0%", "24%"), ("24%", "40%")]
    assert bar.description == "限度: 残高 12円（24%）、今回 20円（40%）"


def test_stop_is_hatched_so_that_it_shows_in_black_and_white():
    assert "<pattern" in StackedBar("保全", [Segment("担保", 7, "ok"), Segment("未保全", 3, "over")]).svg
    assert "<pattern" not in StackedBar("保全", [Segment("担保", 7, "ok")]).svg


def test_an_empty_bar_says_there_is_nothing():
    assert StackedBar("債務者区分", []).description == "債務者区分: 該当なし"
    parse(StackedBar("債務者区分", []).svg)
