"""A local cloud as a process: install, start, stop, reset, and what became of it; whichever program it is.

It keeps everything under one directory, its home: `cloud.json` (where it is), `cloud.log` and `tmp/` (what
does not survive a stop), and what its kind keeps besides.
"""

import hashlib
import json
import shutil
import socket
import subprocess
import sys
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar, Literal

from linli_cli.cloud import Cloud as Connection
from linli_cli.errors import CommandError, Unanswered
from linli_cli.local.processes import HOST, is_free, is_running, launch, only_one, stop, until, write_whole

REGION = "eu-west-1"
ACCOUNT = "000000000000"
DEFAULT_PORT = 4566
DEFAULT_MQTT_PORT = 8883
LAST_PORT = 65535
UV = [sys.executable, "-m", "uv", "pip"]
STOP_TIMEOUT_S = 20.0
ANSWER_TIMEOUT_S = 10.0
PORT_RELEASE_S = 5.0

Condition = Literal["running", "stopped", "killed", "unresponsive"]


@dataclass(frozen=True)
class Cloud:
    """Where a running cloud is, as written to `cloud.json`."""

    endpoint: str
    region: str
    port: int
    mqtt_port: int | None
    pid: int
    ca: str


@dataclass(frozen=True)
class Status:
    """`line` says it to a person."""

    condition: Condition
    line: str
    cloud: Cloud | None = None


class LocalCloud(ABC):
    """One local cloud under `home`. `venvs` may be shared by several: what they are installed in."""

    title: ClassVar[str]
    """What it is called to a person."""
    stopped: ClassVar[str]
    """What became of its state when it was stopped."""
    killed: ClassVar[str]
    """What of its state is there again when it was killed."""
    cut_short: ClassVar[str]
    """What of its state is lost when it did not stop in time."""
    start_timeout_s: ClassVar[float]
    parameters: ClassVar[Mapping[str, str]] = {}
    """What the templates are to be told of it."""
    keeps_state: ClassVar[bool]
    has_broker: ClassVar[bool]

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

    @abstractmethod
    def install(self, say: Callable[[str], None] = lambda _: None) -> None:
        """Make what it runs with; nothing to do when that has not changed. Raises CommandError."""

    @property
    @abstractmethod
    def is_installed(self) -> bool: ...

    @property
    @abstractmethod
    def command(self) -> tuple[str, ...]:
        """The program and its arguments; the last two tell its process from any other."""

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Where the program is started."""

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """A clean one: functions would inherit the developer's own settings."""

    @abstractmethod
    def is_healthy(self, endpoint: str) -> bool:
        """Whether all of it answers."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the home ready for a new process."""

    @abstractmethod
    def complete(self, connection: Connection) -> None:
        """What templates leave to this cloud once they are deployed."""

    @abstractmethod
    def rest(self) -> None:
        """End the processes of functions that nobody calls right now, where it can be asked to."""

    def start(self) -> Cloud:
        """Start, or find it running. Raises CommandError when a port is taken or it does not come up."""
        self.home.mkdir(parents=True, exist_ok=True)
        with only_one(self.home / "cloud.lock"):
            return self._start()

    def _start(self) -> Cloud:
        found = self.status()
        if found.condition == "running" and found.cloud:
            if [found.cloud.port, found.cloud.mqtt_port] != list(self.ports.values()):
                mqtt = f", MQTT on {found.cloud.mqtt_port}" if found.cloud.mqtt_port else ""
                raise CommandError(f"{self.title} runs on {found.cloud.port}{mqtt}: `linli down` first")
            return found.cloud
        if self.has_broker and self.port == self.mqtt_port:
            raise CommandError(f"HTTP and MQTT need a port each, and both would be {self.port}")
        if found.condition == "unresponsive":
            self.stop()
        if found.condition == "killed":
            self._wait_for_ports()
        for option, port in self.ports.items():
            if port and not is_free(port):
                raise CommandError(
                    f"port {port} is in use by another program: stop it, or choose another with "
                    f"`linli up {option} {port + 1 if port < LAST_PORT else port - 1}`"
                )
        if not self.is_installed:
            raise CommandError(f"{self.title} is not installed in {self.venvs}: run `linli up`")
        shutil.rmtree(self.home / "tmp", ignore_errors=True)
        (self.home / "tmp").mkdir()
        self.prepare()
        process = launch(self.command, self.folder, self.environment(), self.log)
        cloud = Cloud(self.endpoint, REGION, self.port, self.ports["--mqtt-port"], process.pid, str(self.ca))
        write_whole(self.record, json.dumps(asdict(cloud), indent=2) + "\n")
        self._wait_until_ready(process)
        return cloud

    def stop(self) -> str:
        """Stop it, so that what it keeps is saved; says in one line what happened."""
        cloud = self._recorded()
        if cloud is None or not self._is_ours(cloud.pid):
            self.record.unlink(missing_ok=True)
            return f"{self.title} was not running"
        said = f"{self.title} has stopped; {self.stopped}"
        if not stop(cloud.pid, lambda: self._is_ours(cloud.pid), STOP_TIMEOUT_S):
            said = f"{self.title} did not stop within {STOP_TIMEOUT_S:.0f} s and was killed; {self.cut_short}"
        self._wait_for_ports()
        self.record.unlink(missing_ok=True)
        return said

    def reset(self) -> None:
        """Stop it and forget its state. What it is installed in stays."""
        self.stop()
        for name in ("state", "tmp"):
            shutil.rmtree(self.home / name, ignore_errors=True)
        for path in (self.ca, self.log):
            path.unlink(missing_ok=True)

    def status(self) -> Status:
        """Whether it runs; one that was killed leaves its record behind, one that was stopped does not."""
        cloud = self._recorded()
        if cloud is None:
            return Status("stopped", f"{self.title} is not running: run `linli up`")
        answered = until(
            lambda: not self._is_ours(cloud.pid) or self.is_healthy(cloud.endpoint), ANSWER_TIMEOUT_S
        )
        process = f"{self.title} (process {cloud.pid})"
        if not self._is_ours(cloud.pid):
            return Status("killed", f"{process} was killed: `linli up` starts it {self.killed}", cloud)
        if not answered:
            line = f"{process} does not answer on {cloud.endpoint}: see {self.log}"
            return Status("unresponsive", line, cloud)
        return Status("running", f"{self.title} runs on {cloud.endpoint} (process {cloud.pid})", cloud)

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def ports(self) -> dict[str, int | None]:
        """What it listens on, by the option that chooses it."""
        return {"--port": self.port, "--mqtt-port": self.mqtt_port if self.has_broker else None}

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        until(lambda: process.poll() is not None or self.is_healthy(self.endpoint), self.start_timeout_s)
        if process.poll() is None and self.is_healthy(self.endpoint):
            return
        last = self.log.read_text(errors="replace").strip().splitlines()[-1:]
        ended = process.poll() is not None
        why = "ended" if ended else f"was not ready within {self.start_timeout_s:.0f} s"
        self.stop()
        kind = CommandError if ended else Unanswered
        raise kind(f"{self.title} {why} ({': '.join([str(self.log), *last])})")

    def _wait_for_ports(self) -> None:
        """A dying process holds its ports a moment longer than its name."""
        until(lambda: all(is_free(port) for port in self.ports.values() if port), PORT_RELEASE_S)

    def _recorded(self) -> Cloud | None:
        try:
            return Cloud(**json.loads(self.record.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _is_ours(self, pid: int) -> bool:
        """Whether `pid` is still this cloud."""
        return is_running(pid, *self.command[-2:])


def free_ports() -> tuple[int, int]:
    """Two ports, HTTP and MQTT, that nothing listens on right now: for clouds that run beside one another."""
    with socket.create_server((HOST, 0)) as http, socket.create_server((HOST, 0)) as mqtt:
        return http.getsockname()[1], mqtt.getsockname()[1]


def install_packages(
    venv: Path, lock: Path, say: Callable[[str], None], python: str = sys.executable, *, compiled: bool = True
) -> None:
    """Make a virtual environment of what a lock file holds, unless it is there. Raises CommandError.

    `compiled`: all of it at once, and not each module when it is first imported.
    """
    about = subprocess.run([python, "-VV"], capture_output=True, check=False).stdout
    wanted = hashlib.sha256(lock.read_bytes() + about + str(venv).encode()).hexdigest()
    marker = venv / "installed"
    if marker.exists() and marker.read_text() == wanted:
        return
    say(f"installing what the local cloud needs ({venv.name})")
    shutil.rmtree(venv, ignore_errors=True)
    run([python, "-m", "venv", "--without-pip", str(venv)])
    sync = [*UV, "sync", "--quiet", "--require-hashes", *(["--compile-bytecode"] if compiled else [])]
    run([*sync, "--python", str(venv / "bin/python"), str(lock)])
    marker.write_text(wanted)


def run(command: list[str]) -> None:
    """Run a program of an installation. Raises CommandError with what it says when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(f"`{' '.join(command)}` failed: {done.stderr.strip() or done.stdout.strip()}")


def get(url: str, method: str = "GET") -> bytes:
    """What our own cloud answers. Raises OSError."""
    request = urllib.request.Request(url, method=method)  # noqa: S310 - always our own http://127.0.0.1
    with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
        body: bytes = response.read()
        return body
