"""The stairs of the house: who may import whom is written in pyproject.toml and checked here."""

from pathlib import Path

from importlinter import cli

ROOT = Path(__file__).resolve().parent.parent


def test_no_room_imports_upstairs(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    broken = cli.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert not broken, capsys.readouterr().out
