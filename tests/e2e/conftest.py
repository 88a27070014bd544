"""A local cloud of its own on free ports, deployed and seeded by `linli`, for all end-to-end tests.

LINLI_E2E_CLOUD=localstack chooses the other cloud, for what is not marked `embedded`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import boto3
import pytest
import requests

from linli_cli.cloud import LOCAL, Cloud
from linli_cli.layout import ROOT
from linli_cli.local import issuer
from linli_cli.local.engines import Engine
from linli_cli.local.local_cloud import free_ports
from tests.e2e.devices import Device, Files, HandedOver, Speaker

ENGINE = Engine(os.environ.get("LINLI_E2E_CLOUD", Engine.EMBEDDED))
DEADLINE_S = {Engine.EMBEDDED: 20, Engine.LOCALSTACK: 90}[ENGINE]  # its queues and streams are polled
Found = TypeVar("Found")


@dataclass(frozen=True)
class Answer:
    """What an HTTP client gets; `body` is parsed JSON or None."""

    status: int
    body: Any
    content_type: str

    @property
    def problem(self) -> str:
        """The last part of the problem's type; every refusal has one."""
        assert self.content_type == "application/problem+json", self
        return str(self.body["type"]).rpartition(":")[2]


@dataclass(frozen=True)
class Town:
    """The seeded local cloud as its users reach it. `base`: LINLI_HOME; `home`: the folder of this cloud."""

    base: Path
    home: Path
    urls: dict[str, Any]
    seeded: dict[str, Any]

    def linli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the `linli` command against this cloud."""
        return linli(self.base, *arguments)

    def token(self, person: str, minutes: float = 60) -> str:
        """A token of the local issuer; negative minutes make an expired one."""
        key = issuer.read_key(self.home / "issuer.pem")
        return issuer.sign(person, key, time.time(), minutes)

    def http(
        self,
        person: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Call `/<service>/…` as a person, with the token given, or with none. Bytes are sent as they are."""
        service, _, rest = path.lstrip("/").partition("/")
        sent = {"Content-Type": "application/json"} if body is not None else {}
        token = token or (self.token(person) if person else None)
        sent |= {"Authorization": f"Bearer {token}"} if token else {}
        answer = requests.request(
            method,
            f"{self.urls['http'][service]}/{rest}",
            data=body if isinstance(body, bytes) or body is None else json.dumps(body),
            headers=sent | (headers or {}),
            timeout=DEADLINE_S + 10,
        )
        content_type = answer.headers.get("Content-Type", "").split(";")[0]
        parsed = answer.json() if answer.content and "json" in content_type else None
        return Answer(answer.status_code, parsed, content_type)

    def device(self, device: str, files: Files | None = None) -> Speaker:
        """A device of the seeded town, or one with files of its own; not connected yet."""
        if self.urls["mqtt"] is None:
            return HandedOver(device, self.cloud)
        found = files or Files.in_folder(self.home / "devices" / device, device)
        return Device(device, found, self.urls["mqtt"]["host"], self.urls["mqtt"]["port"])

    @cached_property
    def cloud(self) -> Cloud:
        """AWS's API, for what nobody does by the front door."""
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return Cloud(LOCAL, boto3.Session(region_name=self.urls["region"], **keys), self.urls["endpoint"])

    def client(self, service: str) -> Any:
        """A client of AWS's API."""
        return self.cloud.client(service)

    def minute(self, function: str, now: datetime) -> str:
        """What the schedule of a function does every minute, at a time of our choosing; its outcome."""
        event = {
            "version": "0", "id": uuid4().hex, "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "000000000000", "time": now.isoformat(), "region": "eu-west-1", "resources": [],
            "detail": {},
        }  # fmt: skip
        name = f"linli-local-{function}"
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        said = json.loads(answer["Payload"].read())
        assert "outcome" in said, said
        return str(said["outcome"])

    def passes(self, person: str = "willow-guard-1") -> list[dict[str, Any]]:
        """The last hundred passes that `person` may see in willow."""
        answer = self.http(person, "GET", "/access/communities/willow/passes?limit=100")
        assert answer.status == 200, answer
        return list(answer.body["items"])


def linli(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The `linli` command as a user runs it."""
    return subprocess.run(
        [sys.executable, "-m", "linli_cli.main", *arguments],
        env={**os.environ, "LINLI_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )


def eventually(look: Callable[[], Found | None], what: str) -> Found:
    """What `look` finds once it finds something; fails after the deadline."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.05)
    pytest.fail(f"did not happen in {DEADLINE_S} s: {what}")


def home_of(base: Path) -> Path:
    """The folder of the cloud in use."""
    return base if ENGINE == Engine.EMBEDDED else base / ENGINE


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    home = tmp_path_factory.mktemp("a town of its own")
    port, mqtt_port = free_ports()
    venvs = ROOT / ".linli/venvs"
    venvs.mkdir(parents=True, exist_ok=True)
    (home / "venvs").symlink_to(venvs)
    ports = ["--port", str(port), "--mqtt-port", str(mqtt_port)]
    started = linli(home, "up", "--no-replay", "--cloud", ENGINE, *ports)
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        urls = json.loads(linli(home, "urls", "--json").stdout)
        seeded = linli(home, "seed", "--json")
        assert seeded.returncode == 0, seeded.stdout + seeded.stderr
        yield Town(home, home_of(home), urls, json.loads(seeded.stdout))
    finally:
        linli(home, "down")
