"""LocalStack as a process: what is left of it, and what is said, when it is stopped or killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from linli_cli.errors import CommandError
from linli_cli.local import processes
from linli_cli.local.local_cloud import free_ports
from linli_cli.local.processes import until
from linli_cli.local.real_localstack import RealLocalStack
from tests.localstack.conftest import Alone, family

LEFT_S = 20
WHO = "import os\ndef handler(event, context): return os.getpid()"


@pytest.fixture
def mortal(tmp_path: Path, venvs: Path) -> Iterator[Alone]:
    local = RealLocalStack(tmp_path, free_ports()[0], venvs=venvs)
    local.install()
    local.start()
    yield Alone(local)
    local.stop()


def keeper(alone: Alone) -> int:
    """The process that keeps its tables, which starts when the first is asked for."""
    alone.client("dynamodb").list_tables()
    (pid,) = [pid for pid, line in family(alone.local.home).items() if line[0].endswith("java")]
    return pid


def test_nothing_is_left_of_one_that_was_stopped_and_it_keeps_nothing(mortal: Alone) -> None:
    function = mortal.invoke(mortal.function(WHO))
    tables = keeper(mortal)
    mortal.client("sqs").create_queue(QueueName="forgotten")

    assert mortal.local.stop() == "LocalStack has stopped; it keeps nothing"

    until(lambda: not left(function, tables), LEFT_S)
    assert left(function, tables) == []
    assert family(mortal.local.home) == {}
    mortal.local.start()
    assert not mortal.client("sqs").list_queues().get("QueueUrls")


@pytest.mark.parametrize("who", ["the cloud", "its tables"])
def test_nothing_is_left_of_one_that_was_killed_and_it_says_so(mortal: Alone, who: str) -> None:
    local = mortal.local
    cloud = local.start().pid
    function, tables = mortal.invoke(mortal.function(WHO)), keeper(mortal)

    os.kill(cloud if who == "the cloud" else tables, signal.SIGKILL)

    until(lambda: not left(cloud, function, tables), LEFT_S)
    assert left(cloud, function, tables) == []
    assert family(local.home) == {}
    assert "was killed: `linli up` starts it anew" in local.status().line
    assert local.start().pid != cloud
    assert local.status().condition == "running"


def test_a_port_in_use_is_named(alone: Alone, tmp_path: Path, venvs: Path) -> None:
    other = RealLocalStack(tmp_path, alone.local.port, venvs=venvs)

    with pytest.raises(CommandError, match=rf"port {alone.local.port} is in use.*--port"):
        other.start()

    assert other.status().line == "LocalStack is not running: run `linli up`"


def test_it_is_heard_on_loopback_alone(alone: Alone) -> None:
    ours = family(alone.local.home)
    listening = {}
    for name in ("tcp", "tcp6"):
        rows = (line.split() for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:])
        listening |= {row[9]: row[1].partition(":")[0] for row in rows if row[3] == "0A"}
    addresses = {listening[inode] for pid in ours for inode in sockets(pid) if inode in listening}

    assert addresses
    assert addresses <= {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


def sockets(pid: int) -> Iterator[str]:
    """The inodes of the sockets that a process has open."""
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        target = str(entry.readlink())
        if target.startswith("socket:["):
            yield target.removeprefix("socket:[").removesuffix("]")


def left(*pids: int) -> list[list[str]]:
    """The commands of those that still run."""
    return [line for pid in pids if any(line := processes.command_line(pid))]
