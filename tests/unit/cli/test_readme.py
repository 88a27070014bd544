"""What README.md and docs/ say that the code says as well."""

import shutil
from pathlib import Path

import pytest

from linli_cli.develop.actions import actions
from linli_cli.documents import core, listing, telling
from linli_cli.documents.readme import between, marks, renewed, renewed_architecture
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

BEGIN, END = marks("services")
WORDS = {"http", "mqtt", "bus", "queue", "schedule", "call"}


def test_every_action_has_a_line_with_what_it_does_and_a_sample() -> None:
    lines = [line for line in listing.page().splitlines() if line.startswith("| [")]
    assert len(lines) == len(actions())
    for action, line in zip(actions(), lines, strict=True):
        name, does, triggers, sample = (cell.strip() for cell in line.strip("|").split(" | "))
        assert name.startswith(f"[{action.name}](")
        assert does == action.sentences["Result"].rstrip(".")
        assert set(triggers.split(", ")) <= WORDS
        for link in (name, sample):
            assert (ROOT / "docs" / link.rpartition("(")[2].rstrip(")")).exists()


def test_a_queue_is_named_for_who_fills_it() -> None:
    assert listing.triggers("access")["standing"] == ("bus", "http")
    assert listing.triggers("access")["gate_pass"] == ("http", "mqtt")
    assert listing.triggers("utilities")["meter_reading"] == ("mqtt",)
    assert listing.triggers("care")["idle_alert"] == ("queue",)
    assert listing.triggers("care")["sweep"] == ("schedule",)
    assert listing.triggers("directory")["authorizer"] == ("call",)


def test_only_what_is_between_the_marks_is_replaced() -> None:
    assert between(f"a\n{BEGIN}old{END}\nb", BEGIN, "new", END) == f"a\n{BEGIN}new{END}\nb"


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(CommandError, match="no place for the table"):
        renewed("a")
    with pytest.raises(CommandError, match=r"docs/architecture\.md has no place"):
        renewed_architecture("a")


def test_a_new_service_is_listed() -> None:
    assert f"{BEGIN}\n| service " in renewed(f"{BEGIN}{END}")
    assert "| [access](functions/access/README.md) | Who may pass which gate" in renewed(f"{BEGIN}{END}")


def test_who_tells_a_fact_and_who_takes_it_in_is_read_off_the_code() -> None:
    passed = next(fact for fact in telling.told() if fact.name == "gate_passed")
    assert (passed.teller, passed.takers) == ("access", ("care/sign_of_life",))
    assert 'access -- "gate_passed" --> care' in telling.picture()
    assert "| `linli.access.gate_passed.v1` | access | `care/sign_of_life` |" in telling.table()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("functions", "infra"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "cli", "node_modules")
        )
    return tmp_path


def test_a_fact_that_nobody_tells_or_another_service_is_noticed(copy: Path) -> None:
    (copy / "functions/health/more.py").write_text("GatePassed(gate='x')\n")
    with pytest.raises(CommandError, match=r"gate_passed\.v1 is told by access, health"):
        telling.tellers(copy)
    shutil.rmtree(copy / "functions/access")
    (copy / "functions/health/more.py").unlink()
    with pytest.raises(CommandError, match=r"linli\.access\.\w+\.v1 is told by nobody"):
        telling.tellers(copy)


def test_what_exists_once_says_who_uses_it() -> None:
    lines = core.table().splitlines()
    assert any(line.startswith("| `linli.tables` | State") and line.endswith("| all |") for line in lines)
    assert any(line.startswith("| `linli.relay` |") and line.endswith("| the core |") for line in lines)
