"""The `linli` command from another folder, with an empty home: an error is one clear line and exit code 1."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from linli_cli.layout import ROOT


@pytest.fixture
def somewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "some where"
    folder.mkdir()
    return folder


def linli(somewhere: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return python(somewhere, "-m", "linli_cli.main", *arguments, **environment)


def python(somewhere: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    paths = [str(ROOT / "infra" / "cli"), str(ROOT / "layers" / "core" / "python")]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LINLI_"))}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=somewhere,
        env=clean
        | {
            "PYTHONPATH": os.pathsep.join(paths),
            "LINLI_HOME": str(somewhere / "a home"),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(somewhere / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(somewhere / "none"),
        }
        | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on stderr of a command that failed."""
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


WITHOUT_A_CLOUD = (
    "urls",
    "seed",
    "status",
    "deploy",
    "logs access-gate-pass",
    "dlq list",
    "dlq redrive access-gate-pass --yes",
    "dlq discard access-gate-pass --yes",
    "device list --community willow",
    "device revoke --community willow --device willow-gate-1",
)
# One process, since each would import the whole command line anew.
ONE_BY_ONE = """
import sys
from linli_cli.main import main
for command in sys.argv[1:]:
    sys.argv[1:] = command.split()
    try:
        main()
    except SystemExit as ended:
        print(f"\\f{command}: {ended.code}\\n", file=sys.stderr)
"""


def test_without_a_local_cloud_every_command_says_how_to_start_it(somewhere: Path) -> None:
    done = python(somewhere, "-c", ONE_BY_ONE, *WITHOUT_A_CLOUD)
    said = re.findall(r"(.*)\n\f(.*)\n", done.stderr)
    assert [ended for _, ended in said] == [f"{command}: 1" for command in WITHOUT_A_CLOUD]
    assert all("linli up" in last for last, _ in said), said
    assert "Traceback" not in done.stderr


def test_stopping_what_does_not_run_is_no_error(somewhere: Path) -> None:
    for command in ("down", "reset"):
        done = linli(somewhere, command)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_cloud_that_was_killed_is_told_from_one_that_was_stopped(somewhere: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]  # nobody listens there once the server is closed
    home = somewhere / "a home"
    home.mkdir()
    (home / "cloud.json").write_text(
        f'{{"endpoint": "http://127.0.0.1:{port}", "region": "eu-west-1", "port": {port}, '
        f'"mqtt_port": {port}, "pid": 999999999, "ca": "{home}/ca.pem"}}'
    )

    assert "was killed" in complaint(linli(somewhere, "urls"))


@pytest.mark.parametrize("option", ["--port", "--mqtt-port"])
@pytest.mark.parametrize("port", ["0", "65536", "-1", "x"])
def test_a_port_that_cannot_be_is_refused_at_once(somewhere: Path, option: str, port: str) -> None:
    done = linli(somewhere, "up", option, port)

    assert done.returncode == 2
    assert option in done.stderr
    assert "Traceback" not in done.stderr
    assert not (somewhere / "a home").exists()


@pytest.mark.parametrize("ids", [("../willow", "g"), ("willow", "../g"), ("willow", "/g")])
def test_a_device_with_an_impossible_id_leaves_nothing_on_disk(somewhere: Path, ids: tuple[str, str]) -> None:
    community, device = ids
    done = linli(
        somewhere,
        "device",
        "add",
        "--community",
        community,
        "--device",
        device,
        "--kind",
        "gate",
        "--out",
        "o",
    )

    assert "is no id" in complaint(done)
    assert list(somewhere.iterdir()) == []


def test_tokens_of_other_stages_come_from_elsewhere(somewhere: Path) -> None:
    assert "OIDC issuer" in complaint(linli(somewhere, "token", "--person", "p", "--stage", "prod"))


def test_made_up_data_stays_out_of_real_stages(somewhere: Path) -> None:
    assert "made up" in complaint(linli(somewhere, "seed", "--stage", "dev"))
    assert "production" in complaint(linli(somewhere, "replay", str(ROOT / "events"), "--stage", "prod"))


def test_missing_credentials_and_regions_are_named(somewhere: Path) -> None:
    assert "no region" in complaint(linli(somewhere, "urls", "--stage", "dev"))
    region = {"AWS_DEFAULT_REGION": "eu-west-1"}
    assert "no AWS credentials" in complaint(linli(somewhere, "urls", "--stage", "dev", **region))


def test_a_device_without_files_is_told_how_to_get_them(somewhere: Path) -> None:
    done = linli(somewhere, "publish", "--device", "willow-gate-9", "gate_pass", "{}")

    assert "linli seed" in complaint(done)


def test_a_command_knows_nothing_of_what_others_need(somewhere: Path) -> None:
    asked = "from linli_cli import commands; commands.command('urls'); import sys; print(*sys.modules)"
    known = python(somewhere, "-c", asked).stdout.split()
    assert "linli_cli.operate.addresses" in known
    others = ("functions", "simulation", "linli_cli.demo", "linli_cli.importing", "linli_cli.interfaces")
    assert [each for each in known if each.startswith(others)] == []
