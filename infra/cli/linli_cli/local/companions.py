"""A process beside a local cloud: a program of ours that runs with this command's own Python.

It keeps everything in one folder of the cloud's home, which names the process.
"""

import json
import os
import shutil
import sys
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from linli_cli.errors import CommandError
from linli_cli.layout import ROOT
from linli_cli.local.processes import HOST, free_port, is_free, is_running, launch, stop, until, write_whole

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class Running:
    """As written to `process.json`; `pid` is 0 once it was stopped."""

    port: int
    pid: int


class Companion(ABC):
    """The one of the cloud whose home this is."""

    name: ClassVar[str]
    """What it is called, and its module of `localstack` and its folder."""

    def __init__(self, home: Path) -> None:
        self.folder = home.resolve() / self.name
        self.record = self.folder / "process.json"
        self.log = self.folder / f"{self.name}.log"

    @property
    def url(self) -> str:
        """Where it listens. Raises CommandError if it was never started."""
        return f"http://{HOST}:{self._known().port}"

    @property
    def runs(self) -> bool:
        running = self._recorded()
        return running is not None and self._is_ours(running.pid)

    @property
    def not_running(self) -> str:
        return f"the {self.name} of the local cloud is not running: run `linli up`"

    def start(self) -> None:
        """Start, or find it running. It is ready a moment later: `wait`."""
        running = self._recorded()
        if running and self._is_ours(running.pid):
            return
        # A process that was killed has no name any more a moment before it lets go of its port.
        keeps = running is not None and until(partial(is_free, running.port), STOP_TIMEOUT_S)
        self._launch(running.port if running and keeps else free_port())

    def wait(self) -> None:
        """Until it answers. Raises CommandError if it does not."""
        running = self._known()
        until(lambda: not self._is_ours(running.pid) or self._answers(), START_TIMEOUT_S)
        if not self._answers():
            raise CommandError(f"the {self.name} did not start: see {self.log}")

    def stop(self) -> None:
        """Stop it; what it keeps stays, its port as well."""
        running = self._recorded()
        if running is None:
            return
        if running.pid and self._is_ours(running.pid):
            stop(running.pid, lambda: self._is_ours(running.pid), STOP_TIMEOUT_S)
        write_whole(self.record, json.dumps(asdict(Running(running.port, 0))) + "\n")

    def reset(self) -> None:
        """Stop it and forget all it keeps."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @abstractmethod
    def _answers(self) -> bool: ...

    def _launch(self, port: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        program = ["-m", f"localstack.{self.name}"]
        command = [sys.executable, *program, "--port", str(port), "--state", str(self.folder)]
        environment = {"PATH": os.defpath, "HOME": str(self.folder), "LANG": "C.UTF-8"}
        process = launch(command, ROOT, environment, self.log)
        write_whole(self.record, json.dumps(asdict(Running(port, process.pid))) + "\n")

    def _known(self) -> Running:
        running = self._recorded()
        if running is None:
            raise CommandError(self.not_running)
        return running

    def _recorded(self) -> Running | None:
        try:
            return Running(**json.loads(self.record.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _is_ours(self, pid: int) -> bool:
        return is_running(pid, "--state", str(self.folder))
