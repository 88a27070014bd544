"""The APIs of all services at one address, as the front serves them: a client that somebody else wrote calls
the real handlers over HTTP. A token here is the name of whoever asks.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from chalice.app import Chalice

from tests.integration import gateway

BELOW = "/api"
HOP = {"host", "connection", "content-length", "accept-encoding"}
Invoked = Callable[[Chalice, str, Any], Any]


@contextmanager
def serving(apps: Mapping[str, Chalice], people: Mapping[str, Any], invoke: Invoked) -> Iterator[str]:
    """Where `/api/<service>/…` leads to a service's app; `people`: what each may, by token."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked = urlsplit(self.path)
            service, _, path = asked.path.removeprefix(f"{BELOW}/").partition("/")
            asker = people.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
            if asker is None:
                self.say(
                    401,
                    {"Content-Type": "application/problem+json"},
                    '{"type": "urn:linli:problem:unauthenticated"}',
                )
                return
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            event = gateway.event(
                apps[service],
                self.command,
                f"/{path}",
                **asker,
                body=sent or None,
                headers={name: value for name, value in self.headers.items() if name.lower() not in HOP},
                query=dict(parse_qsl(asked.query, keep_blank_values=True)),
            )
            answer = gateway.answer(invoke(apps[service], "api", event))
            self.say(answer.status, answer.headers, answer.text)

        def say(self, status: int, headers: Mapping[str, str], text: str) -> None:
            body = text.encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  as http.server asks for them

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{BELOW}"
    finally:
        server.shutdown()
        server.server_close()
