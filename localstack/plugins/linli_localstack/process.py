"""A process of a function: AWS's Runtime Interface Client with the function's code, layers and variables."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion

from linli_localstack.runtime_api import Event, RuntimeApi, Said

PYTHONS = json.loads(os.environ.get("LAMBDA_PYTHONS", "{}"))
POLL_S = 0.1
END_S = 5.0


@dataclass(frozen=True)
class Place:
    """What a version of a function runs with."""

    runtime: str
    code: str
    layers: tuple[str, ...]

    @classmethod
    def of(cls, version: FunctionVersion) -> "Place":
        layers = (str(each.code.get_unzipped_code_location()) for each in version.config.layers if each.code)
        return cls(
            version.config.runtime, str(version.config.code.get_unzipped_code_location()), tuple(layers)
        )

    @property
    def python(self) -> str:
        """The interpreter of its runtime, which the cloud was told."""
        return str(PYTHONS[self.runtime])

    def environment(self, variables: dict[str, Any], folder: Path) -> dict[str, str]:
        """The variables as AWS's runtime sets them; code precedes the layers."""
        kept = {name: str(value) for name, value in variables.items()}
        packages = f"python/lib/{self.runtime}/site-packages"
        path = [self.code, *(f"{layer}/{inner}" for layer in self.layers for inner in ("python", packages))]
        return kept | {
            "PATH": os.pathsep.join([*(f"{layer}/bin" for layer in self.layers), os.defpath]),
            "PYTHONPATH": os.pathsep.join(path),
            "LAMBDA_TASK_ROOT": self.code,
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHONUNBUFFERED": "1",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.runtime}",
        }


class Process:
    """A runtime that has started, or has said why it cannot. It ends by itself when this server is gone."""

    def __init__(self, place: Place, variables: dict[str, Any], start_s: float) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="function-"))
        self.log, self.read = self.folder / "log", 0
        self.api = RuntimeApi()
        (self.folder / "tmp").mkdir()
        environment = place.environment(variables, self.folder / "tmp")
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [place.python, "-m", "awslambdaric", environment["_HANDLER"]],
                cwd=place.code,
                env={**environment, "AWS_LAMBDA_RUNTIME_API": self.api.address},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.last = self.began = self.heard(time.monotonic() + start_s)

    @property
    def is_idle(self) -> bool:
        """Whether it waits for an event, or for what it said last to be read."""
        return self.last.what in ("ready", "response", "error") and self.child.poll() is None

    def invoke(self, request: str, event: Event, timeout_s: float) -> Said:
        """What comes of an event; a process that ended or is late is of no use any more."""
        deadline = time.monotonic() + timeout_s
        self.api.events.put(event)
        while True:
            self.last = self.heard(deadline)
            if self.last.what in ("ended", "late") or self.last.request == request:
                return self.last

    def heard(self, deadline: float) -> Said:
        """The next thing it says until the deadline (monotonic)."""
        while True:
            try:
                return self.api.said.get(timeout=max(0.001, min(POLL_S, deadline - time.monotonic())))
            except Empty:
                if self.child.poll() is not None and self.api.said.empty():
                    return Said("ended")
                if time.monotonic() >= deadline:
                    return Said("late")

    def logged(self) -> str:
        """What it has written since the last time."""
        with self.log.open("rb") as log:
            log.seek(self.read)
            text = log.read().decode(errors="replace")
            self.read = log.tell()
        return text if not text or text.endswith("\n") else f"{text}\n"

    def end(self) -> None:
        self.child.kill()
        self.child.wait(END_S)
        self.api.close()
        shutil.rmtree(self.folder, ignore_errors=True)
