"""今日の仕事: what comes first, and how long a thing has waited."""

from datetime import date, timedelta

from coopfin.worklists import Task
from desk.views.pages import _by_deadline, _when

TODAY = date(2026, 11, 23)


def make_task(title, **given):
    return Task(title, "能登精機株式会社", "/", **given)


def test_a_near_deadline_comes_first_then_what_waits_then_what_is_months_away():
    far = make_task("契約手続を始める", due_on=date(2027, 2, 16))
    waiting = make_task("実態把握を始める", since_on=date(2026, 11, 7))
    fresh = make_task("申込を受け付ける", since_on=TODAY)
    near = make_task("会議に出席する", due_on=date(2026, 11, 24))
    late = make_task("伝票を承認する", due_on=date(2026, 11, 20))
    assert sorted([far, fresh, waiting, near, late], key=lambda task: _by_deadline(task, TODAY)) == [
        late, near, waiting, fresh, far,
    ]  # fmt: skip


def test_nothing_has_waited_less_than_no_day():
    assert _when(make_task("伝票を承認する", since_on=TODAY + timedelta(days=1)), TODAY)["text"] == "今日から"
    assert _when(make_task("伝票を承認する", since_on=TODAY - timedelta(days=2)), TODAY)["text"] == "2日待ち"
