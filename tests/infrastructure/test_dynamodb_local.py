"""AWS's DynamoDB Local as it is installed here: on loopback alone, empty, gone with who started it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from linli_cli.errors import CommandError
from linli_cli.local.dynamodb_local import installed, serving
from linli_cli.local.processes import until
from tests.integration.dynamodb_local import HOME, running

pytestmark = pytest.mark.dynamodb_local

GONE_S = 20
STARTS_ONE = """
import sys, time
from pathlib import Path
from linli_cli.local.dynamodb_local import serving
with serving(Path(sys.argv[1])) as served:
    print(served.pid, flush=True)
    time.sleep(600)
"""


def test_it_is_heard_on_loopback_alone() -> None:
    with running() as served:
        port = f":{int(served.url.rpartition(':')[2]):04X}"
        listening = [
            line.split()[1]
            for name in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
            if line.split()[3] == "0A"
        ]
        assert [each for each in listening if each.endswith(port)] in (
            [f"0100007F{port}"],
            [f"0000000000000000FFFF00000100007F{port}"],
        )


def test_it_ends_with_its_context() -> None:
    with running() as served:
        assert requests.get(served.url, timeout=10).status_code == 400  # it asks for a signature
    assert not Path(f"/proc/{served.pid}").exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(served.url, timeout=10)


def test_it_ends_with_the_process_that_started_it_also_when_that_is_killed() -> None:
    with running():
        pass  # skipped where it cannot be
    command = [sys.executable, "-c", STARTS_ONE, str(installed(HOME))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        served = int(starter.stdout.readline())
        os.kill(starter.pid, signal.SIGKILL)
    assert until(lambda: not Path(f"/proc/{served}").exists(), GONE_S)


def test_one_that_cannot_start_says_why(tmp_path: Path) -> None:
    with running():
        pass
    (tmp_path / "DynamoDBLocal.jar").write_bytes(b"")
    with (
        pytest.raises(CommandError, match=r"^DynamoDB Local ended: Error: .*DynamoDBLocal\.jar$"),
        serving(tmp_path),
    ):
        pass
