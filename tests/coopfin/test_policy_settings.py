"""Every setting says whether anything reads it: what is decided and silently does nothing would deceive the cooperative."""

import ast
from pathlib import Path

import pytest

from coopfin.models import Policy, Proposal
from coopfin.policy_settings import help_text_of, settings

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "coopfin", "cash", "collateral", "documents", "funding", "governance", "ledger", "loans", "members", "oversight",
    "recovery", "reports",
)  # fmt: skip
#: 欄そのものを定める所は、読むことに数えない
DEFINED_IN = {"coopfin/models/policy.py", "coopfin/policy_settings.py"}


def names_read() -> set[str]:
    """Every attribute that some product module reads, whatever it is read from."""
    found = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if str(path.relative_to(ROOT)) in DEFINED_IN or "migrations" in path.parts:
                continue
            tree = ast.parse(path.read_text())
            found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return found


@pytest.fixture(scope="module")
def read():
    return names_read()


@pytest.mark.parametrize("setting", settings(), ids=lambda setting: setting.name)
def test_a_setting_is_read_or_says_why_it_changes_nothing_yet(setting, read):
    assert (setting.name in read) != bool(setting.idle), setting


def test_the_list_of_settings_is_the_form_of_the_policy():
    meta = {"id", *(field.name for field in Proposal._meta.fields)}
    columns = {field.name for field in Policy._meta.fields} - meta - {"effective_on", "source"}
    assert {setting.name for setting in settings()} == columns


def test_the_notice_stands_beside_the_field():
    idle = next(setting for setting in settings() if setting.idle)
    assert help_text_of(idle.name, "説明。") == f"説明。{idle.notice}"
    assert "いまは決めておくだけで、まだ何も変えません" in idle.notice
    assert help_text_of("holiday_roll", "説明。") == "説明。"
