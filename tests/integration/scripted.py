"""A server that answers our clients as it is told, byte for byte where that matters; who asked it what."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from threading import Thread
from typing import Any

import pytest

from linli import connections, json_services
from linli.connections import exchange
from linli.json_services import SERVICES, Client

REAL = exchange  # before the tests' moto takes its place


@dataclass
class Said:
    """One answer; `status` 0: hung up without one. `raw`: so, to the byte, and then hung up."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    after_s: float = 0
    hangs_up: bool = False
    raw: bytes = b""

    @classmethod
    def refusal(cls, code: str, status: int = 400, **headers: str) -> "Said":
        """An error as the services in JSON tell it."""
        return cls(status, json.dumps({"__type": f"com.amazonaws#{code}", "message": "no"}).encode(), headers)


HANGS_UP = Said(0)


@dataclass
class Server:
    """What it has to say, then what `answer` makes of what is asked; who asked."""

    url: str
    answer: Callable[[dict[str, Any]], dict[str, Any]] = lambda _: {}
    said: list[Said] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    callers: list[Any] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    told: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.told.asked.append((self.path, {name.lower(): each for name, each in self.headers.items()}, body))
        self.told.callers.append(self.client_address)
        said = self.told.said.pop(0) if self.told.said else self._made_of(body)
        time.sleep(said.after_s)
        self.close_connection = bool(said.hangs_up or said.raw or not said.status)
        if said.raw:
            self.wfile.write(said.raw)
        elif said.status:
            self.send_response_only(said.status)
            self.send_header("Content-Length", str(len(said.body)))
            for name, value in said.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(said.body)

    def do_GET(self) -> None:
        self.do_POST()

    def _made_of(self, body: bytes) -> Said:
        return Said(body=json.dumps(self.told.answer(json.loads(body or b"{}"))).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serving(tls: SSLContext | None = None) -> Iterator[Server]:
    """One at 127.0.0.1, over TLS if told so."""
    handler: Any = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        if tls is not None:
            http.socket = tls.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
        handler.told = Server(f"{'https' if tls else 'http'}://127.0.0.1:{http.server_port}")
        http.daemon_threads = True
        http.block_on_close = False
        thread = Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield handler.told
        finally:
            http.shutdown()
            thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """One that all of our clients ask."""
    monkeypatch.setattr(connections, "exchange", REAL)
    for name in ("AWS_REGION", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with serving() as told:
        monkeypatch.setenv("AWS_ENDPOINT_URL", told.url)
        yield told
    connections.forget()
    json_services.forget()


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Each pause before a call was made again, by how long it may be at most."""
    pauses: list[int] = []
    monkeypatch.setattr(json_services, "pause", lambda number, _longest_s: pauses.append(number))
    return pauses


def dynamodb(**more: Any) -> Client:
    """A client of the table's, with other settings if told so."""
    return Client(replace(SERVICES["dynamodb"], **more))
