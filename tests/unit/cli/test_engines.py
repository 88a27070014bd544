"""Which local cloud is in use, what one line says of it, and what LocalStack needs of a machine."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from linli_cli.demo import running
from linli_cli.errors import CommandError
from linli_cli.layout import home
from linli_cli.local import engines, real_localstack
from linli_cli.local.engines import Engine
from linli_cli.local.processes import launch
from linli_cli.local.real_localstack import RealLocalStack


@pytest.fixture(autouse=True)
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LINLI_HOME", str(tmp_path / "a base"))
    return tmp_path / "a base"


def test_the_embedded_one_is_in_use_until_another_is_asked_for(base: Path) -> None:
    assert (engines.in_use(), home()) == (Engine.EMBEDDED, base)

    engines.use(Engine.LOCALSTACK)
    assert (engines.in_use(), home()) == (Engine.LOCALSTACK, base / "localstack")
    assert isinstance(engines.local_cloud(), RealLocalStack)

    engines.use(Engine.EMBEDDED)
    assert (engines.in_use(), home()) == (Engine.EMBEDDED, base)


def pretend_to_run(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> int:
    """A process that looks like this cloud, and answers."""
    local = engines.of(engine)
    local.home.mkdir(parents=True, exist_ok=True)
    process = launch(["sleep", "60"], local.home, os.environ, local.log)
    record = {"endpoint": "here", "region": "", "port": 1, "mqtt_port": 2, "pid": process.pid, "ca": ""}
    local.record.write_text(json.dumps(record))
    monkeypatch.setattr(type(local), "command", property(lambda _: ("sleep", "60")))
    monkeypatch.setattr(type(local), "is_healthy", lambda *_: True)
    return process.pid


@pytest.mark.parametrize(
    ("running_one", "wanted", "said"),
    [
        (Engine.EMBEDDED, Engine.LOCALSTACK, "the local cloud runs on here"),
        (Engine.LOCALSTACK, Engine.EMBEDDED, "LocalStack runs on here"),
    ],
)
def test_only_one_runs_at_a_time(
    monkeypatch: pytest.MonkeyPatch, running_one: Engine, wanted: Engine, said: str
) -> None:
    engines.use(running_one)
    pid = pretend_to_run(running_one, monkeypatch)
    try:
        with pytest.raises(CommandError, match=rf"{said}.*: `linli down` first"):
            running.up(cloud=wanted)
        assert engines.in_use() == running_one
    finally:
        subprocess.run(["kill", str(pid)], check=True)


def test_what_is_down_is_forgotten_and_the_embedded_one_in_use_again(
    base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (base / "devices").mkdir(parents=True)
    engines.use(Engine.LOCALSTACK)
    (home() / "devices").mkdir(parents=True)

    running.down()

    assert capsys.readouterr().out == "LocalStack was not running\n"
    assert engines.in_use() == Engine.EMBEDDED
    assert sorted(path.name for path in base.iterdir()) == ["devices"]


def python(folder: Path, version: str) -> Path:
    """Something that says it is a Python."""
    program = folder / f"python{version}"
    program.write_text(f"#!/bin/sh\necho {version}\n")
    program.chmod(0o700)
    return program


def test_it_takes_the_python_it_needs_wherever_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.delenv("LOCALSTACK_PYTHON", raising=False)
    with pytest.raises(CommandError, match=r"needs Python 3.13, and there is none here: .*LOCALSTACK_PYTHON"):
        real_localstack.found_python()

    installed = tmp_path / "pyenv/versions/3.13.9/bin"
    installed.mkdir(parents=True)
    (installed / "python").symlink_to(python(tmp_path, "3.13").rename(installed / "python3.13"))
    assert real_localstack.found_python() == str(installed / "python")

    on_path = python(tmp_path, "3.13")
    assert real_localstack.found_python() == str(on_path)


@pytest.mark.parametrize("named", ["another version", "nothing"])
def test_a_python_that_is_named_is_the_one_or_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    wrong = str(python(tmp_path, "3.12") if named == "another version" else tmp_path / "nothing")
    monkeypatch.setenv("LOCALSTACK_PYTHON", wrong)

    with pytest.raises(CommandError, match=f"{wrong} is none"):
        real_localstack.found_python()
    assert wrong in str(real_localstack.missing(tmp_path))
    with pytest.raises(CommandError, match=f"{wrong} is none"):
        running.up(cloud=Engine.LOCALSTACK)
    assert engines.in_use() == Engine.EMBEDDED
    assert not engines.of(Engine.LOCALSTACK).venvs.exists()
