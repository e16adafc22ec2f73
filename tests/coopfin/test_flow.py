"""The table of steps: it says all that stands in the way, and moves only from where it may."""

from dataclasses import dataclass
from datetime import date

import pytest

from coopfin.flow import Finding, Flow, StaleObject, Step, StepRefused, block, passed, warn

DAY = date(2026, 11, 24)
STATES = {"open": "受付中", "done": "完了", "gone": "取消"}


@dataclass
class Thing:
    state: str = "open"


class Person:
    def __init__(self, *permissions):
        self.permissions = permissions

    def has_perm(self, name):
        return name in self.permissions


CLERK, STRANGER = Person("things.finish", "things.drop"), Person()


def says(*findings):
    return lambda obj, *, by, on, **given: iter(findings)


def flow(*guards, **more):
    steps = (
        Step("finish", "完了する", ("open",), "done", "things.finish", guards, **more),
        Step("note", "記録する", ("open", "done"), None, "things.finish"),
        Step("drop", "取り消す", ("open", "done"), "gone", "things.drop", needs_reason=True, off_road=True),
    )
    return Flow("thing", "state", STATES, steps)


def refused(road, name, obj=None, by=CLERK, **more):
    with pytest.raises(StepRefused) as refusal:
        road.check(road[name], obj or Thing(), by=by, on=DAY, **more)
    return [finding.text for finding in refusal.value.findings]


# --- the table itself ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "step",
    [
        Step("a", "甲", ("nowhere",), "done", "things.finish"),
        Step("a", "甲", ("open",), "nowhere", "things.finish"),
        Step("a", "甲", ("open", "nowhere"), None, "things.finish"),
    ],
)
def test_a_step_from_or_to_an_unknown_state_cannot_be_written(step):
    with pytest.raises(ValueError, match=r"未知の状態: \{'nowhere'\}"):
        Flow("thing", "state", STATES, (step,))


def test_a_step_is_found_by_its_name_only():
    assert flow()["finish"].label == "完了する"
    with pytest.raises(KeyError):
        flow()["nothing"]


def test_the_open_steps_are_those_of_the_state():
    road = flow()
    assert [step.name for step in road.open_steps(Thing("open"))] == ["finish", "note", "drop"]
    assert [step.name for step in road.open_steps(Thing("done"))] == ["note", "drop"]
    assert road.open_steps(Thing("gone")) == []
    assert road.label_of(Thing("done")) == "完了"


# --- why not -------------------------------------------------------------------------------


def test_everything_in_the_way_is_said_at_once():
    road = flow(
        says(block("甲が足りません。", "規程 1条")),
        says(warn("乙に注意。"), block("丙が足りません。")),
        says(passed("丁はよい。")),
    )
    findings = road.findings(road["finish"], Thing("gone"), by=STRANGER, on=DAY)
    assert [(f.level, f.text) for f in findings] == [
        ("block", "いまの状態は「取消」です。「完了する」ができるのは「受付中」のときです。"),
        ("block", "「完了する」をする権限がありません。"),
        ("block", "甲が足りません。"),
        ("warn", "乙に注意。"),
        ("block", "丙が足りません。"),
        ("pass", "丁はよい。"),
    ]
    assert [f.code for f in findings[:2]] == ["state", "permission"]
    assert len(road.why_not(road["finish"], Thing("gone"), by=STRANGER, on=DAY)) == 4


def test_the_refusal_carries_every_blocking_sentence_and_no_other():
    road = flow(says(block("甲が足りません。"), warn("乙に注意。"), block("丙が足りません。")))
    assert refused(road, "finish") == ["甲が足りません。", "丙が足りません。"]
    with pytest.raises(StepRefused, match="「完了する」はできません。甲が足りません。 丙が足りません。"):
        road.check(road["finish"], Thing(), by=CLERK, on=DAY)


def test_a_guard_may_say_nothing_at_all():
    road = flow(lambda obj, *, by, on, **given: None)
    assert road.check(road["finish"], Thing(), by=CLERK, on=DAY) == []


def test_guards_hear_who_when_and_what_the_page_gave():
    heard = {}

    def guard(obj, *, by, on, **given):
        heard.update(by=by, on=on, **given)
        return ()

    road = flow(guard)
    road.check(road["finish"], Thing(), by=CLERK, on=DAY, amount=3)
    assert heard == {"by": CLERK, "on": DAY, "amount": 3}


# --- reasons -------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "   ", "　\n"])
def test_a_step_that_needs_a_reason_is_not_taken_without_one(reason):
    assert refused(flow(), "drop", reason=reason) == ["「取り消す」には理由の記入が要ります。"]
    road = flow()
    assert road.check(road["drop"], Thing(), by=CLERK, on=DAY, reason="申出による") == []


def test_a_warning_is_overruled_by_a_reason_and_by_nothing_else():
    road = flow(says(warn("乙に注意。")), says(warn("丙に注意。")))
    with pytest.raises(StepRefused) as refusal:
        road.check(road["finish"], Thing(), by=CLERK, on=DAY)
    (finding,) = refusal.value.findings
    assert finding.code == "overrule"
    assert finding.detail == "乙に注意。 丙に注意。"
    assert len(road.check(road["finish"], Thing(), by=CLERK, on=DAY, reason="承知のうえ")) == 2


def test_no_reason_overrules_a_block():
    road = flow(says(block("甲が足りません。"), warn("乙に注意。")))
    assert refused(road, "finish", reason="承知のうえ") == ["甲が足りません。"]


def test_a_permission_is_not_a_matter_of_reasons():
    assert refused(flow(), "finish", by=STRANGER, reason="急ぎなので") == ["「完了する」をする権限がありません。"]


# --- moving --------------------------------------------------------------------------------


def test_moving_goes_to_the_target_or_stays():
    road, thing = flow(), Thing()
    road.move(road["note"], thing)
    assert thing.state == "open"
    road.move(road["finish"], thing)
    assert thing.state == "done"


def test_a_finding_may_be_softened_to_a_warning():
    finding = block("甲が足りません。", "規程", url="/x/", url_label="直す", code="short")
    softer = finding.as_warning()
    assert (softer.level, softer.text, softer.url, softer.code) == ("warn", "甲が足りません。", "/x/", "short")
    assert finding.blocks
    assert softer.warns
    assert not softer.blocks
    assert not Finding("よい。", level="pass").warns


def test_a_stale_page_is_a_refusal():
    assert issubclass(StaleObject, StepRefused)
