"""前の付議との違い: 写しどうしを比べるだけ。"""

import pytest

from loans.changes import between


def part(key="terms", title="申込の内容", **rows):
    return {
        "key": key, "title": title,
        "rows": [{"key": name, "label": name, "value": value} for name, value in rows.items()],
    }  # fmt: skip


def told(before, after):
    return [
        (found.title, [(one.label, one.before, one.after, one.what) for one in found.changes])
        for found in between(before, after)
    ]


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"金額": "10"}, {"金額": "10"}, []),
        ({"金額": "10"}, {"金額": "8"}, [("金額", "10", "8", "変わった")]),
        ({}, {"据置": "6"}, [("据置", "", "6", "加わった")]),
        ({"据置": "6"}, {}, [("据置", "6", "", "なくなった")]),
        (
            {"甲": "1", "乙": "2"},
            {"乙": "3", "丙": "4"},
            [("甲", "1", "", "なくなった"), ("乙", "2", "3", "変わった"), ("丙", "", "4", "加わった")],
        ),
    ],
)
def test_rows_are_compared_by_their_key(before, after, changes):
    assert told([part(**before)], [part(**after)]) == ([("申込の内容", changes)] if changes else [])


def test_a_part_that_comes_or_goes_is_told_whole():
    security = part("collateral", "担保", 土地="5,000万円")
    assert told([part()], [part(), security]) == [("担保", [("土地", "", "5,000万円", "加わった")])]
    assert told([security], []) == [("担保", [("土地", "5,000万円", "", "なくなった")])]
    assert told([], []) == []


def test_the_same_label_under_another_key_is_another_thing():
    old = {"key": "uploads", "title": "書類", "rows": [{"key": "1", "label": "見積書", "value": "a.pdf"}]}
    new = {"key": "uploads", "title": "書類", "rows": [{"key": "2", "label": "見積書", "value": "a.pdf"}]}
    assert told([old], [new]) == [
        ("書類", [("見積書", "a.pdf", "", "なくなった"), ("見積書", "", "a.pdf", "加わった")])
    ]
