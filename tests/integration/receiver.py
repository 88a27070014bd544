"""Somebody on this machine who is sent signed requests, and answers as a test says."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from linli import outbound
from linli.posting import BUSY


class Receiver:
    """An HTTP server on loopback; `answers(handler)` is what it does."""

    def __init__(self) -> None:
        self.came: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: Callable[[Any], None] = lambda handler: self.say(handler, 204)
        self.asked_for: list[str | None] = []
        receiver = self

        class Conversation(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.came.append((self.path, headers, body))
                receiver.answers(self)

            def log_message(self, *_about: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Conversation)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # cut off on purpose
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"

    @staticmethod
    def say(handler: Any, status: int, body: bytes = b"", **headers: str) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver for the time of a test."""
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        for retries, busy in ((0, ()), (1, BUSY)):
            outbound.session(retries, busy, checked=True).close()
        outbound.session.cache_clear()
        made.server.shutdown()
        thread.join()
        made.server.server_close()
