import subprocess
import sys
from pathlib import Path

import pytest

from linli_cli.develop.rooms import circles, floors

HANDLER = """
from functions.gates.keys.store import find


def open_gate(key: str) -> list[str]:
    found = [each.upper() for each in find(key) if each.startswith("gate") and len(each) > 4]
    return sorted(found, key=lambda each: (len(each), each))
"""
STORE = """
def find(key: str) -> list[str]:
    return [key]


def named(name: str) -> list[str]:
    other = [one.upper() for one in find(name) if one.startswith("door") and len(one) > 4]
    return sorted(other, key=lambda one: (len(one), one))
"""


@pytest.mark.parametrize(
    ("arrows", "chain", "knots"),
    [
        ({"a": set()}, 1, 0),
        ({"a": {"b"}, "b": {"c"}, "c": set(), "d": {"c"}}, 3, 0),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, 2, 1),
        ({"a": {"b"}, "b": {"a"}, "c": {"d"}, "d": {"c", "a"}}, 2, 2),
    ],
)
def test_the_longest_chain_and_the_circles(arrows: dict[str, set[str]], chain: int, knots: int) -> None:
    assert (floors(arrows), len(circles(arrows))) == (chain, knots)


def figures(root: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "linli_cli.develop.rooms", "--root", str(root), "--duplicates"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_any_checkout_has_its_figures(tmp_path: Path) -> None:
    files = {
        "functions/gates/__init__.py": "",
        "functions/gates/open/__init__.py": "",
        "functions/gates/open/handler.py": HANDLER,
        "functions/gates/keys/__init__.py": "",
        "functions/gates/keys/store.py": STORE,
        "functions/gates/keys/spelling.py": "import functions.gates.open.handler",
        "infra/gates/app.py": "",
        "infra/gates/state.yaml": "Resources:\n  Table: {}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    said = figures(tmp_path)

    modules, rooms, chain, arrows, upward, knots, lines, _ = said[2].strip("| ").split(" | ")[1:]
    assert (modules, rooms, chain, arrows, knots, lines) == ("3", "2", "1", "2", "1", "2")
    assert upward == "2"  # a noun imports an action, and one of the two closes the circle
    assert "written again: 3 lines of functions, in 1 modules" in said
    assert said[-1] == "  functions/gates/open/handler.py: 5, 6, 7"
