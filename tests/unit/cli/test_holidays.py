"""The holidays of China are what the package says, in a module that stands for the package."""

import sys
from pathlib import Path

import pytest

from linli_cli.documents import holidays


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / holidays.MODULE).parent.mkdir(parents=True)
    monkeypatch.setattr(holidays, "ROOT", tmp_path)
    return tmp_path


def test_the_module_is_what_the_package_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["holidays"])
    assert holidays.main() == 0


def test_what_is_stale_is_said_and_then_written(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / holidays.MODULE
    path.write_text(holidays.module("2026-11-26").replace("2026-10-01", "2026-09-30"), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["holidays"])
    assert holidays.main() == 1
    assert "run `make format`" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["holidays", "--write"])
    assert holidays.main() == 0
    assert "2026-10-01" in path.read_text(encoding="utf-8")


def test_what_is_right_keeps_the_day_on_which_it_was_made(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, text = root / holidays.MODULE, holidays.module("2026-01-02")
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["holidays", "--write"])
    assert holidays.main() == 0
    assert path.read_text(encoding="utf-8") == text
