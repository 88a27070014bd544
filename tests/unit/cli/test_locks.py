"""The cheap check of the lock files notices what has drifted."""

import re
import shutil
from pathlib import Path

import pytest

from linli_cli.develop.locks import DEVELOPMENT, LAYER, LOCAL_CLOUDS, problems
from linli_cli.layout import ROOT

SOURCES = [source for source, _ in LOCAL_CLOUDS]
LOCKS = [source.with_name("requirements.lock") for source in SOURCES]
COPIED = ("pyproject.toml", DEVELOPMENT, LAYER, *SOURCES, *LOCKS)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in COPIED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_locks_agree_with_their_sources() -> None:
    assert problems() == []


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_what_a_local_cloud_asks_for_is_in_its_lock(copy: Path, source: Path) -> None:
    pin = re.compile(r"(?<=[\w\]])==[\d.]+")
    (copy / source).write_text(pin.sub("==0.0.1", (copy / source).read_text("utf-8"), count=1), "utf-8")
    assert any(line.startswith(str(source.with_name("requirements.lock"))) for line in problems(copy))


def test_a_new_dependency_is_missed_in_both_locks(copy: Path) -> None:
    replace(copy / "pyproject.toml", '"pynamodb>=6.1,<7"', '"pynamodb>=7"')
    assert {line.split(":")[0] for line in problems(copy)} == {str(DEVELOPMENT), str(LAYER)}


def test_a_layer_that_is_not_what_tests_run_with_is_noticed(copy: Path) -> None:
    replace(copy / LAYER, "\ncffi==", "\ncffi==0")
    assert any(line.startswith(f"{LAYER}: cffi 0") for line in problems(copy))


def test_an_address_is_noticed(copy: Path) -> None:
    path = copy / DEVELOPMENT
    path.write_text(f"--index-url https://pypi.example/simple\n{path.read_text('utf-8')}", encoding="utf-8")
    assert problems(copy) == [f"{DEVELOPMENT}: names an address"]


def test_a_pin_without_a_hash_is_noticed(copy: Path) -> None:
    path = copy / LOCKS[1]
    path.write_text(f"{path.read_text('utf-8')}extra==1.0\n", encoding="utf-8")
    assert problems(copy) == [f"{LOCKS[1]}: extra has no hash"]
