"""The sandbox of a local cloud as a process: the outside world, payment providers first of all.

It runs with this command's own Python and keeps everything in one folder, `sandbox` in the cloud's home; its
port is chosen once and kept, since merchants' secrets name it.
"""

import json
import os
import shutil
import sys
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from linli_cli.errors import CommandError, Refused
from linli_cli.layout import ROOT
from linli_cli.local.processes import HOST, free_port, is_free, is_running, launch, stop, until, write_whole

PROGRAM = "localstack.sandbox"
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 15.0
NOT_RUNNING = "the sandbox of the local cloud is not running: run `linli up`"


@dataclass(frozen=True)
class Running:
    """As written to `process.json`; `pid` is 0 once it was stopped."""

    port: int
    pid: int


class Sandbox:
    """The sandbox of the cloud whose home this is."""

    def __init__(self, home: Path) -> None:
        self.folder = home.resolve() / "sandbox"
        self.record = self.folder / "process.json"
        self.log = self.folder / "sandbox.log"

    @property
    def url(self) -> str:
        """Where it listens. Raises CommandError if it was never started."""
        running = self._recorded()
        if running is None:
            raise CommandError(NOT_RUNNING)
        return f"http://{HOST}:{running.port}"

    def start(self) -> None:
        """Start, or find it running. It is ready a moment later: `wait`."""
        running = self._recorded()
        if running and self._is_ours(running.pid):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        port = running.port if running and is_free(running.port) else free_port()
        command = [sys.executable, "-m", PROGRAM, "--port", str(port), "--state", str(self.folder)]
        environment = {"PATH": os.defpath, "HOME": str(self.folder), "LANG": "C.UTF-8"}
        process = launch(command, ROOT, environment, self.log)
        write_whole(self.record, json.dumps(asdict(Running(port, process.pid))) + "\n")

    def wait(self) -> None:
        """Until it answers. Raises CommandError if it does not."""
        running = self._recorded()
        if running is None:
            raise CommandError(NOT_RUNNING)
        until(lambda: not self._is_ours(running.pid) or self._answers(), START_TIMEOUT_S)
        if not self._answers():
            raise CommandError(f"the sandbox did not start: see {self.log}")

    def stop(self) -> None:
        """Stop it; what its providers know is kept."""
        running = self._recorded()
        if running is None:
            return
        if running.pid and self._is_ours(running.pid):
            stop(running.pid, lambda: self._is_ours(running.pid), STOP_TIMEOUT_S)
        write_whole(self.record, json.dumps(asdict(Running(running.port, 0))) + "\n")

    def reset(self) -> None:
        """Stop it and forget its keys, orders and port."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Have something done there. Raises Refused with what it says instead, CommandError if it is not."""
        request = urllib.request.Request(  # noqa: S310  always our own http://127.0.0.1
            self.url + path, None if body is None else json.dumps(body).encode(), method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_TIMEOUT_S) as answer:  # noqa: S310  as above
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                said = json.loads(error.read() or b"{}").get("said", error.reason)
            raise Refused(f"the sandbox refuses {path}: {said}") from None
        except OSError:
            raise CommandError(NOT_RUNNING) from None

    def _answers(self) -> bool:
        try:
            return bool(self.ask("GET", "/health")["ready"])
        except CommandError:
            return False

    def _recorded(self) -> Running | None:
        try:
            return Running(**json.loads(self.record.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _is_ours(self, pid: int) -> bool:
        return is_running(pid, "--state", str(self.folder))
