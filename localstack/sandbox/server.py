"""A small HTTP server on loopback for programs that pretend to be the outside world."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """What came in. Header names are lower-case; `target` is path and query as they were sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> dict[str, Any]:
        """The body as an object; empty without a body. Raises ValueError for anything else."""
        found = json.loads(self.body or b"{}")
        if not isinstance(found, dict):
            raise ValueError("is no object")  # noqa: TRY004  of the text, not of an argument
        return found


@dataclass(frozen=True)
class Response:
    """What goes out."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: Any, status: int = 200) -> "Response":
        """A value as JSON."""
        text = json.dumps(value, ensure_ascii=False)
        return cls(status, text.encode(), {"Content-Type": "application/json; charset=utf-8"})


Handler = Callable[[Request], Response]


def serving(port: int, handlers: Mapping[str, Handler]) -> ThreadingHTTPServer:
    """A server that gives each request to the handler of its longest prefix; `serve_forever` starts it."""
    prefixes = sorted(handlers, key=len, reverse=True)

    def answer(request: Request) -> Response:
        handler = next((handlers[each] for each in prefixes if request.path.startswith(each)), None)
        if handler is None:
            return Response.of({"said": f"nothing is at {request.path}"}, 404)
        try:
            return handler(request)
        except (ValueError, KeyError, TypeError) as error:
            return Response.of({"said": f"cannot be read: {type(error).__name__} {error}"}, 400)

    class Conversation(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            response = answer(Request(self.command, self.path, headers, body))
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  the library's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's name
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    return Server((HOST, port), Conversation)
