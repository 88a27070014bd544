"""The local cloud as a process: install, start, stop, reset, and what became of it.

It keeps everything under one directory, its home: `cloud.json` (where it is), `cloud.log`, `ca.pem` (what
devices trust), `state/` (what survives a stop) and `tmp/` (what does not).
"""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from linli_cli.errors import CommandError, Unanswered
from linli_cli.processes import HOST, is_free, is_running, launch, only_one, stop, until, write_whole

REPOSITORY = Path(__file__).resolve().parents[3]
LAUNCHER = "localstack.ministack.launcher"
LOCKS = {
    "cloud": REPOSITORY / "localstack/ministack/requirements.lock",
    "functions": REPOSITORY / "localstack/runtime/requirements.lock",
}
REGION = "eu-west-1"
ACCOUNT = "000000000000"
DEFAULT_PORT = 4566
DEFAULT_MQTT_PORT = 8883
LAST_PORT = 65535
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
ANSWER_TIMEOUT_S = 10.0
PORT_RELEASE_S = 5.0
SAVED_EVERY_S = 15
UNSAVED_S = 2 * SAVED_EVERY_S  # with the time that saving takes, and once more where a store was in use
IDLE_S = 75  # longer than a minute: what a schedule calls every minute stays warm

Condition = Literal["running", "stopped", "killed", "unresponsive"]


@dataclass(frozen=True)
class Cloud:
    """Where a running cloud is, as written to `cloud.json`."""

    endpoint: str
    region: str
    port: int
    mqtt_port: int
    pid: int
    ca: str


@dataclass(frozen=True)
class Status:
    """`line` says it to a person."""

    condition: Condition
    line: str
    cloud: Cloud | None = None


class LocalCloud:
    """One local cloud with its state under `home`.

    `venvs` may be shared by several clouds: it holds the cloud's own packages and the functions' interpreter.
    """

    def __init__(
        self,
        home: Path,
        port: int = DEFAULT_PORT,
        mqtt_port: int = DEFAULT_MQTT_PORT,
        venvs: Path | None = None,
    ) -> None:
        self.home = home.resolve()
        self.port = port
        self.mqtt_port = mqtt_port
        self.venvs = (venvs or self.home / "venvs").resolve()
        self.record = self.home / "cloud.json"
        self.log = self.home / "cloud.log"
        self.ca = self.home / "ca.pem"

    def install(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Make both virtual environments; nothing to do when their locks have not changed."""
        self.venvs.mkdir(parents=True, exist_ok=True)
        for name, lock in LOCKS.items():
            with only_one(self.venvs / f"{name}.lock"):
                _install(self.venvs / name, lock, say)

    def start(self) -> Cloud:
        """Start, or find it running. Raises CommandError when a port is taken or it does not come up."""
        self.home.mkdir(parents=True, exist_ok=True)
        with only_one(self.home / "cloud.lock"):
            return self._start()

    def _start(self) -> Cloud:
        found = self.status()
        if found.condition == "running" and found.cloud:
            if (found.cloud.port, found.cloud.mqtt_port) != (self.port, self.mqtt_port):
                raise CommandError(
                    f"the local cloud runs on {found.cloud.port}, MQTT on {found.cloud.mqtt_port}: "
                    "`linli down` first"
                )
            return found.cloud
        if self.port == self.mqtt_port:
            raise CommandError(f"HTTP and MQTT need a port each, and both would be {self.port}")
        if found.condition == "unresponsive":
            self.stop()
        if found.condition == "killed":
            self._wait_for_ports()
            self._forget_unsaved()
        for port, option in ((self.port, "--port"), (self.mqtt_port, "--mqtt-port")):
            if not is_free(port):
                raise CommandError(
                    f"port {port} is in use by another program: stop it, or choose another with "
                    f"`linli up {option} {port + 1 if port < LAST_PORT else port - 1}`"
                )
        (self.home / "state").mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.home / "tmp", ignore_errors=True)
        (self.home / "tmp").mkdir()
        process = self._launch()
        cloud = Cloud(self.endpoint, REGION, self.port, self.mqtt_port, process.pid, str(self.ca))
        write_whole(self.record, json.dumps(asdict(cloud), indent=2) + "\n")
        self._wait_until_ready(process)
        write_whole(self.ca, _get(f"{self.endpoint}/_ministack/iot/ca.pem").decode())
        return cloud

    def stop(self) -> str:
        """Stop so that the state is saved; says in one line what happened."""
        cloud = self._recorded()
        if cloud is None or not self._is_ours(cloud.pid):
            self.record.unlink(missing_ok=True)
            return "the local cloud was not running"
        said = "the local cloud has stopped; its state is saved"
        if not stop(cloud.pid, lambda: self._is_ours(cloud.pid), STOP_TIMEOUT_S):
            said = (
                f"the local cloud did not stop within {STOP_TIMEOUT_S:.0f} s and was killed; "
                f"what changed in the last {UNSAVED_S} s may be lost"
            )
        self._wait_for_ports()
        self.record.unlink(missing_ok=True)
        return said

    def rest(self) -> None:
        """End the processes of functions that nobody calls right now; what must answer at once keeps one."""
        with suppress(OSError):  # one that was started before it knew of this goes on as it is
            _get(f"{self.endpoint}/_linli/rest", method="POST")

    def reset(self) -> None:
        """Stop it and forget its state. The virtual environments stay."""
        self.stop()
        for name in ("state", "tmp"):
            shutil.rmtree(self.home / name, ignore_errors=True)
        for path in (self.ca, self.log):
            path.unlink(missing_ok=True)

    def status(self) -> Status:
        """Whether it runs; one that was killed leaves its record behind, one that was stopped does not."""
        cloud = self._recorded()
        if cloud is None:
            return Status("stopped", "the local cloud is not running: run `linli up`")
        answered = until(
            lambda: not self._is_ours(cloud.pid) or _is_healthy(cloud.endpoint), ANSWER_TIMEOUT_S
        )
        if not self._is_ours(cloud.pid):
            return Status(
                "killed",
                f"the local cloud (process {cloud.pid}) was killed: `linli up` starts it "
                f"with what it had saved, at most {UNSAVED_S} s before",
                cloud,
            )
        if not answered:
            return Status(
                "unresponsive",
                f"the local cloud (process {cloud.pid}) does not answer on {cloud.endpoint}: see {self.log}",
                cloud,
            )
        return Status("running", f"the local cloud runs on {cloud.endpoint} (process {cloud.pid})", cloud)

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    def python(self, name: Literal["cloud", "functions"]) -> Path:
        """The interpreter of the cloud, or the one its functions run with."""
        return self.venvs / name / "bin/python"

    def _launch(self) -> subprocess.Popen[bytes]:
        for name in LOCKS:
            if not (self.venvs / name / "installed").exists():
                raise CommandError(f"the local cloud is not installed in {self.venvs}: run `linli up`")
        command = [str(self.python("cloud")), "-m", LAUNCHER, str(self.home)]
        return launch(command, REPOSITORY, self._environment(), self.log)

    def _environment(self) -> dict[str, str]:
        """A clean one: every function inherits it, and the developer's own settings would leak into them."""
        runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
        state = self.home / "state"
        return {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self.home / "tmp"),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": HOST,
            "IOT_MTLS_PORT": str(self.mqtt_port),
            "MINISTACK_HOST": "localhost",
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AUTH": "true",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state / "s3"),
            "LOG_LEVEL": "WARNING",
            "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.5",  # AWS waits minutes
            "LAMBDA_WARM_TTL_SECONDS": str(IDLE_S),
            "LOCAL_SAVE_SECONDS": str(SAVED_EVERY_S),
            "LOCAL_PYTHONS": json.dumps({runtime: str(self.python("functions"))}),
            "POWERTOOLS_TRACE_DISABLED": "true",
        }

    def _forget_unsaved(self) -> None:
        """S3 keeps objects at once, and all else is saved at a stop: a bucket of which the saved state knows
        nothing would stand in the way of its stack.
        """
        saved = self.home / "state" / "s3.json"
        known = saved.read_text() if saved.exists() else ""
        for bucket in (self.home / "state" / "s3").glob("*/*"):
            if f"'{bucket.name}'" not in known:
                shutil.rmtree(bucket)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        if until(lambda: process.poll() is not None or _is_healthy(self.endpoint), START_TIMEOUT_S) and (
            process.poll() is None
        ):
            return
        last = self.log.read_text(errors="replace").strip().splitlines()[-1:]
        ended = process.poll() is not None
        why = "ended" if ended else f"was not ready within {START_TIMEOUT_S:.0f} s"
        self.stop()
        kind = CommandError if ended else Unanswered
        raise kind(f"the local cloud {why} ({': '.join([str(self.log), *last])})")

    def _wait_for_ports(self) -> None:
        """A dying process holds its ports a moment longer than its name."""
        until(lambda: is_free(self.port) and is_free(self.mqtt_port), PORT_RELEASE_S)

    def _recorded(self) -> Cloud | None:
        try:
            return Cloud(**json.loads(self.record.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _is_ours(self, pid: int) -> bool:
        """Whether `pid` is still this cloud."""
        return is_running(pid, LAUNCHER, str(self.home))


def free_ports() -> tuple[int, int]:
    """Two ports, HTTP and MQTT, that nothing listens on right now: for clouds that run beside one another."""
    with socket.create_server((HOST, 0)) as http, socket.create_server((HOST, 0)) as mqtt:
        return http.getsockname()[1], mqtt.getsockname()[1]


def _install(venv: Path, lock: Path, say: Callable[[str], None]) -> None:
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode() + str(venv).encode()).hexdigest()
    marker = venv / "installed"
    if marker.exists() and marker.read_text() == wanted:
        return
    say(f"installing what the local cloud needs ({venv.name})")
    shutil.rmtree(venv, ignore_errors=True)
    _run([sys.executable, "-m", "venv", "--without-pip", str(venv)])
    python = venv / "bin/python"
    sync = [sys.executable, "-m", "uv", "pip", "sync", "--quiet", "--compile-bytecode"]
    _run([*sync, "--python", str(python), str(lock)])
    marker.write_text(wanted)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(f"`{' '.join(command)}` failed: {done.stderr.strip() or done.stdout.strip()}")


def _is_healthy(endpoint: str) -> bool:
    try:
        ready: dict[str, Any] = json.loads(_get(f"{endpoint}/_ministack/ready"))
    except (OSError, ValueError):
        return False
    return bool(ready.get("iot_mtls") == "listening")


def _get(url: str, method: str = "GET") -> bytes:
    request = urllib.request.Request(url, method=method)  # noqa: S310 - always our own http://127.0.0.1
    with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
        body: bytes = response.read()
        return body
