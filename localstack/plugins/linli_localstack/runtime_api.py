"""The Runtime API, by which a runtime fetches events and hands in answers.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Literal

HOST = "127.0.0.1"
What = Literal["ready", "response", "error", "init_error", "ended", "late"]


@dataclass(frozen=True)
class Event:
    """What a runtime is to handle; `headers` are the Runtime API's."""

    payload: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Said:
    """What a runtime says, or what became of it: it has `ended`, or is `late`. `request`: of which event."""

    what: What
    request: str = ""
    body: bytes = b""


class RuntimeApi(ThreadingHTTPServer):
    """Serves one runtime: `events` go to it, `said` comes from it; None among the events is the end."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((HOST, 0), Calls)
        self.events: Queue[Event | None] = Queue()
        self.said: Queue[Said] = Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"{HOST}:{self.server_address[1]}"

    def close(self) -> None:
        self.events.put(None)
        self.shutdown()
        self.server_close()


class Calls(BaseHTTPRequestHandler):
    """The calls of a runtime: the next event, a response, an error, an error of its start."""

    protocol_version = "HTTP/1.1"  # it keeps its connection
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body in one segment
    server: RuntimeApi

    def do_GET(self) -> None:
        self.server.said.put(Said("ready"))
        event = self.server.events.get()
        if event is None:
            self.close_connection = True
            return
        self.answer(200, event.payload.encode(), event.headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        *_, request, what = self.path.rstrip("/").split("/")
        said = Said("init_error", "", body) if request == "init" else Said(what, request, body)  # type: ignore[arg-type]
        self.server.said.put(said)
        self.answer(202, b'{"status":"OK"}')

    def answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the function's own log is what counts."""
