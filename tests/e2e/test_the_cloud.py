"""The local cloud as a newcomer treats it: killed before its first stop, started again, its ports taken."""

import json
import os
import signal
import socket
from pathlib import Path

import pytest

from linli_cli.local.local_cloud import free_ports
from tests.e2e.conftest import Town, linli

pytestmark = pytest.mark.embedded

CARD = '{"credential": "card", "value": "willow-resident-1-card"}'


@pytest.fixture
def home(town: Town) -> Path:
    """The town's, after all other tests: once killed, it has forgotten what they did."""
    return town.home


def complaint(home: Path, *arguments: str) -> str:
    """The one red line of a command that fails."""
    done = linli(home, *arguments)
    assert (done.returncode, done.stdout) == (1, ""), done
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def test_a_killed_cloud_heals(town: Town, home: Path) -> None:
    # Given a cloud killed before anything but a photo could be saved, which everybody says in one line
    photos = "linli-local-maintenance-photos-000000000000"
    town.client("s3").put_object(Bucket=photos, Key="willow/tap.jpg", Body=b"a photo")
    os.kill(json.loads((home / "cloud.json").read_text())["pid"], signal.SIGKILL)
    for command in (["status"], ["publish", "gate_pass", CARD]):
        assert "was killed: `linli up` starts it" in complaint(home, *command)

    # When it is started again, without a word about ports
    ports = json.loads((home / "ports.json").read_text())
    started = linli(home, "up", "--no-replay")

    # Then all is there again, on the same ports, and a gate is answered
    assert started.returncode == 0, started.stdout + started.stderr
    assert json.loads((home / "ports.json").read_text()) == ports
    assert "CREATE_COMPLETE" in linli(home, "status", "--all").stdout
    answer = linli(home, "publish", "gate_pass", CARD)
    assert json.loads(answer.stdout)["open"] is True, answer

    # And it does not move while it runs
    moved = linli(home, "up", "--no-replay", "--port", str(free_ports()[0]))
    assert moved.returncode == 1
    assert "`linli down` first" in moved.stderr


def test_a_device_that_is_refused_keeps_no_key(home: Path, tmp_path: Path) -> None:
    add = ["device", "add", "--community", "willow", "--kind", "gate", "--out", str(tmp_path)]

    refused = linli(home, *add, "--device", "willow-gate-1")
    assert refused.returncode == 1
    assert list(tmp_path.iterdir()) == []

    added = linli(home, *add, "--device", "willow-gate-9")
    assert added.returncode == 0, added.stderr
    assert "/communities/willow/gates/willow-gate-9" in added.stderr
    listed = json.loads(linli(home, "device", "list", "--community", "willow", "--json").stdout)
    assert {"willow-gate-1", "willow-gate-9"} <= {each["device"] for each in listed}


def test_a_problem_is_a_failure_and_its_letter_can_be_thrown_away(home: Path) -> None:
    linli(home, "dlq", "discard", "access/gate_pass", "--yes")  # letters of other tests
    answer = linli(home, "publish", "gate_pass", "{}")
    assert answer.returncode == 1
    assert json.loads(answer.stdout)["outcome"] == "invalid-request"

    again = linli(home, "dlq", "redrive", "access/gate_pass", "--yes")
    assert "came back: 1\n" in again.stdout, again
    assert "thrown away: 1 of" in linli(home, "dlq", "discard", "access/gate_pass", "--yes").stdout


@pytest.mark.parametrize(("option", "other"), [("--port", "--mqtt-port"), ("--mqtt-port", "--port")])
def test_a_taken_port_is_named_with_its_option(home: Path, tmp_path: Path, option: str, other: str) -> None:
    venvs = tmp_path / "venvs"
    venvs.symlink_to((home / "venvs").resolve())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = linli(tmp_path, "up", option, str(port), other, str(free_ports()[0]))

    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert f"port {port} is in use by another program" in last
    assert f"linli up {option} " in last
    assert not (tmp_path / "ports.json").exists()


def test_two_equal_ports_are_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "venvs").symlink_to((home / "venvs").resolve())
    port = str(free_ports()[0])

    done = linli(tmp_path, "up", "--port", port, "--mqtt-port", port)

    assert done.returncode == 1
    assert "need a port each" in done.stderr
