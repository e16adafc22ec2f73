"""Counts what a run really did, so that nothing can pass by not running.

A skipped or expected-to-fail test makes the run fail: on neither database may a test be left out. With
COOPFIN_TEST_SUMMARY the counts are written to that file as JSON, for `bin/test` to add up.
"""

import json
import os
from pathlib import Path

import pytest


class Summary:
    def __init__(self) -> None:
        self.passed = self.failed = self.browser = 0
        self.left_out: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped or hasattr(report, "wasxfail"):
            self.left_out.append(report.nodeid)
        elif report.failed:
            self.failed += 1
        elif report.when == "call":
            self.passed += 1
            self.browser += "browser" in report.keywords

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.left_out.append(report.nodeid)
        elif report.failed:
            self.failed += 1

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.left_out and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if path := os.environ.get("COOPFIN_TEST_SUMMARY"):
            counts = {
                "passed": self.passed,
                "failed": self.failed,
                "skipped": len(self.left_out),
                "browser": self.browser,
            }
            Path(path).write_text(json.dumps(counts), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter) -> None:
        if self.left_out:
            terminalreporter.section("left out (this makes the run fail)", red=True, bold=True)
            for nodeid in self.left_out:
                terminalreporter.write_line(nodeid)
