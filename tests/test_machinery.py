"""The machinery is tested too: set-up that explains itself, tests that cannot pass by not running, pages watched."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.utils.timezone import now

from tests.browser import check_accessibility

ROOT = Path(__file__).resolve().parent.parent


def run_with_only(folder, command, **programs):
    """Run a command of ours on a machine that has only these programs."""
    for name in ("env", "dirname", "sh"):
        (folder / name).symlink_to(shutil.which(name))
    for name, script in programs.items():
        (folder / name.replace("_", "-")).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name.replace("_", "-")).chmod(0o755)
    return subprocess.run(command, env={"PATH": str(folder)}, cwd=ROOT, capture_output=True, text=True, check=False)


# --- set-up --------------------------------------------------------------------------------


def test_set_up_says_which_python_it_needs_when_there_is_none(tmp_path):
    done = run_with_only(tmp_path, [ROOT / "bin/setup"])
    assert done.returncode == 1
    assert "Python がありません。Python 3.11・3.12・3.13 のいずれかが必要です。" in done.stderr
    assert "sudo apt-get update && sudo apt-get install -y python3 python3-venv" in done.stderr


def test_set_up_says_which_python_it_needs_when_there_is_an_old_one(tmp_path):
    done = run_with_only(tmp_path, [ROOT / "bin/setup"], python3='[ "$1" = --version ] && echo "Python 3.9.2"; exit 1')
    assert done.returncode == 1
    assert "この機械の python3 は Python 3.9.2 です" in done.stderr


def test_what_cannot_be_installed_is_named_with_the_exact_line_to_run(tmp_path):
    done = run_with_only(tmp_path, [sys.executable, ROOT / "bin/system-packages", "browser"], apt_get="exit 100")
    assert done.returncode == 1
    assert "試験用のブラウザ（Chromium）が足りません" in done.stderr
    assert "apt-get install -y --no-install-recommends chromium" in done.stderr.splitlines()[-1]


def test_what_is_only_useful_does_not_stop_the_set_up(tmp_path):
    command = [sys.executable, ROOT / "bin/system-packages", "--optional", "browser"]
    done = run_with_only(tmp_path, command)
    assert done.returncode == 3
    assert "お使いのパッケージ管理で" in done.stderr


def test_the_lock_file_names_a_hash_for_every_package_and_no_registry():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    packages = [number for number, line in enumerate(lines) if "==" in line and not line.startswith(" ")]
    assert len(packages) > 40
    assert all("--hash=sha256:" in lines[number + 1] for number in packages)
    assert not any("://" in line for line in lines)


# --- nothing passes by not running -----------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "import pytest\n@pytest.mark.skip\ndef test_it(): pass\ndef test_other(): pass",
        "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False\ndef test_other(): pass",
        "import pytest\npytest.skip('whole file', allow_module_level=True)",
        "",
    ],
    ids=["skipped", "expected to fail", "a whole file skipped", "no test at all"],
)
def test_a_run_that_leaves_a_test_out_fails(tmp_path, body):
    (tmp_path / "conftest.py").write_text(
        "from tests.summary import Summary\ndef pytest_configure(config): config.pluginmanager.register(Summary())\n"
    )
    (tmp_path / "test_sample.py").write_text(body)
    (tmp_path / "test_good.py").write_text("def test_good(): pass" if body else "")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--rootdir", tmp_path, "-c", os.devnull, "-p", "no:django", tmp_path],
        env={**os.environ, "PYTHONPATH": str(ROOT), "COOPFIN_TEST_SUMMARY": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0, done.stdout


# --- the restored database -------------------------------------------------------------------


@pytest.mark.transaction
@pytest.mark.parametrize("time", ["once", "again"])
def test_what_a_test_commits_is_gone_in_the_next_one(time):
    assert not Session.objects.exists()
    Session.objects.create(session_key="left behind", session_data=time, expire_date=now())


# --- the watched browser ---------------------------------------------------------------------


def test_a_violation_of_the_content_security_policy_is_noticed(browser_page, watch):
    browser_page.set_content(
        """<meta http-equiv="Content-Security-Policy" content="script-src 'none'"><script>1</script>"""
    )
    browser_page.wait_for_timeout(100)
    assert any("Content Security Policy directive" in line for line in watch.complaints())
    watch.expect("Content Security Policy|CSP violation")
    assert watch.complaints() == []


def test_an_inaccessible_page_is_noticed(tablet_page):
    page = "<html lang=ja><title>頁</title><main><h1>頁</h1><p style='color:{}'>読めるか</p></main></html>"
    tablet_page.set_content(page.format("#222"))
    check_accessibility(tablet_page)
    tablet_page.set_content(page.format("#ddd"))
    with pytest.raises(AssertionError, match="color-contrast"):
        check_accessibility(tablet_page)
